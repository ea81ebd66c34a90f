"""How a commit gets into the repository: one pack of objects, then one move of the branch.

The branch moves last, and only if it still stands where the changes started from; until then
nothing of the new pack can be seen. A process that is killed on the way leaves the repository
as it was, and at most a file that `git gc` takes away.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, TypeVar

from dulwich import objects as git
from dulwich.file import FileLocked
from dulwich.refs import HEADREF

from xlsync.errors import XlsyncError
from xlsync.repository.objects import Objects
from xlsync.repository.signature import sign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dulwich.repo import Repo

_Result = TypeVar("_Result")

# The lock on a branch is held for milliseconds; a longer wait means that its owner was killed.
_PATIENCE = 5.0
_PAUSE = 0.02


class MovedError(XlsyncError):
    """Another process committed meanwhile: take a new snapshot, collect the changes again."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("another process has changed the repository meanwhile; run it again")


def write_commit(
    repo: Repo,
    parent: git.Commit | None,
    files: Mapping[str, git.Blob],
    obsolete: Iterable[str],
    message: str,
) -> git.ObjectID:
    """Commit files by path, and the absence of obsolete ones, on top of a parent.

    Raises:
        MovedError: when the branch no longer stands at the parent.
        XlsyncError: when the disk refuses, or the branch stays locked.
    """
    edits: dict[str, git.ObjectID | None] = dict.fromkeys(obsolete)
    edits.update((path, blob.id) for path, blob in files.items())
    tree, folders = Objects(repo.object_store).edit(parent.tree if parent else None, edits)
    commit = _signed(repo, tree, parent, message)
    try:
        _patiently(lambda: _add_pack(repo, [commit, tree, *folders, *files.values()]))
        moved = _patiently(lambda: _move_branch(repo, parent, commit))
    except OSError as error:
        raise XlsyncError(f"cannot write to the repository {repo.path}: {error}") from error
    if not moved:
        raise MovedError
    return commit.id


def _signed(repo: Repo, tree: git.Tree, parent: git.Commit | None, message: str) -> git.Commit:
    commit = git.Commit()
    commit.tree = tree.id
    commit.parents = [parent.id] if parent else []
    commit.author, commit.author_time, commit.author_timezone = sign(repo.get_config_stack())
    commit.committer = commit.author
    commit.commit_time = commit.author_time
    commit.commit_timezone = commit.author_timezone
    commit.message = message.replace("\0", "").strip().encode(errors="replace") + b"\n"
    return commit


def _add_pack(repo: Repo, objects: list[git.ShaFile]) -> None:
    store = repo.object_store
    # Off by default, but the pack has to be on the disk before the branch points into it.
    store.fsync_object_files = True
    # Packs that `git gc` has replaced meanwhile would make dulwich stumble here: forget them.
    store.close()
    # Two files of the same bytes are one object, and a pack holds an object once.
    unique = {item.id: item for item in objects}
    store.add_objects([(item, None) for item in unique.values()])


def _move_branch(repo: Repo, parent: git.Commit | None, commit: git.Commit) -> bool:
    return repo.refs.set_if_equals(
        HEADREF,
        parent.id if parent else git.ZERO_SHA,
        commit.id,
        committer=commit.committer,
        timestamp=commit.commit_time,
        timezone=commit.commit_timezone,
        message=b"commit: " + commit.message.partition(b"\n")[0],
    )


def _patiently(step: Callable[[], _Result]) -> _Result:
    """Do what another process may keep locked for a moment."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return step()
        # Windows refuses to replace a file at the moment when somebody reads it.
        except (FileLocked, PermissionError) as error:
            if time.monotonic() > deadline:
                what = os.fsdecode(error.lockfilename) if isinstance(error, FileLocked) else error
                raise XlsyncError(
                    f"{what} stays locked; if no xlsync and no git is at work there, a killed one "
                    "has left its .lock file: delete it"
                ) from error
            time.sleep(_PAUSE)
