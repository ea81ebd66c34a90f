"""What rules of rounds ask of records, found out here or by the workers of a cluster."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING

from xlsync.base.record import MISSING, get, put
from xlsync.base.workers import is_elsewhere, processes, spread
from xlsync.form.packing import PackedForms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.repository import Entry, Snapshot

_CHUNK = 1024
"""Records that go to a worker together, some 3 MB: each is a fraction of a millisecond's work."""


def asked_of(form: Form, record: Record) -> Record:
    """What rules of rounds ask of a record: its form, and the fields that they or people name.

    An audit keeps this of all records of a round; rows and long texts have no part in it.
    """
    known = form.mapping.record
    slots = {known.group, known.title, known.year}
    slots.update(slot for rule in form.mapping.round_rules for slot in rule.slots())
    asked: Record = {"form": record["form"]}
    for slot in slots - {None}:
        pointer = form.mapping.fields[slot or ""].pointer
        if (value := get(record, pointer)) is not MISSING:
            put(asked, pointer, value)
    return asked


def asked_elsewhere(
    forms: Mapping[str, Form], snapshot: Snapshot, entries: Iterable[Entry], count: int
) -> Iterable[Record | None]:
    """What is asked of each of ``count`` records, in their order; None: it is to be read here.

    Workers get records as git holds them. Processes of this machine get none: to send a record to
    another process costs what reading it here does.

    Raises:
        XlsyncError: when a record cannot be read, or the cluster is lost.
    """
    workers = processes(count)
    if workers == 1 or not is_elsewhere():
        return repeat(None, count)
    task = _Asking(PackedForms.of(forms.values()))
    return spread(task, map(snapshot.record_bytes, entries), workers, _CHUNK)


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asking a record, as it is sent to another machine, with the forms in it."""

    forms: PackedForms

    def __call__(self, data: bytes) -> Record | None:
        """What is asked of a record; what is wrong with one is told where it is read at home."""
        try:
            record = json.loads(data)
        except ValueError:
            return None
        if not isinstance(record, dict):
            return None
        form = self.forms.forms().get(str(record.get("form")))
        return None if form is None else asked_of(form, record)
