"""A repository brought to the newest format: one commit, which holds the same as the one before.

Older commits stay as they are. Each of them is read in the format that it was made in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import XlsyncError
from xlsync.repository import layout
from xlsync.repository.arranging import NEWEST, SHARDED
from xlsync.repository.opening import head_of
from xlsync.repository.rearranging import difference, rearranged
from xlsync.repository.snapshot import Snapshot
from xlsync.repository.spool import Spool
from xlsync.repository.writing import write_tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from dulwich.repo import Repo

    from xlsync.base.record import Json
    from xlsync.base.workers import Progress
    from xlsync.repository.objects import Objects


_OTHER_STEPS = 3
"""Beside reading each round in both formats: rearranging, comparing, writing."""


class Upgraded(NamedTuple):
    """The formats before and after; the commit from before, and the one that was made."""

    former: int
    number: int
    before: str
    commit: str | None

    def as_json(self) -> Json:
        """The upgrade as ``xlsync upgrade --json`` prints it."""
        return {
            "former": self.former,
            "format": self.number,
            "before": self.before,
            "commit": self.commit,
        }


def upgrade(
    repo: Repo, objects: Objects, progress: Progress = lambda _done, _all: None
) -> Upgraded:
    """Store everything that stands now in the newest format; ``commit`` is None where it is.

    ``progress`` is told before each step; what it raises ends it, and nothing was changed.

    Raises:
        MovedError: when another commit came first; nothing was changed.
        XlsyncError: when something stands in the way, the disk refuses, or what was made does
            not hold the same; nothing was changed then either.
    """
    head = head_of(repo)
    now = Snapshot(objects, head)
    former, tree = now.arrangement, now.tree
    if former.number == NEWEST.number or tree is None:
        return Upgraded(former.number, former.number, now.commit, None)
    rounds = now.rounds()
    steps = len(rounds) + _OTHER_STEPS
    progress(0, steps)
    root, made = rearranged(objects, tree)
    objects.keep(made)
    try:
        progress(1, steps)
        _prove(objects, now, Snapshot(objects, None, root), lambda done: progress(2 + done, steps))
    finally:
        objects.release()
    progress(steps - 1, steps)
    spool = Spool(repo.path)
    shas = [spool.put_object(one) for one in made]
    message = f"升级版本库：格式 {former.number} → {NEWEST.number}"
    commit = write_tree(repo, [head], spool, root, lambda: shas, message)
    return Upgraded(former.number, NEWEST.number, now.commit, commit.decode())


def _prove(
    objects: Objects, before: Snapshot, after: Snapshot, progress: Callable[[int], None]
) -> None:
    """Make sure that both hold the same files, and that both are read as the same.

    ``progress`` is told before each round.
    """
    if (at := difference(objects, (before, after))) is not None:
        raise _unlike(at)
    for done, name in enumerate(sorted({*before.rounds(), *after.rounds()})):
        progress(done)
        if not _is_same(before, after, name):
            raise _unlike(name)


def _unlike(at: str) -> XlsyncError:
    return XlsyncError(
        f"{at} would not be the same in the new format; the repository was left as it is"
    )


def _is_same(before: Snapshot, after: Snapshot, name: str) -> bool:
    folders = [layout.folder(top, name) for top in sorted(SHARDED)]
    return (
        before.records(name) == after.records(name)
        and before.received(name) == after.received(name)
        and all(before.names(folder) == after.names(folder) for folder in folders)
    )
