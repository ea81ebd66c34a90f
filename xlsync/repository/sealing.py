"""The keys that seal workbooks: a workbook with a seal was made here, and says what it said then.

They stay in the repository. Whoever may read it may make seals; units, who only get workbooks,
cannot.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.repository import layout
from xlsync.repository.changes import Changes
from xlsync.repository.writing import until_committed

if TYPE_CHECKING:
    from xlsync.base.record import Record
    from xlsync.repository.repository import Repository
    from xlsync.repository.snapshot import Snapshot

_KEY_BYTES = 32
"""Of a key that seals: as many as the digest has (RFC 2104, section 3)."""


def new_seal() -> Record:
    """A file with one new key, as a repository begins with it."""
    return {"keys": [secrets.token_hex(_KEY_BYTES)]}


def seal_keys(snapshot: Snapshot) -> list[bytes]:
    """The keys of a repository: the first seals, any of them is known; none before the first.

    Raises:
        XlsyncError: when the file of keys is not as xlsync writes it.
    """
    document = snapshot.document(layout.SEAL)
    if document is None:
        return []
    try:
        keys = [bytes.fromhex(one) for one in document["keys"]]
    except (KeyError, TypeError, ValueError):
        keys = []
    if not all(keys) or not keys:
        raise XlsyncError(f"{layout.SEAL} in the repository holds no keys; restore it with git")
    return keys


def ensure_seal(repository: Repository, round_name: str) -> None:
    """Give a repository that was made before there were seals a key of its own."""

    def step() -> None:
        snapshot = repository.snapshot()
        if not seal_keys(snapshot):
            changes = Changes(snapshot, round_name)
            changes.put_document(layout.SEAL, new_seal())
            repository.commit(changes, "建立工作簿的密钥")

    until_committed(step)
