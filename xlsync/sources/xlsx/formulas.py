"""Shared formulas: what the formula of the first cell says in another cell of the group.

Excel writes a formula that was filled over several cells once; the others only name its group
(ECMA-376 part 1, clause 18.3.1.40). In them relative references move along.
"""

from __future__ import annotations

import re

from xlsync.base.grid import MAX_COLUMN, MAX_ROW, Address, column_letters

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


def shifted(formula: str, rows: int, columns: int) -> str:
    """Return the formula as it reads so many rows below and columns to the right.

    A reference that is pushed over the edge of the sheet wraps around it, as it does in Excel.
    """

    def move(match: re.Match[str]) -> str:
        try:
            return _moved(match, rows, columns)
        except ValueError:  # letters beyond XFD: a name
            return match[0]

    return _TOKEN.sub(move, formula)


def _moved(match: re.Match[str], rows: int, columns: int) -> str:
    if match["column"]:
        return _column(match, "column", columns) + _row(match, "row", rows)
    if match["from"]:
        return f"{_column(match, 'from', columns)}:{_column(match, 'to', columns)}"
    if match["top"]:
        return f"{_row(match, 'top', rows)}:{_row(match, 'end', rows)}"
    return match[0]


def _column(match: re.Match[str], group: str, by: int) -> str:
    if match[f"{group}_fixed"]:
        return f"${match[group]}"
    column = Address.parse(f"{match[group]}1").column
    return column_letters((column - 1 + by) % MAX_COLUMN + 1)


def _row(match: re.Match[str], group: str, by: int) -> str:
    if match[f"{group}_fixed"]:
        return f"${match[group]}"
    return str((int(match[group]) - 1 + by) % MAX_ROW + 1)
