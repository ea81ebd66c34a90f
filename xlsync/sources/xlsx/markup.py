"""XML parts as records with local names: the only place that knows expat.

A caller names the elements that it wants by their local names, whatever the prefix and whichever
of the transitional and strict namespaces. A document type declaration is refused before anything
in it is read, so there are no entities to expand and nothing outside to fetch.

Python code runs twice for each element, so the two handlers below do little and call little.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from xlsync.sources.xlsx.budget import damaged
from xlsync.sources.xlsx.limits import MAX_DEPTH, MAX_RUNS, MAX_TOKEN_BYTES
from xlsync.sources.xlsx.plain import MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from xlsync.sources.xlsx.package import Package
    from xlsync.sources.xlsx.plain import Cut, Piece

Attributes = dict[str, str]
Texts = list[tuple[str, str]]


@dataclass(slots=True)
class Wanted:
    """What of a part is wanted, by local names.

    ``records`` are called at the end of their element with its attributes and the texts found in
    it, as (name, text) in their order. ``texts`` are the elements whose text belongs to the record
    around them (or that are the record themselves). ``starts`` are called with the attributes; a
    text whose start is wanted is told even where it is empty, so that each start has its text.
    ``skipped`` elements are left out with everything in them.
    """

    records: dict[str, Callable[[Attributes, Texts], None]] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()
    starts: dict[str, Callable[[Attributes], None]] = field(default_factory=dict)
    skipped: frozenset[str] = frozenset()


def attribute(attributes: Attributes, local: str) -> str | None:
    """Find an attribute with a prefix, such as ``r:id``, by its local name."""
    for name, value in attributes.items():
        if name.rpartition(":")[2] == local:
            return value
    return None


def is_true(value: str | None) -> bool:
    """Read an xsd:boolean; an absent one is false."""
    return value in {"1", "true", "on"}


def parse(
    package: Package,
    part: str,
    wanted: Wanted,
    thinned: Callable[[Iterable[bytes]], Iterator[bytes]] = iter,
) -> None:
    """Run through a part of the package; ``thinned`` takes out of it what says nothing.

    Raises :class:`UnreadableError` for a part that is missing, not well-formed, has a document
    type, or goes beyond a limit.
    """
    _parse(package, part, wanted, _counted(package, thinned(package.chunks(part))))


def parse_rest(
    package: Package,
    part: str,
    cut: Cut[Piece],
    wanted: Wanted,
    take: Callable[[list[Piece]], None],
) -> None:
    """Run through what is left of a part; ``take`` gets each piece where it stood.

    Raises :class:`UnreadableError` as :func:`parse` does.
    """
    whole, rest, pieces = cut.whole, cut.rest, cut.pieces
    package.budget.spend_markup(whole)
    if pieces:
        wanted.records[MARK] = lambda attributes, _texts: take(pieces[int(attributes["n"])])
    _parse(package, part, wanted, [rest])


def _counted(package: Package, chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        package.budget.spend_markup(chunk)
        yield chunk


def _parse(package: Package, part: str, wanted: Wanted, chunks: Iterable[bytes]) -> None:
    gatherer = _Gatherer(part, wanted)
    parser = gatherer.parser()
    fed = 0
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)  # noqa: FBT003 - expat takes it by position
            package.budget.text.spend(gatherer.take_text_growth())
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > MAX_TOKEN_BYTES:
                raise damaged(f"部件 {part} 中有超长的 XML 标记")
        parser.Parse(b"", True)  # noqa: FBT003
    # ValueError and LookupError: an encoding that Python does not know or expat cannot use.
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise damaged(f"部件 {part} 不是规范的 XML（{error}）") from error


class _Gatherer:
    """One part being parsed: which record is open, and which text is being gathered."""

    def __init__(self, part: str, wanted: Wanted) -> None:
        self._part = part
        self._records = wanted.records
        self._text_names = wanted.texts
        self._starts = wanted.starts
        self._skipped = wanted.skipped
        self._depth = 0
        self._skipped_depth = 0
        self._record: Attributes | None = None
        self._texts: Texts = []
        self._is_text_open = False
        self._pieces: list[str] = []
        self._kept = 0
        self._counted = 0

    def parser(self) -> expat.XMLParserType:
        """Make the parser that calls this object."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        # Blanks between elements are gathered too and dropped later: the method of a list costs
        # a fraction of one that would look first.
        parser.CharacterDataHandler = self._pieces.append
        parser.StartDoctypeDeclHandler = self._doctype
        return parser

    def take_text_growth(self) -> int:
        """Count the characters kept since the last call; to be called after each chunk."""
        if not self._is_text_open:
            self._pieces.clear()
        if len(self._texts) > MAX_RUNS:
            raise damaged(f"部件 {self._part} 中一段文字的分段超过 {MAX_RUNS:,} 个")
        total = self._kept + sum(map(len, self._pieces))
        growth, self._counted = total - self._counted, total
        return growth

    def _start(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise damaged(f"部件 {self._part} 中的 XML 嵌套超过 {MAX_DEPTH} 层")
        if self._skipped_depth:
            return
        if ":" in name:
            name = name.rpartition(":")[2]
        if name in self._records:
            if self._record is not None:
                raise damaged(f"部件 {self._part} 中的元素 {name} 套在另一个记录之内")
            self._record = attributes
        if name in self._text_names:
            if self._is_text_open:
                raise damaged(f"部件 {self._part} 中的元素 {name} 套在一段文字之内")
            self._is_text_open = True
            self._pieces.clear()
        if name in self._starts:
            self._starts[name](attributes)
        elif name in self._skipped:
            self._skipped_depth = self._depth

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._skipped_depth:
            if self._depth < self._skipped_depth:
                self._skipped_depth = 0
            return
        if ":" in name:
            name = name.rpartition(":")[2]
        if name in self._text_names:
            text = "".join(self._pieces)
            self._pieces.clear()
            self._is_text_open = False
            if self._record is not None and (text or name in self._starts):
                self._kept += len(text)
                self._texts.append((name, text))
        if name in self._records and self._record is not None:
            attributes, texts = self._record, self._texts
            self._record, self._texts = None, []
            self._records[name](attributes, texts)

    def _doctype(self, *_declaration: object) -> NoReturn:
        raise damaged(f"部件 {self._part} 含有文档类型声明（DOCTYPE），正常的工作簿没有")
