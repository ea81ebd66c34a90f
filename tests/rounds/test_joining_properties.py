"""Whatever two coordinators and their units do: the same tree, nothing lost, nothing untold.

A random model: units answer issues of either office and send again what they sent before with
more changed or taken back; coordinators send, collect, correct, decide, undo and join in any order.
Every event is made of what its sender knew: an answer of the copy that lies with the unit, a
correction of the record that stands at that office.
"""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from dulwich.repo import Repo
from hypothesis import given, settings
from hypothesis import strategies as st
from old_formats import in_format
from returning import ROUND, came, changed, put_in, send, whole
from running import FORMS, times

from xlsync.base.errors import XlsyncError
from xlsync.base.problems import has_error
from xlsync.base.record import canonical_bytes
from xlsync.records import compare
from xlsync.records.conflicts import Choice, Side
from xlsync.repository import Repository, layout
from xlsync.repository.originals import BESIDE
from xlsync.repository.sealing import new_seal
from xlsync.rounds.answers.settling import digest
from xlsync.rounds.deciding.choosing import choose, waiting_disputes
from xlsync.rounds.deciding.undoing import undo
from xlsync.rounds.kept.ledger import issued, ledger_of, withdrawn
from xlsync.rounds.kept.outcomes import State
from xlsync.rounds.kept.receipt_documents import FormReceipt, receipts_of
from xlsync.rounds.sharing.joining import join
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

_KINDS = st.sampled_from(
    ["send", "collect", "collect", "again", "again", "correct", "decide", "undo", "join", "store"]
)
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
        self.copies: list[tuple[int, Record, Record]] = []
        """What lies with the units: of which record, filled in on which issue, saying what."""
        self.stood: set[str] = set()
        """The contents of the records that stood at either office after any step."""
        self.undone: set[str] = set()
        """Contents that somebody took back, and paths of the files in which they came."""

    def time(self, when: str | None) -> str | None:
        self.minute += 1
        return when and f"2024-01-01T{self.minute // 60:02}:{self.minute % 60:02}:00+00:00"

    def record(self, who: int, which: int) -> Record | None:
        snapshot = self.offices[who].snapshot()
        entry = snapshot.records(ROUND).get(RECORDS[which]["id"])
        made = snapshot.record(entry) if entry else None
        if made is not None:
            self.stood.add(digest(made))
        return made

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
        self.answer(who, which, issue, _edited(issue["content"], edits), when)

    def again(self, who: int, at: int, edits: list[str], when: str | None) -> None:
        """A unit goes on with a copy that it sent before, or takes a change of it back."""
        if not self.copies:
            return
        which, issue, sent = self.copies[(at + len(edits)) % len(self.copies)]
        answer = _edited(sent, edits[:1])
        if len(edits) > 1:
            answer = changed(answer, annual_goal=issue["content"]["annual_goal"])
        self.answer(who, which, issue, answer, when)

    def answer(self, who: int, which: int, issue: Record, answer: Record, when: str | None) -> None:
        """Collect what a unit made of an issue."""
        self.copies.append((which, issue, answer))
        one = RECORDS[which]
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
            # Where an undoing elsewhere is not known, the same once more is no news.
            if outcome.state is not State.UNCHANGED:
                self.undone.discard(digest(answer))
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

    def decide(self, who: int, edits: list[str]) -> None:
        """Decide the first conflict that waits, each place after one of the two sides."""
        office = self.offices[who]
        for dispute in waiting_disputes(office, FORMS, ROUND)[:1]:
            which = next(at for at, one in enumerate(RECORDS) if one["id"] == dispute.note.record)
            before = self.record(who, which)
            side = Side.OURS if len(edits) > 1 else Side.THEIRS
            chosen = {one.pointer: Choice(side) for one in dispute.merged.conflicts}
            found = choose(office, FORMS, dispute, chosen, "商定")
            self.check(who, which, before, told=not has_error(found))
            self.fresh[who].add(dispute.note.record)

    def undo(self, who: int) -> None:
        """Take back the last step of an office."""
        befores = [self.record(who, which) for which in (0, 1)]
        office = self.offices[who]
        files = {one.path for one in office.snapshot().received(ROUND)}
        try:
            made = undo(office, FORMS)
        except XlsyncError:
            return
        told = bool(made.count)
        self.undone |= files - {one.path for one in office.snapshot().received(ROUND)}
        for which, before in enumerate(befores):
            after = self.record(who, which)
            assert told or after == before, "something went untold"
            if before is not None and after != before:
                self.undone |= {key for key, one in self.said.items() if one["id"] == before["id"]}
            if after is not None:
                self.said[digest(after)] = after
            self.fresh[who].add(RECORDS[which]["id"])

    def store(self, who: int, which: int) -> None:
        """Bring an office to the newest format, or its originals out of git as well."""
        befores = [self.record(who, one) for one in (0, 1)]
        self.offices[who].upgrade()
        if which:
            self.offices[who].move_originals(BESIDE)
        assert [self.record(who, one) for one in (0, 1)] == befores

    def join(self, who: int) -> None:
        _keep_up(self.offices)
        befores = [self.record(who, which) for which in (0, 1)]
        theirs = [self.record(1 - who, which) for which in (0, 1)]
        commit = self.offices[who].fetch(str(self.folders[1 - who]))
        assert commit is not None
        joined = join(self.offices[who], FORMS, commit, removing=True)
        gone = {one.record for one in joined.removed}
        told = {one.record: any(one.changes) for one in joined.joints}
        for which, (ours, other) in enumerate(zip(befores, theirs, strict=True)):
            after, record_id = self.record(who, which), RECORDS[which]["id"]
            if after is None:
                assert ours is None or record_id in gone, "a project that went untold"
                continue
            if after not in (ours, other):
                is_whole = record_id in told and self.was_said(after)
                assert is_whole or told.get(record_id), "a join that put together untold"
            if ours is not None and record_id in self.fresh[who]:
                assert after == ours or told.get(record_id), "a value that went untold"
            if after is not None:
                self.said[digest(after)] = after
        self.fresh[1 - who].clear()


