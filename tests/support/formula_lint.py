"""Formulas that Excel cannot read: what it would repair away, found before it sees them.

Limits are those of Excel's specification: 8,192 characters, 64 levels of functions, 255
characters in one text, 255 arguments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LENGTH = 8192
MAX_DEPTH = 64
MAX_TEXT = 255
LAST_COLUMN = 16_384
LAST_ROW = 1_048_576

_FUNCTIONS = """
ABS ACOS ADDRESS AND AREAS ASC ASIN ATAN AVERAGE AVERAGEIF AVERAGEIFS CEILING CELL CHAR CHOOSE
CLEAN CODE COLUMN COLUMNS CONCATENATE COS COUNT COUNTA COUNTBLANK COUNTIF COUNTIFS DATE
DATEVALUE DAY DAYS360 DOLLAR EDATE EOMONTH ERROR.TYPE EVEN EXACT EXP FALSE FIND FINDB FIXED
FLOOR FREQUENCY HLOOKUP HOUR HYPERLINK IF IFERROR INDEX INDIRECT INFO INT ISBLANK ISERR
ISERROR ISEVEN ISLOGICAL ISNA ISNONTEXT ISNUMBER ISODD ISREF ISTEXT LARGE LEFT LEFTB LEN LENB
LN LOG LOG10 LOOKUP LOWER MATCH MAX MEDIAN MID MIDB MIN MINUTE MOD MODE MONTH N NA
NETWORKDAYS NOT NOW ODD OFFSET OR PI POWER PRODUCT PROPER RANK REPLACE REPT RIGHT RIGHTB
ROUND ROUNDDOWN ROUNDUP ROW ROWS SEARCH SECOND SIGN SIN SMALL SQRT SUBSTITUTE SUBTOTAL SUM
SUMIF SUMIFS SUMPRODUCT T TEXT TIME TIMEVALUE TODAY TRANSPOSE TRIM TRUE TRUNC TYPE UPPER
VALUE VLOOKUP WEEKDAY WEEKNUM WORKDAY YEAR YEARFRAC
"""
EXCEL_2007 = frozenset(_FUNCTIONS.split())
"""Functions that Excel 2007 and all its kin have; one that is missing here can be added."""

_TOKEN = re.compile(
    r"""
    (?P<text>"(?:[^"]|"")*")
    | (?P<sheet>'(?:[^']|'')+'!|[^\W\d]\w*!)
    | (?P<error>\#(?:REF!|NAME\?|VALUE!|N/A|DIV/0!|NUM!|NULL!))
    | (?P<function>[^\W\d][\w.]*)(?=\()
    | (?P<cell>\$?[A-Za-z]{1,3}\$?\d+(?![\w.])|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?!\w)|\$\d+:\$\d+)
    | (?P<name>[^\W\d][\w.]*)
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<sign>[-+*/^&=<>%:;,(){}\s])
    """,
    re.VERBOSE,
)
_CELL_LIKE = re.compile(r"([A-Za-z]{1,3})(\d+)")
_ROW_COLUMN = re.compile(r"(?:[Rr]\d*(?:[Cc]\d*)?|[Cc]\d*)")
_NAME = re.compile(r"[^\W\d][\w.]*")


@dataclass(frozen=True, slots=True)
class Known:
    """The sheets and the names of a workbook, as formulas may use them."""

    sheets: frozenset[str]
    names: frozenset[str]


def column_number(letters: str) -> int:
    """1 for A."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def name_mistakes(name: str) -> Iterator[str]:
    """Why Excel would not take a defined name."""
    if not _NAME.fullmatch(name) or len(name) > MAX_TEXT:
        yield f"bad name {name!r}"
    cell = _CELL_LIKE.fullmatch(name)
    if cell and column_number(cell[1]) <= LAST_COLUMN and int(cell[2]) <= LAST_ROW:
        yield f"name {name!r} looks like a cell"
    if _ROW_COLUMN.fullmatch(name):
        yield f"name {name!r} looks like a row or column"


def formula_mistakes(formula: str, known: Known) -> Iterator[str]:
    """Why Excel would not take a formula; it stands without its equals sign."""
    shown = formula if len(formula) <= MAX_DEPTH else f"{formula[:MAX_DEPTH]}…"
    for mistake in _mistakes(formula, known):
        yield f"{mistake} in {shown!r}"


def _mistakes(formula: str, known: Known) -> Iterator[str]:
    if len(formula) > MAX_LENGTH:
        yield f"{len(formula)} characters"
    if formula.startswith("="):
        yield "an equals sign too many"
    depth = at = deepest = 0
    while at < len(formula):
        token = _TOKEN.match(formula, at)
        if token is None:
            yield f"{formula[at]!r} cannot be read"
            return
        at = token.end()
        depth += (token[0] == "(") - (token[0] == ")")
        deepest = max(deepest, depth)
        if depth < 0:
            break
        yield from _token_mistakes(str(token.lastgroup), token[0], known)
    if depth:
        yield "brackets that do not match"
    if deepest > MAX_DEPTH:
        yield f"{deepest} levels of brackets"


def _token_mistakes(kind: str, token: str, known: Known) -> Iterator[str]:
    if kind == "text" and len(token) - 2 > MAX_TEXT:
        yield f"a text of {len(token) - 2} characters"
    elif kind == "error":
        yield token
    elif kind == "function" and token not in EXCEL_2007:
        yield f"function {token}"
    elif kind == "sheet":
        sheet = token[:-1].strip("'").replace("''", "'")
        if sheet not in known.sheets:
            yield f"no sheet {sheet!r}"
    elif kind == "name" and token.upper() not in {"TRUE", "FALSE"} and token not in known.names:
        yield f"no name {token!r}"
