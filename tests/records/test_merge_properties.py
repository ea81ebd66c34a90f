"""What holds for any three versions of a record."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest
from diff_sample import MAPPING, row
from hypothesis import given, settings
from hypothesis import strategies as st
from merge_sample import any_three, in_order, small_records, small_three
from reading_samples import VARIED

from xlsync.base.record import MISSING, get, put
from xlsync.records import merge, resolve
from xlsync.records.delta import exact_text

if TYPE_CHECKING:
    from merge_sample import Three

    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.form.mapping import Mapping
    from xlsync.records import Conflict, Merged


def _text(value: Json) -> str | None:
    return None if value is MISSING else exact_text(value)


def _sides(conflicts: tuple[Conflict, ...]) -> dict[str, tuple[str | None, ...]]:
    return {one.pointer: tuple(map(_text, (one.base, one.ours, one.theirs))) for one in conflicts}


def _swapped(conflicts: tuple[Conflict, ...]) -> dict[str, tuple[str | None, ...]]:
    return {pointer: (b, t, o) for pointer, (b, o, t) in _sides(conflicts).items()}


def _unordered(mapping: Mapping, record: Record, *, ids: bool = True) -> str:
    """The record with the rows of its tables in an order of their own, perhaps without ids."""
    made = copy.deepcopy(record)
    for table in mapping.tables.values():
        rows = get(made, table.pointer)
        if isinstance(rows, list):
            if not ids:
                rows = [{key: row[key] for key in row if key != "id"} for row in rows]
            put(made, table.pointer, sorted(rows, key=exact_text))
    return exact_text(made)


def _choose(mapping: Mapping, merged: Merged, side: str) -> Record:
    return resolve(mapping, merged, {c.pointer: getattr(c, side) for c in merged.conflicts})


def _check(mapping: Mapping, base: Record | None, ours: Record, theirs: Record) -> None:
    """Everything that holds whatever the versions are."""
    one, other = merge(mapping, base, ours, theirs), merge(mapping, base, theirs, ours)
    assert _sides(one.conflicts) == _swapped(other.conflicts)
    assert len(one.conflicts) == len(_sides(one.conflicts))
    if not one.conflicts:
        assert _unordered(mapping, one.record) == _unordered(mapping, other.record)
    assert resolve(mapping, one, {}) == one.record
    assert _choose(mapping, one, "ours") == one.record
    chosen = _choose(mapping, one, "theirs")
    assert _unordered(mapping, chosen) == _unordered(mapping, other.record)
    for record in (one.record, chosen):
        for table in mapping.tables.values():
            rows = get(record, table.pointer)
            ids = [row["id"] for row in rows] if isinstance(rows, list) else []
            assert len(ids) == len(set(ids))


@pytest.mark.slow
@given(small_three())
@settings(max_examples=400)
def test_both_sides_count_the_same(versions: Three) -> None:
    _check(MAPPING, *versions)


@given(small_three())
def test_a_merged_record_is_canonical(versions: Three) -> None:
    merged = merge(MAPPING, *versions)
    for side in ("ours", "theirs"):
        record = _choose(MAPPING, merged, side)
        assert exact_text(in_order(record)) == exact_text(record)
        assert str(in_order(record)) == str(record), "keys stand in the order of the form"


@given(small_records(), small_records())
def test_what_one_side_alone_changed_stands_as_it_is(base: Record, other: Record) -> None:
    for ours, theirs in ((base, other), (other, base), (other, other)):
        merged = merge(MAPPING, base, ours, theirs)
        assert (merged.record, merged.conflicts) == (other, ())


@given(small_records(), small_records())
def test_without_a_base_every_difference_is_a_conflict(ours: Record, theirs: Record) -> None:
    merged = merge(MAPPING, None, ours, theirs)
    told = [_unordered(MAPPING, one, ids=False) for one in (ours, theirs)]
    assert bool(merged.conflicts) == (told[0] != told[1])
    chosen = _choose(MAPPING, merged, "theirs")
    assert _unordered(MAPPING, chosen, ids=False) == told[1]
    _check(MAPPING, None, ours, theirs)


@given(small_three())
def test_every_difference_can_be_asked_for(versions: Three) -> None:
    base, ours, theirs = versions
    merged = merge(MAPPING, base, ours, theirs, every_difference=True)
    assert _unordered(MAPPING, merged.record, ids=False) == _unordered(MAPPING, ours, ids=False)
    chosen = _choose(MAPPING, merged, "theirs")
    assert _unordered(MAPPING, chosen, ids=False) == _unordered(MAPPING, theirs, ids=False)
    pointers = {one.pointer for one in merge(MAPPING, *versions).conflicts}
    assert pointers <= {one.pointer for one in merged.conflicts}


_COUNTS = st.dictionaries(st.sampled_from("甲乙丙丁戊"), st.sampled_from("123"))


@given(_COUNTS, _COUNTS, _COUNTS)
def test_rows_that_nobody_can_mistake_merge_as_plain_values_do(
    base: dict[str, str], ours: dict[str, str], theirs: dict[str, str]
) -> None:
    """The oracle knows neither rows nor ids: a name has a count, or has none."""
    expected, disputed = {}, set()
    for name in {**base, **ours, **theirs}:
        b, o, t = (side.get(name) for side in (base, ours, theirs))
        if b != o != t != b:
            disputed.add(name)
        if (count := t if o == b else o) is not None:
            expected[name] = count
    merged = merge(MAPPING, *(_with_counts(side) for side in (base, ours, theirs)))
    assert {row["what"]: row["count"] for row in merged.record["items"]} == expected
    assert {one.pointer.split("/")[2] for one in merged.conflicts} == {_IDS[n] for n in disputed}


_IDS = dict(zip("甲乙丙丁戊", "12345", strict=True))


def _with_counts(counts: dict[str, str]) -> Record:
    rows = [{"id": _IDS[name], **row(name, count=count)} for name, count in counts.items()]
    return {"form": MAPPING.form, "id": "r-1", "items": rows}


@pytest.mark.slow
@pytest.mark.parametrize("form", VARIED.values(), ids=VARIED)
def test_it_holds_for_every_form(form: Form) -> None:
    @given(any_three(form))
    @settings(max_examples=25, deadline=None)
    def holds(versions: Three) -> None:
        _check(form.mapping, *versions)
        merged = merge(form.mapping, *versions)
        for side in ("ours", "theirs"):
            record = _choose(form.mapping, merged, side)
            assert form.canonical(record) == (record, [])

    holds()