def _keep_up(offices: list[Repository]) -> None:
    """Who is of the older format cannot join who is of the newer one."""
    if len({one.snapshot().arrangement.number for one in offices}) > 1:
        for one in offices:
            one.upgrade()


def _do(model: Model, step: Step) -> None:
    kind, who, which, edits, of, when = step
    if kind == "join":
        model.join(who)
    elif kind == "again":
        model.again(who, of, edits, when)
    elif kind == "decide":
        model.decide(who, edits)
    elif kind == "undo":
        model.undo(who)
    elif kind == "store":
        model.store(who, which)
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
            found.add(
                (one["id"], issue.printed, issue.base, content_mark(canonical_bytes(entry.content)))
            )
        for gone in withdrawn(snapshot, ROUND, one["id"]):
            found.add((one["id"], gone.printed, gone.base, gone.mark))
    return found


def _accounted(snapshot: Snapshot, record_id: str, content: str) -> bool:
    """Whether a version that was accepted still is, or waits for a decision."""
    is_accepted = any(form.accepted and form.is_of(record_id, content) for form in _forms(snapshot))
    path = layout.conflict_path(ROUND, record_id, content)
    return is_accepted or snapshot.document(path) is not None


def _check(befores: list[Snapshot], after: Snapshot, undone: set[str]) -> None:
    numbers: dict[str, list[int]] = {}
    for before in befores:
        assert _sent(before) <= _sent(after)
        files = {one.path for one in before.received(ROUND)} - undone
        assert files <= {one.path for one in after.received(ROUND)}
        for form in _forms(before):
            if form.accepted and form.content and form.content not in undone:
                assert _accounted(after, form.record or "", form.content)
        for entry in after.records(ROUND).values():
            stands = after.record(entry)
            assert not has_error(FORMS[stands["form"]].check(stands))
    for one in RECORDS:
        ledger = issued(after, ROUND, one["id"])
        numbers[one["id"]] = [issue.number for issue in ledger.issues] if ledger else []
        assert numbers[one["id"]] == sorted(set(numbers[one["id"]]))
    for form in _forms(after):
        assert form.issue is None or form.issue in numbers[form.record or ""]


