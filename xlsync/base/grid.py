"""Addresses, areas, cells and sheets: what every source of tables is turned into.

A workbook, a tab-separated text, a word-processor table: to the reader they are all the
same sparse grid. Rows and columns count from 1, as people and A1 addresses do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.problems import Problem

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384

_LETTERS = 26
_A1 = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")


class Address(NamedTuple):
    """One cell: row and column, both from 1. It sorts in reading order."""

    row: int
    column: int

    @property
    def a1(self) -> str:
        """The address as people write it, such as ``C14``."""
        return f"{column_letters(self.column)}{self.row}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``C14`` or ``$C$14``.

        Raises:
            ValueError: when the text is no address or lies outside a worksheet.
        """
        match = _A1.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a cell address")
        column = 0
        for letter in match[1].upper():
            column = column * _LETTERS + ord(letter) - ord("A") + 1
        address = cls(int(match[2]), column)
        if address.row > MAX_ROW or address.column > MAX_COLUMN:
            raise ValueError(f"{text!r} lies outside a worksheet")
        return address

    def moved(self, rows: int, columns: int = 0) -> Address:
        """The address that lies so many rows below and columns to the right."""
        return Address(self.row + rows, self.column + columns)


def column_letters(column: int) -> str:
    """Return the letters of a column, ``28`` → ``AB``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


class Area(NamedTuple):
    """A rectangle of cells, both corners included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def first(self) -> Address:
        """The upper left cell, which holds the value of a merged area."""
        return Address(self.top, self.left)

    @property
    def a1(self) -> str:
        """The area as people write it: ``C3:D3``, or ``C3`` for a single cell."""
        last = Address(self.bottom, self.right)
        return self.first.a1 if last == self.first else f"{self.first.a1}:{last.a1}"

    @property
    def absolute(self) -> str:
        """The area with dollar signs, ``$C$3:$D$3``, as formulas and defined names want it."""
        corners = dict.fromkeys(((self.left, self.top), (self.right, self.bottom)))
        return ":".join(f"${column_letters(column)}${row}" for column, row in corners)

    @classmethod
    def parse(cls, text: str) -> Area:
        """Read ``C3:D3`` or ``C3``, with or without dollar signs; corners in any order.

        Raises:
            ValueError: when the text is no area.
        """
        first, _, last = text.partition(":")
        one, two = Address.parse(first), Address.parse(last or first)
        return cls(
            min(one.row, two.row),
            min(one.column, two.column),
            max(one.row, two.row),
            max(one.column, two.column),
        )

    def covers(self, address: Address) -> bool:
        """Whether an address lies in the area."""
        return self.top <= address.row <= self.bottom and self.left <= address.column <= self.right

    def overlaps(self, other: Area) -> bool:
        """Whether the two areas share a cell."""
        return not (
            other.top > self.bottom
            or other.bottom < self.top
            or other.left > self.right
            or other.right < self.left
        )

    def moved(self, rows: int, columns: int = 0) -> Area:
        """The area that lies so many rows below and columns to the right."""
        return Area(self.top + rows, self.left + columns, self.bottom + rows, self.right + columns)

    def cells(self) -> Iterator[Address]:
        """Every address of the area, in reading order."""
        for row in range(self.top, self.bottom + 1):
            for column in range(self.left, self.right + 1):
                yield Address(row, column)


class Kind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    ERROR = "error"


class Aside(NamedTuple):
    """What a cell shows that is no part of its content: text struck through, footnote marks.

    ``is_whole`` says that all of the cell is struck through; its text is its content all the same.
    """

    struck: str = ""
    notes: str = ""
    is_whole: bool = False


class Cell(NamedTuple):
    """What one cell holds, unchanged.

    ``text`` is the content as the file has it: a string unstripped, the digits of a number,
    ``TRUE``, ``#REF!``; a date as ISO (``2023-01-01``, with ``T08:30:00`` where it has a time).
    A formula without a cached result has an empty text. Of a rich text, runs that are struck
    through and raised footnote marks are set ``aside``, and raised digits are those of Unicode.
    """

    text: str
    kind: Kind = Kind.TEXT
    number_format: str = "General"
    formula: str | None = None
    locked: bool = True
    aside: Aside | None = None


@dataclass(slots=True)
class Sheet:
    """One sparse sheet: only cells that hold something have an entry.

    ``printed`` are the texts that stand in the margins of printed pages, ``beside`` those of text
    boxes that say something of the whole sheet.
    ``values_only`` says that its source tells neither formulas nor comments nor protection,
    ``is_1904`` that serial numbers count days from 1904. Hidden are rows that a filter leaves
    out, too.
    """

    name: str
    cells: dict[Address, Cell] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)
    comments: dict[Address, str] = field(default_factory=dict)
    visible: bool = True
    protected: bool = False
    values_only: bool = False
    is_1904: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    printed: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def struck(self) -> frozenset[Address]:
        """The cells that are struck through as a whole."""
        whole = (at for at, cell in self.cells.items() if cell.aside and cell.aside.is_whole)
        return frozenset(whole)

    def text(self, address: Address) -> str:
        """The text of a cell, empty where there is none."""
        cell = self.cells.get(address)
        return cell.text if cell else ""

    def rows(self) -> dict[int, dict[int, Cell]]:
        """The non-empty cells by row, then by column, both ascending."""
        table: dict[int, dict[int, Cell]] = {}
        for address in sorted(self.cells):
            if self.cells[address].text.strip() or self.cells[address].formula is not None:
                table.setdefault(address.row, {})[address.column] = self.cells[address]
        return table


@dataclass(slots=True)
class Workbook:
    """All sheets of one file, in their order.

    ``names`` are the defined names that point at one area, as (sheet name, area).
    ``properties`` are the document's core and custom properties that hold text.
    ``problems`` is what the source found while opening the file.
    ``is_text`` says that rows are the lines of a text.
    """

    sheets: list[Sheet] = field(default_factory=list)
    names: dict[str, tuple[str, Area]] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_text: bool = False
