"""Parts of a dataset, made of records: here, in processes of this machine, or on a cluster."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
from pyarrow import parquet

from xlsync.base.workers import processes, spread
from xlsync.form.packing import PackedForms
from xlsync.report.export.dataset.rows import SCHEMA, RowPlan
from xlsync.rounds.state.exporting import fitting_record, missing_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlsync.form import Form

_BATCH = 500
"""Records that are in memory as rows at a time, and in one group of rows."""

_CHUNK = 4
"""Units that go to another process together; one has some twenty projects."""


class PartOrder(NamedTuple):
    """What a part is made of: the units, and path and bytes of each record."""

    units: Sequence[str]
    records: Sequence[tuple[str, bytes]]


class MadePart(NamedTuple):
    """The bytes of a part and their SHA-256, and the forms of its records with their digests."""

    data: bytes
    sha256: str
    forms: dict[str, str]


def make_parts(
    forms: Mapping[str, Form], orders: Iterable[PartOrder], count: int
) -> Iterator[MadePart]:
    """Make parts in their order, in several processes where ``count`` projects are many.

    Raises:
        XlsyncError: when a record does not fit its form, or that is not at hand.
    """
    workers = processes(count)
    if workers == 1:
        yield from map(partial(_made, forms), orders)
    else:
        yield from spread(_PartTask(PackedForms.of(forms.values())), orders, workers, _CHUNK)


@dataclass(frozen=True, slots=True)
class _PartTask:
    """Making a part, as it is sent to another process, with the forms in it."""

    forms: PackedForms

    def __call__(self, order: PartOrder) -> MadePart:
        """Make one part."""
        return _made(self.forms.forms(), order)


def plan_of(forms: Mapping[str, Form], form_id: str) -> RowPlan:
    """What rows take out of the records of a form.

    Raises:
        XlsyncError: when the form is not at hand.
    """
    if form_id not in forms:
        raise missing_form(form_id)
    return _plan(forms[form_id])


@lru_cache(maxsize=64)
def _plan(form: Form) -> RowPlan:
    return RowPlan(form)


def _made(forms: Mapping[str, Form], order: PartOrder) -> MadePart:
    used: dict[str, str] = {}
    file = io.BytesIO()
    with parquet.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
        rows = _rows(forms, order, used)
        while batch := list(islice(rows, _BATCH)):
            writer.write_table(pa.Table.from_pylist(batch, schema=SCHEMA))
    data = file.getvalue()
    return MadePart(data, hashlib.sha256(data).hexdigest(), dict(sorted(used.items())))


def _rows(
    forms: Mapping[str, Form], order: PartOrder, used: dict[str, str]
) -> Iterator[dict[str, Any]]:
    for path, data in order.records:
        found = json.loads(data)
        form_id = str(found.get("form"))
        plan = plan_of(forms, form_id)
        used[form_id] = plan.digest
        yield plan.row(fitting_record(forms[form_id], found, path), order.units)
