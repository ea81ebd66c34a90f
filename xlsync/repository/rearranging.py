"""What one format stores, as the next one has it: to upgrade a repository, or to compare with one.

Only folders are made anew. The files below them are the same, by their hashes, and stay where
they are in the packs.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dulwich.objects import Blob, ObjectID

from xlsync.base.errors import XlsyncError
from xlsync.base.record import canonical_bytes
from xlsync.repository import layout
from xlsync.repository.arranging import NEWEST, SHARD, SHARDED, marker, shard_of
from xlsync.repository.objects import Placed, folder_of, in_file, in_folder
from xlsync.repository.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dulwich.objects import ShaFile

    from xlsync.repository.arranging import Arrangement
    from xlsync.repository.objects import Objects

_ROUND = 2
"""Folders of the year and of the round, below those that are sharded."""


def seen_as(objects: Objects, snapshot: Snapshot, wanted: Arrangement) -> Snapshot:
    """A snapshot as it would be stored in a format that is not older than its own.

    Raises:
        XlsyncError: when its own is newer, or something stands where a shard is going to be.
    """
    number = snapshot.arrangement.number
    if snapshot.tree is None or number == wanted.number:
        return snapshot
    if number > wanted.number:
        raise XlsyncError(
            f"the other line of history has format {number}, this repository "
            f"has format {wanted.number}; run `xlsync upgrade` here, then do it again"
        )
    tree, made = rearranged(objects, snapshot.tree)
    objects.keep(made)
    return Snapshot(objects, ObjectID(snapshot.commit.encode()), tree)


def rearranged(objects: Objects, tree: ObjectID) -> tuple[ObjectID, list[ShaFile]]:
    """A root folder of format 1 in format 2.

    Returns:
        the new root folder, and everything new that belongs to it, itself too.

    Raises:
        XlsyncError: when something stands where a shard is going to be.
    """
    made: list[ShaFile] = [Blob.from_string(canonical_bytes(marker(NEWEST)))]
    children = {**objects.placed(tree), layout.MARKER: in_file(made[0].id)}
    for name, one in children.items():
        if name in SHARDED and one.is_folder:
            children[name] = _below(objects, name, one.sha, _ROUND, made)
    root = folder_of(children)
    return root.id, [*made, root]


def _below(
    objects: Objects, path: str, folder: ObjectID, depth: int, made: list[ShaFile]
) -> Placed:
    """A folder with what is below it in shards; ``depth`` folders lead to those of the rounds."""
    children = objects.placed(folder)
    if depth:
        for name, one in children.items():
            if one.is_folder:
                children[name] = _below(objects, f"{path}/{name}", one.sha, depth - 1, made)
    else:
        children = _spread(path, children, made)
    new = folder_of(children)
    made.append(new)
    return in_folder(new)


def _spread(path: str, children: dict[str, Placed], made: list[ShaFile]) -> dict[str, Placed]:
    """The entries of a round's folder, each in its shard."""
    top = path.partition("/")[0]
    shards: dict[str, dict[str, Placed]] = defaultdict(dict)
    spread: dict[str, Placed] = {}
    for name, one in children.items():
        shard = shard_of(top, name)
        (spread if shard is None else shards[shard])[name] = one
    for name, entries in shards.items():
        if name in spread:
            raise XlsyncError(
                f"{path}/{name} in the repository is not of xlsync, and stands in the way of the "
                "new format; move it away with git"
            )
        made.append(new := folder_of(entries))
        spread[name] = in_folder(new)
    return spread


def difference(objects: Objects, sides: tuple[Snapshot, Snapshot]) -> str | None:
    """A path at which two snapshots, each in its format, do not hold the same; None: nowhere.

    One folder of a round is looked at after the other, which bounds the memory it takes.
    """
    waiting = [("", [side.tree for side in sides])]
    while waiting:
        folder, trees = waiting.pop()
        pairs = zip(sides, trees, strict=True)
        one, other = (dict(_entries(objects, side, folder, tree)) for side, tree in pairs)
        for path in sorted(one.keys() | other.keys()):
            found = [side.get(path) for side in (one, other)]
            if found[0] == found[1] or path == layout.MARKER:
                continue
            if any(entry is None or not entry.is_folder for entry in found):
                return path
            waiting.append((path, [entry.sha for entry in found if entry]))
    return None


def _entries(
    objects: Objects, side: Snapshot, folder: str, tree: ObjectID | None
) -> Iterator[tuple[str, Placed]]:
    """What stands in a folder, be it in a shard, by its path."""
    named, has_shards = side.arrangement.named, side.arrangement.has_shards(folder)
    for name, entry in objects.placed(tree).items():
        stored = f"{folder}/{name}" if folder else name
        if has_shards and entry.is_folder and SHARD.fullmatch(name):
            for below, child in objects.placed(entry.sha).items():
                yield named(f"{stored}/{below}"), child
        else:
            yield named(stored), entry
