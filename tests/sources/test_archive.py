"""Zip archives of returned files: every file in them, and nothing that leads out of them."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import FORMS, record, save

from xlsync.exchange.reading import find_arrivals, read_arrival
from xlsync.sources import archive
from xlsync.sources.archive import Archive
from xlsync.sources.finding import is_noise
from xlsync.sources.sniffing import Format, sniff

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.exchange.reading import FileReading


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return buffer.getvalue()


def unpacked(data: bytes) -> tuple[dict[str, bytes], list[str]]:
    def is_archive(inner: bytes) -> bool:
        return sniff(inner) is Format.ARCHIVE

    found = Archive(io.BytesIO(data), is_noise, is_archive)
    return {one.name: one.data for one in found}, found.failures


def read_all(path: Path) -> list[FileReading]:
    return [read_arrival(FORMS, one) for one in find_arrivals([path])]


def test_each_file_is_a_file_of_its_own(tmp_path: Path) -> None:
    one, two = (save(tmp_path / f"{name}.json", record(name)).read_bytes() for name in "甲乙")
    members = {
        "甲.json": one,
        "子/乙.json": two,
        "子/~$乙.xlsx": b"",
        "Thumbs.db": b"x",
        "空/": b"",
    }
    path = tmp_path / "归档.ZIP"
    path.write_bytes(packed(members))
    files = read_all(path)
    assert [file.path.relative_to(tmp_path).as_posix() for file in files] == [
        "归档.ZIP/甲.json",
        "归档.ZIP/子/乙.json",
    ]
    assert [file.data for file in files] == [one, two]
    assert all(file.readings[0].record for file in files)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("../../etc/x.json", "etc/x.json"),
        ("/x.json", "x.json"),
        ("C:\\盘\\x.json", "盘/x.json"),
        ("a/./b/../x.json", "a/b/x.json"),
    ],
)
def test_a_name_leads_nowhere(stored: str, shown: str) -> None:
    files, failures = unpacked(packed({stored: b"{}"}))
    assert (list(files), failures) == ([shown], [])


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_in_the_code_page_of_the_sender_are_read(encoding: str) -> None:
    name = "目标申报表，一.txt".encode(encoding)
    data = packed({"x" * len(name): b"text"}).replace(b"x" * len(name), name)
    assert list(unpacked(data)[0]) == ["目标申报表，一.txt"]


def test_an_archive_in_an_archive_is_opened_and_one_in_that_is_told() -> None:
    inner = packed({"c.txt": b"3"})
    data = packed({"a.txt": b"1", "b.zip": packed({"b.txt": b"2", "c.zip": inner})})
    files, failures = unpacked(data)
    assert files == {"a.txt": b"1", "b.zip/b.txt": b"2"}
    assert failures == ["b.zip/c.zip（是压缩包里的压缩包里的压缩包）"]


def test_a_workbook_that_was_named_zip_is_a_workbook(tmp_path: Path) -> None:
    from xlsync.exchange.workbooks import workbook

    form = next(iter(FORMS.values()))
    data = workbook(form)
    (tmp_path / "a.zip").write_bytes(data)
    (file,) = read_all(tmp_path / "a.zip")
    assert file.data == data
    assert "X007" in [one.code for one in file.readings[0].problems]
    assert file.readings[0].form == form.id
    files, failures = unpacked(packed({"b.zip": data}))
    assert (files, failures) == ({"b.zip": data}, [])


def encrypted() -> bytes:
    """As a program marks it that encrypts: bit 0 of the flags, in both headers."""
    data = bytearray(packed({"a.txt": b"secret"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


def lying() -> bytes:
    """An archive whose directory says that a file is small."""
    data = bytearray(packed({"a.txt": b"0" * 100_000}))
    struct.pack_into("<L", data, data.index(b"PK\x01\x02") + 24, 10)
    return bytes(data)


BAD = {
    "password": (encrypted(), "a.txt（设有密码）"),
    "cut": (packed({"a.txt": b"0" * 5000})[:-40], "压缩包已损坏或不完整"),
    "noise": (b"PK\x03\x04noise", "压缩包已损坏或不完整"),
    "method": (packed({"a.txt": b"1" * 99}, zipfile.ZIP_LZMA), "a.txt（压缩方式不受支持）"),
    "ratio": (packed({"a.txt": b"\0" * 8_000_000}), "a.txt（压缩比异常）"),
    "lying": (lying(), "a.txt（已损坏）"),
}


@pytest.mark.parametrize(("data", "failure"), BAD.values(), ids=BAD)
def test_what_cannot_be_read_is_told_and_the_archive_kept(
    tmp_path: Path, data: bytes, failure: str
) -> None:
    assert unpacked(data) == ({}, [failure])
    (tmp_path / "a.zip").write_bytes(data)
    (file,) = read_all(tmp_path / "a.zip")
    (reading,) = file.readings
    assert file.data == data
    assert [one.code for one in reading.problems] == ["X001"]
    assert failure in reading.problems[0].message


def test_one_bad_file_does_not_spoil_the_others(tmp_path: Path) -> None:
    good = save(tmp_path / "good.json", record()).read_bytes()
    data = packed({"good.json": good, "a.txt": b"\0" * 8_000_000})
    (tmp_path / "a.zip").write_bytes(data)
    files = read_all(tmp_path / "a.zip")
    assert [bool(file.readings[0].record) for file in files] == [True, False]
    assert files[1].path == tmp_path / "a.zip"


def test_an_archive_of_other_things_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(packed({"Thumbs.db": b"1"}))
    (file,) = read_all(tmp_path / "a.zip")
    assert [one.code for one in file.readings[0].problems] == ["X003"]


@pytest.mark.parametrize(
    ("limit", "value"),
    [("MAX_MEMBERS", 2), ("MAX_DIRECTORY_BYTES", 100), ("MAX_MEMBER_BYTES", 5), ("MAX_BYTES", 5)],
)
def test_every_bound_holds(monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    monkeypatch.setattr(archive, limit, value)
    files, failures = unpacked(packed({f"{at}.txt": b"1234567" for at in range(3)}))
    assert not files
    assert failures


def test_no_more_is_unpacked_than_all_files_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 15)
    inner = packed({"b.txt": b"7654321"}, zipfile.ZIP_STORED)
    files, failures = unpacked(packed({"a.txt": b"1234567", "b.zip": inner}))
    assert list(files) == ["a.txt"]
    assert len(failures) == 1


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_no_damage_breaks_the_reader(data: st.DataObject) -> None:
    whole = bytearray(packed({"甲.txt": b"12345" * 20, "b/c.json": b"{}"}))
    for at, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), max_size=6)
    ):
        whole[at] = byte
    files, _ = unpacked(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    assert all(".." not in name.split("/") and not name.startswith("/") for name in files)
