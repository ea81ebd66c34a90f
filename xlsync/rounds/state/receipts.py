"""Receipts: what is kept of every file that came beside its very bytes, and how it is looked up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.exchange.reading import Arrival, read_arrival
from xlsync.repository.lookup import Reference, check_text, find, is_meant
from xlsync.repository.originals import OriginalError
from xlsync.rounds.kept.outcomes import State
from xlsync.rounds.kept.receipt_documents import (
    FormReceipt,
    Receipt,
    put_receipt,
    receipt_of,
    receipts_of,
)
from xlsync.rounds.state.status import check_known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlsync.base.record import Json
    from xlsync.exchange.reading import FileReading
    from xlsync.form import Form
    from xlsync.repository import Changes, Received, Snapshot
    from xlsync.rounds.kept.outcomes import Outcome
    from xlsync.rounds.returned.incoming import ReceivedFile


def now() -> str:
    """The time, in ISO 8601 and with its zone.

    Two things may follow each other within a second, and which one was later counts.
    """
    return datetime.now().astimezone().isoformat(timespec="microseconds")


def keep_file(changes: Changes, file: ReceivedFile, outcomes: list[Outcome], now: str) -> None:
    """Keep the bytes received and a receipt; of what could not be opened there is nothing."""
    if file.blob is None:
        return
    changes.put_spooled(file.path.name, file.digest, file.blob)
    if file.is_known and all(one.state is State.UNCHANGED for one in outcomes):
        return  # its receipt says so already
    former = receipt_of(changes, changes.round, file.digest)
    forms = [FormReceipt.from_json(one.receipt(), file.path.name) for one in outcomes]
    if former is None:
        put_receipt(changes, file.digest, Receipt(now, tuple(forms), {"received": now}))
        return
    if len(former.forms) == len(forms):
        forms = [
            old if one.state is State.SETTLED else _later(old, new)
            for one, old, new in zip(outcomes, former.forms, forms, strict=True)
        ]
    put_receipt(changes, file.digest, former.with_forms(forms))


def _later(old: FormReceipt, new: FormReceipt) -> FormReceipt:
    """What stands of a form that came again; one that got in, or goes on waiting, as it was."""
    waits_as_before = old.state == new.state == State.CONFLICT and old.content == new.content
    if waits_as_before or (old.accepted and new.accepted):
        return old
    if old.copy is not None and old.content == new.content:
        return new.changed(copy=old.copy)
    return new


@dataclass(frozen=True, slots=True)
class KeptFile:
    """One file as it was received; ``forms`` are those of its receipt."""

    file: Received
    received: str | None
    forms: tuple[FormReceipt, ...]

    def as_json(self) -> Json:
        """The file as ``xlsync received --json`` prints it."""
        forms = [
            {
                "state": one.state.value,
                "record": one.record,
                "group": one.group,
                "title": one.title,
            }
            for one in self.forms
        ]
        return {
            "key": self.file.key,
            "file": self.file.name,
            "received": self.received,
            "forms": forms,
        }


def received_files(snapshot: Snapshot, round_name: str, text: str | None = None) -> list[KeptFile]:
    """Every file that came, or those of one project, the last first.

    ``text`` is an id, the beginning of one, or part of a title, as the form itself said it.

    Raises:
        MistypedError: when there is no such round, or no such project in it.
    """
    check_known(snapshot, round_name)
    if text is not None:
        check_text(text)
    kept = list(_kept(snapshot, round_name))
    found = [one for one in kept if text is None or _is_of(one, text)]
    if text is not None and not found:
        # Nothing came yet of a project that went out; any other one is told.
        find(snapshot, Reference(round_name, text, None))
    return sorted(found, key=lambda one: one.received or "", reverse=True)


def named_files(
    snapshot: Snapshot, found: Iterable[KeptFile], lost: list[OriginalError]
) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of received files; digits of their digests keep files of one name apart.

    ``lost`` gets what is said of originals that cannot be had.
    """
    for one in found:
        try:
            data = snapshot.received_bytes(one.file)
        except OriginalError as error:
            lost.append(error)
        else:
            yield f"{one.file.key[:8]}_{one.file.name}", data


def check_all_read(lost: Sequence[OriginalError]) -> None:
    """Say which originals could not be had, once everything else was done.

    Raises:
        OriginalError: when there are any.
    """
    if lost:
        more = f"（另有 {len(lost) - 1} 份也取不到；其余的都已写出。）" if len(lost) > 1 else ""
        raise OriginalError(f"{lost[0]}{more}")


def reread(
    snapshot: Snapshot, forms: Mapping[str, Form], round_name: str, key: str
) -> tuple[KeptFile, FileReading]:
    """A file by its digest, or the beginning of it: its receipt, and what stands in it.

    Raises:
        XlsyncError: when the round has no such file.
    """
    files = snapshot.received(round_name)
    file = next((one for one in files if key.startswith(one.key)), None)
    if file is None:
        raise XlsyncError(f"{round_name} 没有收到过这个文件（{key}）。")
    kept = _with(file, receipt_of(snapshot, round_name, file.key))
    return kept, read_arrival(forms, Arrival(Path(file.name), snapshot.received_bytes(file)))


def _kept(snapshot: Snapshot, round_name: str) -> Iterator[KeptFile]:
    receipts = dict(receipts_of(snapshot, round_name))
    for file in snapshot.received(round_name):
        yield _with(file, receipts.get(file.key))


def _with(file: Received, receipt: Receipt | None) -> KeptFile:
    return KeptFile(file, receipt.received, receipt.forms) if receipt else KeptFile(file, None, ())


def _is_of(kept: KeptFile, text: str) -> bool:
    return any(is_meant(text, one.record, one.title) for one in kept.forms)
