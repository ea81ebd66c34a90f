"""Tab-separated text to a grid, whatever its encoding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsync.base.grid import Address
from xlsync.sources import open_file, text

SAMPLE = "项目名称\t河道保洁\r\n\r\n\t280,000.00\n"
CELLS = {"A1": "项目名称", "B1": "河道保洁", "B3": "280,000.00"}

ENCODED = {
    "utf-8": (SAMPLE.encode(), []),
    "utf-8 with mark": (SAMPLE.encode("utf-8-sig"), []),
    "utf-16": (SAMPLE.encode("utf-16"), []),
    "utf-16 big-endian": (b"\xfe\xff" + SAMPLE.encode("utf-16-be"), []),
    "gb18030": (SAMPLE.encode("gb18030"), ["X006"]),
    "gbk": (SAMPLE.encode("gbk"), ["X006"]),
}


def cells(data: bytes) -> dict[str, str]:
    (sheet,) = text.read(data).sheets
    return {address.a1: cell.text for address, cell in sheet.cells.items()}


@pytest.mark.parametrize(("data", "codes"), ENCODED.values(), ids=ENCODED)
def test_an_encoding_is_recognised(data: bytes, codes: list[str]) -> None:
    workbook = text.read(data)
    assert cells(data) == CELLS
    assert [one.code for one in workbook.problems] == codes
    assert workbook.is_text


BROKEN = {
    "no encoding": b"\xff\xfa\x81\x20\xff",
    "utf-16 without a mark": SAMPLE.encode("utf-16-le"),
    "half a character of utf-16": b"\xff\xfe" + "项".encode("utf-16-le") + b"\x00",
    "mark of utf-8 before something else": b"\xef\xbb\xbf" + SAMPLE.encode("gb18030"),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_broken_encoding_is_told(data: bytes) -> None:
    workbook = text.read(data)
    assert [one.code for one in workbook.problems] == ["X001"]
    assert workbook.sheets == []


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_lines_keep_their_numbers(line_break: str) -> None:
    data = line_break.join(["一", "", "二\t三", ""]).encode()
    assert cells(data) == {"A1": "一", "A3": "二", "B3": "三"}


def test_blanks_are_kept_as_they_are() -> None:
    assert cells(b" a \t \tb") == {"A1": " a ", "B1": " ", "C1": "b"}


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"a" + b"\t" * 16_384, "第 1 行超出"),
        (b"\n" * 1_048_576 + b"a", "第 1048577 行超出"),
    ],
)
def test_a_text_larger_than_a_sheet_is_told(data: bytes, what: str) -> None:
    (one,) = text.read(data).problems
    assert one.code == "X001"
    assert what in one.message


def test_a_huge_text_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "MAX_BYTES", 10)
    assert [one.code for one in text.read(b"a" * 11).problems] == ["X001"]


@given(st.lists(st.lists(st.text(st.characters(exclude_characters="\t\r\n", codec="utf-8")))))
def test_every_piece_has_its_cell(rows: list[list[str]]) -> None:
    data = "\n".join("\t".join(row) for row in rows).encode()
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return
    expected = {
        Address(number, column): piece
        for number, row in enumerate(rows, start=1)
        for column, piece in enumerate(row, start=1)
        if piece
    }
    (sheet,) = text.read(data).sheets
    assert {address: cell.text for address, cell in sheet.cells.items()} == expected


@pytest.mark.parametrize(
    ("ending", "data", "code"),
    [
        (".txt", b"", "X002"),
        (".xlsx", b"", "X002"),
        (".txt", b" \r\n\t", "X002"),
        (".txt", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "X004"),
        (".txt", b"\x89PNG\r\n\x1a\n", "X004"),
        ("", b"\x00\x01\x02", "X004"),
    ],
)
def test_a_file_that_is_something_else_is_told(ending: str, data: bytes, code: str) -> None:
    workbook = open_file(ending, data)
    assert [one.code for one in workbook.problems] == [code]
    assert workbook.sheets == []


CLIPBOARD = '标题\t\t\n"项目\n资金"\t"含""引号""的话"\t12\n末行\t\t\n'


def test_cells_of_a_clipboard_may_hold_line_breaks() -> None:
    assert cells(CLIPBOARD.encode()) == {
        "A1": "标题",
        "A2": "项目\n资金",
        "B2": '含"引号"的话',
        "C2": "12",
        "A4": "末行",
    }


def test_where_all_texts_stand_in_quotes_they_are_taken_off() -> None:
    data = '"标题"\t\t\n"名称"\t"达标"\t12.5\n"一\n二"\t\t0\n'.encode()
    assert cells(data) == {
        "A1": "标题",
        "A2": "名称",
        "B2": "达标",
        "C2": "12.5",
        "A3": "一\n二",
        "C3": "0",
    }


def test_quotes_that_were_typed_are_kept() -> None:
    data = '名称\t"十四五"规划\n目标\t"达标"\n"未完\t另一格"\n'.encode()
    assert cells(data) == {
        "A1": "名称",
        "B1": '"十四五"规划',
        "A2": "目标",
        "B2": '"达标"',
        "A3": '"未完',
        "B3": '另一格"',
    }


@pytest.mark.parametrize("sign", [",", ";"])
def test_values_set_apart_by_another_sign(sign: str) -> None:
    rows = ["标题,,", '"一,二\n三",12,', "a,b,c", "d,,", ",,e"]
    data = "\n".join(rows).replace(",", sign).encode()
    expected = {"A1": "标题", "A2": f"一{sign}二\n三", "B2": "12", "A4": "a", "B4": "b", "C4": "c"}
    assert cells(data) == expected | {"A5": "d", "C6": "e"}


def test_commas_in_sentences_set_nothing_apart() -> None:
    data = b"1,200,000.00\nyes, no\nwell\na,b,c\n1,2\n"
    assert list(cells(data)) == ["A1", "A2", "A3", "A4", "A5"]


@given(
    st.lists(
        st.lists(st.text('甲乙"\n1 ', max_size=6), min_size=3, max_size=3), min_size=1, max_size=6
    )
)
def test_what_a_spreadsheet_puts_on_the_clipboard_comes_back(rows: list[list[str]]) -> None:
    def written(cell: str) -> str:
        quoted = cell.replace('"', '""')
        return f'"{quoted}"' if "\n" in cell or '"' in cell else cell

    data = "\n".join("\t".join(written(one) for one in row) for row in rows).encode()
    (sheet,) = text.read(data).sheets
    found = [cell.text for _, cell in sorted(sheet.cells.items())]
    assert found == [one for row in rows for one in row if one]
