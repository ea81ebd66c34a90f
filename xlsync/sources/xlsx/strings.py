"""Texts: the shared string table, rich text runs and the escapes inside of them.

White space is kept whether or not ``xml:space="preserve"`` stands beside it: text that was typed
is not ours to trim. ECMA-376 part 1, clauses 18.4.8 (si), 18.4.4 (r), 18.4.7 (rPr), 18.4.6 (rPh)
and 22.9.2.19 (ST_Xstring).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from xlsync.sources.runs import LOWERED, RAISED, RichText, Run, rich
from xlsync.sources.xlsx import plain
from xlsync.sources.xlsx.markup import Attributes, Texts, Wanted, is_true, parse, parse_rest
from xlsync.sources.xlsx.spelling import unescape

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsync.sources.xlsx.package import Package

# The elements of a rich text: its runs hold ``t``; what stands in ``rPh`` is how to pronounce it.
RUN_TEXTS: Final = frozenset({"t"})
NOT_TEXT: Final = frozenset({"rPh"})

Text: TypeAlias = str | RichText
"""A text, with its runs where they are not shown alike."""


def joined(texts: Texts) -> str:
    """Join the runs of one text; an escape lies within one (ST_Xstring is ``t``)."""
    return "".join(unescape(text) for _, text in texts)


class Runs:
    """How the runs of one text after the other are shown, as the parser comes upon them."""

    def __init__(self) -> None:
        """Begin before the first run."""
        self._look = Run("", is_struck=None)
        self._looks: list[Run] = []

    def starts(self) -> dict[str, Callable[[Attributes], None]]:
        """What a parser calls; each start of ``t`` belongs to one text that it gathers."""
        return {
            "r": self._run,
            "rPr": self._properties,
            "strike": self._strike,
            "vertAlign": self._align,
            "t": self._text,
        }

    def take(self, texts: Texts) -> Text:
        """The text whose pieces were gathered since the last one was taken."""
        looks, self._looks = self._looks, []
        self._look = Run("", is_struck=None)
        pieces = [text for name, text in texts if name == "t"]
        runs = zip(looks[len(looks) - len(pieces) :], pieces, strict=True)
        return rich(look._replace(text=unescape(text)) for look, text in runs)

    def _run(self, _attributes: Attributes) -> None:
        self._look = Run("", is_struck=None)

    def _properties(self, _attributes: Attributes) -> None:
        self._look = Run("")

    def _strike(self, attributes: Attributes) -> None:
        self._look = self._look._replace(is_struck=is_true(attributes.get("val", "1")))

    def _align(self, attributes: Attributes) -> None:
        how = attributes.get("val")
        self._look = self._look._replace(raised=how if how in {RAISED, LOWERED} else None)

    def _text(self, _attributes: Attributes) -> None:
        self._looks.append(self._look)


def read_shared_strings(package: Package, part: str) -> list[Text]:
    """Return the shared strings in their order.

    The counts that the table claims are not looked at. Raises :class:`UnreadableError`.
    """
    strings: list[Text] = []
    spend = package.budget.strings.spend
    runs = Runs()

    def string(_attributes: Attributes, texts: Texts) -> None:
        spend()
        strings.append(runs.take(texts))

    def plain_strings(texts: list[str]) -> None:
        spend(len(texts))
        package.budget.text.spend(sum(map(len, texts)))
        strings.extend(texts)

    wanted = Wanted(records={"si": string}, texts=RUN_TEXTS, starts=runs.starts(), skipped=NOT_TEXT)
    whole = package.whole(part)
    if whole is None:
        parse(package, part, wanted)
    elif plain.is_whole_table(cut := plain.cut_strings(whole)):
        package.budget.spend_markup(whole)
        plain_strings(cut.pieces[0])
    else:
        parse_rest(package, part, cut, wanted, plain_strings)
    return strings
