"""The repository itself: a bare git repository on disk that is made, opened, read, committed to.

Everything else in this package hangs on the :class:`Repository` that this module gives out.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from dulwich.objects import ObjectID
from dulwich.walk import ORDER_TOPO

from xlsync.base.errors import MistypedError, XlsyncError
from xlsync.base.record import canonical_bytes
from xlsync.repository import layout, lookup
from xlsync.repository.arranging import NEWEST, arrangement_of, marker
from xlsync.repository.checking import Soundness, check_whole
from xlsync.repository.fork import Fork, parted
from xlsync.repository.history import describe, revisions
from xlsync.repository.objects import DAMAGE, Objects, damaged
from xlsync.repository.opening import commit_of, head_of, new_repo, open_repo
from xlsync.repository.rearranging import seen_as
from xlsync.repository.signature import author
from xlsync.repository.snapshot import Snapshot
from xlsync.repository.spool import Edits, Spool
from xlsync.repository.storing import exchange, keep_originals, move
from xlsync.repository.writing import MovedError, imagine, move_branch, write_commit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType

    from dulwich.repo import Repo

    from xlsync.base.record import Record
    from xlsync.base.workers import Progress
    from xlsync.repository.arranging import Arrangement
    from xlsync.repository.changes import Changes
    from xlsync.repository.history import Commit, Lineage, Revision
    from xlsync.repository.objects import Facts
    from xlsync.repository.record_lists import Entry
    from xlsync.repository.storing import MovedOriginals, OriginalTraffic
    from xlsync.repository.upgrading import Upgraded


class Repository:
    """A repository of rounds; use it in a ``with`` block, so that its files are closed."""

    def __init__(self, repo: Repo, facts: Facts | None = None) -> None:
        """Work on a git repository known to be ours: see :meth:`init` and :meth:`open`."""
        self._repo = repo
        self._objects = Objects(repo.object_store, facts)

    @classmethod
    def init(cls, path: Path | str, documents: Mapping[str, Record] | None = None) -> Self:
        """Make a repository in a folder that is new or empty; it begins with these documents.

        Raises:
            XlsyncError: when the folder holds something already or cannot be made.
        """
        repo = new_repo(Path(path))
        spool = Spool(repo.path)
        documents = {layout.MARKER: marker(NEWEST), **(documents or {})}
        files = {path: spool.put(canonical_bytes(one)) for path, one in documents.items()}
        write_commit(repo, None, Edits(files, [], spool), "建立版本库")
        return cls(repo)

    @classmethod
    def open(cls, path: Path | str, facts: Facts | None = None) -> Self:
        """Open a repository that :meth:`init` made, or a bare clone of one.

        Args:
            path: its folder.
            facts: what was read of it before; what is read now is added.

        Raises:
            XlsyncError: when there is none, it is not ours, or a newer xlsync wrote it.
        """
        repo = open_repo(path)
        try:
            _check_ours(repo)
        except XlsyncError:
            repo.close()
            raise
        return cls(repo, facts)

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

    @property
    def author(self) -> str:
        """Who works here: ``user.name`` of git's configuration, else the name of the login."""
        return author(self._repo.get_config_stack())

    def snapshot(self, revision: str | None = None) -> Snapshot:
        """What a commit holds.

        Args:
            revision: a whole or abbreviated commit id, a branch or a tag; None: the last commit.

        Raises:
            XlsyncError: when no commit, or more than one, goes by that name.
        """
        commit = head_of(self._repo) if revision is None else commit_of(self._repo, revision)
        return Snapshot(self._objects, commit)

    def before(self, revision: str | None) -> Snapshot:
        """What a commit holds; nothing for None, where a line of history has not begun."""
        return Snapshot(self._objects, None) if revision is None else self.snapshot(revision)

    def commit(self, changes: Changes, message: str) -> str | None:
        """Commit changes on top of the snapshot that they were collected against.

        Returns:
            the id of the new commit; None when the snapshot holds all of it already.

        Raises:
            MovedError: when another commit came first; the repository is as that commit left it.
            XlsyncError: when the disk refuses, or the branch stays locked.
        """
        edits = changes.edits()
        if edits is None:
            return None
        parent = changes.snapshot.commit
        if head_of(self._repo).decode() != parent:
            raise MovedError
        keep_originals(changes.snapshot, edits)
        if not (edits.files or edits.placed or edits.obsolete):
            return None
        base = self._objects.commit(ObjectID(parent.encode()))
        self._objects.release()
        return write_commit(self._repo, base, edits, message).decode()

    def join(
        self,
        revision: str,
        together: Callable[[Fork], Edits],
        message: Callable[[], str],
        seen: Callable[[Snapshot, Snapshot], None] = lambda _base, _theirs: None,
    ) -> str | None:
        """Join another line of history into the branch.

        Args:
            revision: the last commit of the other line, by its id, a branch or a tag.
            together: says what both sides come to, as changes of ours; it is asked once more
                for each further place where the lines had met before.
            message: asked for after that.
            seen: is shown where the lines parted and where the other one stands, before
                anything is changed; what it raises ends the join.

        Returns:
            the commit at which the branch stands now; None where it had all of it already.

        Raises:
            MovedError: when another commit came first; nothing was changed.
            XlsyncError: when the other line is not of xlsync, or the disk refuses.
        """
        ours, theirs = head_of(self._repo), commit_of(self._repo, revision)
        _check_marker(self._repo, theirs, revision)
        bases = parted(self._objects, [ours], [theirs])
        if bases == [theirs]:
            return None
        if bases == [ours]:
            seen(Snapshot(self._objects, ours), Snapshot(self._objects, theirs))
            move_branch(self._repo, ours, self._objects.commit(theirs))
            return theirs.decode()
        mine = Snapshot(self._objects, ours)
        other = self._seen(theirs, mine.arrangement)
        base = self._base(bases, together, mine.arrangement)
        seen(base, other)
        fork = Fork(base, mine, other, Spool(self._repo.path), self._objects)
        edits, parent = together(fork), self._objects.commit(ours)
        self._objects.release()
        return write_commit(self._repo, parent, edits, message(), [theirs]).decode()

    def revert(
        self,
        revision: str,
        together: Callable[[Fork], Edits],
        message: str,
        *,
        is_preview: bool = False,
    ) -> str | None:
        """Commit what takes back one commit, on top of the branch.

        Args:
            revision: the commit.
            together: says what has to be changed, given the commit as base, what stands now as
                ours, and what stood before the commit (on its own line, if it joins two) as theirs.
            message: of the new commit.
            is_preview: ask, and commit nothing.

        Returns:
            the id of the new commit; None where there is nothing to change.

        Raises:
            MovedError: when another commit came first; XlsyncError: when it is the first one.
        """
        ours, target = head_of(self._repo), commit_of(self._repo, revision)
        parents = self._objects.commit(target).parents
        if not parents:
            raise MistypedError(f"{revision} is the first commit")
        now = Snapshot(self._objects, ours)
        then, before = (self._seen(one, now.arrangement) for one in (target, parents[0]))
        edits = together(Fork(then, now, before, Spool(self._repo.path), self._objects))
        if is_preview or not (edits.files or edits.placed or edits.obsolete):
            return None
        parent = self._objects.commit(ours)
        self._objects.release()
        return write_commit(self._repo, parent, edits, message).decode()

    def _seen(self, commit: ObjectID, wanted: Arrangement) -> Snapshot:
        """A commit as it would be stored in the format of what stands now."""
        return seen_as(self._objects, Snapshot(self._objects, commit), wanted)

    def _base(
        self, bases: list[ObjectID], together: Callable[[Fork], Edits], wanted: Arrangement
    ) -> Snapshot:
        """The snapshot from which two lines parted, made from several places where they met."""
        if not bases:
            return Snapshot(self._objects, None)
        made = self._seen(bases[0], wanted)
        for number, other in enumerate(bases[1:], start=1):
            base = self._base(parted(self._objects, bases[:number], [other]), together, wanted)
            theirs, spool = self._seen(other, wanted), Spool(self._repo.path)
            fork = Fork(base, made, theirs, spool, self._objects, is_inner=True)
            edits = together(fork)
            made = Snapshot(self._objects, None, imagine(self._objects, made.tree, edits))
        return made

    def upgrade(self, progress: Progress = lambda _done, _all: None) -> Upgraded:
        """Bring the repository to the newest format; see :func:`upgrading.upgrade`."""
        from xlsync.repository.upgrading import upgrade  # noqa: PLC0415 - seldom needed

        return upgrade(self._repo, self._objects, progress)

    def move_originals(self, place: str) -> MovedOriginals:
        """Let the received files that stand now lie elsewhere; see :func:`storing.move`."""
        return move(self._repo, self._objects, place)

    def exchange_originals(self, location: str, *, bringing: bool) -> OriginalTraffic | None:
        """Send originals to a folder, and bring what is lacking; see :func:`storing.exchange`."""
        from xlsync.repository import remote  # noqa: PLC0415 - as below

        return exchange(self.snapshot(), remote.folder_of(location), bringing=bringing)

    def check(self, *, tidy: bool = False) -> Soundness:
        """Verify every object of the history, and what the last commit holds.

        With ``tidy`` also take away what a sound repository has beside it and nothing needs.
        """
        store, head = self._repo.object_store, head_of(self._repo)
        return check_whole(store, head, self.snapshot(), tidy=tidy)

    def back_up(self, path: Path, *, force: bool = False) -> list[str]:
        """Write the whole repository into one file; see :func:`backup.write_backup`."""
        from xlsync.repository.backup import write_backup  # noqa: PLC0415 - seldom needed

        self._objects.release()
        return write_backup(self._repo, path, force=force)

    @classmethod
    def restore(cls, backup: Path, path: Path | str) -> Self:
        """Make a repository of a backup, in a folder that is new or empty.

        Raises:
            XlsyncError: when the folder holds something, or the file is no whole backup of ours.
        """
        from xlsync.repository.backup import restore_backup  # noqa: PLC0415 - seldom needed

        repo = new_repo(Path(path))
        restore_backup(backup, repo)
        repo.close()
        return cls.open(path)

    def fetch(self, location: str) -> str | None:
        """Bring the branch of another repository here; see :func:`remote.fetch`."""
        from xlsync.repository import remote  # noqa: PLC0415 - what speaks to servers is slow to import

        self._objects.release()
        commit = remote.fetch(self._repo, location)
        return commit.decode() if commit else None

    def push(self, location: str, former: str | None) -> bool:
        """Let the branch of another repository go on to ours; see :func:`remote.push`."""
        from xlsync.repository import remote  # noqa: PLC0415 - as above

        return remote.push(self._repo, location, ObjectID(former.encode()) if former else None)

    def history(self) -> list[Commit]:
        """All commits, the newest first."""
        return [describe(commit) for commit, _ in self._lineage()]

    def log(self, record_id: str, round_name: str | None = None) -> list[Revision]:
        """What happened to a record in all rounds, or in one of them, the newest first."""
        return list(revisions(self._objects, self._lineage(), record_id, round_name))

    def resolve(self, text: str) -> tuple[Snapshot, str, Entry]:
        """The record that ``[ROUND/]RECORD[@REVISION]`` means, its round, and where it was found.

        RECORD is an id, the beginning of one, a title or part of one (see ``lookup.find``);
        what only went out so far is found too.

        Raises:
            XlsyncError: when nothing or more than one record fits, with up to five candidates.
        """
        reference = lookup.parse(text)
        snapshot = self.snapshot(reference.revision)
        return snapshot, *lookup.find(snapshot, reference)

    def _lineage(self) -> Iterator[Lineage]:
        """All commits with their parents, each before its parents."""
        parents_of = self._repo.parents_provider().get_parents
        try:
            walker = self._repo.get_walker([head_of(self._repo)], order=ORDER_TOPO)
            # Putting them in order holds them all, and each search asks as many packs.
            commits = {step.commit.id: step.commit for step in walker}
            for sha, commit in commits.items():
                yield commit, [commits[parent] for parent in parents_of(sha, commit)]
        except DAMAGE as error:
            raise damaged(self._repo.path, type(error).__name__) from error


def _check_ours(repo: Repo) -> None:
    _check_marker(repo, head_of(repo), repo.path)


def _check_marker(repo: Repo, commit: ObjectID, name: str) -> None:
    objects = Objects(repo.object_store)
    if arrangement_of(objects, objects.commit(commit).tree, name) is None:
        raise XlsyncError(f"the git repository {name} is not one of xlsync")
