"""The list of problems and the comments of a copy that goes back for correction.

Each row of the list carries a digest of its texts in a hidden column, each comment one in its
first line. So what stands there can be told from what a person adds or changes, wherever rows
are moved and whichever program saves the file.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Address
from xlsync.form.types import cell_text
from xlsync.form.types.width import without_blanks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from xlsync.base.grid import Cell, Sheet
    from xlsync.base.problems import Severity

COLUMNS = ("序号", "级别", "位置", "栏目", "问题", "原文")
"""The columns of the list whose texts the digest vouches for."""

STATE = "状态"
TO_DO, TO_CHECK, SETTLED = "待改", "待核对", "已改"
STATE_COLUMN = len(COLUMNS) + 1
DIGEST_COLUMN = STATE_COLUMN + 1

PLACES = "xs_r_places"
"""The defined name of the places in the list."""

STATES = "xs_r_states"
"""The defined name of what has become of each."""

_STATE_TEXTS = {"", STATE, TO_DO, TO_CHECK, SETTLED}
_DIGITS = 12
_MARK = re.compile(rf"xs-[0-9a-f]{{{_DIGITS}}}")
_COMMENT = re.compile(rf"退回修改 ([0-9a-f]{{{_DIGITS}}})\s+(.*)", re.DOTALL)


class Listed(NamedTuple):
    """A row of the list: its texts but the number, and what a click on its place leads to.

    ``open`` is a formula that is true as long as there is something to do; None where nothing
    on the form's sheet can tell. ``to_do`` says what that is.
    """

    texts: tuple[str, str, str, str, str]
    target: Address | None = None
    open: str | None = None
    to_do: str = TO_DO


@dataclass(frozen=True, slots=True)
class Returned:
    """What a copy that goes back carries beyond its record, by cells of the form's sheet.

    ``typed`` is what stands in a cell whatever the record says, ``marks`` how grave it is,
    ``note`` the line above the list, ``locked`` the slots that the recipient cannot change.
    """

    typed: Mapping[Address, str | float | None]
    marks: Mapping[Address, Severity]
    comments: Mapping[Address, str]
    rows: Sequence[Listed]
    note: str
    locked: Collection[str] = ()


def row_digest(texts: Sequence[str]) -> str:
    """What the hidden column says of a row with these texts."""
    return f"xs-{_digest(texts)}"


def comment_text(messages: Iterable[str]) -> str:
    """The comment on a cell: what is wrong there, under a line that vouches for it."""
    text = "\n".join(messages)
    return f"退回修改 {_digest([text])}\n{text}"


def is_own_comment(text: str) -> bool:
    """Whether a comment says what we wrote and nothing more."""
    match = _COMMENT.fullmatch(text.strip())
    return match is not None and match[1] == _digest([match[2]])


def own_places(sheet: Sheet) -> Iterator[Address]:
    """The cells of a list of ours that hold what we put there; none of any other sheet."""
    digests = Address(1, DIGEST_COLUMN)
    if _MARK.fullmatch(sheet.text(digests).strip()) is None:
        return
    for number, row in sheet.rows().items():
        texts = [cell_text(row[column]) if column in row else "" for column in _listed()]
        if sheet.text(Address(number, DIGEST_COLUMN)).strip() != row_digest(texts):
            continue
        yield from (Address(number, column) for column in (*_listed(), DIGEST_COLUMN))
        if STATE_COLUMN in row and _is_state(sheet, row[STATE_COLUMN]):
            yield Address(number, STATE_COLUMN)


def _listed() -> range:
    return range(1, STATE_COLUMN)


def _is_state(sheet: Sheet, cell: Cell) -> bool:
    """Whether a cell holds what the list computes; older formats give a text's result as 0."""
    is_lost = sheet.values_only and cell_text(cell) == "0"
    return cell.formula is not None or cell.text.strip() in _STATE_TEXTS or is_lost


def _digest(texts: Iterable[str]) -> str:
    """A digest that no program changes which writes line breaks or blanks in its own way."""
    joined = "\x1f".join(map(without_blanks, texts))
    return hashlib.sha256(joined.encode("utf-8", "replace")).hexdigest()[:_DIGITS]
