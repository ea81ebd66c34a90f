"""The same rules as a spreadsheet says them: one formula for each place that may be wrong.

A staff member sees in the sheet what the reader would say later. Formulas keep to plain functions
that every program has and computes alike: no array, no reference that is computed, nothing that
depends on a language or on how a program takes texts for numbers. What is looked at several
times is copied once, into the hidden sheet: texts without blanks around them, numbers where they
are sound. An error value goes through a text's copy and through every condition, so that no rule
says anything of it; the check of its type has told it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from xlsync.base.problems import Severity
from xlsync.form.types import money_in
from xlsync.form.types.units import UNITS, YUAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsync.form.rules.subject import ColumnPlan, FormPlan, TablePlan


_OTHER_BLANKS = ("\u3000", "\u00a0")
"""``TRIM`` knows the ordinary blank alone; Chinese keyboards type the first of these, web pages
bring the second.
"""

NUMBERED = "第#条"
"""Stands in a message for the number of the row that it is about."""

GIVEN = " # "
"""Stands in a message for the one thing that a check computes for it."""

_LONGEST_TEXT = 250
"""Characters of a text in a formula; Excel takes 255."""


class CheckedSpot(NamedTuple):
    """A place that may be wrong: a field, a column of a table's rows, or where a table begins."""

    table: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class SheetCheck:
    """One thing that may be wrong on the sheet, in a field or in every row of a table.

    ``wrong`` is an expression that is true where it is wrong, ``message`` a text, in which
    :data:`NUMBERED` and :data:`GIVEN` stand for what is not known before; ``given`` is an
    expression for the latter. A ``gap`` is a place not filled in yet.
    """

    code: str
    severity: Severity
    spot: CheckedSpot
    wrong: str
    message: str
    given: str | None = None
    gap: bool = False

    @property
    def rank(self) -> int:
        """Where it is told: errors (0) come first, then gaps (1), then doubts (2)."""
        if self.gap:
            return 1
        return 0 if self.severity is Severity.ERROR else 2


@dataclass(frozen=True, slots=True)
class Limit:
    """What a client may refuse while it is typed: ``holds`` must be true for the field."""

    slot: str
    holds: str
    expected: str


class RowView(Protocol):
    """Any row of a table: references that mean in each row the cells of that row."""

    @property
    def begun(self) -> str:
        """True where any cell of the row is filled."""

    def cell(self, column: str) -> str:
        """The reference of a cell on the form."""

    def text(self, column: str) -> str:
        """The text of a cell without blanks around it."""

    def number(self, column: str) -> str:
        """The value of a cell if it is one of the column's type, else an empty text."""

    def once(self, expression: str) -> str:
        """The result of an expression about the row, computed once for all who ask for it."""

    def before(self, text: str) -> str:
        """These texts of all rows above, joined."""

    def all(self, reference: str) -> str:
        """What one of these references means in all rows, as an area."""


class LimitView(Protocol):
    """A form's sheet as a validation sees it."""

    @property
    def plan(self) -> FormPlan:
        """The mapping."""

    def cell(self, slot: str) -> str:
        """The reference of a field's cell."""


class SheetView(Protocol):
    """A form's sheet as rules see it: references by slot, table and column."""

    @property
    def plan(self) -> FormPlan:
        """The mapping."""

    @property
    def begun(self) -> str:
        """An expression that is true once the person has begun to fill in the form."""

    def text(self, slot: str) -> str:
        """The text of a field without blanks around it."""

    def length(self, slot: str) -> str:
        """How many characters that has; none of a line of boxes with none ticked."""

    def number(self, slot: str) -> str:
        """The value of a field if it is one of its type, else an empty text."""

    def once(self, slot: str, expression: str) -> str:
        """The result of an expression about a field, computed once for all who ask for it."""

    def row(self, table: str) -> RowView:
        """The rows of a table that stand ready."""


def quoted(text: str) -> str:
    """A text as it stands in a formula."""
    # Some programs take a backslash for the beginning of an escape.
    return '"' + text.replace('"', '""').replace("\\", '"&CHAR(92)&"') + '"'


def joined(text: str) -> str:
    """A text of any length as it stands in a formula."""
    pieces = [text[at : at + _LONGEST_TEXT] for at in range(0, len(text), _LONGEST_TEXT)]
    return "&".join(map(quoted, pieces or [""]))


def trimmed(cell: str) -> str:
    """The text of a cell without blanks around it; an error stays one."""
    for one in _OTHER_BLANKS:
        cell = f'SUBSTITUTE({cell},"{one}"," ")'
    return f"TRIM({cell})"


def packed(text: str) -> str:
    """Such a text without any blank."""
    return f'SUBSTITUTE({text}," ","")'


def without(text: str, signs: Iterable[str]) -> str:
    """A text without these signs."""
    for sign in signs:
        text = f'SUBSTITUTE({text},{quoted(sign)},"")'
    return text


def blank(text: str) -> str:
    """True where such a text is empty; an error value is something."""
    return f"IFERROR(LEN({text}),1)=0"


def filled(text: str) -> str:
    """True where such a text is not empty, an error where it is one."""
    return f"LEN({text})>0"


def both(*conditions: str) -> str:
    """True where all conditions hold."""
    return conditions[0] if len(conditions) == 1 else f"AND({','.join(conditions)})"


def either(*conditions: str) -> str:
    """True where any of the conditions holds."""
    return conditions[0] if len(conditions) == 1 else f"OR({','.join(conditions)})"


def among(text: str, options: Iterable[str]) -> str:
    """True where a text is one of a list, letter by letter; false for an error."""
    # No bar within a text can be taken for one that parts the list.
    listed = "|".join(one.replace("|", "||") for one in options)
    return f'ISNUMBER(FIND("|"&SUBSTITUTE({text},"|","||")&"|",{joined(f"|{listed}|")}))'


def contains(text: str, parts: Iterable[str]) -> str:
    """How many of these parts stand in a text; ``COUNT`` passes over what is not found."""
    return f"COUNT({','.join(f'FIND({quoted(part)},{text})' for part in parts)})"


def readable(text: str) -> str:
    """True where a text is no error."""
    return f"NOT(ISERROR({text}))"


def numbers(*cells: str) -> str:
    """True where all of these hold numbers."""
    return f"COUNT({','.join(cells)})={len(cells)}"


def shown(expression: str, unit: str = YUAN) -> str:
    """An amount in a message."""
    number_format = quoted(money_in(unit).number_format)
    return f"TEXT({expression},{number_format})&{quoted(f' {unit}')}"


def decimals(unit: str) -> int:
    """How many decimals of a unit are a cent."""
    return money_in(unit).places


def worth(number: str, item: ColumnPlan) -> str:
    """A number, an amount in 元 whatever the sheet counts it in."""
    factor = UNITS[item.counted_in]
    return number if factor == 1 else f"{number}*{factor}"


def added_up(cells: Sequence[tuple[str, ColumnPlan]], unit: str) -> str:
    """The sum of cells or columns, in a unit; texts among them count for nothing."""
    if all(item.counted_in == unit for _, item in cells):
        return f"SUM({','.join(cell for cell, _ in cells)})"
    terms = (f"SUM({cell})*{UNITS[item.counted_in]}" for cell, item in cells)
    return f"({'+'.join(terms)})/{UNITS[unit]}"


def row_title(plan: TablePlan) -> str:
    """How a message on the sheet calls a row."""
    return f"{plan.label}{NUMBERED}"
