"""What holds for any two records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diff_sample import MAPPING, record, row
from hypothesis import given
from hypothesis import strategies as st

from xlsync.records import ChangeKind, compare

if TYPE_CHECKING:
    from xlsync.base.record import Json, Record

_NAMES = ["笔", "笔 ", "中性笔数量", "中性笔总数量", "中性笔的数量", "纸", "", None]
_ROWS = st.lists(
    st.builds(
        lambda more, **cells: row(**cells, **more),
        what=st.sampled_from(_NAMES),
        top=st.sampled_from(["办公", "车辆"]),
        sub=st.sampled_from(["文具", "设备"]),
        more=st.fixed_dictionaries(
            {"count": st.sampled_from(["1", "2", None])},
            optional={"id": st.sampled_from(["1", "2", "3", None]), "note": st.just("")},
        ),
    ),
    max_size=8,
)
_VALUES = st.sampled_from([None, "", "一", "二", 1, True, "1.00", [], {}, {"total": "2.00"}])
_RECORDS = st.builds(
    lambda rows, more: {**more, "items": rows},
    _ROWS,
    st.dictionaries(st.sampled_from(["name", "year", "cost", "goal", "other"]), _VALUES),
)


def _without_ids(value: Record) -> Record:
    rows = [{k: v for k, v in row.items() if k != "id"} for row in value["items"]]
    return {**value, "items": rows}


def _identity(value: Json) -> Json:
    """1 and true are equal to Python and are not to JSON."""
    if isinstance(value, dict):
        return {key: _identity(item) for key, item in value.items()}
    return [_identity(item) for item in value] if isinstance(value, list) else repr(value)


@given(_RECORDS)
def test_nothing_differs_from_itself(value: Record) -> None:
    assert compare(MAPPING, value, value) == []


@given(_RECORDS, _RECORDS)
def test_no_delta_means_equal_apart_from_row_ids(old: Record, new: Record) -> None:
    is_equal = _identity(_without_ids(old)) == _identity(_without_ids(new))
    assert (compare(MAPPING, old, new) == []) == is_equal


@given(_RECORDS, _RECORDS)
def test_swapped_sides_swap_added_and_removed(old: Record, new: Record) -> None:
    there, back = compare(MAPPING, old, new), compare(MAPPING, new, old)
    for one, other in (
        (ChangeKind.ADDED, ChangeKind.REMOVED),
        (ChangeKind.REMOVED, ChangeKind.ADDED),
    ):
        assert sorted(d.pointer for d in there if d.kind is one and d.row is None) == sorted(
            d.pointer for d in back if d.kind is other and d.row is None
        )
        wholes = [d for d in there if d.kind is one and d.pointer.count("/") == 2 and d.row]
        counter = [d for d in back if d.kind is other and d.pointer.count("/") == 2 and d.row]
        assert [d.pointer for d in wholes] == [d.pointer for d in counter]


@given(_ROWS.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_another_order_is_moves_alone(
    orders: tuple[list[Record], list[Record]],
) -> None:
    old, new = orders
    deltas = compare(MAPPING, record(*old), record(*new))
    assert {delta.kind for delta in deltas} <= {ChangeKind.MOVED}
    assert len(deltas) < max(len(old), 1)


@given(_ROWS, _ROWS)
def test_every_row_has_a_partner_or_a_delta(old: list[Record], new: list[Record]) -> None:
    deltas = compare(MAPPING, record(*old), record(*new))
    wholes = [d for d in deltas if d.pointer.count("/") == 2]
    added = sum(d.kind is ChangeKind.ADDED for d in wholes)
    removed = sum(d.kind is ChangeKind.REMOVED for d in wholes)
    assert len(old) - removed == len(new) - added
