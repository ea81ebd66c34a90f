"""Packs of git objects, written without holding in memory what is in them.

The library's own way maps the whole pack into memory to index it, and unpacks every object once
more to look at it. Here the pack is streamed, and its index is made while it is written.
"""

from __future__ import annotations

import os
import struct
import tempfile
import zlib
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dulwich.object_store import PACK_MODE
from dulwich.objects import ObjectID
from dulwich.pack import SHA1Writer, iter_sha1

from xlsync.base.disk_map import SEVERAL, DiskMap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dulwich.object_store import DiskObjectStore

    from xlsync.repository.spool import Spool

_PACK_HEAD = struct.Struct(">4sLL")
_PACKED = struct.Struct(">QL")
"""Where an object stands in a pack, and the checksum of its bytes there."""

_SHA = 20
_FAR = 2**31
"""Offsets from here on stand in a table of their own in the index of a pack."""


def write_pack(store: DiskObjectStore, spool: Spool, objects: Iterable[ObjectID]) -> None:
    """Put objects of a spool into a new pack, flushed to the disk, in this order.

    The pack gets its name first and its index after it, without which nobody sees it.

    Raises:
        OSError: when the disk refuses; nothing is left behind.
    """
    entries: DiskMap[bytes, bytes] = DiskMap(few=SEVERAL)
    order = bytearray()
    for sha in objects:
        if entries.add(sha, b""):
            order += bytes.fromhex(sha.decode())
    folder = Path(os.fspath(store.pack_dir))
    name = "pack-" + iter_sha1(map(_raw, entries)).decode()
    checksum = b""

    def pack(file: BinaryIO) -> None:
        nonlocal checksum
        out = SHA1Writer(file)
        out.write(_PACK_HEAD.pack(b"PACK", 2, len(order) // _SHA))
        for at in range(0, len(order), _SHA):
            sha = ObjectID(order[at : at + _SHA].hex().encode())
            entry = spool.entry(sha)
            entries[sha] = _PACKED.pack(out.offset(), zlib.crc32(entry))
            out.write(entry)
        checksum = out.write_sha()

    _write(folder / f"{name}.pack", pack)
    _write(folder / f"{name}.idx", lambda file: _write_index(file, entries, checksum))


def _write_index(file: BinaryIO, entries: DiskMap[bytes, bytes], checksum: bytes) -> None:
    """Write the index of a pack in git's version 2, without holding it in memory.

    ``entries`` are offsets and checksums by hash, ``checksum`` is that of the whole pack.
    """
    out = SHA1Writer(file)
    counts = [0] * 256
    for sha in entries:
        counts[int(sha[:2], 16)] += 1
    out.write(b"\377tOc" + struct.pack(">L256L", 2, *accumulate(counts)))
    for sha in entries:
        out.write(_raw(sha))
    for where in entries.values():
        out.write(where[-4:])
    far: list[int] = []
    for where in entries.values():
        offset, _ = _PACKED.unpack(where)
        if offset >= _FAR:
            offset, far = _FAR + len(far), [*far, offset]
        out.write(struct.pack(">L", offset))
    out.write(struct.pack(f">{len(far)}Q", *far) + checksum)
    out.write_sha()


def _raw(sha: bytes) -> bytes:
    return bytes.fromhex(sha.decode())


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
