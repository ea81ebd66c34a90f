"""The sheets that depend on a record, as XlsxWriter wrote them, cut open where they do."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.base.grid import Address
from xlsync.workbook.formula_values import DAY_ZERO
from xlsync.writer.contents import Total
from xlsync.writer.splicing.package import Shared, member
from xlsync.writer.splicing.strings import escaped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsync.workbook.results import Result
    from xlsync.writer.contents import Content, Contents
    from xlsync.writer.splicing.package import PackedMember
    from xlsync.writer.splicing.strings import StringTable

_FORM = re.compile(
    r'(?P<head>.*<selection pane="bottomLeft") activeCell="\w+" sqref="\w+"(?P<views>.*<sheetData>)'
    r"(?P<rows>.*)(?P<middle></sheetData>.*)(?P<setup><pageSetup [^>]*?)"
    r'(?: fitToHeight="\d+")?(?P<turn> orientation="\w+"/><headerFooter><oddFooter>).*'
    r"(?P<foot></oddFooter></headerFooter>)(?:<rowBreaks .*</rowBreaks>)?(?P<tail>.*)",
    re.DOTALL,
)
_ROW = re.compile(r'(<row r="\d+" spans="\d+:\d+")[^>]*>(.*?)</row>', re.DOTALL)
_CELL = re.compile(
    r'(?P<head><c r="(?P<at>[A-Z]+\d+)"(?: s="\d+")?)'
    r'(?:/>|(?: t="\w+")?>(?P<formula><f>.*?</f>)?<v>.*?</v></c>)',
    re.DOTALL,
)
_COMPUTED = re.compile(
    r'(?P<head><c r="(?P<at>[A-Z]+\d+)"(?: s="\d+")?)(?: t="\w+")?>'
    r"(?P<formula><f[^>]*/>|<f[^>]*>[^<]*</f>)<v>[^<]*</v></c>"
)
_MANIFEST = re.compile(
    r'(?P<head>.*<dimension ref=")\w+:\w+(?P<views>".*<sheetData>).*(?P<tail></sheetData>.*)',
    re.DOTALL,
)
_SHARED_STRING = re.compile(r'<c r="(\w+)"(?: s="\d+")? t="s"><v>(\d+)</v>')

_UNKNOWN = "the compiled form has a sheet that cannot be cut open"

_OFTEN = 8
"""Rows of results, from the first one, that are often not those of a blank form: figures,
and the first findings. The rest is deflated once.
"""

_PIXEL = 0.75
"""Points of a pixel at 96 to the inch."""

_DEFAULT_PIXELS = 18
"""The height of a row of which nothing is said."""


def strings_used(part: str, but: Sequence[Address] = ()) -> list[int]:
    """The places in the table of strings that the cells of a sheet use, some cells excepted."""
    omitted = {address.a1 for address in but}
    return [int(place) for at, place in _SHARED_STRING.findall(part) if at not in omitted]


class FormPart:
    """The form's sheet, any cell of which can be filled."""

    def __init__(self, part: str) -> None:
        """Cut the sheet of a blank workbook.

        Raises:
            XlsyncError: when the part is not as XlsxWriter writes it.
        """
        cut = _cut(_FORM, part)
        self._opening = (cut["head"], cut["views"])
        self._middle = Shared(cut["middle"].encode())
        self._page = (cut["setup"], cut["turn"], cut["foot"])
        self._tail = cut["tail"]
        self._pieces: list[str] = []
        self._rows: list[tuple[int, str]] = []
        self._cells: dict[Address, tuple[int, str]] = {}
        self._formulas: dict[Address, str] = {}
        for row in _ROW.finditer(cut["rows"]):
            self._add_row(*row.groups())

    def filled(
        self, contents: Contents, results: Mapping[Address, Result], strings: StringTable
    ) -> tuple[bytes, Shared, bytes]:
        """The part that holds these contents; their texts go into the table of strings."""
        pieces = self._pieces.copy()
        for (index, head), height in zip(self._rows, contents.heights, strict=True):
            pieces[index] = f"{head}{_height(height)}>"
        for area, _, content in contents.cells:
            at = area.first
            index, head = self._cells[at]
            pieces[index] = head + self._content(at, content, strings)
        for place, result in results.items():
            index, head = self._cells[place]
            pieces[index] = computed(head, self._formulas[place], result)
        start = contents.start.a1
        head, views = self._opening
        opening = f'{head} activeCell="{start}" sqref="{start}"{views}{"".join(pieces)}'
        setup, turn, foot = self._page
        pages = _pages(contents.page_starts)
        closing = f"{setup}{pages}{turn}{escaped(contents.page_footer)}{foot}"
        closing += f"{_breaks(contents.page_starts)}{self._tail}"
        return opening.encode(), self._middle, closing.encode()

    def _add_row(self, head: str, cells: str) -> None:
        self._rows.append((len(self._pieces), head))
        self._pieces.append("")
        for cell in _CELL.finditer(cells):
            at = Address.parse(cell["at"])
            self._cells[at] = (len(self._pieces), cell["head"])
            self._pieces.append(cell[0])
            if cell["formula"]:
                self._formulas[at] = cell["formula"]
        self._pieces.append("</row>")

    def _content(self, at: Address, content: Content, strings: StringTable) -> str:
        """What follows the address and the style of a cell (ECMA-376 part 1, 18.3.1.4)."""
        if content is None:
            return "/>"
        if isinstance(content, str):
            return f' t="s"><v>{strings.place(content)}</v></c>'
        if isinstance(content, Total):
            shown = "" if content.shown is None else content.shown
            return f">{self._formulas[at]}<v>{shown}</v></c>"
        number = (content - DAY_ZERO).days if isinstance(content, dt.date) else content
        return f"><v>{number:.16G}</v></c>"


