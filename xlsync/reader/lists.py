"""Tables of other shapes in a form found by its labels.

Numbered lists beside their caption, such as 目标1 to 目标n, and two tables in the same rows that
share their first level: the goals of the medium term beside those of the year.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlsync.base.grid import Address
from xlsync.base.record import DIGEST
from xlsync.form.label_keys import LabelIndex
from xlsync.reader.located import Found, Item
from xlsync.reader.rows import JOINED, TableRows, heading_columns, placed_headings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlsync.base.grid import Cell
    from xlsync.reader.located import Located
    from xlsync.reader.titles import Row

_SEVERAL = 2


class ListTables:
    """Tables of one column whose items stand beside the caption, one a cell or all in one cell.

    Each is numbered (``目标1：…``); the numbers are paper's and no part of an item.
    """

    def __init__(self, located: Located) -> None:
        """Collect the tables of a form that are numbered lists."""
        self.located = located
        self.tables = {
            name: table for name, table in located.form.mapping.tables.items() if table.numbered
        }
        self.captions = {
            name: LabelIndex((label, name) for label in table.labels)
            for name, table in self.tables.items()
        }
        self.going: str | None = None

    def begins(self, row: Row) -> bool:
        """Whether a row begins with the caption of a list that was not found yet."""
        first = row[min(row)].text
        return any(
            first in index and name not in self.located.items
            for name, index in self.captions.items()
        )

    def read(self, number: int, row: Row) -> bool:
        """Take a row that belongs to a list; False where it belongs to none."""
        cells = dict(sorted(row.items()))
        first = min(cells)
        if self.begins(row):
            text = cells.pop(first).text
            self.going = next(name for name, index in self.captions.items() if text in index)
            self.located.headings[self.going] = Address(number, first)
            self.located.items[self.going] = []
        elif self.going is None or not self.pattern(self.going).match(cells[first].text):
            self.going = None
            return False
        for column, cell in cells.items():
            for text in self.items(self.going, cell.text):
                found = Found(Address(number, column), cell).part(text)
                name = self.tables[self.going].name
                self.located.items[self.going].append(Item(number, {name: found}))
        return True

    def items(self, name: str, text: str) -> list[str]:
        """What a cell lists, without its numbers."""
        parts = self.pattern(name).split(text)
        return [part.strip() for part in parts if part.strip()]

    def pattern(self, name: str) -> re.Pattern[str]:
        """How an item of a list begins."""
        word = re.escape(self.tables[name].numbered or "")
        return re.compile(
            rf"(?:^|\n)[ \u3000]*{word}[ \u3000]*[0-9０-９一二三四五六七八九十]*[：:、.]"
        )


def tables_headed(
    located: Located,
    indexes: Mapping[str, LabelIndex],
    rows: Sequence[Row],
    going: str | None,
) -> dict[str, dict[str, int]] | None:
    """Which table the first of some rows is the heading of, and its columns; or which two.

    Of tables with the same headings it is the one whose caption stands left of them, in this
    row or soon below; without one that which is ``going`` on, or the next.
    """
    tables = located.form.mapping.tables
    row, *_ = rows
    placed = ((name, heading_columns(table, indexes[name], row)) for name, table in tables.items())
    found = {name: columns for name, columns in placed if columns is not None}
    if len(found) < _SEVERAL:
        return found or None
    if both := beside_each_other(located, indexes, found, row):
        return both
    for one in rows:
        for name, columns in found.items():
            captions = LabelIndex((label, name) for label in tables[name].labels)
            left = (cell for column, cell in one.items() if column < min(columns.values()))
            if any(cell.text in captions for cell in left):
                return {name: columns}
    name = [*[one for one in found if one == going], *_open(located, found), *found][0]
    return {name: found[name]}


def _open(located: Located, names: Iterable[str]) -> list[str]:
    return [name for name in names if name not in located.headings]


def beside_each_other(
    located: Located,
    indexes: Mapping[str, LabelIndex],
    found: Mapping[str, dict[str, int]],
    row: Row,
) -> dict[str, dict[str, int]] | None:
    """The columns of two tables whose headings stand in one row; None where one stands there.

    The second has all the headings once more, but for the first level, which both share.
    """
    tables = located.form.mapping.tables
    for one, columns in found.items():
        for other in found:
            shared = tables[one].levels[:1]
            if other == one or not shared or tables[other].levels[:1] != shared:
                continue
            # One text may head the value alone and the whole quantity: then the second of two
            # such columns is that of the other table.
            is_twice = JOINED in columns and tables[one].parts[1] in columns
            left = {name: at for name, at in columns.items() if not (is_twice and name == JOINED)}
            taken = {at for name, at in left.items() if name not in shared}
            texts = {at: cell.text for at, cell in row.items() if at not in taken}
            second = placed_headings(tables[other], indexes[other], texts)
            if second is not None:
                return {one: left, other: second}
    return None


class TablesBeside:
    """Two tables in the same rows, read half by half."""

    def __init__(self, located: Located, columns: Mapping[str, dict[str, int]]) -> None:
        """``columns`` are those of both tables, by their names."""
        self.names = tuple(columns)
        self.halves = [TableRows(located, name) for name in columns]
        self.above: list[Cell | None] = [None, None]

    def begin(self, number: int, columns: Mapping[str, dict[str, int]]) -> None:
        """A heading row, the first or one repeated after a page break."""
        for half in self.halves:
            half.begin(number, columns[half.name])
        left, right = ({*columns[name].values()} for name in self.names)
        self.shared = left & right

    def side(self, at: int, cell: Cell) -> int:
        """The half that a cell belongs to: by its column, or that of the heading left of it.

        Right of all columns our own sheets have the ids of both items, one behind the other.
        """
        left, right = ({*half.columns.values()} - self.shared for half in self.halves)
        if DIGEST.fullmatch(cell.text.strip()) and at > max(left | right):
            return int(at - max(left | right) == _SEVERAL)
        if at in left or at in right:
            return int(at in right)
        return int(at > min(right))

    def read(self, number: int, row: Row) -> bool:
        """One row: to each half its cells, and to both the level that they share.

        A half that is blank takes nothing, but remembers the level for its next item.
        """
        shared = {at: cell for at, cell in row.items() if at in self.shared}
        parts: list[Row] = [{}, {}]
        for at, cell in row.items():
            if at not in self.shared and not self.halves[0].is_caption(at, cell):
                parts[self.side(at, cell)][at] = cell
        for part in parts:
            if all(DIGEST.fullmatch(cell.text.strip()) for cell in part.values()):
                part.clear()  # the id of an item that was cleared
        if not any(parts):
            parts[0] = dict(shared)
        for index, (half, part) in enumerate(zip(self.halves, parts, strict=True)):
            level = next(iter(shared.values()), None) or self.above[index]
            is_filled = any(at not in self.shared for at in part)
            self.above[index] = None if is_filled else level
            levels = dict.fromkeys(self.shared, level) if is_filled and level is not None else {}
            if part:
                half.read(number, dict(sorted({**part, **levels}.items())))
        return False
