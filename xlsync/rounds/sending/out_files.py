"""The files of a distribution: their names by unit and project, and what lies there already.

A project keeps its file as long as it keeps its names, whatever else comes into the roster.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.base.files import TEMPORARY, unique_names
from xlsync.base.record import canonical_bytes
from xlsync.exchange.workbooks import Order
from xlsync.reader import read
from xlsync.rounds.sending.issuing import Ticket, locked_slots
from xlsync.sources import xlsx
from xlsync.sources.finding import MAX_BYTES
from xlsync.writer import splice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from xlsync.form import Form
    from xlsync.rounds.kept.ledger import Issued
    from xlsync.rounds.sending.sendings import Sending

_SUFFIX = ".xlsx"
_STALE = 60.0
"""Seconds; a temporary file is there for milliseconds, an older one was left by a killed run."""


def name_files(sendings: Sequence[Sending], ledger: Mapping[str, Issued]) -> None:
    """Give every sending its file, as a path with ``/`` below the folder of the distribution."""
    folders = {one.group: path.parent.name for one in ledger.values() if (path := _file(one))}
    groups = sorted({one.group for one in sendings} - folders.keys())
    taken = list(dict.fromkeys(folders.values()))
    folders |= dict(zip(groups, unique_names([*taken, *groups])[len(taken) :], strict=True))
    held: dict[str, list[str]] = {}
    for one in ledger.values():
        if path := _file(one):
            held.setdefault(path.parent.name, []).append(path.stem)
    waiting: dict[str, list[Sending]] = {}
    for sending in sorted(sendings, key=lambda one: one.record):
        former = sending.former
        path = _file(former) if former else None
        if former and path and (former.group, former.title) == (sending.group, sending.title):
            sending.file = path.as_posix()
        else:
            waiting.setdefault(folders[sending.group], []).append(sending)
    for folder, new in waiting.items():
        stems = held.get(folder, [])
        names = unique_names([*stems, *(one.title for one in new)], suffix=_SUFFIX)
        for sending, name in zip(new, names[len(stems) :], strict=True):
            sending.file = f"{folder}/{name}"


def _file(former: Issued) -> PurePosixPath | None:
    """The file that went out last for a record, if it is below the folder of a distribution."""
    file = former.distributed.file
    return PurePosixPath(file) if file and file.count("/") == 1 else None


def content(path: Path) -> bytes | None:
    """The bytes of a file, None where there is none, nothing for one too large to be ours.

    Raises:
        XlsyncError: when it cannot be read.
    """
    try:
        return path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
    except FileNotFoundError:
        return None
    except OSError as error:
        raise XlsyncError(f"{path}: cannot read: {error.strerror}") from None


def is_made_of(form: Form, order: Order, data: bytes, password: str) -> bool:
    """Whether these bytes are the workbook that an order asks for."""
    locked = order.locked
    return data == splice(form, order.record, order.manifest, locked=locked, password=password)


def untouched(form: Form, data: bytes, keys: Sequence[bytes], password: str) -> Ticket | None:
    """What a file was made from, if it is a sealed workbook that nobody has saved since."""
    readings = read([form], xlsx.read(data), by_rules=False) if data else []
    manifest = readings[0].manifest if len(readings) == 1 else None
    record = readings[0].record if len(readings) == 1 else None
    if manifest is None or record is None or manifest.issue is None or manifest.round is None:
        return None
    if not manifest.issue.isdecimal() or not any(manifest.is_sealed_by(key) for key in keys):
        return None
    try:
        order = Order(record, manifest, locked_slots(form, manifest.fixed))
        if not is_made_of(form, order, data, password):
            return None
    except XlsyncError:
        return None
    return Ticket(
        content=canonical_bytes(record),
        round=manifest.round,
        number=int(manifest.issue),
        base=manifest.base,
        fixed=manifest.fixed,
        due=manifest.due,
        contact=manifest.contact,
    )


def sweep(folder: Path) -> None:
    """Take away the temporary files that killed runs have left in a folder."""
    for path in folder.glob(f"{TEMPORARY}*"):
        # Another run may be faster, or the file not ours to take away: it harms nobody.
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _STALE:
                path.unlink()
