"""What every value type can do: read a cell, hold a canonical value, fill a cell.

Reading collects problems and never guesses: a text that cannot be read gives null and a
problem that quotes it. A canonical value is a fixed point: written to a cell and read back
it is the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from xlsync.base.grid import Cell
    from xlsync.base.problems import Problem
    from xlsync.base.record import Json

    Content = str | int | Decimal | dt.date


class Parsed(NamedTuple):
    """A value read from a cell, and the problems (without a place) found on the way.

    ``readable`` is false where the cell holds something that is no value of the type.
    """

    value: Json
    problems: tuple[Problem, ...] = ()
    readable: bool = True


class OnSheet(NamedTuple):
    """What a client can check of a cell: the code, what is expected, and when it is right.

    ``holds`` is a formula with ``{cell}`` for a reference; it need not hold for a blank cell, and
    may be an error where it does not. ``briefly`` says the same where there is little room.
    """

    code: str
    expected: str
    holds: str
    briefly: str | None = None


class ValueType(ABC):
    """One kind of value."""

    on_sheet: OnSheet | None = None

    json_type: ClassVar[type] = str
    number_format: str = "General"
    """The spreadsheet number format of an input cell of this type."""

    @abstractmethod
    def parse(self, cell: Cell) -> Parsed:
        """Read a non-empty cell."""

    def rebased(self, cell: Cell) -> Cell:
        """The cell of a workbook that counts days from 1904, as one from 1900 would hold it."""
        return cell

    @abstractmethod
    def canonical(self, value: Json) -> Json:
        """Return the canonical form of a JSON value of ``json_type``.

        Raises:
            ValueError: when the value is none of this type; the message is Chinese.
        """

    @abstractmethod
    def content(self, value: Json) -> Content:
        """What a canonical value puts into a spreadsheet cell."""
