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
        self._starts = array("I")
        at = 0
        while at < len(folder):
            self._starts.append(at)
            at = folder.index(b"\0", at) + 1 + _SHA

    def find(self, name: str) -> Child | None:
        """The entry of a name; None where there is none."""
        key = b" %b\0" % name.encode(errors="surrogateescape")
        found, at = None, self._folder.find(key)
        while at >= 0:
            start = self._starts[bisect_right(self._starts, at) - 1]
            # Elsewhere it is the end of a longer name, or part of a hash.
            if self._folder.index(b" ", start) == at:
                found = self._entry(name, start, at + len(key))
            at = self._folder.find(key, at + 1)
        return found

    def _entry(self, name: str, start: int, end: int) -> Child:
        mode = int(self._folder[start : self._folder.index(b" ", start)], 8)
        sha = self._folder[end : end + _SHA].hex()
        return Child(name, ObjectID(sha.encode()), stat.S_ISDIR(mode))
