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
from running import FORMS

from xlsync.base.problems import has_error
from xlsync.repository import Repository, layout
from xlsync.repository.sealing import new_seal
from xlsync.rounds.answers import digest
from xlsync.rounds.joining import join
from xlsync.rounds.ledger import issued

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.record import Record
    from xlsync.repository import Snapshot

    Step = tuple[str, int, int, list[str]]

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


_STEPS = st.one_of(
    st.tuples(st.just("send"), _OFFICES, st.integers(0, 1), _CHANGES),
    st.tuples(st.just("collect"), _OFFICES, st.integers(0, 1), _CHANGES),
    st.tuples(st.just("collect"), _OFFICES, st.integers(0, 1), _CHANGES),
    st.tuples(st.just("correct"), _OFFICES, st.integers(0, 1), _CHANGES),
    st.tuples(st.just("join"), _OFFICES, st.just(0), st.just([])),
)


def _do(offices: list[Repository], folders: list[Path], step: Step) -> None:
    kind, who, which, edits = step
    office, one = offices[who], RECORDS[which]
    snapshot = office.snapshot()
    entry = snapshot.records(ROUND).get(one["id"])
    ledger = issued(snapshot, ROUND, one["id"])
    if kind == "join":
        commit = office.fetch(str(folders[1 - who]))
        assert commit is not None
        join(office, FORMS, commit)
    elif kind == "send":
        send(office, _edited(snapshot.record(entry) if entry else one, edits))
    elif kind == "collect" and ledger is not None:
        issue = ledger.issues[len(edits) % len(ledger.issues)]
        path = layout.issued_path(ROUND, one["id"])
        content = snapshot.document(path)["issues"][ledger.issues.index(issue)]["content"]
        spool = snapshot.spool()
        file = came(spool, _edited(content, edits), issue.printed, base=issue.base)
        put_in(office, [file], spool)
    elif kind == "correct" and entry is not None:
        spool = snapshot.spool()
        file = came(spool, _edited(snapshot.record(entry), edits), None)
        put_in(office, [file], spool, correcting=True)


def _forms(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    for receipt in snapshot.receipts(ROUND):
        yield from receipt["forms"]


def _sent(snapshot: Snapshot) -> set[tuple[str, int, str | None, str]]:
    found = set()
    for one in RECORDS:
        document = snapshot.document(layout.issued_path(ROUND, one["id"])) or {"issues": []}
        for issue in document["issues"]:
            number = issue.get("stated", issue["issue"])
            found.add((one["id"], number, issue["base"], digest(issue["content"])))
    return found


def _accounted(snapshot: Snapshot, record_id: str, content: str) -> bool:
    """Whether a version that was accepted still is, or waits for a decision."""
    is_accepted = any(
        form["accepted"] and (form["record"], form["content"]) == (record_id, content)
        for form in _forms(snapshot)
    )
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
            if form["accepted"] and form["content"]:
                assert _accounted(after, form["record"], form["content"])
        for entry in before.records(ROUND).values():
            stands = after.record(after.records(ROUND)[entry.id])
            assert not has_error(FORMS[stands["form"]].check(stands))
    for one in RECORDS:
        ledger = issued(after, ROUND, one["id"])
        numbers[one["id"]] = [issue.number for issue in ledger.issues] if ledger else []
        assert numbers[one["id"]] == sorted(set(numbers[one["id"]]))
    for form in _forms(after):
        assert form.get("issue") is None or form["issue"] in numbers[form["record"]]


@settings(max_examples=25, deadline=None)
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
        for step in steps:
            _do(offices, folders, step)
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
