"""Binary workbooks: what their cells hold, how it is shown, and what stands beside them.

``looks.xlsb`` was written by ONLYOFFICE; its parts are replaced where a test needs others.
"""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest
import python_calamine
import pyxlsbwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlsync.base.grid import Address, Area, Aside, Cell, Kind, Sheet
from xlsync.sources import open_file, wire, xlsb
from xlsync.sources.xlsx.budget import UnreadableError

LOOKS = Path(__file__).with_name("looks.xlsb").read_bytes()
SHEET = "xl/worksheets/sheet1.bin"


INSIDE = (b"\x91\x01\x00", b"\x92\x01\x00")
"""Where the rows of a sheet begin and end."""


def looks() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(LOOKS)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def record(kind: int, data: bytes) -> bytes:
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length = len(data)
    assert length < 0x80
    return number + bytes([length]) + data


def row(number: int, flags: int = 0) -> bytes:
    return record(0, struct.pack("<IIHBB", number - 1, 0, 300, 0, flags) + bytes(5))


def cell(kind: int, column: int | None, data: bytes, style: int = 0) -> bytes:
    place = b"" if column is None else struct.pack("<I", column - 1)
    return record(kind, place + struct.pack("<I", style) + data)


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def sheet_of(*made: bytes) -> Sheet:
    (first, _) = xlsb.read(packed(looks() | {SHEET: INSIDE[0] + b"".join(made) + INSIDE[1]})).sheets
    return first


def test_what_a_binary_workbook_shows_is_read_as_it_is_shown() -> None:
    workbook = open_file(".xlsb", LOOKS)
    sheet, hidden = workbook.sheets
    cells = {at.a1: one for at, one in sheet.cells.items()}
    assert (cells["A1"].text, cells["A1"].aside) == ("应交5678", Aside("1234"))
    assert [cells[at].text for at in ("A2", "A3")] == ["5×10⁴", "CO₂"]
    assert sheet.struck == {Address.parse("A4")}
    assert cells["A5"][:3] == ("12", Kind.NUMBER, '#,##0.00"万元"')
    assert cells["A6"].number_format == "000000"
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({7}, {3})
    assert [cells[at][:2] for at in ("A10", "A14")] == [
        ("#DIV/0!", Kind.ERROR),
        ("#N/A", Kind.ERROR),
    ]
    assert cells["A12"][:2] == ("2024-03-05", Kind.DATE)
    assert sheet.merges == [Area.parse("A15:B16")]
    assert "批注内容" in sheet.comments[Address.parse("A11")]
    assert sheet.printed == ("页眉字",)
    assert (hidden.name, hidden.visible) == ("藏表", False)
    assert workbook.problems == []


NUMBERS = {
    struct.pack("<i", 12 << 2 | 2): "12",
    struct.pack("<i", -1250 << 2 | 3): "-12.5",
    struct.pack("<d", 12.5)[4:]: "12.5",
}


@pytest.mark.parametrize("data", NUMBERS)
def test_numbers_in_four_bytes(data: bytes) -> None:
    assert sheet_of(row(1), cell(2, 1, data)).cells == {
        Address(1, 1): Cell(NUMBERS[data], Kind.NUMBER)
    }


def test_every_kind_of_cell_with_and_without_its_column() -> None:
    rich = b"\x01" + wide("12") + struct.pack("<IHH", 1, 1, 0)
    sheet = sheet_of(
        row(2),
        cell(1, 1, b""),
        cell(15, None, b"\x01"),
        cell(17, None, wide("文字")),
        cell(12, None, b""),
        cell(16, None, struct.pack("<d", 0.1)),
        cell(14, None, b"\x17"),
        cell(13, None, struct.pack("<i", 3 << 2 | 2)),
        cell(8, 9, wide("结果") + bytes(6)),
        cell(9, 10, struct.pack("<d", 2) + bytes(6)),
        cell(10, 11, b"\x00" + bytes(6)),
        cell(11, 12, b"\x2a" + bytes(6)),
        cell(62, 13, rich),
    )
    assert {at.a1: one.text for at, one in sheet.cells.items()} == {
        "B2": "TRUE",
        "C2": "文字",
        "E2": "0.1",
        "F2": "#REF!",
        "G2": "3",
        "I2": "结果",
        "J2": "2",
        "K2": "FALSE",
        "L2": "#N/A",
        "M2": "12",
    }


def test_columns_are_said_once_and_end_with_the_sheet() -> None:
    said = [(0, 0, 0), (1, 3, 1), (2, 5, 1), (6, 0xFFFFFFFF, 0)]
    made = [record(60, struct.pack("<IIIIH", one, last, 0, 0, flag)) for one, last, flag in said]
    parts = looks() | {SHEET: b"".join(made * 20_000)}
    assert xlsb.read(packed(parts)).sheets[0].hidden_columns == {2, 3, 4, 5, 6}


def test_a_row_that_is_not_shown_holds_cells_all_the_same() -> None:
    sheet = sheet_of(row(3, 0x10), cell(6, 1, wide("藏")), row(4), cell(6, 1, wide("见")))
    assert sheet.hidden_rows == {3}
    assert [one.text for one in sheet.cells.values()] == ["藏", "见"]


PLAIN = st.one_of(
    # Beyond the basic plane that writer says wrong lengths.
    st.text(st.characters(exclude_categories=["Cs", "Cc"], max_codepoint=0xFFFF), min_size=1),
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=st.lists(st.lists(PLAIN, min_size=3, max_size=3), min_size=1, max_size=6))
def test_values_are_those_of_calamine(rows: list[list[str | float]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsb"
        with pyxlsbwriter.XlsbWriter(str(path)) as writer:
            writer.add_sheet("表")
            writer.write_sheet(rows)
        data = path.read_bytes()
    (sheet,) = xlsb.read(data).sheets
    theirs = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    told = theirs.get_sheet_by_index(0).to_python(skip_empty_area=False)
    for number, line in enumerate(told, start=1):
        for column, value in enumerate(line, start=1):
            ours = sheet.text(Address(number, column))
            assert ours == value if isinstance(value, str) else float(ours) == pytest.approx(value)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_part_is_read_or_refused(data: st.DataObject) -> None:
    parts = looks()
    name = data.draw(st.sampled_from([one for one in parts if one.endswith(".bin")]))
    content = bytearray(parts[name])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    parts[name] = bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        xlsb.read(packed(parts))
    except (UnreadableError, MemoryError) as error:
        assert str(error) or isinstance(error, MemoryError)  # noqa: PT017 - either is a refusal


def test_too_many_cells_end_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_CELLS", 2)
    with pytest.raises(MemoryError):
        sheet_of(row(1), *(cell(6, column, wide("字")) for column in (1, 2, 3)))
