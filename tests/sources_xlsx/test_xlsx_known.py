"""Sheets that the caller calls known are read once; all others every time."""

from __future__ import annotations

import io

import xlsxwriter

from xlsync.grid import Address
from xlsync.sources import xlsx

FIRST = Address(1, 1)


def made(fixed: str, own: str) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        workbook.add_worksheet("fixed").write_string(0, 0, fixed)
        workbook.add_worksheet("own").write_string(0, 0, own)
    return buffer.getvalue()


def test_a_named_sheet_is_taken_over_and_no_other() -> None:
    known: xlsx.KnownSheets = {"fixed": None}
    first = xlsx.read(made("same", "one"), known)
    second = xlsx.read(made("same", "two"), known)
    assert second.sheets[0].cells is first.sheets[0].cells
    assert [sheet.text(FIRST) for sheet in second.sheets] == ["same", "two"]
    assert known.keys() == {"fixed"}


def test_a_named_sheet_that_differs_is_read_again() -> None:
    known: xlsx.KnownSheets = {"fixed": None}
    xlsx.read(made("same", "one"), known)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("fixed")
        sheet.write_string(0, 0, "other")
        sheet.write_number(1, 0, 7)
    again = xlsx.read(buffer.getvalue(), known)
    assert again.sheets[0].text(FIRST) == "other"
    assert again.sheets[0].text(Address(2, 1)) == "7"


def test_without_names_every_sheet_is_read() -> None:
    one, two = (xlsx.read(made("same", "one")) for _ in range(2))
    assert one.sheets[0].cells is not two.sheets[0].cells
