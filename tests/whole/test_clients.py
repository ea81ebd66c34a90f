"""Workbooks that another program has opened and saved again still say the same."""

from __future__ import annotations

import io
import subprocess
from typing import TYPE_CHECKING

import pytest
from clients import REQUIRED, convert, soffice, ssconvert
from openpyxl import load_workbook

from xlsync.base.files import write_file
from xlsync.base.problems import Severity
from xlsync.exchange.reading import find_files, read_file, read_record
from xlsync.exchange.workbooks import workbook, workbook_names
from xlsync.form import Catalogue
from xlsync.form.catalogue import data_folder

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.record import Record

FORMS = {form.id: form for form in Catalogue()}


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Record]:
    """A workbook for each record of the text samples, as it would be sent out."""
    folder = tmp_path_factory.mktemp("sent")
    texts = [path for path in find_files([data_folder("samples")]) if path.suffix == ".txt"]
    readings = [reading for path in texts for reading in read_file(FORMS, path).readings]
    made = {}
    for form in FORMS.values():
        records = [one.record for one in readings if one.record and one.form == form.id]
        for name, record in zip(workbook_names(form, records), records, strict=True):
            write_file(folder / name, workbook(form, record))
            made[folder / name] = record
    return made


def _assert_reads_back(path: Path, record: Record, *besides: str) -> None:
    (reading,) = read_file(FORMS, path).readings
    assert reading.record == record
    assert reading.states_id
    expected = [one.code for one in read_record(FORMS, record).problems]
    found = [one.code for one in reading.problems if one.code not in besides]
    assert sorted(found) == sorted(expected)


@pytest.mark.client
@pytest.mark.parametrize("ending", ["xls", "ods", "xlsx"])
def test_a_form_that_gnumeric_saved_is_read(
    sent: dict[Path, Record], tmp_path: Path, ending: str
) -> None:
    for source, record in [*sent.items()][::8]:
        saved = tmp_path / f"{source.stem}.{ending}"
        subprocess.run([ssconvert(), source, saved], check=True, capture_output=True)
        (reading,) = read_file(FORMS, saved).readings
        assert reading.record == record
        assert not [one for one in reading.problems if one.code[0] in "SX" and one.code != "S008"]


def test_a_form_that_a_phone_exported_is_read(sent: dict[Path, Record], tmp_path: Path) -> None:
    """A summary sheet first, the form under another name, no names of cells, nothing locked."""
    source, record = next(iter(sent.items()))
    theirs = load_workbook(source)
    sheet = theirs.worksheets[0]
    sheet.title = f"{sheet.title} - 表格 1"
    sheet.protection.sheet = False
    for other in theirs.worksheets[1:]:
        theirs.remove(other)
    theirs.defined_names.clear()
    summary = theirs.create_sheet("导出概要", 0)
    summary.append(["文稿由另一程序导出"])
    summary.append(["工作表名称", "表格名称", sheet.title])
    theirs.save(tmp_path / "表.xlsx")
    (reading,) = read_file(FORMS, tmp_path / "表.xlsx").readings
    assert reading.record == record
    errors = [one for one in reading.problems if one.severity is Severity.ERROR]
    assert not [one for one in errors if one.code[0] in "SX"]
    assert any(one.code == "S012" and "导出概要" in one.message for one in reading.problems)


@pytest.mark.client
@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_older_formats_lose_the_names_and_nothing_else(
    sent: dict[Path, Record], tmp_path: Path, ending: str
) -> None:
    some = dict(list(sent.items())[::5])
    for path, record in zip(convert(some, tmp_path, to=ending), some.values(), strict=True):
        _assert_reads_back(path, record, "S008")


@pytest.mark.client
def test_libreoffice_saves_every_workbook_without_loss(
    sent: dict[Path, Record], tmp_path: Path
) -> None:
    soffice()
    assert len(sent) >= 16
    for path, record in zip(convert(sent, tmp_path), sent.values(), strict=True):
        _assert_reads_back(path, record)


def test_openpyxl_saves_workbooks_without_loss(sent: dict[Path, Record], tmp_path: Path) -> None:
    for path, record in list(sent.items())[::4]:
        buffer = io.BytesIO()
        load_workbook(path).save(buffer)
        saved = tmp_path / path.name
        write_file(saved, buffer.getvalue())
        _assert_reads_back(saved, record)


def test_a_client_that_is_required_and_missing_is_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv(REQUIRED, raising=False)
    with pytest.raises(pytest.skip.Exception):
        soffice()
    monkeypatch.setenv(REQUIRED, "1")
    with pytest.raises(pytest.fail.Exception):
        soffice()
