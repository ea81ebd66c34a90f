"""Collecting: one commit whatever came, nothing twice, nothing that depends on an order."""

from __future__ import annotations

import itertools
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from crews import crew_elsewhere
from returning import receipts
from running import FORM, FORMS, record, save, spoilt, text_of

from xlsync.base import workers
from xlsync.base.errors import XlsyncError
from xlsync.base.files import write_file
from xlsync.exchange.workbooks import workbook
from xlsync.repository import Changes, MovedError, Repository
from xlsync.rounds.kept.outcomes import State
from xlsync.rounds.kept.receipt_documents import receipts_of
from xlsync.rounds.returned.collecting import Collection, collect
from xlsync.rounds.returned.outcome_shelf import Outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.base.record import Record

ROUND, LATER = "2023/一上", "2023/二上"


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with Repository.init(tmp_path / "库") as made:
        yield made


def _collect(repository: Repository, *paths: Path, into: str = ROUND) -> Collection:
    return collect(repository, FORMS, into, paths)


def _states(collection: Collection) -> list[State]:
    return [one.state for one in collection.outcomes]


def _titles(repository: Repository, name: str = ROUND) -> list[str]:
    return sorted(entry.title for entry in repository.snapshot().records(name).values())


def _tree(repository: Repository) -> str:
    return str(repository.snapshot().tree)


def _identified(one: Record) -> Record:
    made, _ = FORMS[FORM].canonical(one)
    assert made is not None
    return FORMS[FORM].identified(made)