@settings(max_examples=times(25))
@given(st.booleans(), st.sampled_from([1, 2]), st.lists(_STEPS, min_size=2, max_size=9))
def test_two_offices_come_to_the_same_and_lose_nothing(
    met: bool,  # noqa: FBT001 - what hypothesis draws
    number: int,
    steps: list[Step],
) -> None:
    with in_format(number):
        play(steps, met=met)


def play(steps: list[Step], *, met: bool) -> None:
    """Let two offices, which have met before or not, do these steps, and look at all there is."""
    with played(steps, met=met) as (model, offices, folders):
        befores = [one.snapshot() for one in offices]
        _join_both(offices, folders)
        afters = [one.snapshot() for one in offices]
        assert afters[0].tree == afters[1].tree
        _check(befores, afters[0], model.undone)
        for office in offices:
            _check_history(office, model)
        _join_both(offices, folders)
        assert [one.snapshot().tree for one in offices] == [afters[0].tree] * 2
        for folder in folders:
            command = ["git", "-C", str(folder), "fsck", "--strict", "--no-dangling"]
            assert subprocess.run(command, capture_output=True, check=True).stdout == b""


@settings(max_examples=times(25))
@given(st.booleans(), st.lists(_STEPS, min_size=2, max_size=9), _OFFICES)
def test_a_join_that_is_taken_back_leaves_what_stood_before(
    met: bool,  # noqa: FBT001 - what hypothesis draws
    steps: list[Step],
    who: int,
) -> None:
    with played(steps, met=met) as (_, offices, folders):
        office = offices[who]
        commit = office.fetch(str(folders[1 - who]))
        assert commit is not None
        before = _standing(office.snapshot())
        joined = join(office, FORMS, commit, removing=True)
        if joined.commit is None or joined.is_forward:
            return
        after = office.snapshot().tree
        made = undo(office, FORMS, joined.commit)
        assert made.kept == ()
        assert _standing(office.snapshot()) == before
        if made.commit is not None:
            undo(office, FORMS, made.commit)
            assert office.snapshot().tree == after, "an undoing can be undone"


def _standing(snapshot: Snapshot) -> dict[str, object]:
    """All that stands, but for keys and the workbooks that are in somebody's hands all the same."""
    tops = (
        *(layout.ROUNDS, layout.RECEIVED, layout.RECEIPTS, layout.ISSUED, layout.CONFLICTS),
        *(layout.MERGED, layout.DECISIONS, layout.DEADLINES, layout.TICKS, layout.ROSTERS),
    )
    return dict(snapshot.find_all(tops))


@contextmanager
def played(steps: list[Step], *, met: bool) -> Iterator[tuple[Model, list[Repository], list[Path]]]:
    """Two offices, which have met before or not, once they have done these steps."""
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
        yield model, offices, folders


def _check_history(office: Repository, model: Model) -> None:
    """What stood at either office at any time stands in the history of both."""
    known = {
        digest(snapshot.record(entry))
        for commit in office.history()
        for snapshot in [office.snapshot(commit.commit)]
        for entry in snapshot.records(ROUND).values()
    }
    assert model.stood <= known


def _join_both(offices: list[Repository], folders: list[Path]) -> None:
    _keep_up(offices)
    commits = [office.fetch(str(folders[1 - at])) for at, office in enumerate(offices)]
    for office, commit in zip(offices, commits, strict=True):
        assert commit is not None
        join(office, FORMS, commit, removing=True)
        assert join(office, FORMS, commit).commit is None
