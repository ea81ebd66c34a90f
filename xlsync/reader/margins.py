"""Lines above and below a form that are none of its content, as copies carry them.

The number of a document, 附件1, who filled it in and when, a seal: nothing of the record is lost
where they are not read, so they are quoted in a warning that has to be seen (S012).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlsync.base.grid import Address
from xlsync.base.problems import problem
from xlsync.form.types import comparable
from xlsync.reader.units import is_unit_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlsync.base.problems import Problem
    from xlsync.reader.titles import Row

_MOST_LINES = 8
_LONGEST = 60
"""Characters of a line above a form; a longer one tells something."""

_SELF_LABELLED = re.compile(r"[^\d\W][^:;,。]{0,14}:.*", re.DOTALL)
_SIGNED = re.compile(
    r"附(?:件|表|注)[\d一二三四五六七八九十]{0,3}(?:-\d+)?|(?:表|第)[\d一二三四五六七八九十-]{1,4}(?:号|页)?"
    r"|.{0,12}[\[(〔【]\d{4}[\])〕】]第?\d{1,4}号|\d{4}[-年./]\d{1,2}(?:[-月./](?:\d{1,2}日?)?)?"
    r"|\(?(?:公章|盖章|签章|签字|签名)\)?"
)


def is_head(rows: Mapping[int, Row]) -> bool:
    """Whether the rows above a form are a few short lines."""
    texts = (cell.text for row in rows.values() for cell in row.values())
    return len(rows) <= _MOST_LINES and all(len(text) <= _LONGEST for text in texts)


def is_note(row: Row) -> bool:
    """Whether a row says what it is by itself: ``填报人：…``, ``附件1``, a date, a seal.

    Behind a text that ends with a colon, and behind none other, stands what it is for.
    """
    before = ""
    for cell in row.values():
        key = comparable(cell.text)
        is_said = before.endswith(":") and len(key) <= _LONGEST
        if not (is_said or _SELF_LABELLED.fullmatch(key) or _SIGNED.fullmatch(key)):
            return False
        before = key
    return bool(row)


def note_lines(sheet: str | None, rows: Mapping[int, Row]) -> Iterator[Problem]:
    """Quote lines beside a form, a row each; a line that only says a unit was believed."""
    for number, row in rows.items():
        cells = [cell for cell in row.values() if not is_unit_line(cell.text)]
        if text := "\t".join(cell.text or f"={cell.formula}" for cell in cells):
            message = "这一行在表的栏目之外，没有读入；如有要报送的内容，请填进表内。"
            place = Address(number, min(row)).a1
            yield problem("S012", message, found=text).at(sheet, place)
