"""Coordinators whose repositories are of different formats; and what was done before an upgrade."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

import pytest
from dulwich.repo import Repo
from offices import FIRST, Office, git, join_both
from old_formats import in_format
from returning import ROUND, changed, whole
from running import FORMS, invoke

from xlsync import api
from xlsync.base.errors import XlsyncError
from xlsync.repository import Fork, Repository, layout
from xlsync.repository.objects import Objects
from xlsync.repository.rearranging import difference
from xlsync.repository.sealing import new_seal
from xlsync.rounds.deciding.undoing import undo
from xlsync.rounds.kept.outcomes import State
from xlsync.rounds.sharing.joining import join
from xlsync.rounds.sharing.syncing import sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECOND = whole("另一个", planned_end="2023-12-31")


@pytest.fixture
def offices(tmp_path: Path) -> Iterator[tuple[Office, Office]]:
    """Two repositories of format 1 that have the same, and sent out two projects."""
    with in_format(1):
        Repository.init(tmp_path / "town", {layout.SEAL: new_seal()}).close()
    town = Office(tmp_path / "town")
    town.send(FIRST, SECOND)
    git("clone", "--quiet", "--bare", town.folder, tmp_path / "district")
    district = Office(tmp_path / "district")
    with contextlib.closing(town.repository), contextlib.closing(district.repository):
        assert town.snapshot().arrangement.number == 1
        yield town, district


def is_same(office: Office, other: Office) -> bool:
    """Whether two offices hold the same, each in its format."""
    name = office.fetch(other, "other")
    with Repo(str(office.folder)) as repo:
        sides = office.snapshot(), office.repository.snapshot(name)
        return difference(Objects(repo.object_store), sides) is None


def _parallel(town: Office, district: Office) -> None:
    town.collect(changed(FIRST, annual_goal="甲"))
    district.collect(changed(FIRST, overall_goal="乙"))


def _contradict(town: Office, district: Office) -> None:
    town.collect(changed(FIRST, annual_goal="甲", planned_end="2023-11-30"))
    assert town.collect(changed(FIRST, annual_goal="乙")) is State.CONFLICT
    district.collect(changed(FIRST, annual_goal="丙", overall_goal="丁"))


def _renumber(town: Office, district: Office) -> None:
    for office, goal in ((town, "甲"), (district, "乙")):
        one = changed(FIRST, overall_goal=goal)
        office.collect(one)
        office.send(one)


def _rename(town: Office, district: Office) -> None:
    town.collect(changed(FIRST, project_name="改了名"), None)
    district.collect(changed(FIRST, annual_goal="乙"))
    district.collect(changed(SECOND, annual_goal="乙"))


def _take_back(town: Office, district: Office) -> None:
    town.collect(changed(FIRST, annual_goal="甲"))
    undo(town.repository, FORMS)
    undo(town.repository, FORMS)
    district.collect(changed(SECOND, annual_goal="乙"))


@pytest.mark.parametrize("work", [_parallel, _contradict, _renumber, _rename, _take_back])
def test_a_join_comes_to_the_same_in_all_formats(
    offices: tuple[Office, Office],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    work: Callable[[Office, Office], None],
) -> None:
    town, district = offices
    work(town, district)
    # An upgrade is a commit, and so are the later ones of two sides.
    monkeypatch.setattr(Fork, "moment", "2024-01-01T00:00:00+08:00")
    copies = [
        Office(shutil.copytree(one.folder, tmp_path / f"copy-{one.folder.name}"))
        for one in (town, district)
    ]
    with contextlib.closing(copies[0].repository), contextlib.closing(copies[1].repository):
        for other in (district, copies[1]):
            if other is copies[1]:
                other.repository.upgrade()
            copies[0].fetch(other, other.folder.name)
        town.join(district)
        copies[0].repository.upgrade()
        before = copies[0].snapshot().commit
        trees = set()
        for name in ("district", "copy-district"):
            git("-C", copies[0].folder, "update-ref", "refs/heads/main", before)
            join(copies[0].repository, FORMS, name)
            now = copies[0].snapshot()
            trees.add(now.tree)
            assert now.arrangement.number == 2
        assert len(trees) == 1
        assert is_same(copies[0], town)
        assert git("-C", copies[0].folder, "fsck", "--strict", "--no-dangling") == ""


def test_an_office_of_the_old_format_is_told_to_upgrade_first(
    offices: tuple[Office, Office],
) -> None:
    town, district = offices
    _parallel(town, district)
    town.repository.upgrade()
    before = district.snapshot().commit
    with pytest.raises(XlsyncError, match="run `xlsync upgrade` here"):
        sync(district.repository, FORMS, str(town.folder))
    assert district.snapshot().commit == before
    told = invoke("-R", district.folder, "sync", town.folder)
    assert (told.exit_code, "xlsync upgrade" in told.stderr) == (3, True)
    assert "Traceback" not in told.stderr
    assert invoke("-R", district.folder, "upgrade").exit_code == 0
    assert invoke("-R", district.folder, "sync", town.folder).exit_code == 0
    assert town.snapshot().tree == district.snapshot().tree
    expected = changed(FIRST, annual_goal="甲", overall_goal="乙")
    assert town.record() == district.record() == expected


def test_an_upgraded_office_takes_what_an_old_one_did_and_brings_it_along(
    offices: tuple[Office, Office],
) -> None:
    town, district = offices
    _parallel(town, district)
    town.repository.upgrade()
    done = sync(town.repository, FORMS, str(district.folder))
    assert done.is_sent
    assert district.snapshot().arrangement.number == 2
    assert district.snapshot().tree == town.snapshot().tree
    assert district.record() == changed(FIRST, annual_goal="甲", overall_goal="乙")
    assert district.collect(changed(SECOND, annual_goal="丙")) is State.NEW
    assert district.repository.check().is_sound


def test_both_upgraded_come_to_the_same_and_have_nothing_to_tell(
    offices: tuple[Office, Office],
) -> None:
    town, district = offices
    for one in offices:
        one.repository.upgrade()
    assert town.snapshot().tree == district.snapshot().tree
    joined = town.join(district)
    assert (joined.joints, joined.removed) == ((), ())
    _parallel(town, district)
    assert len(join_both(town, district).joints) == 1


def test_an_office_that_did_nothing_goes_on_to_the_new_format(
    offices: tuple[Office, Office],
) -> None:
    town, district = offices
    town.repository.upgrade()
    assert district.join(town).is_forward
    assert district.snapshot().arrangement.number == 2


def test_lines_that_met_twice_before_one_of_them_was_upgraded(
    offices: tuple[Office, Office], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The place where they parted is made of two merges of format 1."""
    monkeypatch.setattr(Fork, "moment", "2024-01-01T00:00:00+08:00")
    town, district = offices
    _contradict(town, district)
    theirs = town.fetch(district), district.fetch(town)
    for office, name in zip(offices, theirs, strict=True):
        join(office.repository, FORMS, name)
    town.collect(changed(SECOND, annual_goal="戊"))
    district.send(changed(FIRST, overall_goal="己"))
    upgraded = Office(shutil.copytree(town.folder, tmp_path / "upgraded"))
    with contextlib.closing(upgraded.repository):
        upgraded.repository.upgrade()
        for office in (town, upgraded):
            assert len(office.join(district).joints) == 1
        assert is_same(upgraded, town)
        assert git("-C", upgraded.folder, "fsck", "--strict") == ""
        assert district.join(upgraded).is_forward


