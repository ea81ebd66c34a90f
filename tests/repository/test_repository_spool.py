"""Files wait for their commit outside of memory, and can be written more than once."""

from __future__ import annotations

import errno
import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dulwich.objects import Blob
from hypothesis import given, settings
from hypothesis import strategies as st

from xlsync.base.errors import XlsyncError
from xlsync.base.language import in_chinese
from xlsync.repository import Changes, MovedError, Repository, Spool, layout
from xlsync.repository import spool as spooling

if TYPE_CHECKING:
    from collections.abc import Callable

ROUND = "2023/一上"
ZIP = b"PK\x03\x04"


@given(pieces=st.lists(st.binary(max_size=300) | st.binary(max_size=20).map(ZIP.__add__)))
@settings(max_examples=60, deadline=None)
def test_what_was_put_is_had_back_under_git_s_own_name(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    spool = Spool(str(tmp_path_factory.getbasetemp()))
    names = [spool.put(one) for one in pieces]
    assert names == [Blob.from_string(one).id for one in pieces]
    assert [spool.data(name) for name in names] == pieces


def test_a_spool_goes_to_the_disk_and_leaves_no_name_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spooling, "_IN_MEMORY", 1000)
    spool = Spool(str(tmp_path))
    names = [spool.put(ZIP + bytes([at]) * 500) for at in range(50)]
    assert len(spool.data(names[7])) == 504
    if os.name == "posix":
        assert list(tmp_path.iterdir()) == []


def test_a_workbook_is_not_packed_a_second_time(tmp_path: Path) -> None:
    data = ZIP + os.urandom(500) + b"\0" * 5000
    spool = Spool(str(tmp_path))
    name = spool.put(data)
    assert len(spool.entry(name)) > len(data)
    assert len(zlib.compress(data)) < 600


def test_a_spool_outlives_a_lost_race(repository: Repository, git: Callable[..., str]) -> None:
    spool = repository.snapshot().spool()
    sha = spool.put(b"bytes")
    late = Changes(repository.snapshot(), ROUND, spool)
    late.put_spooled("a.xlsx", "a" * 64, sha)
    first = Changes(repository.snapshot(), ROUND)
    first.put_record("b", "g", "t", {})
    repository.commit(first, "first")
    with pytest.raises(MovedError):
        repository.commit(late, "late")
    again = Changes(repository.snapshot(), ROUND, spool)
    again.put_spooled("a.xlsx", "a" * 64, sha)
    assert repository.commit(again, "again") is not None
    (kept,) = repository.snapshot().received(ROUND)
    assert repository.snapshot().received_bytes(kept) == b"bytes"
    assert git("fsck", "--strict", "--no-dangling") == ""


def test_changes_tell_what_will_stand(repository: Repository) -> None:
    changes = Changes(repository.snapshot(), ROUND)
    changes.put_record("a", "g", "t", {"x": 1})
    changes.put_document("seal.json", {"keys": []})
    repository.commit(changes, "one")
    later = Changes(repository.snapshot(), ROUND)
    assert (later.record("a"), later.document("seal.json")) == ({"x": 1}, {"keys": []})
    later.put_record("a", "h", "u", {"x": 2})
    later.drop("seal.json")
    later.put_document(layout.receipt_path(ROUND, "f" * 64), {"forms": []})
    assert (later.record("a"), later.record("b")) == ({"x": 2}, None)
    assert later.document("seal.json") is None
    assert later.document(layout.receipt_path(ROUND, "f" * 64)) == {"forms": []}


def test_a_full_disk_is_said_when_bytes_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spooling, "_IN_MEMORY", 1)
    monkeypatch.setattr("tempfile.TemporaryFile", full)
    spool = Spool(str(tmp_path))
    with pytest.raises(XlsyncError, match=r"cannot write to the repository .*No space") as told:
        spool.put(b"12345")
    chinese = in_chinese(str(told.value))
    assert "磁盘已满" in chinese
    assert "请腾出空间" in chinese
    assert "Errno" not in chinese


def test_the_same_objects_are_packed_once(repository: Repository, tmp_path: Path) -> None:
    changes = Changes(repository.snapshot(), ROUND)
    for name in "ab":
        changes.put_received(f"{name}.xlsx", b"the same")
    repository.commit(changes, "twice")
    packs = [*Path(tmp_path, "库", "objects", "pack").glob("*.pack")]
    assert len(packs) == 2
    assert len(repository.snapshot().received(ROUND)) == 2
