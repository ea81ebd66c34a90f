"""Files that workers elsewhere take from a store of originals which they reach too."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from crews import PicklingExecutor, crew_elsewhere
from running import FORM, FORMS, invoke, record

from xlsync import api
from xlsync.base import workers
from xlsync.base.errors import XlsyncError
from xlsync.exchange.workbooks import workbook
from xlsync.form.packing import PackedForms
from xlsync.repository import Repository, shared_store
from xlsync.repository.originals import FolderOriginals
from xlsync.rounds.returned import by_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Any

ROUND = "2023/一上"
COUNT = 8
_OPENED = shared_store._opened  # noqa: SLF001 - another machine has not opened the store yet
_WRITE = FolderOriginals._write  # noqa: SLF001 - to count what is written


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A shared folder, and settings of a user who knows it."""
    folder = tmp_path / "store"
    folder.mkdir()
    monkeypatch.setenv("XLSYNC_ORIGINALS", folder.as_uri())
    monkeypatch.setattr(workers, "WORTH_IT", 4)
    monkeypatch.setattr(by_key, "_FILES", 1)
    monkeypatch.setattr(by_key, "_CHUNK", 1)
    _OPENED.cache_clear()
    yield folder
    _OPENED.cache_clear()


@pytest.fixture
def town(store: Path, tmp_path: Path) -> Iterator[Repository]:
    assert invoke("init", tmp_path / "town").exit_code == 0
    with Repository.open(tmp_path / "town") as made:
        made.upgrade()
        made.move_originals(store.as_uri())
        yield made


@pytest.fixture
def back(tmp_path: Path) -> Path:
    folder = tmp_path / "back"
    folder.mkdir()
    for number in range(COUNT):
        made, _ = FORMS[FORM].canonical(record(f"工程{number}"))
        assert made is not None
        data = workbook(FORMS[FORM], FORMS[FORM].identified(made))
        (folder / f"{number}.xlsx").write_bytes(data)
    return folder


def held(repository: Repository) -> set[bytes]:
    snapshot = repository.snapshot()
    return {snapshot.received_bytes(one) for one in snapshot.received(ROUND)}


def stored(store: Path) -> list[Path]:
    return [one for one in store.rglob("*") if one.is_file()]


def test_a_task_names_keys_and_files_are_put_there_once(
    town: Repository, back: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    puts: list[str] = []

    def noted(self: FolderOriginals, digest: str, data: bytes) -> bool:
        puts.append(digest)
        return _WRITE(self, digest, data)

    monkeypatch.setattr(FolderOriginals, "_write", noted)
    (back / "空.xlsx").write_bytes(b"")
    with crew_elsewhere() as crew:
        made = api.collect(town, ROUND, [back])
    assert made.unreached == ""
    assert sum(one.record_id is not None for one in made.outcomes) == COUNT
    files = {one.read_bytes() for one in back.iterdir()} - {b""}
    assert held(town) == files
    assert (len(puts), len(stored(store))) == (COUNT, COUNT)
    # Of a task the forms are most; no part of it grows with the bytes of the files.
    asked, *tasks = crew.sent
    assert asked < 500
    assert max(tasks) - min(tasks) < 500
    with crew_elsewhere():
        assert api.collect(town, ROUND, [back]).commit is None


class _Elsewhere(PicklingExecutor):
    """A crew for which something is otherwise while it works."""

    def __init__(self, otherwise: Callable[[int], Any]) -> None:
        super().__init__()
        self._otherwise = otherwise

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        _OPENED.cache_clear()
        with self._otherwise(len(self.sent)):
            made = super().submit(fn, *args, **kwargs)
        _OPENED.cache_clear()
        return made


def _unnamed() -> AbstractContextManager[Any]:
    return mock.patch.dict(os.environ, {"XLSYNC_ORIGINALS": ""})


@pytest.mark.parametrize(("asked_before", "by_keys"), [(0, 0), (3, 7)])
def test_who_does_not_reach_the_store_gets_the_files_and_that_is_told(
    town: Repository, back: Path, store: Path, asked_before: int, by_keys: int
) -> None:
    """From the beginning; or after some were had, and some more tasks were on their way."""
    crew = _Elsewhere(lambda count: _unnamed() if count >= asked_before else mock.MagicMock())
    with crew_elsewhere(crew=crew):
        made = api.collect(town, ROUND, [back])
    assert "没有连接" in made.unreached
    assert sum(one.record_id is not None for one in made.outcomes) == COUNT
    assert held(town) == {one.read_bytes() for one in back.iterdir()}
    assert len(stored(store)) == COUNT
    _, *tasks = crew.sent
    forms = len(PackedForms.of(FORMS.values()).data)
    assert sum(one < forms + 10_000 for one in tasks) == by_keys
    assert sum(one > forms + 30_000 for one in tasks) == COUNT - by_keys


@pytest.mark.parametrize("at", [0, 5])
def test_a_store_that_answers_something_else_is_told_and_nothing_is_committed(
    town: Repository, back: Path, store: Path, at: int
) -> None:
    before = town.snapshot().commit
    read = FolderOriginals.read
    changed: list[str] = []

    def lying(self: FolderOriginals, digest: str) -> bytes:
        if len(changed) < at:
            changed.append(digest)
            return read(self, digest)
        path = store / digest[:2] / digest
        path.write_bytes(path.read_bytes()[:-1] + b"?")
        return read(self, digest)

    with (
        mock.patch.object(FolderOriginals, "read", lying),
        crew_elsewhere(),
        pytest.raises(XlsyncError, match=r"原件 [0-9a-f]{16} 与收件时的摘要不符"),
    ):
        api.collect(town, ROUND, [back])
    assert town.snapshot().commit == before


def test_a_store_that_is_gone_in_the_middle_is_told_and_nothing_is_committed(
    town: Repository, back: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = town.snapshot().commit
    written: list[str] = []

    def gone(self: FolderOriginals, digest: str, data: bytes) -> bool:
        written.append(digest)
        if len(written) > 5:
            raise OSError(5, "gone")
        return _WRITE(self, digest, data)

    with monkeypatch.context() as patch:
        patch.setattr(FolderOriginals, "_write", gone)
        with crew_elsewhere(), pytest.raises(XlsyncError, match=r"原件写不进 .*gone.*没有提交"):
            api.collect(town, ROUND, [back])
    assert town.snapshot().commit == before
    with crew_elsewhere():
        assert len(api.collect(town, ROUND, [back]).outcomes) == COUNT
    assert len(held(town)) == COUNT


def test_a_share_that_is_not_mounted_is_no_empty_one(
    town: Repository, back: Path, store: Path
) -> None:
    store.rmdir()
    with crew_elsewhere(), pytest.raises(XlsyncError, match="没有这个文件夹"):
        api.collect(town, ROUND, [back])
    assert not store.exists()


def test_a_preview_puts_nothing_into_the_store(town: Repository, back: Path, store: Path) -> None:
    with crew_elsewhere() as crew:
        made = api.collect(town, ROUND, [back], is_preview=True)
    assert len(made.outcomes) == COUNT
    assert stored(store) == []
    assert sum(crew.sent) > sum(one.stat().st_size for one in back.iterdir())
