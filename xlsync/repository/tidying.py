"""What lies beside a repository and is needed by nothing: found, and taken away when asked.

A write that is killed leaves an original that no commit points to, or half of one under a
temporary name. As with git's own collection of garbage, only what has lain for two weeks counts:
a commit that is on its way may be about to point to anything younger. Every object that the
repository holds is asked, be it of this line of history, of another one, or of none.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from dulwich.objects import Blob

from xlsync.base.acting import is_preview
from xlsync.base.errors import XlsyncError
from xlsync.repository.objects import DAMAGE
from xlsync.repository.originals import DIGEST, HALF, FolderOriginals, pointed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dulwich.object_store import DiskObjectStore

    from xlsync.base.record import Json

YOUNG = 14 * 24 * 3600
"""Seconds in which nothing is taken for left behind."""


class Tidied(NamedTuple):
    """How many originals and how many halves of files nothing needs, and their bytes."""

    originals: int
    leftovers: int
    size: int

    def as_json(self) -> Json:
        """What was found, as ``xlsync check --json`` prints it."""
        return self._asdict()


class LyingFile(NamedTuple):
    """A file in a folder of originals: its SHA-256 after its name, None for half a file."""

    path: Path
    digest: str | None
    size: int


def unneeded(originals: FolderOriginals, store: DiskObjectStore) -> Iterator[LyingFile]:
    """The files of a repository's own folder of originals that nothing needs.

    Never ask for a folder or an address that is shared: what this repository does not name may be
    all that another one has.

    Raises:
        XlsyncError: when the folder cannot be read, or an object of the repository is damaged,
            so that nobody knows what it points to.
    """
    try:
        old = list(_lying(originals.folder, time.time() - YOUNG))
    except OSError as error:
        raise XlsyncError(f"{originals.folder}：读不出来（{error.strerror or error}）。") from error
    wanted = {one.digest for one in old if one.digest is not None}
    wanted -= _pointed_to(store, wanted) if wanted else set()
    yield from (one for one in old if one.digest is None or one.digest in wanted)


def _pointed_to(store: DiskObjectStore, wanted: set[str]) -> set[str]:
    """Those of some originals that any object of the repository points to."""
    found: set[str] = set()
    try:
        for sha in store:
            one = store[sha]
            if isinstance(one, Blob) and (digest := pointed(one.data, "")) in wanted:
                found.add(digest)
    except DAMAGE as error:
        raise XlsyncError(
            f"版本库里有损坏的内容（{type(error).__name__}），看不出哪些原件还要用，没有清理。"
        ) from error
    return found


def tidied(files: Iterable[LyingFile]) -> Tidied:
    """Take away what nothing needs; in a preview only count it.

    What was written again meanwhile is young, and stays.

    Raises:
        XlsyncError: when the disk refuses.
    """
    limit = time.time() - YOUNG
    gone = [one for one in files if is_preview() or _is_removed(one, limit)]
    halves = sum(one.digest is None for one in gone)
    return Tidied(len(gone) - halves, halves, sum(one.size for one in gone))


def _lying(folder: Path, limit: float) -> Iterator[LyingFile]:
    """Every original, and every half of one, that was written before a time (seconds)."""
    for path in sorted(folder.glob("[0-9a-f][0-9a-f]/*")):
        digest = path.name if DIGEST.fullmatch(path.name) else None
        if (digest or path.name.startswith(HALF)) and not path.is_symlink() and path.is_file():
            found = path.stat()
            if found.st_mtime < limit:
                yield LyingFile(path, digest, found.st_size)


def _is_removed(file: LyingFile, limit: float) -> bool:
    try:
        if file.path.stat().st_mtime >= limit:
            return False
        file.path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise XlsyncError(f"{file.path}：删不掉（{error.strerror or error}）。") from error
    return True
