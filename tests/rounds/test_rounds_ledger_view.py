"""The ledger of a round as people see it: who was sent what, what came back, who has to act."""

from __future__ import annotations

import io
import json
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from returning import ROUND, came, changed, put_in, send, whole
from running import FORMS, invoke, save

from xlsync.report.books.ledger_book import LedgerWarnings, ledger_workbook
from xlsync.repository import Changes, Repository
from xlsync.rounds.returned.collecting import collect
from xlsync.rounds.state.life import find_record, life
from xlsync.rounds.state.status import others, standings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.base.record import Record
    from xlsync.rounds.state.standing import Standing

FIRST, SECOND, THIRD = whole("甲"), whole("乙"), whole("丙")
BAD = changed(FIRST, funds__fiscal="1.00")


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with Repository.init(tmp_path / "库") as made:
        send(made, FIRST, SECOND, THIRD)
        yield made


def take(
    repository: Repository,
    one: Record,
    issue: int | None,
    monkeypatch: pytest.MonkeyPatch,
    minute: int = 0,
) -> None:
    class Clock:
        @staticmethod
        def now() -> datetime:
            return datetime.fromisoformat(f"2024-10-02T10:{minute:02}:00+08:00")

    monkeypatch.setattr("xlsync.rounds.state.receipts.datetime", Clock)
    spool = repository.snapshot().spool()
    file = came(spool, one, issue, f"{minute}.xlsx")
    put_in(repository, [file], spool, correcting=issue is None)


def row(repository: Repository, one: Record = FIRST) -> Standing:
    rows = standings(repository.snapshot(), ROUND)
    return next(each for each in rows if each.record == one["id"])


def test_what_only_went_out_is_missing_and_waits_for_its_unit(repository: Repository) -> None:
    rows = standings(repository.snapshot(), ROUND)
    assert [(one.title, one.shown, one.waits_for) for one in rows] == [
        ("丙", "未回", "单位"),
        ("乙", "未回", "单位"),
        ("甲", "未回", "单位"),
    ]
    assert {(one.issues, one.returns, one.returned) for one in rows} == {(1, 0, None)}
    assert rows[0].sent is not None