def test_what_was_done_before_an_upgrade_can_be_undone_after_it(
    offices: tuple[Office, Office],
) -> None:
    town, _ = offices
    before = town.snapshot()
    town.collect(changed(FIRST, annual_goal="甲"))
    collected = town.snapshot().commit
    town.repository.upgrade()
    upgraded = town.snapshot()
    with pytest.raises(XlsyncError, match="不能撤销"):
        undo(town.repository, FORMS, upgraded.commit)
    assert undo(town.repository, FORMS, is_preview=True).target.commit == collected
    assert town.snapshot().commit == upgraded.commit
    done = undo(town.repository, FORMS)
    assert (done.target.commit, done.count, done.kept) == (collected, 1, ())
    with Repo(str(town.folder)) as repo:
        assert difference(Objects(repo.object_store), (before, town.snapshot())) is None
    # And the undoing, too.
    undo(town.repository, FORMS, done.commit)
    assert town.snapshot().tree == upgraded.tree


def test_an_old_backup_comes_back_as_it_was_and_can_be_upgraded(
    offices: tuple[Office, Office], tmp_path: Path
) -> None:
    town, _ = offices
    town.collect(changed(FIRST, annual_goal="甲"))
    api.backup(town.repository, tmp_path / "old.bundle")
    with api.recover(tmp_path / "old.bundle", tmp_path / "again") as again:
        assert api.is_outdated(again)
        assert again.snapshot().tree == town.snapshot().tree
        api.upgrade(again)
        assert not api.is_outdated(again)
        api.backup(again, tmp_path / "new.bundle")
        tree = again.snapshot().tree
    with api.recover(tmp_path / "new.bundle", tmp_path / "newer") as newer:
        assert newer.snapshot().tree == tree
        assert newer.check().is_sound
        assert list(newer.snapshot().documents(f"issued/{ROUND}"))
