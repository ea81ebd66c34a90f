"""What one commit holds: rounds, records, received files and their receipts.

A snapshot never changes, whatever is committed later. Lists of records come from folders
alone, since ids and titles stand in the names; a record is read when it is asked for.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from dulwich.objects import ObjectID

from xlsync.base.errors import XlsyncError
from xlsync.repository import layout
from xlsync.repository.arranging import NEWEST, SHARDED, Arrangement, arrangement_of
from xlsync.repository.folder_listing import FolderListing
from xlsync.repository.objects import folder_of, in_file
from xlsync.repository.originals import BESIDE, originals_of, pointed
from xlsync.repository.record_lists import Entry, RecordLists
from xlsync.repository.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from xlsync.base.record import Record
    from xlsync.repository.objects import Child, Fact, Objects
    from xlsync.repository.originals import Originals


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it was received; ``key`` is the beginning of its SHA-256."""

    key: str
    name: str
    path: str
    blob: str


class Snapshot:
    """An immutable view of one commit; made by ``Repository.snapshot``."""

    def __init__(
        self, objects: Objects, commit: ObjectID | None, tree: ObjectID | None = None
    ) -> None:
        """See the tree of this commit, or another one in its place; or nothing at all."""
        self._objects = objects
        self._tree = tree
        self._listings: dict[str, FolderListing] = {}
        self._last = "", b""
        self.commit = commit.decode() if commit else ""

    @cached_property
    def tree(self) -> ObjectID | None:
        """The hash of the commit's root folder."""
        if self._tree or not self.commit:
            return self._tree
        tree: ObjectID = self._objects.commit(ObjectID(self.commit.encode())).tree
        return tree

    @cached_property
    def arrangement(self) -> Arrangement:
        """How its files are stored; XlsyncError where a newer xlsync made it."""
        if self.tree is None:
            return NEWEST
        return arrangement_of(self._objects, self.tree) or Arrangement(1)

    @cached_property
    def _records(self) -> RecordLists:
        return RecordLists(self._objects, self.tree)

    def spool(self) -> Spool:
        """Room for files that are going to be committed on top of this commit."""
        return Spool(self._objects.folder)

    def find_all(self, paths: Iterable[str]) -> dict[str, ObjectID]:
        """The hashes of the files at these paths; a path without a file is left out."""
        stored = {self.arrangement.stored(path): path for path in paths}
        found = self._objects.find_all(self.tree, stored)
        return {stored[place]: sha for place, sha in found.items()}

    def document(self, path: str) -> Record | None:
        """The JSON object in the file at a path; None when there is no such file."""
        one = self._child(path)
        return None if one is None else self._json(path, self._objects.data(one.sha))

    def has(self, path: str) -> bool:
        """Whether a file stands at a path."""
        return self._child(path) is not None

    def has_alone(self, path: str, blob: ObjectID) -> bool:
        """Whether this file, and nothing else, stands in the folder of a path.

        The hash of such a folder is known beforehand, so that it need not be read.
        """
        folder, _, name = self.arrangement.stored(path).rpartition("/")
        above, _, last = folder.rpartition("/")
        found = self._listing(above).find(last)
        return found is not None and found.sha == folder_of({name: in_file(blob)}).id

    def _child(self, path: str) -> Child | None:
        folder, _, name = self.arrangement.stored(path).rpartition("/")
        one = self._listing(folder).find(name)
        return None if one is None or one.is_folder else one

    def _listing(self, folder: str) -> FolderListing:
        """What stands in a folder by name, as it is stored.

        A ledger has as many files as a round has records: each folder on the way is read once.
        """
        if folder not in self._listings:
            above, _, name = folder.rpartition("/")
            found = self._listing(above).find(name) if folder else None
            place = found.sha if found and found.is_folder else None
            sha = place if folder else self.tree
            self._listings[folder] = FolderListing(self._objects.raw_folder(sha) if sha else b"")
        return self._listings[folder]

    def files(self, folder: str) -> dict[str, ObjectID]:
        """The hashes of the files in a folder by their names."""
        return {one.name: one.sha for one in self._files(folder)}

    def documents(self, folder: str, holding: str = "") -> Iterator[tuple[str, Record]]:
        """The name and the JSON object of every file in a folder, in the order of names.

        ``holding`` leaves out the files in which a plain text such as an id does not occur.
        """
        wanted = holding.encode()
        for file in self._files(folder):
            data = self._objects.data(file.sha)
            if wanted in data:
                yield file.name, self._json(f"{folder}/{file.name}", data)

    def facts(self, folder: str, make: Callable[[Record, str], Fact]) -> Iterator[tuple[str, Fact]]:
        """The name of every file in a folder, and what ``make(object, path)`` says of it.

        Where facts are kept, ``make`` is asked once for each content.
        """
        for file in self._files(folder):
            path = f"{folder}/{file.name}"
            yield file.name, self._fact(file.sha, make, partial(self._made, make, path, file.sha))

    def fact(self, entry: Entry, kind: Hashable, make: Callable[[Record], Fact]) -> Fact:
        """What ``make`` says of the record of an entry; where facts are kept, asked once.

        ``kind`` tells what is asked: all that the answer depends on, the record aside.
        """
        sha = ObjectID(entry.blob.encode())
        return self._fact(sha, kind, lambda: make(self.record(entry)))

    def form(self, entry: Entry) -> str:
        """The form of the record of an entry."""
        return self.fact(entry, "form", lambda record: str(record.get("form")))

    def digest(self, entry: Entry) -> str:
        """The SHA-256 of the record of an entry, as decisions and receipts name a version."""
        make = partial(self._digest, entry)
        return self._fact(ObjectID(entry.blob.encode()), "digest", make)

    def names(self, folder: str) -> list[str]:
        """The names of what stands in a folder, in order; none where there is no such folder."""
        return [child.name for child in self._children(folder)]

    def has_any(self, folder: str) -> bool:
        """Whether anything stands in a folder."""
        return any(self.arrangement.unordered(self._objects, self.tree, folder))

    def rounds(self) -> list[str]:
        """Every round that holds something, the earliest first (see ``layout.round_order``)."""
        found = {
            f"{year.name}/{name.name}"
            for top in (layout.ROUNDS, layout.RECEIVED, layout.RECEIPTS, layout.ISSUED)
            for year in self._objects.folders(self._objects.find(self.tree, top))
            for name in self._objects.folders(year.sha)
        }
        return sorted(filter(layout.is_round, found), key=layout.round_order)

    def misplaced(self) -> Iterator[str]:
        """What stands where a round's shards are, and is not found there by any path."""
        for name in self.rounds():
            for folder in (layout.folder(top, name) for top in sorted(SHARDED)):
                yield from self.arrangement.misplaced(self._objects, self.tree, folder)

    def records(self, round_name: str) -> dict[str, Entry]:
        """The records of a round by id, in the order of their paths; none for an unknown round.

        Raises:
            XlsyncError: when one id stands in two files, which only a git merge can bring about.
        """
        return dict(self._records.all_of(layout.check_round(round_name)))

    def ids(self, round_name: str) -> list[str]:
        """The ids of the records of a round, in the order of their paths.

        Raises:
            XlsyncError: as :meth:`records` does.
        """
        return self._records.ids(layout.check_round(round_name))

    def entry(self, round_name: str, record_id: str) -> Entry | None:
        """One record of a round by its id, without listing the others; None where there is none.

        Raises:
            XlsyncError: as :meth:`records` does.
        """
        return self._records.find(layout.check_round(round_name), record_id)

    def outstanding(self, round_name: str) -> list[Entry]:
        """What went out in a round and did not come back; without a path and a blob.

        Raises:
            XlsyncError: when a file of the ledger lacks the names of its record.
        """
        folder = layout.folder(layout.ISSUED, layout.check_round(round_name))
        held = self.records(round_name)
        made = []
        for name in self.names(folder):
            record_id = name.removesuffix(".json")
            if record_id in held:
                continue
            document = self.document(f"{folder}/{name}") or {}
            group, title = document.get("group"), document.get("title")
            if not isinstance(group, str) or not isinstance(title, str):
                raise XlsyncError(f"{folder}/{name} in the repository is no file of the ledger")
            made.append(Entry(record_id, group, title, "", ""))
        return made

    def record(self, entry: Entry) -> Record:
        """The record of an entry."""
        return self._json(entry.path, self.record_bytes(entry))

    def record_bytes(self, entry: Entry) -> bytes:
        """The record of an entry as the canonical bytes that were committed.

        Raises:
            XlsyncError: when it only went out and there is no such record yet.
        """
        if not entry.path:
            raise XlsyncError(f"{entry.group} {entry.title} 只下发过，还没有收下过")
        blob, data = self._last
        if blob != entry.blob:
            data = self._objects.data(ObjectID(entry.blob.encode()))
            # Who asks several things of a record asks one after the other.
            self._last = entry.blob, data
        return data

    def received(self, round_name: str) -> list[Received]:
        """The files received in a round, ordered by digest and name."""
        top = layout.folder(layout.RECEIVED, layout.check_round(round_name))
        return [
            Received(key.name, file.name, f"{top}/{key.name}/{file.name}", file.sha.decode())
            for key in self._children(top)
            if key.is_folder
            for file in self._objects.files(key.sha)
        ]

    def received_bytes(self, received: Received) -> bytes:
        """The very bytes of a received file.

        Raises:
            OriginalError: when they lie beside the repository, and cannot be had from there.
        """
        data = self._objects.data(ObjectID(received.blob.encode()))
        digest = pointed(data, received.key)
        return data if digest is None else self.originals.read(digest)

    def pointed(self, received: Received) -> str | None:
        """The SHA-256 of a received file whose bytes lie beside the repository."""
        return pointed(self._objects.data(ObjectID(received.blob.encode())), received.key)

    def holds(self, sha: ObjectID) -> bool:
        """Whether git has these bytes, in this commit or in any other one."""
        return self._objects.holds(sha)

    def lacks(self, digest: str) -> bool:
        """Whether the original of a file that came is not in the own folder of originals."""
        is_beside = self.arrangement.originals == BESIDE
        return is_beside and not self.originals.has(digest)

    @cached_property
    def originals(self) -> Originals:
        """Where received files lie that git only points to."""
        setting = self.arrangement.originals or BESIDE
        return originals_of(Path(self._objects.folder).parent, setting)

    def _children(self, folder: str) -> list[Child]:
        return self.arrangement.children(self._objects, self.tree, folder)

    def _files(self, folder: str) -> list[Child]:
        return [child for child in self._children(folder) if not child.is_folder]

    def _fact(self, sha: ObjectID, kind: Hashable, make: Callable[[], Fact]) -> Fact:
        facts = self._objects.facts
        return make() if facts is None else facts.of(sha, kind, make)

    def _made(self, make: Callable[[Record, str], Fact], path: str, sha: ObjectID) -> Fact:
        return make(self._json(path, self._objects.data(sha)), path)

    def _digest(self, entry: Entry) -> str:
        return hashlib.sha256(self.record_bytes(entry)).hexdigest()

    @staticmethod
    def _json(path: str, data: bytes) -> Record:
        try:
            value = json.loads(data)
        except ValueError as error:
            raise XlsyncError(f"{path} in the repository is not JSON: {error}") from error
        if not isinstance(value, dict):
            raise XlsyncError(f"{path} in the repository is not a JSON object")
        return value
