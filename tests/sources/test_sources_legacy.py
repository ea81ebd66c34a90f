"""Workbooks in older formats, read by calamine in a process of its own."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import openpyxl
import pytest

from xlsync.base.grid import Address, Area, Kind
from xlsync.sources import legacy, legacy_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def saved(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    workbook = openpyxl.Workbook()
    fill(workbook)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def test_cells_keep_their_places_and_kinds() -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        sheet = workbook.active
        sheet.title = "表"
        sheet["C5"] = "  文字 "
        sheet["D5"] = 12.5
        sheet["E6"] = True
        sheet.merge_cells("C7:D8")
        workbook.create_sheet("藏").sheet_state = "hidden"

    workbook = legacy.read(saved(fill))
    sheet, hidden = workbook.sheets
    assert workbook.problems == []
    assert sheet.cells[Address.parse("D5")].text == "12.5"
    assert sheet.cells[Address.parse("D5")].kind is Kind.NUMBER
    assert sheet.cells[Address.parse("E6")].text == "TRUE"
    assert sheet.cells[Address.parse("C5")].text.strip() == "文字"
    assert Area.parse("C7:D8") in sheet.merges
    assert (sheet.visible, hidden.visible) == (True, False)


@pytest.mark.parametrize(
    "data", [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 4096, b"PK\x03\x04"]
)
def test_what_cannot_be_read_is_a_problem(data: bytes) -> None:
    workbook = legacy.read(data)
    assert workbook.sheets == []
    assert [one.code for one in workbook.problems] == ["X001"]


def test_a_cell_at_the_far_corner_does_not_take_the_reader_down(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fill(workbook: openpyxl.Workbook) -> None:
        workbook.active["A1"] = "近"
        workbook.active["XFD1048576"] = "远"

    monkeypatch.setattr(legacy, "SECONDS", 5)
    assert [one.code for one in legacy.read(saved(fill)).problems] == ["X001"]


def test_too_many_cells_end_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legacy_worker, "MAX_CELLS", 2)

    class Sheet:
        start = (0, 0)

        def iter_rows(self) -> Iterator[list[str]]:
            return iter([["a", "b", "c"]])

    with pytest.raises(MemoryError):
        list(legacy_worker.told_cells(Sheet()))
