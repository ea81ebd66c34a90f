"""PDF files made by hand: texts at their places and ruling lines, nothing else.

ISO 32000-1: clauses 7.5 (file structure), 8.5 (paths), 9.7 (composite fonts). The font is named
and not embedded; each of its glyphs is as wide as it is high.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from paper_forms import TITLE, cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsync.base.record import Record

SIZE = 9.0
_HEIGHT, _WIDTH = 1600.0, 600.0
_PADDING = 4.0
_EDGES = (40.0, 80.0, 140.0, 230.0, 290.0, 370.0, 440.0, 500.0, 580.0)


def packed(objects: Sequence[bytes], *, shift: int = 0) -> bytes:
    """A file of numbered objects, the first of which is the catalogue.

    ``shift`` is how far off the table of their places is.
    """
    made, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(made) + shift)
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return made + head + table + tail % (len(objects) + 1, len(made))


def stream(content: bytes, extra: bytes = b"") -> bytes:
    """A compressed stream."""
    data = zlib.compress(content, 9)
    return b"<</Length %d/Filter/FlateDecode%s>>stream\n%s\nendstream" % (len(data), extra, data)


_FONT = (
    b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H"
    b"/DescendantFonts[<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000"
    b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>"
    b"/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/Ascent 880/Descent -120"
    b"/FontBBox[0 -120 1000 880]>>>>]>>"
)


def pages(contents: Iterable[bytes], catalogue: bytes = b"", page: bytes = b"") -> bytes:
    """A file with a page for each content stream."""
    streams = [stream(one) for one in contents]
    count = len(streams)
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(count))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue,
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids),
        _FONT,
    ]
    for number, one in enumerate(streams):
        box = b"/MediaBox[0 0 %d %d]" % (_WIDTH, _HEIGHT)
        fonts = b"/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R" % (5 + 2 * number)
        objects += [b"<</Type/Page/Parent 2 0 R%s%s%s>>" % (box, fonts, page), one]
    return packed(objects)


def text(line: str, x: float, top: float) -> bytes:
    """A line of text, the upper left corner of its first glyph at this place."""
    code = line.encode("utf-16-be").hex().encode()
    return b"BT /F %g Tf %.2f %.2f Td <%s> Tj ET\n" % (SIZE, x, _HEIGHT - top - SIZE, code)


def ruled(left: float, top: float, right: float, bottom: float) -> bytes:
    """The four lines around a cell."""
    return b"%.2f %.2f %.2f %.2f re S\n" % (left, _HEIGHT - bottom, right - left, bottom - top)


def wrapped(typed: str, width: float) -> list[str]:
    """A text in lines of a width, as programs break it where nothing forbids a break."""
    most = max(1, int(width // SIZE))
    return [
        line[at : at + most]
        for line in typed.split("\n")
        for at in range(0, max(1, len(line)), most)
    ]


def form(record: Record) -> bytes:
    """The content of a page with the form of 2023 on it."""
    placed = [(one.area, one.text) for one in cells(record)]
    last = max(area.bottom for area, _ in placed)
    lines = {
        area: wrapped(typed, _EDGES[area.right] - _EDGES[area.left - 1] - 2 * _PADDING)
        for area, typed in placed
    }
    heights = dict.fromkeys(range(1, last + 1), SIZE + 2 * _PADDING)
    for area, made in lines.items():
        if area.top == area.bottom:
            needed = len(made) * SIZE * 1.3 + 2 * _PADDING
            heights[area.top] = max(heights[area.top], needed)
    tops = {1: 80.0}
    for row in range(1, last + 1):
        tops[row + 1] = tops[row] + heights[row]
    content = text(TITLE, 200, 30) + text(f"({record['year']}年度)", 260, 50)
    for area, made in lines.items():
        left, top = _EDGES[area.left - 1], tops[area.top]
        content += ruled(left, top, _EDGES[area.right], tops[area.bottom + 1])
        for number, line in enumerate(made):
            content += text(line, left + _PADDING, top + _PADDING + number * SIZE * 1.3)
    return content
