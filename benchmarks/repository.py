"""Figures of the repository: 10,000 records in, one of them changed, all of them read back.

With ``--grown COUNT``: what one more file costs in a round of so many projects, in each format.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from xlsync.repository import Changes, Repository, layout
from xlsync.repository.arranging import FORMATS, Arrangement

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROUND = "2023/一上"
_UNITS = 200
_OF_A_UNIT = 100
_TURNS = 5


@contextmanager
def _timed(what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    print(f"{what:<58}{(time.perf_counter() - start) * 1000:>10.1f} ms")


@contextmanager
def _worked(what: str, times: int = 1) -> Iterator[None]:
    start = time.process_time()
    yield
    print(f"{what:<58}{(time.process_time() - start) * 1000 / times:>10.1f} ms", flush=True)


def _record(number: int) -> dict[str, Any]:
    """A record of about 3,000 bytes, as a filled form has."""
    row = {
        "level1": "产出指标",
        "level2": "数量指标",
        "level3": f"完成数量{number}",
        "value": "100.00",
    }
    return {
        "id": f"{number:012x}",
        "goal": f"第{number}项：" + "改善人居环境。" * 20,
        "rows": [row] * 12,
    }


def _put_all(changes: Changes, numbers: range, text: str = "") -> None:
    for number in numbers:
        record = _record(number) | {"note": text}
        changes.put_record(record["id"], f"单位{number % _UNITS}", f"道路养护项目{number}", record)


def _grow(repository: Repository, count: int) -> None:
    """A round in which so many projects went out and came back; what files hold does not matter."""
    changes = Changes(repository.snapshot(), _ROUND)
    blob = changes.spool.put(b"{}\n")
    for number in range(count):
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        record_id = digest[:12]
        changes.put_record(record_id, f"单位{number // _OF_A_UNIT}", "道路养护", {"x": 1})
        changes.put_spooled("绩效目标申报表.xlsx", digest, blob)
        for path in (layout.receipt_path(_ROUND, digest), layout.issued_path(_ROUND, record_id)):
            changes.put_document(path, {"group": "g", "title": "t"})
    repository.commit(changes, "grow")


def _collect_one(repository: Repository, text: str) -> None:
    changes = Changes(repository.snapshot(), _ROUND)
    digest = changes.put_received("绩效目标申报表.xlsx", text.encode())
    record_id = digest[:12]
    changes.put_record(record_id, "单位0", "道路养护", {"x": text})
    for path in (layout.receipt_path(_ROUND, digest), layout.issued_path(_ROUND, record_id)):
        changes.put_document(path, {"group": "g", "title": "t", "x": text})
    repository.commit(changes, "one more")


def grown(count: int) -> None:
    """Print what a commit of one more file takes; it looks up one record."""
    print(f"{count} projects in a round, {_OF_A_UNIT} a unit; processor time")
    for number in FORMATS:
        with (
            tempfile.TemporaryDirectory() as folder,
            mock.patch("xlsync.repository.repository.NEWEST", Arrangement(number)),
            Repository.init(Path(folder, "r")) as repository,
        ):
            with _worked(f"format {number}: make the round"):
                _grow(repository, count)
            packs = Path(folder, "r", "objects", "pack")
            before = sum(one.stat().st_size for one in packs.iterdir())
            with _worked(f"format {number}: list records"):
                repository.snapshot().records(_ROUND)
            with _worked(f"format {number}: commit of one more file", _TURNS):
                for turn in range(_TURNS):
                    _collect_one(repository, str(turn))
            after = sum(one.stat().st_size for one in packs.iterdir())
            print(f"{'':<10}{(after - before) / _TURNS / 1e6:.3f} MB written a commit")
            with _worked(f"format {number}: list receipts"):
                repository.snapshot().names(f"{layout.RECEIPTS}/{_ROUND}")
            if number < FORMATS[-1]:
                with _worked("upgrade"):
                    repository.upgrade()
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB at most")


def main(count: int) -> None:
    """Print the figures for so many records."""
    with tempfile.TemporaryDirectory() as folder, Repository.init(Path(folder, "r")) as repository:
        first = Changes(repository.snapshot(), _ROUND)
        with _timed(f"put {count} records"):
            _put_all(first, range(count))
        with _timed("commit them"):
            repository.commit(first, "first")
        with _timed("list them in a new snapshot"):
            snapshot = repository.snapshot()
            entries = snapshot.records(_ROUND)
        with _timed("read them all"):
            for entry in entries.values():
                snapshot.record(entry)
        with _timed("put and commit the same again (nothing to do)"):
            again = Changes(snapshot, _ROUND)
            _put_all(again, range(count))
            repository.commit(again, "again")
        with _timed("put and commit 1 changed record, new snapshot"):
            one = Changes(repository.snapshot(), _ROUND)
            _put_all(one, range(1), "changed")
            repository.commit(one, "one")
        with _timed("200 more such commits"):
            for turn in range(200):
                one = Changes(repository.snapshot(), _ROUND)
                _put_all(one, range(1), str(turn))
                repository.commit(one, "one")
        with _timed("log of that record over all commits"):
            revisions = repository.log("000000000000")
        with _timed("list and read all records over all packs"):
            snapshot = repository.snapshot()
            for entry in snapshot.records(_ROUND).values():
                snapshot.record(entry)
        files = [file for file in Path(folder).rglob("*") if file.is_file()]
        size = sum(file.stat().st_size for file in files) / 1e6
        print(f"{len(revisions)} revisions, {len(files)} files, {size:.1f} MB")


if __name__ == "__main__":
    count = int(sys.argv[-1]) if len(sys.argv) > 1 else 10_000
    grown(count) if "--grown" in sys.argv else main(count)
