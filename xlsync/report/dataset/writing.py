"""What a round accepted into a dataset: parts that changed are written, all others stay."""

from __future__ import annotations

import hashlib
import io
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow import parquet

from xlsync.base.acting import is_preview
from xlsync.base.errors import XlsyncError
from xlsync.base.files import TEMPORARY, make_folder, refuse_full, write_file
from xlsync.report.dataset import MARKER
from xlsync.report.dataset.documents import (
    FORMAT,
    ROUND_FILE,
    DatasetMarker,
    DatasetPart,
    DatasetRound,
    check_format,
    folder_of,
    is_dataset,
    round_folder,
    round_of,
    write_document,
)
from xlsync.report.dataset.rows import SCHEMA, RowPlan
from xlsync.repository import layout
from xlsync.rounds.exporting import FormRecords, counted_records
from xlsync.rounds.status import check_known
from xlsync.rounds.units import unit_key, unit_tree

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from xlsync.form import Form
    from xlsync.repository import Entry, Repository, Snapshot

_BATCH = 500
"""Records that are in memory at a time, and in one group of rows."""

_PART = re.compile(r"[0-9a-f]{16}\.parquet")


@dataclass(frozen=True, slots=True)
class DatasetChange:
    """How many units were written, stayed and were taken out; projects in it and left out of it."""

    written: int
    unchanged: int
    removed: int
    projects: int
    disputed: int
    cancelled: int


def write_dataset(
    repository: Repository,
    forms: Mapping[str, Form],
    round_name: str,
    folder: Path,
    *,
    force: bool = False,
) -> DatasetChange:
    """Bring a round of a dataset to what the repository says now; nothing else is touched.

    ``force`` writes every part anew, and over a round that came from another repository.

    Raises:
        XlsyncError: when nothing was accepted, the folder is no dataset, what stands there is of
            another repository, or a record does not fit its form.
    """
    snapshot = repository.snapshot()
    check_known(snapshot, round_name)
    former = _former(repository, round_name, folder, force=force)
    counted = counted_records(snapshot, round_name)
    if not counted and former is None:
        raise XlsyncError(f"{round_name}: nothing was accepted in this round yet")
    place = round_folder(folder, round_name)
    writer = _PartWriter(snapshot, forms, place)
    kept = {} if force or former is None else {one.file.split("/")[0]: one for one in former.parts}
    parts: list[DatasetPart] = []
    written = unchanged = 0
    if not is_preview():
        make_folder(place)
        write_document(folder / MARKER, DatasetMarker(format=FORMAT))
    for units, entries in _by_unit(snapshot, counted.values()):
        old = kept.get(folder_of("unit", entries[0].group))
        if old is not None and writer.is_current(old, units, entries):
            parts.append(old)
            unchanged += 1
            continue
        written += 1
        if not is_preview():
            parts.append(writer.write(units, entries))
    made = DatasetRound(
        round=round_name,
        commit=snapshot.commit,
        disputed=len(snapshot.names(f"{layout.CONFLICTS}/{round_name}")),
        cancelled=len(snapshot.records(round_name)) - len(counted),
        parts=parts,
    )
    if not is_preview():
        # From here on the new parts count, and the old ones do not.
        write_document(place / ROUND_FILE, made)
        _sweep(place, {one.file for one in parts})
    return DatasetChange(
        written=written,
        unchanged=unchanged,
        removed=_removed(former, counted.values()),
        projects=len(counted),
        disputed=made.disputed,
        cancelled=made.cancelled,
    )


def _former(
    repository: Repository, round_name: str, folder: Path, *, force: bool
) -> DatasetRound | None:
    """What the dataset says of the round; XlsyncError where it may not be written over."""
    if not is_dataset(folder):
        refuse_full(folder)
        return None
    check_format(folder)
    try:
        former = round_of(folder, round_name)
    except XlsyncError:
        if not force:
            raise
        return None
    if former is not None and not force:
        try:
            repository.snapshot(former.commit)
        except XlsyncError:
            raise XlsyncError(
                f"{folder}: {round_name} was written from another repository, or from a later "
                "state of this one; sync first, name another folder, or use --force"
            ) from None
    return former


