"""The page on adding a form: its example is a form that works."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
from click.testing import CliRunner

from xlsync.cli import cli

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
    assert run("forms", "check", example(tmp_path)) == "progress: nothing wrong\n"


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
