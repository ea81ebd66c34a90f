"""A whole season of the samples: every step ends as it is said to, and its results are there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import openpyxl
import pytest
from desk_clerk import PageClerk, state_of
from desk_server import serving
from html_page import parsed
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
    told = re.findall(r"^将?收集 (\S+)：(.*)。$", season.printed, re.MULTILINE)
    assert told == [
        ("2024/一上", "新收 19，未变 1，退回 1"),
        ("2024/一上", "新收 7，更新 2，他人副本 1"),
        ("2024/一上", "更新 1，未变 1"),
        ("2024/一上", "新收 7，更新 2，他人副本 1"),
        ("2024/一上", "新收 16，未变 1"),
        ("2024/一上", "新收 1"),
        ("2024/二上", "新收 44，合并 1，冲突 1"),
        ("2024/二上", "合并 1"),
        ("2024/自评", "新收 1"),
    ]
    assert "下发 2024/一上：新发 45" in season.printed
    assert "2024/一上：共 45 个项目，已收 43，未回 1，取消 1。" in season.printed


def test_nothing_waits_any_more(season: Played) -> None:
    result = invoke("-R", season.folder / "版本库", "status", "2024/二上", "--json")
    rows = json.loads(result.stdout)
    assert len(rows) == 44
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


@pytest.mark.parametrize(
    "name",
    [
        *("台账.xlsx", "核查结果.xlsx", "二上名册.xlsx", "修订对照表.xlsx", "汇总表.xlsx"),
        *("审核/审核意见表_2024-一上.xlsx", "催报/催报一览_2023-11-13.xlsx"),
    ],
)
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


def test_a_reviewers_words_and_ticks_stand(season: Played) -> None:
    told = re.findall(r"^(审核意见|提醒核实) .*：已采用 (\d+)", season.printed, re.MULTILINE)
    assert [(kind, int(count) > 0) for kind, count in told] == [
        ("提醒核实", True),
        ("审核意见", True),
    ]
    rows = invoke("-R", season.folder / "版本库", "status", "2024/一上", "--json").stdout
    states = {row["title"]: row["state"] for row in json.loads(rows)}
    assert states["镇政府-预备费"] == "退回修改"
    assert states["社发办-老年教育经费"] == "已审（有条件）"


def test_what_the_coordinator_decided_goes_on_to_the_next_round(season: Played) -> None:
    rows = invoke("-R", season.folder / "版本库", "status", "2024/二上", "--json").stdout
    units = {row["title"]: row["group"] for row in json.loads(rows)}
    assert units["经发办-企业服务专项"].endswith("财政所")
    assert "平安办-岗亭改造" not in units


def test_ceilings_and_the_amounts_of_two_forms_are_told(season: Played) -> None:
    assert "超过控制数 9,000,000.00 元，多 " in season.printed
    assert (
        "与 2024/二上 “年度资金申请总额”10,000,000.00 元不符，少 1,000,000.00 元" in season.printed
    )


def test_an_undone_collection_and_reminders_are_told(season: Played) -> None:
    assert "撤销" in season.printed
    assert len([*(season.folder / "催报").glob("*.eml")]) == 2
    assert "将收集 2024/一上" in season.printed


# ---- sums, against sums of our own ------------------------------------------------------


@pytest.fixture(scope="module")
def parted(season: Played, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The repository with its units in two parts of the town, and the part of each unit."""
    town = tmp_path_factory.mktemp("parts") / "库"
    shutil.copytree(season.folder / "版本库", town)
    units = json.loads(invoke("-R", town, "units", "list", "--json").stdout)
    names = [one["name"] for one in units if one["parent"]]
    part_of = {name: "东片" if at % 2 else "西片" for at, name in enumerate(names)}
    rows = ["单位,上级单位", "东片,镇", "西片,镇", *(f"{one},{part_of[one]}" for one in names)]
    listed = town.with_name("单位.csv")
    listed.write_text("\n".join(rows), "utf-8")
    assert invoke("-R", town, "units", "import", listed).exit_code == 0
    return town, part_of


def _records(town: Path, of: str) -> dict[str, dict[str, Any]]:
    path = town.with_name(f"{of.replace('/', '')}.json")
    assert invoke("-R", town, "export", of, "-o", path, "--force").exit_code == 0
    return {one["id"]: one for one in json.loads(path.read_text("utf-8"))}


def test_the_sums_of_a_level_are_those_of_the_records(
    parted: tuple[Path, dict[str, str]],
) -> None:
    town, part_of = parted
    sums: dict[str, Decimal] = defaultdict(Decimal)
    counts: Counter[str] = Counter()
    for one in _records(town, "2024/二上").values():
        part = part_of[one["implementing_unit"]]
        counts[part] += 1
        sums[part] += Decimal(one["funds"]["annual_total"])
    path = town.with_name("汇总.xlsx")
    made = invoke("-R", town, "export", "2024/二上", "-o", path, "--level", "2")
    assert made.exit_code == 0, made.output
    heads, *rows = openpyxl.load_workbook(path)["汇总"].iter_rows(min_row=3, values_only=True)
    at = heads.index("年度资金申请总额")
    shown = {row[0]: (row[1], Decimal(str(row[at]))) for row in rows if row[0] in {"东片", "西片"}}
    assert shown == {part: (counts[part], sums[part]) for part in sums}
    assert len(shown) == 2


def test_the_sums_of_a_level_in_a_comparison_are_those_of_both_rounds(
    parted: tuple[Path, dict[str, str]],
) -> None:
    """A project that moved counts for the part that it is in now; one that came or went, whole."""
    town, part_of = parted
    old, new = _records(town, "2024/一上"), _records(town, "2024/二上")
    expected: dict[str, list[Decimal]] = {}
    for key in old | new:
        sides = [Decimal(side[key]["funds"]["total"] if key in side else 0) for side in (old, new)]
        if sides[0] != sides[1] and (key in new or key not in _open(town)):
            part = part_of[(new.get(key) or old[key])["implementing_unit"]]
            before = expected.get(part, [Decimal(0), Decimal(0)])
            expected[part] = [one + other for one, other in zip(before, sides, strict=True)]
    page = town.with_name("修订.html")
    words = ("diff", "2024/一上", "2024/二上", "--html", page, "--level", "2")
    assert invoke("-R", town, *words).exit_code == 0
    table = parsed(page.read_text("utf-8")).all("table")[0]
    assert "项目资金总额" in table.all("caption")[0].text
    shown = {}
    for row in table.all("tbody")[0].all("tr"):
        cells = [one.text.replace(",", "").strip() for one in row.all("td")]
        shown[row.all("th")[0].text] = [Decimal(cells[1]), Decimal(cells[2])]
    assert shown == expected
    assert len(shown) > 0


def _open(town: Path) -> set[str]:
    """The projects that did not come back in the second round, of which nobody knows."""
    rows = json.loads(invoke("-R", town, "status", "2024/二上", "--json").stdout)
    return {one["record"] for one in rows if one["state"] == "未回"}


def test_the_page_keeps_the_order_of_the_roster(parted: tuple[Path, dict[str, str]]) -> None:
    town, _ = parted
    page = town.with_name("次序.html")
    assert invoke("-R", town, "diff", "2024/一上", "2024/二上", "--html", page).exit_code == 0
    rows = json.loads(invoke("-R", town, "status", "2024/二上", "--json").stdout)
    roster = list(dict.fromkeys(one["group"] for one in rows))
    heads = [one for one in parsed(page.read_text("utf-8")).shown("h2") if one in roster]
    assert heads == sorted(heads, key=roster.index)
    assert len(heads) > 2
