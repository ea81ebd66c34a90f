"""The table of shared strings: those of the form stay, those of a record come after them.

Cells name a text by its place in the table (ECMA-376 part 1, 18.4.9). The form's own texts
come first, so their places are the same in the workbook of every record.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.writer.splicing.package import Shared

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE = re.compile(
    r'(?P<head>.*<sst [^>]*?) count="\d+" uniqueCount="\d+">(?P<items>.*)</sst>', re.DOTALL
)
_ITEM = re.compile(r"<si>.*?</si>", re.DOTALL)
_SHORT = 100
"""Characters of a text that is worth to be remembered."""

_LIKE_AN_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def escaped(text: str) -> str:
    """A text as the content of an XML element of a workbook.

    A carriage return would be read as a line feed (XML 1.0, 2.11), so it is written as the
    escape ``_x000D_``; an underscore that seems to begin such an escape is one itself
    (ECMA-376 part 1, 22.9.2.19, ST_Xstring).
    """
    plain = _LIKE_AN_ESCAPE.sub("_x005F_", text) if "_x" in text else text
    return escape(plain, quote=False).replace("\r", "_x000D_")


# What a workbook says of itself, and what rosters say, is the same in many of them.
@lru_cache(maxsize=1024)
def _item(text: str) -> str:
    """A string as it stands in the table."""
    content = escaped(text)
    # Blanks at the ends are kept only where it is said (XML 1.0, 2.10).
    space = ' xml:space="preserve"' if content[0].isspace() or content[-1].isspace() else ""
    return f"<si><t{space}>{content}</t></si>"


class StringTable:
    """The strings of one workbook; they grow while its cells are written."""

    def __init__(self, form: FormStrings) -> None:
        """Begin with the strings of the form."""
        self._form = form
        self._own: dict[str, int] = {}
        self._uses = form.uses

    def place(self, text: str) -> int:
        """Where a text stands in the table; called once for each cell that holds it."""
        self._uses += 1
        item = _item(text) if len(text) <= _SHORT else _item.__wrapped__(text)
        known = self._form.places.get(item)
        if known is not None:
            return known
        return self._own.setdefault(item, len(self._form.places) + len(self._own))

    def pieces(self) -> tuple[bytes, Shared, bytes]:
        """The part as it is now."""
        unique = len(self._form.places) + len(self._own)
        head = f'{self._form.head} count="{self._uses}" uniqueCount="{unique}">'
        tail = f"{''.join(self._own)}</sst>"
        return head.encode(), self._form.items, tail.encode()


class FormStrings:
    """The strings of a compiled form, which are the same for every record.

    ``uses`` is how many cells of the form hold a string; the last one that they use is the
    last one of the form.
    """

    def __init__(self, part: str, used: list[int]) -> None:
        """Keep those strings of a table that the cells of the form use.

        Raises:
            XlsyncError: when the part is not as XlsxWriter writes it.
        """
        table = _TABLE.fullmatch(part)
        if table is None:
            raise XlsyncError("the compiled form has no table of shared strings")
        items = _ITEM.findall(table["items"])[: max(used, default=-1) + 1]
        self.head = table["head"]
        self.items = Shared("".join(items).encode())
        self.places: Mapping[str, int] = {item: place for place, item in enumerate(items)}
        self.uses = len(used)
