"""Where on a sheet forms begin: split on titles, never on blank lines or counts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlsync.types import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlsync.form import Form
    from xlsync.grid import Address, Cell, Sheet

Row = dict[int, "Cell"]


@dataclass(slots=True)
class Region:
    """The rows from one title to the next.

    ``forms`` are those that bear the title; a relative has a name and no form here.
    ``comments`` are those on its rows, and on blank ones below.
    Rows before the first title make a region with neither.
    """

    start: int
    forms: list[Form] = field(default_factory=list)
    relative: str | None = None
    rows: dict[int, Row] = field(default_factory=dict)
    comments: dict[Address, str] = field(default_factory=dict)


class Titles:
    """The titles of all known forms and of their relatives."""

    def __init__(self, forms: Iterable[Form]) -> None:
        """Collect every title by which a copy may be headed, and the labels of all fields."""
        self._forms: dict[str, list[Form]] = {}
        self._labels: set[str] = set()
        self._relatives: dict[str, str] = {}
        for form in forms:
            for title in form.mapping.titles:
                self._forms.setdefault(comparable(title), []).append(form)
            for item in form.mapping.fields.values():
                self._labels.update(map(comparable, item.labels))
            for relative in form.mapping.relatives:
                for title in relative.titles:
                    self._relatives[comparable(title)] = relative.name

    def regions(self, sheet: Sheet) -> Iterator[Region]:
        """Cut a sheet at its titles; a title's own row belongs to its region."""
        regions = [Region(start=1)]
        for number, row in sheet.rows().items():
            begun = self._begun(number, row)
            if begun is not None:
                regions.append(begun)
            regions[-1].rows[number] = row
        for address, comment in sheet.comments.items():
            last = max(index for index, one in enumerate(regions) if one.start <= address.row)
            regions[last].comments[address] = comment
        yield from (region for region in regions if region.rows or region.comments)

    def _begun(self, number: int, row: Row) -> Region | None:
        for cell in row.values():
            key = comparable(cell.text)
            if key in self._labels:
                return None  # what follows a label is its value, whatever it says
            if forms := self._titled(key):
                return Region(number, forms=forms)
            if key in self._relatives and key not in self._forms:
                return Region(number, relative=self._relatives[key])
        return None

    def _titled(self, key: str) -> list[Form]:
        if key in self._forms:
            return self._forms[key]
        for title, forms in self._forms.items():
            if key.startswith(title) and _is_pattern(key.removeprefix(title), forms):
                return forms
        return []


def _is_pattern(text: str, forms: list[Form]) -> bool:
    patterns = (item.pattern for form in forms for item in form.mapping.fields.values())
    return any(pattern and re.fullmatch(pattern, text) for pattern in patterns)