def test_the_same_folder_twice_adds_nothing_and_says_so(
    repository: Repository, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    save(folder / "a.json", record("甲"))
    save(folder / "b.json", spoilt("乙"))
    (folder / "c.txt").write_text("与表无关", encoding="utf-8")
    first = _collect(repository, folder)
    assert _states(first) == [State.NEW, State.REFUSED, State.UNREADABLE, State.UNREADABLE]
    second = _collect(repository, folder)
    assert second.commit is None
    assert _states(second) == [State.UNCHANGED, State.REFUSED, State.UNREADABLE, State.UNREADABLE]
    assert len(repository.history()) == 2


def test_bytes_go_to_other_processes_and_do_not_come_back(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "WORTH_IT", 4)
    names = [f"工程{one}" for one in range(8)]
    files = [workbook(FORMS[FORM], _identified(record(one))) for one in names]
    for name, data in zip(names, files, strict=True):
        write_file(tmp_path / f"{name}.xlsx", data)
    write_file(tmp_path / "别的.xlsx", b"PK\x03\x04 broken")
    with crew_elsewhere() as crew:
        made = _collect(repository, tmp_path)
    assert _states(made).count(State.NEW) == 8
    assert sum(crew.sent) > sum(map(len, files)) > 4 * sum(crew.brought)
    snapshot = repository.snapshot()
    kept = {snapshot.received_bytes(one) for one in snapshot.received(ROUND)}
    assert kept == {*files, b"PK\x03\x04 broken"}


def test_a_file_named_twice_is_collected_once(repository: Repository, tmp_path: Path) -> None:
    path = save(tmp_path / "in" / "a.json", record())
    assert _states(_collect(repository, path, path.parent, path)) == [State.NEW]
    assert _collect(repository, path).commit is None


def test_a_file_that_is_reached_on_two_ways_is_collected_once(
    repository: Repository, tmp_path: Path
) -> None:
    path = save(tmp_path / "in" / "a.json", record())
    (tmp_path / "link").symlink_to(path.parent)
    (tmp_path / "link.json").symlink_to(path)
    ways = [tmp_path / "link" / "a.json", tmp_path / "link.json", path.parent]
    assert _states(_collect(repository, *ways)) == [State.NEW]


def test_only_what_changed_is_committed(repository: Repository, tmp_path: Path) -> None:
    for name in "甲乙丙":
        save(tmp_path / "in" / f"{name}.json", record(name))
    _collect(repository, tmp_path / "in")
    before = repository.snapshot().records(ROUND)
    save(tmp_path / "in" / "乙.json", record("乙", annual_goal="新的目标"))
    collection = _collect(repository, tmp_path / "in")
    counts = {State.UPDATED: 1, State.UNCHANGED: 2}
    assert collection.counts() == counts
    after = repository.snapshot().records(ROUND)
    assert [before[one].blob == after[one].blob for one in before].count(True) == 2


def test_another_file_with_the_same_content_is_unchanged(
    repository: Repository, tmp_path: Path
) -> None:
    _collect(repository, save(tmp_path / "a.json", record()))
    path = save(tmp_path / "b.json", record())
    path.write_bytes(path.read_bytes() + b"\n")
    collection = _collect(repository, path)
    assert _states(collection) == [State.UNCHANGED]
    assert collection.commit is not None, "the bytes received are kept"


def test_one_record_in_two_equal_files_is_new_once(repository: Repository, tmp_path: Path) -> None:
    save(tmp_path / "in" / "a.json", record())
    save(tmp_path / "in" / "b.json", record())
    assert sorted(_states(_collect(repository, tmp_path / "in"))) == [State.NEW, State.UNCHANGED]


def test_what_is_refused_is_kept_as_received_and_the_accepted_one_stays(
    repository: Repository, tmp_path: Path
) -> None:
    _collect(repository, save(tmp_path / "good.json", record()))
    (before,) = repository.snapshot().records(ROUND).values()
    path = save(tmp_path / "bad.json", spoilt())
    (outcome,) = _collect(repository, path).outcomes
    assert outcome.state is State.REFUSED
    snapshot = repository.snapshot()
    assert list(snapshot.records(ROUND).values()) == [before]
    kept = {snapshot.received_bytes(one) for one in snapshot.received(ROUND)}
    assert path.read_bytes() in kept
    refused = [one for _, one in receipts_of(snapshot, ROUND) if not one.forms[0].accepted]
    assert [one.code for one in refused[0].forms[0].problems] == ["M001"]


@pytest.mark.parametrize("order", list(itertools.permutations("abc")))
def test_the_order_of_files_decides_nothing(
    repository: Repository, tmp_path: Path, order: tuple[str, ...]
) -> None:
    contents = {
        "a": record("甲"),
        "b": record("乙", annual_goal="一种"),
        "c": record("乙", annual_goal="另一种"),
    }
    paths = [save(tmp_path / "in" / f"{name}.json", contents[name]) for name in order]
    collection = _collect(repository, *paths)
    found = {
        one.path.stem: (one.state, [p.code for p in one.problems]) for one in collection.outcomes
    }
    rival = (State.REFUSED, ["S006"])
    assert found == {"a": (State.NEW, []), "b": rival, "c": rival}
    assert _titles(repository) == ["甲"]
    assert _collect(repository, *reversed(paths)).commit is None


def test_rivals_do_not_touch_what_was_accepted_before(
    repository: Repository, tmp_path: Path
) -> None:
    _collect(repository, save(tmp_path / "first.json", record()))
    before = repository.snapshot().records(ROUND)
    paths = [save(tmp_path / f"{one}.json", record(annual_goal=one)) for one in "甲乙"]
    collection = _collect(repository, *paths)
    assert _states(collection) == [State.REFUSED, State.REFUSED]
    message = collection.outcomes[0].problems[-1].message
    assert "甲.json" in message
    assert "乙.json" in message
    assert repository.snapshot().records(ROUND) == before


def test_a_rival_that_is_taken_away_makes_the_other_acceptable(
    repository: Repository, tmp_path: Path
) -> None:
    paths = [save(tmp_path / f"{one}.json", record(annual_goal=one)) for one in "甲乙"]
    _collect(repository, *paths)
    assert _states(_collect(repository, paths[1])) == [State.NEW]


def test_an_older_file_in_the_folder_takes_nothing_back(
    repository: Repository, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    save(folder / "b-old.json", record(annual_goal="旧"))
    _collect(repository, folder)
    save(folder / "a-new.json", record(annual_goal="新"))
    assert sorted(_states(_collect(repository, folder))) == [State.UPDATED, State.UNCHANGED]
    assert _collect(repository, folder).commit is None
    _, _, entry = repository.resolve("预备费")
    assert repository.snapshot().record(entry)["annual_goal"] == "新"


def test_an_older_form_in_a_file_with_a_refused_one_takes_nothing_back(
    repository: Repository, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    save(folder / "all.json", record("甲", annual_goal="旧"), spoilt("乙"))
    _collect(repository, folder)
    save(folder / "new.json", record("甲", annual_goal="新"))
    _collect(repository, folder)
    assert _collect(repository, folder).commit is None
    _, _, entry = repository.resolve("甲")
    assert repository.snapshot().record(entry)["annual_goal"] == "新"


def test_several_forms_in_one_text_are_told_by_their_lines(
    repository: Repository, tmp_path: Path
) -> None:
    path = tmp_path / "all.txt"
    path.write_text(text_of(record("甲"), spoilt("乙"), record("丙")), encoding="utf-8")
    collection = _collect(repository, path)
    assert _states(collection) == [State.NEW, State.REFUSED, State.NEW]
    assert len({one.place for one in collection.outcomes}) == 3
    assert all(one.is_text for one in collection.outcomes)
    assert _titles(repository) == ["丙", "甲"]
    (receipt,) = receipts(repository.snapshot())
    assert [one["accepted"] for one in receipt["forms"]] == [True, False, True]


def test_a_workbook_keeps_its_id_whatever_it_is_called(
    repository: Repository, tmp_path: Path
) -> None:
    old = _identified(record("旧名"))
    write_file(tmp_path / "a.xlsx", workbook(FORMS[FORM], old))
    _collect(repository, tmp_path / "a.xlsx")
    write_file(tmp_path / "b.xlsx", workbook(FORMS[FORM], old | {"project_name": "新名"}))
    collection = _collect(repository, tmp_path / "b.xlsx")
    assert _states(collection) == [State.UPDATED]
    assert [one.record_id for one in collection.outcomes] == [old["id"]]
    assert _titles(repository) == ["新名"]
    kinds = [one.kind.value for one in repository.log(old["id"])]
    assert kinds == ["renamed", "added"]


def test_a_text_gets_the_id_that_its_names_had_in_an_earlier_round(
    repository: Repository, tmp_path: Path
) -> None:
    _collect(repository, save(tmp_path / "a.json", record("甲", id="given-before")))
    path = tmp_path / "b.txt"
    path.write_text(text_of(record("甲", annual_goal="新")), encoding="utf-8")
    collection = _collect(repository, path, into=LATER)
    assert [one.record_id for one in collection.outcomes] == ["given-before"]
    (entry,) = repository.snapshot().records(LATER).values()
    assert repository.snapshot().record(entry)["id"] == "given-before"


def test_the_commit_says_what_came(repository: Repository, tmp_path: Path) -> None:
    save(tmp_path / "in" / "a.json", record("甲\n伪造的一行"))
    save(tmp_path / "in" / "b.json", spoilt("乙"))
    (tmp_path / "in" / "c.txt").write_bytes(b"")
    _collect(repository, tmp_path / "in")
    commit, _ = repository.history()
    unit = record()["implementing_unit"]
    assert commit.message.splitlines() == [
        "收集 2023/一上：新收 1，退回 1，无法读取 1",
        "",
        f"新收 {unit} 甲 伪造的一行",
        f"退回 {unit} 乙",
        "无法读取 c.txt",
    ]


def test_a_commit_that_came_first_is_built_upon(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Repository.commit
    others = iter("ab")

    def commit(self: Repository, changes: Changes, message: str) -> str | None:
        name = next(others, None)
        if name is not None:
            other = Changes(self.snapshot(), ROUND)
            other.put_record(name, "别人", name, {"id": name})
            real(self, other, "别人的提交")
        return real(self, changes, message)

    monkeypatch.setattr(Repository, "commit", commit)
    collection = _collect(repository, save(tmp_path / "a.json", record("甲")))
    assert _states(collection) == [State.NEW]
    assert _titles(repository) == ["a", "b", "甲"]
    assert repository.history()[0].commit == collection.commit


def test_a_race_that_is_lost_every_time_ends(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def commit(*_: object) -> None:
        raise MovedError

    monkeypatch.setattr(Repository, "commit", commit)
    with pytest.raises(XlsyncError, match="another process"):
        _collect(repository, save(tmp_path / "a.json", record()))


def test_half_characters_in_a_problem_can_be_kept(repository: Repository, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(record("甲\ud800")), encoding="utf-8")
    assert _states(_collect(repository, path)) == [State.UNREADABLE]
    (receipt,) = receipts(repository.snapshot())
    assert "\\ud800" in receipt["forms"][0]["problems"][0]["found"]


@pytest.mark.parametrize("name", ["2023", "一上", "2023/", "2023/../x", "23/一上", "2023/con"])
def test_what_is_no_round_is_refused_before_any_file_is_read(
    repository: Repository, tmp_path: Path, name: str
) -> None:
    with pytest.raises(XlsyncError, match="is not a round"):
        collect(repository, FORMS, name, [tmp_path], lambda _: pytest.fail("a file was read"))


def test_nothing_found_changes_nothing(repository: Repository, tmp_path: Path) -> None:
    before = _tree(repository)
    (tmp_path / "empty").mkdir()
    assert _collect(repository, tmp_path / "empty") == Collection(ROUND, Outcomes(), None)
    assert _tree(repository) == before


def test_several_processes_read_the_same(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "in"
    for at in range(40):
        save(folder / f"{at:02}.json", record(f"项目{at}"))
    save(folder / "坏.json", spoilt("坏"))
    write_file(folder / "表.xlsx", workbook(FORMS[FORM], _identified(record("表"))))
    told: list[tuple[int, int]] = []
    with Repository.init(tmp_path / "另一") as other:
        alone = collect(other, FORMS, ROUND, [folder])
        monkeypatch.setattr("xlsync.rounds.returned.incoming.processes", lambda _: 2)
        shared = collect(repository, FORMS, ROUND, [folder], lambda *step: told.append(step))
        assert shared.outcomes == alone.outcomes
        assert told[-1] == (42, 42)
        contents = [
            {entry.path: entry.blob for entry in one.snapshot().records(ROUND).values()}
            for one in (other, repository)
        ]
    assert contents[0] == contents[1]


def test_a_file_in_an_archive_is_collected_like_any_other(
    repository: Repository, tmp_path: Path
) -> None:
    one = save(tmp_path / "甲.json", record("甲"))
    with zipfile.ZipFile(tmp_path / "归档.zip", "w") as made:
        made.write(one, "子/甲.json")
        made.writestr("坏.txt", b"\x89PNG\r\n\x1a\n")
    collection = _collect(repository, tmp_path / "归档.zip")
    assert _states(collection) == [State.NEW, State.UNREADABLE]
    assert collection.outcomes[0].path == tmp_path / "归档.zip" / "子" / "甲.json"
    assert [kept.name for kept in repository.snapshot().received(ROUND)] == ["坏.txt", "甲.json"]
    assert _states(_collect(repository, one)) == [State.UNCHANGED]
    assert len(repository.snapshot().received(ROUND)) == 2


def test_what_was_accepted_is_known_by_its_bytes_and_not_read_again(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = save(tmp_path / "甲.json", record("甲"))
    _collect(repository, one)
    monkeypatch.setattr(
        "xlsync.rounds.returned.incoming.read_arrival", lambda *_: pytest.fail("read")
    )
    (tmp_path / "另一个名字.json").write_bytes(one.read_bytes())
    collection = _collect(repository, tmp_path / "另一个名字.json")
    assert [(each.state, each.title) for each in collection.outcomes] == [(State.UNCHANGED, "甲")]
    snapshot = repository.snapshot()
    assert sorted(each.name for each in snapshot.received(ROUND)) == ["另一个名字.json", "甲.json"]
    kept = {snapshot.received_bytes(each) for each in snapshot.received(ROUND)}
    assert kept == {one.read_bytes()}
