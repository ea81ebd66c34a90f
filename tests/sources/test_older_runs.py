"""Struck, raised and hidden text in OpenDocument sheets, with their styles by name."""

from __future__ import annotations

import io
import zipfile

import pytest

from xlsync.base.grid import Address, Aside
from xlsync.sources import wire
from xlsync.sources.opendocument import read

NAMES = "office table text style number draw"
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in NAMES.split()
)
STYLES = """
<style:style style:name="S" style:family="text">
 <style:text-properties style:text-line-through-style="solid"/></style:style>
<style:style style:name="N" style:family="text">
 <style:text-properties style:text-line-through-style="none"/></style:style>
<style:style style:name="U" style:family="text">
 <style:text-properties style:text-position="super 58%"/></style:style>
<style:style style:name="D" style:family="text">
 <style:text-properties style:text-position="-33% 58%"/></style:style>
<style:style style:name="C" style:family="table-cell">
 <style:text-properties style:text-line-through-type="single"/></style:style>
"""


def sheet_of(rows: str) -> bytes:
    content = (
        f"<office:document-content {SPACES}><office:automatic-styles>{STYLES}"
        f'</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="表">'
        f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("content.xml", content)
    return buffer.getvalue()


def span(style: str, text: str) -> str:
    return f'<text:span text:style-name="{style}">{text}</text:span>'


def cell(inner: str, more: str = "") -> str:
    paragraph = f"<text:p>{inner}</text:p>"
    return f'<table:table-cell office:value-type="string"{more}>{paragraph}</table:table-cell>'


@pytest.mark.parametrize(
    ("inner", "more", "text", "aside"),
    [
        (span("S", "85") + "90", "", "90", Aside(struck="85")),
        ("10" + span("U", "4"), "", "10⁴", None),
        ("CO" + span("D", "2"), "", "CO₂", None),
        ("95" + span("U", "①"), "", "95", Aside(notes="①")),
        (span("S", "85"), "", "85", Aside(is_whole=True)),
        ("85", ' table:style-name="C"', "85", Aside(is_whole=True)),
        ("85" + span("N", "90"), ' table:style-name="C"', "90", Aside(struck="85")),
        ("甲" + span("S", "乙<text:s/>丙"), "", "甲", Aside(struck="乙 丙")),
    ],
)
def test_what_a_cell_says(inner: str, more: str, text: str, aside: Aside | None) -> None:
    row = f"<table:table-row>{cell(inner, more)}</table:table-row>"
    found = wire.unpacked(wire.packed(read(sheet_of(row)))).sheets[0].cells[Address(1, 1)]
    assert (found.text, found.aside) == (text, aside)


def test_rows_and_columns_that_are_not_shown() -> None:
    hidden = 'table:visibility="filter"'
    rows = '<table:table-column/><table:table-column table:visibility="collapse"/>'
    rows += f"<table:table-row>{cell('一')}{cell('二')}</table:table-row>"
    rows += f"<table:table-row {hidden}>{cell('三')}</table:table-row>"
    sheet = wire.unpacked(wire.packed(read(sheet_of(rows)))).sheets[0]
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({2}, {2})
