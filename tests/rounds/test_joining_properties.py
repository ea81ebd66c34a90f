"""Whatever two coordinators do, whoever joins whom: the same tree, and nothing is lost."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from dulwich.repo import Repo
from hypothesis import given, settings
from hypothesis import strategies as st
from returning import ROUND, came, changed, put_in, send, whole
from running import FORMS, times

from xlsync.base.problems import has_error
from xlsync.base.record import canonical_bytes
from xlsync.records import compare
from xlsync.repository import Repository, layout
from xlsync.repository.sealing import new_seal
from xlsync.rounds.answers import digest
from xlsync.rounds.joining import join
from xlsync.rounds.ledger import issued, ledger_of
from xlsync.rounds.outcomes import State
from xlsync.rounds.receipt_documents import FormReceipt, receipts_of
from xlsync.workbook.manifest import content_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.record import Record
    from xlsync.repository import Snapshot

    Step = tuple[str, int, int, list[str], int, str | None]

pytestmark = pytest.mark.slow

FIRST, SECOND = whole(planned_end="2023-12-31"), whole("另一个", planned_end="2023-12-31")
RECORDS = (FIRST, SECOND)

_EDITS: dict[str, dict[str, Any]] = {
    "goal": {"annual_goal": "甲"},
    "other goal": {"annual_goal": "乙"},
    "whole goal": {"overall_goal": "丙"},
    "end": {"planned_end": "2023-02-01"},
    "start": {"planned_start": "2023-03-01"},
    "row less": {"indicators": FIRST["indicators"][1:]},
    "row": {"indicators": [{**FIRST["indicators"][0], "value": "7.00"}, *FIRST["indicators"][1:]]},
}
_OFFICES = st.integers(0, 1)
_CHANGES = st.lists(st.sampled_from([*_EDITS]), min_size=1, max_size=2)


def _edited(one: Record, names: list[str]) -> Record:
    return changed(one, **{key: value for name in names for key, value in _EDITS[name].items()})


_WHEN = st.sampled_from([None, "+"])
"""Whether a document says when it was saved; it says so by one clock."""

_KINDS = st.sampled_from(["send", "collect", "collect", "collect", "correct", "join"])
_STEPS = st.tuples(_KINDS, _OFFICES, st.integers(0, 1), _CHANGES, _OFFICES, _WHEN)


class Model:
    """Two offices, what was sent and said so far, and what each step has to tell."""

    def __init__(self, offices: list[Repository], folders: list[Path]) -> None:
        self.offices = offices
        self.folders = folders
        self.minute = 0
        self.said = {digest(one): one for one in RECORDS}
        self.fresh: list[set[str]] = [set(), set()]
        """Of each office the records on which it has something that the other has not seen."""

    def time(self, when: str | None) -> str | None:
        self.minute += 1
        return when and f"2024-01-01T{self.minute // 60:02}:{self.minute % 60:02}:00+00:00"

    def record(self, who: int, which: int) -> Record | None:
        snapshot = self.offices[who].snapshot()
        entry = snapshot.records(ROUND).get(RECORDS[which]["id"])
        return snapshot.record(entry) if entry else None

    def was_said(self, record: Record) -> bool:
        """Whether somebody sent or said just that; ids of rows say nothing."""
        mapping = FORMS[record["form"]].mapping
        known = [one for one in self.said.values() if one["id"] == record["id"]]
        return any(not compare(mapping, one, record) for one in known)

    def check(self, who: int, which: int, before: Record | None, *, told: bool) -> None:
        """What stands was sent or said as it is, or told; and what went is told."""
        after = self.record(who, which)
        if after is None:
            assert before is None
            return
        assert told or self.was_said(after), "a combination that nobody sent"
        assert told or before is None or before == after, "a value that went untold"
        self.said[digest(after)] = after

    def send(self, who: int, which: int, edits: list[str]) -> None:
        one = _edited(self.record(who, which) or RECORDS[which], edits)
        self.said[digest(one)] = one
        send(self.offices[who], one)

    def collect(self, who: int, of: int, which: int, edits: list[str], when: str | None) -> None:
        """Collect at one office an answer to an issue of either."""
        one = RECORDS[which]
        entries = (
            self.offices[of].snapshot().document(layout.issued_path(ROUND, one["id"])) or {}
        ).get("issues", [])
        if not entries:
            return
        issue = entries[len(edits) % len(entries)]
        answer = _edited(issue["content"], edits)
        office, before = self.offices[who], self.record(who, which)
        spool = office.snapshot().spool()
        file = came(
            spool,
            answer,
            issue.get("stated", issue["issue"]),
            base=issue["base"],
            content=content_mark(canonical_bytes(issue["content"])),
            saved=self.time(when),
        )
        (outcome,) = put_in(office, [file], spool).outcomes
        if outcome.is_accepted or outcome.state in {State.CONFLICT, State.NO_BASE}:
            self.said[digest(answer)] = answer
        told = bool(outcome.changes) or any(x.code == "B007" for x in outcome.problems)
        self.check(who, which, before, told=told)
        self.fresh[who].add(one["id"])

    def correct(self, who: int, which: int, edits: list[str]) -> None:
        before = self.record(who, which)
        if before is None:
            return
        spool = self.offices[who].snapshot().spool()
        made = _edited(before, edits)
        self.said[digest(made)] = made
        (outcome,) = put_in(
            self.offices[who], [came(spool, made, None)], spool, correcting=True
        ).outcomes
        self.check(who, which, before, told=bool(outcome.changes))
        self.fresh[who].add(before["id"])

    def join(self, who: int) -> None:
        befores = [self.record(who, which) for which in (0, 1)]
        theirs = [self.record(1 - who, which) for which in (0, 1)]
        commit = self.offices[who].fetch(str(self.folders[1 - who]))
        assert commit is not None
        joined = join(self.offices[who], FORMS, commit)
        told = {one.record: any(one.changes) for one in joined.joints}
        for which, (ours, other) in enumerate(zip(befores, theirs, strict=True)):
            after, record_id = self.record(who, which), RECORDS[which]["id"]
            if after not in (ours, other):
                is_whole = record_id in told and self.was_said(after)
                assert is_whole or told.get(record_id), "a join that put together untold"
            if ours is not None and record_id in self.fresh[who]:
                assert after == ours or told.get(record_id), "a value that went untold"
            if after is not None:
                self.said[digest(after)] = after
        self.fresh[1 - who].clear()


def _do(model: Model, step: Step) -> None:
    kind, who, which, edits, of, when = step
    if kind == "join":
        model.join(who)
    elif kind == "send":
        model.send(who, which, edits)
    elif kind == "collect":
        model.collect(who, of, which, edits, when)
    else:
        model.correct(who, which, edits)


def _forms(snapshot: Snapshot) -> Iterator[FormReceipt]:
    for _, receipt in receipts_of(snapshot, ROUND):
        yield from receipt.forms


def _sent(snapshot: Snapshot) -> set[tuple[str, int, str | None, str]]:
    found = set()
    for one in RECORDS:
        ledger = ledger_of(snapshot, ROUND, one["id"])
        for entry in ledger.entries if ledger else ():
            issue = entry.issue
            found.add((one["id"], issue.printed, issue.base, digest(entry.content)))
    return found


def _accounted(snapshot: Snapshot, record_id: str, content: str) -> bool:
    """Whether a version that was accepted still is, or waits for a decision."""
    is_accepted = any(form.accepted and form.is_of(record_id, content) for form in _forms(snapshot))
    path = layout.conflict_path(ROUND, record_id, content)
    return is_accepted or snapshot.document(path) is not None


def _check(befores: list[Snapshot], after: Snapshot) -> None:
    numbers: dict[str, list[int]] = {}
    for before in befores:
        assert _sent(before) <= _sent(after)
        assert {one.path for one in before.received(ROUND)} <= {
            one.path for one in after.received(ROUND)
        }
        for form in _forms(before):
            if form.accepted and form.content:
                assert _accounted(after, form.record or "", form.content)
        for entry in before.records(ROUND).values():
            stands = after.record(after.records(ROUND)[entry.id])
            assert not has_error(FORMS[stands["form"]].check(stands))
    for one in RECORDS:
        ledger = issued(after, ROUND, one["id"])
        numbers[one["id"]] = [issue.number for issue in ledger.issues] if ledger else []
        assert numbers[one["id"]] == sorted(set(numbers[one["id"]]))
    for form in _forms(after):
        assert form.issue is None or form.issue in numbers[form.record or ""]


@settings(max_examples=times(25))
@given(st.booleans(), st.lists(_STEPS, min_size=2, max_size=9))
def test_two_offices_come_to_the_same_and_lose_nothing(
    met: bool,  # noqa: FBT001 - what hypothesis draws
    steps: list[Step],
) -> None:
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        folders = [Path(place, "town"), Path(place, "district")]
        for folder in folders:
            Repository.init(folder, {layout.SEAL: new_seal()}).close()
            with Repo(str(folder)) as repo:
                config = repo.get_config()
                config.set("user", "name", folder.name)
                config.write_to_path()
        offices = [stack.enter_context(Repository.open(folder)) for folder in folders]
        if met:
            send(offices[0], FIRST, SECOND)
            commit = offices[1].fetch(str(folders[0]))
            assert commit is not None
            join(offices[1], FORMS, commit)
        model = Model(offices, folders)
        for step in steps:
            _do(model, step)
        befores = [one.snapshot() for one in offices]
        _join_both(offices, folders)
        afters = [one.snapshot() for one in offices]
        assert afters[0].tree == afters[1].tree
        _check(befores, afters[0])
        _join_both(offices, folders)
        assert [one.snapshot().tree for one in offices] == [afters[0].tree] * 2
        for folder in folders:
            command = ["git", "-C", str(folder), "fsck", "--strict", "--no-dangling"]
            assert subprocess.run(command, capture_output=True, check=True).stdout == b""


def _join_both(offices: list[Repository], folders: list[Path]) -> None:
    commits = [office.fetch(str(folders[1 - at])) for at, office in enumerate(offices)]
    for office, commit in zip(offices, commits, strict=True):
        assert commit is not None
        join(office, FORMS, commit)
        assert join(office, FORMS, commit).commit is None
