"""What one commit is going to change in one round.

Changes are collected against a snapshot. What the snapshot holds already is left out, so that
collecting the same files twice commits nothing the second time. The bytes wait in a spool,
which outlives the changes where a lost race makes them be collected anew.
"""

from __future__ import annotations

import hashlib
import json
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from dulwich.objects import ObjectID

from xlsync.base.disk_map import SEVERAL, DiskMap
from xlsync.base.record import canonical_bytes
from xlsync.repository import layout
from xlsync.repository.objects import in_file
from xlsync.repository.originals import pointer
from xlsync.repository.spool import Edits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.record import Record
    from xlsync.repository.snapshot import Snapshot
    from xlsync.repository.spool import Spool

_AT_ONCE = 1000
"""Paths that are looked up together."""

_SHA = 40
"""Digits of git's name of an object."""


class Changes:
    """Records, received files and receipts of one round on their way into a commit."""

    def __init__(
        self, snapshot: Snapshot, round_name: str = "", spool: Spool | None = None
    ) -> None:
        """Collect changes of a round, or of nothing but documents that belong to none.

        XlsyncError when the round's name is none.
        ``spool`` is one that holds the received files already; by default there is a new one.
        """
        self.snapshot = snapshot
        self.spool = spool or snapshot.spool()
        self.round = layout.check_round(round_name) if round_name else ""
        self._record_paths: DiskMap[str, str] = DiskMap()
        self._files: DiskMap[str, ObjectID] = DiskMap(few=SEVERAL)
        self._dropped: set[str] = set()
        self._originals: DiskMap[str, bytes] = DiskMap()
        """The SHA-256 of received files that git only points to, and their names in the spool."""

    def put_record(self, record_id: str, group: str, title: str, record: Record) -> bool:
        """Put a record in place of any older one of its id; the last one put counts.

        Args:
            record_id: 1 to 40 of ``0-9 a-z -``.
            group: any text, for the folder.
            title: any text, for the file name.
            record: the content.

        Returns:
            whether content or path differ from what the snapshot holds.
        """
        path = layout.record_path(self.round, record_id, group, title)
        former = self._record_paths.get(record_id)
        if former is not None:
            del self._files[former]
        self._record_paths[record_id] = path
        self._files[path] = blob = self.spool.put(canonical_bytes(record))
        held = self.snapshot.entry(self.round, record_id)
        return held is None or (held.path, held.blob) != (path, blob.decode())

    def record(self, record_id: str) -> Record | None:
        """The record as it will stand; None where there is none."""
        path = self._record_paths.get(record_id)
        if path is not None:
            return self.document(path)
        entry = self.snapshot.entry(self.round, record_id) if self.round else None
        return self.snapshot.record(entry) if entry else None

    def put_received(self, name: str, data: bytes) -> str:
        """Keep the very bytes of a received file under its name.

        Returns:
            the SHA-256 of the bytes in hexadecimal digits.
        """
        digest = hashlib.sha256(data).hexdigest()
        self.put_spooled(name, digest, self.spool.put(data))
        return digest

    def put_spooled(self, name: str, digest: str, sha: ObjectID) -> None:
        """Keep a received file whose bytes the spool or the repository holds.

        ``digest`` is their SHA-256.
        """
        path = layout.received_path(self.round, digest, name)
        if self.snapshot.arrangement.originals is None:
            self._files[path] = sha
        else:
            self._files[path] = self.spool.put(pointer(digest))
            self._originals[path] = digest.encode() + sha

    def document(self, path: str) -> Record | None:
        """The JSON object at a path as it will stand; None where there is none."""
        if path in self._dropped:
            return None
        if path in self._files:
            made: Record = json.loads(self.spool.data(self._files[path]))
            return made
        return self.snapshot.document(path)

    def put_document(self, path: str, document: Record) -> None:
        """Keep a JSON object at a path of the layout, in place of what stood there."""
        self._files[path] = self.spool.put(canonical_bytes(document))
        self._dropped.discard(path)

    def drop(self, path: str) -> None:
        """Take away the file at a path, if there is one."""
        self._files.pop(path, None)
        if self.snapshot.has(path):
            self._dropped.add(path)

    def edits(self) -> Edits | None:
        """What has to be committed; None where the snapshot holds all of it already."""
        files: DiskMap[str, ObjectID] = DiskMap(few=SEVERAL)
        placed: DiskMap[str, ObjectID] = DiskMap()
        originals: DiskMap[str, ObjectID] = DiskMap()
        has_originals = bool(self._originals)
        for path, sha, held in self._with_held():
            original = self._originals.get(path) if has_originals else None
            if original is not None:
                digest, data = original[:-_SHA].decode(), ObjectID(original[-_SHA:])
                if held == data:
                    # Where git holds an original itself, be it that a join brought it, it stays.
                    continue
                is_there = held == sha and self.snapshot.originals.has(digest)
                if data in self.spool and not is_there:
                    originals[digest] = data
                elif held is None and self.snapshot.holds(data):
                    # One that is known and was not read again comes under another name.
                    placed[path] = data
                    continue
            if held != sha:
                (files if sha in self.spool else placed)[path] = sha
        obsolete = [*self._moved(), *self.snapshot.find_all(self._dropped)]
        if not (files or placed or obsolete or originals):
            return None
        there = {path: in_file(sha) for path, sha in placed.items()}
        return Edits(files, obsolete, self.spool, there, originals)

    def _with_held(self) -> Iterator[tuple[str, ObjectID, ObjectID | None]]:
        """Each file of the changes, and what the snapshot holds at its path."""
        items = iter(self._files.items())
        while some := [*islice(items, _AT_ONCE)]:
            alone = {path for path, sha in some if self._is_alone(path, sha)}
            held = self.snapshot.find_all(path for path, _ in some if path not in alone)
            for path, sha in some:
                yield path, sha, sha if path in alone else held.get(path)

    def _is_alone(self, path: str, sha: ObjectID) -> bool:
        """Whether a received file stands where it would be put; mostly it came under one name."""
        return path.startswith(layout.RECEIVED) and self.snapshot.has_alone(path, sha)

    def _moved(self) -> list[str]:
        """The paths that records of the snapshot leave behind."""
        entry_of = partial(self.snapshot.entry, self.round)
        held = ((entry_of(record_id), path) for record_id, path in self._record_paths.items())
        return [entry.path for entry, path in held if entry is not None and entry.path != path]
