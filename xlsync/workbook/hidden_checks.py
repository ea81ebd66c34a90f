"""The checks of a form as the hidden sheet has them: what each says, and where all of it is joined.

A check that fires says the number of the row or field that it fires for, the place, and its own
number, in so many characters, with no blank at either end, which programs would cut off. What the
checks of one row say is joined there, then that of all rows, so that the n-th finding is cut out of
one text. What is to be said of it stands once, whatever the row or the field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Address
from xlsync.form.rules.sheet import CheckedSpot, quoted
from xlsync.workbook.checks import sheet_checks
from xlsync.workbook.sheet_view import HiddenView, in_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlsync.form.form import Form
    from xlsync.form.layout import Layout
    from xlsync.form.rules.sheet import SheetCheck
    from xlsync.workbook.sheet_view import HiddenColumn

LABELLED = "“#”"
"""Stands in a message for the label of the field or table that it is about."""

NUMBER, PLACE, KIND = 4, 8, 3
WIDTH = NUMBER + PLACE + KIND
"""Characters of a finding: the number of its row, its place between blanks, that of its check."""

_JOINED = 25
"""Cells whose findings one formula joins."""

_LONGEST = 5000
"""Characters of a formula; programs take 8192."""

_GROUPS = 4


class CheckKind(NamedTuple):
    """What a check says in whatever row or field, and what it computes for that."""

    code: str
    message: str
    given: str | None


class HiddenFinding(NamedTuple):
    """One thing that the sheet may find, and the characters that say so there."""

    code: str
    place: Address
    rank: int
    text: str


class HiddenChecks:
    """The checks of a form with so many rows in its tables, each with the number of its kind."""

    def __init__(self, form: Form, layout: Layout) -> None:
        """Gather the checks."""
        self.view = HiddenView(form, layout)
        self._form = form
        self._checks: list[tuple[SheetCheck, int]] = []
        known: dict[CheckKind, int] = {}
        for check in sheet_checks(form.mapping, self.view):
            kind = CheckKind(check.code, self._message(check), check.given)
            self._checks.append((check, known.setdefault(kind, len(known) + 1)))
        self.kinds = list(known)

    def label(self, spot: CheckedSpot) -> str:
        """The label of a field or a table."""
        mapping = self._form.mapping
        item = mapping.tables[spot.table] if spot.table else mapping.fields[spot.name or ""]
        return item.label

    def findings(self) -> Iterator[HiddenFinding]:
        """Everything that may be found."""
        for check, kind in self._checks:
            for number, place in self._places(check.spot):
                text = f"{number:0{NUMBER}}{f' {place.a1} ':{PLACE}}{kind:0{KIND}}"
                yield HiddenFinding(check.code, place, check.rank, text)

    def joined(self) -> list[list[str]]:
        """What errors, gaps of fields, other gaps and doubts say: references to joined texts.

        Of each, fields come first, then tables row by row.
        """
        joins = self.view.new_column()
        places = self._subject_places()
        groups: list[list[str]] = []
        for group in range(_GROUPS):
            cells = [*self._of_subjects(group, places), *self._of_rows(group)]
            groups.append([])
            for begin in range(0, len(cells), _JOINED):
                row = len(joins.cells) + 1
                joins.cells[row] = "&".join(cells[begin : begin + _JOINED])
                groups[-1].append(joins.at(row))
        return groups

    def _subject_places(self) -> HiddenColumn:
        """The rows and places of fields and tables, as findings say them."""
        places = self.view.new_column()
        for spot, row in self.view.subjects.items():
            number = quoted(f"{row:0{NUMBER}}")
            places.cells[row] = f"{number}&{_placed(self.view.place(spot))}"
        return places

    def _of_subjects(self, group: int, places: HiddenColumn) -> Iterator[str]:
        """Where fields and tables say what fires of a group of checks."""
        columns: list[HiddenColumn] = []
        for spot, row in self.view.subjects.items():
            fired = (
                self.view.within(spot, _fired(check, kind, places.here))
                for check, kind in self._of_group(group)
                if check.spot == spot
            )
            for index, formula in enumerate(_formulas(fired)):
                if index == len(columns):
                    columns.append(self.view.new_column())
                columns[index].cells[row] = formula
                yield columns[index].at(row)

    def _of_rows(self, group: int) -> Iterator[str]:
        """Where the rows of tables say what fires of a group of checks."""
        for name, table in self.view.tables.items():
            row = self.view.row(name)
            number = row.once(f'RIGHT("{"0" * NUMBER}"&(ROW()-{table.first - 1}),{NUMBER})')
            fired = (
                _fired(check, kind, f"{number}&{_placed(self.view.place(check.spot))}")
                for check, kind in self._of_group(group)
                if check.spot.table == name and check.spot.name is not None
            )
            columns = [row.once(formula) for formula in _formulas(fired)]
            for at in range(table.first, table.last + 1):
                yield from (in_row(column, at) for column in columns)

    def _of_group(self, group: int) -> Iterator[tuple[SheetCheck, int]]:
        for check, kind in self._checks:
            of_rows = check.gap and check.spot.table is not None
            if group == check.rank + (check.rank > 1 or of_rows):
                yield check, kind

    def _places(self, spot: CheckedSpot) -> Iterator[tuple[int, Address]]:
        """The places that a check may fire for, each with its number."""
        if spot in self.view.subjects:
            yield self.view.subjects[spot], self.view.address(spot)
            return
        table = self.view.tables[spot.table or ""]
        for number, row in enumerate(range(table.first, table.last + 1), start=1):
            yield number, Address(row, table.columns[spot.name or ""])

    def _message(self, check: SheetCheck) -> str:
        """The message of a check, without the label of its field."""
        if check.spot in self.view.subjects:
            label = f"“{self.label(check.spot)}”"
            if check.message.startswith(label):
                return f"{LABELLED}{check.message.removeprefix(label)}"
        return check.message


def _fired(check: SheetCheck, kind: int, place: str) -> str:
    """What a check says where it fires, else nothing."""
    return f'IFERROR(IF({check.wrong},{place}&"{kind:0{KIND}}",""),"")'


def _formulas(texts: Iterable[str]) -> Iterator[str]:
    """Formulas that join these texts, none too long."""
    joined = ""
    for text in texts:
        if joined and len(joined) + len(text) > _LONGEST:
            yield joined
            joined = ""
        joined = f"{joined}&{text}" if joined else text
    if joined:
        yield joined


def _placed(cell: str) -> str:
    """An expression for the address of a cell between blanks, in so many characters."""
    return f'LEFT(" "&ADDRESS(ROW({cell}),COLUMN({cell}),4)&"{" " * PLACE}",{PLACE})'
