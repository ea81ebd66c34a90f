"""Format 1, format 2, and the way from one to the other."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from killing import killed_at, needs_fork
from old_formats import in_format
from running import times

from xlsync.base.acting import previewing
from xlsync.base.errors import XlsyncError
from xlsync.repository import Changes, MovedError, Repository, layout
from xlsync.repository.arranging import NEWEST, Arrangement, shard_of
from xlsync.repository.rearranging import difference, rearranged
from xlsync.repository.upgrading import Upgraded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlsync.repository import Snapshot

ROUND, LATER = "2023/一上", "2023/二上"
ID, DIGEST = "c2209103998582", hashlib.sha256(b"x").hexdigest()
OF_RECORDS: list[Callable[[str, str], str]] = [
    *(layout.issued_path, layout.withdrawn_path, layout.merged_path, layout.decisions_path),
    lambda name, one: layout.conflict_path(name, one, hashlib.sha256(one.encode()).hexdigest()),
]
OF_ROUNDS = [layout.deadlines_path, layout.closed_path, layout.ticks_path, layout.ceilings_path]

STEMS = [
    "issued",
    "conflicts",
    "receipts",
    "rounds",
    "2023",
    "一上",
    "3f",
    "ab",
    "ca",
    "a",
    "a.json",
    "ca.json",
    "x.txt",
    "UP.json",
]

Step = tuple[str, str, str, int]


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Repository]:
    """A repository of format 1 that holds something of everything."""
    with in_format(1), Repository.init(tmp_path / "old") as made:
        for number in range(3):
            fill(made, number)
        yield made


def fill(repository: Repository, number: int, name: str = ROUND) -> str | None:
    """One commit that puts something into every folder of a round."""
    changes = Changes(repository.snapshot(), name)
    changes.put_record(
        f"a{number}", f"g{number % 2}", f"t{number}", {"id": f"a{number}", "x": number}
    )
    digest = changes.put_received(f"{number}.xlsx", f"bytes {number}".encode())
    changes.put_document(layout.receipt_path(name, digest), {"of": number})
    for make in OF_RECORDS:
        changes.put_document(make(name, f"a{number}"), {"group": "g", "title": "t", "x": number})
    for of_round in OF_ROUNDS:
        changes.put_document(of_round(name), {"x": number})
    return repository.commit(changes, f"fill {number}")


def seen(snapshot: Snapshot) -> dict[str, Any]:
    """Everything that can be asked of a snapshot."""
    found: dict[str, Any] = {"rounds": snapshot.rounds()}
    for name in snapshot.rounds():
        records = snapshot.records(name)
        received = snapshot.received(name)
        found[name] = {
            "records": [(one, snapshot.record(one)) for one in records.values()],
            "outstanding": snapshot.outstanding(name),
            "received": [(one, snapshot.received_bytes(one)) for one in received],
            "lists": [snapshot.document(of_round(name)) for of_round in OF_ROUNDS],
        }
        for top in ("issued", "receipts", "withdrawn", "merged", "decisions"):
            folder = f"{top}/{name}"
            found[folder] = list(snapshot.documents(folder))
            assert found[folder] == list(snapshot.facts(folder, lambda one, _: one))
            paths = [f"{folder}/{one}" for one in snapshot.names(folder)]
            assert [snapshot.document(path) for path in paths] == [one for _, one in found[folder]]
            assert snapshot.find_all(paths).keys() == set(paths)
        found["conflicts"] = {
            one: list(snapshot.documents(layout.conflict_folder(name, one)))
            for one in snapshot.names(f"conflicts/{name}")
        }
    return found


# ---- where things are stored ------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "stored"),
    [
        (layout.issued_path(ROUND, ID), f"issued/{ROUND}/{{}}/{ID}.json"),
        (
            layout.conflict_path(ROUND, ID, DIGEST),
            f"conflicts/{ROUND}/{{}}/{ID}/{DIGEST[:16]}.json",
        ),
        (layout.receipt_path(ROUND, DIGEST), f"receipts/{ROUND}/2d/{DIGEST[:16]}.json"),
        (
            layout.received_path(ROUND, DIGEST, "a.xlsx"),
            f"received/{ROUND}/2d/{DIGEST[:16]}/a.xlsx",
        ),
        (layout.record_path(ROUND, ID, "g", "t"), f"rounds/{ROUND}/g/t.{ID}.json"),
        (layout.ticks_path(ROUND), f"ticks/{ROUND}.json"),
        (layout.MARKER, layout.MARKER),
        (f"issued/{ROUND}", f"issued/{ROUND}"),
        (f"issued/{ROUND}/README.txt", f"issued/{ROUND}/README.txt"),
        (f"issued/{ROUND}/UPPER.json", f"issued/{ROUND}/UPPER.json"),
    ],
)
def test_format_2_stores_what_grows_in_shards(path: str, stored: str) -> None:
    stored = stored.format(hashlib.sha256(ID.encode()).hexdigest()[:2])
    assert (Arrangement(1).stored(path), Arrangement(1).named(path)) == (path, path)
    assert (NEWEST.stored(path), NEWEST.named(stored)) == (stored, path)


_PARTS = st.sampled_from([*STEMS, DIGEST[:16], f"{DIGEST[:16]}.json"])


@given(st.lists(_PARTS, min_size=1, max_size=7).map("/".join))
def test_every_place_has_a_path_of_its_own(stored: str) -> None:
    for one in (Arrangement(1), NEWEST):
        assert one.stored(one.named(stored)) == stored


def test_numbers_that_count_up_spread_as_well_as_others() -> None:
    shards = {shard_of("issued", f"{number:016x}.json") for number in range(4000)}
    assert len(shards) == 256


def test_one_more_entry_writes_one_shard_anew(
    repository: Repository, git: Callable[..., str]
) -> None:
    changes = Changes(repository.snapshot(), ROUND)
    for number in range(600):
        changes.put_document(layout.issued_path(ROUND, f"a{number}"), {"x": number})
    repository.commit(changes, "many")
    changes = Changes(repository.snapshot(), ROUND)
    changes.put_document(layout.issued_path(ROUND, "b"), {})
    repository.commit(changes, "one more")
    shard = git("ls-tree", f"main:issued/{ROUND}/{shard_of('issued', 'b.json')}").splitlines()
    assert 1 <= len(shard) < 20
    assert len(git("diff-tree", "-r", "-t", "main~1", "main").splitlines()) == 5


# ---- the same by content ----------------------------------------------------------------

_STEPS = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(["record", "file", "document", "drop", "round"]),
            st.sampled_from([ROUND, LATER]),
            st.sampled_from(["a", "b", "a-b", "b1", "ff", "0123456789abcdef"]),
            st.integers(0, 4),
        ),
        max_size=5,
    ),
    max_size=4,
)


def _work(repository: Repository, steps: list[Step]) -> None:
    """One commit a round."""
    for name in (ROUND, LATER):
        changes = Changes(repository.snapshot(), name)
        for kind, _, one, number in (step for step in steps if step[1] == name):
            make = OF_RECORDS[number]
            match kind:
                case "record":
                    changes.put_record(one, f"g{number % 2}", one, {"x": number})
                case "file":
                    digest = changes.put_received(f"{one}.xlsx", f"{one}{number}".encode())
                    changes.put_document(layout.receipt_path(name, digest), {"of": one})
                case "document":
                    names = {"group": "g", "title": one}
                    changes.put_document(make(name, one), {"x": number, **names})
                case "drop":
                    changes.drop(make(name, one))
                case _:
                    changes.put_document(OF_ROUNDS[number % 4](name), {"x": number})
        repository.commit(changes, "step")


@pytest.mark.slow
@settings(max_examples=times(60), deadline=None)
@given(_STEPS)
def test_any_sequence_comes_to_the_same_in_both_formats(steps: list[list[Step]]) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        with in_format(1):
            old = stack.enter_context(Repository.init(Path(folder, "old")))
        new = stack.enter_context(Repository.init(Path(folder, "new")))
        at = len(steps) // 2
        for number, one in enumerate(steps):
            if number == at:
                other = shutil.copytree(Path(folder, "old"), Path(folder, "upgraded"))
                upgraded = stack.enter_context(Repository.open(other))
                upgraded.upgrade()
            for repository in (old, new, *([upgraded] if number >= at else [])):
                _work(repository, one)
        assert seen(old.snapshot()) == seen(new.snapshot())
        # Wherever it was upgraded, the folders are those of a repository that never was otherwise.
        old.upgrade()
        assert old.snapshot().tree == new.snapshot().tree
        if steps:
            assert upgraded.snapshot().tree == new.snapshot().tree


# ---- upgrading --------------------------------------------------------------------------


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def test_format_1_is_written_as_format_1(old: Repository, tmp_path: Path) -> None:
    listing = _git(tmp_path / "old", "ls-tree", "-r", "--name-only", "main")
    assert "issued/2023/" in listing
    assert {line.count("/") for line in listing.splitlines() if line.startswith('"issued')} == {3}
    assert old.snapshot().arrangement.number == 1


def test_an_upgrade_is_one_commit_that_holds_the_same(old: Repository, tmp_path: Path) -> None:
    before = old.snapshot()
    content = seen(before)
    done = old.upgrade()
    assert done == Upgraded(1, 2, before.commit, old.snapshot().commit)
    assert old.snapshot().arrangement == NEWEST
    assert seen(old.snapshot()) == content == seen(old.snapshot(before.commit)) == seen(before)
    assert len(old.history()) == 5
    assert _git(tmp_path / "old", "fsck", "--strict", "--full") == ""
    assert old.check().is_sound
    with Repository.open(tmp_path / "old") as again:
        assert seen(again.snapshot()) == content
        assert again.upgrade() == Upgraded(2, 2, done.commit or "", None)
        assert fill(again, 7) is not None
        assert seen(again.snapshot(before.commit)) == content


def test_a_preview_of_an_upgrade_writes_nothing(old: Repository, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "old").rglob("*")}
    with previewing():
        assert old.upgrade().number == 2
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "old").rglob("*")} == before
    assert old.snapshot().arrangement.number == 1


def test_the_history_from_before_an_upgrade_stays_readable(old: Repository) -> None:
    first, moved = old.history()[1], old.log("a1")
    old.upgrade()
    assert old.log("a1") == moved
    snapshot, name, entry = old.resolve(f"{ROUND}/a1@{first.commit}")
    assert (name, snapshot.record(entry)) == (ROUND, {"id": "a1", "x": 1})


def test_an_upgrade_that_loses_a_race_changes_nothing(
    old: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def first(*sides: Any) -> str | None:
        fill(other, 9)
        return difference(*sides)

    with Repository.open(tmp_path / "old") as other:
        monkeypatch.setattr("xlsync.repository.upgrading.difference", first)
        with pytest.raises(MovedError):
            old.upgrade()
    assert old.snapshot().arrangement.number == 1


def test_what_would_not_be_the_same_is_not_upgraded(
    old: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in making the new folders is found before the branch moves."""
    before = old.snapshot().commit

    def wrong(*given: Any) -> object:
        with monkeypatch.context() as patch:
            patch.setattr("xlsync.repository.rearranging.shard_of", lambda *_: "00")
            return rearranged(*given)

    monkeypatch.setattr("xlsync.repository.upgrading.rearranged", wrong)
    with pytest.raises(XlsyncError, match="would not be the same"):
        old.upgrade()
    assert old.snapshot().commit == before


