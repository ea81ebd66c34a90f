"""Rows of tables that a coordinator adds or takes out: kept, merged, taken back, as any value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from returning import ROUND, came, changed, put_in, send, whole
from running import FORM, FORMS, invoke

from xlsync.base.errors import XlsyncError
from xlsync.base.record import MISSING
from xlsync.repository import Changes, Repository
from xlsync.rounds.deciding.coordinator import Coordinator
from xlsync.rounds.deciding.undoing import undo
from xlsync.rounds.kept.decisions import decisions_of
from xlsync.rounds.kept.outcomes import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.base.record import Record
    from xlsync.rounds import Collection
    from xlsync.rounds.deciding.coordinator import DecisionMade

ONE = whole("道路养护")
ROWS = ONE["indicators"]
WHY = "单位来函"
NEW = {
    "level1": "产出指标",
    "level2": "质量指标",
    "level3": "返修率",
    "operator": "≤",
    "value": "5",
    "unit": "%",
}


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with Repository.init(tmp_path / "库") as made:
        send(made, ONE)
        yield made


def take(repository: Repository, one: Record) -> Collection:
    spool = repository.snapshot().spool()
    return put_in(repository, [came(spool, one, 1)], spool)


def correct(
    repository: Repository, values: list[tuple[str, str]], removed: tuple[str, ...] = ()
) -> DecisionMade:
    who = Coordinator(repository, FORMS, "王五")
    return who.correct(ROUND, ONE["id"], values, WHY, removed)


def a_row(row: str = "+1", **other: str) -> list[tuple[str, str]]:
    return [(f"{row}/{name}", text) for name, text in {**NEW, **other}.items()]


def stands(repository: Repository) -> list[Record]:
    snapshot = repository.snapshot()
    made: list[Record] = snapshot.record(snapshot.records(ROUND)[ONE["id"]])["indicators"]
    return made


def names(repository: Repository) -> list[str]:
    return [one["level3"] for one in stands(repository)]


def test_a_row_is_added_behind_those_of_its_levels(repository: Repository) -> None:
    take(repository, ONE)
    made = correct(repository, a_row())
    rows = stands(repository)
    at = names(repository).index("返修率")
    assert {name: rows[at][name] for name in NEW} == NEW
    assert rows[at]["id"] not in {one["id"] for one in ROWS}
    assert [one for one in rows if one["level3"] != "返修率"] == ROWS
    alike = [one["level2"] for one in rows if one["level2"] == "质量指标"]
    first = [one["level2"] for one in rows].index("质量指标")
    assert [one["level2"] for one in rows[first : first + len(alike)]] == alike
    assert rows[first + len(alike) - 1] is rows[at]
    (kept,) = decisions_of(repository.snapshot(), ROUND, ONE["id"])
    (change,) = kept.changes
    assert (change.pointer, change.label) == (f"/indicators/{at}", f"增加绩效指标第{at + 1}条")
    assert (change.old, change.new) == (MISSING, rows[at])
    assert made.decision is not None
    assert made.decision.as_json() == kept.as_json()


def test_rows_go_and_come_and_cells_change_at_once(repository: Repository) -> None:
    take(repository, ONE)
    last = ROWS[-1]
    values = [(f"{last['level3']}/指标值", "77"), *a_row("+2", level3="乙"), *a_row("+1")]
    made = correct(repository, values, (ROWS[0]["level3"],))
    assert made.decision is not None
    told = {one.label: (one.old, one.new) for one in made.decision.changes}
    assert told["删去绩效指标第1条"] == (ROWS[0], MISSING)
    assert told[f"绩效指标第{len(ROWS)}条的“指标值”"] == (last["value"], "77")
    assert len(told) == 4
    found = names(repository)
    assert found.index("乙") == found.index("返修率") + 1
    assert sorted(found) == sorted([*(one["level3"] for one in ROWS[1:]), "乙", "返修率"])
    assert stands(repository)[-1] == {**last, "value": "77"}


def test_both_outlive_what_the_unit_sends_next(repository: Repository) -> None:
    take(repository, ONE)
    correct(repository, a_row(), ("1",))
    take(repository, changed(ONE, overall_goal="新的目标"))
    assert "返修率" in names(repository)
    assert ROWS[0]["level3"] not in names(repository)


def test_a_row_that_the_unit_changes_and_the_coordinator_took_out_waits(
    repository: Repository,
) -> None:
    take(repository, ONE)
    correct(repository, [], ("1",))
    other = changed(ONE, indicators=[{**ROWS[0], "value": "99"}, *ROWS[1:]])
    (outcome,) = take(repository, other).outcomes
    assert outcome.state is State.CONFLICT


def test_what_only_went_out_gets_rows_too(repository: Repository) -> None:
    made = correct(repository, a_row(), ("1",))
    assert made.is_pending
    take(repository, changed(ONE, overall_goal="新的目标"))
    assert "返修率" in names(repository)
    assert ROWS[0]["level3"] not in names(repository)


def test_what_the_unit_adds_itself_is_there_once(repository: Repository) -> None:
    take(repository, ONE)
    correct(repository, a_row())
    take(repository, changed(ONE, indicators=[*ROWS, {"id": "r-9", **NEW}]))
    assert names(repository).count("返修率") == 1


def test_a_row_is_taken_back_with_its_correction(repository: Repository) -> None:
    take(repository, ONE)
    made = correct(repository, a_row(), ("1",))
    take(repository, changed(ONE, overall_goal="新的目标"))
    undo(repository, FORMS, made.commit)
    assert stands(repository) == ROWS


@pytest.mark.parametrize(
    ("values", "removed", "message"),
    [
        ([("+1/三级指标", "返修率")], (), "不符合表的规则"),
        (
            a_row(level3=ROWS[0]["level3"], **{k: ROWS[0][k] for k in ("level1", "level2")}),
            (),
            "重复",
        ),
        ([(f"/indicators/{len(ROWS)}/level3", "返修率")], (), r"写成 \+1"),
        ([("+0/三级指标", "返修率")], (), "没有“\\+0”这一行"),
        ([("1/指标值", "7")], ("1",), "要删去"),
        ([], ("没有的",), "没有“没有的”这一行"),
        ([], ("/funds",), "没有“/funds”这一行"),
        ([], tuple(map(str, range(1, len(ROWS) + 1))), "不符合表的规则"),
        ([], (), "没有写要改什么"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(
    repository: Repository,
    values: list[tuple[str, str]],
    removed: tuple[str, ...],
    message: str,
) -> None:
    take(repository, ONE)
    head = repository.snapshot().commit
    with pytest.raises(XlsyncError, match=message):
        correct(repository, values, removed)
    assert repository.snapshot().commit == head


def test_an_error_that_stood_before_does_not_look_new_where_rows_are_numbered_anew(
    repository: Repository,
) -> None:
    """The record went in under other rules; its fault is no news of the correction."""
    wrong = whole("桥梁", indicators=[*ROWS[:-1], {**ROWS[-1], "value": "XX"}])
    changes = Changes(repository.snapshot(), ROUND)
    changes.put_record(wrong["id"], "甲", "桥梁", wrong)
    repository.commit(changes, "by hand")
    assert any(one.severity == "error" for one in FORMS[FORM].check(wrong))
    Coordinator(repository, FORMS, "王五").correct(ROUND, wrong["id"], [], WHY, ("1",))
    snapshot = repository.snapshot()
    assert (
        snapshot.record(snapshot.records(ROUND)[wrong["id"]])["indicators"]
        == (wrong["indicators"][1:])
    )


def test_the_command_adds_and_removes_and_the_ledger_tells(
    repository: Repository, tmp_path: Path
) -> None:
    take(repository, ONE)
    town = tmp_path / "库"
    values = [one for name, text in a_row() for one in ("--set", f"{name}={text}")]
    words = ["correct", ROUND, "道路", "--reason", WHY, *values, "--remove-row", "1"]
    preview = invoke("-R", town, *words, "-n")
    assert "〔无此项〕 → 「产出指标 质量指标 返修率 ≤ 5 %」" in preview.stdout
    assert "返修率" not in names(repository)
    done = json.loads(invoke("-R", town, *words, "--json").stdout)
    assert [("old" in one, "new" in one) for one in done["decision"]["changes"]] == [
        (True, False),
        (False, True),
    ]
    assert invoke("-R", town, *words).exit_code == 2, "the row is gone, and the other one there"
    assert "返修率 ≤ 5 %" in invoke("-R", town, "status", ROUND, "--wide").stdout
    assert invoke("-R", town, *words[:5]).exit_code == 2
