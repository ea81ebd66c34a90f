"""The command distribute, as a coordinator runs it."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from roster_files import HEADS, as_xlsx, project, projects, save_csv
from running import FORM, PROGRAM, invoke, run, settings

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

ROUND = "2024/一上"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    assert invoke("init", tmp_path / "镇").exit_code == 0
    return tmp_path / "镇"


def distribute(town: Path, roster: Path, *more: str) -> Result:
    folder = town.parent / "下发"
    command = ("-R", town, "distribute", ROUND, "--form", FORM, "--roster", roster, "-o", folder)
    return invoke(*command, *more)


def test_a_distribution_is_told_by_unit(town: Path, tmp_path: Path) -> None:
    roster = tmp_path / "名册.xlsx"
    roster.write_bytes(as_xlsx(projects(7)))
    first = distribute(town, roster, "--due", "2024-10-31", "--contact", "财政所")
    assert first.exit_code == 0, first.output
    assert "下发 2024/一上：新发 7。" in first.stdout
    assert "已记入版本库：" in first.stdout
    assert len(list((tmp_path / "下发").rglob("*.xlsx"))) == 7
    again = distribute(town, roster, "--due", "2024-11-30")
    assert "下发 2024/一上：未变 7。" in again.stdout
    assert "7 份未变的工作簿里仍是原来的截止日期或联系方式，要更新请加 --all。" in again.stdout
    assert "没有新内容，版本库未改动。" in again.stdout
    assert "邮件草稿" not in again.stdout
    for more in ((), ("-n",)):
        mailed = distribute(town, roster, "--mail", *more)
        assert "不写邮件草稿；未变的项目也要写的，请加 --all。" in mailed.stdout
    assert not list((tmp_path / "下发").rglob("*.eml"))


def test_what_the_roster_changed_is_told(town: Path, tmp_path: Path) -> None:
    distribute(town, save_csv(tmp_path / "1.csv", [HEADS, project(1), project(2)]))
    renamed = project(1, name="新名称")
    told = distribute(town, save_csv(tmp_path / "2.csv", [HEADS, renamed])).stdout
    assert "第2次 水务所 新名称：项目名称：项目01 → 新名称" in told
    assert "原来的文件 水务所/项目01.xlsx 已作废，请不要再发。" in told
    assert "这次名册里没有的项目 1 个：项目02。" in told


def test_a_bad_roster_ends_with_1_and_writes_nothing(town: Path, tmp_path: Path) -> None:
    roster = save_csv(tmp_path / "名册.csv", [HEADS, project(1), ["", "镇", "乙", "x y"]])
    result = distribute(town, roster)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "错误 R005 A3" in result.stderr
    assert "错误 R008 D3" in result.stderr
    assert not (tmp_path / "下发").exists()
    told = distribute(town, roster, "--json")
    assert told.exit_code == 1
    assert [one["cell"] for one in json.loads(told.stdout)["problems"]] == ["A3", "D3"]


def test_a_folder_that_is_not_ours_ends_with_3(town: Path, tmp_path: Path) -> None:
    roster = save_csv(tmp_path / "名册.csv", [HEADS, project(1)])
    there = tmp_path / "下发" / "水务所" / "项目01.xlsx"
    there.parent.mkdir(parents=True)
    there.write_bytes(b"notes")
    refused = distribute(town, roster)
    assert refused.exit_code == 3
    assert "is not as xlsync made it" in refused.stderr
    assert there.read_bytes() == b"notes"
    assert distribute(town, roster, "--force").exit_code == 0


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--due", "31.10.2024"), 2),
        (("--from", "2019/一上"), 2),
        (("--from", "x"), 2),
        (("--form", "none"), 2),
    ],
)
def test_wrong_use_is_told(town: Path, tmp_path: Path, more: tuple[str, str], code: int) -> None:
    roster = save_csv(tmp_path / "名册.csv", [HEADS, project(1)])
    assert distribute(town, roster, *more).exit_code == code


def test_a_round_must_be_one_and_a_repository_there(town: Path, tmp_path: Path) -> None:
    roster = save_csv(tmp_path / "名册.csv", [HEADS, project(1)])
    options = ("--form", FORM, "--roster", roster, "-o", tmp_path / "o")
    assert invoke("-R", town, "distribute", "一上", *options).exit_code == 2
    assert invoke("-R", tmp_path, "distribute", ROUND, *options).exit_code == 3


def test_a_password_is_asked_for_when_the_sheet_is_unprotected(town: Path, tmp_path: Path) -> None:
    import openpyxl

    roster = save_csv(tmp_path / "名册.csv", [HEADS, project(1)])
    assert distribute(town, roster, "--password", "2024").exit_code == 0
    path = tmp_path / "下发" / "水务所" / "项目01.xlsx"
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert sheet.protection.password
    # Whoever knows the password finds the file untouched.
    assert distribute(town, roster, "--all", "--password", "2024").exit_code == 0
    assert distribute(town, roster, "--all", "--password", "other").exit_code == 3


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are of Unix")
def test_a_terminal_gets_a_progress_bar(town: Path, tmp_path: Path) -> None:
    import pty

    roster = save_csv(tmp_path / "名册.csv", projects(2))
    command = [*PROGRAM, "-R", town, "distribute", ROUND, "--form", FORM, "--roster", roster]
    screen, terminal = pty.openpty()
    done = subprocess.run(
        [*map(str, command), "-o", str(tmp_path / "下发")],
        stdout=subprocess.DEVNULL,
        stderr=terminal,
        env=settings(TERM="xterm"),
        check=False,
    )
    os.close(terminal)
    shown = os.read(screen, 1 << 16).decode()
    os.close(screen)
    assert done.returncode == 0
    assert "生成" in shown
    assert "100%" in shown


def test_it_runs_as_a_program_of_its_own(town: Path, tmp_path: Path) -> None:
    roster = save_csv(tmp_path / "名册.csv", projects(3))
    command = ("distribute", ROUND, "--form", FORM, "--roster", roster, "-o", tmp_path / "下发")
    done = run(*command, XLSYNC_REPO=str(town))
    assert done.returncode == 0, done.stderr
    assert "新发 3" in done.stdout.decode()
    log = subprocess.run(
        ["git", "log", "-1", "--format=%s"], cwd=town, capture_output=True, check=True
    )
    assert log.stdout.decode().strip() == "下发 2024/一上：新发 3"
