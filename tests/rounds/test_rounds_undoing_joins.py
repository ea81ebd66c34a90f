"""Taking back a join: this line is as it was, nothing of the other is lost, and it is shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from offices import exchange, offices_that_share
from returning import ROUND, came, changed, put_in, send, whole
from running import FORMS, invoke

from xlsync.base.errors import RemovalError, XlsyncError
from xlsync.base.record import canonical_bytes
from xlsync.repository import Repository, layout
from xlsync.rounds.deciding.undoing import undo
from xlsync.rounds.kept.ledger import issues, withdrawn
from xlsync.rounds.sharing.brought import Brought
from xlsync.rounds.state.closing import Gate, put_closing
from xlsync.workbook.manifest import content_mark

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.record import Record

_TOPS = (
    *(layout.ROUNDS, layout.ISSUED, layout.RECEIPTS, layout.RECEIVED, layout.MERGED),
    *(layout.CONFLICTS, layout.DECISIONS, layout.ROSTERS, layout.SEAL),
)
OWN, BOTH, OTHER = (whole(one, planned_end="2023-12-31") for one in ("甲", "两边", "乙"))


@pytest.fixture
def offices(tmp_path: Path) -> tuple[Path, Path, Path]:
    return offices_that_share(tmp_path, BOTH)


def send_and_take(folder: Path, *records: Record) -> None:
    with Repository.open(folder) as repository:
        send(repository, *records)
    take(folder, *records)


def take(folder: Path, *records: Record, issue: int = 1) -> None:
    with Repository.open(folder) as repository:
        spool = repository.snapshot().spool()
        put_in(repository, [came(spool, one, issue) for one in records], spool)


def goals(folder: Path) -> dict[str, str]:
    with Repository.open(folder) as repository:
        snapshot = repository.snapshot()
        records = snapshot.records(ROUND).values()
        return {one.title: snapshot.record(one)["annual_goal"] for one in records}


def tree(folder: Path) -> object:
    with Repository.open(folder) as repository:
        return repository.snapshot().tree


def standing(folder: Path) -> dict[str, object]:
    """What stands, apart from the note of workbooks that are in somebody's hands all the same."""
    with Repository.open(folder) as repository:
        return dict(repository.snapshot().find_all(_TOPS))


def joined(offices: tuple[Path, Path, Path]) -> tuple[dict[str, object], str]:
    """The town joins what the district did: how it stood before that, and the commit."""
    town, district, shared = offices
    send_and_take(town, OWN)
    take(town, changed(BOTH, annual_goal="镇说的"))
    send_and_take(district, OTHER)
    take(district, changed(BOTH, overall_goal="区说的"))
    exchange(district, shared)
    before = standing(town)
    (made,) = exchange(town, shared).joined
    assert made.commit is not None
    assert not made.is_forward
    return before, made.commit


def test_a_join_is_taken_back_to_what_stood_here_and_that_is_taken_back_again(
    offices: tuple[Path, Path, Path],
) -> None:
    town, _, _ = offices
    before, commit = joined(offices)
    after = tree(town)
    with Repository.open(town) as repository:
        seen = undo(repository, FORMS, commit, is_preview=True)
        assert [one.title for one in seen.brings.rounds[0].new] == ["乙"]
        assert [one.title for one in seen.brings.rounds[0].changed] == ["两边"]
        assert tree(town) == after, "a preview writes nothing"
        made = undo(repository, FORMS, commit, "合并错了")
    assert (made.count, made.kept) == (2, ())
    assert standing(town) == before
    with Repository.open(town) as repository:
        assert made.commit is not None
        undo(repository, FORMS, made.commit)
    assert tree(town) == after


def test_what_came_after_the_join_is_kept_and_named(offices: tuple[Path, Path, Path]) -> None:
    town, _, _ = offices
    _, commit = joined(offices)
    take(town, changed(OTHER, annual_goal="后来的"))
    with Repository.open(town) as repository:
        made = undo(repository, FORMS, commit)
    assert [(one.title, one.why) for one in made.kept] == [("乙", "此后又有变动")]
    assert goals(town)["乙"] == "后来的"


def test_the_last_step_is_never_a_join_that_nobody_named(
    offices: tuple[Path, Path, Path],
) -> None:
    town, _, _ = offices
    _, commit = joined(offices)
    with Repository.open(town) as repository:
        seen = undo(repository, FORMS, is_preview=True)
    assert seen.target.commit != commit
    assert seen.passed_over == commit
    assert f"undo {commit[:10]}" in invoke("-R", town, "undo", "-n").stdout


