"""Whatever comes back, in any order and any number of times, ends in the same state."""

from __future__ import annotations

import copy
import itertools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from returning import ROUND, came, changed, put_in, send, whole
from running import times

from xlsync.repository import Repository, layout

if TYPE_CHECKING:
    from xlsync.base.record import Record
    from xlsync.repository import Snapshot, Spool
    from xlsync.rounds.returned.incoming import ReceivedFile

pytestmark = pytest.mark.slow

_TEXTS = st.sampled_from(["甲", "乙"])
_EDIT = st.one_of(
    st.tuples(st.just("overall_goal"), _TEXTS),
    st.tuples(st.just("annual_goal"), _TEXTS),
    st.tuples(st.just("planned_end"), st.sampled_from(["2023-11-30", "2023-10-31"])),
    st.tuples(st.just("funds"), st.sampled_from(["1.00", "2.00"])),
    st.tuples(st.just("value"), st.tuples(st.integers(0, 3), st.sampled_from(["7.00", "8.00"]))),
    st.tuples(st.just("add"), st.tuples(st.integers(0, 2), st.sampled_from(["新增甲", "新增乙"]))),
    st.tuples(st.just("remove"), st.integers(0, 1)),
)
_EDITS = st.lists(_EDIT, max_size=2)
_BACK = st.lists(st.tuples(st.integers(1, 2), _EDITS), min_size=1, max_size=4)


def _edited(one: Record, edits: list[Any]) -> Record:
    made = copy.deepcopy(one)
    rows = made["indicators"]
    for kind, what in edits:
        if kind == "funds":
            made["funds"]["other"] = what
            made["funds"]["total"] = f"{float(made['funds']['fiscal']) + float(what):.2f}"
        elif kind == "value":
            rows[what[0]]["value"] = what[1]
        elif kind == "add":
            at, name = what
            row = {**rows[at], "level3": name, "id": f"new{name == '新增甲':d}{at}"}
            if not any(other["id"] == row["id"] or other["level3"] == name for other in rows):
                rows.insert(at + 1, row)
        elif kind == "remove":
            made["indicators"] = rows = [
                x for x in rows if x["id"] != one["indicators"][what]["id"]
            ]
        else:
            made[kind] = what
    return made


_OF_ORDER = {"B004", "B007", "B009"}
"""Codes of what is told of an answer beside the others that were there when it came."""


def _state(snapshot: Snapshot) -> tuple[Any, Any, Any]:
    """Records, receipts without what depends on the moment, and the records that wait."""
    records = {key: snapshot.record(one) for key, one in snapshot.records(ROUND).items()}
    receipts = {}
    for name, receipt in snapshot.documents(f"{layout.RECEIPTS}/{ROUND}"):
        forms = copy.deepcopy(receipt["forms"])
        for form in forms:
            for key in ("state", "base", "settled"):
                form.pop(key, None)
            form["problems"] = [x for x in form["problems"] if x["code"] not in _OF_ORDER]
        receipts[name] = forms
    waiting = {
        record_id: sorted(snapshot.names(f"{layout.CONFLICTS}/{ROUND}/{record_id}"))
        for record_id in snapshot.names(f"{layout.CONFLICTS}/{ROUND}")
    }
    return records, receipts, waiting


class Sent(NamedTuple):
    """An answer: on which issue, what it says, and when the document was saved, if it says so."""

    issue: int
    record: Record
    saved: str | None = None


def _files(repository: Repository, batch: list[Sent]) -> tuple[list[ReceivedFile], Spool]:
    spool = repository.snapshot().spool()
    return [
        came(spool, one.record, one.issue, f"{at}.xlsx", saved=one.saved)
        for at, one in enumerate(batch)
    ], spool


def _collected(issues: list[Record], batches: list[list[Sent]]) -> tuple[Any, Any, Any]:
    with tempfile.TemporaryDirectory() as folder, Repository.init(Path(folder, "r")) as repository:
        for one in issues:
            send(repository, one)
        for batch in batches:
            put_in(repository, *_files(repository, batch))
        before = repository.snapshot().tree
        for batch in reversed(batches):
            put_in(repository, *_files(repository, batch))
        assert repository.snapshot().tree == before, "the same files once more change nothing"
        return _state(repository.snapshot())


@st.composite
def _seasons(draw: st.DrawFn, *, is_timed: bool) -> tuple[list[Record], list[Sent], list[Sent]]:
    first = whole(planned_end="2023-12-31")
    issues = [first, _edited(first, draw(st.lists(_EDIT, max_size=1)))]
    back = [
        Sent(
            number,
            _edited(issues[number - 1], edits),
            f"2024-01-01T00:{minute:02}:00+00:00" if is_timed else None,
        )
        for minute, (number, edits) in enumerate(draw(_BACK))
    ]
    return issues, back, draw(st.permutations(back))


def _cut(draw: st.DataObject, files: list[Sent]) -> list[list[Sent]]:
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(files)), max_size=2)))
    return [files[a:b] for a, b in itertools.pairwise([0, *cuts, len(files)])]


@settings(max_examples=times(60))
@given(_seasons(is_timed=True), st.data())
def test_where_the_files_tell_the_order_of_their_coming_says_nothing(
    season: tuple[list[Record], list[Sent], list[Sent]], data: st.DataObject
) -> None:
    issues, back, again = season
    one_by_one = _collected(issues, [[one] for one in back])
    in_batches = _collected(issues, _cut(data, again))
    assert one_by_one[2].keys() == in_batches[2].keys()
    if not one_by_one[2]:
        assert one_by_one == in_batches


@settings(max_examples=times(30))
@given(_seasons(is_timed=False))
def test_of_files_that_come_together_neither_names_nor_order_decide(
    season: tuple[list[Record], list[Sent], list[Sent]],
) -> None:
    issues, back, again = season
    assert _collected(issues, [back]) == _collected(issues, [again])


def test_the_samples_of_this_test_contradict_each_other_and_do_not() -> None:
    first = whole()
    both = [
        [Sent(1, changed(first, annual_goal="甲"))],
        [Sent(1, changed(first, overall_goal="乙"))],
    ]
    (record,) = _collected([first], both)[0].values()
    assert (record["annual_goal"], record["overall_goal"]) == ("甲", "乙")
    one = changed(first, annual_goal="甲", planned_end="2023-11-30")
    clash = [[Sent(1, one)], [Sent(1, changed(first, annual_goal="乙"))]]
    records, _, waiting = _collected([first], clash)
    assert [one["annual_goal"] for one in records.values()] == ["甲"]
    assert [len(one) for one in waiting.values()] == [1]


def test_what_only_the_order_of_coming_can_tell() -> None:
    """Two files without times that say something else at one place: the one that came last."""
    first = whole()
    files = [Sent(1, changed(first, annual_goal=text)) for text in ("甲", "乙")]
    (record,) = _collected([first], [[one] for one in files])[0].values()
    assert record["annual_goal"] == "乙"
    (record,) = _collected([first], [[one] for one in reversed(files)])[0].values()
    assert record["annual_goal"] == "甲"
    assert _collected([first], [files])[2], "of two that came together neither is the last"
