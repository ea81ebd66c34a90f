"""Filled forms as one PDF: in order, one bookmark a project, only the form itself."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from clients import soffice
from openpyxl import load_workbook
from returning import whole
from running import FORM, FORMS, invoke, save

from xlsync import api
from xlsync.base.errors import XlsyncError
from xlsync.exchange import printing
from xlsync.exchange.printing import form_alone
from xlsync.workbook.manifest import DOUBTFUL, WRONG

if TYPE_CHECKING:
    from pathlib import Path

ROUND = "2023/一上"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    folder = tmp_path / "库"
    with api.init(folder) as repository:
        records = [
            whole("道路"),
            whole("绿化", implementing_unit="另一个单位"),
            whole("桥梁"),
        ]
        paths = [save(tmp_path / f"{at}.json", one) for at, one in enumerate(records)]
        api.collect(repository, ROUND, paths)
    return folder


def test_only_the_form_is_printed() -> None:
    data = form_alone(api.generate(FORMS[FORM], whole("道路")))
    book = load_workbook(io.BytesIO(data))
    states = [one.sheet_state for one in book.worksheets]
    assert states[0] == "visible"
    assert len(states) > 1
    assert "visible" not in states[1:]
    # A record keeps its tints for the screen: on paper nothing is found wrong any more.
    assert {book.defined_names[name].attr_text for name in (WRONG, DOUBTFUL)} == {'""'}


@pytest.mark.client
def test_a_round_is_one_file_with_bookmarks(town: Path, tmp_path: Path) -> None:
    from pypdf import PdfReader

    assert soffice()
    path = tmp_path / "全部.pdf"
    result = invoke("-R", town, "print", ROUND, "-o", path)
    assert (result.exit_code, "3 份表" in result.stdout) == (0, True)
    made = PdfReader(path)
    outline = [one if isinstance(one, list) else one.title for one in made.outline]
    units = [one for one in outline if isinstance(one, str)]
    projects = [[each.title for each in one] for one in outline if isinstance(one, list)]
    assert units == sorted({whole("道路")["implementing_unit"], "另一个单位"})
    assert sorted(one for each in projects for one in each) == ["桥梁", "绿化", "道路"]
    assert len(made.pages) >= 3
    assert invoke("-R", town, "print", ROUND, "-o", path).exit_code == 3
    result = invoke("-R", town, "print", ROUND, "-o", path, "--force", "--unit", "另一个")
    assert "1 份表" in result.stdout


def test_without_an_office_program_it_is_said_clearly(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing.shutil, "which", lambda _: None)
    monkeypatch.setattr(printing, "_PLACES", ())
    with api.open_repository(town) as repository, pytest.raises(XlsyncError, match="LibreOffice"):
        api.print_round(repository, ROUND, tmp_path / "x.pdf")
    assert not (tmp_path / "x.pdf").exists()