def test_what_came_is_counted_with_its_last_time(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(repository, FIRST, 1, monkeypatch, 1)
    take(repository, changed(FIRST, annual_goal="改"), 1, monkeypatch, 2)
    one = row(repository)
    assert (one.shown, one.waits_for, one.returns, one.issue) == ("已收", "", 2, 1)
    assert datetime.fromisoformat(str(one.returned)).timestamp() == 1727834520
    take(repository, FIRST, 1, monkeypatch, 3)
    assert row(repository) == one, "a file that comes again is not counted again"


def test_a_newer_refused_version_is_shown_beside_the_accepted_one(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(repository, FIRST, 1, monkeypatch, 1)
    take(repository, BAD, 1, monkeypatch, 2)
    one = row(repository)
    assert (one.shown, one.waits_for, one.errors) == ("已收（又退回）", "单位", 0)
    assert one.is_in("已收")
    assert one.is_in("退回")


def test_what_was_refused_first_and_accepted_later_is_accepted(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(repository, BAD, 1, monkeypatch, 1)
    assert (row(repository).shown, row(repository).errors) == ("退回", 1)
    take(repository, FIRST, 1, monkeypatch, 2)
    assert (row(repository).shown, row(repository).errors) == ("已收", 0)


def test_a_conflict_waits_for_the_coordinator(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = "2023-11-30"
    take(repository, changed(FIRST, annual_goal="甲改", planned_end=end), 1, monkeypatch, 1)
    take(repository, changed(FIRST, annual_goal="乙改"), 1, monkeypatch, 2)
    one = row(repository)
    assert (one.shown, one.waits_for, one.is_stale) == ("冲突", "统筹", True)


def test_an_answer_to_an_older_workbook_is_marked(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(repository, changed(FIRST, planned_end="2023-11-30"))
    take(repository, changed(FIRST, annual_goal="改"), 1, monkeypatch)
    one = row(repository)
    assert (one.issues, one.issue, one.is_stale) == (2, 1, True)


def test_what_belongs_to_no_project_is_counted_apart(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(repository, whole("没有下发过"), None, monkeypatch)
    assert len(standings(repository.snapshot(), ROUND)) == 3
    assert others(repository.snapshot(), ROUND) == {"未知项目": 1}


def test_status_filters_by_unit_and_state(repository: Repository, tmp_path: Path) -> None:
    path = save(tmp_path / "a.json", FIRST)
    town = tmp_path / "库"
    invoke("-R", town, "collect", ROUND, path)
    titles = {
        options: [
            one["title"]
            for one in json.loads(invoke("-R", town, "status", ROUND, "--json", *options).stdout)
        ]
        for options in (
            ("--state", "未回"),
            ("--state", "已收"),
            ("--state", "已收", "--state", "未回"),
            ("--unit", FIRST["implementing_unit"][-3:]),
        )
    }
    assert [len(one) for one in titles.values()] == [2, 1, 3, 3]
    assert invoke("-R", town, "status", ROUND, "--unit", "别的单位").exit_code == 2
    assert invoke("-R", town, "status", ROUND, "--state", "x").exit_code == 2
    assert repository.snapshot().rounds() == [ROUND]


def test_the_ledger_is_a_workbook_that_prints_and_filters(
    repository: Repository, tmp_path: Path
) -> None:
    path = tmp_path / "出" / "台账.xlsx"
    result = invoke("-R", tmp_path / "库", "status", ROUND, "-o", path)
    assert result.exit_code == 0
    made = load_workbook(path)
    assert made.sheetnames == ["台账", "汇总", "提醒"]
    sheet = made["台账"]
    assert sheet.freeze_panes == "A4"
    assert sheet.auto_filter.ref == "A3:P6"
    setup = sheet.page_setup
    assert (setup.orientation, setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (setup.fitToWidth or 1, setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$1:$3"
    assert [sheet.cell(4, at).value for at in (1, 3, 4, 5)] == [1, "丙", "未回", "单位"]
    assert {cell.font.name for line in sheet.iter_rows(min_row=3) for cell in line} == {"宋体"}
    totals = [
        [cell.value for cell in line] for line in made["汇总"].iter_rows(min_row=4, max_row=5)
    ]
    assert totals[-1] == ["合计", 3, 3, 0, 0, 0, 0, 0, 0]
    rows = standings(repository.snapshot(), ROUND)
    again = [ledger_workbook(ROUND, rows, str, LedgerWarnings(())) for _ in range(2)]
    assert path.read_bytes() == again[0] == again[1]
    assert invoke("-R", tmp_path / "库", "status", ROUND, "-o", "台账.csv").exit_code == 2


def test_a_name_that_looks_like_a_formula_is_text(repository: Repository) -> None:
    send(repository, whole('=HYPERLINK("http://x")', id="evil"))
    data = ledger_workbook(ROUND, standings(repository.snapshot(), ROUND))
    cells = [cell for line in load_workbook(io.BytesIO(data))["台账"].iter_rows() for cell in line]
    assert any(str(one.value).startswith("＝HYPER") or one.data_type == "s" for one in cells)
    assert not any(one.data_type == "f" or one.hyperlink for one in cells)


def test_an_empty_ledger_can_be_written() -> None:
    assert load_workbook(io.BytesIO(ledger_workbook(ROUND, [])))["台账"].max_row == 3


def kinds(repository: Repository, one: Record = FIRST) -> list[tuple[str, int | None, bool]]:
    events = life(repository, one["id"])
    return [(each.kind, each.issue, each.commit is not None) for each in reversed(events)]


def test_the_life_of_a_record(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    take(repository, BAD, 1, monkeypatch, 1)
    end = "2023-11-30"
    take(repository, changed(FIRST, annual_goal="甲改", planned_end=end), 1, monkeypatch, 2)
    take(repository, changed(FIRST, overall_goal="乙改"), 1, monkeypatch, 3)
    take(repository, changed(FIRST, annual_goal="丙改"), 1, monkeypatch, 4)
    corrected = changed(FIRST, annual_goal="丙改", overall_goal="统筹改", planned_end=end)
    take(repository, corrected, None, monkeypatch, 5)
    assert kinds(repository) == [
        ("下发", 1, False),
        ("退回", 1, False),
        ("新收", 1, True),
        ("合并", 1, True),
        ("冲突", 1, False),
        ("更正", None, True),
        ("未变", 1, False),
    ]
    refused = next(one for one in life(repository, FIRST["id"]) if one.kind == "退回")
    assert [one.code for one in refused.errors] == ["M001"]
    assert refused.file == "1.xlsx"


def test_a_change_that_was_made_with_git_is_told_too(repository: Repository) -> None:
    changes = Changes(repository.snapshot(), ROUND)
    changes.put_record(FIRST["id"], "单位", "甲", FIRST)
    repository.commit(changes, "by hand")
    assert sorted(kinds(repository)) == [("下发", 1, False), ("新收", None, True)]


def test_a_record_that_only_went_out_has_a_life(repository: Repository, tmp_path: Path) -> None:
    assert find_record(repository, "乙") == SECOND["id"]
    assert find_record(repository, SECOND["id"][:6]) == SECOND["id"]
    result = invoke("-R", tmp_path / "库", "log", "乙")
    assert result.exit_code == 0
    assert "下发" in result.stdout
    assert invoke("-R", tmp_path / "库", "log", "没有").exit_code == 2


def test_log_and_show_mean_the_same_record_or_refuse_alike(
    repository: Repository, tmp_path: Path
) -> None:
    answered = [whole("道路养护", id="a1"), whole("道路照明", id="b2")]
    send(repository, whole("道路绿化", id="c3"), *answered)
    for one in answered:
        collect(repository, FORMS, "2023/一上", [save(tmp_path / f"{one['id']}.json", one)])
    for command in ("log", "show"):
        result = invoke("-R", tmp_path / "库", command, "道路")
        assert result.exit_code == 2
        assert "道路养护" in result.stderr
        assert "道路绿化" in result.stderr
        for nothing in ("", " "):
            assert invoke("-R", tmp_path / "库", command, nothing).exit_code == 2
    assert invoke("-R", tmp_path / "库", "log", "C3").exit_code == 0
    assert "还没有收下" in invoke("-R", tmp_path / "库", "show", "c3").stderr


def test_what_was_received_can_be_had_back(repository: Repository, tmp_path: Path) -> None:
    good, bad = (
        save(tmp_path / "好.json", FIRST),
        save(tmp_path / "坏.json", changed(SECOND, funds__fiscal="1.00")),
    )
    town = tmp_path / "库"
    invoke("-R", town, "collect", ROUND, good, bad)
    listed = json.loads(invoke("-R", town, "received", ROUND, "--json").stdout)
    assert sorted((one["file"], one["forms"][0]["state"]) for one in listed) == [
        ("坏.json", "退回"),
        ("好.json", "新收"),
    ]
    result = invoke("-R", town, "received", ROUND, "乙", "-o", tmp_path / "出")
    assert "坏.json" in result.stdout
    (written,) = (tmp_path / "出").iterdir()
    assert written.read_bytes() == bad.read_bytes()
    assert repository.snapshot().rounds() == [ROUND]
