"""A notice as an official letter (.docx), ready to be printed and stamped.

Layout after GB/T 9704-2012: title in 22 pt, text in 16 pt with two characters of indent, A4 with
37 mm above and 28 mm to the left. The document is WordprocessingML (ECMA-376, part 1, 17).
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from xlsync.report.notices.notice_text import chinese_date, closing, lateness, opening, title
from xlsync.report.words.lines import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlsync.rounds.state.notices import Notice

_TEXT, _HEAD = "仿宋", "黑体"
_SIZE, _TITLE_SIZE, _TABLE_SIZE = 32, 44, 24
"""Half points."""
_WIDTHS = (700, 3300, 1400, 1700, 1900)
"""Twentieths of a point; together the width of the text."""
_HEADS = ("序号", "项目", "状态", "截止日期", "期限")
_WHEN = (1980, 1, 1, 0, 0, 0)
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    f'{_DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
    '.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    "</Relationships>"
)
_PAGE = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" '
    'w:bottom="1984" w:left="1588" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr>'
)


def letter(notice: Notice, sender: str | None, day: str) -> bytes:
    """The letter to one unit.

    Args:
        notice: what is told.
        sender: who signs; the line stays free where nobody is named.
        day: the date of the letter (ISO).
    """
    body = "".join(_body(notice, sender, day))
    document = f"{_DECLARATION}<w:document {_W}><w:body>{body}{_PAGE}</w:body></w:document>"
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "word/document.xml": document,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(zipfile.ZipInfo(name, _WHEN), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _body(notice: Notice, sender: str | None, day: str) -> Iterator[str]:
    yield _paragraph(title(notice), "center", font=_HEAD, size=_TITLE_SIZE, after=480)
    yield _paragraph(f"{notice.unit.name}：")
    for text in opening(notice):
        yield _paragraph(text, indent=True)
    yield _table(notice)
    for item in notice.items:
        if item.wrong:
            yield _paragraph(f"{item.title}需要修改之处：", indent=True)
            for wrong in item.wrong:
                yield _paragraph(f"· {wrong}", indent=True, size=_TABLE_SIZE)
    for text in closing(notice):
        yield _paragraph(text, indent=True)
    yield _paragraph("特此函告。", indent=True)
    yield _paragraph(sender or "", "right", before=480)
    yield _paragraph(chinese_date(day), "right")


def _run(text: str, font: str, size: int) -> str:
    fonts = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}"/>'
    style = f'<w:rPr>{fonts}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
    return f'<w:r>{style}<w:t xml:space="preserve">{escape(visible(text))}</w:t></w:r>'


def _paragraph(  # noqa: PLR0913 - what can be said of a paragraph
    text: str,
    align: str = "both",
    *,
    font: str = _TEXT,
    size: int = _SIZE,
    indent: bool = False,
    before: int = 0,
    after: int = 0,
) -> str:
    spacing = f'<w:spacing w:before="{before}" w:after="{after}"/>'
    first = '<w:ind w:firstLineChars="200" w:firstLine="640"/>' if indent else ""
    style = f'<w:pPr>{spacing}{first}<w:jc w:val="{align}"/></w:pPr>'
    return f"<w:p>{style}{_run(text, font, size)}</w:p>"


def _table(notice: Notice) -> str:
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in _WIDTHS)
    look = (
        f'<w:tblPr><w:tblW w:w="{sum(_WIDTHS)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr>'
    )
    rows = [_row(_HEADS, is_head=True)]
    rows += [
        _row((str(number), one.title, one.state, one.due or "", lateness(one.days_late)))
        for number, one in enumerate(notice.items, start=1)
    ]
    return f"<w:tbl>{look}<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _row(texts: Sequence[str], *, is_head: bool = False) -> str:
    again = "<w:tblHeader/>" if is_head else ""
    font = _HEAD if is_head else _TEXT
    aligns = ["center", "center" if is_head else "left", "center", "center", "center"]
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f"{_paragraph(text, align, font=font, size=_TABLE_SIZE)}</w:tc>"
        for text, align, width in zip(texts, aligns, _WIDTHS, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{again}</w:trPr>{cells}</w:tr>"
