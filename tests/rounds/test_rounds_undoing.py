"""Taking back a collection, a distribution or a decision; what came since stays and is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from returning import ROUND, came, changed, put_in, send, whole
from roster_files import HEADS, project, save_csv
from running import FORM, FORMS, invoke, save

from xlsync.base.errors import MistypedError, XlsyncError
from xlsync.demo.staff import type_in
from xlsync.exchange.reading import read_file
from xlsync.repository import Repository
from xlsync.rounds.deciding.coordinator import Coordinator
from xlsync.rounds.deciding.undoing import steps, undo
from xlsync.rounds.kept.decisions import decisions_of
from xlsync.rounds.kept.ledger import issues, withdrawn
from xlsync.rounds.returned.collecting import collect
from xlsync.rounds.roster import open_roster
from xlsync.rounds.sending.distributing import distribute
from xlsync.rounds.sending.sendings import Wishes
from xlsync.rounds.state.life import life

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.base.record import Record

FIRST, SECOND = whole("甲"), whole("乙")
WHY = "误操作"


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with Repository.init(tmp_path / "库") as made:
        yield made


def take(repository: Repository, *records: Record, issue: int | None = None) -> None:
    spool = repository.snapshot().spool()
    put_in(repository, [came(spool, one, issue) for one in records], spool)


def send_out(repository: Repository, tmp_path: Path, *names: str) -> dict[str, str]:
    """Distribute a roster; the id of each project by its name."""
    rows = [HEADS, *(project(at, name=name) for at, name in enumerate(names))]
    roster = open_roster(FORMS[FORM], save_csv(tmp_path / f"{len(names)}.csv", rows))
    done = distribute(repository, FORMS[FORM], roster, Wishes(ROUND, tmp_path / "出"))
    return {one.title: one.record for one in done.sendings}


def tree(repository: Repository) -> object:
    return repository.snapshot().tree


def stands(repository: Repository) -> dict[str, str]:
    snapshot = repository.snapshot()
    records = snapshot.records(ROUND).values()
    return {one.title: snapshot.record(one)["annual_goal"] for one in records}


def test_the_last_collection_goes_back_and_can_be_collected_again(repository: Repository) -> None:
    take(repository, FIRST)
    before = tree(repository)
    take(repository, changed(FIRST, annual_goal="改"), SECOND)
    after = tree(repository)
    made = undo(repository, FORMS, reason=WHY)
    assert (made.count, made.kept, tree(repository)) == (2, (), before)
    assert WHY in repository.history()[0].message
    with pytest.raises(MistypedError, match="已经撤销过了"):
        undo(repository, FORMS, made.target.commit)
    assert [*steps(repository).values()] == [False, True, False]
    again = undo(repository, FORMS, made.commit)
    assert [*steps(repository).values()] == [False, True, False, False], "it stands again"
    assert tree(repository) == after, "an undoing can be undone"
    assert again.count == 2
    assert undo(repository, FORMS).count == 2, "what stands again can be taken back again"
    take(repository, changed(FIRST, annual_goal="改"), SECOND)
    assert stands(repository)["甲"] == "改"


def test_each_undo_goes_one_step_further_back_until_nothing_is_left(
    repository: Repository,
) -> None:
    empty = tree(repository)
    take(repository, FIRST)
    take(repository, SECOND)
    Coordinator(repository, FORMS, "王五").cancel(ROUND, "甲", WHY)
    for _ in range(3):
        undo(repository, FORMS)
    assert tree(repository) == empty
    with pytest.raises(XlsyncError, match="没有可以撤销"):
        undo(repository, FORMS)


def test_a_preview_takes_nothing_back(repository: Repository) -> None:
    take(repository, FIRST)
    head = repository.snapshot().commit
    made = undo(repository, FORMS, is_preview=True)
    assert (made.count, made.commit, repository.snapshot().commit) == (1, None, head)


def test_what_came_since_is_kept_and_named(repository: Repository) -> None:
    take(repository, FIRST, SECOND)
    first = repository.snapshot().commit
    take(repository, changed(SECOND, annual_goal="后来的"))
    made = undo(repository, FORMS, first)
    assert [(one.title, one.why) for one in made.kept] == [("乙", "此后又有变动")]
    assert stands(repository) == {"乙": "后来的"}


def test_a_correction_goes_back_from_under_what_came_since(repository: Repository) -> None:
    send(repository, FIRST)
    take(repository, FIRST, issue=1)
    made = Coordinator(repository, FORMS, "王五").correct(
        ROUND, "甲", [("项目性质", "一次性项目")], WHY
    )
    take(repository, changed(FIRST, annual_goal="后来的"), issue=1)
    record = repository.snapshot().record(repository.snapshot().records(ROUND)[FIRST["id"]])
    assert record == changed(FIRST, annual_goal="后来的", project_nature="一次性项目")
    undone = undo(repository, FORMS, made.commit)
    assert undone.kept == ()
    record = repository.snapshot().record(repository.snapshot().records(ROUND)[FIRST["id"]])
    assert record == changed(FIRST, annual_goal="后来的")
    assert decisions_of(repository.snapshot(), ROUND, FIRST["id"]) == []


def test_a_distribution_goes_back_but_for_what_was_answered(
    repository: Repository, tmp_path: Path
) -> None:
    ids = send_out(repository, tmp_path, "甲", "乙")
    commit = repository.snapshot().commit
    sent = changed(FIRST, id=ids["甲"], implementing_unit="水务所", competent_department="镇政府")
    take(repository, sent, issue=1)
    made = undo(repository, FORMS, commit)
    assert [(one.title, one.why) for one in made.kept] == [("甲", "下发的表已经交回")]
    assert list(issues(repository.snapshot(), ROUND)) == [ids["甲"]]


@pytest.mark.parametrize("revision", ["HEAD~1", "main"])
def test_what_is_no_work_of_ours_is_not_taken_back(repository: Repository, revision: str) -> None:
    with pytest.raises(XlsyncError):
        undo(repository, FORMS, revision)


def test_the_commands_undo_and_rounds(repository: Repository, tmp_path: Path) -> None:
    town = tmp_path / "库"
    assert "还没有轮次" in invoke("-R", town, "rounds").stdout
    collect(repository, FORMS, ROUND, [save(tmp_path / "a.json", FIRST)])
    assert "已收 1" in invoke("-R", town, "rounds").stdout
    assert "将撤销" in invoke("-R", town, "undo", "-n").stdout
    told = invoke("-R", town, "undo", "--reason", WHY)
    assert (told.exit_code, "撤销 收集 2023/一上" in told.stdout) == (0, True)
    assert repository.snapshot().rounds() == []
    assert invoke("-R", town, "undo").exit_code == 3


def test_a_mistyped_round_is_refused_unless_it_is_meant(
    repository: Repository, tmp_path: Path
) -> None:
    town, path = tmp_path / "库", save(tmp_path / "a.json", FIRST)
    assert invoke("-R", town, "collect", ROUND, path).exit_code == 0
    mistyped = invoke("-R", town, "collect", "2023/一下", path)
    assert mistyped.exit_code == 2
    assert ROUND in mistyped.stderr
    assert "--new" in mistyped.stderr
    assert repository.snapshot().rounds() == [ROUND]
    assert invoke("-R", town, "collect", "2023/一下", path, "--new").exit_code == 0
    assert repository.snapshot().rounds() == [ROUND, "2023/一下"]


# ---- what is in somebody's hands although it was taken back ------------------------------


@pytest.fixture
def town(tmp_path: Path) -> Path:
    assert invoke("init", tmp_path / "镇").exit_code == 0
    return tmp_path / "镇"


def distributed(town: Path, folder: str, *more: str) -> dict[str, Path]:
    """Distribute two projects; the workbook of each by its name."""
    rows = [HEADS, project(1, name="甲"), project(2, name="乙")]
    roster = save_csv(town.parent / "名册.csv", rows)
    to = town.parent / folder
    words = ("--form", FORM, "--roster", roster, "-o", to, *more)
    made = invoke("-R", town, "distribute", ROUND, *words)
    assert made.exit_code == 0, made.output
    return {path.stem: path for path in to.rglob("*.xlsx")}


def filled(path: Path, goal: str) -> Path:
    """What a unit makes of a workbook that it was sent."""
    (reading,) = read_file(FORMS, path).readings
    assert reading.record is not None
    record = whole("x") | {
        key: reading.record[key]
        for key in ("id", "project_name", "implementing_unit", "competent_department")
        if reading.record.get(key)
    }
    data = type_in(FORMS[FORM], path.read_bytes(), record | {"annual_goal": goal})
    path.write_bytes(data)
    return path


def collected(town: Path, *paths: Path) -> list[tuple[str, list[str]]]:
    done = invoke("-R", town, "collect", ROUND, *paths, "--new", "--json")
    files = json.loads(done.stdout)["forms"]
    return [(one["state"], [two["code"] for two in one["problems"]]) for one in files]


def numbers(town: Path) -> dict[str, list[int]]:
    with Repository.open(town) as repository:
        found = issues(repository.snapshot(), ROUND).values()
        return {one.title: [issue.number for issue in one.issues] for one in found}


def test_an_answer_to_a_workbook_that_was_taken_back_is_told_and_matched_to_nothing(
    town: Path,
) -> None:
    old = distributed(town, "误发")
    assert invoke("-R", town, "undo", "--reason", WHY).exit_code == 0
    assert collected(town, filled(old["甲"], "旧")) == [("已撤回", ["B013"])]
    new = distributed(town, "重发", "--new")
    assert numbers(town) == {"甲": [2], "乙": [2]}
    assert collected(town, filled(old["乙"], "旧")) == [("已撤回", ["B013"])]
    status = invoke("-R", town, "status", ROUND).stdout
    assert "填在已撤销的下发上的 2 份" in status
    assert "未回 2" in status
    assert collected(town, filled(new["甲"], "新")) == [("新收", [])]
    kept = invoke("-R", town, "received", ROUND, "--json").stdout
    assert len(json.loads(kept)) == 3


def test_no_number_is_given_twice_however_often_a_distribution_is_taken_back(town: Path) -> None:
    for at in range(1, 4):
        distributed(town, f"第{at}次", "--new")
        assert numbers(town) == {"甲": [at], "乙": [at]}
        assert invoke("-R", town, "undo").exit_code == 0
    distributed(town, "最后", "--new")
    assert numbers(town) == {"甲": [4], "乙": [4]}


def test_what_was_taken_back_by_mistake_counts_again_once_that_is_undone(town: Path) -> None:
    sent = distributed(town, "出")
    before = numbers(town)
    undone = json.loads(invoke("-R", town, "undo", "--json").stdout)
    assert numbers(town) == {}
    assert invoke("-R", town, "undo", undone["commit"]).exit_code == 0
    assert numbers(town) == before
    assert collected(town, filled(sent["甲"], "新")) == [("新收", [])]
    with Repository.open(town) as repository:
        assert (
            withdrawn(
                repository.snapshot(), ROUND, next(iter(issues(repository.snapshot(), ROUND)))
            )
            == ()
        )


@pytest.mark.parametrize("first", ["the answer", "the undoing"])
def test_an_answer_taken_in_elsewhere_keeps_the_workbook_that_is_taken_back_here(
    town: Path, tmp_path: Path, first: str
) -> None:
    sent, shared, other = distributed(town, "出"), tmp_path / "共享", tmp_path / "区"
    for folder in (shared, other):
        invoke("init", folder)
        assert invoke("-R", town if folder == shared else other, "sync", shared).exit_code == 0
    assert invoke("-R", town, "undo", "--reason", WHY).exit_code == 0
    assert collected(other, filled(sent["甲"], "目标")) == [("新收", [])]
    order = [other, town, other] if first == "the answer" else [town, other, town]
    for folder in order:
        done = invoke("-R", folder, "sync", shared, "--accept-removal")
        assert done.exit_code == 0, done.output
    assert numbers(town) == numbers(other) == {"甲": [1]}
    assert invoke("-R", town, "status", ROUND).exit_code == 0
    assert collected(town, filled(sent["甲"], "再改")) == [("更新", [])]
    assert collected(town, filled(sent["乙"], "目标")) == [("已撤回", ["B013"])]


def test_what_another_office_took_back_is_told_when_it_comes(town: Path, tmp_path: Path) -> None:
    sent, shared, other = distributed(town, "出"), tmp_path / "共享", tmp_path / "区"
    assert collected(town, filled(sent["甲"], "目标")) == [("新收", [])]
    for folder in (shared, other):
        invoke("init", folder)
        assert invoke("-R", town if folder == shared else other, "sync", shared).exit_code == 0
    assert invoke("-R", other, "undo", "--reason", WHY).exit_code == 0
    assert invoke("-R", other, "sync", shared).exit_code == 0
    told = invoke("-R", town, "sync", shared)
    assert (told.exit_code, "对方撤回了 1 个项目已收的内容" in told.stdout) == (0, True)
    assert "甲" in told.stdout


def test_the_life_of_a_record_tells_each_decision_with_its_own_version(
    repository: Repository,
) -> None:
    """What was decided, taken back and decided again has three versions."""
    take(repository, FIRST)
    by = Coordinator(repository, FORMS)
    commits = [by.move(ROUND, FIRST["id"], "别的局", WHY).commit]
    commits.append(undo(repository, FORMS).commit)
    commits.append(by.move(ROUND, FIRST["id"], "别的局", WHY).commit)
    events = {one.commit: one for one in life(repository, FIRST["id"])}
    assert [events[one].kind for one in commits] == ["调整单位", "撤销", "调整单位"]
    assert [events[one].decision is not None for one in commits] == [False, False, True]
