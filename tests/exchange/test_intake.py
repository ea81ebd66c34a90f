"""Any file to readings: what is wrong with a file is told with place and text, never raised."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_samples import FILLED, FORM, FORMS, our_workbook, read_one, record_of

from xlsync.base.problems import problem
from xlsync.base.record import canonical_bytes
from xlsync.exchange.reading import read_file, read_record
from xlsync.exchange.workbooks import workbook
from xlsync.sources import finding

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.record import Json
    from xlsync.exchange.reading import FileReading

RECORD = record_of(read_one(FILLED))
TEXT = FILLED.replace("|", "\t")


def read_bytes(folder: Path, name: str, data: bytes) -> FileReading:
    path = folder / name
    path.write_bytes(data)
    return read_file(FORMS, path)


def codes(file: FileReading) -> list[list[str]]:
    return [[one.code for one in reading.problems] for reading in file.readings]


GOOD = {
    "a.txt": TEXT.encode(),
    "a.TXT": TEXT.encode(),
    "a.tsv": TEXT.encode("utf-16"),
    "a.xlsx": workbook(FORM, RECORD),
    "a.json": canonical_bytes(RECORD),
    "list.json": canonical_bytes([RECORD]),
    "mark.json": b"\xef\xbb\xbf" + canonical_bytes(RECORD),
    "a.jsonl": json.dumps(RECORD).encode() + b"\r\n\r\n",
    "book.txt": workbook(FORM, RECORD),
    "text.xlsx": TEXT.encode(),
    "none": workbook(FORM, RECORD),
    "表.xlsx.1": workbook(FORM, RECORD),
    "表.xlsx(1)": workbook(FORM, RECORD),
    "表.bak": workbook(FORM, RECORD),
    "text": TEXT.encode(),
    "record.txt": canonical_bytes(RECORD),
    "lines.download": json.dumps(RECORD).encode() + b"\n",
    "printed.jsonl": json.dumps({"source": {}, "record": RECORD, "problems": []}).encode(),
}


MISNAMED = {
    *("book.txt", "text.xlsx", "none", "表.xlsx.1", "表.xlsx(1)", "表.bak"),
    *("record.txt", "lines.download"),
}


@pytest.mark.parametrize(("name", "data"), GOOD.items(), ids=GOOD)
def test_a_file_that_holds_a_form(tmp_path: Path, name: str, data: bytes) -> None:
    file = read_bytes(tmp_path, name, data)
    (reading,) = file.readings
    assert (reading.record, reading.form) == (RECORD, FORM.id)
    assert [one.code for one in reading.problems] == (["X007"] if name in MISNAMED else [])
    assert file.data == data
    assert file.is_text == (data in {TEXT.encode(), TEXT.encode("utf-16")})


def test_the_encoding_of_a_text_is_told_where_it_was_guessed(tmp_path: Path) -> None:
    file = read_bytes(tmp_path, "a.txt", TEXT.encode("gb18030"))
    assert file.readings[0].record == RECORD
    assert codes(file) == [["X006"]]


BAD = {
    "empty.txt": (b"", "X002"),
    "empty.xlsx": (b"", "X002"),
    "empty.json": (b" \n", "X002"),
    "blank.txt": (b"\n\t\r\n", "X002"),
    "a.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "X004"),
    "a.pdf": (b"%PDF-1.7", "X001"),
    "none": (b"text", "X003"),
    "noise.txt": (b"\xff\xfa\x81\x20\xff", "X001"),
    "noise.xlsx": (b"\xff\xfa\x81\x20\xff", None),
    "cut.xlsx": (workbook(FORM, RECORD)[:3000], None),
    "other.txt": ("今天天气很好。".encode(), "X003"),
    "gbk.json": (canonical_bytes(RECORD).decode().encode("gbk"), "X001"),
    "cut.json": (canonical_bytes(RECORD)[:100], "X001"),
    "twice.json": (b'{"form": "a", "form": "b"}', "X001"),
    "deep.json": (b"[" * 100_000, "X001"),
    "long.json": (b"9" * 10_000, "X001"),
    "number.json": (b"5", "X005"),
    "nothing.json": (b"null", "X005"),
    "unknown.json": (b'{"form": "another"}', "X005"),
    "object.json": (b'{"form": {}}', "X005"),
    "nan.json": (b'{"form": NaN}', "X005"),
    "list.json": (b"[]", "X003"),
    "nulls.jsonl": (b'{"record": null, "problems": []}\n', "X005"),
}


@pytest.mark.parametrize(("name", "content"), BAD.items(), ids=BAD)
def test_a_file_that_holds_none_is_told(
    tmp_path: Path, name: str, content: tuple[bytes, str | None]
) -> None:
    data, code = content
    first = read_bytes(tmp_path, name, data).readings[0]
    assert first.record is None
    found = [one.code for one in first.problems]
    assert found == [code] if code else found[0] in {"X001", "X004"}


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    (reading,) = read_file(FORMS, tmp_path / "none.txt").readings
    assert [one.code for one in reading.problems] == ["X001"]
    assert "文件不存在" in reading.problems[0].message


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    assert codes(read_file(FORMS, tmp_path)) == [["X001"]]


def test_a_file_that_may_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Path, *__: object, **___: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.txt").write_bytes(b"x")
    monkeypatch.setattr(type(tmp_path), "open", refused)
    (reading,) = read_file(FORMS, tmp_path / "a.txt").readings
    assert [(one.code, one.message) for one in reading.problems] == [
        ("X001", "文件打不开：没有读取权限，或正被其他程序占用。")
    ]


def test_a_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MAX_BYTES", 3)
    file = read_bytes(tmp_path, "a.txt", b"abcd")
    assert (codes(file), file.data) == ([["X001"]], b"")


def test_one_bad_line_does_not_spoil_the_others(tmp_path: Path) -> None:
    line = json.dumps(RECORD).encode()
    file = read_bytes(tmp_path, "a.jsonl", b"\n".join([line, b"{", b"", line]))
    assert [one.start for one in file.readings] == [1, 2, 4]
    assert [one.record is not None for one in file.readings] == [True, False, True]
    assert codes(file) == [[], ["X001"], []]


# a change to a record, and the problem that tells it
CHANGED: list[tuple[Json, str, str]] = [
    ({"year": "2023"}, "X005", "/year"),
    ({"year": 2023.0}, "X005", "/year"),
    ({"funds": {"total": 1.5}}, "X005", "/funds/total"),
    ({"funds": {"total": "1.005"}}, "X005", "/funds/total"),
    ({"planned_start": "2023-02-30"}, "X005", "/planned_start"),
    ({"extra": 1}, "X005", "/extra"),
    ({"project_name": None}, "F001", "/project_name"),
    ({"funds": RECORD["funds"] | {"total": "1.00"}}, "M001", "/funds/total"),
]


@pytest.mark.parametrize(("change", "code", "pointer"), CHANGED)
def test_what_is_wrong_with_a_record_is_told_with_its_pointer(
    tmp_path: Path, change: Json, code: str, pointer: str
) -> None:
    data = json.dumps(RECORD | change).encode()
    (reading,) = read_bytes(tmp_path, "a.json", data).readings
    assert (code, pointer) in [(one.code, one.pointer) for one in reading.problems]
    assert (reading.record is None) == (code == "X005")


# a place in the text, what is typed there instead, and what is told: code, cell, text
TYPED = [
    ("250,000.00", "二十五万", ("M004", "E7", "二十五万")),
    ("2023-12-31", "2023年底", ("D001", "D5", "2023年底")),
    ("|质量指标|".replace("|", "\t"), "\t美观指标\t", ("I002", "C14", "美观指标")),
    ("\t产出指标\t", "\t成果指标\t", ("I001", "B13", "成果指标")),
    ("(2023年度)", "(二〇二三年度)", ("S012", "A2", "(二〇二三年度)")),
]


@pytest.mark.parametrize(("old", "new", "told"), TYPED)
def test_what_is_wrong_in_a_text_is_told_with_its_place(
    tmp_path: Path, old: str, new: str, told: tuple[str, str, str]
) -> None:
    assert old in TEXT
    (reading,) = read_bytes(tmp_path, "a.txt", TEXT.replace(old, new, 1).encode()).readings
    assert told in [(one.code, one.cell, one.found) for one in reading.problems]
    assert reading.record is not None


def test_a_record_gets_ids_where_it_has_none() -> None:
    bare: Json = json.loads(canonical_bytes(RECORD))
    del bare["id"], bare["indicators"][0]["id"]
    reading = read_record(FORMS, bare)
    assert (reading.record, reading.states_id) == (RECORD, False)
    assert read_record(FORMS, RECORD).states_id


@pytest.mark.parametrize("ending", [".txt", ".xlsx", ".json", ".jsonl", ".csv"])
@given(data=st.binary(max_size=200) | st.text(max_size=80).map(str.encode))
@settings(max_examples=30, deadline=None)
def test_no_bytes_break_the_reader(
    tmp_path_factory: pytest.TempPathFactory, ending: str, data: bytes
) -> None:
    file = read_bytes(tmp_path_factory.getbasetemp(), f"fuzz{ending}", data)
    assert file.readings
    assert all(one.record is not None or one.problems for one in file.readings)


def test_a_printed_line_without_a_record_keeps_its_problems(tmp_path: Path) -> None:
    told = problem("S007", "未读入", found="甲").at("表", "A1")
    line = {"source": {}, "form": None, "record": None, "problems": [told.as_json()]}
    (reading,) = read_bytes(tmp_path, "a.jsonl", json.dumps(line).encode()).readings
    assert (reading.record, reading.problems) == (None, [told])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,\n"b" 2}', "第 2 行第 5 个字符"),
        ("[" * 100_000, "嵌套过深"),
        ("9" * 10_000, "数字过长"),
        ('{"a": 1, "a": 2}', "键“a”重复"),
    ],
)
def test_what_is_wrong_with_json_is_said_in_chinese(tmp_path: Path, text: str, said: str) -> None:
    (reading,) = read_bytes(tmp_path, "a.json", text.encode()).readings
    assert said in reading.problems[0].message


def test_texts_of_a_record_that_are_cleaned_are_told() -> None:
    record, _ = our_workbook()
    goal = "\u3000清\u200b"
    given = record | {"project_name": "<p>河道</p>", "overall_goal": goal, "annual_goal": "清"}
    reading = read_record(FORMS, given)
    assert reading.record is not None
    assert reading.record["project_name"] == "河道"
    told = [(one.pointer, one.found) for one in reading.problems if one.code == "S003"]
    assert told == [("/project_name", "<p>河道</p>"), ("/overall_goal", goal)]
    assert [one for one in read_record(FORMS, record).problems if one.code == "S003"] == []


def test_a_sign_in_json_that_is_in_no_list_is_an_error() -> None:
    record = json.loads(json.dumps(RECORD))
    record["indicators"][0]["operator"] = "按要求"
    reading = read_record(FORMS, record)
    (told,) = [one for one in reading.problems if one.code == "V001"]
    assert (told.pointer, told.found) == ("/indicators/0/operator", "按要求")
