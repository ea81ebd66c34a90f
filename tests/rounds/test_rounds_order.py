"""Whatever comes back, in any order and any number of times, ends in the same state."""

from __future__ import annotations

import copy
import itertools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from returning import ROUND, came, changed, put_in, send, whole

from xlsync.repository import Repository, layout

if TYPE_CHECKING:
    from xlsync.base.record import Record
    from xlsync.repository import Snapshot

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


def _state(snapshot: Snapshot) -> tuple[Any, Any, Any]:
    """Records, receipts without what depends on the moment, and the records that wait."""
    records = {key: snapshot.record(one) for key, one in snapshot.records(ROUND).items()}
    receipts = {}
    for name, receipt in snapshot.documents(f"{layout.RECEIPTS}/{ROUND}"):
        receipts[name] = [
            {key: value for key, value in form.items() if key not in {"state", "base", "settled"}}
            for form in receipt["forms"]
        ]
    waiting = {
        record_id: sorted(snapshot.names(f"{layout.CONFLICTS}/{ROUND}/{record_id}"))
        for record_id in snapshot.names(f"{layout.CONFLICTS}/{ROUND}")
    }
    return records, receipts, waiting


def _collected(
    issues: list[Record], batches: list[list[tuple[int, Record]]]
) -> tuple[Any, Any, Any]:
    with tempfile.TemporaryDirectory() as folder, Repository.init(Path(folder, "r")) as repository:
        for one in issues:
            send(repository, one)
        for batch in batches:
            spool = repository.snapshot().spool()
            files = [came(spool, one, issue, f"{at}.xlsx") for at, (issue, one) in enumerate(batch)]
            put_in(repository, files, spool)
        before = repository.snapshot().tree
        for batch in reversed(batches):
            spool = repository.snapshot().spool()
            files = [came(spool, one, issue, f"{at}.xlsx") for at, (issue, one) in enumerate(batch)]
            put_in(repository, files, spool)
        assert repository.snapshot().tree == before, "the same files once more change nothing"
        return _state(repository.snapshot())


@st.composite
def _seasons(draw: st.DrawFn) -> tuple[list[Record], list[Any], list[Any]]:
    first = whole(planned_end="2023-12-31")
    issues = [first, _edited(first, draw(st.lists(_EDIT, max_size=1)))]
    back = [(number, _edited(issues[number - 1], edits)) for number, edits in draw(_BACK)]
    again = draw(st.permutations(back))
    cuts = sorted(draw(st.lists(st.integers(0, len(back)), max_size=2)))
    bounds = [0, *cuts, len(back)]
    batches = [again[a:b] for a, b in itertools.pairwise(bounds)]
    return issues, [[one] for one in back], batches


@settings(max_examples=60, deadline=None)
@given(_seasons())
def test_any_order_and_any_runs_end_in_the_same_state(
    season: tuple[list[Record], list[Any], list[Any]],
) -> None:
    issues, one_by_one, batches = season
    records, receipts, waiting = _collected(issues, one_by_one)
    other_records, other_receipts, other_waiting = _collected(issues, batches)
    assert waiting.keys() == other_waiting.keys()
    if not waiting:
        assert records == other_records
        assert receipts == other_receipts


def test_the_samples_of_this_test_contradict_each_other_and_do_not() -> None:
    first = whole()
    both = [[(1, changed(first, annual_goal="甲"))], [(1, changed(first, overall_goal="乙"))]]
    (record,) = _collected([first], both)[0].values()
    assert (record["annual_goal"], record["overall_goal"]) == ("甲", "乙")
    clash = [[(1, changed(first, annual_goal="甲"))], [(1, changed(first, annual_goal="乙"))]]
    records, _, waiting = _collected([first], clash)
    assert [one["annual_goal"] for one in records.values()] == ["甲"]
    assert [len(one) for one in waiting.values()] == [1]
