"""A zip archive put together from members that are deflated already.

Format: APPNOTE.TXT 6.3 (PKWARE) for the archive, RFC 1951 for deflate. Times and attributes are
fixed, so that the same members are the same bytes on every system.
"""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_RAW = -zlib.MAX_WBITS
"""Deflate without a header of its own, as an archive wants it."""

_VERSION = 20
"""2.0, the first with deflate (APPNOTE 4.4.3.2)."""

_UNIX = 3 << 8
_PLAIN_FILE = 0o600 << 16
_DEFLATED = 8
_MIDNIGHT = 0
_FIRST_DAY = 1 << 5 | 1
"""1980-01-01, the first day that an archive can hold (APPNOTE 4.4.6)."""

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5HL")
_OFFSET = struct.Struct("<L")
_END = struct.Struct("<4s4H2LH")


class Shared:
    """Bytes in the middle of a member that are the same for every record, deflated once.

    They end at a byte and refer to nothing before them (Z_FULL_FLUSH), so that their deflated
    form can stand between any others (RFC 1951, 3.2.3: blocks follow one another).
    """

    def __init__(self, plain: bytes) -> None:
        """Deflate the bytes."""
        self.plain = plain
        self.deflated = _deflate(plain, zlib.Z_FULL_FLUSH, zlib.Z_BEST_COMPRESSION)


class PackedMember:
    """A member as it stands in an archive.

    ``stored`` is its header and its deflated content, ``entry`` what the directory says of it up
    to the place where it stands, ``path`` its name behind that.
    """

    def __init__(self, name: str, deflated: bytes, crc: int, size: int) -> None:
        """Describe a member by its ASCII name; checksum and size are those of its plain content."""
        self.path = name.encode("ascii")
        about = (0, _DEFLATED, _MIDNIGHT, _FIRST_DAY, crc, len(deflated), size)
        header = _LOCAL.pack(b"PK\x03\x04", _VERSION, *about, len(self.path), 0)
        self.stored = b"".join((header, self.path, deflated))
        rest = (len(self.path), 0, 0, 0, 0, _PLAIN_FILE)
        self.entry = _CENTRAL.pack(b"PK\x01\x02", _UNIX | _VERSION, _VERSION, *about, *rest)


def kept_member(name: str, plain: bytes) -> PackedMember:
    """A member that is the same for every record, as small as it gets."""
    deflated = _deflate(plain, zlib.Z_FINISH, zlib.Z_BEST_COMPRESSION)
    return PackedMember(name, deflated, zlib.crc32(plain), len(plain))


def member(name: str, *pieces: bytes | Shared) -> PackedMember:
    """Deflate a member of some pieces, those that are shared excepted; the last is bytes."""
    deflated: list[bytes] = []
    crc = size = 0
    last = len(pieces) - 1
    for index, piece in enumerate(pieces):
        if isinstance(piece, Shared):
            plain = piece.plain
            deflated.append(piece.deflated)
        else:
            plain = piece
            flush = zlib.Z_FINISH if index == last else zlib.Z_FULL_FLUSH
            deflated.append(_deflated(plain, flush))
        crc = zlib.crc32(plain, crc)
        size += len(plain)
    return PackedMember(name, b"".join(deflated), crc, size)


def archive(members: Iterable[PackedMember]) -> bytes:
    """The archive of some members, in their order (APPNOTE 4.3.6)."""
    content: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for one in members:
        content.append(one.stored)
        directory += (one.entry, _OFFSET.pack(offset), one.path)
        offset += len(one.stored)
    count = len(content)
    size = sum(map(len, directory))
    end = _END.pack(b"PK\x05\x06", 0, 0, count, count, size, offset, 0)
    return b"".join((*content, *directory, end))


# Cells name their texts by places in a table, so that sheets of a roster are often the same.
@lru_cache(maxsize=64)
def _deflated(plain: bytes, flush: int) -> bytes:
    """A piece as it was deflated for a former workbook, or as it is now."""
    return _deflate(plain, flush)


def _deflate(plain: bytes, flush: int, level: int = zlib.Z_DEFAULT_COMPRESSION) -> bytes:
    packer = zlib.compressobj(level, wbits=_RAW)
    return packer.compress(plain) + packer.flush(flush)
