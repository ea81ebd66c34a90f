"""Collections that are killed, that run at the same time, or that find the disk full."""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from killing import killed_at, needs_fork
from returning import ROUND, changed, send, whole
from running import FORM, FORMS, PROGRAM, record, save, settings

from xlsync import api
from xlsync.base.errors import XlsyncError
from xlsync.base.record import canonical_bytes
from xlsync.exchange.workbooks import workbook
from xlsync.repository import Repository, layout, packing, writing
from xlsync.repository.sealing import ensure_seal, seal_keys
from xlsync.rounds.returned import incoming
from xlsync.rounds.returned.collecting import collect
from xlsync.rounds.sending.issuing import Ticket

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.record import Json

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("XLSYNC_TEST_KILLS", "24"))
"""How many collections are killed; set it to hundreds for a long run."""

NAMES = ("甲", "乙", "丙")


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A repository of a round with three projects that went out."""
    folder = tmp_path / "库"
    with Repository.init(folder) as repository:
        ensure_seal(repository, ROUND)
        send(repository, *map(whole, NAMES))
    return folder


def returned(town: Path, folder: Path) -> list[Path]:
    """Two copies of one workbook, one of another that has an error, and a correction."""
    with Repository.open(town) as repository:
        key = seal_keys(repository.snapshot())[0]
    first, second = whole("甲"), whole("乙")
    filled = {
        "一.xlsx": changed(first, annual_goal="甲改"),
        "二.xlsx": changed(first, overall_goal="乙改"),
        "三.xlsx": changed(second, funds__fiscal="1.00"),
    }
    folder.mkdir()
    for name, one in filled.items():
        form = FORMS[one["form"]]
        manifest = Ticket(canonical_bytes(one), ROUND, 1, None).manifest(form, key)
        (folder / name).write_bytes(workbook(form, one, manifest=manifest))
    return [*(folder / name for name in filled), save(folder / "四.json", whole("丙"))]


def contents(repository: Repository) -> tuple[dict[str, object], list[str]]:
    snapshot = repository.snapshot()
    records = {key: snapshot.record(one) for key, one in snapshot.records(ROUND).items()}
    return records, snapshot.names(f"{layout.RECEIVED}/{ROUND}")


def collect_and_die(town: Path, paths: list[Path], event_number: int) -> bool:
    """Collect in a child that is killed at its n-th touch of the disk; True if it got through."""

    def work() -> None:
        with Repository.open(town) as repository:
            collect(repository, FORMS, ROUND, paths, returning=True)

    return killed_at(event_number, work) == 0


@needs_fork
def test_a_collection_that_is_killed_loses_nothing_and_the_next_one_finishes(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_PATIENCE", 0.0)
    paths = returned(town, tmp_path / "in")
    whole_one = shutil.copytree(town, tmp_path / "whole")
    with Repository.open(whole_one) as repository:
        collect(repository, FORMS, ROUND, paths, returning=True)
        expected = contents(repository)
    last = next(n for n in (64, 128, 256, 512, 1024) if collect_and_die(_copy(town), paths, n))
    chance = random.Random(5)  # noqa: S311 - the same points each time
    points = chance.sample(range(1, last), min(KILLS, last - 1))
    outcomes = set()
    for number in points:
        copy = _copy(town)
        done = collect_and_die(copy, paths, number)
        with Repository.open(copy) as repository:
            found = contents(repository)
            outcomes.add(found == expected)
            assert found in (expected, ({}, [])), f"killed at {number}"
            assert found == expected or not done
            collect(repository, FORMS, ROUND, paths, returning=True)
            assert contents(repository) == expected
            assert collect(repository, FORMS, ROUND, paths, returning=True).commit is None
        _fsck(copy)
        assert not [one for one in copy.iterdir() if one.name.startswith("tmp")]
    assert False in outcomes


def _copy(town: Path) -> Path:
    target = town.parent / "copy"
    shutil.rmtree(target, ignore_errors=True)
    return shutil.copytree(town, target)


def _fsck(folder: Path) -> None:
    done = subprocess.run(
        ["git", "-C", folder, "fsck", "--strict", "--no-dangling"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_collections_at_the_same_time_lose_nothing(town: Path, tmp_path: Path) -> None:
    paths = returned(town, tmp_path / "in")
    command = [*PROGRAM, "-R", str(town), "collect", ROUND]
    running = [
        subprocess.Popen([*command, path], env=settings(), stdout=-1, stderr=-1) for path in paths
    ]
    codes = [(one.communicate(), one.returncode)[1] for one in running]
    assert sorted(codes) == [0, 0, 0, 1], "the one with an error says so"
    with Repository.open(town) as repository:
        records, received = contents(repository)
        assert len(received) == 4
        goals = {one["project_name"]: one["annual_goal"] for one in records.values()}  # type: ignore[index]
        assert goals["甲"] == "甲改"
        assert set(goals) == {"甲", "丙"}
        before = repository.snapshot().tree
        assert collect(repository, FORMS, ROUND, paths).commit is None
        assert repository.snapshot().tree == before
    _fsck(town)


@pytest.mark.parametrize("place", ["spool", "pack"])
def test_a_full_disk_is_said_and_the_repository_is_as_it_was(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    paths = returned(town, tmp_path / "in")
    with Repository.open(town) as repository:
        before = repository.snapshot().commit
        with monkeypatch.context() as patch:
            if place == "pack":
                patch.setattr(packing.os, "fsync", _full)
            else:
                patch.setattr("xlsync.repository.spool._IN_MEMORY", 1)
                patch.setattr("tempfile.TemporaryFile", _full)
            with pytest.raises(XlsyncError, match="No space left on device"):
                collect(repository, FORMS, ROUND, paths)
        assert repository.snapshot().commit == before
        assert collect(repository, FORMS, ROUND, paths).commit is not None
    assert not [*(town / "objects" / "pack").glob("tmp*")]
    _fsck(town)


def _full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


NESTED = "[" * 700 + "]" * 700


@pytest.mark.parametrize(
    "text",
    [
        NESTED,
        f'{{"form": "{FORM}", "indicators": {NESTED}}}',
        f'{{"form": "{FORM}", "year": {"9" * 5000}}}',
        '{"record": null, "problems": [{"code": [], "severity": ["error"], "message": {}}]}',
        f'{{"record": {{"form": {{}}, "id": {NESTED}}}, "problems": 1}}',
        '{"form": "\\ud800", "id": "\\ud800"}',
        "\x00\x01{",
    ],
    ids=["lists", "rows", "number", "problems", "form", "half", "bytes"],
)
def test_no_file_ends_the_collection_of_the_others(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "来"
    save(folder / "a.json", record("好的一份"))
    (folder / "b.json").write_text(text, encoding="utf-8")
    with api.init(tmp_path / "库") as repository:
        made = api.collect(repository, ROUND, [folder])
        assert {one.path.name: one.is_accepted for one in made.outcomes} == {
            "a.json": True,
            "b.json": False,
        }
        assert api.collect(repository, ROUND, [folder]).commit is None


def test_a_reader_that_breaks_ends_only_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "来"
    save(folder / "a.json", record("好的一份"))
    save(folder / "b.json", record("坏的一份"))
    real = incoming.received_form

    def breaking(forms: Json, keys: Json, file: Json, reading: Json) -> Json:
        if file.path.name == "b.json":
            raise RuntimeError("broken")
        return real(forms, keys, file, reading)

    monkeypatch.setattr(incoming, "received_form", breaking)
    with api.init(tmp_path / "库") as repository:
        made = api.collect(repository, ROUND, [folder])
    told = {one.path.name: [each.code for each in one.problems] for one in made.outcomes}
    assert "X001" in told["b.json"]
    assert "X001" not in told["a.json"]
