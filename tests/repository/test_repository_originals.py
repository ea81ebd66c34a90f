"""Received files that lie beside git: kept, read, lost, damaged, moved, exchanged, backed up."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from killing import killed_at, needs_fork, touches_of
from old_formats import in_format
from running import invoke, record, save

from xlsync import api
from xlsync.base.acting import previewing
from xlsync.base.errors import XlsyncError
from xlsync.repository import Changes, Repository, layout
from xlsync.repository.arranging import is_place
from xlsync.repository.originals import FolderOriginals, OriginalError, pointed, pointer
from xlsync.rounds.deciding.undoing import undo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUND = "2023/一上"
DATA = b"PK\x03\x04 the very bytes"
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A repository whose originals lie beside it, and that has collected two files."""
    folder = tmp_path / "town"
    assert invoke("init", folder).exit_code == 0
    assert invoke("-R", folder, "upgrade", "--originals", "beside").exit_code == 0
    for name in ("一号", "二号"):
        collect(folder, save(tmp_path / f"{name}.json", record(name)))
    return folder


def collect(folder: Path, *files: Path, code: int = 0) -> str:
    done = invoke("-R", folder, "collect", ROUND, *files)
    assert done.exit_code == code, done.output
    return done.stdout


def originals(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "originals").rglob("*") if path.is_file())


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def bytes_of(folder: Path) -> list[bytes]:
    with Repository.open(folder) as repository:
        snapshot = repository.snapshot()
        return [snapshot.received_bytes(one) for one in snapshot.received(ROUND)]


# ---- a pointer, and what lies where it points ---------------------------------------------


def test_a_pointer_points_from_its_own_folder_alone() -> None:
    assert pointed(pointer(DIGEST), layout.key_of(DIGEST)) == DIGEST
    other = hashlib.sha256(pointer(DIGEST)).hexdigest()
    for data, key in (
        (pointer(DIGEST), layout.key_of(other)),
        (pointer("x" * 64), ""),
        (b'{"sha256": 1}', ""),
        (b'{"sha256": "' + DIGEST.encode() + b'", "x": 1}', ""),
        (b"{", ""),
        (b"[]", ""),
        (b"{" + b" " * 300 + b"}", ""),
        (DATA, layout.key_of(DIGEST)),
    ):
        assert pointed(data, key) is None


@pytest.mark.parametrize(
    ("place", "is_one"),
    [
        ("beside", True),
        ("s3://bucket/folder", True),
        ("s3://name:word@bucket/folder", False),
        ("elsewhere", False),
        ("", False),
        (None, False),
        ("file:///etc /x", False),
    ],
)
def test_a_place_is_a_folder_beside_or_an_address_without_a_password(
    place: object, *, is_one: bool
) -> None:
    assert is_place(place) is is_one
    assert not is_place(place, 1)


def test_a_folder_keeps_each_file_once_and_whole(tmp_path: Path) -> None:
    store = FolderOriginals(tmp_path / "store")
    assert list(store.digests()) == []
    assert not store.has(DIGEST)
    many = [(hashlib.sha256(bytes([one])).hexdigest(), bytes([one])) for one in range(100)]
    assert store.write([(DIGEST, DATA), *many]) == 101
    assert store.write([(DIGEST, DATA), *many[:5]]) == 0
    assert store.read(DIGEST) == DATA
    assert sorted(store.digests()) == sorted([DIGEST, *dict(many)])
    path = tmp_path / "store" / DIGEST[:2] / DIGEST
    path.chmod(0o644)
    path.write_bytes(DATA[:-1])
    with pytest.raises(OriginalError, match="已损坏"):
        store.read(DIGEST)
    assert store.write([(DIGEST, DATA)]) == 1
    assert store.read(DIGEST) == DATA
    path.unlink()
    with pytest.raises(OriginalError, match="不在本库的原件库里"):
        store.read(DIGEST)
    path.mkdir()
    with pytest.raises(OriginalError):
        store.read(DIGEST)


def test_an_original_that_cannot_be_written_ends_the_commit(tmp_path: Path, town: Path) -> None:
    shutil.rmtree(town / "originals")
    (town / "originals").write_text("in the way")
    before = git(town, "rev-parse", "main")
    done = invoke("-R", town, "collect", ROUND, save(tmp_path / "三号.json", record("三号")))
    assert done.exit_code == 3, done.output
    assert "没有提交" in done.stderr
    assert git(town, "rev-parse", "main") == before


