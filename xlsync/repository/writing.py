"""How a commit gets into the repository: one pack of objects, then one move of the branch.

The library's own way maps the whole pack into memory to index it, and unpacks every object once
more to look at it. Here the pack is streamed, and its index is made while it is written.
"""

from __future__ import annotations

import logging
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from dulwich import objects as git
from dulwich.file import FileLocked
from dulwich.object_store import PACK_MODE
from dulwich.pack import iter_sha1, write_pack_data, write_pack_index
from dulwich.refs import HEADREF

from xlsync.base.acting import is_preview
from xlsync.base.errors import XlsyncError
from xlsync.repository.arranging import Arrangement, arrangement_of
from xlsync.repository.objects import Objects
from xlsync.repository.signature import sign, sign_commit, trailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dulwich.object_store import DiskObjectStore
    from dulwich.objects import ObjectID
    from dulwich.repo import Repo

    from xlsync.repository.spool import Edits, Spool

_Result = TypeVar("_Result")

_LOGGER = logging.getLogger(__name__)

# The lock on a branch is held for milliseconds; one that stays this long is nobody's any more.
_PATIENCE = 5.0
_PAUSE = 0.02

_ATTEMPTS = 20
"""Others may commit in between; each lost race is one attempt."""


def write_pack(store: DiskObjectStore, spool: Spool, objects: Iterable[ObjectID]) -> None:
    """Put objects into a new pack, flushed to the disk.

    The pack gets its name first and its index after it, without which nobody sees it.

    Raises:
        OSError: when the disk refuses; nothing is left behind.
    """
    unique = dict.fromkeys(objects)
    folder = Path(os.fspath(store.pack_dir))
    name = "pack-" + iter_sha1(bytes.fromhex(one.decode()) for one in sorted(unique)).decode()
    entries: dict[bytes, tuple[int, int]] = {}
    checksum = b""

    def pack(file: BinaryIO) -> None:
        nonlocal checksum
        made, checksum = write_pack_data(
            file.write, spool.packed(unique), store.object_format, num_records=len(unique)
        )
        entries.update(made)

    def index(file: BinaryIO) -> None:
        rows = sorted((sha, offset, crc) for sha, (offset, crc) in entries.items())
        write_pack_index(file, rows, checksum, version=store.pack_index_version)

    _write(folder / f"{name}.pack", pack)
    _write(folder / f"{name}.idx", index)


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
    tree, folders = edited(Objects(repo.object_store), parent.tree if parent else None, edits)
    made = [edits.spool.put_object(item) for item in (tree, *folders)]
    parents = [*([parent.id] if parent else []), *others]
    return write_tree(repo, parents, edits.spool, [*made, *edits.files.values()], message)


def write_tree(
    repo: Repo,
    parents: Sequence[git.ObjectID],
    spool: Spool,
    made: list[git.ObjectID],
    message: str,
) -> git.ObjectID:
    """Commit a root folder, which is the first of these objects of a spool; the rest is below it.

    Raises:
        MovedError: when the branch no longer stands at the first of the parents.
        XlsyncError: when the disk refuses.
    """
    commit = _signed(repo, made[0], list(parents), message)
    if is_preview():
        return commit.id
    objects = [spool.put_object(commit), *made]
    try:
        patiently(lambda: _add_pack(repo, spool, objects))
    except OSError as error:
        raise _refused(repo, error) from error
    move_branch(repo, parents[0] if parents else git.ZERO_SHA, commit)
    return commit.id


def edited(
    objects: Objects, folder: git.ObjectID | None, edits: Edits
) -> tuple[git.Tree, list[git.Tree]]:
    """A root folder after edits, and the new folders below it; each path is stored as there."""
    paths = {**dict.fromkeys(edits.obsolete), **edits.placed, **edits.files}
    stored = (arrangement_of(objects, folder) or Arrangement(1)).stored
    return objects.edit(folder, {stored(path): what for path, what in paths.items()})


def imagine(objects: Objects, folder: git.ObjectID | None, edits: Edits) -> git.ObjectID:
    """What edits make of a root folder, to be read with these objects alone; nothing is written."""
    tree, folders = edited(objects, folder, edits)
    files = [git.Blob.from_string(edits.spool.data(one)) for one in edits.files.values()]
    objects.keep([tree, *folders, *files])
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


def _add_pack(repo: Repo, spool: Spool, objects: list[git.ObjectID]) -> None:
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
