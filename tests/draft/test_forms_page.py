"""The page on adding a form: its example is a form that works."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
from click.testing import CliRunner

from xlsync import api
from xlsync.cli import cli
from xlsync.reader import read
from xlsync.sources import xlsx
from xlsync.writer import write

if TYPE_CHECKING:
    from xlsync.base.record import Record

PAGE = (Path(__file__).parents[2] / "docs" / "forms.md").read_text(encoding="utf-8")


def example(folder: Path) -> Path:
    """Write the files that the page shows, each under the name in its first line."""
    for path, text in re.findall(r"```toml\n# (\S+\.toml)\n(.*?)```", PAGE, re.DOTALL):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def run(*arguments: object) -> str:
    result = CliRunner().invoke(cli, [str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_example_is_without_a_mistake(tmp_path: Path) -> None:
    told = run("forms", "check", example(tmp_path))
    assert told.splitlines() == [
        "progress: nothing wrong",
        "whole-department-evaluation: nothing wrong",
    ]


def goals_of_a_department() -> Record:
    samples = Path(__file__).parents[2] / "samples" / "official-families" / "read.jsonl"
    made = (json.loads(text)["record"] for text in samples.read_text("utf-8").splitlines())
    return next(one for one in made if one["form"] == "whole-department-goal-2016")


def test_the_family_of_the_page_goes_the_whole_way(tmp_path: Path) -> None:
    """Prefilled from the goals, filled in, read, checked, and read from a copy of others."""
    folder, form_id = example(tmp_path), "whole-department-evaluation"
    goals = goals_of_a_department()
    (tmp_path / "goals.json").write_text(json.dumps(goals), encoding="utf-8")
    command = ("generate", form_id, "--forms", folder, "--carry-over", tmp_path / "goals.json")
    path = Path(run(*command, "-o", tmp_path / "sent").strip())
    forms = api.forms(folder)
    form = forms[form_id]
    (reading,) = api.read(path, forms)[0].readings
    record = reading.record
    assert record is not None
    for table in ("tasks", "goals", "indicators"):
        assert [row["id"] for row in record[table]] == [row["id"] for row in goals[table]]
    missing = {one.pointer for one in reading.problems if one.code == "F001"}
    assert missing == {"/funds/executed", "/actual_completion", "/total_score"}
    for row in record["tasks"]:
        row |= {"executed": row["planned"], "done": "全部完成。"}
    for row in record["indicators"]:
        row |= {"actual": row["value"], "weight": "20.00", "score": "20.00", "cause": None}
    record["funds"]["executed"] = record["funds"]["total"]
    record |= {"actual_completion": "三条目标都已实现。", "total_score": "100.00"}
    assert form.check(record) == []
    record["indicators"][0]["score"] = "15.00"
    assert [one.code for one in form.check(record)] == ["P004", "P006"]
    record["total_score"] = "95.00"
    record["indicators"][0]["cause"] = "苗木到货较晚，来年提前订苗。"
    (back,) = read([form], xlsx.read(write(form, record)))
    assert (back.record, back.problems) == (record, [])
    # A copy that xlsync did not make: the sheet alone, without names and marks.
    grid = xlsx.read(write(form, record))
    grid.names.clear()
    grid.sheets = [sheet for sheet in grid.sheets if sheet.name == form.template.sheet]
    del grid.sheets[0].cells[form.layout(form.capacity(record)).footer.first]
    (copied,) = [one for one in read(list(forms.values()), grid) if one.form]
    assert (copied.form, copied.by) == (form_id, "labels")
    assert {**(copied.record or {}), "id": record["id"]} == record


def test_the_example_makes_a_workbook_that_is_read_back(tmp_path: Path) -> None:
    folder = example(tmp_path)
    path = Path(run("generate", "progress", "--forms", folder, "-o", tmp_path / "blank").strip())
    book = openpyxl.load_workbook(path)
    sheet = book["进度表"]
    for name, value in {
        "B3": "道路养护",
        "E3": "市政所",
        "B4": "2023-05-01",
        "E4": 1200.5,
        "B6": "实施",
        "C6": "施工",
        "D6": "≥",
        "E6": "60",
        "F6": "%",
    }.items():
        sheet[name] = value
    book.save(path)
    (line,) = run("read", path, "--forms", folder).splitlines()
    record = json.loads(line)["record"]
    assert record["spent"] == "1200.50"
    assert record["reported_on"] == "2023-05-01"
    (step,) = record["steps"]
    assert {key: step[key] for key in step if key != "id"} == {
        "phase": "实施",
        "task": "施工",
        "bound": "≥",
        "done": "60",
        "unit": "%",
    }


def test_every_remark_that_the_page_explains_is_one_that_drafts_make() -> None:
    code = "".join(
        path.read_text("utf-8") for path in Path(__file__).parents[2].glob("xlsync/draft/*.py")
    )
    table = PAGE.partition("| remark |")[2].partition("\n\n")[0]
    remarks = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)
    assert len(remarks) == 8
    for remark in remarks:
        for part in remark.split("…"):
            assert part.strip() in code, remark
