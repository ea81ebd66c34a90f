"""A whole season of the samples: every step ends as it is said to, and its results are there."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import openpyxl
import pytest
from desk_clerk import PageClerk, state_of
from desk_server import serving
from running import FORMS, ROOT, invoke

from xlsync.demo import run_season

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SEASONS = sorted(path.parent for path in (ROOT / "samples").glob("*/season.toml"))


class Played(NamedTuple):
    """A season in its folder, and what it printed."""

    folder: Path
    printed: str


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("season") / "一年"
    result = invoke("demo", "--season", folder)
    assert result.exit_code == 0, result.output
    return Played(folder, result.stdout)


def test_there_is_a_season() -> None:
    assert [one.name for one in SEASONS] == ["season-2024"]


def test_each_collection_says_what_came_of_the_files(season: Played) -> None:
    told = re.findall(r"^收集 (\S+)：(.*)。$", season.printed, re.MULTILINE)
    assert told == [
        ("2024/一上", "新收 19，未变 1，退回 1"),
        ("2024/一上", "新收 7，更新 2，他人副本 1"),
        ("2024/一上", "新收 13，未变 1"),
        ("2024/二上", "新收 40，合并 1，冲突 1"),
        ("2024/二上", "合并 1"),
    ]
    assert "下发 2024/一上：新发 40" in season.printed
    assert "2024/一上：共 40 个项目，已收 39，未回 1。" in season.printed


def test_nothing_waits_any_more(season: Played) -> None:
    result = invoke("-R", season.folder / "版本库", "status", "2024/二上", "--json")
    rows = json.loads(result.stdout)
    assert len(rows) == 40
    assert {row["state"] for row in rows} == {"已收"}


def test_what_two_people_wrote_stands_in_one_record(season: Played) -> None:
    result = invoke("-R", season.folder / "版本库", "show", "2024/二上/城运中心-热线工单办理经费")
    record = json.loads(result.stdout)
    assert record["planned_end"] == "2024-11-30"
    assert record["annual_goal"].startswith("全年工单按时办结率")


def test_the_life_of_a_refused_project_is_told(season: Played) -> None:
    life = season.printed.partition("一个项目的来龙去脉")[2]
    for word in ("下发", "退回", "新收"):
        assert word in life


@pytest.mark.parametrize("name", ["台账.xlsx", "修订对照表.xlsx", "汇总表.xlsx"])
def test_the_workbooks_open(season: Played, name: str) -> None:
    assert openpyxl.load_workbook(season.folder / name).sheetnames


def test_the_page_stands_alone(season: Played) -> None:
    page = (season.folder / "修订情况.html").read_text(encoding="utf-8")
    assert "镇政府-预备费" in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_git_finds_no_fault(season: Played) -> None:
    command = ["git", "-C", season.folder / "版本库", "fsck", "--strict", "--full"]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b""


def test_a_second_season_in_the_same_folder_refuses(season: Played) -> None:
    result = invoke("demo", "--season", season.folder)
    assert result.exit_code == 3
    assert "is not empty" in result.stderr


def test_the_page_alone_comes_to_the_same(season: Played, tmp_path: Path) -> None:
    folder = tmp_path / "页"
    with serving(folder / "版本库", home=tmp_path / "x") as server:
        run_season(FORMS, folder, lambda _: None, PageClerk(server))
    mine, theirs = state_of(folder / "版本库"), state_of(season.folder / "版本库")
    assert mine.keys() == theirs.keys()
    for name, said in theirs.items():
        assert mine[name] == said, name
