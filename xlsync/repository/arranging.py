"""Formats of the repository: where in git's tree that stands what the layout names.

A path, as the layout puts it together and everybody else uses it, is the same in every format;
the *stored* path is where it stands in the tree of a commit. Format 1 stores everything at its
path. Format 2 spreads the folders that grow with a round over 256 shards, since git writes a
folder anew as a whole whenever one entry of it changes.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import XlsyncError
from xlsync.repository import layout
from xlsync.repository.originals import BESIDE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dulwich.objects import ObjectID

    from xlsync.base.record import Record
    from xlsync.repository.objects import Child, Objects

FORMATS = (1, 2)
_KEY = "format"
_ORIGINALS = "originals"
_ADDRESS = re.compile(r"[a-z][a-z0-9+]{1,20}://[^\s@:]{1,400}")

_OF_FILES = {layout.RECEIPTS, layout.ISSUED, layout.WITHDRAWN, layout.MERGED, layout.DECISIONS}
_OF_FOLDERS = {layout.RECEIVED, layout.CONFLICTS}
_BY_DIGEST = {layout.RECEIVED, layout.RECEIPTS}
SHARDED = _OF_FILES | _OF_FOLDERS
"""What has an entry for each record or received file; records stand in the folders of units."""

_DEPTH = 3
"""The parts of the path of such a folder: its name, the year, the name of the round."""

_SUFFIX = ".json"
_DIGEST = re.compile(r"[0-9a-f]{16}")
SHARD = re.compile(r"[0-9a-f]{2}")
_LITERAL = "./"
"""Begins the path of what somebody put where a shard is, which no path of the layout leads to."""


class Arrangement(NamedTuple):
    """How one format stores what the layout names.

    ``originals`` says where received files lie: in git where it is None, else see ``originals``.
    """

    number: int
    originals: str | None = None

    def stored(self, path: str) -> str:
        """Where in the tree it stands what has this path."""
        if path.startswith(_LITERAL):
            return path.removeprefix(_LITERAL)
        top, year, name, entry, *rest = (*path.split("/", _DEPTH + 1), "", "", "")[: _DEPTH + 2]
        shard = shard_of(top, entry) if self.number > 1 else None
        if shard is None:
            return path
        return "/".join([top, year, name, shard, entry, *filter(None, rest)])

    def named(self, stored: str) -> str:
        """The path of what stands there in the tree."""
        parts = stored.split("/")
        path = stored
        if self.has_shards("/".join(parts[:_DEPTH])) and len(parts) > _DEPTH + 1:
            path = "/".join([*parts[:_DEPTH], *parts[_DEPTH + 1 :]])
        if self.stored(path) == stored:
            return path
        return stored if self.stored(stored) == stored else f"{_LITERAL}{stored}"

    def has_shards(self, folder: str) -> bool:
        """Whether a folder is stored in shards."""
        top, *rest = folder.split("/")
        return self.number > 1 and top in SHARDED and len(rest) == _DEPTH - 1

    def children(self, objects: Objects, tree: ObjectID | None, folder: str) -> list[Child]:
        """What stands in a folder, in git's order, out of all its shards."""
        return sorted(self.unordered(objects, tree, folder), key=_in_order)

    def unordered(self, objects: Objects, tree: ObjectID | None, folder: str) -> Iterator[Child]:
        """The same one shard after the other."""
        if not self.has_shards(folder):
            yield from objects.children(objects.find(tree, self.stored(folder)))
            return
        top = folder.partition("/")[0]
        for shard, one in _spread(objects, tree, folder):
            if shard_of(top, one.name) == shard:
                yield one

    def misplaced(self, objects: Objects, tree: ObjectID | None, folder: str) -> Iterator[str]:
        """Where in a folder of a round something is stored that no path leads to."""
        if self.has_shards(folder):
            top = folder.partition("/")[0]
            for shard, one in _spread(objects, tree, folder):
                if shard_of(top, one.name) != shard:
                    yield "/".join(filter(None, (folder, shard, one.name)))


NEWEST = Arrangement(FORMATS[-1])


def shard_of(top: str, entry: str) -> str | None:
    """The shard of an entry of a round's folder; None where the entry is none of the layout."""
    if top not in SHARDED or not (top in _OF_FOLDERS or entry.endswith(_SUFFIX)):
        return None
    stem = entry.removesuffix(_SUFFIX) if top in _OF_FILES else entry
    if layout.ID.fullmatch(stem) is None:
        return None
    if top in _BY_DIGEST and _DIGEST.fullmatch(stem):
        return stem[:2]
    return hashlib.sha256(stem.encode()).hexdigest()[:2]


def _spread(
    objects: Objects, tree: ObjectID | None, folder: str
) -> Iterator[tuple[str | None, Child]]:
    """The entries of a round's folder, each with the shard in which it stands."""
    for one in objects.children(objects.find(tree, folder)):
        if one.is_folder and SHARD.fullmatch(one.name):
            for child in objects.children(one.sha):
                yield one.name, child
        else:
            yield None, one


def _in_order(child: Child) -> bytes:
    """What git sorts the entries of a folder by."""
    return (child.name + "/" * child.is_folder).encode(errors="surrogateescape")


def marker(arrangement: Arrangement) -> Record:
    """The document that says of a repository that it is one of xlsync, and its format."""
    beside = {_ORIGINALS: arrangement.originals} if arrangement.originals else {}
    return {_KEY: arrangement.number, **beside}


def arrangement_of(objects: Objects, tree: ObjectID | None, name: str = "") -> Arrangement | None:
    """How a tree is arranged; None where it is not of xlsync.

    Raises:
        XlsyncError: when a newer xlsync made it; ``name`` is what it is called then.
    """
    sha = objects.find(tree, layout.MARKER)
    if sha is None:
        return None
    try:
        found = json.loads(objects.data(sha))
    except ValueError as error:
        raise XlsyncError(f"{layout.MARKER} in the repository is not JSON: {error}") from error
    found = found if isinstance(found, dict) else {}
    number, place = found.get(_KEY), found.get(_ORIGINALS)
    is_known = type(number) is int and number in FORMATS and found.keys() <= {_KEY, _ORIGINALS}
    if not is_known or (_ORIGINALS in found and not is_place(place, int(number or 0))):
        known = ", ".join(map(str, FORMATS))
        raise XlsyncError(
            f"{name or 'the repository'} has format {number!r}, this xlsync knows formats "
            f"{known}; update xlsync"
        )
    return Arrangement(int(number or 0), place)


def is_place(place: object, number: int = FORMATS[-1]) -> bool:
    """Whether originals can lie there: a folder beside git's, or an address without a password."""
    is_one = isinstance(place, str) and (place == BESIDE or bool(_ADDRESS.fullmatch(place)))
    return is_one and number > 1
