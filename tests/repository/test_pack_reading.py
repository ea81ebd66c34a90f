"""Of packs no more stays in memory than was just read."""

from __future__ import annotations

import sys
from hashlib import shake_256
from pathlib import Path

import pytest

from xlsync.repository import Changes, Repository, layout, pack_reading

ROUND = "2023/一上"
_COUNT, _SIZE = 1500, 4000


def _mapped() -> int:
    """Bytes of packs that count as memory of this process."""
    found, is_pack = 0, False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
        if "-" in line.partition(" ")[0]:
            is_pack = line.endswith(".pack")
        elif is_pack and line.startswith("Rss:"):
            found += int(line.split()[1]) * 1024
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel what is mapped")
def test_pages_that_were_read_are_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [layout.issued_path(ROUND, f"p{one}") for one in range(_COUNT)]
    with Repository.init(tmp_path / "r") as repository:
        changes = Changes(repository.snapshot(), ROUND)
        for path in paths:
            changes.put_document(path, {"text": shake_256(path.encode()).hexdigest(_SIZE)})
        repository.commit(changes, "put")

    def left() -> int:
        with Repository.open(tmp_path / "r") as repository:
            snapshot = repository.snapshot()
            assert all(snapshot.document(one) for one in paths)
            return _mapped()

    whole = _COUNT * _SIZE
    assert left() < whole / 2
    monkeypatch.setattr(pack_reading, "_LET_GO", None)
    assert left() > whole