# ---- collecting -----------------------------------------------------------------------------


def test_git_has_a_pointer_and_the_folder_the_bytes(town: Path, tmp_path: Path) -> None:
    files = [(tmp_path / f"{name}.json").read_bytes() for name in ("一号", "二号")]
    assert sorted(bytes_of(town)) == sorted(files)
    assert sorted(path.read_bytes() for path in originals(town)) == sorted(files)
    for path in git(town, "ls-tree", "-r", "-z", "--name-only", "main", "received").split("\0")[
        :-1
    ]:
        data = git(town, "show", f"main:{path}").encode()
        assert pointed(data, path.split("/")[4]) is not None
    done = invoke("-R", town, "check")
    assert (done.exit_code, "2 份原件" in done.stdout) == (0, True)
    out = tmp_path / "out"
    assert invoke("-R", town, "received", ROUND, "-o", out).exit_code == 0
    assert sorted(path.read_bytes() for path in out.iterdir()) == sorted(files)


def test_the_same_files_again_change_nothing(town: Path, tmp_path: Path) -> None:
    before, stood = git(town, "rev-parse", "main"), originals(town)
    collect(town, tmp_path / "一号.json", tmp_path / "二号.json")
    assert (git(town, "rev-parse", "main"), originals(town)) == (before, stood)
    # Under another name the same bytes are kept once.
    shutil.copyfile(tmp_path / "一号.json", tmp_path / "别名.json")
    collect(town, tmp_path / "别名.json")
    assert originals(town) == stood
    assert len(bytes_of(town)) == 3


def test_a_preview_keeps_no_original(town: Path, tmp_path: Path) -> None:
    stood = originals(town)
    file = save(tmp_path / "三号.json", record("三号"))
    assert invoke("-R", town, "collect", ROUND, file, "--dry-run").exit_code == 0
    assert originals(town) == stood


@pytest.mark.slow
@needs_fork
def test_what_is_killed_leaves_an_original_too_many_and_never_one_too_few(
    town: Path, tmp_path: Path
) -> None:
    counts, code, number = set(), 1, 0
    while code:
        number += 1
        folder = Path(shutil.copytree(town, tmp_path / f"copy{number}"))

        def work(folder: Path = folder) -> None:
            with Repository.open(folder) as repository:
                changes = Changes(repository.snapshot(), ROUND)
                digest = changes.put_received("a.xlsx", DATA)
                changes.put_document(layout.receipt_path(ROUND, digest), {"forms": []})
                repository.commit(changes, "one more")

        code = killed_at(number, work)
        counts.add(
            (len(bytes_of(folder)), len(list(FolderOriginals(folder / "originals").digests())))
        )
        assert invoke("-R", folder, "check").exit_code == 0
        work()
        assert DATA in bytes_of(folder)
        shutil.rmtree(folder)
    assert counts == {(2, 2), (2, 3), (3, 3)}


# ---- what is lost or damaged ----------------------------------------------------------------


def _lose(path: Path) -> None:
    path.unlink()


def _damage(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])


