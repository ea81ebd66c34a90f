"""What a person reads of a conflict: which place it is, and the three versions side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.base.record import MISSING, get
from xlsync.form.types.texts import MAX_LENGTH
from xlsync.records import ChangeKind, Delta
from xlsync.records.matching import ROW_ID
from xlsync.report.words.changes import CUT, Part, segments
from xlsync.report.words.lines import visible
from xlsync.report.words.wording import ABSENT, Wording, name_of, of_item

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsync.base.record import Json, Record
    from xlsync.form.locate import Location
    from xlsync.form.mapping import FieldBase, Mapping, Table
    from xlsync.records import Conflict, Merged

NO_ROWS = "〔没有行〕"
NO_ROW = "〔无此行〕"
REMOVED_ROW = "〔已删除此行〕"
_WHOLE_ROW = "（整行）"
_WHOLE_TABLE = "（整表）"
_ENOUGH = 0.3
"""The part of a text that must have stayed for the rest of it to be worth a mark."""

_CONTEXT = 12
"""Characters that are always left of a stretch that is cut."""

_MOST = MAX_LENGTH // 2
"""Characters that surely fit into a cell, however many of them count double there."""

Spans = tuple[tuple[Part, str], ...]
"""A text in stretches; those that were added are marked."""


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """One conflict in words; ``number_format`` is that of the cell for another value.

    ``typed`` is what another value would be a value of; None where a row or a table is chosen
    as a whole.
    """

    pointer: str
    place: str
    base: Spans
    ours: Spans
    theirs: Spans
    typed: FieldBase | None

    @property
    def number_format(self) -> str:
        """The number format of the cell into which another value is typed."""
        return self.typed.kind.number_format if self.typed else "@"


def text_of(spans: Spans) -> str:
    """The text without its marks."""
    return "".join(text for _, text in spans)


def conflict_lines(mapping: Mapping, merged: Merged) -> list[ConflictLine]:
    """A line for each conflict, in their order."""
    wording = Wording(mapping)
    lines = []
    for conflict in merged.conflicts:
        at = mapping.locate(conflict.pointer)
        if at.table is not None:
            lines.append(_in_table(at, at.table, merged.record, conflict))
        elif at.item is not None:
            place = wording.label(Delta(ChangeKind.CHANGED, at, at.item.label))
            lines.append(_of_value(conflict, place, at.item))
    return lines


def _in_table(at: Location, table: Table, record: Record, conflict: Conflict) -> ConflictLine:
    label = visible(table.label)
    if at.row is None:
        texts = [ABSENT if one is MISSING else NO_ROWS for one in _sides(conflict)]
        return _line(conflict, f"{label}{_WHOLE_TABLE}", texts, None)
    if at.item is None:
        first = next(one for one in _sides(conflict) if one is not MISSING)
        place = f"{label}：{_path(table, first)}{_WHOLE_ROW}"
        texts = [_row_text(table, conflict, one) for one in _sides(conflict)]
        return _line(conflict, place, texts, None)
    path = _path(table, _row(record, table, at.row))
    return _of_value(conflict, f"{label}：{path}\n{visible(at.item.label)}", at.item)


def _row(record: Record, table: Table, row_id: str) -> Record:
    return next(row for row in get(record, table.pointer) if row[ROW_ID] == row_id)


def _path(table: Table, row: Record) -> str:
    return " / ".join(name_of(row.get(name, MISSING)) for name in table.key)


def _row_text(table: Table, conflict: Conflict, row: Json) -> str:
    """All columns of a row, a line each."""
    if row is MISSING:
        was_there = conflict.base is not MISSING
        return REMOVED_ROW if was_there else NO_ROW
    return "\n".join(
        f"{visible(column.label)}：{of_item(row.get(name, MISSING), column).text}"
        for name, column in table.columns.items()
    )


def _of_value(conflict: Conflict, place: str, item: FieldBase) -> ConflictLine:
    # Another value is read in the unit of the form, so that the place says which one that is.
    counted = f"（{item.unit}）" if item.unit else ""
    texts = [of_item(one, item).text for one in _sides(conflict)]
    return _line(conflict, f"{place}{counted}", texts, item)


def _sides(conflict: Conflict) -> tuple[Json, Json, Json]:
    return conflict.base, conflict.ours, conflict.theirs


def _line(
    conflict: Conflict, place: str, texts: Sequence[str], typed: FieldBase | None
) -> ConflictLine:
    base, ours, theirs = (_cut(text) for text in texts)
    before: Spans = ((Part.SAME, base),)
    if isinstance(conflict.base, str | dict) and base:
        return ConflictLine(
            conflict.pointer, place, before, _marked(base, ours), _marked(base, theirs), typed
        )
    return ConflictLine(
        conflict.pointer, place, before, _marked(theirs, ours), _marked(ours, theirs), typed
    )


def _cut(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[:_MOST]}{CUT}"


def _marked(before: str, text: str) -> Spans:
    """The text, with what is not in the other one marked; all of it is, or little is."""
    found = tuple(one for one in segments(before, text) if one[0] is not Part.REMOVED)
    kept = sum(len(piece) for part, piece in found if part is Part.SAME)
    return found if kept >= len(text) * _ENOUGH else ((Part.SAME, text),)


def shortened(spans: Spans, most: int) -> Spans:
    """A text with marks, its unmarked stretches cut until about so many characters are left.

    A text without marks stays whole: what it says that is new could stand anywhere in it.
    """
    if all(part is Part.SAME for part, _ in spans):
        return spans
    room = most - sum(len(text) for part, text in spans if part is Part.ADDED)
    room = max(_CONTEXT, room // (2 * max(1, sum(part is Part.SAME for part, _ in spans))))
    return tuple(
        (part, text)
        if part is Part.ADDED or len(text) <= 2 * room
        else (part, f"{text[:room]}{CUT}{text[-room:]}")
        for part, text in spans
    )
