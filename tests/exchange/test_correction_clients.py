"""A copy that LibreOffice opened and saved is still known: its list, comments, marks and states."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from clients import convert
from correction_samples import LIST, SHEET, opened, placed, saved, wrong_copy
from reading_samples import FORMS

from xlsync.exchange.reading import read_file

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.client


def test_a_copy_survives_libreoffice(tmp_path: Path) -> None:
    case, data = wrong_copy()
    book = opened(data)
    book[SHEET]["C6"] = dt.date(2023, 1, 1)
    book[SHEET]["D8"] = 280_000
    (tmp_path / "原样.xlsx").write_bytes(data)
    (tmp_path / "改过.xlsx").write_bytes(saved(book))
    files = [tmp_path / "原样.xlsx", tmp_path / "改过.xlsx"]
    kept, changed = convert(files, tmp_path)
    (reading,) = read_file(FORMS, kept).readings
    assert reading.record == case.reading.record
    assert placed(reading.problems) == placed(case.reading.problems)
    sheet = opened(kept.read_bytes())[SHEET]
    assert "不是可识别的日期" in sheet["C6"].comment.text, "the comments are still there"
    assert set(_states(kept).values()) == {"待改", "待核对"}
    done = {place for place, state in _states(changed).items() if state == "已改"}
    assert done == {"C6", "D8", "G7"}, "with a fiscal part the total is not too small any more"
    (again,) = read_file(FORMS, changed).readings
    left = [one for one in placed(case.reading.problems) if one[1] not in done]
    assert [one for one in placed(again.problems) if one[1] not in done] == left


def test_a_copy_survives_the_older_formats_but_for_its_comments(tmp_path: Path) -> None:
    case, data = wrong_copy()
    (tmp_path / "件.xlsx").write_bytes(data)
    for ending in ("xls", "ods"):
        (made,) = convert([tmp_path / "件.xlsx"], tmp_path / ending, to=ending)
        (reading,) = read_file(FORMS, made).readings
        assert reading.record == case.reading.record
        assert not [one for one in reading.problems if one.code == "S007"]


def _states(path: Path) -> dict[str, str]:
    import openpyxl

    sheet = openpyxl.load_workbook(path, data_only=True)[LIST]
    return {str(row[2]): str(row[6]) for row in sheet.iter_rows(min_row=5, values_only=True)}
