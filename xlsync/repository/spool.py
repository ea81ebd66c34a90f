"""Files on their way into a commit: packed as they come, in a temporary file without a name.

A collection may bring ten thousand workbooks, so their bytes must not pile up in memory; and a
commit that lost a race has to write them again, so they must be there twice. A process that is
killed leaves nothing of a spool behind.
"""

from __future__ import annotations

import hashlib
import struct
import tempfile
import weakref
import zlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from dulwich.object_format import DEFAULT_OBJECT_FORMAT
from dulwich.objects import Blob, ObjectID
from dulwich.pack import pack_object_chunks

from xlsync.base.disk_map import SEVERAL, DiskMap
from xlsync.base.errors import XlsyncError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dulwich.objects import ShaFile

    from xlsync.repository.objects import Placed

_IN_MEMORY = 4 * 1024 * 1024
"""A small commit needs no file."""

_ZIP = b"PK\x03\x04"
_MORE = 0x80


_PLACE = struct.Struct(">QQ")
"""Where an entry of a pack stands in the spool: its start and its length."""


class Edits(NamedTuple):
    """What a commit changes: files by path, which a spool holds, and paths to be taken away.

    ``placed`` are files that the repository holds already, such as those of another branch;
    ``originals`` are files by their SHA-256 that git only points to.
    """

    files: Mapping[str, ObjectID]
    obsolete: list[str]
    spool: Spool
    placed: Mapping[str, Placed] = MappingProxyType({})
    originals: Mapping[str, ObjectID] = MappingProxyType({})


class Spool:
    """Git objects by hash, each kept once and ready to be put into a pack."""

    def __init__(self, folder: str) -> None:
        """Keep them in a folder: that of the repository, where they are going to stay."""
        self._folder = folder
        self._places: DiskMap[bytes, bytes] = DiskMap(few=SEVERAL)
        self._end = 0
        self._file: Any = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=folder)  # noqa: SIM115 - lives as long as the spool
        weakref.finalize(self, self._file.close)
        self.stored: dict[str, set[bytes]] = {}
        """The SHA-256 of files that lie in a store of originals already, by its address."""

    @staticmethod
    def name(data: bytes) -> ObjectID:
        """The hash under which git knows the bytes of a file, kept here or not."""
        head = b"blob %d\0" % len(data)
        return ObjectID(hashlib.sha1(head + data, usedforsecurity=False).hexdigest().encode())

    def __contains__(self, sha: object) -> bool:
        """Whether an object is kept."""
        return sha in self._places

    def put(self, data: bytes) -> ObjectID:
        """Keep the bytes of a file; XlsyncError when the disk refuses."""
        return self.put_object(Blob.from_string(data))

    def put_object(self, item: ShaFile) -> ObjectID:
        """Keep any object; XlsyncError when the disk refuses."""
        if item.id not in self._places:
            chunks = item.as_raw_chunks()
            # A workbook is a zip file: to pack it once more takes time and saves nothing.
            level = 0 if chunks and chunks[0].startswith(_ZIP) else -1
            entry = b"".join(
                pack_object_chunks(
                    item.type_num,
                    chunks,
                    compression_level=level,
                    object_format=DEFAULT_OBJECT_FORMAT,
                )
            )
            try:
                self._file.seek(self._end)
                self._file.write(entry)
            except OSError as error:
                raise self._refused(error) from error
            self._places[item.id] = _PLACE.pack(self._end, len(entry))
            self._end += len(entry)
        return item.id

    def data(self, sha: ObjectID) -> bytes:
        """The bytes of a file that was kept."""
        entry = self.entry(sha)
        start = next(at for at, byte in enumerate(entry) if not byte & _MORE) + 1
        return zlib.decompress(entry[start:])

    def entry(self, sha: ObjectID) -> bytes:
        """An object as it stands in a pack: its type and size, then what it holds, deflated."""
        start, length = _PLACE.unpack(self._places[sha])
        try:
            self._file.seek(start)
            entry: bytes = self._file.read(length)
        except OSError as error:
            raise self._refused(error) from error
        return entry

    def _refused(self, error: OSError) -> XlsyncError:
        return XlsyncError(
            f"cannot write to the repository {self._folder}: {error.strerror or error}"
        )
