"""Texts: the shared string table, rich text runs and the escapes inside of them.

White space is kept whether or not ``xml:space="preserve"`` stands beside it: text that was typed
is not ours to trim. ECMA-376 part 1, clauses 18.4.8 (si), 18.4.6 (rPh) and 22.9.2.19 (ST_Xstring).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from xlsync.sources.xlsx import plain
from xlsync.sources.xlsx.markup import Attributes, Texts, Wanted, cut_part, parse_cut

if TYPE_CHECKING:
    from xlsync.sources.xlsx.package import Package

# A character beyond U+FFFF is escaped as two surrogates. A lone surrogate is no character and
# could not be written to any file later: its escape stays as it is.
_ESCAPE = re.compile(
    r"_x(?P<high>[Dd][89ABab][0-9A-Fa-f]{2})__x(?P<low>[Dd][C-Fc-f][0-9A-Fa-f]{2})_"
    r"|_x(?P<unit>(?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_"
)


def unescape(text: str) -> str:
    """Decode the escapes of ST_Xstring: ``_x000D_`` → carriage return, ``_x005F_`` → ``_``."""
    return _ESCAPE.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    if match["unit"]:
        return chr(int(match["unit"], 16))
    return bytes.fromhex(match["high"] + match["low"]).decode("utf-16-be")


# The elements of a rich text: its runs hold ``t``; what stands in ``rPh`` is how to pronounce it.
RUN_TEXTS: Final = frozenset({"t"})
NOT_TEXT: Final = frozenset({"rPh"})


def joined(texts: Texts) -> str:
    """Join the runs of one text and decode them."""
    if len(texts) == 1:
        return unescape(texts[0][1])
    return unescape("".join(text for _, text in texts))


def read_shared_strings(package: Package, part: str) -> list[str]:
    """Return the shared strings in their order.

    The counts that the table claims are not looked at. Raises :class:`UnreadableError`.
    """
    strings: list[str] = []
    spend = package.budget.strings.spend

    def string(_attributes: Attributes, texts: Texts) -> None:
        spend()
        strings.append(joined(texts))

    def plain_strings(items: list[str]) -> None:
        found = list(map(plain.string, items))
        spend(len(found))
        package.budget.text.spend(sum(map(len, found)))
        strings.extend(map(unescape, found))

    wanted = Wanted(records={"si": string}, texts=RUN_TEXTS, skipped=NOT_TEXT)
    cut = cut_part(package, part, plain.cut_strings)
    parse_cut(package, part, wanted, cut, plain_strings)
    return strings
