"""Figures of the repository: 10,000 records in, one of them changed, all of them read back."""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlsync.repository import Changes, Repository

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROUND = "2023/一上"
_UNITS = 200


@contextmanager
def _timed(what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    print(f"{what:<58}{(time.perf_counter() - start) * 1000:>10.1f} ms")


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
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
