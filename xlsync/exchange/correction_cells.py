"""What stands in the cells of a copy: what was typed where it can stand, else what was read."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlsync.base.grid import Cell, Kind
from xlsync.base.problems import Problem, problem
from xlsync.base.record import MISSING, get, put
from xlsync.form.types import TYPES, cell_text, is_percentage
from xlsync.form.types.texts import MAX_LENGTH, UNWRITABLE, length_on_sheet

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from xlsync.base.record import Json, Record
    from xlsync.exchange.correction_states import Places
    from xlsync.form import Form
    from xlsync.form.mapping import FieldBase

_PIECE = MAX_LENGTH // 2
_TEXT = "@"

Typed = str | float | None


"""Characters that fit however they are counted."""

_CONTROL_PICTURES = 0x2400
_FIRST_PRINTABLE = 0x20


def fits(text: str) -> bool:
    """Whether a cell holds a text as it is."""
    return UNWRITABLE.search(text) is None and length_on_sheet(text) <= MAX_LENGTH


def holdable(text: str) -> str:
    """The text with a sign in place of every character that no cell can hold."""
    return UNWRITABLE.sub(lambda match: _sign(ord(match[0])), text)


def pieces(text: str) -> list[str]:
    """The text as cells can hold it, in as many as it needs; one at least."""
    shown = holdable(text)
    return [shown[at : at + _PIECE] for at in range(0, len(shown), _PIECE)] or [""]


def cut(text: str, length: int) -> str:
    """The beginning of a long text, as a cell can hold it."""
    shown = holdable(text)
    return shown if len(shown) <= length else f"{shown[:length]}……"


def _sign(code: int) -> str:
    return chr(_CONTROL_PICTURES + code) if code < _FIRST_PRINTABLE else "\ufffd"


@dataclass(slots=True)
class CorrectionDraft:
    """The record of a copy, and what its cells hold instead, by pointer.

    ``unheld`` are the places of which the cell cannot hold what was typed.
    """

    record: Record
    typed: dict[str, Typed] = field(default_factory=dict)
    unheld: set[str] = field(default_factory=set)

    def soften(self, pointers: Collection[str]) -> None:
        """Let the cells at these pointers, and those beside in their rows, hold what was read."""
        for pointer in [*self.typed]:
            row = pointer.rpartition("/")[0]
            if any(one == pointer or (row and _is_in(one, row)) for one in pointers):
                self.give_up(pointer)

    def give_up(self, pointer: str) -> None:
        """Let a cell hold what was read; where that is nothing, what was typed is not held."""
        if self.typed.pop(pointer, None) is not None and _is_blank(get(self.record, pointer)):
            self.unheld.add(pointer)


def draft_copy(
    places: Places, record: Record, typed: Mapping[str, Cell], unread: Collection[str]
) -> CorrectionDraft:
    """What the cells of a copy hold, before it is proven that they read so."""
    draft = CorrectionDraft(record)
    for pointer, cell in typed.items():
        place = places[pointer]
        if place is None or place.item is None:
            continue
        text = cell_text(cell) or (f"={cell.formula}" if cell.formula else "")
        is_unread = pointer in unread
        if not is_unread and (cell.formula is not None or _reads_cleanly(place.item, text)):
            continue
        is_word = TYPES[place.item.type].number_format == _TEXT
        if is_word and (cell.formula is not None or not fits(text)):
            if is_unread:
                draft.unheld.add(pointer)
            continue
        draft.typed[pointer] = _content(place.item, cell, pieces(text)[0])
    return draft


def restore_fixed(
    form: Form, record: Record, fixed: Mapping[str, str], problems: Iterable[Problem]
) -> tuple[Record, list[Problem]]:
    """The record with the values that were not to be changed, and what has not been told of it."""
    told = {one.pointer for one in problems}
    made, found = copy.deepcopy(record), []
    for item in form.mapping.fields.values():
        given = fixed.get(item.pointer)
        stands = get(record, item.pointer)
        if given is None or given == ("" if stands in {None, MISSING} else str(stands)):
            continue
        put(made, item.pointer, TYPES[item.type].parse(Cell(given)).value)
        if item.pointer not in told:
            message = f"“{item.label}”不可改动，已恢复为“{given}”；确需改动的请与收表人联系。"
            was = None if stands in {None, MISSING} else str(stands)
            found.append(problem("S008", message, pointer=item.pointer, found=was))
    return made, found


def _content(item: FieldBase, cell: Cell, text: str) -> Typed:
    """A number stays one only where a cell shows it as it is."""
    if not text.strip():
        return None
    is_shown = TYPES[item.type].number_format == _TEXT and not is_percentage(cell)
    if cell.kind is Kind.NUMBER and is_shown:
        return float(cell.text)
    return text


def _reads_cleanly(item: FieldBase, text: str) -> bool:
    """Whether a value that is no text was only written in another way."""
    kind = item.kind
    return kind.number_format != _TEXT and bool(text) and not kind.parse(Cell(text)).problems


def _is_in(pointer: str, row: str) -> bool:
    """Whether a pointer leads to a row of a table, or into it."""
    return row.rpartition("/")[2].isdigit() and f"{pointer}/".startswith(f"{row}/")


def _is_blank(value: Json) -> bool:
    return value is None or value is MISSING or value == ""
