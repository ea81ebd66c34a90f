"""How a commit gets into the repository: one pack of objects, then one move of the branch."""

from __future__ import annotations

import logging
import os
import tempfile
import time
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from dulwich import objects as git
from dulwich.file import FileLocked
from dulwich.objects import ObjectID
from dulwich.refs import HEADREF

from xlsync.base.acting import is_preview
from xlsync.base.disk_map import SEVERAL, DiskMap
from xlsync.base.errors import XlsyncError
from xlsync.repository import layout
from xlsync.repository.arranging import Arrangement, arrangement_of
from xlsync.repository.objects import Objects, Placed, in_file
from xlsync.repository.packing import write_pack
from xlsync.repository.signature import sign, sign_commit, trailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dulwich.repo import Repo

    from xlsync.repository.objects import Edit
    from xlsync.repository.spool import Edits, Spool

_Result = TypeVar("_Result")

_LOGGER = logging.getLogger(__name__)

# The lock on a branch is held for milliseconds; one that stays this long is nobody's any more.
_PATIENCE = 5.0
_PAUSE = 0.02

_ATTEMPTS = 20
"""Others may commit in between; each lost race is one attempt."""


class MovedError(XlsyncError):
    """Another process committed meanwhile: take a new snapshot, collect the changes again."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("another process has changed the repository meanwhile; run it again")


def until_committed(step: Callable[[], _Result]) -> _Result:
    """Do a step that reads the repository and commits, anew after each lost race.

    Raises:
        MovedError: when the last attempt was lost too.
    """
    for _ in range(_ATTEMPTS - 1):
        try:
            return step()
        except MovedError:
            continue
    return step()


def write_commit(
    repo: Repo,
    parent: git.Commit | None,
    edits: Edits,
    message: str,
    others: Sequence[git.ObjectID] = (),
) -> git.ObjectID:
    """Commit edits on top of a parent; ``others`` are the further parents of a commit that joins.

    In a preview nothing is written, and the commit is one that nobody finds.

    Raises:
        MovedError: when the branch no longer stands at the parent.
        XlsyncError: when the disk refuses.
    """
    made: list[git.ObjectID] = []
    objects = Objects(repo.object_store)
    root = edited(
        objects,
        parent.tree if parent else None,
        edits,
        lambda tree: made.append(edits.spool.put_object(tree)),
    )
    edits.spool.put_object(root)
    parents = [*([parent.id] if parent else []), *others]

    def below() -> Iterator[git.ObjectID]:
        yield from made
        # What is read often stands together in the pack, before the many bytes that are not.
        for is_late in (False, True):
            for path, sha in edits.files.items():
                if path.startswith(layout.RECEIVED) is is_late:
                    yield sha

    return write_tree(repo, parents, edits.spool, root.id, below, message)


def write_tree(  # noqa: PLR0913, PLR0917 - a commit, and where it comes from
    repo: Repo,
    parents: Sequence[git.ObjectID],
    spool: Spool,
    root: git.ObjectID,
    below: Callable[[], Iterable[git.ObjectID]],
    message: str,
) -> git.ObjectID:
    """Commit a root folder of a spool; ``below`` gives what is new below it, each time anew.

    Raises:
        MovedError: when the branch no longer stands at the first of the parents.
        XlsyncError: when the disk refuses.
    """
    commit = _signed(repo, root, list(parents), message)
    if is_preview():
        return commit.id
    spool.put_object(commit)
    try:
        patiently(lambda: _add_pack(repo, spool, chain((commit.id, root), below())))
    except OSError as error:
        raise _refused(repo, error) from error
    move_branch(repo, parents[0] if parents else git.ZERO_SHA, commit)
    return commit.id


def edited(
    objects: Objects,
    folder: git.ObjectID | None,
    edits: Edits,
    keep: Callable[[git.Tree], object],
) -> git.Tree:
    """A root folder after edits; each path is stored as there.

    ``keep`` is given the new folders below it.
    """
    stored = (arrangement_of(objects, folder) or Arrangement(1)).stored
    places: DiskMap[bytes, bytes] = DiskMap(few=SEVERAL)
    for path in edits.obsolete:
        places[_on_disk(stored(path))] = b""
    for path, one in edits.placed.items():
        places[_on_disk(stored(path))] = b"%d %b" % one
    for path, sha in edits.files.items():
        places[_on_disk(stored(path))] = b"%d %b" % in_file(sha)
    return objects.edit(folder, map(_edit, places.items()), keep)


# Names that are not UTF-8 are not ours, but have to be taken along.


def _on_disk(path: str) -> bytes:
    return path.encode(errors="surrogateescape")


def _edit(place: tuple[bytes, bytes]) -> Edit:
    path, what = place
    mode, _, sha = what.partition(b" ")
    placed = Placed(int(mode), ObjectID(sha)) if what else None
    return path.decode(errors="surrogateescape"), placed


def imagine(objects: Objects, folder: git.ObjectID | None, edits: Edits) -> git.ObjectID:
    """What edits make of a root folder, to be read with these objects alone; nothing is written."""
    made: list[git.ShaFile] = []
    tree = edited(objects, folder, edits, made.append)
    files = [git.Blob.from_string(edits.spool.data(one)) for one in edits.files.values()]
    objects.keep([tree, *made, *files])
    return tree.id


def move_branch(repo: Repo, former: git.ObjectID, commit: git.Commit) -> None:
    """Let the branch go on at a commit that the repository holds.

    Raises:
        MovedError: when the branch no longer stands where it stood formerly.
        XlsyncError: when the disk refuses, or the branch stays locked.
    """
    if is_preview():
        return
    try:
        moved = patiently(lambda: _move_branch(repo, former, commit))
    except OSError as error:
        raise _refused(repo, error) from error
    if not moved:
        raise MovedError


def _refused(repo: Repo, error: OSError) -> XlsyncError:
    return XlsyncError(f"cannot write to the repository {repo.path}: {error.strerror or error}")


def _signed(
    repo: Repo, tree: git.ObjectID, parents: list[git.ObjectID], message: str
) -> git.Commit:
    commit = git.Commit()
    commit.tree = tree
    commit.parents = parents
    config = repo.get_config_stack()
    commit.author, commit.author_time, commit.author_timezone = sign(config)
    commit.committer = commit.author
    commit.commit_time = commit.author_time
    commit.commit_timezone = commit.author_timezone
    text = trailed(message.replace("\0", ""))
    commit.message = text.encode(errors="replace") + b"\n"
    sign_commit(config, commit)
    return commit


def _add_pack(repo: Repo, spool: Spool, objects: Iterable[git.ObjectID]) -> None:
    # Packs that `git gc` has replaced meanwhile would make dulwich stumble later: forget them.
    repo.object_store.close()
    write_pack(repo.object_store, spool, objects)


def _move_branch(repo: Repo, former: git.ObjectID, commit: git.Commit) -> bool:
    return repo.refs.set_if_equals(
        HEADREF,
        former,
        commit.id,
        committer=commit.committer,
        timestamp=commit.commit_time,
        timezone=commit.commit_timezone,
        message=b"commit: " + commit.message.partition(b"\n")[0],
    )


def patiently(step: Callable[[], _Result]) -> _Result:
    """Do what another process may keep locked for a moment; break the lock of one that is gone."""
    deadline = time.monotonic() + _PATIENCE
    seen: tuple[int, int] | None = None
    while True:
        try:
            return step()
        except FileLocked as error:
            lock = Path(os.fsdecode(error.lockfilename))
            found = _which(lock)
            if found is not None and _age(lock) > _PATIENCE:
                _break(lock)
            elif found != seen:
                seen, deadline = found, time.monotonic() + _PATIENCE
            elif time.monotonic() > deadline:
                _break(lock)
        # Windows refuses to replace a file at the moment when somebody reads it.
        except PermissionError as error:
            if time.monotonic() > deadline:
                raise XlsyncError(f"{error} stays locked by another program") from error
        time.sleep(_PAUSE)


def _which(lock: Path) -> tuple[int, int] | None:
    """What tells one lock from the next under the same name; None where there is none."""
    try:
        status = lock.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def _age(lock: Path) -> float:
    """For how many seconds a lock has stood there, by the clock of the disk that it lies on."""
    try:
        handle, name = tempfile.mkstemp(prefix="xlsync-", suffix=".lock", dir=lock.parent)
        os.close(handle)
        fresh = Path(name)
        try:
            return fresh.stat().st_mtime - lock.stat().st_mtime
        finally:
            fresh.unlink(missing_ok=True)
    except OSError:
        return 0.0


def _break(lock: Path) -> None:
    _LOGGER.warning("上次运行中断时留下的锁 %s 已清除，版本库没有损坏。", lock)
    try:
        lock.unlink(missing_ok=True)
    except OSError as error:
        raise XlsyncError(
            f"{lock} was left by a process that was killed, and cannot be removed: {error.strerror}"
        ) from error
