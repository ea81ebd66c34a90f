"""Objects out of the packs of a repository, of which no more stays in memory than was just read.

Packs are mapped into memory, so all that was ever read of them would count as memory of the
process: of a round of 50,000 projects some 70 MB.
"""

from __future__ import annotations

import mmap
from contextlib import suppress
from typing import TYPE_CHECKING

from dulwich.pack import PackFileDisappeared

if TYPE_CHECKING:
    from dulwich.object_store import DiskObjectStore
    from dulwich.objects import ObjectID, ShaFile
    from dulwich.pack import Pack

_AT_ONCE = 256
"""Objects after which pages are let go; each may have brought 64 KB along."""

_LET_GO = getattr(mmap, "MADV_DONTNEED", None)
"""Windows has no such advice, and counts otherwise."""


class PackReader:
    """The objects of one store, read from the pack that had the last one."""

    def __init__(self, store: DiskObjectStore) -> None:
        """Read from this store."""
        self._store = store
        self._packs: list[Pack] = []
        self._read = 0

    def release(self) -> None:
        """Let go of the pack files, which the store is about to close."""
        self._packs = []

    def __getitem__(self, sha: ObjectID) -> ShaFile:
        """An object; KeyError where there is none."""
        self._read += 1
        if self._read % _AT_ONCE == 0:
            self._let_go()
        # The store asks its packs in any order, and every commit adds one. What is read together
        # mostly stands together, so the pack that had the last object is asked first.
        try:
            for place, pack in enumerate(self._packs):
                # Asking first whether it is there would look for it twice.
                with suppress(KeyError):
                    found = pack[sha]
                    self._packs.insert(0, self._packs.pop(place))
                    return found
        except PackFileDisappeared:
            self._packs = []
        found = self._store[sha]
        packs = self._store.packs
        if len(packs) != len(self._packs):
            self._packs = packs
        return found

    def _let_go(self) -> None:
        """Give mapped pages back; who needs one again gets it from the cache of the system."""
        if _LET_GO is None:
            return
        for pack in self._packs:
            # Who asks for the data opens it. The index, 28 bytes an object, is needed at once.
            mapped = getattr(pack._data, "_contents", None)  # noqa: SLF001 - as above
            if isinstance(mapped, mmap.mmap):
                # Another thread may have closed it.
                with suppress(ValueError, OSError):
                    mapped.madvise(_LET_GO)
