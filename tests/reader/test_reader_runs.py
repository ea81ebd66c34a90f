"""Texts struck through, raised digits and footnote marks: in every place, in each carrier."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import docx
import openpyxl
import pytest
import xlwt
from carriers import as_html, as_xml, rows_of
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from reading_samples import FILLED, read_grid, record_of

from xlsync.base.record import get
from xlsync.sources import docx as docx_source
from xlsync.sources import web_page, xls, xlsx, xml_sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from carriers import Rows

    from xlsync.base.grid import Workbook

# in a text, the run between two signs of one kind is struck through or raised
STRUCK, RAISED = "〖", "〔"
RUN = re.compile("〖([^〗]*)〗|〔([^〕]*)〕")


def runs(text: str) -> Iterator[tuple[str, str]]:
    """The runs of a text, each with its sign, which is empty for a plain one."""
    at = 0
    for match in RUN.finditer(text):
        if match.start() > at:
            yield "", text[at : match.start()]
        yield (STRUCK, match[1]) if match[1] is not None else (RAISED, match[2])
        at = match.end()
    if at < len(text):
        yield "", text[at:]


def of_xlsx(rows: Rows) -> Workbook:
    book = openpyxl.Workbook()
    fonts = {STRUCK: InlineFont(strike=True), RAISED: InlineFont(vertAlign="superscript")}
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row, start=1):
            parts = [TextBlock(fonts[sign], text) if sign else text for sign, text in runs(cell)]
            book.worksheets[0].cell(number, column, CellRichText(*parts) if cell else None)
    made = io.BytesIO()
    book.save(made)
    return xlsx.read(made.getvalue())


def of_xls(rows: Rows) -> Workbook:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    fonts = {STRUCK: xlwt.Font(), RAISED: xlwt.Font(), "": xlwt.Font()}
    fonts[STRUCK].struck_out = True
    fonts[RAISED].escapement = xlwt.Font.ESCAPEMENT_SUPERSCRIPT
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell:
                parts = tuple((text, fonts[sign]) for sign, text in runs(cell))
                sheet.write_rich_text(number, column, parts)
    made = io.BytesIO()
    book.save(made)
    return xls.read(made.getvalue())


def of_docx(rows: Rows) -> Workbook:
    document = docx.Document()
    table = document.add_table(len(rows), max(map(len, rows)))
    for row, made in zip(rows, table.rows, strict=True):
        for cell, place in zip(row, made.cells, strict=False):
            for sign, text in runs(cell):
                run = place.paragraphs[0].add_run(text)
                run.font.strike, run.font.superscript = (
                    sign == STRUCK or None,
                    sign == RAISED or None,
                )
    stream = io.BytesIO()
    document.save(stream)
    return docx_source.read(stream.getvalue())


def of_html(rows: Rows) -> Workbook:
    page = as_html(rows).decode("gb18030")
    return web_page.read(RUN.sub(_tagged, page).encode("gb18030"))


def _tagged(match: re.Match[str]) -> str:
    return f"<s>{match[1]}</s>" if match[1] is not None else f"<sup>{match[2]}</sup>"


def of_xml(rows: Rows) -> Workbook:
    def tagged(match: re.Match[str]) -> str:
        return f"<S>{match[1]}</S>" if match[1] is not None else f"<Sup>{match[2]}</Sup>"

    return xml_sheet.read(RUN.sub(tagged, as_xml(rows).decode()).encode())


CARRIERS: dict[str, Callable[[Rows], Workbook]] = {
    "xlsx": of_xlsx,
    "xls": of_xls,
    "docx": of_docx,
    "html": of_html,
    "xml": of_xml,
}

PLACES = {
    "name": ("河道保洁", "/project_name"),
    "goal": ("水清岸绿", "/overall_goal"),
    "item": ("水质改善情况", "/indicators/3/level3"),
    "value": ("有所改善", "/indicators/3/value"),
}

# what is typed, what is read of it, what is quoted
TYPED = {
    "struck": ("〖旧文字〗新文字", "新文字", "旧文字"),
    "struck behind": ("新文字〖旧〗", "新文字", "旧"),
    "raised digit": ("亩产5×10〔4〕斤", "亩产5×10⁴斤", None),
    "footnote": ("新文字〔①〕", "新文字", "①"),
}


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("typed", TYPED)
def test_what_a_text_shows_is_read_and_the_rest_is_quoted(
    typed: str, place: str, carrier: str
) -> None:
    text, read, quoted = TYPED[typed]
    old, pointer = PLACES[place]
    (reading,) = read_grid(CARRIERS[carrier](rows_of(FILLED.replace(old, text, 1))))
    assert get(record_of(reading), pointer) == read
    told = [(one.pointer, one.found) for one in reading.problems if one.code == "S010"]
    assert told == ([(pointer, quoted)] if quoted else [])


_WORDS = st.text("水清岸绿河道保洁", min_size=1, max_size=6)


@settings(max_examples=60)
@given(
    parts=st.lists(st.tuples(st.booleans(), _WORDS), min_size=2, max_size=5),
    place=st.sampled_from(list(PLACES)),
    carrier=st.sampled_from(list(CARRIERS)),
)
def test_wherever_a_text_is_struck_through_the_rest_is_read(
    parts: list[tuple[bool, str]], place: str, carrier: str
) -> None:
    kept = "".join(text for is_struck, text in parts if not is_struck)
    struck = "".join(text for is_struck, text in parts if is_struck)
    assume(kept)
    text = "".join(f"〖{one}〗" if is_struck else one for is_struck, one in parts)
    old, pointer = PLACES[place]
    (reading,) = read_grid(CARRIERS[carrier](rows_of(FILLED.replace(old, text, 1))))
    assert get(record_of(reading), pointer) == kept
    told = "".join(one.found or "" for one in reading.problems if one.code == "S010")
    assert sorted(told.replace("…", "").replace(" ", "")) == sorted(struck)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_struck_amount_is_not_read(carrier: str) -> None:
    text = FILLED.replace("|280,000.00|", "|〖180,000.00〗280,000.00|", 1)
    (reading,) = read_grid(CARRIERS[carrier](rows_of(text)))
    assert record_of(reading)["funds"]["fiscal"] == "280000.00"
    assert [one.found for one in reading.problems if one.code == "S010"] == ["180,000.00"]
