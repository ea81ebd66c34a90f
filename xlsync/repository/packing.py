"""Objects of a spool to one pack of the repository, streamed: no object stays in memory.

The library's own way maps the whole pack into memory to index it, and unpacks every object once
more to look at it. Here the index is made from what was written, while it was written.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dulwich.object_store import PACK_MODE
from dulwich.pack import iter_sha1, write_pack_data, write_pack_index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dulwich.object_store import DiskObjectStore
    from dulwich.objects import ObjectID

    from xlsync.repository.spool import Spool


def write_pack(store: DiskObjectStore, spool: Spool, objects: Iterable[ObjectID]) -> None:
    """Put objects into a new pack, flushed to the disk.

    The pack gets its name first and its index after it, without which nobody sees it.

    Raises:
        OSError: when the disk refuses; nothing is left behind.
    """
    unique = dict.fromkeys(objects)
    folder = Path(os.fspath(store.pack_dir))
    name = "pack-" + iter_sha1(bytes.fromhex(one.decode()) for one in sorted(unique)).decode()
    entries: dict[bytes, tuple[int, int]] = {}
    checksum = b""

    def pack(file: BinaryIO) -> None:
        nonlocal checksum
        made, checksum = write_pack_data(
            file.write, spool.packed(unique), store.object_format, num_records=len(unique)
        )
        entries.update(made)

    def index(file: BinaryIO) -> None:
        rows = sorted((sha, offset, crc) for sha, (offset, crc) in entries.items())
        write_pack_index(file, rows, checksum, version=store.pack_index_version)

    _write(folder / f"{name}.pack", pack)
    _write(folder / f"{name}.idx", index)


def _write(path: Path, fill: Callable[[BinaryIO], None]) -> None:
    """Write a file under a temporary name, which `git gc` knows, and put it in its place."""
    handle, name = tempfile.mkstemp(prefix="tmp_", suffix=path.suffix, dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(PACK_MODE)
        # The same objects give the same pack, which somebody may be reading.
        if path.exists():
            temporary.unlink()
        else:
            temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
