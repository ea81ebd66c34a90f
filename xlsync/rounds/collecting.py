"""Collecting returned files into a round: one commit, whatever came.

Who a record is stands inside the file; its name plays no part. What is accepted becomes the
round's version of the record; what is refused is kept as received, and what was accepted
before stays. A file that was accepted once is not applied again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.filenames import safe_name
from xlsync.intake import find_files, read_file
from xlsync.repository import Changes, MovedError, check_round, round_order
from xlsync.rounds.outcomes import Outcome, State, first_outcome, refuse_rivals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from xlsync.form import Form
    from xlsync.intake import FileReading
    from xlsync.repository import Repository, Snapshot

_ATTEMPTS = 20
"""Other collections may commit in between; each lost race is one attempt."""


@dataclass(frozen=True, slots=True)
class Collection:
    """What a collection did: one outcome a form, and the commit, None where nothing was new."""

    round: str
    outcomes: list[Outcome]
    commit: str | None

    def counts(self) -> dict[State, int]:
        """How many forms ended in each state, in the order of the states."""
        counter = Counter(one.state for one in self.outcomes)
        return {state: counter[state] for state in State if counter[state]}


def collect(
    repository: Repository,
    forms: Mapping[str, Form],
    round_name: str,
    paths: Iterable[Path],
    progress: Callable[[Path], None] = lambda _: None,
) -> Collection:
    """Read files and folders and commit what came into a round.

    Raises:
        XlsyncError: when the round's name is none, or the repository cannot be written.
    """
    check_round(round_name)
    files = []
    for path in find_files(paths):
        progress(path)
        files.append(read_file(forms, path))
    for attempt in range(_ATTEMPTS):
        try:
            return _commit(repository, forms, round_name, files)
        except MovedError:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def _commit(
    repository: Repository, forms: Mapping[str, Form], round_name: str, files: list[FileReading]
) -> Collection:
    snapshot = repository.snapshot()
    changes = Changes(snapshot, round_name)
    known = _Known(snapshot, round_name)
    outcomes = [one for file in files for one in _outcomes(known, forms, file)]
    settled = [_settle(known, changes, one) for one in refuse_rivals(outcomes)]
    _keep_files(changes, files, settled)
    collection = Collection(round_name, settled, None)
    commit = repository.commit(changes, _message(collection))
    return Collection(round_name, settled, commit)


class _Known:
    """What the repository knows already: receipts and the ids of records by their names."""

    def __init__(self, snapshot: Snapshot, round_name: str) -> None:
        self.snapshot = snapshot
        self.round = round_name
        self.records = snapshot.records(round_name)
        rounds = sorted(snapshot.rounds(), key=round_order)
        self._ids = {
            (entry.group, entry.title): entry.id
            for name in (*rounds, round_name)
            for entry in snapshot.records(name).values()
        }

    def is_applied(self, data: bytes) -> bool:
        """Whether the very same file was collected in this round and accepted as a whole."""
        receipt = self.snapshot.receipt(self.round, hashlib.sha256(data).hexdigest())
        return receipt is not None and all(one["accepted"] for one in receipt["forms"])

    def id_of(self, outcome: Outcome) -> str | None:
        """The id of the record that bears the same names, the latest round first."""
        names = (safe_name(outcome.group), safe_name(outcome.title))
        return self._ids.get(names)


def _outcomes(known: _Known, forms: Mapping[str, Form], file: FileReading) -> list[Outcome]:
    applied = known.is_applied(file.data)
    outcomes = []
    for reading in file.readings:
        form = forms.get(reading.form or "")
        outcome = first_outcome(file.path, reading, form, is_text=file.is_text)
        if outcome.record is not None and not reading.states_id:
            outcome.record["id"] = known.id_of(outcome) or outcome.record["id"]
        if applied and outcome.state is State.NEW:
            outcome = outcome.settled(State.UNCHANGED)
        outcomes.append(outcome)
    return outcomes


def _settle(known: _Known, changes: Changes, outcome: Outcome) -> Outcome:
    """Put an acceptable record into the round and say what that did."""
    if outcome.state is not State.NEW or outcome.record is None:
        return outcome
    record_id = outcome.record["id"]
    is_known = record_id in known.records
    changed = changes.put_record(record_id, outcome.group, outcome.title, outcome.record)
    if not changed:
        return outcome.settled(State.UNCHANGED)
    return outcome.settled(State.UPDATED if is_known else State.NEW)


def _keep_files(changes: Changes, files: list[FileReading], outcomes: list[Outcome]) -> None:
    """Keep the bytes received and a receipt of each file."""
    for file in files:
        if file.data:
            digest = changes.put_received(file.path.name, file.data)
            forms = [one.receipt() for one in outcomes if one.path == file.path]
            changes.put_receipt(digest, {"forms": forms})


def _message(collection: Collection) -> str:
    counts = "，".join(f"{state} {count}" for state, count in collection.counts().items())
    lines = [
        f"{one.state} {one.group} {one.title or one.path.name}".rstrip()
        for one in collection.outcomes
        if one.state is not State.UNCHANGED
    ]
    return (
        "\n".join([f"收集 {collection.round}：{counts or '没有文件'}", "", *lines]).rstrip() + "\n"
    )
