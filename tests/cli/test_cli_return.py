"""`xlsync read --return`: a workbook to send back for each form with problems."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from openpyxl import load_workbook
from running import FORM, FORMS, invoke, record, save, spoilt, text_of

from xlsync import api

if TYPE_CHECKING:
    from pathlib import Path


def test_each_form_with_problems_gives_a_copy(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out" / "退回"
    save(source / "1.json", record("甲"), spoilt("乙"))
    (source / "2.txt").write_text(text_of(spoilt("丙")), encoding="utf-8")
    (source / "3.xlsx").write_bytes(b"")
    result = invoke("read", "--return", out, "--json", source)
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 4, "the records go to standard output where asked"
    names = sorted(path.name for path in out.iterdir())
    assert [name.partition("_")[2] for name in names] == ["丙_退回修改.xlsx", "乙_退回修改.xlsx"]
    assert result.stderr.count(" → ") == 2
    assert f"{source / '3.xlsx'}：没有找到要收的表，没有可以退回的工作簿。" in result.stderr
    read = invoke("read", out)
    problems = [json.loads(line)["problems"] for line in read.stdout.splitlines()]
    assert [[one["code"] for one in found] for found in problems] == [["M001"], ["M001"]]


def test_copies_that_are_there_stay_unless_forced(tmp_path: Path) -> None:
    file = save(tmp_path / "1.json", spoilt("乙"))
    arguments = ("read", "--return", tmp_path / "out", file)
    assert invoke(*arguments).exit_code == 1
    (made,) = (tmp_path / "out").iterdir()
    made.write_bytes(b"mine")
    refused = invoke(*arguments)
    assert refused.exit_code == 3
    assert refused.stderr.endswith(f"{made}: is there already; move it away, or use --force\n")
    assert made.read_bytes() == b"mine"
    assert invoke(*arguments, "--force", "--password", "秘密").exit_code == 1
    assert made.read_bytes() != b"mine"


def test_copies_alone_print_no_records_and_are_made_of_errors_alone(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    doubtful = record("乙", planned_start="2022-01-01", planned_end="2022-12-31")
    save(source / "1.json", spoilt("甲"), doubtful)
    result = invoke("read", "--return", out, source)
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(list(out.iterdir())) == 1
    invoke("read", "--return", out, "--force", "--warnings", source)
    assert len(list(out.iterdir())) == 2


def test_a_word_that_stands_for_no_value_goes_back_as_it_was_chosen(tmp_path: Path) -> None:
    form = FORMS[FORM]
    wrong, _ = form.canonical(spoilt("甲"))
    assert wrong is not None
    filled = load_workbook(io.BytesIO(api.generate(form, form.identified(wrong))))
    sheet = filled.worksheets[0]
    place = next(
        cell for row in sheet.iter_rows(min_row=13) for cell in row if cell.value in {"≥", "=", "≤"}
    ).coordinate
    sheet[place] = "定性"
    (tmp_path / "in").mkdir()
    filled.save(tmp_path / "in" / "表.xlsx")
    invoke("read", "--return", tmp_path / "out", tmp_path / "in")
    (made,) = (tmp_path / "out").iterdir()
    assert load_workbook(made).worksheets[0][place].value == "定性"


def test_what_is_clean_gives_no_copy(tmp_path: Path) -> None:
    file = save(tmp_path / "1.json", record("甲"))
    result = invoke("read", "--return", tmp_path / "out", file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert not list((tmp_path / "out").iterdir())


def test_what_cannot_be_put_into_a_copy_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    save(tmp_path / "in" / "1.json", record("甲", indicators=[1]))
    save(tmp_path / "in" / "2.json", spoilt("乙"))
    result = invoke("read", "--return", tmp_path / "out", tmp_path / "in")
    assert result.exit_code == 1
    assert "1.json：没有生成退回的工作簿" in result.stderr
    assert len(list((tmp_path / "out").iterdir())) == 1
