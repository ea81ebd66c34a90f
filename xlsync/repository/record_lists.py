"""The records of each round in one snapshot, found by the names of their files alone."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.base.disk_map import DiskMap
from xlsync.base.errors import XlsyncError
from xlsync.repository import layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dulwich.objects import ObjectID

    from xlsync.repository.objects import Objects

_FEW = 16
"""Records of a round that are looked for one by one; to list all takes as long as about so many."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as the folders show it; group and title as they stand in the path.

    One that only went out has neither path nor blob, and its names are those of the ledger.
    """

    id: str
    group: str
    title: str
    path: str
    blob: str


class RecordLists:
    """The records of rounds, each of which is listed once, or as far as somebody asks."""

    def __init__(self, objects: Objects, tree: ObjectID | None) -> None:
        """Look below this root folder."""
        self._objects, self._tree = objects, tree
        self._lists: dict[str, dict[str, Entry]] = {}
        self._indexes: dict[str, DiskMap[str, bytes]] = {}
        self._found: dict[str, dict[str, Entry | None]] = {}

    def all_of(self, round_name: str) -> dict[str, Entry]:
        """All of a round by id, in the order of their paths.

        Raises:
            XlsyncError: when one id stands in two files, which only a git merge can bring about.
        """
        if round_name not in self._lists:
            self._lists[round_name] = _by_id(self._walk(round_name))
        return self._lists[round_name]

    def find(self, round_name: str, record_id: str) -> Entry | None:
        """One of a round by its id; None where there is none.

        Some are looked for in the folders as git has them. Who asks for many gets an index on disk.

        Raises:
            XlsyncError: when it, or one that was listed for it, stands in two files.
        """
        if round_name in self._lists:
            return self._lists[round_name].get(record_id)
        looked_for = self._found.setdefault(round_name, {})
        if record_id in looked_for:
            return looked_for[record_id]
        if round_name not in self._indexes:
            if len(looked_for) < _FEW:
                found = _by_id(self._walk(round_name, f".{record_id}.".encode()))
                looked_for[record_id] = found.get(record_id)
                return looked_for[record_id]
            self.ids(round_name)
        packed = self._indexes[round_name].get(record_id)
        return None if packed is None else _unpacked(packed)

    def ids(self, round_name: str) -> list[str]:
        """The ids of a round in the order of their paths; each can then be found at once.

        Raises:
            XlsyncError: as :meth:`all_of` does.
        """
        if round_name in self._lists:
            return [*self._lists[round_name]]
        index: DiskMap[str, bytes] = DiskMap()
        ids = []
        for one in self._walk(round_name):
            if (former := index.get(one.id)) is not None:
                raise _twice(_unpacked(former), one)
            index[one.id] = pickle.dumps((one.id, one.group, one.title, one.path, one.blob))
            ids.append(one.id)
        self._indexes[round_name] = index
        return ids

    def _walk(self, round_name: str, text: bytes = b"") -> Iterator[Entry]:
        """The records of a round, out of the folders of units in which a text occurs."""
        top = layout.folder(layout.ROUNDS, round_name)
        for group in self._objects.folders(self._objects.find(self._tree, top)):
            if text and not self._objects.may_name(group.sha, text):
                continue
            for file in self._objects.files(group.sha):
                name = layout.read_record_name(file.name)
                if name is not None:
                    path = f"{top}/{group.name}/{file.name}"
                    yield Entry(name.id, group.name, name.title, path, file.sha.decode())


def _unpacked(data: bytes) -> Entry:
    return Entry(*pickle.loads(data))  # noqa: S301 - pickled above, into a file without a name


def _by_id(found: Iterable[Entry]) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for entry in found:
        if entry.id in entries:
            raise _twice(entries[entry.id], entry)
        entries[entry.id] = entry
    return entries


def _twice(one: Entry, other: Entry) -> XlsyncError:
    return XlsyncError(
        f"record {one.id} stands in two files, {one.path} and {other.path}; "
        "remove one of them with git"
    )
