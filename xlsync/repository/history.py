"""What happened to a record: its revisions over all commits, the newest first.

A folder is known by its hash, so a folder that a commit did not touch is not looked at again,
however many commits there are.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from xlsync.repository import layout
from xlsync.repository.signature import TRAIL, untrailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dulwich import objects as git
    from dulwich.objects import ObjectID

    from xlsync.base.record import Json
    from xlsync.repository.objects import Objects

    Lineage = tuple[git.Commit, list[git.Commit]]

# Year, name of the round, group: a record stands that many folders below `rounds`.
_DEPTH = 3


class RevisionKind(StrEnum):
    """What a commit did to a record. A rename may come with a change of content."""

    ADDED = "added"
    CHANGED = "changed"
    RENAMED = "renamed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: who, when, and why; ``commit`` is its id.

    ``trailers`` are those of xlsync at the end of the message, without them ``message`` is the
    rest. ``is_signed`` says that a signature is there, not that it was verified. ``parents`` are
    the commits that it was made on, its own line first.
    """

    commit: str
    time: datetime
    author: str
    message: str
    trailers: dict[str, str]
    is_signed: bool
    parents: tuple[str, ...]

    @property
    def is_join(self) -> bool:
        """Whether it joins two lines of history."""
        return len(self.parents) > 1

    def trail(self) -> Json:
        """Who did what with which version, as ``xlsync log --audit --json`` prints it."""
        said = {name: self.trailers.get(key) for name, key in TRAIL.items()}
        return {
            "commit": self.commit,
            "time": self.time.isoformat(),
            "author": self.author,
            **said,
            "what": self.message.partition("\n")[0],
            "signed": self.is_signed,
        }


@dataclass(frozen=True, slots=True)
class Revision(Commit):
    """What a commit did to a record in one round; for a removal, the path and blob taken away."""

    round: str
    path: str
    kind: RevisionKind
    blob: str


def describe(commit: git.Commit) -> Commit:
    """A git commit in plain terms."""
    zone = timezone(timedelta(seconds=commit.commit_timezone))
    message, trailers = untrailed(commit.message.decode(errors="replace"))
    return Commit(
        commit=commit.id.decode(),
        time=datetime.fromtimestamp(commit.commit_time, zone),
        author=commit.author.decode(errors="replace"),
        message=message,
        trailers=trailers,
        is_signed=bool(commit.gpgsig),
        parents=tuple(one.decode() for one in commit.parents),
    )


def revisions(
    objects: Objects, commits: Iterable[Lineage], record_id: str, round_name: str | None
) -> Iterator[Revision]:
    """What each commit did to a record, in the order of the commits.

    Args:
        objects: where the trees are read.
        commits: each commit with its parents.
        record_id: the record's whole id.
        round_name: look at this round only; None: at all of them.
    """
    places = _Places(objects, record_id)
    for commit, parents in commits:
        after = places.at(commit)
        # As in `git log`: a merge is told only where it agrees with none of its parents.
        before, *others = [places.at(parent) for parent in parents] or [{}]
        for name in sorted(before.keys() | after.keys()):
            if round_name not in (None, name) or after.get(name) in [o.get(name) for o in others]:
                continue
            kind = _kind(before.get(name), after.get(name))
            if kind is not None:
                place = after.get(name) or before[name]
                yield Revision(**asdict(describe(commit)), round=name, **place._asdict(), kind=kind)


def _kind(before: _Place | None, after: _Place | None) -> RevisionKind | None:
    if before == after:
        return None
    if before is None or after is None:
        return RevisionKind.ADDED if before is None else RevisionKind.REMOVED
    return RevisionKind.CHANGED if before.path == after.path else RevisionKind.RENAMED


class _Place(NamedTuple):
    path: str
    blob: str


class _Places:
    """Where one record stands in a commit: its place in each round."""

    def __init__(self, objects: Objects, record_id: str) -> None:
        self._objects = objects
        self._id = record_id
        self._seen: dict[tuple[int, ObjectID], list[_Place]] = {}

    def at(self, commit: git.Commit) -> dict[str, _Place]:
        rounds = self._objects.find(commit.tree, layout.ROUNDS)
        places: dict[str, _Place] = {}
        for path, blob in self._below(rounds, _DEPTH) if rounds else []:
            year, name, _ = path.split("/", 2)
            places.setdefault(f"{year}/{name}", _Place(f"{layout.ROUNDS}/{path}", blob))
        return places

    def _below(self, folder: ObjectID, depth: int) -> list[_Place]:
        key = (depth, folder)
        if key not in self._seen:
            self._seen[key] = list(self._search(folder, depth))
        return self._seen[key]

    def _search(self, folder: ObjectID, depth: int) -> Iterator[_Place]:
        if depth:
            for child in self._objects.folders(folder):
                for path, blob in self._below(child.sha, depth - 1):
                    yield _Place(f"{child.name}/{path}", blob)
        else:
            for child in self._objects.files(folder):
                name = layout.read_record_name(child.name)
                if name is not None and name.id == self._id:
                    yield _Place(child.name, child.sha.decode())
