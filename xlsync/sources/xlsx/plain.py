"""Cells and strings in their plain spelling, cut out of a part before the XML parser sees it."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from itertools import groupby
from operator import is_not
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from xlsync.sources.xlsx.spelling import NOT_READ_SO, decoded, has_other_entity, unescape, value
from xlsync.sources.xlsx.worksheet import start

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsync.base.grid import Address

MARK = "xsCut"
"""The element that stands for what was cut; its attribute ``n`` says which piece it was."""


_OTHER_MARKUP = ("<!", "<?")

_CHARACTERS = f"[^<{NOT_READ_SO}]"
_ATTRIBUTE = r"[^\"<&\x00-\x1f\ufffe\uffff]*+"
_TEXT = rf"<t(?: xml:space=\"preserve\")?>{_CHARACTERS}*+</t>"
_CELL = (
    r'<c r="[A-Z]{1,3}[1-9][0-9]{0,6}"(?: s="[0-9]{1,9}")?(?: t="[a-zA-Z]+")?(?:'
    rf' ?/>|>(?:<f(?: aca="(?:true|false)")?>{_CHARACTERS}++</f>'
    rf'|<f t="shared"(?: ref="[A-Z0-9:]{{2,21}}")? si="[0-9]{{1,9}}"(?: ?/>|>{_CHARACTERS}++</f>))?'
    rf"(?:<v>{_CHARACTERS}*+</v>|<v ?/>)?</c>"
    rf"|><is>{_TEXT}</is></c>)"
)
_CELL_START = '<c r="'
_ROW_START = '<row r="'
_ROW_END = "</row>"
_STRING_END = "</si>"
_ROW_TAG = (
    rf'{_ROW_START}[1-9][0-9]{{0,6}}"(?: (?:spans|s|customFormat|ht|hidden|customHeight'
    rf'|outlineLevel|collapsed|thickTop|thickBot|x14ac:dyDescent)="{_ATTRIBUTE}")*+'
)
_LOOK = rf'<[a-zA-Z]+(?: val="{_ATTRIBUTE}"| rgb="{_ATTRIBUTE}")*+/>'
_RUN = rf"<r>(?:<rPr>(?:{_LOOK})*+</rPr>)?"

# Rows and strings without their end tag, rows with the blank ones before them.
_ROW = re.compile(rf"(?:{_ROW_TAG} ?/>)*+{_ROW_TAG}>(?:{_CELL})*+")
_STRING = re.compile(rf"<si>(?:{_TEXT}|(?:{_RUN}{_TEXT}</r>)++)")

_CELL_PARTS = re.compile(
    r'<c r="([A-Z0-9]+)"(?: s="([0-9]+)")?(?: t="([a-zA-Z]+)")?>(?!</c>)'
    r'(?:<f(?: t="shared"[^>]*? si="([0-9]+)")?[^>]*?(?:/>|>([^<]+)</f>))?'
    r"(?:(<v>)([^<]*)|<is><t[^>]*>([^<]*))?"
)
_ITS_RUNS_DIFFER = re.compile(r"<strike|<vertAlign|<r><t")
"""Runs that are shown otherwise than the rest, or as the font of the cell has it."""

_RUN_TEXT = re.compile(r"<t[^>]*>([^<]*)")

_TABLE = re.compile(
    rb'(?:<\?xml version="1.0" encoding="UTF-8"(?: standalone="yes")?\?>\s*)?'
    rb'<sst xmlns="http://[a-z0-9./]+"(?: count="[0-9]+")?(?: uniqueCount="[0-9]+")?>'
    rb'<%b n="0"/></sst>\s*' % MARK.encode()
)
_REFERENCE = rb"[A-Z]{1,3}[1-9][0-9]{0,6}"
_MERGES = re.compile(
    rb'<mergeCells(?: count="[0-9]+")?>((?:<mergeCell ref="%b:%b" ?/>)++)</mergeCells>'
    % (_REFERENCE, _REFERENCE)
)
_ITS_TAGS = 2
_NOT_READ = (b"extLst", b"rPh")
"""Elements whose contents the parser passes over."""

_MERGED = re.compile(rb'ref="([^"]+)"')
_PRINTED = re.compile(rb"(<(?:odd|even|first)(?:Header|Footer)>)([^<]*)")
_HIDDEN = re.compile(' (?:hidden="(?:1|true)"|ht="0(?:\\.0+)?")')

_SHORT = 2_000
"""Characters of a row or string that is worth to be remembered for the next file."""


class PlainCell(NamedTuple):
    """A cell that may hold something, as it is spelled, without entities.

    ``group`` is that of a shared formula, ``has_value`` says whether ``text`` stands in the element
    for a value or is an inline text; what is not there is empty.
    """

    reference: str
    place: Address | None
    style: str
    type: str
    group: str
    formula: str | None
    has_value: bool
    text: str


class PlainRow(NamedTuple):
    """A row with its number, the reference of its last cell, blank ones included, and its cells."""

    number: int
    last: str | None
    is_hidden: bool
    cells: tuple[PlainCell, ...]


Piece = TypeVar("Piece")


class Cut(NamedTuple, Generic[Piece]):
    """A part, the same with marks in place of what was cut; each piece is some rows, or texts.

    ``printed`` are the lines of printed pages that were cut as well, ``merges`` the areas.
    """

    whole: bytes
    rest: bytes
    pieces: list[list[Piece]]
    printed: tuple[str, ...] = ()
    merges: tuple[str, ...] = ()


def cut_rows(part: bytes) -> Cut[PlainRow]:
    """Cut the plain rows out of a sheet, each without its end tag.

    The lines at the foot of printed pages go as well, which name the record, and the merged areas,
    since LibreOffice merges what is centred over filled cells: what is left is the same in all
    sheets of a layout.
    """
    cut = _cut(part, "<row ", _ROW_END, _plain_rows)
    if cut.pieces:
        cut = _without_merges(cut)
    before, tag, after = cut.rest.partition(b"<headerFooter")
    lines = (value(line) for _, line in _PRINTED.findall(after))
    printed = tuple(filter(None, lines))
    return cut._replace(rest=before + tag + _PRINTED.sub(_blank_if_plain, after), printed=printed)


def _without_merges(cut: Cut[Piece]) -> Cut[Piece]:
    """The same without the areas that are merged, where these stand in the one place for them."""
    found = _MERGES.search(cut.rest, cut.rest.rfind(MARK.encode()))
    if found is None or cut.rest.count(b"mergeCells") > _ITS_TAGS:
        return cut
    if any(one in cut.rest[: found.start()] for one in _NOT_READ):
        return cut
    merges = tuple(one.decode() for one in _MERGED.findall(found[1]))
    return cut._replace(rest=cut.rest[: found.start()] + cut.rest[found.end() :], merges=merges)


def is_whole_table(cut: Cut[str]) -> bool:
    """Whether a table of shared strings holds plain strings and nothing else."""
    return len(cut.pieces) == 1 and _TABLE.fullmatch(cut.rest) is not None


def cut_strings(part: bytes) -> Cut[str]:
    """Cut the texts of the plain strings out of a table of shared strings."""
    return _cut(part, "<si>", _STRING_END, _plain_strings)


def _cut(
    part: bytes, begin: str, end: str, read: Callable[[str], list[Piece | None]]
) -> Cut[Piece]:
    """Cut a part, or leave it whole where what looks like an element could be something else.

    ``read`` gives the elements of a text, None for each that is not plain.
    """
    try:
        declaration, text = _split(part)
    except ValueError:
        return Cut(part, part, [])
    first, last = text.find(begin), text.rfind(end)
    if not 0 <= first < last:
        return Cut(part, part, [])
    found = read(text[first:last])
    items = text[first:last].split(end) if None in found else []
    rest = [text[:first]]
    pieces: list[list[Piece]] = []
    first_of_run = 0
    for is_plain, group in groupby(found, partial(is_not, None)):
        run = list(group)
        if is_plain:
            rest.append(f'<{MARK} n="{len(pieces)}"/>')
            pieces.append([one for one in run if one is not None])
        else:
            others = items[first_of_run : first_of_run + len(run)]
            rest += (f"{item}{end}" for item in others)
        first_of_run += len(run)
    rest.append(text[last + len(end) :])
    left = "".join(rest)
    if any(one in left for one in _OTHER_MARKUP) or left.count(MARK) != len(pieces):
        return Cut(part, part, [])
    return Cut(part, declaration + left.encode(), pieces)


def _blank_if_plain(line: re.Match[bytes]) -> bytes:
    return line[0] if value(line[2]) is None else line[1]


def _plain_rows(rows: str) -> list[PlainRow | None]:
    return [
        _plain_row(one) if len(one) < _SHORT else _plain_row.__wrapped__(one)
        for one in rows.split(_ROW_END)
    ]


def _plain_strings(strings: str) -> list[str | None]:
    """The texts of some strings, a block after the other: files of a form begin with the same."""
    found: list[str | None] = []
    start = 0
    while (end := strings.find(_STRING_END, start + _SHORT)) >= 0:
        block = strings[start:end]
        found += (_block if len(block) < 2 * _SHORT else _block.__wrapped__)(block)
        start = end + len(_STRING_END)
    return found + _block.__wrapped__(strings[start:])


@lru_cache(maxsize=256)
def _block(strings: str) -> list[str | None]:
    return [
        _plain_string(one) if len(one) < _SHORT else _plain_string.__wrapped__(one)
        for one in strings.split(_STRING_END)
    ]


# Programs write most rows of a form the same in every file.
@lru_cache(maxsize=2048)
def _plain_row(row: str) -> PlainRow | None:
    """A row without its end tag; None where it is not plain."""
    if _ROW.fullmatch(row) is None or has_other_entity(row):
        return None
    first = row.rindex(_ROW_START)
    number = int(row[first + len(_ROW_START) : row.index('"', first + len(_ROW_START))])
    last = row.rfind(_CELL_START, first)
    reference = row[last + len(_CELL_START) : row.index('"', last + len(_CELL_START))]
    # Not shown, be it for a filter.
    is_hidden = _HIDDEN.search(row, first, row.index(">", first)) is not None
    cells = tuple(
        PlainCell(
            reference,
            start(reference),
            style or "0",
            cell_type,
            group,
            unescape(decoded(formula)) if formula else None,
            bool(mark),
            decoded(value or inline),
        )
        for reference, style, cell_type, group, formula, mark, value, inline in (
            _CELL_PARTS.findall(row)
        )
    )
    return PlainRow(number, reference if last > first else None, is_hidden, cells)


@lru_cache(maxsize=4096)
def _plain_string(item: str) -> str | None:
    """The text of a string without its end tag, its runs joined; None where it is not plain."""
    if _STRING.fullmatch(item) is None or has_other_entity(item):
        return None
    if "<r>" in item and _ITS_RUNS_DIFFER.search(item) is not None:
        return None
    return "".join(unescape(decoded(run)) for run in _RUN_TEXT.findall(item))


def _split(part: bytes) -> tuple[bytes, str]:
    """The XML declaration, and what follows it as text.

    Raises ValueError where it is not plainly UTF-8.
    """
    start = part.find(b"?>") + 2 if part.startswith(b"<?xml") else 0
    declaration = part[:start]
    if declaration and b"utf-8" not in declaration.lower():
        raise ValueError("another encoding")
    return declaration, part[start:].decode()
