"""Shared formulas: what the formula of the first cell says in another cell of the group.

Excel writes a formula that was filled over several cells once; the others only name its group
(ECMA-376 part 1, clause 18.3.1.40). In them relative references move along.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import MAX_COLUMN, MAX_ROW, Address, column_letters

if TYPE_CHECKING:
    from collections.abc import Iterator

# Quoted text and quoted sheet names come first, so that nothing inside of them is taken for a
# reference. A word that only looks like one (LOG10(…), a name, a sheet's name) is left alone.
_TOKEN = re.compile(
    r"""
      "[^"]*" | '[^']*'
    | (?<![\w.$\\]) (?:
        (?P<column_fixed>\$?)(?P<column>[A-Za-z]{1,3})(?P<row_fixed>\$?)(?P<row>[1-9][0-9]{0,6})
      | (?P<from_fixed>\$?)(?P<from>[A-Za-z]{1,3}):(?P<to_fixed>\$?)(?P<to>[A-Za-z]{1,3})
      | (?P<top_fixed>\$?)(?P<top>[1-9][0-9]{0,6}):(?P<end_fixed>\$?)(?P<end>[1-9][0-9]{0,6})
    ) (?![\w.(!])
    """,
    re.VERBOSE,
)


class _Line(NamedTuple):
    """A row or a column that a formula refers to and that moves along."""

    number: int
    is_row: bool

    def moved(self, rows: int, columns: int) -> str:
        """The same so many rows below and columns to the right, as it is spelled."""
        if self.is_row:
            return str((self.number - 1 + rows) % MAX_ROW + 1)
        return column_letters((self.number - 1 + columns) % MAX_COLUMN + 1)


def shifted(formula: str, rows: int, columns: int) -> str:
    """Return the formula as it reads so many rows below and columns to the right.

    A reference that is pushed over the edge of the sheet wraps around it, as it does in Excel.
    """
    pieces = _pieces(formula)
    return "".join([one if isinstance(one, str) else one.moved(rows, columns) for one in pieces])


# Each formula of a row moves to hundreds of rows below it.
@lru_cache(maxsize=512)
def _pieces(formula: str) -> list[str | _Line]:
    """A formula cut into what stays and what moves."""
    pieces: list[str | _Line] = []
    end = 0
    for match in _TOKEN.finditer(formula):
        try:
            moving = [*_moving(match)]
        except ValueError:  # letters beyond XFD: a name
            continue
        for start, stop, line in moving:
            pieces += (formula[end:start], line)
            end = stop
    return [*pieces, formula[end:]]


def _moving(match: re.Match[str]) -> Iterator[tuple[int, int, _Line]]:
    """The rows and columns of a reference that are not fixed, each with where it stands."""
    for group in ("column", "from", "to"):
        if match[group] and not match[f"{group}_fixed"]:
            yield *match.span(group), _Line(Address.parse(f"{match[group]}1").column, is_row=False)
    for group in ("row", "top", "end"):
        if match[group] and not match[f"{group}_fixed"]:
            yield *match.span(group), _Line(int(match[group]), is_row=True)
