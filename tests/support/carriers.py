"""The same table in every format that is read: rows of texts as the bytes of a file.

Each format is written by a library that is not ours, or by hand as its specification says.
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

import docx
import openpyxl
import pdf_files
import pyxlsbwriter
import xlwt
from paper_forms import COLUMNS, TITLE, cells

from xlsync.sources import docx as docx_source
from xlsync.sources import opendocument, pdf, text, web_page, xls, xlsb, xlsx, xml_sheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsync.base.grid import Workbook
    from xlsync.base.record import Record

Rows = list[list[str]]

_AMOUNT = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def rows_of(written: str) -> Rows:
    """The rows of a text whose cells are set apart by ``|``; those without content are blank."""
    return [line.split("|") for line in written.rstrip("\n").split("\n")]


def rows_of_record(record: Record) -> Rows:
    """The official form of a record, merged cells at their first places."""
    placed = list(cells(record))
    rows = [[""] * COLUMNS for _ in range(max(area.bottom for area, _ in placed))]
    for area, written in placed:
        rows[area.top - 1][area.left - 1] = written
    return [[TITLE], [f"({record['year']}年度)"], *rows]


def _typed(cell: str) -> str | float:
    return float(cell) if _AMOUNT.fullmatch(cell) else cell


def as_text(rows: Rows) -> bytes:
    return "\n".join("\t".join(row) for row in rows).encode()


def as_xlsx(rows: Rows) -> bytes:
    book = openpyxl.Workbook()
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row, start=1):
            if cell:
                place = book.worksheets[0].cell(number, column, _typed(cell))
                if isinstance(place.value, str):
                    place.data_type = "s"  # whatever sign the text begins with
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def as_xls(rows: Rows) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell:
                sheet.write(number, column, _typed(cell))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def as_xlsb(rows: Rows) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.xlsb"
        with pyxlsbwriter.XlsbWriter(str(path)) as writer:
            writer.add_sheet("Sheet1")
            width = max(map(len, rows))
            blanks = [[*row, *[""] * (width - len(row))] for row in rows]
            writer.write_sheet([[_typed(cell) if cell else None for cell in row] for row in blanks])
        return path.read_bytes()


def _paragraphs(cell: str) -> str:
    """The text of a cell, a paragraph for each line."""
    return "".join(f"<text:p>{escape(one)}</text:p>" for one in cell.split("\n"))


def as_ods(rows: Rows) -> bytes:
    cells = (
        "".join(
            f'<table:table-cell office:value-type="string">{_paragraphs(cell)}</table:table-cell>'
            if cell
            else "<table:table-cell/>"
            for cell in row
        )
        for row in rows
    )
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    oasis = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{oasis}:office:1.0" xmlns:text="{oasis}:text:1.0" '
        f'xmlns:table="{oasis}:table:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Sheet1">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return made.getvalue()


def as_docx(rows: Rows) -> bytes:
    document = docx.Document()
    table = document.add_table(len(rows), max(map(len, rows)))
    for row, made in zip(rows, table.rows, strict=True):
        for cell, place in zip(row, made.cells, strict=False):
            place.text = cell
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def as_html(rows: Rows) -> bytes:
    lines = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
    body = "".join(f"<tr>{line}</tr>\n" for line in lines)
    head = '<head><meta charset="gb2312"></head>'
    return f"<html>{head}<body><table>{body}</table></body></html>".encode("gb18030")


def as_xml(rows: Rows) -> bytes:
    lines = (
        "".join(
            f'<Cell ss:Index="{column}"><Data ss:Type="{_xml_type(cell)}">'
            f"{escape(cell)}</Data></Cell>"
            for column, cell in enumerate(row, start=1)
            if cell
        )
        for row in rows
    )
    body = "".join(f"<Row>{line}</Row>" for line in lines)
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{name}" xmlns:ss="{name}">'
        f'<Worksheet ss:Name="Sheet1"><Table>{body}</Table></Worksheet></Workbook>'
    ).encode()


def _xml_type(cell: str) -> str:
    return "Number" if _AMOUNT.fullmatch(cell) else "String"


def as_pdf(rows: Rows) -> bytes:
    """Every cell between four lines; those without content at the end of a row are left out."""
    edges = [40.0 + 100 * number for number in range(max(map(len, rows)) + 1)]
    content, top = b"", 30.0
    for row in rows:
        lines = [pdf_files.wrapped(cell, 92) for cell in row]
        bottom = top + max(map(len, lines)) * 12 + 8
        for column, cell in enumerate(lines):
            is_last = len(row) == 1
            right = edges[-1] if is_last else edges[column + 1]
            content += pdf_files.ruled(edges[column], top, right, bottom)
            shown = ["".join(cell)] if is_last else cell
            for number, line in enumerate(shown):
                content += pdf_files.text(line, edges[column] + 4, top + 4 + number * 12)
        top = bottom
    return pdf_files.pages([content])


CARRIERS: Final[dict[str, tuple[Callable[[Rows], bytes], Callable[[bytes], Workbook]]]] = {
    "text": (as_text, text.read),
    "xlsx": (as_xlsx, xlsx.read),
    "xls": (as_xls, xls.read),
    "xlsb": (as_xlsb, xlsb.read),
    "ods": (as_ods, opendocument.read),
    "docx": (as_docx, docx_source.read),
    "html": (as_html, web_page.read),
    "xml": (as_xml, xml_sheet.read),
    "pdf": (as_pdf, pdf.read),
}
"""How each format is written, and what reads it in the process of its own."""


def carried(written: str, carrier: str) -> Workbook:
    """A text whose cells are set apart by ``|`` as a file of a format, read."""
    write, read = CARRIERS[carrier]
    return read(write(rows_of(written)))
