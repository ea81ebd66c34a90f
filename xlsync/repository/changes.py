"""What one commit is going to change in one round.

Changes are collected against a snapshot. What the snapshot holds already is left out, so that
collecting the same files twice commits nothing the second time.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from dulwich.objects import Blob

from xlsync.record import canonical_bytes
from xlsync.repository import layout

if TYPE_CHECKING:
    from xlsync.record import Record
    from xlsync.repository.snapshot import Snapshot


class Changes:
    """Records, received files and receipts of one round on their way into a commit."""

    def __init__(self, snapshot: Snapshot, round_name: str) -> None:
        """Collect changes of a round; XlsyncError when the round's name is none."""
        self.snapshot = snapshot
        self.round = layout.check_round(round_name)
        self._held = snapshot.records(round_name)
        self._record_paths: dict[str, str] = {}
        self._files: dict[str, Blob] = {}
        self._dropped: set[str] = set()

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
        self._files[path] = blob = Blob.from_string(canonical_bytes(record))
        held = self._held.get(record_id)
        return held is None or (held.path, held.blob) != (path, blob.id.decode())

    def put_received(self, name: str, data: bytes) -> str:
        """Keep the very bytes of a received file under its name.

        Returns:
            the SHA-256 of the bytes in hexadecimal digits.
        """
        digest = hashlib.sha256(data).hexdigest()
        self._files[layout.received_path(self.round, digest, name)] = Blob.from_string(data)
        return digest

    def put_receipt(self, digest: str, receipt: Record) -> None:
        """Keep what came of the received file with this SHA-256, in place of an older receipt."""
        self.put_document(layout.receipt_path(self.round, digest), receipt)

    def put_document(self, path: str, document: Record) -> None:
        """Keep a JSON object at a path of the layout, in place of what stood there."""
        self._files[path] = Blob.from_string(canonical_bytes(document))
        self._dropped.discard(path)

    def drop(self, path: str) -> None:
        """Take away the file at a path, if there is one."""
        self._files.pop(path, None)
        self._dropped.add(path)

    def blobs(self) -> dict[str, Blob]:
        """The files by path that the snapshot does not hold as they are here."""
        held = self.snapshot.find_all(self._files)
        return {path: blob for path, blob in self._files.items() if held.get(path) != blob.id}

    def obsolete(self) -> list[str]:
        """The paths that records of the snapshot leave behind, and those that were dropped."""
        held = {record_id: self._held.get(record_id) for record_id in self._record_paths}
        moved = [
            entry.path
            for record_id, entry in held.items()
            if entry is not None and entry.path != self._record_paths[record_id]
        ]
        return [*moved, *self.snapshot.find_all(self._dropped)]
