"""What keeps a repository safe: verified whole, kept in a file, restored, of the newest format."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.workers import Progress
    from xlsync.repository import Commit, Repository
    from xlsync.repository.checking import Soundness
    from xlsync.repository.storing import MovedOriginals
    from xlsync.repository.upgrading import Upgraded


def check(repository: Repository, *, tidy: bool = False) -> Soundness:
    """Verify every object of the history, and every record and original of the last commit.

    ``unneeded`` of the result counts what writes that were killed have left beside a sound
    repository, if it is older than two weeks; with ``tidy`` that is removed.

    Raises:
        XlsyncError: when something of it cannot be removed.
    """
    return repository.check(tidy=tidy)


def backup(repository: Repository, path: Path, *, force: bool = False) -> list[str]:
    """Write the whole repository, originals too, into one file, which is read back.

    What is returned says of each original that is lost or damaged; the backup lacks these.

    Raises:
        XlsyncError: when it is there already without ``force``, or cannot be written.
    """
    return repository.back_up(path, force=force)


def recover(path: Path, folder: Path | str) -> Repository:
    """Make a repository of a backup in a folder that is new or empty, and open it.

    Raises:
        XlsyncError: when the folder holds something, or the file is no whole backup.
    """
    from xlsync.repository import Repository

    return Repository.restore(path, folder)


def check_backup(path: Path, folder: Path) -> None:
    """Make sure that a backup can be recovered in a folder; it is read whole, and nothing stays.

    Raises:
        XlsyncError: when :func:`recover` would.
    """
    from tempfile import TemporaryDirectory

    from xlsync.base.acting import previewing
    from xlsync.base.files import refuse_full
    from xlsync.repository import Repository

    refuse_full(folder)
    with previewing(), TemporaryDirectory() as scratch:
        Repository.restore(path, f"{scratch}/repository").close()


def check_originals_place(place: str) -> None:
    """Make sure that received files may lie at a place, before :func:`upgrade` changes anything.

    Raises:
        XlsyncError: when it is no place, or an address that the user's own settings do not name.
    """
    from xlsync.repository.storing import check_place

    check_place(place)


def move_originals(repository: Repository, place: str) -> MovedOriginals:
    """Let received files lie beside git from now on: ``beside``, or at an address such as S3's.

    Those that stand now are moved there, read back, and pointed to by one commit.

    Raises:
        XlsyncError: when the repository is of format 1, the place is none that the user's own
            settings name, or an original cannot be read or written; nothing was changed then.
    """
    from xlsync.repository import until_committed

    return until_committed(lambda: repository.move_originals(place))


def upgrade(repository: Repository, *, progress: Progress | None = None) -> Upgraded:
    """Bring a repository to the newest format by one commit, proven to hold the same.

    ``progress`` is told before each step how many of how many are done; what it raises ends the
    upgrade, and nothing was changed then.

    Raises:
        XlsyncError: when something stands in the way, or the disk refuses; nothing was changed.
    """
    from xlsync.repository import until_committed

    told = progress or (lambda _done, _all: None)
    return until_committed(lambda: repository.upgrade(told))


def is_outdated(repository: Repository) -> bool:
    """Whether a repository is of an older format, and can be upgraded."""
    from xlsync.repository.arranging import NEWEST

    return repository.snapshot().arrangement.number < NEWEST.number


def trail(repository: Repository, record: str | None = None) -> list[Commit]:
    """Who did what, when, with which version: every commit, or those of a record; newest first.

    Raises:
        XlsyncError: when nothing or more than one record fits.
    """
    history = repository.history()
    if record is None:
        return history
    _, _, entry = repository.resolve(record)
    touched = {one.commit for one in repository.log(entry.id)}
    return [one for one in history if one.commit in touched]
