"""What is put and committed is what is read back."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlsync.base.errors import XlsyncError
from xlsync.repository import Changes, Facts, MovedError, Repository, Spool, layout

if TYPE_CHECKING:
    from collections.abc import Callable

ROUND = "2023/一上"


def put(repository: Repository, *records: tuple[str, str, str, Any], where: str = ROUND) -> str:
    changes = Changes(repository.snapshot(), where)
    for record in records:
        changes.put_record(*record)
    commit = repository.commit(changes, "put")
    assert commit is not None
    return commit


def test_a_record_is_read_back(repository: Repository) -> None:
    commit = put(repository, ("a1", "实施单位", "道路/养护", {"id": "a1", "总额": "1.00"}))
    snapshot = repository.snapshot()
    assert snapshot.commit == commit
    assert snapshot.rounds() == [ROUND]
    entry = snapshot.records(ROUND)["a1"]
    assert (entry.group, entry.title) == ("实施单位", "道路／养护")
    assert entry.path == "rounds/2023/一上/实施单位/道路／养护.a1.json"
    assert snapshot.record(entry) == {"id": "a1", "总额": "1.00"}
    assert snapshot.record_bytes(entry) == '{\n  "id": "a1",\n  "总额": "1.00"\n}\n'.encode()


def test_a_new_repository_is_empty(repository: Repository) -> None:
    snapshot = repository.snapshot()
    assert snapshot.rounds() == []
    assert snapshot.records(ROUND) == {}
    assert list(snapshot.documents(f"{layout.RECEIPTS}/{ROUND}")) == []
    assert snapshot.received(ROUND) == []
    assert [commit.message for commit in repository.history()] == ["建立版本库"]


def test_the_same_again_is_nothing_to_do(repository: Repository) -> None:
    for expected in (True, False):
        changes = Changes(repository.snapshot(), ROUND)
        assert changes.put_record("a", "g", "t", {"x": 1}) is expected
        digest = changes.put_received("表.xlsx", b"bytes")
        changes.put_document(layout.receipt_path(ROUND, digest), {"file": "表.xlsx"})
        assert (repository.commit(changes, "again") is not None) is expected
    assert len(repository.history()) == 2


def test_an_empty_change_commits_nothing(repository: Repository) -> None:
    assert repository.commit(Changes(repository.snapshot(), ROUND), "none") is None


def test_a_new_title_moves_the_record(repository: Repository) -> None:
    put(repository, ("a", "g", "旧", {"x": 1}), ("b", "g", "旧", {"x": 2}))
    put(repository, ("a", "h", "新", {"x": 1}))
    entries = repository.snapshot().records(ROUND)
    assert {key: (e.group, e.title) for key, e in entries.items()} == {
        "a": ("h", "新"),
        "b": ("g", "旧"),
    }


def test_an_emptied_group_is_gone(repository: Repository, git: Callable[..., str]) -> None:
    put(repository, ("a", "g", "t", {}))
    put(repository, ("a", "h", "t", {}))
    assert git("ls-tree", "--name-only", f"main:rounds/{ROUND}") == "h\n"


def test_the_last_put_of_an_id_counts(repository: Repository) -> None:
    put(repository, ("a", "g", "eins", {"x": 1}), ("a", "h", "zwei", {"x": 2}))
    snapshot = repository.snapshot()
    (entry,) = snapshot.records(ROUND).values()
    assert (entry.title, snapshot.record(entry)) == ("zwei", {"x": 2})


def test_a_snapshot_outlives_later_commits(repository: Repository) -> None:
    first = put(repository, ("a", "g", "t", {"x": 1}))
    before = repository.snapshot()
    put(repository, ("a", "g", "u", {"x": 2}))
    for snapshot in (before, repository.snapshot(first), repository.snapshot(first[:8])):
        entry = snapshot.records(ROUND)["a"]
        assert (entry.title, snapshot.record(entry)) == ("t", {"x": 1})
    assert repository.snapshot("main").records(ROUND)["a"].title == "u"


def test_rounds_do_not_touch_each_other(repository: Repository) -> None:
    put(repository, ("a", "g", "t", {"x": 1}))
    put(repository, ("a", "g", "t", {"x": 2}), where="2023/二上")
    snapshot = repository.snapshot()
    values = [snapshot.record(snapshot.records(name)["a"]) for name in snapshot.rounds()]
    assert values == [{"x": 1}, {"x": 2}]


def test_received_bytes_and_receipts_are_kept(repository: Repository) -> None:
    data = bytes(range(256)) * 50
    digest = hashlib.sha256(data).hexdigest()
    changes = Changes(repository.snapshot(), ROUND)
    assert changes.put_received("~$表 1.XLSX", data) == digest
    assert changes.put_received("副本.xlsx", data) == digest
    changes.put_document(layout.receipt_path(ROUND, digest), {"file": "表", "problems": []})
    repository.commit(changes, "received")
    snapshot = repository.snapshot()
    assert snapshot.rounds() == [ROUND]
    received = snapshot.received(ROUND)
    assert sorted(item.name for item in received) == ["副本.xlsx", "～$表 1.XLSX"]
    assert {item.key for item in received} == {digest[:16]}
    assert [snapshot.received_bytes(item) for item in received] == [data, data]
    assert snapshot.document(layout.receipt_path(ROUND, digest)) == {"file": "表", "problems": []}
    assert snapshot.document(layout.receipt_path(ROUND, "0" * 64)) is None


def test_a_file_that_came_before_is_known_alone_or_among_others(repository: Repository) -> None:
    def keep(*names: str) -> str | None:
        changes = Changes(repository.snapshot(), ROUND)
        for name in names:
            changes.put_received(name, b"data")
        return repository.commit(changes, "received")

    def is_alone(name: str, data: bytes = b"data") -> bool:
        path = layout.received_path(ROUND, hashlib.sha256(b"data").hexdigest(), name)
        return repository.snapshot().has_alone(path, Spool.name(data))

    assert not is_alone("表.xlsx")
    assert keep("表.xlsx") is not None
    assert is_alone("表.xlsx")
    assert not is_alone("副本.xlsx")
    assert not is_alone("表.xlsx", b"other")
    assert keep("表.xlsx") is None
    assert keep("表.xlsx", "副本.xlsx") is not None
    assert not is_alone("表.xlsx")
    assert keep("副本.xlsx", "表.xlsx") is None


def test_a_commit_on_an_old_snapshot_is_refused(repository: Repository) -> None:
    late = Changes(repository.snapshot(), ROUND)
    late.put_record("b", "g", "t", {})
    put(repository, ("a", "g", "t", {}))
    with pytest.raises(MovedError):
        repository.commit(late, "late")
    assert list(repository.snapshot().records(ROUND)) == ["a"]


@pytest.mark.parametrize("bad", ["", "A", "-a", "a_b", "a" * 41, "a.b", "../a", "a\n"])
def test_a_bad_id_is_refused(repository: Repository, bad: str) -> None:
    with pytest.raises(XlsyncError, match="not a record id"):
        Changes(repository.snapshot(), ROUND).put_record(bad, "g", "t", {})


def test_what_git_users_add_is_kept_and_skipped(
    repository: Repository, git: Callable[..., str], tmp_path: Path
) -> None:
    put(repository, ("a", "g", "t", {"x": 1}))
    clone = tmp_path / "clone"
    git("clone", "-q", str(tmp_path / "库"), str(clone), folder=tmp_path)
    for name in ("README.md", "rounds/README.md", f"rounds/{ROUND}/g/note.txt", "rounds/x/y/z/b.c"):
        file = clone / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("note", encoding="utf-8")
    git("add", ".", folder=clone)
    git("commit", "-qm", "notes", folder=clone)
    git("push", "-q", folder=clone)
    put(repository, ("a", "g", "t", {"x": 2}))
    snapshot = repository.snapshot()
    assert snapshot.rounds() == [ROUND]
    assert list(snapshot.records(ROUND)) == ["a"]
    assert len(git("ls-tree", "-r", "main").splitlines()) == 6


_IDS = st.sampled_from(["a", "b-1", "c22"])
_NAMES = (
    st.sampled_from(["单位", "unit", "Unit", "", "..", ".git", "CON", "a/b", "长" * 99]) | st.text()
)
_VALUES = st.fixed_dictionaries({"x": st.integers(0, 2)})
_PUTS = st.tuples(_IDS, _NAMES, _NAMES, _VALUES)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from([ROUND, "2024/二上"]), st.lists(_PUTS)), max_size=5))
def test_any_puts_and_commits_read_back_as_a_dict(steps: list[tuple[str, list[Any]]]) -> None:
    model: dict[str, dict[str, tuple[str, str, dict[str, Any]]]] = {}
    with tempfile.TemporaryDirectory() as folder, Repository.init(Path(folder, "r")) as repository:
        for where, puts in steps:
            before = repository.snapshot().commit
            changes = Changes(repository.snapshot(), where)
            held = dict(model.get(where, {}))
            wanted = held | {key: (group, title, value) for key, group, title, value in puts}
            for one in puts:
                changes.put_record(*one)
            commit = repository.commit(changes, "step")
            assert (commit or before) == repository.snapshot().commit
            if wanted == held:
                assert commit is None
            if wanted:
                model[where] = wanted
            snapshot = repository.snapshot()
            read = {
                name: {key: snapshot.record(e) for key, e in snapshot.records(name).items()}
                for name in snapshot.rounds()
            }
            assert read == {
                name: {key: value for key, (_, _, value) in records.items()}
                for name, records in model.items()
            }


@settings(max_examples=25, deadline=None)
@given(
    st.lists(_PUTS, unique_by=lambda put: put[0]).flatmap(
        lambda puts: st.tuples(st.just(puts), st.permutations(puts))
    )
)
def test_the_order_of_puts_makes_no_difference(orders: tuple[list[Any], list[Any]]) -> None:
    trees = set()
    for order in orders:
        with tempfile.TemporaryDirectory() as folder, Repository.init(Path(folder, "r")) as made:
            changes = Changes(made.snapshot(), ROUND)
            for one in order:
                changes.put_record(*one)
            made.commit(changes, "all")
            trees.add(made.snapshot().tree)
    assert len(trees) == 1


def test_a_record_that_is_no_json_is_named(
    repository: Repository, git: Callable[..., str], tmp_path: Path
) -> None:
    put(repository, ("a", "g", "t", {"x": 1}))
    clone = tmp_path / "clone"
    git("clone", "-q", str(tmp_path / "库"), str(clone), folder=tmp_path)
    Path(clone, "rounds", ROUND, "g", "t.a.json").write_text("[", encoding="utf-8")
    Path(clone, "rounds", ROUND, "h").mkdir()
    git("commit", "-qam", "broken", folder=clone)
    git("push", "-q", folder=clone)
    snapshot = repository.snapshot()
    with pytest.raises(XlsyncError, match=r"t\.a\.json in the repository is not JSON"):
        snapshot.record(snapshot.records(ROUND)["a"])
    Path(clone, "rounds", ROUND, "h", "t.a.json").write_text(json.dumps({}), encoding="utf-8")
    git("add", ".", folder=clone)
    git("commit", "-qam", "double", folder=clone)
    git("push", "-q", folder=clone)
    with pytest.raises(XlsyncError, match="stands in two files"):
        repository.snapshot().records(ROUND)


def test_facts_are_read_anew_of_files_that_changed_only(
    repository: Repository, tmp_path: Path
) -> None:
    asked: list[str] = []

    def title(value: dict[str, Any], path: str) -> str:
        asked.append(path.rpartition("/")[2])
        found: str = value["title"]
        return found

    known = Facts()
    for number, title_of_b in enumerate(["乙", "乙", "丙"]):
        changes = Changes(repository.snapshot(), ROUND)
        changes.put_document("ledger/a.json", {"title": "甲"})
        changes.put_document("ledger/b.json", {"title": title_of_b})
        changes.put_record("r", "g", "t", {"number": min(number, 1)})
        repository.commit(changes, "put")
        with Repository.open(tmp_path / "库", known) as again:
            found = dict(again.snapshot().facts("ledger", title))
            entry = again.snapshot().records(ROUND)["r"]
            content = hashlib.sha256(again.snapshot().record_bytes(entry)).hexdigest()
            assert again.snapshot().digest(entry) == content
        assert found == {"a.json": "甲", "b.json": title_of_b}
    assert asked == ["a.json", "b.json", "b.json"]
    assert dict(repository.snapshot().facts("ledger", title)) == found
    assert asked[3:] == ["a.json", "b.json"]


def test_what_could_not_be_read_is_no_fact(repository: Repository, tmp_path: Path) -> None:
    changes = Changes(repository.snapshot(), ROUND)
    changes.put_document("ledger/a.json", {})
    repository.commit(changes, "put")

    def refuse(_: dict[str, Any], path: str) -> None:
        raise XlsyncError(path)

    with Repository.open(tmp_path / "库", Facts()) as again:
        for _ in range(2):
            with pytest.raises(XlsyncError, match=r"ledger/a\.json"):
                list(again.snapshot().facts("ledger", refuse))
