"""What lies already where a workbook is to go: one of ours as it was made, or something else.

A run that was killed leaves workbooks that the ledger does not know yet; the next one takes them
up. A file that somebody has worked in since must not be lost, so it is told from one that was
only made: whoever saves a workbook anew gives it other bytes than the ones that made it.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from xlsync.errors import XlsyncError
from xlsync.files import TEMPORARY
from xlsync.generate import Order
from xlsync.intake import MAX_BYTES
from xlsync.reader import read
from xlsync.rounds.issuing import Ticket, locked_slots
from xlsync.sources import xlsx
from xlsync.writer import splice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlsync.form import Form

_STALE = 60.0
"""Seconds; a temporary file is there for milliseconds, an older one was left by a killed run."""


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
    readings = read([form], xlsx.read(data)) if data else []
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
        record=record,
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
