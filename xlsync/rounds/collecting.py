"""Collecting returned files into a round: one commit, whatever came.

Who a record is stands inside the file; its name plays no part. What is accepted becomes the
round's version of the record; what is refused is kept as received, and what was accepted
before stays. A form in a file that was accepted once is not applied again, so an older file
that still lies in the folder takes nothing back.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from xlsync.filenames import safe_name, safe_text
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
    files: dict[Path, FileReading] = {}
    for path in find_files(paths):
        # A file may be named twice, itself and by its folder.
        if path.resolve() not in files:
            progress(path)
            files[path.resolve()] = read_file(forms, path)
    for attempt in range(_ATTEMPTS):
        try:
            return _commit(repository, forms, round_name, [*files.values()])
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
    first = [_outcomes(known, forms, file) for file in files]
    rest = iter(refuse_rivals([one for outcomes in first for one in outcomes]))
    settled: list[Outcome] = []
    for file, outcomes in zip(files, first, strict=True):
        of_file = [_settle(known, changes, one) for one in islice(rest, len(outcomes))]
        _keep_file(changes, file, of_file)
        settled += of_file
    commit = repository.commit(changes, _message(round_name, settled))
    return Collection(round_name, settled, commit)


class _Known:
    """What the repository knows already: receipts and the ids of records by their names."""

    def __init__(self, snapshot: Snapshot, round_name: str) -> None:
        self.snapshot = snapshot
        self.round = round_name
        self.records = snapshot.records(round_name)
        self.settled: set[str] = set()
        rounds = sorted(snapshot.rounds(), key=round_order)
        self._ids = {
            (entry.group, entry.title): entry.id
            for name in (*rounds, round_name)
            for entry in snapshot.records(name).values()
        }

    def was_accepted(self, file: FileReading) -> list[bool]:
        """Of each form in a file, whether the very same was collected in this round and accepted.

        A file that was never received, or was read as other forms then, has none.
        """
        receipt = self.snapshot.receipt(self.round, hashlib.sha256(file.data).hexdigest())
        forms = receipt["forms"] if receipt else []
        if len(forms) != len(file.readings):
            return [False] * len(file.readings)
        return [form["accepted"] for form in forms]

    def id_of(self, outcome: Outcome) -> str | None:
        """The id of the record that bears the same names, the latest round first."""
        names = (safe_name(outcome.group), safe_name(outcome.title))
        return self._ids.get(names)


def _outcomes(known: _Known, forms: Mapping[str, Form], file: FileReading) -> list[Outcome]:
    outcomes = []
    for reading, was_accepted in zip(file.readings, known.was_accepted(file), strict=True):
        form = forms.get(reading.form or "")
        outcome = first_outcome(file.path, reading, form, is_text=file.is_text)
        if outcome.record is not None and not reading.states_id:
            outcome = outcome.known_as(known.id_of(outcome))
        if was_accepted and outcome.state is State.NEW:
            outcome = outcome.settled(State.UNCHANGED)
        outcomes.append(outcome)
    return outcomes


def _settle(known: _Known, changes: Changes, outcome: Outcome) -> Outcome:
    """Put an acceptable record into the round and say what that did."""
    if outcome.state is not State.NEW or outcome.record is None:
        return outcome
    record_id = outcome.record["id"]
    changed = changes.put_record(record_id, outcome.group, outcome.title, outcome.record)
    if not changed or record_id in known.settled:
        return outcome.settled(State.UNCHANGED)
    known.settled.add(record_id)
    return outcome.settled(State.UPDATED if record_id in known.records else State.NEW)


def _keep_file(changes: Changes, file: FileReading, outcomes: list[Outcome]) -> None:
    """Keep the bytes received and a receipt; of what could not be opened there is nothing."""
    if file.data:
        digest = changes.put_received(file.path.name, file.data)
        changes.put_receipt(digest, {"forms": [one.receipt() for one in outcomes]})


def _message(round_name: str, outcomes: list[Outcome]) -> str:
    """The commit message: how many of each state, and a line for each form that is news."""
    collection = Collection(round_name, outcomes, None)
    counts = "，".join(f"{state} {count}" for state, count in collection.counts().items())
    lines = [
        safe_text(" ".join(filter(None, (one.state, one.group, one.title or one.path.name))))
        for one in outcomes
        if one.state is not State.UNCHANGED
    ]
    return "\n".join([f"收集 {round_name}：{counts or '没有文件'}", "", *lines])