class CompanionPart:
    """A sheet beside the form, of which only the results of formulas depend on a record."""

    def __init__(self, name: str, part: str, results: Mapping[Address, Result]) -> None:
        """Cut the sheet of a blank workbook, in which these results are written.

        Raises:
            XlsyncError: when the part is not as XlsxWriter writes it.
        """
        self._name = name
        cells = {cell["at"]: cell for cell in _COMPUTED.finditer(part)}
        if not cells.keys() >= {at.a1 for at in results}:
            raise XlsyncError(_UNKNOWN)
        known = [(at, cells[at.a1]) for at in results]
        self._first = Shared(part[: known[0][1].start()].encode())
        self._cells: dict[Address, tuple[int, str, str]] = {}
        self._pieces: list[str] = []
        top, self._cut = known[0][0].row, 0
        ends = [*(cell.start() for _, cell in known[1:]), len(part)]
        for (at, cell), end in zip(known, ends, strict=True):
            self._cells[at] = (len(self._pieces), cell["head"], cell["formula"])
            self._pieces += [cell[0], part[cell.end() : end]]
            if at.row < top + _OFTEN:
                self._cut = len(self._pieces)
        self._rest = Shared("".join(self._pieces[self._cut :]).encode())

    def member(self, changes: Mapping[Address, Result]) -> PackedMember:
        """The part with the results that are not those of the blank workbook."""
        pieces = self._pieces.copy()
        last = 0
        for at, result in changes.items():
            index, head, formula = self._cells[at]
            pieces[index] = computed(head, formula, result)
            last = max(last, index)
        if last >= self._cut:
            return member(self._name, self._first, "".join(pieces).encode())
        often = "".join(pieces[: self._cut]).encode()
        return member(self._name, self._first, often, self._rest, b"")


class ManifestPart:
    """The very hidden sheet of keys and values."""

    def __init__(self, part: str) -> None:
        """Cut the sheet of a blank workbook.

        Raises:
            XlsyncError: when the part is not as XlsxWriter writes it.
        """
        cut = _cut(_MANIFEST, part)
        self._head, self._views, self._tail = cut["head"], cut["views"], cut["tail"]

    def filled(self, pairs: Sequence[tuple[str, str]], strings: StringTable) -> bytes:
        """The part that holds these pairs; their texts go into the table of strings."""
        rows = (
            f'<row r="{row}" spans="1:2"><c r="A{row}" t="s"><v>{strings.place(key)}</v></c>'
            f'<c r="B{row}" t="s"><v>{strings.place(value)}</v></c></row>'
            for row, (key, value) in enumerate(pairs, start=1)
        )
        made = f"{self._head}A1:B{len(pairs)}{self._views}{''.join(rows)}{self._tail}"
        return made.encode()


def computed(head: str, formula: str, result: Result) -> str:
    """A cell with a formula and its result, as XlsxWriter writes them."""
    if isinstance(result, bool):
        return f'{head} t="b">{formula}<v>{int(result)}</v></c>'
    if isinstance(result, str):
        return f'{head} t="str">{formula}<v>{escape(result, quote=False)}</v></c>'
    return f"{head}>{formula}<v>{result}</v></c>"


def _cut(pattern: re.Pattern[str], part: str) -> re.Match[str]:
    cut = pattern.fullmatch(part)
    if cut is None:
        raise XlsyncError(_UNKNOWN)
    return cut


def _pages(starts: Sequence[int]) -> str:
    """The attribute that leaves open how many pages there are, where it is more than one."""
    return ' fitToHeight="0"' if starts else ""


def _breaks(starts: Sequence[int]) -> str:
    """Where a page ends because the next one begins (ECMA-376 part 1, 18.3.1.74)."""
    if not starts:
        return ""
    breaks = "".join(f'<brk id="{row - 1}" max="16383" man="1"/>' for row in starts)
    count = len(starts)
    return f'<rowBreaks count="{count}" manualBreakCount="{count}">{breaks}</rowBreaks>'


@lru_cache(maxsize=256)
def _height(points: float) -> str:
    """The attributes of a row of that height, in whole pixels as XlsxWriter has it."""
    pixels = int(points / _PIXEL + 0.5)
    if pixels == _DEFAULT_PIXELS:
        return ""
    return f' ht="{pixels * _PIXEL:.16g}" customHeight="1"'
