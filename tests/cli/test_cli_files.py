"""The commands that work on files alone: forms, generate, read, and diff of files."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from running import FORM, FORMS, ROOT, SAMPLES, invoke, record, save, spoilt, text_of

from xlsync.base.files import write_file
from xlsync.exchange.workbooks import workbook

if TYPE_CHECKING:
    from pathlib import Path


def _own_form(folder: Path, form_id: str) -> Path:
    """A folder with the installed form under another id."""
    for kind in ("templates", "mappings"):
        source = ROOT / kind / f"{FORM}.toml"
        target = folder / kind / f"{form_id}.toml"
        target.parent.mkdir(parents=True)
        text = source.read_text("utf-8").replace(f'form = "{FORM}"', f'form = "{form_id}"')
        target.write_text(text, encoding="utf-8")
    for part in (ROOT / "mappings").iterdir():
        if part.is_dir():
            shutil.copytree(part, folder / "mappings" / part.name)
    return folder


def test_forms_lists_what_is_installed_and_what_is_added(tmp_path: Path) -> None:
    own = str(_own_form(tmp_path / "own", "mine-2024"))
    assert FORM in invoke("forms").stdout
    for arguments in (["--forms", own, "forms", "--json"], ["forms", "--json", "--forms", own]):
        result = invoke(*arguments)
        listed = [one["form"] for one in json.loads(result.stdout)]
        assert listed == sorted(["mine-2024", *FORMS])
        assert result.exit_code == 0


def test_generate_writes_a_blank_workbook(tmp_path: Path) -> None:
    result = invoke("generate", FORM, "-o", tmp_path / "新" / "空白")
    (made,) = (tmp_path / "新" / "空白").iterdir()
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{made}\n", "")
    read = invoke("read", made)
    (line,) = read.stdout.splitlines()
    assert {one["code"][0] for one in json.loads(line)["problems"]} == {"F", "I"}


def test_generate_takes_json_text_and_workbooks(tmp_path: Path) -> None:
    sources = tmp_path / "in"
    save(sources / "1.json", record("甲"))
    (sources / "2.txt").write_text(text_of(record("乙")), encoding="utf-8")
    made = FORMS[FORM].identified(record("丙"))
    write_file(sources / "3.xlsx", workbook(FORMS[FORM], made))
    result = invoke("generate", FORM, sources, "--output", tmp_path / "out", "--password", "秘密")
    assert result.exit_code == 0, result.output
    titles = [path.stem.partition("_")[2] for path in sorted((tmp_path / "out").iterdir())]
    assert sorted(titles) == ["丙", "乙", "甲"]


def test_generate_leaves_what_is_there_unless_forced(tmp_path: Path) -> None:
    invoke("generate", FORM, "-o", tmp_path)
    (made,) = tmp_path.iterdir()
    made.write_bytes(b"mine")
    refused = invoke("generate", FORM, "-o", tmp_path)
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert refused.stderr == f"xlsync: {made}: is there already; move it away, or use --force\n"
    assert made.read_bytes() == b"mine"
    assert invoke("generate", FORM, "-o", tmp_path, "--force").exit_code == 0
    assert made.read_bytes() != b"mine"
    assert list(tmp_path.iterdir()) == [made], "no temporary file stays"


def test_generate_says_which_records_it_leaves_out(tmp_path: Path) -> None:
    own = _own_form(tmp_path / "own", "mine-2024")
    paths = [
        save(tmp_path / "good.json", record("甲")),
        save(tmp_path / "other.json", record("乙", form="mine-2024")),
        save(tmp_path / "level.json", record("丙", indicators=[{"level1": "没有的指标"}])),
        tmp_path / "gone.json",
    ]
    result = invoke("--forms", own, "generate", FORM, *paths, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    for expected in ("属于表 mine-2024", "I001", "X001"):
        assert expected in result.stderr


def test_read_prints_one_object_a_form_with_its_line_or_sheet(tmp_path: Path) -> None:
    text = tmp_path / "all.txt"
    text.write_text(text_of(record("甲"), record("乙")), encoding="utf-8")
    sheet = tmp_path / "one.xlsx"
    write_file(sheet, workbook(FORMS[FORM], FORMS[FORM].identified(record("丙"))))
    result = invoke("read", text, sheet)
    assert (result.exit_code, result.stderr) == (0, "")
    first, second, third = map(json.loads, result.stdout.splitlines())
    assert first["source"] == {"file": str(text), "line": 1}
    assert second["source"]["line"] > 1
    sheet_name = FORMS[FORM].template.sheet
    assert third["source"] == {"file": str(sheet), "sheet": sheet_name, "by": "names"}
    assert [one["record"]["project_name"] for one in (first, second, third)] == ["甲", "乙", "丙"]


def test_what_read_printed_can_be_read(tmp_path: Path) -> None:
    printed = invoke("read", SAMPLES / "forms.txt").stdout
    path = tmp_path / "all.jsonl"
    path.write_text(printed, encoding="utf-8")
    again = invoke("read", path).stdout
    records = [
        [json.loads(line)["record"] for line in one.splitlines()] for one in (printed, again)
    ]
    assert records[0] == records[1]
    assert len(records[0]) == 16


def test_an_empty_folder_is_noted(tmp_path: Path) -> None:
    result = invoke("read", tmp_path)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "xlsync: no file there\n"


def test_diff_of_two_files_of_any_kind(tmp_path: Path) -> None:
    old = FORMS[FORM].identified(record(id="r"))
    new = {**old, "annual_goal": "新的目标"}
    sides = {"a.json": old, "b.json": new}
    for name, one in sides.items():
        save(tmp_path / name, one)
        write_file(tmp_path / f"{name}.xlsx", workbook(FORMS[FORM], one))
        (tmp_path / f"{name}.txt").write_text(text_of(one), encoding="utf-8")
    for before in ("a.json", "a.json.xlsx", "a.json.txt"):
        for after in ("b.json", "b.json.xlsx", "b.json.txt"):
            result = invoke("diff", tmp_path / before, tmp_path / after, "--json")
            (changed,) = json.loads(result.stdout)
            assert [one["pointer"] for one in changed["deltas"]] == ["/annual_goal"]
            assert (result.exit_code, result.stderr) == (0, "")
        same = invoke("diff", tmp_path / "a.json", tmp_path / before)
        assert (same.exit_code, same.stdout) == (0, "没有变化。\n")


def test_diff_of_folders_pairs_records_by_id() -> None:
    result = invoke("diff", SAMPLES / "一上", SAMPLES / "二上")
    assert result.exit_code == 0
    assert "8 个项目有变化：改动 7，新增 0，取消 1" in result.stdout


def test_diff_writes_a_page_and_prints_the_sums(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    result = invoke("diff", SAMPLES / "一上", SAMPLES / "二上", "--html", page)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "■" not in result.stdout
    assert "8 个项目有变化" in result.stdout
    written = page.read_bytes()
    assert written.decode().count("<article>") == 8
    again = invoke("diff", SAMPLES / "一上", SAMPLES / "二上", "--html", page)
    assert (again.exit_code, again.stdout) == (3, "")
    assert "is there already" in again.stderr
    forced = ("--html", page, "--force", "--json")
    result = invoke("diff", SAMPLES / "一上", SAMPLES / "一上", *forced)
    assert (result.exit_code, result.stdout) == (0, "[]\n")
    assert "没有变化。" in page.read_text("utf-8")


def test_diff_writes_no_page_of_what_was_not_compared(tmp_path: Path) -> None:
    old = save(tmp_path / "a.json", record())
    page = tmp_path / "page.html"
    assert invoke("diff", old, tmp_path / "b.json", "--html", page).exit_code == 3
    save(tmp_path / "b.json", {"form": "?"})
    assert invoke("diff", old, tmp_path / "b.json", "--html", page).exit_code == 1
    assert not page.exists()
    save(tmp_path / "b.json", record())
    nowhere = invoke("diff", old, tmp_path / "b.json", "--html", tmp_path / "no" / "page.html")
    assert (nowhere.exit_code, nowhere.stdout) == (3, "")
    assert "cannot write" in nowhere.stderr


def test_diff_shows_what_could_be_read_and_then_the_errors(tmp_path: Path) -> None:
    old, new = save(tmp_path / "a.json", record(id="r")), save(tmp_path / "b.json", spoilt(id="r"))
    result = invoke("diff", old, new)
    assert result.exit_code == 1
    assert "1.00" in result.stdout
    assert "M001" in result.stderr
    assert str(old) not in result.stderr


@pytest.mark.parametrize("content", ["", "没有表"])
def test_diff_compares_nothing_with_what_holds_no_record(tmp_path: Path, content: str) -> None:
    old = save(tmp_path / "a.json", record())
    new = tmp_path / "b.txt"
    new.write_text(content, encoding="utf-8")
    result = invoke("diff", old, new)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "b.txt" in result.stderr


def test_diff_does_not_choose_between_two_versions_on_one_side(tmp_path: Path) -> None:
    save(tmp_path / "old" / "a.json", record(id="r"))
    save(tmp_path / "old" / "b.json", record(id="r", annual_goal="另一种"))
    new = save(tmp_path / "new.json", record(id="r"))
    result = invoke("diff", tmp_path / "old", new)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "S006" in result.stderr
