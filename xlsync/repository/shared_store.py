"""A store of originals that others reach too: files lie there before they are read elsewhere.

Who reads elsewhere is told address and SHA-256 alone, and opens the store by settings and
credentials of its own: nothing of these is sent.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.acting import is_preview
from xlsync.base.errors import XlsyncError
from xlsync.base.workers import is_elsewhere
from xlsync.repository.originals import AT_ONCE, BESIDE, DamagedError, originals_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsync.repository.originals import Originals
    from xlsync.repository.snapshot import Snapshot
    from xlsync.repository.spool import Spool


class SharedStore(NamedTuple):
    """Where the originals of a repository lie, by an address that other machines may know."""

    address: str
    originals: Originals

    @classmethod
    def of(cls, snapshot: Snapshot) -> SharedStore | None:
        """That of a repository, where somebody works elsewhere; none in a preview."""
        setting = snapshot.arrangement.originals
        if setting is None or setting == BESIDE or not is_elsewhere() or is_preview():
            return None
        return cls(setting, snapshot.originals)

    def put(self, spool: Spool, files: Sequence[tuple[str, bytes]]) -> None:
        """Put files there by their SHA-256, and note it: a commit need not do that again.

        Raises:
            XlsyncError: when the store does not take them.
        """
        self.originals.write(files)
        spool.stored.setdefault(self.address, set()).update(
            bytes.fromhex(digest) for digest, _ in files
        )


def fetched(address: str, digests: Sequence[str]) -> list[bytes | str]:
    """The files of a store by their SHA-256; for one that cannot be had, what is said of it.

    Raises:
        DamagedError: when the store answers something else.
    """
    try:
        store = _opened(address)
    except XlsyncError as error:
        return [str(error)] * len(digests)

    def read(digest: str) -> bytes | str:
        try:
            return store.read(digest)
        except DamagedError:
            raise
        except XlsyncError as error:
            return str(error)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(read, digests))


def unreached(address: str, digest: str) -> str:
    """Why a file of a store cannot be had here; empty where it can.

    Raises:
        DamagedError: as :func:`fetched`.
    """
    (found,) = fetched(address, [digest])
    return found if isinstance(found, str) else ""


@lru_cache(maxsize=4)
def _opened(address: str) -> Originals:
    return originals_of(Path(), address)
