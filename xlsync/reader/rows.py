"""The rows of a table that was found by its heading row: put right where they slipped, levels read.

On paper a level stands once and holds for the rows below it. A row without labels inherits
from the row above and is not corrected by its content; a first level that is missing or
misprinted follows from the second, which stands under one first level only.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Address
from xlsync.base.problems import problem
from xlsync.base.record import DIGEST
from xlsync.form.codes import TICKS
from xlsync.form.label_keys import LabelIndex, placed
from xlsync.form.types import comparable
from xlsync.reader.located import Found, Item

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlsync.base.grid import Cell
    from xlsync.base.problems import Problem
    from xlsync.form.mapping import Table
    from xlsync.reader.located import Located
    from xlsync.reader.titles import Row

Tree = "Mapping[str, Sequence[str]]"
_NAME_AND_VALUE = 2

_NOTE = re.compile(r"[:：]")
"""A line below a table says who filled it in (``填表人：…``); the name of an item has no colon."""


class Levels(NamedTuple):
    """Both levels of a row; None where nothing is known."""

    first: str | None
    second: str | None


class SettledLevels(NamedTuple):
    """The levels that hold, and whether the first was derived from the second."""

    levels: Levels
    derived: bool


def names(tree: Mapping[str, Sequence[str]]) -> set[str]:
    """Every name of both levels."""
    return {*tree, *(second for seconds in tree.values() for second in seconds)}


def parent(tree: Mapping[str, Sequence[str]], second: str | None) -> str | None:
    """The only first level that a second level stands under, or None."""
    parents = [first for first, seconds in tree.items() if second in seconds]
    return parents[0] if len(parents) == 1 else None


def settle(tree: Mapping[str, Sequence[str]], own: Levels, above: Levels) -> SettledLevels:
    """Fill in what a row does not say itself.

    A first level that is a second level's name is a misprint: then the tree decides.
    """
    if own == Levels(None, None):
        return SettledLevels(above, derived=False)
    first, second = own
    if first is None:
        inherited_fits = second in tree.get(above.first or "", ())
        derived = None if inherited_fits else parent(tree, second)
        return SettledLevels(Levels(derived or above.first, second), derived is not None)
    if first in tree:
        inherited = above.second if first == above.first else None
        return SettledLevels(Levels(first, second or inherited), derived=False)
    derived = parent(tree, second or first)
    if derived is None or first not in names(tree):
        return SettledLevels(own, derived=False)
    return SettledLevels(Levels(derived, second or first), derived=True)


JOINED = "*"
"""The column where operator, value and unit stand together."""


def heading_index(table: Table) -> LabelIndex:
    """The headings of a table; that of the joined quantity stands for :data:`JOINED`."""
    joined = table.quantity.labels if table.quantity else ()
    return LabelIndex(
        [
            *((label, name) for name, column in table.columns.items() for label in column.labels),
            *((label, JOINED) for label in joined),
        ]
    )


def heading_columns(table: Table, index: LabelIndex, row: Row) -> dict[str, int] | None:
    """The columns of a heading row, or None where the row is none.

    A heading row names the levels and the item; the joined quantity stands as :data:`JOINED`.
    """
    return placed_headings(table, index, {at: cell.text for at, cell in reversed(row.items())})


def placed_headings(
    table: Table, index: LabelIndex, texts: dict[int, str]
) -> dict[str, int] | None:
    """The same for texts by their columns."""
    columns = placed(index, texts)
    needed = {*table.levels, table.name}
    return columns if needed <= columns.keys() else None


class TableRows:
    """The rows of one table, read one after the other."""

    def __init__(self, located: Located, name: str) -> None:
        """Begin a table of the located form."""
        self.located = located
        self.name = name
        self.table = located.form.mapping.tables[name]
        self.items = located.items.setdefault(name, [])
        self.tree = located.form.mapping.trees[self.table.tree] if self.table.tree else {}
        self.known = {comparable(text) for text in names(self.tree)}
        self.captions = LabelIndex((label, name) for label in self.table.labels)
        self.headings = LabelIndex(
            (label, name) for name, column in self.table.columns.items() for label in column.labels
        )
        self.strays: list[tuple[int, Row]] = []
        self.options = {
            comparable(value): (name, value)
            for name, column in self.table.columns.items()
            if column.codes
            for value in located.form.mapping.codes[column.codes].values
        }
        self.optional: dict[int, tuple[str, str]] = {}
        self.columns: dict[str, int] = {}
        self.is_new = True
        self.last = 0

    def begin(self, number: int, columns: dict[str, int]) -> None:
        """A heading row, the first or one repeated after a page break."""
        self.columns = columns
        self.last = number
        self.is_new = True

    def read(self, number: int, row: Row) -> bool:
        """One row below the headings; whether it is a second row of these."""
        cells = {column: cell for column, cell in row.items() if not self.is_caption(column, cell)}
        if not cells:
            return False
        if self.is_subheading(number, cells):
            return True
        cells = self.chosen(cells) if self.optional else cells
        row_id = self.carried_id(cells)
        if self.is_aligned(cells):
            self.add(number, cells, row_id)
        elif (slipped := self.slipped(number, cells)) is not None:
            self.report_slipped(number, cells)
            self.items.append(Item(number, slipped, row_id, joined=True))
            self.last = number
        else:
            self.strays.append((number, cells))
        return False

    def carried_id(self, cells: Row) -> str | None:
        """Take a row's id from the row, as our own sheets carry it to the right of the table."""
        last = max(cells)
        if len(cells) == 1 or last <= max(self.columns.values()):
            return None
        text = cells[last].text.strip()
        return cells.pop(last).text.strip() if DIGEST.fullmatch(text) else None

    def is_caption(self, column: int, cell: Cell) -> bool:
        """The table's own label, left of the headings."""
        return column < self.columns[self.table.name] and cell.text in self.captions

    def is_subheading(self, number: int, cells: Row) -> bool:
        """A second heading row, right below the first, that names further columns.

        The parts of the quantity stand there, what several columns have in common, or the
        options of one column, each with a column of its own to be ticked.
        """
        is_new, self.is_new = self.is_new, False
        if not is_new:
            return False
        texts = {at: cell.text for at, cell in cells.items()}
        optional = {
            at: self.options[key]
            for at, text in texts.items()
            if (key := comparable(text)) in self.options
        }
        counts = Counter(name for name, _ in optional.values())
        optional = {at: one for at, one in optional.items() if counts[one[0]] > 1}
        labels = placed(self.headings, texts)
        labels = {name: at for name, at in labels.items() if at not in optional}
        parts = self.table.parts
        known = {*self.columns} - ({*parts} if len({*labels} & {*parts}) > 1 else set())
        if len(labels) + len(optional) != len(cells) or {*labels} & known:
            return False
        if parts and parts[1] in labels:
            self.columns.pop(JOINED, None)
        self.columns |= labels
        self.optional = optional
        self.last = number
        return True

    def chosen(self, cells: Row) -> Row:
        """The cells of a row with those of options put together, at the place of the ticked one."""
        ticked: dict[str, list[int]] = {}
        for at, (name, _) in self.optional.items():
            if at in cells and cells[at].text.strip():
                ticked.setdefault(name, []).append(at)
        rest = {at: cell for at, cell in cells.items() if at not in self.optional}
        for name, places in ticked.items():
            values = [self.optional[at][1] for at in places]
            is_tick = all(cells[at].text.strip() in TICKS for at in places)
            text = "、".join(values) if is_tick else cells[places[0]].text
            rest[places[0]] = cells[places[0]]._replace(text=text)
            self.columns[name] = places[0]
        return dict(sorted(rest.items()))

    def is_aligned(self, cells: Row) -> bool:
        """Whether the row makes sense as it stands under its headings.

        It does with a name and a value, whatever else it says, and with levels of the tree.
        """
        if not set(cells) <= set(self.columns.values()):
            return False
        by_name = {name: cells[at] for name, at in self.columns.items() if at in cells}
        if self.table.quantity is None:
            return True
        value = by_name.get(JOINED) or by_name.get(self.table.quantity.value)
        if self.table.name in by_name and value is not None:
            return True
        levels = [by_name[level] for level in self.table.levels if level in by_name]
        return all(comparable(cell.text) in self.known for cell in levels)

    def add(self, number: int, cells: Row, row_id: str | None) -> None:
        """Take a row as it stands."""
        found = {
            name: Found(Address(number, column), cells[column])
            for name, column in self.columns.items()
            if column in cells
        }
        parts, joined = self.table.parts, found.pop(JOINED, None)
        if joined is not None and found.setdefault(parts[1], joined) is not joined:
            # The value stands apart already: what the other column says is told.
            self.strays.append((number, {joined.address.column: joined.cell}))
        is_apart = {*parts[::2]} <= self.columns.keys()
        self.items.append(Item(number, found, row_id, joined=not is_apart))
        self.last = number

    def slipped(self, number: int, cells: Row) -> dict[str, Found] | None:
        """A row out of place, by its labels: value last, name before it, levels first.

        A table with other columns than these keeps its rows in place: nothing tells which
        cell is which.
        """
        table = self.table
        if table.quantity is None or table.columns.keys() != {
            *table.levels,
            table.name,
            *table.parts,
        }:
            return None
        found = [Found(Address(number, column), cell) for column, cell in cells.items()]
        levels = len(self.table.levels)
        if not _NAME_AND_VALUE <= len(found) <= levels + _NAME_AND_VALUE:
            return None
        *labels, name, value = found
        if not labels and (number != self.last + 1 or _NOTE.search(name.cell.text)):
            return None
        if comparable(name.cell.text) in self.known or not all(
            comparable(label.cell.text) in self.known for label in labels
        ):
            return None
        return self.levels(labels) | {table.name: name, table.quantity.value: value}

    def levels(self, labels: list[Found]) -> dict[str, Found]:
        """Which level each label is; a single one is told by the tree."""
        if not labels:
            return {}
        upper, lower = self.table.levels
        if len(labels) == 1:
            first = comparable(labels[0].cell.text) in {comparable(text) for text in self.tree}
            return {upper if first else lower: labels[0]}
        return dict(zip((upper, lower), labels, strict=False))

    def report_slipped(self, number: int, cells: Row) -> None:
        """Say that a row was put back, quoting it."""
        texts = [cell.text for cell in cells.values()]
        message = f"这一行错位，已按标签归位：“{texts[-2]}”，值“{texts[-1]}”，请核对。"
        pointer = f"{self.table.pointer}/{len(self.items)}"
        one = problem("S002", message, pointer=pointer, found="\t".join(texts))
        self.located.report(one, Address(number, min(cells)))

    def quoted(self, number: int, cells: Row) -> Iterator[Problem]:
        """Content that is no row of the table (S007)."""
        for column, cell in cells.items():
            message = f"“{self.table.label}”中无法归位的内容，未读入，请移到相应栏目或删除。"
            one = problem("S007", message, found=cell.text or f"={cell.formula}")
            yield one.at(self.located.sheet.name or None, Address(number, column).a1)
