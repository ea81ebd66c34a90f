"""Originals on their way: beside a commit, out of git, and between repositories.

An original is always there before the commit that points to it. What is killed in between leaves
an original that nothing points to, and that the next collection of the same file finds.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.acting import is_preview
from xlsync.base.errors import MistypedError
from xlsync.base.record import canonical_bytes
from xlsync.repository import layout
from xlsync.repository.arranging import NEWEST, is_place, marker
from xlsync.repository.opening import head_of
from xlsync.repository.originals import (
    BESIDE,
    FOLDER,
    FolderOriginals,
    OriginalError,
    check_named,
    originals_of,
    pointer,
)
from xlsync.repository.snapshot import Snapshot
from xlsync.repository.spool import Edits, Spool
from xlsync.repository.writing import write_commit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dulwich.objects import ObjectID
    from dulwich.repo import Repo

    from xlsync.base.record import Json
    from xlsync.repository.objects import Objects
    from xlsync.repository.originals import Originals
    from xlsync.repository.snapshot import Received


class MovedOriginals(NamedTuple):
    """Where originals lie now, how many were moved there, and the commit that says so."""

    place: str
    moved: int
    before: str
    commit: str | None

    def as_json(self) -> Json:
        """The move as ``xlsync upgrade --json`` prints it."""
        return {"place": self.place, "moved": self.moved}


class OriginalTraffic(NamedTuple):
    """How many originals went to the other repository, and came from there.

    ``kept`` are those that stay here only, since a git server takes none; ``lacking`` those
    that lie in neither of the two.
    """

    sent: int
    brought: int
    kept: int = 0
    lacking: int = 0

    def as_json(self) -> Json:
        """The exchange as ``xlsync sync --json`` prints it."""
        return self._asdict()


def keep_originals(snapshot: Snapshot, edits: Edits) -> None:
    """Put the originals of a commit where they lie, before it.

    Raises:
        XlsyncError: when they cannot be written; there must be no commit then.
    """
    if edits.originals and not is_preview():
        there = edits.spool.stored.get(snapshot.arrangement.originals or "", set())
        files = (
            (digest, edits.spool.data(sha))
            for digest, sha in edits.originals.items()
            if bytes.fromhex(digest) not in there
        )
        snapshot.originals.write(files)


# ---- out of git, or elsewhere -------------------------------------------------------------


def check_place(place: str) -> None:
    """Make sure that originals may lie at a place, before anything is changed for it.

    Raises:
        MistypedError: when it is neither the folder nor an address.
        XlsyncError: when it is an address that the user's own settings do not name.
    """
    if not is_place(place):
        raise _no_place(place)
    if place != BESIDE:
        check_named(place)


def _no_place(place: str) -> MistypedError:
    return MistypedError(f"{place!r} is no place for originals: write `beside`, or an address")


def move(repo: Repo, objects: Objects, place: str) -> MovedOriginals:
    """Let the received files of the last commit lie at a place, by one commit.

    Older commits keep what they have. Each original is read back before the commit.

    Raises:
        MovedError: when another commit came first.
        XlsyncError: when the repository is of format 1, the place is none, or an original cannot
            be read or written; the repository is as it was then.
    """
    head = head_of(repo)
    now = Snapshot(objects, head)
    # A preview of an upgrade has not upgraded anything yet.
    is_old = now.arrangement.number < NEWEST.number and not is_preview()
    if is_old or not is_place(place):
        raise _no_place(place)
    target, spool = originals_of(Path(repo.path), place), Spool(repo.path)
    files: dict[str, ObjectID] = {}
    is_elsewhere = now.arrangement.originals != place
    going = _going(now, files, spool, is_elsewhere=is_elsewhere)
    digests = _moved(target, going)
    if is_elsewhere:
        said = canonical_bytes(marker(now.arrangement._replace(originals=place)))
        files[layout.MARKER] = spool.put(said)
    if not files:
        return MovedOriginals(place, 0, now.commit, None)
    parent = objects.commit(head)
    objects.release()
    message = f"原件移入原件库：{place}"
    commit = write_commit(repo, parent, Edits(files, [], spool), message)
    return MovedOriginals(place, len(digests), now.commit, commit.decode())


def _going(
    now: Snapshot, files: dict[str, ObjectID], spool: Spool, *, is_elsewhere: bool
) -> Iterator[tuple[str, bytes]]:
    """The originals that have to move; ``files`` gets a pointer for each that git holds."""
    for file in _received(now):
        digest = now.pointed(file)
        if digest is not None and not is_elsewhere:
            continue
        data = now.received_bytes(file)
        if digest is None:
            digest = hashlib.sha256(data).hexdigest()
            if layout.key_of(digest) != file.key:
                continue  # What is damaged stays where it is, and `check` names it.
            files[file.path] = spool.put(pointer(digest))
        yield digest, data


def _moved(target: Originals, going: Iterable[tuple[str, bytes]]) -> set[str]:
    """Write originals, and read them back; in a preview only count them."""
    digests: set[str] = set()

    def noted() -> Iterator[tuple[str, bytes]]:
        for digest, data in going:
            digests.add(digest)
            yield digest, data

    if is_preview():
        for _ in noted():
            pass
    else:
        target.write(noted())
        for digest in digests:
            target.read(digest)
    return digests


def _received(snapshot: Snapshot) -> Iterator[Received]:
    for name in snapshot.rounds():
        yield from snapshot.received(name)


def pointed_to(snapshot: Snapshot) -> list[str]:
    """The SHA-256 of every received file of a commit that git only points to."""
    if snapshot.arrangement.originals is None:
        return []
    found = (snapshot.pointed(file) for file in _received(snapshot))
    return list(dict.fromkeys(one for one in found if one is not None))


# ---- between repositories -----------------------------------------------------------------


def exchange(snapshot: Snapshot, other: Path | None, *, bringing: bool) -> OriginalTraffic | None:
    """Send the own originals to a repository in a folder; bring those that are lacking here.

    None where originals do not lie beside the repository, so that there is nothing to exchange.
    What is damaged is not sent.

    Raises:
        XlsyncError: when one of the two folders cannot be written.
    """
    if snapshot.arrangement.originals != BESIDE:
        return None
    own = snapshot.originals
    here = set(own.digests())
    if other is None:
        return OriginalTraffic(0, 0, kept=len(here))
    theirs = FolderOriginals(other / FOLDER)
    there = set(theirs.digests())
    sent = _copied(own, theirs, sorted(here - there))
    if not bringing:
        return OriginalTraffic(sent, 0)
    wanted = [one for one in pointed_to(snapshot) if one not in here]
    brought = _copied(theirs, own, [one for one in wanted if one in there])
    return OriginalTraffic(sent, brought, lacking=len(wanted) - brought)


def added(exchanges: Iterable[OriginalTraffic | None]) -> OriginalTraffic | None:
    """Several attempts at one exchange as one: what is lacking, the last one knows."""
    found = [one for one in exchanges if one is not None]
    if not found:
        return None
    sent, brought = sum(one.sent for one in found), sum(one.brought for one in found)
    return found[-1]._replace(sent=sent, brought=brought)


def _copied(source: Originals, target: Originals, digests: list[str]) -> int:
    def sound() -> Iterator[tuple[str, bytes]]:
        for digest in digests:
            try:
                yield digest, source.read(digest)
            except OriginalError:
                continue

    return len(digests) if is_preview() else target.write(sound())
