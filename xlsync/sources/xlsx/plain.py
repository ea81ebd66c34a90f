"""Cells and strings in their plain spelling, cut out of a part before the XML parser sees it.

Escapes inside of texts, by which a file holds what XML does not allow (ECMA-376 part 1, clause
22.9.2.19, ST_Xstring), are undone here.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from itertools import groupby
from operator import is_not
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from xlsync.sources.xlsx.worksheet import start

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

    from xlsync.base.grid import Address

# A character beyond U+FFFF is escaped as two surrogates. A lone surrogate is no character and
# could not be written to any file later: its escape stays as it is.
_ESCAPE = re.compile(
    r"_x(?P<high>[Dd][89ABab][0-9A-Fa-f]{2})__x(?P<low>[Dd][C-Fc-f][0-9A-Fa-f]{2})_"
    r"|_x(?P<unit>(?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_"
)
MARK = "xsCut"
"""The element that stands for what was cut; its attribute ``n`` says which piece it was."""


def unescape(text: str) -> str:
    """Decode the escapes of ST_Xstring: ``_x000D_`` → carriage return, ``_x005F_`` → ``_``."""
    return _ESCAPE.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    if match["unit"]:
        return chr(int(match["unit"], 16))
    return bytes.fromhex(match["high"] + match["low"]).decode("utf-16-be")


_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
"""The entities that programs write; that of the ampersand is decoded last."""

_NUMBERED = re.compile("&#([0-9]+);")

# Up to U+FFDB: tab and line breaks, no other control character, no half of a character, and no
# ampersand, so that decoding it makes no entity of what stands behind it.
_OTHER_ENTITY = re.compile(
    "&(?!amp;|lt;|gt;|quot;|apos;|#(?:9|10|13|3[2-79]|[4-9][0-9]|[1-9][0-9]{2,3}|[1-4][0-9]{4}"
    "|5[0-4][0-9]{3}|5[89][0-9]{3}|6[0-4][0-9]{3}|65[0-4][0-9]{2});)"
)

_OTHER_MARKUP = ("<!", "<?")

# Not a carriage return, which XML reads as a line feed, nor what XML does not allow at all.
_NOT_READ_SO = r"\x00-\x08\x0b-\x1f\ufffe\uffff"
_CHARACTERS = f"[^<{_NOT_READ_SO}]"
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
_VALUES = re.compile(f"[^{_NOT_READ_SO}]*+")

_SHORT = 2_000
"""Characters of a row or string that is worth to be remembered for the next file."""


class PlainCell(NamedTuple):
    """A cell that may hold something, as it is spelled, without entities.

    ``group`` is that of a shared formula, ``has_value`` says that there is an element for a value,
    ``value`` what stands in it, ``inline`` an inline text; what is not there is empty.
    """

    reference: str
    place: Address | None
    style: str
    type: str
    group: str
    formula: str | None
    has_value: bool
    value: str
    inline: str


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
    cut = _cut(part, "<row ", "</row>", _plain_row)
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
    return _cut(part, "<si>", "</si>", _plain_string)


def value(spelled: bytes) -> str | None:
    """What stands in an element as text, None if it is not plain."""
    found = values([spelled])
    return found[0] if found else None


def values(spelled: list[bytes]) -> list[str] | None:
    """What stands in some elements as texts, None if any of them is not plain."""
    try:
        text = b"<".join(spelled).decode()
    except UnicodeDecodeError:
        return None
    if not _VALUES.fullmatch(text) or _has_other_entity(text):
        return None
    texts = text.split("<") if spelled else []
    if len(texts) != len(spelled):
        return None
    return list(map(decoded, texts)) if "&" in text else texts


def decoded(text: str) -> str:
    """A text without entities."""
    if "&#" in text:
        # Programs that write ASCII alone write every Chinese character so.
        pieces = _NUMBERED.split(text)
        pieces[1::2] = map(chr, map(int, pieces[1::2]))
        text = "".join(pieces)
    if "&" in text:
        for entity, character in _ENTITIES.items():
            text = text.replace(entity, character)
    return text


def _cut(part: bytes, begin: str, end: str, read: _lru_cache_wrapper[Piece | None]) -> Cut[Piece]:
    """Cut a part, or leave it whole where what looks like an element could be something else."""
    try:
        declaration, text = _split(part)
    except ValueError:
        return Cut(part, part, [])
    first, last = text.find(begin), text.rfind(end)
    if not 0 <= first < last:
        return Cut(part, part, [])
    items = text[first:last].split(end)
    found = [read(one) if len(one) < _SHORT else read.__wrapped__(one) for one in items]
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


# Programs write most rows of a form the same in every file.
@lru_cache(maxsize=2048)
def _plain_row(row: str) -> PlainRow | None:
    """A row without its end tag; None where it is not plain."""
    if _ROW.fullmatch(row) is None or _has_other_entity(row):
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
            decoded(value),
            decoded(inline),
        )
        for reference, style, cell_type, group, formula, mark, value, inline in (
            _CELL_PARTS.findall(row)
        )
    )
    return PlainRow(number, reference if last > first else None, is_hidden, cells)


@lru_cache(maxsize=4096)
def _plain_string(item: str) -> str | None:
    """The text of a string without its end tag, its runs joined; None where it is not plain."""
    if _STRING.fullmatch(item) is None or _has_other_entity(item):
        return None
    if "<r>" in item and _ITS_RUNS_DIFFER.search(item) is not None:
        return None
    return "".join(unescape(decoded(run)) for run in _RUN_TEXT.findall(item))


def _has_other_entity(item: str) -> bool:
    return "&" in item and _OTHER_ENTITY.search(item) is not None


def _split(part: bytes) -> tuple[bytes, str]:
    """The XML declaration, and what follows it as text.

    Raises ValueError where it is not plainly UTF-8.
    """
    start = part.find(b"?>") + 2 if part.startswith(b"<?xml") else 0
    declaration = part[:start]
    if declaration and b"utf-8" not in declaration.lower():
        raise ValueError("another encoding")
    return declaration, part[start:].decode()
