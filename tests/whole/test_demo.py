"""The demo walks the whole way, says every step, and what it says can be typed."""

from __future__ import annotations

import re
import shlex
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest
from running import COMMANDS, FORMS, ROOT, SAMPLES, invoke

from xlsync.exchange.reading import read_file

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


class Walk(NamedTuple):
    """A folder in which the demo ran, and what it printed."""

    folder: Path
    printed: str


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """The demo in a new folder."""
    folder = tmp_path_factory.mktemp("demo") / "演示"
    result = invoke("demo", folder)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return Walk(folder, result.stdout)


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


def test_every_step_says_what_it_did(walk: Walk) -> None:
    steps = re.findall(r"^([一二三四五六七八九十])、", walk.printed, re.MULTILINE)
    assert "".join(steps) == "一二三四五六七八"
    for expected in (
        "读出 16 份",
        "已生成 16 份",
        "收集 2023/一上：新收 16。",
        "收集 2023/二上：新收 14，退回 1。",
        "错误 M001",
        "收集 2023/二上：新收 1，未变 14。",
        "2023/二上：共 15 个项目，已收 15。",
        "〔项目改名〕",
        "（-2,000,000.00）",
        "8 个项目有变化：改动 7，新增 0，取消 1",
        "接下来可以试试",
    ):
        assert expected in walk.printed


def test_its_files_lie_where_it_says(walk: Walk) -> None:
    assert sorted(one.name for one in walk.folder.iterdir()) == ["repository", "returned", "sent"]
    assert len(list((walk.folder / "sent").glob("*.xlsx"))) == 16
    assert len(list((walk.folder / "returned").glob("*.xlsx"))) == 15
    for name in ("repository", "returned", "sent"):
        assert str(walk.folder / name) in walk.printed


def test_what_staff_typed_is_the_sample_of_the_second_round(walk: Walk) -> None:
    found = {}
    for path in (walk.folder / "returned").iterdir():
        (reading,) = read_file(FORMS, path).readings
        assert reading.record is not None
        found[reading.record["id"]] = reading.record
    for path in (SAMPLES / "二上").iterdir():
        (reading,) = read_file(FORMS, path).readings
        assert reading.record is not None
        assert found.pop(reading.record["id"]) == reading.record
    assert found == {}


def test_the_commands_it_names_do_the_same(walk: Walk) -> None:
    """Those that write files ran already; collecting the last round again adds nothing."""
    typed = re.findall(r"^  \$ (.*)$", walk.printed, re.MULTILINE)
    names = []
    for program, *arguments in map(shlex.split, typed):
        if program == "git":
            assert "收集 2023/二上" in _git(*arguments)
            continue
        names += [one for one in arguments if one in COMMANDS]
        if names[-1] in {"generate", "init"} or arguments[-1].endswith("sent"):
            continue
        result = invoke(*arguments)
        assert result.exit_code == 0, result.output
        if names[-1] == "collect":
            assert "没有新内容" in result.stdout
        elif names[-1] in {"status", "diff"} and "--json" not in arguments:
            assert result.stdout in walk.printed
    shown = {"generate", "read", "init", "collect", "status", "log", "show", "diff"}
    assert set(names) == shown


def test_git_finds_no_fault_in_its_repository(walk: Walk, tmp_path: Path) -> None:
    repository = walk.folder / "repository"
    assert _git("-C", str(repository), "fsck", "--strict", "--full") == ""
    _git("clone", "--quiet", str(repository), str(tmp_path / "clone"))
    assert len(list((tmp_path / "clone" / "rounds" / "2023" / "二上").rglob("*.json"))) == 15
    assert len(_git("-C", str(tmp_path / "clone"), "log", "--oneline").splitlines()) == 4


def test_a_second_run_in_the_same_folder_refuses(walk: Walk) -> None:
    result = invoke("demo", walk.folder)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (
        f"xlsync: {walk.folder}: is not empty; name a new folder, or remove this one\n"
    )


def test_git_ignores_the_folder_of_the_demo_and_not_its_code() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    command = ["git", "-C", str(ROOT), "check-ignore", "demo/sent", "xlsync/demo/walk.py"]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")
    assert done.stdout.split() == ["demo/sent"]
