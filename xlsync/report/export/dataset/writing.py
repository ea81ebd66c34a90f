"""What a round accepted into a dataset: parts that changed are written, all others stay."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.acting import is_preview
from xlsync.base.errors import XlsyncError
from xlsync.base.files import TEMPORARY, make_folder, refuse_full, write_file
from xlsync.report.export.dataset import MARKER
from xlsync.report.export.dataset.documents import (
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
from xlsync.report.export.dataset.parts import PartOrder, make_parts, plan_of
from xlsync.rounds.kept.units import unit_key, unit_tree
from xlsync.rounds.state.exporting import counted_records, left_out
from xlsync.rounds.state.status import check_known

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
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
    units = _by_unit(snapshot, counted.values())
    current = {} if force or former is None else _current(former, place, forms, units)
    changed = [one for one in units if one.group not in current]
    names = {folder_of("unit", one.group) for one in units}
    made = DatasetChange(
        written=len(changed),
        unchanged=len(current),
        removed=sum(one.folder not in names for one in former.parts) if former else 0,
        projects=len(counted),
        **left_out(snapshot, round_name, counted)._asdict(),
    )
    if not is_preview():
        make_folder(place)
        write_document(folder / MARKER, DatasetMarker(format=FORMAT))
        at_hand = current | _written(snapshot, forms, place, changed)
        now = DatasetRound(
            round=round_name,
            commit=snapshot.commit,
            disputed=made.disputed,
            cancelled=made.cancelled,
            parts=[at_hand[one.group] for one in units],
        )
        # From here on the new parts count, and the old ones do not.
        write_document(place / ROUND_FILE, now)
        _sweep(place, {one.file for one in now.parts})
    return made


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


class _UnitEntries(NamedTuple):
    """The projects of a unit: its name in paths, the units above it with itself, its records."""

    group: str
    units: list[str]
    entries: list[Entry]

    @property
    def source(self) -> str:
        """A digest of what a part is made of; git's hashes stand for the records."""
        made = json.dumps([self.units, [(one.id, one.blob) for one in self.entries]])
        return hashlib.sha256(made.encode()).hexdigest()


def _by_unit(snapshot: Snapshot, entries: Collection[Entry]) -> list[_UnitEntries]:
    """The projects of each unit by id; units in the order of the list, those not in it after."""
    tree = unit_tree(snapshot)
    groups: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda one: one.id):
        groups.setdefault(entry.group, []).append(entry)
    order = {unit_key(one.name): at for at, (_, one) in enumerate(tree.downwards())}
    names = sorted(groups, key=lambda one: (order.get(unit_key(one), len(order)), one))
    return [_UnitEntries(name, tree.path(name), groups[name]) for name in names]


def _current(
    former: DatasetRound, place: Path, forms: Mapping[str, Form], units: Sequence[_UnitEntries]
) -> dict[str, DatasetPart]:
    """The parts that say what the repository says, without a look at any record."""
    kept = {one.folder: one for one in former.parts}
    found = {one.group: (kept.get(folder_of("unit", one.group)), one.source) for one in units}
    return {
        group: old
        for group, (old, source) in found.items()
        if old is not None and old.source == source and _is_whole(old, place, forms)
    }


def _is_whole(old: DatasetPart, place: Path, forms: Mapping[str, Form]) -> bool:
    """Whether a part is there, and its forms would take the same out of its records."""
    path = place / old.file
    return (
        all(one in forms for one in old.forms)
        and all(plan_of(forms, one).digest == made for one, made in old.forms.items())
        and path.is_file()
        and path.stat().st_size == old.bytes
    )


def _written(
    snapshot: Snapshot, forms: Mapping[str, Form], place: Path, units: Sequence[_UnitEntries]
) -> dict[str, DatasetPart]:
    """Write the parts of units, each under a name that no other content has."""
    orders = (
        PartOrder(one.units, [(entry.path, snapshot.record_bytes(entry)) for entry in one.entries])
        for one in units
    )
    count = sum(len(one.entries) for one in units)
    parts: dict[str, DatasetPart] = {}
    for one, made in zip(units, make_parts(forms, orders, count), strict=True):
        name = f"{folder_of('unit', one.group)}/{made.sha256[:16]}.parquet"
        make_folder((place / name).parent)
        write_file(place / name, made.data)
        parts[one.group] = DatasetPart(
            file=name,
            units=one.units,
            projects=len(one.entries),
            bytes=len(made.data),
            sha256=made.sha256,
            source=one.source,
            forms=made.forms,
        )
    return parts


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
