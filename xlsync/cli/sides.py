"""What the two sides of a comparison mean: files, rounds, or single records of a repository."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlsync.base.errors import XlsyncError
from xlsync.cli.reading import read_files

if TYPE_CHECKING:
    from xlsync.base.record import Record
    from xlsync.cli.context import Settings
    from xlsync.exchange.reading import FileReading
    from xlsync.records import RecordDelta


@dataclass
class Comparison:
    """The changes, None where nothing could be compared; and the files with errors in them."""

    deltas: list[RecordDelta] | None
    files: list[FileReading] = field(default_factory=list)


@dataclass
class _Side:
    """The records of one side by id, the files with errors, and whether the records are clear.

    ``made_up`` are ids that no file states, as of a text; they were made when it was read.
    """

    records: dict[str, Record] = field(default_factory=dict)
    made_up: set[str] = field(default_factory=set)
    files: list[FileReading] = field(default_factory=list)
    is_clear: bool = True


def compare_sides(settings: Settings, old: str, new: str) -> Comparison:
    """What changed from one side to the other.

    What could be read is compared, whatever errors are in it. Nothing is where a side holds
    no record at all, or the same record with different contents.

    Raises:
        XlsyncError: when a side is no file, and no round or record either.
    """
    from xlsync.repository import is_round
    from xlsync.rounds import compare_records, compare_rounds

    for side in (old, new):
        if not side:
            raise click.UsageError("OLD and NEW must not be empty")
    if all(is_round(side) and not Path(side).exists() for side in (old, new)):
        with settings.repository() as repository:
            return Comparison(compare_rounds(settings.forms, repository.snapshot(), old, new))
    before, after = (_side(settings, side) for side in (old, new))
    files = before.files + after.files
    if not (before.is_clear and after.is_clear):
        return Comparison(None, files)
    _share_id(before, after)
    _share_id(after, before)
    return Comparison(compare_records(settings.forms, before.records, after.records), files)


def _side(settings: Settings, side: str) -> _Side:
    path = Path(side)
    if path.exists():
        return _from_files(settings, path)
    try:
        return _from_repository(settings, side)
    except XlsyncError as error:
        message = f"{side}: no such file or folder, and as a round or record: {error}"
        raise XlsyncError(message) from None


def _from_repository(settings: Settings, side: str) -> _Side:
    from xlsync.repository import is_round
    from xlsync.rounds import round_records

    with settings.repository() as repository:
        if is_round(side):
            return _Side(round_records(repository.snapshot(), side))
        snapshot, _, entry = repository.resolve(side)
        return _Side({entry.id: snapshot.record(entry)})


def _from_files(settings: Settings, path: Path) -> _Side:
    from xlsync.base.problems import has_error, problem

    made = _Side()
    for file in read_files(settings, (path,)):
        for reading in file.readings:
            if reading.record is None:
                continue
            if not reading.states_id:
                made.made_up.add(reading.record["id"])
            known = made.records.setdefault(reading.record["id"], reading.record)
            if known != reading.record:
                message = "同一项目在这一侧有内容不同的几份，无法比较。请只留一份。"
                reading.problems.append(problem("S006", message, found=known["id"]))
                made.is_clear = False
        if any(has_error(reading.problems) for reading in file.readings):
            made.files.append(file)
    made.is_clear = made.is_clear and bool(made.records or not made.files)
    return made


def _share_id(one: _Side, other: _Side) -> None:
    """Two single records are compared whatever their ids: a made-up one is no difference."""
    if len(one.records) == len(other.records) == 1 and one.made_up:
        (record_id,), (record,) = other.records, one.records.values()
        one.records = {record_id: {**record, "id": record_id}}
