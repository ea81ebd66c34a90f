"""Where on a sheet forms begin: split on titles, never on blank lines or counts.

Forms may also stand beside each other. A sheet is cut between two columns only where both sides
then have a title and the labels of its form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import MAX_COLUMN
from xlsync.form.label_keys import LabelIndex
from xlsync.form.types import comparable
from xlsync.form.types.texts import LONGEST_LABEL
from xlsync.form.types.units import said_unit
from xlsync.workbook.helper_sheets import headings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlsync.base.grid import Address, Cell, Sheet
    from xlsync.form import Form

Row = dict[int, "Cell"]

_MOST_LOOKED_AT = 1_000
"""Texts of a sheet among which labels are looked for; its form has some hundred."""


@dataclass(slots=True)
class Region:
    """The rows from one title to the next.

    ``forms`` are those that bear the title; a relative has a name and no form here, ``helper``
    is the heading of a sheet beside our own forms, which printing puts behind them.
    ``comments`` are those on its rows, and on blank ones below.
    Rows before the first title make a region with neither.
    """

    start: int
    forms: list[Form] = field(default_factory=list)
    relative: str | None = None
    helper: str | None = None
    rows: dict[int, Row] = field(default_factory=dict)
    comments: dict[Address, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many cells and comments there are."""
        return sum(map(len, self.rows.values())) + len(self.comments)

    @property
    def length(self) -> int:
        """Characters of all cells."""
        return sum(len(cell.text) for row in self.rows.values() for cell in row.values())


class Nearest(NamedTuple):
    """The title of a form, and the texts of a sheet that are labels of it."""

    title: str
    labels: list[str]


class Titles:
    """The titles of all known forms and of their relatives."""

    def __init__(self, forms: Iterable[Form]) -> None:
        """Collect every title by which a copy may be headed, and the labels of all fields."""
        self._forms: dict[str, list[Form]] = {}
        self._beginnings: set[str] = set()
        self._labels: set[str] = set()
        self._relatives: dict[str, str] = {}
        self._helpers: set[str] = set()
        for form in forms:
            self._helpers.update(map(comparable, headings(form)))
            for title in form.mapping.titles:
                self._forms.setdefault(comparable(title), []).append(form)
                self._beginnings.add(comparable(title)[:1])
            for item in form.mapping.fields.values():
                self._labels.update(map(comparable, item.labels))
            for relative in form.mapping.relatives:
                for title in relative.titles:
                    self._relatives[comparable(title)] = relative.name

    def nearest(self, texts: Iterable[str]) -> Nearest | None:
        """The form of which most labels are among some texts; None where there is none of any."""
        seen = list(islice(dict.fromkeys(texts), _MOST_LOOKED_AT))
        found = {
            form.mapping.title: [text for text in seen if text in index]
            for form, index in self._indexes
        }
        best = max(found, key=lambda title: len(found[title]), default=None)
        return Nearest(best, found[best]) if best is not None and found[best] else None

    @cached_property
    def _indexes(self) -> list[tuple[Form, LabelIndex]]:
        made = []
        for form in {one.id: one for forms in self._forms.values() for one in forms}.values():
            mapping = form.mapping
            items = [(label, slot) for slot, one in mapping.fields.items() for label in one.labels]
            for name, table in mapping.tables.items():
                for key, column in table.columns.items():
                    items += [(label, f"{name}.{key}") for label in column.labels]
            made.append((form, LabelIndex(items)))
        return made

    def regions(self, sheet: Sheet) -> Iterator[Region]:
        """Cut a sheet at its titles; a title's own row belongs to its region."""
        parts = self._parts(sheet.rows()) if sheet.name else [sheet.rows()]
        lefts = [min((min(row) for row in part.values()), default=1) for part in parts]
        for index, part in enumerate(parts):
            regions = self._below_each_other(part)
            for address, comment in sheet.comments.items():
                side = max((n for n, left in enumerate(lefts) if left <= address.column), default=0)
                if side == index:
                    last = max(n for n, one in enumerate(regions) if one.start <= address.row)
                    regions[last].comments[address] = comment
            yield from (region for region in regions if region.rows or region.comments)

    def _below_each_other(self, rows: dict[int, Row]) -> list[Region]:
        regions = [Region(start=1)]
        for number, row in rows.items():
            begun = self._begun(number, row)
            if begun is not None:
                regions.append(begun)
            regions[-1].rows[number] = row
        return regions

    def _parts(self, rows: dict[int, Row]) -> list[dict[int, Row]]:
        """The rows cut between the columns of forms that stand beside each other."""
        for column in self._cuts(rows):
            sides = [_columns(rows, right=column), _columns(rows, left=column)]
            if all(self._has_form(side) for side in sides):
                return [*self._parts(sides[0]), *self._parts(sides[1])]
        return [rows]

    def _cuts(self, rows: dict[int, Row]) -> list[int]:
        """The columns where another form may begin: behind an empty one, or at a second title."""
        used = sorted({column for row in rows.values() for column in row})
        cuts = {right for left, right in pairwise(used) if right > left + 1}
        for number, row in rows.items():
            if (begun := self._begun(number, row)) is not None and begun.forms:
                titled = [column for column in row if self._titled(_unitless(row[column].text))]
                cuts |= set(titled[1:])
        return sorted(cuts)

    def _has_form(self, rows: dict[int, Row]) -> bool:
        """Whether a title stands here with most of the labels of its form below it."""
        for region in self._below_each_other(rows):
            cells = (cell for row in region.rows.values() for cell in row.values())
            seen = {comparable(cell.text) for cell in cells} & self._labels if region.forms else ()
            fields = [len(form.mapping.fields) for form in region.forms]
            if fields and len(seen) * 2 > min(fields):
                return True
        return False

    def _begun(self, number: int, row: Row) -> Region | None:
        if len(row) == 1 and comparable(text := next(iter(row.values())).text) in self._helpers:
            return Region(number, helper=text)
        for cell in row.values():
            if len(cell.text) > LONGEST_LABEL:
                continue
            key = comparable(cell.text)
            if key in self._labels:
                return None  # what follows a label is its value, whatever it says
            if forms := self._titled(key) or self._titled(_unitless(cell.text)):
                return Region(number, forms=forms)
            if key in self._relatives and key not in self._forms:
                return Region(number, relative=self._relatives[key])
        return None

    def _titled(self, key: str) -> list[Form]:
        if key in self._forms:
            return self._forms[key]
        if key[:1] not in self._beginnings:
            return []
        for title, forms in self._forms.items():
            if key.startswith(title) and _is_pattern(key.removeprefix(title), forms):
                return forms
        return []


def _columns(rows: dict[int, Row], left: int = 1, right: int = MAX_COLUMN + 1) -> dict[int, Row]:
    """The cells from one column on and before another; rows without any are left out."""
    cut = {
        number: {column: cell for column, cell in row.items() if left <= column < right}
        for number, row in rows.items()
    }
    return {number: row for number, row in cut.items() if row}


def _unitless(text: str) -> str:
    """A title without the unit of the amounts below it."""
    said = said_unit(text)
    return said.label if said is not None else comparable(text)


def _is_pattern(text: str, forms: list[Form]) -> bool:
    patterns = (item.pattern for form in forms for item in form.mapping.fields.values())
    return any(pattern and re.fullmatch(pattern, text) for pattern in patterns)
