"""What the two sides of a comparison mean: files, rounds, or single records of a repository."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from xlsync.base.errors import MistypedError, UsageError, XlsyncError
from xlsync.base.problems import has_error, problem
from xlsync.exchange.reading import read_files
from xlsync.repository import Repository, is_round
from xlsync.rounds.state.comparing import compare_records, compare_rounds, round_records, still_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xlsync.base.record import Record
    from xlsync.exchange.reading import FileReading
    from xlsync.form import Form
    from xlsync.records import RecordDelta


@dataclass
class Comparison:
    """The changes, None where nothing could be compared; and the files with errors in them.

    ``empty`` are sides that are folders without any file that could hold a form; ``waiting`` are
    unit and title of projects that went out in the new round and did not come back yet.
    """

    deltas: list[RecordDelta] | None
    files: list[FileReading] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    waiting: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class _ReadSide:
    """The records of one side by id, the files with errors, and whether the records are clear.

    ``made_up`` are ids that no file states, as of a text; they were made when it was read.
    """

    records: dict[str, Record] = field(default_factory=dict)
    made_up: set[str] = field(default_factory=set)
    files: list[FileReading] = field(default_factory=list)
    is_clear: bool = True
    is_missing: bool = False


def compare_sides(
    forms: Mapping[str, Form],
    old: str,
    new: str,
    repository: Path,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """What changed from one side to the other: files, folders, rounds, or single records.

    The repository is opened where a side is no file.

    What could be read is compared, whatever errors are in it. Nothing is where a side holds
    no record at all, or the same record with different contents.

    Raises:
        XlsyncError: when a side is no file, and no round or record either.
        UsageError: when a side is empty.
    """
    if not (old and new):
        raise UsageError("OLD and NEW must not be empty")
    if all(is_round(side) and not Path(side).exists() for side in (old, new)):
        with Repository.open(repository) as opened:
            snapshot = opened.snapshot()
            deltas = compare_rounds(forms, snapshot, old, new)
            out = [(one.group, one.title) for one in still_out(snapshot, old, new)]
            return Comparison(deltas, waiting=out)
    before, after = (_side(forms, side, repository, progress) for side in (old, new))
    files = before.files + after.files
    empty = [side for side, one in ((old, before), (new, after)) if one.is_missing]
    if not (before.is_clear and after.is_clear):
        return Comparison(None, files, empty)
    _share_id(before, after)
    _share_id(after, before)
    return Comparison(compare_records(forms, before.records, after.records), files, empty)


def _side(
    forms: Mapping[str, Form],
    side: str,
    repository: Path,
    progress: Callable[[int, int], None] | None,
) -> _ReadSide:
    path = Path(side)
    if path.exists():
        return _from_files(list(read_files(forms, (path,), progress)))
    try:
        return _from_repository(side, repository)
    except XlsyncError as error:
        message = f"{side}: no such file or folder, and as a round or record: {error}"
        # No repository at all is no slip of whoever typed the name.
        kind = MistypedError if isinstance(error, UsageError) else XlsyncError
        raise kind(message) from None


def _from_repository(side: str, repository: Path) -> _ReadSide:
    with Repository.open(repository) as opened:
        if is_round(side):
            return _ReadSide(round_records(opened.snapshot(), side))
        snapshot, _, entry = opened.resolve(side)
        return _ReadSide({entry.id: snapshot.record(entry)})


def _from_files(files: list[FileReading]) -> _ReadSide:
    made = _ReadSide(is_missing=not files)
    for file in files:
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


def _share_id(one: _ReadSide, other: _ReadSide) -> None:
    """Two single records are compared whatever their ids: a made-up one is no difference."""
    if len(one.records) == len(other.records) == 1 and one.made_up:
        (record_id,), (record,) = other.records, one.records.values()
        one.records = {record_id: {**record, "id": record_id}}
