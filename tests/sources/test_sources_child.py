"""Workbooks of older and binary formats, each read in a process of its own."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

import openpyxl
import pytest
import xlwt

from xlsync.base.grid import Address, Area, Kind
from xlsync.sources import child, open_file
from xlsync.sources.sniffing import Format

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsync.base.grid import Workbook


def saved(fill: Callable[[xlwt.Workbook], None]) -> bytes:
    workbook = xlwt.Workbook()
    fill(workbook)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def codes(workbook: Workbook) -> list[str]:
    return [one.code for one in workbook.problems]


def style(code: str) -> xlwt.XFStyle:
    made = xlwt.XFStyle()
    made.num_format_str = code
    return made


def test_cells_of_xls_keep_their_places_kinds_and_formats() -> None:
    def fill(workbook: xlwt.Workbook) -> None:
        sheet = workbook.add_sheet("表")
        sheet.write(4, 2, "  文字 ")
        sheet.write(4, 3, 12.5, style('0.00"万元"'))
        sheet.write(5, 4, True)  # noqa: FBT003 - a cell's value
        sheet.write(5, 5, dt.date(2023, 1, 2), style("yyyy-mm-dd"))
        sheet.write(5, 6, 2023, style('"("0"年度)"'))
        sheet.write_merge(6, 7, 2, 3, "合并")
        workbook.add_sheet("藏").visibility = 1

    workbook = open_file(".xls", saved(fill))
    sheet, hidden = workbook.sheets
    assert workbook.problems == []
    assert sheet.cells[Address.parse("D5")][:3] == ("12.5", Kind.NUMBER, '0.00"万元"')
    assert sheet.cells[Address.parse("E6")].text == "TRUE"
    assert sheet.cells[Address.parse("F6")][:2] == ("2023-01-02", Kind.DATE)
    assert sheet.cells[Address.parse("G6")][:2] == ("2023", Kind.NUMBER)
    assert sheet.cells[Address.parse("C5")].text == "  文字 "
    assert sheet.merges == [Area.parse("C7:D8")]
    assert (sheet.visible, hidden.visible) == (True, False)
    assert sheet.values_only


def test_struck_runs_and_hidden_rows_of_xls_are_known() -> None:
    def fill(workbook: xlwt.Workbook) -> None:
        sheet = workbook.add_sheet("表")
        struck, raised = xlwt.Font(), xlwt.Font()
        struck.struck_out, raised.escapement = True, xlwt.Font.ESCAPEMENT_SUPERSCRIPT
        sheet.write_rich_text(0, 0, [("85", struck), ("90", xlwt.Font()), ("2", raised)])
        sheet.write(1, 0, "藏")
        sheet.row(1).hidden = True

    (sheet,) = open_file(".xls", saved(fill)).sheets
    cell = sheet.cells[Address(1, 1)]
    assert (cell.text, cell.aside and cell.aside.struck) == ("90²", "85")
    assert sheet.hidden_rows == {2}


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le") + bytes(4096)

DAMAGED = {
    Format.XLS: OLE,
    Format.XLSB: b"PK\x03\x04",
    Format.ODS: b"PK\x03\x04",
}


@pytest.mark.parametrize(("found", "data"), DAMAGED.items(), ids=str)
def test_what_cannot_be_read_is_a_problem(found: Format, data: bytes) -> None:
    workbook = child.read(found, data)
    assert workbook.sheets == []
    assert codes(workbook) == ["X001"]


def test_a_cell_at_the_far_corner_does_not_take_the_reader_down() -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "近"
    workbook.active["XFD1048576"] = "远"
    buffer = io.BytesIO()
    workbook.save(buffer)
    assert codes(child.read(Format.XLSB, buffer.getvalue())) == ["X001"]


def test_a_child_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "SECONDS", 0.001)
    (one,) = child.read(Format.XLS, b"").problems
    assert (one.code, "已放弃" in one.message) == ("X001", True)


def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "find_spec", lambda _: None)
    (one,) = open_file(".xls", OLE).problems
    assert (one.code, "xlrd" in one.message) == ("X004", True)


def test_the_lines_at_the_edge_of_a_page_of_an_old_workbook() -> None:
    def fill(workbook: xlwt.Workbook) -> None:
        sheet = workbook.add_sheet("表")
        sheet.write(0, 0, "甲")
        # xlwt itself takes bytes in ASCII only.
        vars(sheet)["_Worksheet__header_str"] = "&L附件1&R单位：万元"
        vars(sheet)["_Worksheet__footer_str"] = "&C第 &P 页，共 &N 页"

    (sheet,) = open_file(".xls", saved(fill)).sheets
    assert sheet.printed == ("附件1", "单位：万元")