def _by_unit(snapshot: Snapshot, entries: Collection[Entry]) -> list[tuple[list[str], list[Entry]]]:
    """The projects of each unit by id, with the units above it; in the order of the list."""
    tree = unit_tree(snapshot)
    groups: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda one: one.id):
        groups.setdefault(entry.group, []).append(entry)
    order = {unit_key(one.name): at for at, (_, one) in enumerate(tree.downwards())}
    names = sorted(groups, key=lambda one: (order.get(unit_key(one), len(order)), one))
    return [(tree.path(name), groups[name]) for name in names]


class _PartWriter:
    """Writes the parts of one round."""

    def __init__(self, snapshot: Snapshot, forms: Mapping[str, Form], place: Path) -> None:
        self._snapshot = snapshot
        self._forms = forms
        self._place = place
        self._plans: dict[str, RowPlan] = {}

    def is_current(self, old: DatasetPart, units: Sequence[str], entries: Sequence[Entry]) -> bool:
        """Whether a part says what the repository says, without a look at any record."""
        path = self._place / old.file
        return (
            old.source == _source(units, entries)
            and all(one in self._forms for one in old.forms)
            and all(self._plan(one).digest == made for one, made in old.forms.items())
            and path.is_file()
            and path.stat().st_size == old.bytes
        )

    def write(self, units: Sequence[str], entries: Sequence[Entry]) -> DatasetPart:
        """Write the part of a unit under a name that no other content has."""
        by_form: dict[str, list[Entry]] = {}
        for entry in entries:
            by_form.setdefault(str(self._snapshot.record(entry).get("form")), []).append(entry)
        file = io.BytesIO()
        with parquet.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
            rows = self._rows(by_form, units)
            while batch := list(islice(rows, _BATCH)):
                writer.write_table(pa.Table.from_pylist(batch, schema=SCHEMA))
        data = file.getvalue()
        digest = hashlib.sha256(data).hexdigest()
        name = f"{folder_of('unit', entries[0].group)}/{digest[:16]}.parquet"
        make_folder((self._place / name).parent)
        write_file(self._place / name, data)
        return DatasetPart(
            file=name,
            units=list(units),
            projects=len(entries),
            bytes=len(data),
            sha256=digest,
            source=_source(units, entries),
            forms={one: self._plan(one).digest for one in sorted(by_form)},
        )

    def _rows(
        self, by_form: Mapping[str, list[Entry]], units: Sequence[str]
    ) -> Iterator[dict[str, object]]:
        for form_id in sorted(by_form):
            plan = self._plan(form_id)
            for record in FormRecords(self._forms[form_id], self._snapshot, by_form[form_id]):
                yield plan.row(record, units)

    def _plan(self, form_id: str) -> RowPlan:
        if form_id not in self._forms:
            raise XlsyncError(f"no form {form_id!r} is installed that could read these records")
        if form_id not in self._plans:
            self._plans[form_id] = RowPlan(self._forms[form_id])
        return self._plans[form_id]


def _source(units: Sequence[str], entries: Sequence[Entry]) -> str:
    """A digest of what a part is made of; git's hashes stand for the records."""
    made = json.dumps([list(units), [(one.id, one.blob) for one in entries]])
    return hashlib.sha256(made.encode()).hexdigest()


def _removed(former: DatasetRound | None, entries: Collection[Entry]) -> int:
    now = {folder_of("unit", one.group) for one in entries}
    parts = former.parts if former else []
    return sum(one.file.split("/")[0] not in now for one in parts)


def _sweep(place: Path, kept: set[str]) -> None:
    """Remove parts that count no more, and what a run that was killed left behind."""
    for path in (*place.parent.glob(f"{TEMPORARY}*"), *place.glob(f"{TEMPORARY}*")):
        path.unlink(missing_ok=True)
    for folder in place.glob("unit=*"):
        for path in folder.iterdir():
            is_ours = _PART.fullmatch(path.name) or path.name.startswith(TEMPORARY)
            if is_ours and f"{folder.name}/{path.name}" not in kept:
                path.unlink(missing_ok=True)
        with suppress(OSError):  # somebody's own files are in it
            folder.rmdir()
