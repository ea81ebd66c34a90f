"""Verify a repository whole: every object of its history, and what its last commit holds.

``git fsck`` says whether objects are sound; this says besides whether records, receipts and
originals are what their names say, so that a repository that passes can stand up in an audit.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dulwich.objects import Blob, Commit, ObjectID, Tree

from xlsync.base.acting import previewing
from xlsync.base.errors import XlsyncError
from xlsync.repository import layout
from xlsync.repository.objects import DAMAGE, check_tree
from xlsync.repository.originals import BESIDE, FolderOriginals, OriginalError
from xlsync.repository.signature import allowed_signers, fault_of
from xlsync.repository.tidying import Tidied, tidied, unneeded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dulwich.object_store import DiskObjectStore

    from xlsync.repository.snapshot import Snapshot

MAX_FAULTS = 200
"""Faults that are listed; more are counted."""


@dataclass(slots=True)
class Soundness:
    """What was looked at, and what is wrong, as sentences; nothing wrong means it is sound."""

    commits: int = 0
    folders: int = 0
    files: int = 0
    records: int = 0
    originals: int = 0
    faults: list[str] = field(default_factory=list)
    unlisted: int = 0
    signed: int = 0
    unsigned: int = 0
    """Commits with a signature, and without one; see ``is_verified``."""
    unneeded: Tidied | None = None
    """What lies in the repository's own folder of originals and nothing needs; None without one."""
    is_verified: bool = False
    """Whether the signatures were compared with the known keys (``gpg.ssh.allowedSignersFile``)."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def add(self, fault: str) -> None:
        """Note a fault."""
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(fault)
        else:
            self.unlisted += 1


def check_whole(
    store: DiskObjectStore, head: ObjectID, snapshot: Snapshot, *, tidy: bool
) -> Soundness:
    """Verify a repository whole; where it is sound, find what lies beside it and nothing needs.

    Raises:
        XlsyncError: when that cannot be read or, with ``tidy``, not be removed.
    """
    found = Soundness()
    check_history(store, head, found)
    check_contents(snapshot, found)
    originals, is_own = snapshot.originals, snapshot.arrangement.originals == BESIDE
    if found.is_sound and is_own and isinstance(originals, FolderOriginals):
        with previewing(wanted=not tidy):
            found.unneeded = tidied(unneeded(originals, store))
    return found


def check_history(store: DiskObjectStore, head: ObjectID, found: Soundness) -> None:
    """Read every object that the history needs and compare it with its name, the SHA-1.

    Signatures are verified where the user's git names a file of known keys.
    """
    signers = allowed_signers()
    found.is_verified = signers is not None
    waiting: list[tuple[ObjectID, str]] = [(head, "提交")]
    seen = {head}
    while waiting:
        sha, what = waiting.pop()
        for one in _below(store, sha, what, found, signers):
            if one[0] not in seen:
                seen.add(one[0])
                waiting.append(one)


def _below(
    store: DiskObjectStore, sha: ObjectID, what: str, found: Soundness, signers: Path | None
) -> Iterator[tuple[ObjectID, str]]:
    """Check one object, and name those that it needs."""
    try:
        read = store[sha]
        read.check()
        if read.sha().hexdigest().encode() != sha:
            raise ValueError("内容与名称不符")
        if isinstance(read, Tree):
            check_tree(read)
    except XlsyncError as error:
        found.add(str(error))
        return
    except DAMAGE as error:
        found.add(f"{what} {sha.decode()} 缺失或损坏（{type(error).__name__}）。")
        return
    if isinstance(read, Commit):
        found.commits += 1
        _check_signature(read, signers, found)
        yield read.tree, "目录"
        for parent in read.parents:
            yield parent, "提交"
    elif isinstance(read, Tree):
        found.folders += 1
        for entry in read.iteritems():
            yield ObjectID(entry.sha), "文件"
    elif isinstance(read, Blob):
        found.files += 1


def _check_signature(commit: Commit, signers: Path | None, found: Soundness) -> None:
    if not commit.gpgsig:
        found.unsigned += 1
        return
    found.signed += 1
    fault = fault_of(commit, signers) if signers else None
    if fault is not None:
        found.add(f"提交 {commit.id.decode()}：{fault}。")


def check_contents(snapshot: Snapshot, found: Soundness) -> None:
    """Compare records, receipts and originals of the last commit with what their names say."""
    for path in snapshot.misplaced():
        found.add(f"{path}：不在它该在的目录里，读不到；请用 git 移开或删去。")
    for round_name in snapshot.rounds():
        try:
            _check_records(snapshot, round_name, found)
            _check_originals(snapshot, round_name, found)
        except XlsyncError as error:
            found.add(f"{round_name}：{error}")


def _check_records(snapshot: Snapshot, round_name: str, found: Soundness) -> None:
    for entry in snapshot.records(round_name).values():
        found.records += 1
        try:
            record = snapshot.record(entry)
        except XlsyncError as error:
            found.add(str(error))
            continue
        if record.get("id") != entry.id:
            found.add(f"{entry.path}：文件名中的编号与内容里的 {record.get('id')!r} 不一致。")


def _check_originals(snapshot: Snapshot, round_name: str, found: Soundness) -> None:
    receipts = set(snapshot.names(layout.folder(layout.RECEIPTS, round_name)))
    for file in snapshot.received(round_name):
        found.originals += 1
        place = snapshot.arrangement.stored(file.path)
        try:
            digest = hashlib.sha256(snapshot.received_bytes(file)).hexdigest()
        except OriginalError as error:
            found.add(f"{place}：{error}")
        else:
            if layout.key_of(digest) != file.key:
                found.add(f"{place}：原件的内容与收件时的摘要不符，可能被改动。")
        if f"{file.key}.json" not in receipts:
            found.add(f"{place}：原件没有收件记录。")
