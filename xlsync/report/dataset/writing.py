"""What a round accepted into a dataset: parts that changed are written, all others stay."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
from xlsync.report.dataset.parts import PartOrder, make_parts, plan_of
from xlsync.repository import layout
from xlsync.rounds.exporting import counted_records
from xlsync.rounds.status import check_known
from xlsync.rounds.units import unit_key, unit_tree

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from xlsync.form import Form
    from xlsync.repository import Entry, Repository, Snapshot

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
    kept = {} if force or former is None else {one.file.split("/")[0]: one for one in former.parts}
    groups = _by_unit(snapshot, counted.values())
    current = {
        entries[0].group: old
        for units, entries in groups
        if (old := kept.get(folder_of("unit", entries[0].group))) is not None
        and _is_current(old, place, forms, _source(units, entries))
    }
    changed = [one for one in groups if one[1][0].group not in current]
    new: dict[str, DatasetPart] = {}
    if not is_preview():
        make_folder(place)
        write_document(folder / MARKER, DatasetMarker(format=FORMAT))
        made_parts = _written(snapshot, forms, place, changed)
        new = {one[1][0].group: part for one, part in zip(changed, made_parts, strict=True)}
    at_hand = current | new
    names = [entries[0].group for _, entries in groups]
    parts = [at_hand[name] for name in names if name in at_hand]
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
        written=len(changed),
        unchanged=len(current),
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


def _is_current(old: DatasetPart, place: Path, forms: Mapping[str, Form], source: str) -> bool:
    """Whether a part says what the repository says, without a look at any record."""
    path = place / old.file
    return (
        old.source == source
        and all(one in forms for one in old.forms)
        and all(plan_of(forms, one).digest == made for one, made in old.forms.items())
        and path.is_file()
        and path.stat().st_size == old.bytes
    )


def _written(
    snapshot: Snapshot,
    forms: Mapping[str, Form],
    place: Path,
    groups: Sequence[tuple[list[str], list[Entry]]],
) -> Iterator[DatasetPart]:
    """Write the parts of units, each under a name that no other content has."""
    orders = (
        PartOrder(units, [(one.path, snapshot.record_bytes(one)) for one in entries])
        for units, entries in groups
    )
    count = sum(len(entries) for _, entries in groups)
    for (units, entries), made in zip(groups, make_parts(forms, orders, count), strict=True):
        name = f"{folder_of('unit', entries[0].group)}/{made.sha256[:16]}.parquet"
        make_folder((place / name).parent)
        write_file(place / name, made.data)
        yield DatasetPart(
            file=name,
            units=units,
            projects=len(entries),
            bytes=len(made.data),
            sha256=made.sha256,
            source=_source(units, entries),
            forms=made.forms,
        )


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