def test_an_undone_join_goes_to_the_other_office_and_is_told_there(
    offices: tuple[Path, Path, Path],
) -> None:
    town, district, shared = offices
    _, commit = joined(offices)
    with Repository.open(town) as repository:
        undo(repository, FORMS, commit)
    exchange(town, shared)
    (told,) = exchange(district, shared, removing=True).joined
    assert [one.title for one in told.removed] == ["乙"]
    with Repository.open(district) as repository:
        commits = [one.commit for one in repository.history()]
        assert commit in commits, "what was joined stays in the history"


def test_half_a_round_that_would_go_is_refused_at_the_other_office(
    offices: tuple[Path, Path, Path],
) -> None:
    town, district, shared = offices
    send_and_take(town, OWN)
    send_and_take(district, OTHER, whole("丙", planned_end="2023-12-31"))
    exchange(district, shared)
    (made,) = exchange(town, shared).joined
    with Repository.open(town) as repository:
        undo(repository, FORMS, made.commit)
    exchange(town, shared)
    with pytest.raises(RemovalError):
        exchange(district, shared)
    assert {"乙", "丙"} <= goals(district).keys()


def test_workbooks_of_one_number_get_their_own_back(offices: tuple[Path, Path, Path]) -> None:
    town, district, shared = offices
    for folder in (town, district):
        with Repository.open(folder) as repository:
            send(repository, changed(BOTH, annual_goal=f"{folder.name}下发"))
    exchange(district, shared)
    with Repository.open(town) as repository:
        before = issues(repository.snapshot(), ROUND)
    (made,) = exchange(town, shared).joined
    with Repository.open(town) as repository:
        assert len(issues(repository.snapshot(), ROUND)[BOTH["id"]].issues) == 3
        assert made.commit is not None
        undo(repository, FORMS, made.commit)
        assert issues(repository.snapshot(), ROUND) == before
        (gone,) = withdrawn(repository.snapshot(), ROUND, BOTH["id"])
        sent_by_the_district = canonical_bytes(changed(BOTH, annual_goal="区下发"))
        assert (gone.printed, gone.mark) == (2, content_mark(sent_by_the_district))


def test_a_closed_round_keeps_its_join(offices: tuple[Path, Path, Path]) -> None:
    town, _, _ = offices
    _, commit = joined(offices)
    with Repository.open(town) as repository:
        put_closing(repository, ROUND, Gate.CLOSE, "已报", by="王五")
        with pytest.raises(XlsyncError, match="封存"):
            undo(repository, FORMS, commit)


def test_the_command_says_what_a_join_had_brought(offices: tuple[Path, Path, Path]) -> None:
    town, _, _ = offices
    _, commit = joined(offices)
    told = invoke("-R", town, "undo", commit[:12], "--reason", "错了").stdout
    assert "下次交换时，对方那里也会撤去" in told
    assert "新项目 1 个（乙），改动 1 个（两边）" in told


# ---- what an exchange brings, before and after --------------------------------------------


def test_an_exchange_tells_before_and_after_what_goes_each_way(
    offices: tuple[Path, Path, Path],
) -> None:
    town, district, shared = offices
    send_and_take(town, OWN)
    send_and_take(district, OTHER)
    take(district, changed(BOTH, overall_goal="区说的"))
    exchange(district, shared)
    before = tree(town), tree(shared)
    seen = invoke("-R", town, "sync", shared, "--dry-run").stdout
    assert (tree(town), tree(shared)) == before
    told = invoke("-R", town, "sync", shared).stdout
    for one in (
        "送来 2023/一上：新项目 1 个（乙），改动 1 个（两边），下发 1 份，回表文件 2 份。",
        "送去 2023/一上：新项目 1 个（甲），下发 1 份，回表文件 1 份。",
    ):
        assert one in seen
        assert one in told
    assert "将与对方的内容合并" in seen
    assert "本库的内容将送到对方" in seen
    again = exchange(town, shared)
    assert (again.joined, again.is_sent, again.goes) == ((), False, Brought())


def test_what_only_went_out_is_told_by_its_title(offices: tuple[Path, Path, Path]) -> None:
    town, district, shared = offices
    with Repository.open(town) as repository:
        send(repository, OWN, OTHER)
    sent = exchange(town, shared).goes.rounds[0]
    assert ([one.title for one in sent.new], sent.sent, sent.files) == (["乙", "甲"], 2, 0)
    (made,) = exchange(district, shared).joined
    assert made.is_forward
    assert made.comes.rounds == (sent,)


def test_lists_that_both_changed_are_named(offices: tuple[Path, Path, Path]) -> None:
    town, district, shared = offices
    for folder in (town, district):
        with Repository.open(folder) as repository:
            put_closing(repository, ROUND, Gate.CLOSE, f"{folder.name}已报", by="王五")
    exchange(district, shared)
    told = invoke("-R", town, "sync", shared, "--dry-run").stdout
    assert "两边都改过：封存；逐项合并。" in told
    assert layout.CLOSED not in told
