"""The commands that work on a repository, and git itself on what they made."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from running import SAMPLES, invoke, record, save, spoilt

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND = "2023/一上", "2023/二上"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A repository with two rounds of 预备费, renamed in the second, and one more project."""
    folder = tmp_path / "镇"
    assert invoke("init", folder).exit_code == 0
    save(tmp_path / "1" / "a.json", record(id="aaaa1"))
    save(tmp_path / "1" / "b.json", record("绿化", id="bbbb1"))
    save(tmp_path / "2" / "a.json", record("应急预备费", id="aaaa1", annual_goal="新的目标"))
    assert invoke("-R", folder, "collect", FIRST, tmp_path / "1").exit_code == 0
    assert invoke("-R", folder, "collect", SECOND, "--new", tmp_path / "2").exit_code == 0
    return folder


def _git(*arguments: str | Path) -> str:
    done = subprocess.run(
        ["git", "-c", "core.quotepath=off", *map(str, arguments)],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return done.stdout


def _commits(town: Path) -> list[str]:
    return [
        one["commit"] for one in json.loads(invoke("-R", town, "log", "aaaa1", "--json").stdout)
    ]


def test_the_repository_may_be_named_in_three_ways(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = invoke("-R", town, "status", FIRST, "--json").stdout
    assert len(json.loads(expected)) == 2
    assert invoke("status", FIRST, "--json", "--repo", town).stdout == expected
    monkeypatch.setenv("XLSYNC_REPO", str(town))
    assert invoke("status", FIRST, "--json").stdout == expected
    assert invoke("-R", tmp_path / "nowhere", "status", FIRST).exit_code == 3
    monkeypatch.delenv("XLSYNC_REPO")
    monkeypatch.chdir(town)
    assert invoke("status", FIRST, "--json").stdout == expected


def test_init_refuses_a_folder_that_holds_something(town: Path, tmp_path: Path) -> None:
    path = str(town)
    for arguments in (["init", path], ["-R", path, "init"], ["init", "-R", path]):
        result = invoke(*arguments)
        assert result.exit_code == 3
        assert "is not empty" in result.stderr
    assert invoke("-R", tmp_path / "new", "init").stdout == f"版本库已建立：{tmp_path / 'new'}\n"


def test_collect_tells_every_file_and_why_it_was_refused(town: Path, tmp_path: Path) -> None:
    save(tmp_path / "in" / "好.json", record("新项目"))
    save(tmp_path / "in" / "坏.json", spoilt("坏项目"))
    result = invoke("-R", town, "collect", SECOND, tmp_path / "in")
    assert result.exit_code == 1
    assert "收集 2023/二上：新收 1，退回 1。" in result.stdout
    assert "好.json" in result.stdout
    assert "M001" in result.stderr
    assert "好.json" not in result.stderr
    again = invoke("-R", town, "collect", SECOND, tmp_path / "in")
    assert again.exit_code == 1
    assert "没有新内容，版本库未改动。" in again.stdout


def test_collect_as_json_says_the_same(town: Path, tmp_path: Path) -> None:
    path = save(tmp_path / "坏.json", spoilt("坏项目"))
    result = invoke("-R", town, "collect", SECOND, path, "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    printed = json.loads(result.stdout)
    (form,) = printed["forms"]
    assert printed["round"] == SECOND
    assert len(printed["commit"]) == 40
    assert (form["file"], form["state"], form["accepted"]) == (str(path), "退回", False)
    assert [one["code"] for one in form["problems"]] == ["M001"]


def test_problems_of_a_text_name_the_line(town: Path, tmp_path: Path) -> None:
    path = tmp_path / "文.txt"
    path.write_text("没有表\n", encoding="utf-8")
    result = invoke("-R", town, "collect", SECOND, path)
    assert "S007 第1行" in result.stderr


def test_status_is_a_table_with_totals(town: Path) -> None:
    result = invoke("-R", town, "status", FIRST)
    assert result.exit_code == 0
    assert "绿化" in result.stdout
    assert result.stdout.endswith("2023/一上：共 2 个项目，已收 2。\n")


def test_log_shows_the_versions_newest_first_also_after_a_rename(town: Path) -> None:
    result = invoke("-R", town, "log", "应急")
    assert result.exit_code == 0
    lines = [line for line in result.stdout.splitlines() if "2023/" in line]
    assert [SECOND in line for line in lines] == [True, False]
    (newer, older) = json.loads(invoke("log", "-R", town, "aaaa1", "--json").stdout)
    assert (newer["round"], newer["kind"], older["round"]) == (SECOND, "新收", FIRST)


def test_show_gives_the_last_version_that_of_a_round_or_an_older_one(town: Path) -> None:
    newer, older = _commits(town)
    for reference, title in (
        ("aaaa1", "应急预备费"),
        (f"{FIRST}/aaaa1", "预备费"),
        (f"aaaa1@{older[:8]}", "预备费"),
        (f"{SECOND}/aaaa1@{newer}", "应急预备费"),
        ("aaaa1@main", "应急预备费"),
    ):
        result = invoke("-R", town, "show", reference)
        assert json.loads(result.stdout)["project_name"] == title
        assert (result.exit_code, result.stderr) == (0, "")


def test_show_prints_the_bytes_that_are_kept(town: Path) -> None:
    (path,) = _git("-C", town, "ls-tree", "-r", "--name-only", "main", f"rounds/{SECOND}").split()
    assert invoke("-R", town, "show", "aaaa1").stdout == _git("-C", town, "show", f"main:{path}")


def test_diff_of_rounds_records_versions_and_files(town: Path, tmp_path: Path) -> None:
    newer, older = _commits(town)
    changed = {"/project_name", "/annual_goal"}
    file = tmp_path / "2" / "a.json"
    for old, new in (
        (f"{FIRST}/aaaa1", f"{SECOND}/aaaa1"),
        (f"aaaa1@{older}", f"aaaa1@{newer}"),
        (f"预备费@{older}", str(file)),
        (f"{FIRST}/预备费", "应急预备费"),
    ):
        result = invoke("-R", town, "diff", old, new, "--json")
        (one,) = json.loads(result.stdout)
        assert {delta["pointer"] for delta in one["deltas"]} == changed
        assert (result.exit_code, result.stderr) == (0, "")


def test_diff_of_rounds_and_of_a_round_with_a_folder(town: Path, tmp_path: Path) -> None:
    of_rounds = invoke("-R", town, "diff", FIRST, SECOND)
    assert "2 个项目有变化：改动 1，新增 0，取消 1" in of_rounds.stdout
    assert invoke("-R", town, "diff", FIRST, tmp_path / "2").exit_code == 0
    same = invoke("-R", town, "diff", FIRST, tmp_path / "1", "--json")
    assert json.loads(same.stdout) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["status", "2023/九上"], "unknown round 2023/九上; there are: "),
        (["log", "没有的项目"], "unknown project 没有的项目; there are: "),
        (["show", "费@nothing"], "'nothing' is no commit"),
        (["show", "2023/九上/费"], "unknown round 2023/九上; there are"),
        (["diff", "2023/九上", "2023/一上"], "unknown round 2023/九上"),
        (["diff", "没有.json", "2023/一上"], "没有.json: no such file or folder"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(town: Path, arguments: list[str], said: str) -> None:
    result = invoke("-R", town, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("xlsync: ")
    assert result.stderr.count("\n") == 1
    assert said in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [("status", "一上"), ("collect", "上", "x"), ("audit", "二上"), ("remind", "x", "-n")],
)
def test_a_round_that_is_none_is_wrong_usage(town: Path, arguments: tuple[str, ...]) -> None:
    result = invoke("-R", town, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is not a round" in result.stderr


def test_a_preview_writes_nothing(town: Path, tmp_path: Path) -> None:
    save(tmp_path / "3" / "c.json", record("绿化二期", id="cccc1"))
    before = [(path, path.stat().st_mtime_ns) for path in sorted(town.rglob("*"))]
    out = tmp_path / "出"
    for words in (
        ("collect", FIRST, tmp_path / "3", "--return", out, "--mail"),
        ("export", FIRST, "-o", out / "汇总.xlsx"),
        ("export", FIRST, "-o", out / "全部"),
        ("review", FIRST, "-o", out),
        ("print", FIRST, "-o", out / "全部.pdf"),
        ("remind", FIRST, "-o", out),
    ):
        result = invoke("-R", town, *words, "--dry-run")
        assert result.exit_code == 0, result.output
        if words[0] != "remind":
            assert "nothing was written" in result.stderr
    assert "新收 1" in invoke("-R", town, "collect", FIRST, tmp_path / "3", "-n").stdout
    assert not out.exists()
    assert [(path, path.stat().st_mtime_ns) for path in sorted(town.rglob("*"))] == before


def test_a_part_of_a_title_that_fits_several_names_them(town: Path, tmp_path: Path) -> None:
    save(tmp_path / "3" / "c.json", record("绿化二期", id="cccc1"))
    invoke("-R", town, "collect", FIRST, tmp_path / "3")
    result = invoke("-R", town, "log", "绿")
    assert result.exit_code == 2
    assert "cccc1" in result.stderr
    assert "bbbb1" in result.stderr


def test_git_itself_works_on_the_repository(town: Path, tmp_path: Path) -> None:
    assert _git("-C", town, "fsck", "--strict", "--full") == ""
    clone = tmp_path / "clone"
    _git("clone", "--quiet", town, clone)
    subjects = _git("-C", clone, "log", "--format=%s").splitlines()
    assert subjects == ["收集 2023/二上：新收 1", "收集 2023/一上：新收 2", "建立版本库"]
    assert "应急预备费" in _git("-C", clone, "log", "--stat=300")
    bare = tmp_path / "bare"
    _git("clone", "--quiet", "--bare", clone, bare)
    expected = invoke("-R", town, "log", "aaaa1", "--json").stdout
    assert invoke("-R", bare, "log", "aaaa1", "--json").stdout == expected
    refused = invoke("-R", clone, "log", "aaaa1")
    assert refused.exit_code == 3
    assert "git clone --bare" in refused.stderr


def test_the_samples_make_two_rounds(tmp_path: Path) -> None:
    invoke("init", tmp_path / "r")
    for name in ("一上", "二上"):
        result = invoke("-R", tmp_path / "r", "collect", f"2023/{name}", "--new", SAMPLES / name)
        assert result.exit_code == 0, result.stderr
    result = invoke("-R", tmp_path / "r", "diff", FIRST, SECOND)
    assert "8 个项目有变化：改动 7，新增 0，取消 1" in result.stdout
