"""Datasets opened to be read: checked file by file before anything is believed."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow import dataset as arrow_dataset
from pyarrow import parquet

from xlsync.base.errors import UsageError, XlsyncError, unknown_name
from xlsync.report.export.dataset.documents import (
    DatasetPart,
    DatasetRound,
    check_format,
    round_folder,
    rounds_of,
)
from xlsync.report.export.dataset.rows import SCHEMA
from xlsync.repository.layout import check_round, round_order
from xlsync.rounds.kept.units import unit_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    _Parts = tuple[DatasetPart | None, DatasetPart | None]
    """What a unit has in a round, and in an earlier one."""

_MAX_GROUP = 512 * 1024 * 1024
"""Bytes that a group of rows of a part may have once it is read: 500 records have some 2 MB."""
_CHUNK = 1024 * 1024
_PIECE = 10_000
"""Projects that are added up at a time, some 50 MB."""


@dataclass(frozen=True)
class OpenDataset:
    """A dataset: the name by which sums call it, its folder, what it says of its rounds."""

    name: str
    path: Path
    rounds: dict[str, DatasetRound]

    def parts(self, round_name: str, under: str | None) -> list[DatasetPart]:
        """The parts of a round, or those of one unit and of all below it."""
        found = self.rounds.get(round_name)
        wanted = None if under is None else unit_key(under)
        return [
            one
            for one in (found.parts if found else [])
            if wanted is None or wanted in map(unit_key, one.units)
        ]

    def tables(self, round_name: str, under: str | None) -> Iterator[arrow_dataset.Dataset]:
        """The projects of a round in pieces of some thousand, each in one of them; one at least.

        Raises:
            XlsyncError: when a part is not the one that was written.
        """
        for piece in _pieces((one, None) for one in self.parts(round_name, under)):
            yield self._table(round_name, [one for one, _ in piece if one])

    def paired_tables(
        self, now: str, before: str, under: str | None
    ) -> Iterator[tuple[arrow_dataset.Dataset, arrow_dataset.Dataset]]:
        """The same of two rounds, what a unit has in both of them in one piece.

        Raises:
            XlsyncError: as :meth:`tables` does.
        """
        former = {one.folder: one for one in self.parts(before, under)}
        units: list[_Parts] = [
            (one, former.pop(one.folder, None)) for one in self.parts(now, under)
        ]
        for piece in _pieces([*units, *((None, one) for one in former.values())]):
            yield (
                self._table(now, [one for one, _ in piece if one]),
                self._table(before, [one for _, one in piece if one]),
            )

    def _table(self, round_name: str, parts: Sequence[DatasetPart]) -> arrow_dataset.Dataset:
        place = round_folder(self.path, round_name)
        for part in parts:
            _check_part(place / part.file, part)
        if not parts:
            return arrow_dataset.dataset(SCHEMA.empty_table())
        paths = [str(place / part.file) for part in parts]
        return arrow_dataset.dataset(paths, schema=SCHEMA, format="parquet")


def open_datasets(paths: Sequence[Path]) -> list[OpenDataset]:
    """Open datasets under names that tell them apart.

    Raises:
        UsageError: when one is named twice.
        XlsyncError: when a folder is no dataset, or what it says of itself cannot be read.
    """
    places = [path.resolve() for path in paths]
    twice = next((one for one, count in Counter(places).items() if count > 1), None)
    if twice is not None:
        raise UsageError(f"{twice}: this dataset is named twice, and would count twice")
    stems = Counter(path.stem for path in places)
    made = []
    for path, place in zip(paths, places, strict=True):
        check_format(path)
        rounds = {one.round: one for one in rounds_of(path)}
        made.append(OpenDataset(place.stem if stems[place.stem] == 1 else str(path), path, rounds))
    return made


def named_round(datasets: Sequence[OpenDataset], round_name: str | None) -> str:
    """The round that is asked for, by default the last one of all.

    Raises:
        UsageError: when no dataset holds it.
    """
    known = sorted({name for one in datasets for name in one.rounds}, key=round_order)
    if round_name is None and known:
        return known[-1]
    if round_name is None or check_round(round_name) not in known:
        raise unknown_name("round", round_name or "", known)
    return round_name


def check_unit_known(datasets: Sequence[OpenDataset], rounds: Sequence[str], under: str) -> None:
    """Make sure that a unit stands in one of the datasets.

    Raises:
        UsageError: with the names that may be meant.
    """
    names = dict.fromkeys(_unit_names(datasets, rounds))
    if unit_key(under) not in map(unit_key, names):
        raise unknown_name("unit", under, names)


def _unit_names(datasets: Sequence[OpenDataset], rounds: Sequence[str]) -> Iterator[str]:
    for one in datasets:
        for name in rounds:
            for part in one.parts(name, None):
                yield from part.units


def _pieces(units: Iterable[_Parts]) -> Iterator[list[_Parts]]:
    """Parts of units, together until they have projects enough; one piece at least."""
    piece: list[_Parts] = []
    count = 0
    for unit in units:
        piece.append(unit)
        count += sum(one.projects for one in unit if one)
        if count >= _PIECE:
            yield piece
            piece, count = [], 0
    yield piece


def _check_part(path: Path, part: DatasetPart) -> None:
    """Compare a part with what the dataset says of it, its bytes and its columns."""
    damaged = f"{path}: is not the file that was written; export the round anew with --force"
    try:
        if path.stat().st_size != part.bytes:
            raise XlsyncError(damaged)
        found = hashlib.sha256()
        with path.open("rb") as file:
            for chunk in iter(partial(file.read, _CHUNK), b""):
                found.update(chunk)
        if found.hexdigest() != part.sha256:
            raise XlsyncError(damaged)
        about = parquet.read_metadata(path)
    except OSError as error:
        raise XlsyncError(
            f"{path}: cannot read: {error.strerror or 'no parquet'}; export the round anew"
        ) from None
    except pa.ArrowException:
        raise XlsyncError(damaged) from None
    groups = [about.row_group(at).total_byte_size for at in range(about.num_row_groups)]
    if not about.schema.to_arrow_schema().equals(SCHEMA) or about.num_rows != part.projects:
        raise XlsyncError(
            f"{path}: has other columns than a dataset of this version of xlsync; "
            "export the round anew with --force"
        )
    if max(groups, default=0) > _MAX_GROUP:
        raise XlsyncError(f"{path}: would take too much memory")
