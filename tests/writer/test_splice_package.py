"""The spliced package is a sound zip archive, small, and always the same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from clients import missing
from small_form import load_form, write_form

from xlsync.base.errors import XlsyncError
from xlsync.form import Catalogue
from xlsync.workbook.manifest import Manifest
from xlsync.writer import splice, write
from xlsync.writer.splicing import compiled
from xlsync.writer.splicing import compiled as compiling
from xlsync.writer.splicing.package import Shared, archive, member

if TYPE_CHECKING:
    from xlsync.form import Form

SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*/*/*.json"))
RECORDS = [json.loads(path.read_text("utf-8")) for path in SAMPLES]
RECORD = {"form": "trip", "id": "a1", "who": "张三 & <b>", "stops": [{"id": "r1", "task": "=1"}]}


@pytest.fixture
def form(tmp_path: Path) -> Form:
    return load_form(tmp_path)


def raw(data: bytes) -> dict[str, bytes]:
    """The deflated bytes of every member."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        ends = [one.header_offset for one in package.infolist()[1:]] + [package.start_dir]
        return {
            one.filename: data[end - one.compress_size : end]
            for one, end in zip(package.infolist(), ends, strict=True)
        }


def test_the_archive_is_sound(form: Form, tmp_path: Path) -> None:
    data = splice(form, RECORD)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        assert {one.date_time for one in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    if shutil.which("unzip") is None:
        missing("unzip")
    file = tmp_path / "spliced.xlsx"
    file.write_bytes(data)
    tested = subprocess.run(["unzip", "-t", file], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_unchanged_members_are_the_same_deflated_bytes(form: Form) -> None:
    one, other = raw(splice(form)), raw(splice(form, RECORD))
    changed = {name for name in one if one[name] != other[name]}
    form_sheet, check, _, checks, _, manifest = sorted(one for one in one if "worksheets" in one)
    assert changed == {
        form_sheet,
        check,
        checks,
        manifest,
        "xl/sharedStrings.xml",
        "docProps/core.xml",
        "docProps/custom.xml",
    }


def test_pieces_of_a_member_inflate_to_the_whole() -> None:
    shared = Shared("二".encode() * 1000)
    whole = [member("a.xml", b"one", shared, b"", shared, b"five"), member("b.xml", b"")]
    with zipfile.ZipFile(io.BytesIO(archive(whole))) as package:
        assert package.read("a.xml") == b"one" + shared.plain * 2 + b"five"
        assert package.read("b.xml") == b""


@pytest.mark.parametrize("record", RECORDS[::10], ids=lambda record: record["project_name"])
def test_no_larger_than_what_xlsxwriter_packs(record: dict[str, str]) -> None:
    shipped = Catalogue()[record["form"]]
    identified = shipped.identified(record)
    direct, spliced = len(write(shipped, identified)), len(splice(shipped, identified))
    assert abs(spliced - direct) < direct / 20


def test_the_same_bytes_in_every_process(form: Form, tmp_path: Path) -> None:
    write_form(tmp_path)
    script = (
        "import hashlib, json, pathlib, sys\n"
        "from xlsync.form import Catalogue\n"
        "from xlsync.writer import splice\n"
        "form = Catalogue(pathlib.Path(sys.argv[1]))['trip']\n"
        "print(hashlib.sha256(splice(form, json.loads(sys.argv[2]))).hexdigest())\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path), json.dumps(RECORD)]
    digests = {
        subprocess.run(
            command,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai"))
    }
    splice(form, None)
    assert digests == {hashlib.sha256(splice(form, RECORD)).hexdigest()}


def test_a_form_is_compiled_once_for_each_choice(form: Form) -> None:
    rows = form.capacity()
    one = compiled(form, rows, frozenset({"who"}))
    assert one is compiled(form, dict(rows), ["who"])
    assert one is not compiled(form, rows)
    assert one is not compiled(form, {table: count + 1 for table, count in rows.items()}, ["who"])
    assert one is not compiled(form, rows, ["who"], "password")


def test_more_rows_than_were_compiled_are_refused(form: Form) -> None:
    stops = [{"id": f"r{number}", "task": "一站"} for number in range(4)]
    with pytest.raises(XlsyncError, match=r"'张三'.*/stops: 4 rows, only 3 stand ready"):
        compiled(form, {"stops": 3}).fill({"who": "张三", "stops": stops}, Manifest(form.id))


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ("sheet1", r"trip: splicing does not give what XlsxWriter writes"),
        ("sheet2", r"the compiled form has a sheet that cannot be cut open"),
    ],
)
def test_what_xlsxwriter_would_write_otherwise_is_refused(
    form: Form, monkeypatch: pytest.MonkeyPatch, sheet: str, message: str
) -> None:
    module = sys.modules[compiling.__module__]
    assemble = module.assemble

    def otherwise(*arguments: object, **options: object) -> bytes:
        data = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(assemble(*arguments, **options))) as package,
            zipfile.ZipFile(data, "w") as changed,
        ):
            for name in package.namelist():
                content = package.read(name)
                if sheet in name:
                    content = content.replace(b' r="', b' new="1" r="')
                changed.writestr(name, content)
        return data.getvalue()

    monkeypatch.setattr(module, "assemble", otherwise)
    with pytest.raises(XlsyncError, match=message):
        splice(form, RECORD)


def test_a_piece_that_recurs_is_deflated_as_it_was(form: Form) -> None:
    others = [splice(form, {**RECORD, "who": f"李四{number}"}) for number in range(80)]
    assert len(set(others)) == len(others)
    assert splice(form, RECORD) == splice(form, RECORD)
    assert splice(form, {**RECORD, "who": "李四0"}) == others[0]
