"""Folders of git that are asked for one name after the other, kept as the bytes that git has.

A round has hundreds of folders with as many entries as it has records. As objects of their own
these would take six times as much memory.
"""

from __future__ import annotations

import stat
from array import array
from bisect import bisect_right

from dulwich.objects import ObjectID

from xlsync.repository.objects import Child

_SHA = 20
"""Bytes of a hash in a folder, behind mode, name and a zero."""


class FolderListing:
    """The entries of one folder by their names."""

    def __init__(self, folder: bytes = b"") -> None:
        """List a folder as git has it, or an empty one."""
        self._folder = folder
        starts, at = [], 0
        while at < len(folder):
            starts.append(at)
            at = self._end(at) + 1 + _SHA
        # Git orders folders as if their names ended in a slash.
        self._starts = array("I", sorted(starts, key=self._name))

    def find(self, name: str) -> Child | None:
        """The entry of a name; None where there is none."""
        key = name.encode(errors="surrogateescape")
        place = bisect_right(self._starts, key, key=self._name) - 1
        if place < 0 or self._name(self._starts[place]) != key:
            return None
        start = self._starts[place]
        end = self._end(start)
        mode = int(self._folder[start : self._folder.index(b" ", start)], 8)
        sha = self._folder[end + 1 : end + 1 + _SHA].hex()
        return Child(name, ObjectID(sha.encode()), stat.S_ISDIR(mode))

    def _name(self, start: int) -> bytes:
        return self._folder[self._folder.index(b" ", start) + 1 : self._end(start)]

    def _end(self, start: int) -> int:
        return self._folder.index(b"\0", start)
