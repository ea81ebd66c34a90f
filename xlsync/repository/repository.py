"""The repository itself: a bare git repository on disk that is made, opened, read, committed to.

Everything else in this package hangs on the :class:`Repository` that this module gives out.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from dulwich.errors import NotGitRepository
from dulwich.objects import Blob, ObjectID
from dulwich.objectspec import AmbiguousShortId, parse_commit
from dulwich.refs import HEADREF
from dulwich.repo import Repo, UnsupportedExtension, UnsupportedVersion
from dulwich.walk import ORDER_TOPO

from xlsync.errors import XlsyncError
from xlsync.record import canonical_bytes
from xlsync.repository import layout, lookup
from xlsync.repository.history import describe, revisions
from xlsync.repository.objects import Objects
from xlsync.repository.snapshot import Entry, Snapshot
from xlsync.repository.writing import MovedError, write_commit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from xlsync.repository.changes import Changes
    from xlsync.repository.history import Commit, Lineage, Revision

_BRANCH = b"main"


class Repository:
    """A repository of rounds; use it in a ``with`` block, so that its files are closed."""

    def __init__(self, repo: Repo) -> None:
        """Work on a git repository known to be ours: see :meth:`init` and :meth:`open`."""
        self._repo = repo
        self._objects = Objects(repo.object_store)

    @classmethod
    def init(cls, path: Path | str) -> Self:
        """Make a repository in a folder that is new or empty.

        Raises:
            XlsyncError: when the folder holds something already or cannot be made.
        """
        folder = Path(path)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()):
                raise XlsyncError(f"{folder} is not empty; choose a new folder for the repository")
            repo = Repo.init_bare(str(folder), default_branch=_BRANCH)
        except OSError as error:
            raise XlsyncError(f"cannot make a repository in {folder}: {error}") from error
        marker = Blob.from_string(canonical_bytes({"format": layout.FORMAT}))
        write_commit(repo, None, {layout.MARKER: marker}, [], "Make the repository")
        return cls(repo)

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open a repository that :meth:`init` made, or a bare clone of one.

        Raises:
            XlsyncError: when there is none, it is not ours, or a newer xlsync wrote it.
        """
        try:
            repo = Repo(str(path))
        except NotGitRepository:
            raise XlsyncError(f"no repository in {path}; make one with `xlsync init`") from None
        except (OSError, ValueError, UnsupportedExtension, UnsupportedVersion) as error:
            raise XlsyncError(f"cannot open the repository {path}: {error}") from error
        try:
            _check_ours(repo)
        except XlsyncError:
            repo.close()
            raise
        return cls(repo)

    def close(self) -> None:
        """Close the files of the repository; snapshots of it cannot be read any more."""
        self._objects.release()
        self._repo.close()

    def __enter__(self) -> Self:
        """Give the repository itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the repository."""
        self.close()

    def snapshot(self, revision: str | None = None) -> Snapshot:
        """What a commit holds.

        Args:
            revision: a whole or abbreviated commit id, a branch or a tag; None: the last commit.

        Raises:
            XlsyncError: when no commit, or more than one, goes by that name.
        """
        commit = _head(self._repo) if revision is None else _commit(self._repo, revision)
        return Snapshot(self._objects, commit)

    def commit(self, changes: Changes, message: str) -> str | None:
        """Commit changes on top of the snapshot that they were collected against.

        Returns:
            the id of the new commit; None when the snapshot holds all of it already.

        Raises:
            MovedError: when another commit came first; the repository is as that commit left it.
            XlsyncError: when the disk refuses, or the branch stays locked.
        """
        blobs, obsolete = changes.blobs(), changes.obsolete()
        if not blobs and not obsolete:
            return None
        parent = changes.snapshot.commit
        if _head(self._repo).decode() != parent:
            raise MovedError
        base = self._objects.commit(ObjectID(parent.encode()))
        self._objects.release()
        return write_commit(self._repo, base, blobs, obsolete, message).decode()

    def history(self) -> list[Commit]:
        """All commits, the newest first."""
        return [describe(commit) for commit, _ in self._lineage()]

    def log(self, record_id: str, round_name: str | None = None) -> list[Revision]:
        """What happened to a record in all rounds, or in one of them, the newest first."""
        return list(revisions(self._objects, self._lineage(), record_id, round_name))

    def resolve(self, text: str) -> tuple[Snapshot, str, Entry]:
        """The record that ``[ROUND/]RECORD[@REVISION]`` means, its round, and where it was found.

        RECORD is an id, the beginning of one, a title or part of one (see ``lookup.find``).

        Raises:
            XlsyncError: when nothing or more than one record fits, with up to five candidates.
        """
        reference = lookup.parse(text)
        snapshot = self.snapshot(reference.revision)
        return snapshot, *lookup.find(snapshot, reference)

    def _lineage(self) -> Iterator[Lineage]:
        """All commits with their parents, each before its parents."""
        parents_of = self._repo.parents_provider().get_parents
        for step in self._repo.get_walker([_head(self._repo)], order=ORDER_TOPO):
            parents = parents_of(step.commit.id, step.commit)
            yield step.commit, [self._objects.commit(parent) for parent in parents]


def _check_ours(repo: Repo) -> None:
    if not repo.bare:
        raise XlsyncError(f"{repo.path} is a working copy; make a bare one with `git clone --bare`")
    marker = Snapshot(Objects(repo.object_store), _head(repo)).document(layout.MARKER)
    if marker is None:
        raise XlsyncError(f"the git repository {repo.path} is not one of xlsync")
    if marker.get("format") != layout.FORMAT:
        raise XlsyncError(
            f"{repo.path} has format {marker.get('format')!r}, this xlsync knows format "
            f"{layout.FORMAT}; update xlsync"
        )


def _head(repo: Repo) -> ObjectID:
    _, sha = repo.refs.follow(HEADREF)
    if sha is None:
        raise XlsyncError(f"the git repository {repo.path} is not one of xlsync: it has no commit")
    return sha


def _commit(repo: Repo, revision: str) -> ObjectID:
    try:
        return parse_commit(repo, revision.encode(errors="replace")).id
    except AmbiguousShortId:
        raise XlsyncError(f"{revision!r} fits more than one commit; write more of it") from None
    except (KeyError, ValueError):
        raise XlsyncError(f"{revision!r} is no commit, branch or tag of the repository") from None
