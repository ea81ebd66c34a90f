"""Closed rounds (封存): nothing gets in and nothing changes until they are opened again."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from returning import ROUND, came, changed, put_in, receipts, send, whole
from running import FORM, FORMS, invoke

from xlsync import api
from xlsync.base.errors import XlsyncError
from xlsync.report.words.lines import plain
from xlsync.report.words.sentences import synced_lines
from xlsync.repository import Changes, Repository, layout
from xlsync.repository.sealing import seal_keys
from xlsync.rounds.checking.papers import HousePaper, PaperKind, note_rows
from xlsync.rounds.checking.reviewing import Word, put_review
from xlsync.rounds.kept.outcomes import State
from xlsync.rounds.returned.acceptance import Wish
from xlsync.rounds.returned.collecting import put_in as take_in
from xlsync.rounds.returned.incoming import Incoming
from xlsync.rounds.sharing.syncing import sync
from xlsync.rounds.state.closing import Gate, closed, closures
from xlsync.rounds.state.status import others, standings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from xlsync.base.record import Record
    from xlsync.rounds.returned.collecting import Collection

FIRST, SECOND = whole("道路养护"), whole("绿化")
WHY = "已报区财政局"


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with Repository.init(tmp_path / "库") as made:
        send(made, FIRST, SECOND)
        take(made, FIRST)
        yield made


def take(repository: Repository, one: Record, issue: int | None = 1) -> Collection:
    spool = repository.snapshot().spool()
    return put_in(repository, [came(spool, one, issue)], spool)


def records(repository: Repository) -> dict[str, Record]:
    snapshot = repository.snapshot()
    return {key: snapshot.record(one) for key, one in snapshot.records(ROUND).items()}


def close(repository: Repository) -> None:
    assert api.close_round(repository, ROUND, reason=WHY, by="王五").commit


def reopen(repository: Repository) -> None:
    assert api.reopen_round(repository, ROUND, reason="区里退回", by="王五").commit


def wrong(one: Record) -> Record:
    return changed(one, funds__total="1.00")


@pytest.mark.parametrize("issue", [1, None, 7])
@pytest.mark.parametrize("late", [SECOND, changed(FIRST, overall_goal="新的目标"), wrong(SECOND)])
def test_what_comes_late_is_told_and_kept_and_not_taken(
    repository: Repository, late: Record, issue: int | None
) -> None:
    before = records(repository)
    close(repository)
    made = take(repository, late, issue)
    (outcome,) = made.outcomes
    assert (outcome.state, outcome.is_accepted) == (State.CLOSED, False)
    told = outcome.problems[-1]
    assert told.code == "B012"
    assert f"xlsync reopen {ROUND}" in told.message
    assert made.commit is not None
    assert records(repository) == before
    snapshot = repository.snapshot()
    assert not snapshot.names(f"{layout.CONFLICTS}/{ROUND}")
    kept = [one["forms"][0]["state"] for one in receipts(snapshot)]
    assert sorted(kept) == sorted([State.NEW, State.CLOSED])
    assert others(snapshot, ROUND) == {State.CLOSED: 1}
    assert take(repository, late, issue).commit is None


def test_what_came_late_gets_in_when_it_comes_after_the_opening(repository: Repository) -> None:
    close(repository)
    take(repository, SECOND)
    reopen(repository)
    (outcome,) = take(repository, SECOND).outcomes
    assert outcome.state is State.NEW
    assert records(repository)[SECOND["id"]] == SECOND
    assert others(repository.snapshot(), ROUND) == {}


def test_what_had_got_in_before_is_still_known(repository: Repository) -> None:
    close(repository)
    (outcome,) = take(repository, FIRST).outcomes
    assert (outcome.state, outcome.problems) == (State.UNCHANGED, ())


def test_nothing_goes_back_for_correction_from_a_closed_round(repository: Repository) -> None:
    close(repository)
    spool = repository.snapshot().spool()
    before = repository.snapshot().document(layout.issued_path(ROUND, SECOND["id"]))
    incoming = Incoming([came(spool, wrong(SECOND), 1)], spool, [])
    take_in(repository, FORMS, ROUND, incoming, Wish(), returning=True)
    after = repository.snapshot().document(layout.issued_path(ROUND, SECOND["id"]))
    assert after == before


def test_a_review_that_comes_late_is_not_taken(repository: Repository, tmp_path: Path) -> None:
    api.distribute(repository, FORMS[FORM], roster(tmp_path), ROUND, tmp_path / "发")
    close(repository)
    snapshot = repository.snapshot()
    (key, *_) = seal_keys(snapshot)
    paper = HousePaper(PaperKind.REVIEW, tuple(note_rows(ROUND, {FIRST["id"]: "0"}, key)), ())
    spool = snapshot.spool()
    file = replace(came(spool, FIRST, 1), forms=(), paper=paper)
    incoming = Incoming([file], spool, [], [file])
    (made,) = take_in(repository, FORMS, ROUND, incoming).reviews
    assert [one.code for one in made.problems] == ["B012"]


def roster(folder: Path) -> Path:
    path = folder / "名册.csv"
    path.write_text("实施单位,项目名称\n镇政府,河道整治\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda it, _: api.coordinator(it).correct(ROUND, "道路", [("项目性质", "一次性项目")], WHY),
        lambda it, _: api.coordinator(it).rename(ROUND, "道路", "公路养护", WHY),
        lambda it, _: api.coordinator(it).move(ROUND, "道路", "绿化办", WHY),
        lambda it, _: api.coordinator(it).cancel(ROUND, "道路", WHY),
        lambda it, _: api.coordinator(it).deadline(ROUND, "2024-10-31", WHY),
        lambda it, _: api.undo(it),
        lambda it, at: api.distribute(it, FORMS[FORM], roster(at), ROUND, at / "发"),
        lambda it, _: api.keep_ceilings(it, ROUND, []),
        lambda it, _: api.tick(it, ROUND, []),
        lambda it, _: put_review(it, ROUND, [Word(FIRST["id"], "通过", "")], "", by=None),
    ],
)
def test_a_change_of_a_closed_round_is_refused_in_one_line(
    repository: Repository, tmp_path: Path, change: Callable[[Repository, Path], object]
) -> None:
    close(repository)
    head = repository.snapshot().commit
    with pytest.raises(XlsyncError, match=f"{ROUND} 已封存.*王五：{WHY}.*xlsync reopen") as told:
        change(repository, tmp_path)
    assert "\n" not in str(told.value)
    assert repository.snapshot().commit == head
    assert not (tmp_path / "发").exists()


def test_a_conflict_of_a_closed_round_waits_until_it_is_open(repository: Repository) -> None:
    spool = repository.snapshot().spool()
    both = [changed(SECOND, overall_goal=goal) for goal in ("目标甲", "目标乙")]
    savers = zip(both, ("张三", "李四"), strict=True)
    put_in(repository, [came(spool, one, 1, saver=by) for one, by in savers], spool)
    (dispute,) = api.conflicts(repository, ROUND)
    one, _ = api.choice("返回")
    assert one is not None
    chosen = {place.pointer: one for place in dispute.merged.conflicts}
    close(repository)
    with pytest.raises(XlsyncError, match="已封存"):
        api.decide_conflict(repository, dispute, chosen, WHY)
    reopen(repository)
    assert api.decide_conflict(repository, dispute, chosen, WHY) == []
    assert api.conflicts(repository, ROUND) == []


def test_it_is_noted_once_with_who_when_and_why(repository: Repository) -> None:
    assert api.round_closing(repository, ROUND) is None
    preview = api.close_round(repository, ROUND, reason=WHY, is_preview=True)
    assert (preview.commit, preview.is_new) == (None, True)
    assert not api.reopen_round(repository, ROUND, reason=WHY).is_new
    assert closures(repository.snapshot(), ROUND) == []
    close(repository)
    again = api.close_round(repository, ROUND, reason="又一次", by="张三")
    assert (again.commit, again.is_new, again.closure.by) == (None, False, "王五")
    reopen(repository)
    found = closures(repository.snapshot(), ROUND)
    assert [(one.act, one.by, one.reason) for one in found] == [
        (Gate.CLOSE, "王五", WHY),
        (Gate.REOPEN, "王五", "区里退回"),
    ]
    assert [one.round for one in api.round_states(repository) if one.closed] == []


@pytest.mark.parametrize(("round_name", "reason"), [("2023/二上", WHY), (ROUND, " ")])
def test_a_round_that_is_not_there_or_no_reason_is_refused(
    repository: Repository, round_name: str, reason: str
) -> None:
    with pytest.raises(XlsyncError):
        api.close_round(repository, round_name, reason=reason)


def test_two_offices_close_and_open_and_come_to_the_same(
    repository: Repository, tmp_path: Path
) -> None:
    shared = tmp_path / "共享"
    Repository.init(shared).close()
    with Repository.init(tmp_path / "另一处") as other:
        for one in (repository, other):
            sync(one, FORMS, str(shared))
        close(repository)
        take(other, SECOND)
        told = [sync(one, FORMS, str(shared)) for one in (repository, other, repository)]
        came = [[each for one in synced.joined for each in one.closings] for synced in told]
        assert came == [[], [(ROUND, closed(repository.snapshot(), ROUND))], []]
        assert any("对方封存了" in plain(one) for one in synced_lines(told[1]))
        # What the other one took in before it knew of the closing stands.
        assert records(repository)[SECOND["id"]] == records(other)[SECOND["id"]] == SECOND
        assert take(other, changed(SECOND, overall_goal="晚来的")).outcomes[0].state is State.CLOSED
        # Both open it, each without the other: both entries stand, on both sides alike.
        for one in (repository, other):
            reopen(one)
        for one in (repository, other, repository):
            sync(one, FORMS, str(shared))
        entries = [closures(one.snapshot(), ROUND) for one in (repository, other)]
        assert entries[0] == entries[1]
        assert [one.act for one in entries[0]] == [Gate.CLOSE, Gate.REOPEN, Gate.REOPEN]
        assert closed(other.snapshot(), ROUND) is None


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"closures": "x"},
        {"closures": [1]},
        {
            "closures": [
                {"act": "open", "time": "2024-10-01T09:00:00+08:00", "by": "", "reason": ""}
            ]
        },
        {"closures": [{"act": "close", "time": "gestern", "by": "", "reason": ""}]},
        {
            "closures": [
                {"act": "close", "time": "2024-10-01T09:00:00+08:00", "by": 1, "reason": ""}
            ]
        },
    ],
)
def test_a_document_that_is_not_ours_is_refused_with_its_path(
    repository: Repository, document: Record
) -> None:
    changes = Changes(repository.snapshot(), ROUND)
    changes.put_document(layout.closed_path(ROUND), document)
    repository.commit(changes, "broken")
    with pytest.raises(XlsyncError, match=f"closed/{ROUND}.json"):
        take(repository, SECOND)


def test_the_commands_say_it(repository: Repository, tmp_path: Path) -> None:
    town, late = tmp_path / "库", "封存后又来 1 份"
    said = invoke("-R", town, "close", ROUND, "--reason", WHY, "--by", "王五")
    assert f"封存 {ROUND}" in said.stdout
    assert f"理由：{WHY}（王五）" in said.stdout
    assert "已经封存" in invoke("-R", town, "close", ROUND, "--reason", WHY).stdout
    assert late not in invoke("-R", town, "status", ROUND).stdout
    take(repository, SECOND)
    status = invoke("-R", town, "status", ROUND).stdout
    assert f"{ROUND} 已封存（" in status
    assert late in status
    assert "不属于本轮" not in status
    rounds = invoke("-R", town, "rounds").stdout
    assert "已封存：" in rounds
    assert WHY in rounds
    looked = invoke("-R", town, "remind", ROUND, "-n").stdout
    assert f"{ROUND} 已封存（" in looked
    reminded = invoke("-R", town, "remind", ROUND, "-o", tmp_path / "催报")
    assert (reminded.exit_code, "不催报" in reminded.stderr) == (3, True)
    assert not (tmp_path / "催报").exists()
    (listed,) = json.loads(invoke("-R", town, "rounds", "--json").stdout)
    assert listed["closed"]["reason"] == WHY
    refused = invoke("-R", town, "cancel", ROUND, "绿化", "--reason", WHY)
    assert (refused.exit_code, "xlsync reopen" in refused.stderr) == (3, True)
    opened = invoke("-R", town, "reopen", ROUND, "--reason", "区里退回", "--json")
    made = json.loads(opened.stdout)
    assert (made["act"], made["new"], made["preview"]) == ("reopen", True, False)
    assert "已封存（" not in invoke("-R", town, "status", ROUND).stdout
    assert len(list(standings(repository.snapshot(), ROUND))) == 2