@pytest.mark.slow
@needs_fork
def test_an_upgrade_that_is_killed_leaves_the_old_or_the_new(
    old: Repository, tmp_path: Path
) -> None:
    content = seen(old.snapshot())
    code, number, formats = 1, 0, set()
    while code:
        number += 1
        folder = shutil.copytree(tmp_path / "old", tmp_path / f"copy{number}")

        def work(folder: Path = folder) -> None:
            with Repository.open(folder) as repository:
                repository.upgrade()

        code = killed_at(number, work)
        with Repository.open(folder) as repository:
            formats.add(repository.snapshot().arrangement.number)
            assert seen(repository.snapshot()) == content
            repository.upgrade()
            assert seen(repository.snapshot()) == content
    assert formats == {1, 2}


# ---- what somebody put there ------------------------------------------------------------


def _commit(folder: Path, tmp_path: Path, change: Callable[[Path], object]) -> None:
    """Change the files of a clone, and push it back."""
    work = tmp_path / "work"
    subprocess.run(["git", "clone", "-q", str(folder), str(work)], check=True)
    change(work)
    _git(work, "add", "-A")
    _git(work, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x")
    _git(work, "push", "-q", "origin", "HEAD:main")
    shutil.rmtree(work)


def _put(path: str) -> Callable[[Path], object]:
    def put(work: Path) -> None:
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_text("{}", encoding="utf-8")

    return put


STRAY = [f"issued/{ROUND}/notes.txt", f"issued/{ROUND}/sub/a.json", "issued/a.json", "other/b"]


@pytest.mark.parametrize("path", STRAY)
def test_what_is_not_of_xlsync_is_upgraded_as_it_is(
    old: Repository, tmp_path: Path, path: str
) -> None:
    _commit(tmp_path / "old", tmp_path, _put(path))
    old.upgrade()
    assert _git(tmp_path / "old", "show", f"main:{path}") == "{}"
    assert old.snapshot().document(path) == {}


def test_what_stands_in_the_way_of_a_shard_is_named(old: Repository, tmp_path: Path) -> None:
    place = f"issued/{ROUND}/{shard_of('issued', 'a1.json')}"
    _commit(tmp_path / "old", tmp_path, _put(f"{place}/c.json"))
    with pytest.raises(XlsyncError, match=f"{place} in the repository is not of xlsync"):
        old.upgrade()
    assert old.snapshot().arrangement.number == 1


@pytest.mark.parametrize("place", ["issued/{}/a1.json", "issued/{}/00/a1.json", "merged/{}/00/x"])
def test_what_lies_where_no_path_leads_is_told_by_check(
    old: Repository, tmp_path: Path, place: str
) -> None:
    old.upgrade()
    content = seen(old.snapshot())
    _commit(tmp_path / "old", tmp_path, _put(place.format(ROUND)))
    assert seen(old.snapshot()) == content
    (fault,) = old.check().faults
    assert fault.startswith(place.format(ROUND))


@pytest.mark.parametrize(
    "marker", ['{"format": 3}', '{"format": true}', '{"format": 2, "x": 1}', "[2]", "{}", "{"]
)
def test_a_format_that_is_not_known_is_refused(
    old: Repository, tmp_path: Path, marker: str
) -> None:
    def change(work: Path) -> None:
        (work / layout.MARKER).write_text(marker, encoding="utf-8")

    before = old.snapshot().commit
    _commit(tmp_path / "old", tmp_path, change)
    with pytest.raises(XlsyncError, match="update xlsync" if marker != "{" else "not JSON"):
        Repository.open(tmp_path / "old")
    with pytest.raises(XlsyncError, match="update xlsync" if marker != "{" else "not JSON"):
        old.snapshot().names(f"issued/{ROUND}")
    assert seen(old.snapshot(before))["rounds"] == [ROUND]