def _link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("harm", [_lose, _damage, _link])
def test_an_original_that_cannot_be_had_is_named_and_nothing_else_breaks(
    town: Path, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    lost, kept = originals(town)
    harm(lost)
    told = invoke("-R", town, "check")
    assert told.exit_code == 1
    assert told.stdout.count(lost.name[:16]) >= 1
    assert kept.name[:16] not in told.stdout
    for words in (
        ("status", ROUND),
        ("rounds",),
        ("received", ROUND),
        ("log", "一号"),
        ("show", "二号"),
    ):
        done = invoke("-R", town, *words)
        assert done.exit_code == 0, done.output
    out = tmp_path / "out"
    done = invoke("-R", town, "received", ROUND, "-o", out)
    assert (done.exit_code, lost.name[:16] in done.stderr) == (3, True)
    assert "Traceback" not in done.stderr
    assert [path.read_bytes() for path in out.iterdir()] == [kept.read_bytes()]
    collect(town, save(tmp_path / "三号.json", record("三号")))
    done = invoke("-R", town, "backup", tmp_path / "part.tar")
    assert (done.exit_code, lost.name[:16] in done.stdout) == (1, True)
    with api.recover(tmp_path / "part.tar", tmp_path / "again") as again:
        assert len(list(again.snapshot().originals.digests())) == 2


def test_a_lost_original_comes_back_with_its_file(town: Path, tmp_path: Path) -> None:
    stood, before = originals(town), git(town, "rev-parse", "main")
    for path in stood:
        path.unlink()
    collect(town, tmp_path / "一号.json", tmp_path / "二号.json")
    assert originals(town) == stood
    assert git(town, "rev-parse", "main") == before
    assert invoke("-R", town, "check").exit_code == 0


# ---- moving ---------------------------------------------------------------------------------


@pytest.fixture
def flat(tmp_path: Path) -> Iterator[Repository]:
    """A repository that holds its originals in git."""
    with api.init(tmp_path / "flat") as made:
        for name in ("一号", "二号"):
            api.collect(made, ROUND, [save(tmp_path / f"{name}.json", record(name))], is_new=True)
        yield made


def test_originals_move_out_of_git_by_one_commit(flat: Repository, tmp_path: Path) -> None:
    folder = tmp_path / "flat"
    before, stood = flat.snapshot(), bytes_of(folder)
    with previewing():
        assert flat.move_originals("beside").moved == 2
    assert flat.snapshot().commit == before.commit
    assert not (folder / "originals").exists()
    done = api.move_originals(flat, "beside")
    assert (done.moved, done.before) == (2, before.commit)
    assert len(originals(folder)) == 2
    assert bytes_of(folder) == stood
    assert [before.received_bytes(one) for one in before.received(ROUND)] == stood
    assert flat.check().is_sound
    assert api.move_originals(flat, "beside").commit is None


@pytest.mark.slow
@needs_fork
def test_a_move_that_is_killed_is_done_or_not_begun(flat: Repository, tmp_path: Path) -> None:
    assert flat.snapshot().arrangement.originals is None
    stood, code, number, places = bytes_of(tmp_path / "flat"), 1, 0, set()
    while code:
        number += 1
        folder = Path(shutil.copytree(tmp_path / "flat", tmp_path / f"copy{number}"))

        def work(folder: Path = folder) -> None:
            with Repository.open(folder) as repository:
                repository.move_originals("beside")

        code = killed_at(number, work)
        with Repository.open(folder) as repository:
            places.add(repository.snapshot().arrangement.originals)
        assert bytes_of(folder) == stood
        work()
        assert bytes_of(folder) == stood
        shutil.rmtree(folder)
    assert places == {None, "beside"}


def test_a_repository_of_format_1_is_upgraded_and_moved_at_once(tmp_path: Path) -> None:
    with in_format(1):
        assert invoke("init", tmp_path / "old").exit_code == 0
    collect(tmp_path / "old", save(tmp_path / "一号.json", record("一号")))
    words = ("-R", tmp_path / "old", "upgrade", "--originals", "beside")
    preview = invoke(*words, "--dry-run")
    assert (preview.exit_code, "将把 1 份原件" in preview.stdout) == (0, True)
    assert not originals(tmp_path / "old")
    done = invoke(*words)
    assert (done.exit_code, "已把 1 份原件" in done.stdout) == (0, True)
    assert len(originals(tmp_path / "old")) == 1
    assert invoke("-R", tmp_path / "old", "check").exit_code == 0
    with in_format(1), Repository.init(tmp_path / "older") as older, pytest.raises(XlsyncError):
        older.move_originals("beside")


def test_a_collection_from_before_the_move_can_be_undone(flat: Repository, tmp_path: Path) -> None:
    flat.move_originals("beside")
    done = undo(flat, api.forms())
    assert (done.count, done.kept) == (1, ())
    assert len(bytes_of(tmp_path / "flat")) == 1
    assert len(originals(tmp_path / "flat")) == 2
    undo(flat, api.forms(), done.commit)
    assert len(bytes_of(tmp_path / "flat")) == 2
    assert flat.check().is_sound


# ---- several repositories -------------------------------------------------------------------


def clone(folder: Path, name: str) -> Path:
    made = folder.with_name(name)
    subprocess.run(["git", "clone", "-q", "--bare", str(folder), str(made)], check=True)
    return made


def sync(folder: Path, other: Path, *more: str) -> str:
    done = invoke("-R", folder, "sync", other, *more)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_clone_has_none_until_it_brings_them(town: Path) -> None:
    other = clone(town, "other")
    assert originals(other) == []
    assert invoke("-R", other, "status", ROUND).exit_code == 0
    assert invoke("-R", other, "check").exit_code == 1
    assert "取来 0 份" not in sync(other, town)
    assert originals(other) == []
    assert "取来 2 份" in sync(other, town, "--originals", "--dry-run")
    assert originals(other) == []
    assert "取来 2 份" in sync(other, town, "--originals")
    assert invoke("-R", other, "check").exit_code == 0
    assert bytes_of(other) == bytes_of(town)


def test_what_is_shared_gets_the_originals_of_all(town: Path, tmp_path: Path) -> None:
    shared, other = clone(town, "shared"), clone(town, "other")
    collect(other, save(tmp_path / "三号.json", record("三号")))
    collect(town, save(tmp_path / "四号.json", record("四号")))
    assert "送去 1 份" in sync(other, shared)
    assert "送去 3 份" in sync(town, shared)
    assert len(originals(shared)) == 4
    assert invoke("-R", shared, "check").exit_code == 0
    told = sync(other, shared, "--originals")
    assert "取来 3 份" in told
    assert invoke("-R", other, "check").exit_code == 0


def test_what_lies_nowhere_is_counted(town: Path) -> None:
    other = clone(town, "other")
    originals(town)[0].unlink()
    assert "有 1 份原件本库和对方都没有" in sync(other, town, "--originals")
    assert len(originals(other)) == 1


def test_a_damaged_original_is_not_sent(town: Path) -> None:
    other = clone(town, "other")
    lost, kept = originals(town)
    _damage(lost)
    sync(town, other)
    assert [path.name for path in originals(other)] == [kept.name]


@pytest.mark.parametrize("first", [0, 1])
def test_one_moves_its_originals_while_the_other_collects(
    flat: Repository, tmp_path: Path, first: int
) -> None:
    """The same file came to both, and another one to each of them."""
    offices = [tmp_path / "flat", clone(tmp_path / "flat", "other")]
    flat.move_originals("beside")
    both, third = (save(tmp_path / f"{one}.json", record(one)) for one in ("同", "三"))
    for office in offices:
        collect(office, both)
    collect(offices[1], third)
    sync(offices[first], offices[1 - first], "--originals")
    sync(offices[1 - first], offices[first], "--originals")
    assert len({git(one, "rev-parse", "main^{tree}") for one in offices}) == 1
    for office in offices:
        assert len(bytes_of(office)) == 4
        assert invoke("-R", office, "check").exit_code == 0
        assert invoke("-R", office, "upgrade", "--originals", "beside").exit_code == 0
        assert len(bytes_of(office)) == 4
        assert len(originals(office)) >= 4


def test_who_had_them_in_git_gets_them_where_another_has_moved_them(
    flat: Repository, tmp_path: Path
) -> None:
    other = clone(tmp_path / "flat", "other")
    flat.move_originals("beside")
    assert "取来 2 份" in sync(other, tmp_path / "flat")
    assert bytes_of(other) == bytes_of(tmp_path / "flat")
    assert "原件" not in sync(other, tmp_path / "flat")


def test_the_same_small_file_counts_as_git_has_it(flat: Repository, tmp_path: Path) -> None:
    """A file that is shorter than a pointer; one side has moved, and each took it in by itself."""
    other = clone(tmp_path / "flat", "other")
    flat.move_originals("beside")
    with Repository.open(other) as opened:
        for repository in (flat, opened):
            changes = Changes(repository.snapshot(), ROUND)
            digest = changes.put_received("a.txt", b"x")
            changes.put_document(layout.receipt_path(ROUND, digest), {"forms": []})
            repository.commit(changes, "small")
    sync(other, tmp_path / "flat")
    shutil.rmtree(other / "originals" / digest[:2], ignore_errors=True)
    assert b"x" in bytes_of(other)


def test_places_that_differ_are_told(flat: Repository, tmp_path: Path) -> None:
    other = clone(tmp_path / "flat", "other")
    flat.move_originals("beside")
    with Repository.open(other) as opened:
        changes = Changes(opened.snapshot())
        changes.put_document(layout.MARKER, {"format": 2, "originals": "s3://bucket/x"})
        opened.commit(changes, "elsewhere")
    done = invoke("-R", other, "sync", tmp_path / "flat")
    assert (done.exit_code, "放在不同的地方" in done.stderr) == (3, True)


def test_two_that_never_met_keep_originals_where_one_of_them_does(
    town: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    assert invoke("init", other).exit_code == 0
    collect(other, save(tmp_path / "三号.json", record("三号")))
    sync(other, town)
    assert invoke("-R", town, "sync", other, "--originals").exit_code == 0
    for folder in (town, other):
        assert len(bytes_of(folder)) == 3
        assert invoke("-R", folder, "check").exit_code == 0


def test_a_known_file_under_another_name_needs_no_bytes(flat: Repository, tmp_path: Path) -> None:
    """Git has the file in its history; where it lies now nobody was asked."""
    changes = Changes(flat.snapshot())
    changes.put_document(layout.MARKER, {"format": 2, "originals": "s3://nobody/asked"})
    flat.commit(changes, "elsewhere")
    shutil.copyfile(tmp_path / "一号.json", tmp_path / "别名.json")
    collect(tmp_path / "flat", tmp_path / "别名.json")
    assert bytes_of(tmp_path / "flat").count((tmp_path / "一号.json").read_bytes()) == 2


def test_one_undoes_what_the_other_has_moved(flat: Repository, tmp_path: Path) -> None:
    other = clone(tmp_path / "flat", "other")
    flat.move_originals("beside")
    assert invoke("-R", other, "undo").exit_code == 0
    sync(tmp_path / "flat", other, "--accept-removal")
    assert len(bytes_of(tmp_path / "flat")) == len(bytes_of(other)) == 1
    assert flat.check().is_sound


# ---- backups --------------------------------------------------------------------------------


def test_a_backup_has_the_originals_too(town: Path, tmp_path: Path) -> None:
    assert invoke("-R", town, "undo").exit_code == 0
    assert invoke("-R", town, "backup", tmp_path / "town.tar").exit_code == 0
    stood, content = [path.name for path in originals(town)], bytes_of(town)
    shutil.rmtree(town)
    assert invoke("recover", tmp_path / "town.tar", town, "--dry-run").exit_code == 0
    assert not town.exists()
    assert invoke("recover", tmp_path / "town.tar", town).exit_code == 0
    assert ([path.name for path in originals(town)], bytes_of(town)) == (stood, content)
    assert len(stood) == 2
    assert invoke("-R", town, "check").exit_code == 0


@pytest.mark.parametrize("keep", [0, 100, 600, 5000, -1, -600, -1100, -11000])
def test_a_cut_backup_restores_nothing(town: Path, tmp_path: Path, keep: int) -> None:
    file = tmp_path / "town.tar"
    assert invoke("-R", town, "backup", file).exit_code == 0
    data = file.read_bytes()
    # The end of a tar file is filled up with zeros, which say nothing.
    file.write_bytes(data.rstrip(b"\0")[:keep])
    with pytest.raises(XlsyncError, match="不是完整的备份"):
        api.recover(file, tmp_path / "again")
    assert not (tmp_path / "again").exists()


# ---- what killed writes leave behind ------------------------------------------------------

OLD = 15 * 24 * 3600
"""Seconds after which nobody is still about to point to a file."""


def aged(*files: Path) -> None:
    for path in files:
        then = time.time() - OLD
        os.utime(path, (then, then))


@pytest.fixture
def strays(town: Path) -> list[Path]:
    """An original that nothing points to, and half of one, both old; everything else is old too."""
    (town / "originals" / DIGEST[:2]).mkdir(exist_ok=True)
    made = [town / "originals" / DIGEST[:2] / name for name in (DIGEST, "tmp_half")]
    for path in made:
        path.write_bytes(DATA)
    aged(*originals(town))
    return made


def test_what_killed_writes_left_is_told_and_removed_when_asked(
    town: Path, strays: list[Path]
) -> None:
    stood, before = originals(town), bytes_of(town)
    told = invoke("-R", town, "check").stdout
    assert "没有哪个版本用到的原件 1 份、没写完的文件 1 个" in told
    assert "将清理" in invoke("-R", town, "check", "--tidy", "-n").stdout
    assert originals(town) == stood, "nothing was removed yet"
    found = json.loads(invoke("-R", town, "check", "--tidy", "--json").stdout)
    assert found["unneeded"] == {"originals": 1, "leftovers": 1, "size": 2 * len(DATA)}
    assert originals(town) == [one for one in stood if one not in strays]
    assert bytes_of(town) == before
    assert "清理" not in invoke("-R", town, "check").stdout


def test_what_is_young_or_none_of_ours_stays(town: Path, strays: list[Path]) -> None:
    for path in strays:
        os.utime(path)
    other = strays[0].with_name("别人的.txt")
    other.write_text("x")
    aged(other)
    assert "清理" not in invoke("-R", town, "check", "--tidy").stdout
    assert [one.exists() for one in (*strays, other)] == [True] * 3


@pytest.mark.parametrize("how", ["undone", "branch", "dangling"])
def test_what_any_version_points_to_stays(town: Path, tmp_path: Path, how: str) -> None:
    """An undo can be taken back, another branch come back, and git keeps what it let go a while."""
    head = git(town, "rev-parse", "main").strip()
    collect(town, save(tmp_path / "三号.json", record("三号")))
    stood = originals(town)
    if how == "undone":
        assert invoke("-R", town, "undo").exit_code == 0
    else:
        if how == "branch":
            git(town, "branch", "other", "main")
        git(town, "update-ref", "refs/heads/main", head)
    aged(*stood)
    assert len(bytes_of(town)) == 2
    assert invoke("-R", town, "check", "--tidy").exit_code == 0
    assert originals(town) == stood


def test_a_file_that_comes_again_is_no_leftover(town: Path, strays: list[Path]) -> None:
    """Its commit is on its way, and may be slower than a tidy."""
    assert FolderOriginals(town / "originals").write([(DIGEST, DATA)]) == 0
    invoke("-R", town, "check", "--tidy")
    assert [one.exists() for one in strays] == [True, False]


def test_nothing_is_removed_beside_a_damaged_repository(town: Path, strays: list[Path]) -> None:
    """What cannot be read may point to anything."""
    kept = next(one for one in originals(town) if one not in strays)
    kept.write_bytes(b"another")
    aged(kept)
    assert invoke("-R", town, "check", "--tidy").exit_code == 1
    assert all(one.exists() for one in strays)


@pytest.mark.parametrize("how", ["shared", "in git"])
def test_what_others_may_need_is_never_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Two repositories share a folder, and none of them knows what the other one keeps there."""
    shared = tmp_path / "共用原件"
    shared.mkdir()
    monkeypatch.setenv("XLSYNC_ORIGINALS", shared.as_uri())
    for name in ("甲", "乙"):
        invoke("init", tmp_path / name)
        if how == "shared":
            invoke("-R", tmp_path / name, "upgrade", "--originals", shared.as_uri())
        collect(tmp_path / name, save(tmp_path / f"{name}.json", record(name)))
    stood = [one for one in sorted(shared.rglob("*")) if one.is_file()]
    assert len(stood) == (2 if how == "shared" else 0)
    aged(*stood)
    assert "清理" not in invoke("-R", tmp_path / "甲", "check").stdout
    assert "一份也不删" in invoke("-R", tmp_path / "甲", "check", "--tidy").stdout
    assert all(one.exists() for one in stood)
    assert invoke("-R", tmp_path / "乙", "check").exit_code == 0


@needs_fork
@pytest.mark.slow
def test_a_tidy_that_is_killed_leaves_what_is_needed(town: Path, strays: list[Path]) -> None:
    stood = [one for one in originals(town) if one not in strays]

    def work() -> None:
        with Repository.open(town) as repository:
            repository.check(tidy=True)

    touches = touches_of(work, town.parent / "touches")
    for path in strays:
        path.write_bytes(DATA)
    aged(*strays)
    for number in range(touches, max(0, touches - 12), -1):
        assert killed_at(number, work) != 0
        assert set(stood) <= set(originals(town))
    with Repository.open(town) as repository:
        assert repository.check(tidy=True).is_sound
    assert originals(town) == stood
