"""Two lines of history that went apart: where they parted, and in which files they differ.

Where they parted is found by the commits alone, never by their times, since two offices have
two clocks. Folders that are the same on both sides are not looked at.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from dulwich.objects import ObjectID

from xlsync.base.record import canonical_bytes
from xlsync.repository import layout
from xlsync.repository.history import describe
from xlsync.repository.objects import Placed
from xlsync.repository.originals import pointed
from xlsync.repository.spool import Edits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from xlsync.base.record import Record
    from xlsync.repository.objects import Objects
    from xlsync.repository.snapshot import Snapshot
    from xlsync.repository.spool import Spool


class Difference(NamedTuple):
    """A path at which two sides have something else, and what stood there where they parted."""

    path: str
    base: Placed | None
    ours: Placed | None
    theirs: Placed | None

    @property
    def is_of_one_side(self) -> bool:
        """Whether only one side changed what stands there."""
        return self.base in {self.ours, self.theirs}

    @property
    def changed(self) -> Placed | None:
        """What the one side made of it that alone changed it; None where that took it away."""
        return self.theirs if self.base == self.ours else self.ours

    @property
    def has_folder(self) -> bool:
        """Whether a folder stands on one side where there is a file on the other."""
        return any(one is not None and one.is_folder for one in (self.ours, self.theirs))


@dataclass(frozen=True)
class Fork:
    """Two snapshots and the one from which they parted; it holds nothing where they never met.

    All are of one format, be it that they are only seen so.

    ``is_inner`` says that nobody asks for this join by itself: it makes the base of another one,
    from two places where the lines had met.
    """

    base: Snapshot
    ours: Snapshot
    theirs: Snapshot
    spool: Spool
    objects: Objects
    is_inner: bool = False

    @property
    def moment(self) -> str:
        """When the younger of the two sides was committed (ISO, with zone)."""
        commits = (
            self.objects.commit(ObjectID(one.commit.encode()))
            for one in (self.ours, self.theirs)
            if one.commit
        )
        last = max(commits, key=lambda one: (one.commit_time, one.commit_timezone))
        return describe(last).time.isoformat()

    def differences(self) -> Iterator[Difference]:
        """Every file in which the two sides differ, in the order in which they are stored."""
        trees = (self.base.tree, self.ours.tree, self.theirs.tree)
        named = self.ours.arrangement.named
        for one in _differences(self.objects, trees, ""):
            yield self._of_one_original(one._replace(path=named(one.path)))

    def _of_one_original(self, one: Difference) -> Difference:
        """A difference in which it is no change that an original was moved beside the repository.

        Where both sides have come by the same file, that of them counts which stands in git.
        """
        sides = [side for side in one[1:] if side is not None]
        if not one.path.startswith(f"{layout.RECEIVED}/") or len(set(sides)) <= 1:
            return one
        if one.has_folder or len({self._digest(one.path, side) for side in sides}) > 1:
            return one
        if one.base is None:
            return one._replace(base=next(side for side in sides if self._pointed(one.path, side)))
        if one.ours is None or one.theirs is None:
            return one._replace(base=one.ours or one.theirs)
        return one

    def _pointed(self, path: str, side: Placed) -> str | None:
        return pointed(self.objects.data(side.sha), layout.entry_of(path))

    def _digest(self, path: str, side: Placed) -> str:
        """The SHA-256 of a received file, be it that git only points to it."""
        found = self._pointed(path, side)
        return found or hashlib.sha256(self.objects.data(side.sha)).hexdigest()


def _differences(
    objects: Objects, trees: tuple[ObjectID | None, ObjectID | None, ObjectID | None], above: str
) -> Iterator[Difference]:
    base, ours, theirs = (objects.placed(tree) for tree in trees)
    for name in sorted({*ours, *theirs}):
        found = Difference(above + name, base.get(name), ours.get(name), theirs.get(name))
        if found.ours == found.theirs:
            continue
        sides = (found.base, found.ours, found.theirs)
        if all(one is None or one.is_folder for one in sides[1:]):
            before, mine, other = (
                one.sha if one is not None and one.is_folder else None for one in sides
            )
            yield from _differences(objects, (before, mine, other), f"{found.path}/")
        else:
            yield found


def ancestors(objects: Objects, tips: Iterable[ObjectID]) -> dict[ObjectID, list[ObjectID]]:
    """All commits that these come from, themselves too, each with its parents."""
    found: dict[ObjectID, list[ObjectID]] = {}
    left = list(tips)
    while left:
        one = left.pop()
        if one not in found:
            found[one] = objects.commit(one).parents
            left += found[one]
    return found


def parted(
    objects: Objects, ours: Iterable[ObjectID], theirs: Iterable[ObjectID]
) -> list[ObjectID]:
    """The last commits that two sides have in common: mostly one, none where they never met.

    Two of them are left where each side has joined the other at the same time.
    """
    mine, other = ancestors(objects, ours), ancestors(objects, theirs)
    common = mine.keys() & other.keys()
    return sorted(common - {parent for one in common for parent in mine[one]})


def edits_of(fork: Fork, made: Mapping[str, Placed | Record | None]) -> Edits:
    """What has to be changed on our side, so that everything stands as it was made.

    By path: a document, a file that the repository holds, or None where nothing is to stand.
    """
    placed: dict[str, Placed] = {}
    files: dict[str, ObjectID] = {}
    edits = Edits(files, [], fork.spool, placed)
    held = fork.ours.find_all(made)
    for path, what in made.items():
        if what is None:
            edits.obsolete.extend([path] if path in held else [])
        elif isinstance(what, Placed):
            placed[path] = what
        elif held.get(path) != (sha := fork.spool.put(canonical_bytes(what))):
            files[path] = sha
    return edits
