"""Where a problem stands on a fresh copy, and the formulas that tell whether it still stands."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Address, Area
from xlsync.base.record import get
from xlsync.form.codes import on_cell
from xlsync.form.rules.sheet import quoted
from xlsync.form.types import TYPES
from xlsync.form.types.texts import length_on_sheet
from xlsync.workbook.formulas import is_among
from xlsync.workbook.hidden_checks import HiddenChecks
from xlsync.workbook.manifest import DOUBTFUL, WRONG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.problems import Problem
    from xlsync.base.record import Record
    from xlsync.exchange.correction_cells import CorrectionDraft
    from xlsync.exchange.corrections import Case
    from xlsync.form import Form
    from xlsync.form.mapping import FieldBase

    Content = str | float | Decimal | dt.date | None

_COMPARED = 100
"""Characters by which a long text is known again; a formula's text may have 255."""


class LabelledCell(NamedTuple):
    """A cell, its label, and the field or column that it belongs to; None for a heading."""

    address: Address
    label: str
    item: FieldBase | None = None


class Places:
    """The places of a form's sheet that was made for a record."""

    def __init__(self, form: Form, record: Record) -> None:
        """Lay the sheet out."""
        self.layout = form.layout(form.capacity(record))
        self.rows = form.item_rows(record)
        self._form = form
        self._record = record

    def __getitem__(self, pointer: str) -> LabelledCell | None:
        """The place of a pointer; None where the sheet has none for it."""
        at = self._form.mapping.locate(pointer)
        table, position = at.row_table, at.position
        if table is None or position is None:
            return self._fixed.get(pointer)
        if position >= len(get(self._record, table.pointer)):
            return self._fixed[table.pointer]
        placed = next(one for one in self.layout.tables if one.name == at.table_name)
        is_cell = at.column in placed.columns
        name = at.column if is_cell and at.column else table.name
        label = f"{table.label}第{position + 1}条"
        if is_cell:
            label = f"{label}：{table.columns[name].label}"
        cell = Address(placed.first + self.rows[placed.name][position], placed.columns[name])
        return LabelledCell(cell, label, table.columns[name])

    @cached_property
    def _fixed(self) -> dict[str, LabelledCell]:
        """Fields, and the headings of tables."""
        mapping = self._form.mapping
        fields = ((mapping.fields[slot.name], slot.area.first) for slot in self.layout.slots)
        tables = ((mapping.tables[one.name], one.heading.first) for one in self.layout.tables)
        return {item.pointer: LabelledCell(at, item.label, item) for item, at in fields} | {
            table.pointer: LabelledCell(at, table.label) for table, at in tables
        }


_WORDS = {name for name, kind in TYPES.items() if kind.number_format == "@"}
"""Types of which a rule sees the same in the sheet and in the record."""


class States:
    """What is open in one copy.

    What a rule of the form found, the hidden formulas of the copy find as well; of anything
    else only a change of the cell can tell that somebody has seen to it.
    """

    def __init__(self, case: Case, places: Places, draft: CorrectionDraft) -> None:
        """Look up the hidden formulas of the copy, and what the rules of the form find."""
        self._form = case.form
        self._places = places
        self._draft = draft
        self._unread = case.reading.unread
        self._checks: dict[tuple[str, Address], list[str]] = {}
        for one in HiddenChecks(case.form, places.layout).findings():
            self._checks.setdefault((one.code, one.place), []).append(one.text)
        found = case.form.check(case.record, self._unread) if case.record else ()
        self._of_rules = {(one.code, one.pointer, one.message) for one in found}

    def open(self, one: Problem, place: LabelledCell) -> str | None:
        """A formula that is true as long as a problem at a place stands; None: nothing can tell."""
        pointer = one.pointer or ""
        known = self._checks.get((one.code, place.address), [])
        if known and (one.code, one.pointer, one.message) in self._of_rules:
            found = (f"FIND({quoted(text)},{WRONG}&{DOUBTFUL})" for text in known)
            fires = f"COUNT({','.join(found)})>0"
            return f"OR({','.join((fires, *self._unseen(pointer, place)))})"
        if place.item is None:
            return None
        tinted = is_among(quoted(place.address.a1), WRONG, DOUBTFUL)
        return f"OR({self._unchanged(pointer, place)},{tinted})"

    def _unseen(self, pointer: str, place: LabelledCell) -> Iterator[str]:
        """Whether cells beside still hold what the reader understands and the formulas do not.

        As long as one does, the formulas cannot see what the rule has found.
        """
        group, kind = self._group(pointer), place.item.type if place.item else None
        for other, content in self._draft.typed.items():
            beside = self._places[other]
            if content is None or other in self._unread or beside is None or beside.item is None:
                continue
            is_alike = bool(group[0]) or (beside.item.type == kind and kind not in _WORDS)
            if self._group(other) == group and is_alike:
                yield self._unchanged(other, beside)

    def _group(self, pointer: str) -> tuple[str, bool]:
        """The row that a pointer leads into, and whether to its levels; nothing for a field."""
        at = self._form.mapping.locate(pointer)
        if at.table is None or at.row_pointer is None:
            return "", False
        return at.row_pointer, at.column in at.table.levels

    def _unchanged(self, pointer: str, place: LabelledCell) -> str:
        """A formula that is true where a cell holds what the copy was made with."""
        cell, content = self._reference(place), self._content(pointer, place)
        if content is None:
            return f"LEN({cell})=0"
        if isinstance(content, dt.date):
            return f"N({cell})=DATE({content.year},{content.month},{content.day})"
        if isinstance(content, int | float | Decimal):
            return f"AND(ISNUMBER({cell}),ROUND(N({cell})-({float(content):.15g}),6)=0)"
        line = content.partition("\n")[0][:_COMPARED]
        if line == content:
            return f"EXACT({cell},{quoted(line)})"
        return f"EXACT(LEFT({cell},{length_on_sheet(line)}),{quoted(line)})"

    def _content(self, pointer: str, place: LabelledCell) -> Content:
        """What the copy was made with at a pointer."""
        if pointer in self._draft.typed:
            return self._draft.typed[pointer]
        value = get(self._draft.record, pointer)
        return None if place.item is None else on_cell(self._form.mapping, place.item, value)

    def _reference(self, place: LabelledCell) -> str:
        area = Area(*place.address, *place.address)
        return f"'{self._form.template.sheet}'!{area.absolute}"
