"""Texts: the shared string table, rich text runs and the escapes inside of them.

White space is kept whether or not ``xml:space="preserve"`` stands beside it: text that was typed
is not ours to trim. ECMA-376 part 1, clauses 18.4.8 (si), 18.4.6 (rPh) and 22.9.2.19 (ST_Xstring).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xlsync.sources.xlsx import plain
from xlsync.sources.xlsx.markup import Attributes, Texts, Wanted, parse, parse_rest
from xlsync.sources.xlsx.plain import unescape

if TYPE_CHECKING:
    from xlsync.sources.xlsx.package import Package

# The elements of a rich text: its runs hold ``t``; what stands in ``rPh`` is how to pronounce it.
RUN_TEXTS: Final = frozenset({"t"})
NOT_TEXT: Final = frozenset({"rPh"})


def joined(texts: Texts) -> str:
    """Join the runs of one text; an escape lies within one (ST_Xstring is ``t``)."""
    return "".join(unescape(text) for _, text in texts)


def read_shared_strings(package: Package, part: str) -> list[str]:
    """Return the shared strings in their order.

    The counts that the table claims are not looked at. Raises :class:`UnreadableError`.
    """
    strings: list[str] = []
    spend = package.budget.strings.spend

    def string(_attributes: Attributes, texts: Texts) -> None:
        spend()
        strings.append(joined(texts))

    def plain_strings(texts: list[str]) -> None:
        spend(len(texts))
        package.budget.text.spend(sum(map(len, texts)))
        strings.extend(texts)

    wanted = Wanted(records={"si": string}, texts=RUN_TEXTS, skipped=NOT_TEXT)
    whole = package.whole(part)
    if whole is None:
        parse(package, part, wanted)
    elif plain.is_whole_table(cut := plain.cut_strings(whole)):
        package.budget.spend_markup(whole)
        plain_strings(cut.pieces[0])
    else:
        parse_rest(package, part, cut, wanted, plain_strings)
    return strings
