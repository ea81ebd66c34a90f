"""Fields and unknown keys of two versions of a record."""

from __future__ import annotations

import pytest
from diff_sample import MAPPING, record, row

from xlsync.base.record import MISSING, Json, Record
from xlsync.records import ChangeKind, compare, compare_record


def _sides(old: Record, new: Record) -> list[tuple[ChangeKind, str, Json, Json]]:
    return [(d.kind, d.pointer, d.old, d.new) for d in compare(MAPPING, old, new)]


def test_fields_come_in_the_order_of_the_form_and_unknown_keys_last() -> None:
    old = {"form": "a-1", "goal": "甲", "unit": "一科", "name": "旧", "items": []}
    new = {"form": "a-2", "goal": "乙", "unit": "二科", "name": "新", "items": [row("笔")]}
    pointers = [delta.pointer for delta in compare(MAPPING, old, new)]
    assert pointers == ["/name", "/unit", "/goal", "/items/0", "/form"]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (MISSING, None, ChangeKind.ADDED),
        (MISSING, "", ChangeKind.ADDED),
        (None, "", ChangeKind.CHANGED),
        ("", None, ChangeKind.CHANGED),
        ("", MISSING, ChangeKind.REMOVED),
        (None, MISSING, ChangeKind.REMOVED),
        (1, True, ChangeKind.CHANGED),
        (1, 1.0, ChangeKind.CHANGED),
        ("1", 1, ChangeKind.CHANGED),
    ],
)
@pytest.mark.parametrize("key", ["goal", "unknown"])
def test_absent_null_empty_and_other_types_are_told_apart(
    key: str, old: Json, new: Json, kind: ChangeKind
) -> None:
    before, after = ({} if side is MISSING else {key: side} for side in (old, new))
    assert _sides(before, after) == [(kind, f"/{key}", old, new)]


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("6810000.00", "7010000.00", "+200000.00"),
        ("0.30", "0.10", "-0.20"),
        ("9999999999999.99", "0.01", "-9999999999999.98"),
        (None, "1.00", None),
        ("一百", "1.00", None),
        (5, "1.00", None),
    ],
)
def test_the_difference_of_two_amounts_is_exact(
    old: Json, new: Json, difference: str | None
) -> None:
    (delta,) = compare(MAPPING, {"cost": {"total": old}}, {"cost": {"total": new}})
    assert delta.difference == difference


def test_the_labels_are_those_of_the_form() -> None:
    (delta,) = compare(MAPPING, {"day": "2023-01-01"}, {"day": "2023-01-02"})
    assert delta.label == "日期"
    assert delta.row is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"id": "a"}, {"id": "b"}, [(ChangeKind.CHANGED, "/id", "a", "b")]),
        (
            {"x": {"y": 1, "z": [1]}},
            {"x": {"y": 1, "z": [2]}},
            [(ChangeKind.CHANGED, "/x/z", [1], [2])],
        ),
        ({"cost": {"a/b": 1}}, {"cost": {}}, [(ChangeKind.REMOVED, "/cost/a~1b", 1, MISSING)]),
        ({"cost": {"tip": 1}}, {}, [(ChangeKind.REMOVED, "/cost/tip", 1, MISSING)]),
        ({"cost": {}}, {}, [(ChangeKind.REMOVED, "/cost", {}, MISSING)]),
        ({"cost": None}, {"cost": {}}, [(ChangeKind.CHANGED, "/cost", None, {})]),
        ({"x": {"y": 1}}, {}, [(ChangeKind.REMOVED, "/x", {"y": 1}, MISSING)]),
        ({"items": []}, {}, [(ChangeKind.REMOVED, "/items", [], MISSING)]),
        ({"items": None}, {"items": []}, [(ChangeKind.CHANGED, "/items", None, [])]),
        ({"items": [1]}, {"items": [2]}, [(ChangeKind.CHANGED, "/items", [1], [2])]),
        (
            {"items": "无"},
            {"items": [row("笔")]},
            [(ChangeKind.CHANGED, "/items", "无", [row("笔")])],
        ),
    ],
)
def test_nothing_that_differs_goes_unsaid(
    old: Record, new: Record, expected: list[tuple[ChangeKind, str, Json, Json]]
) -> None:
    assert _sides(old, new) == expected


def test_an_object_in_place_of_null_shows_both_itself_and_its_fields() -> None:
    pointers = [d.pointer for d in compare(MAPPING, {"cost": None}, {"cost": {"total": "1.00"}})]
    assert pointers == ["/cost/total", "/cost"]


def test_the_order_of_keys_is_no_difference() -> None:
    assert compare(MAPPING, {"a": {"x": 1, "y": 2}, "b": 1}, {"b": 1, "a": {"y": 2, "x": 1}}) == []


def test_a_record_that_is_not_there_has_all_of_it_added_or_removed() -> None:
    whole = record(row("笔"), year=2023)
    added, removed = compare(MAPPING, None, whole), compare(MAPPING, whole, None)
    assert {delta.kind for delta in added} == {ChangeKind.ADDED}
    assert {delta.kind for delta in removed} == {ChangeKind.REMOVED}
    assert [d.pointer for d in added] == ["/name", "/unit", "/year", "/items/0"]
    assert [d.old for d in removed] == [d.new for d in added]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (None, record(), ChangeKind.ADDED),
        (None, {}, ChangeKind.ADDED),
        (record(), None, ChangeKind.REMOVED),
        (record(), record(year=1), ChangeKind.CHANGED),
        (record(), {**record(), "name": "采购二"}, ChangeKind.RENAMED),
        (record(), {**record(), "name": "采购二", "unit": "财务科"}, ChangeKind.MOVED),
    ],
)
def test_what_became_of_a_record(old: Json, new: Json, kind: ChangeKind) -> None:
    delta = compare_record(MAPPING, "r1", old, new)
    assert delta is not None
    last = old if new is None else new
    assert (delta.id, delta.kind) == ("r1", kind)
    assert (delta.title, delta.group) == (last.get("name"), last.get("unit"))
    assert list(delta.deltas) == compare(MAPPING, old, new)


def test_an_unchanged_record_has_no_delta() -> None:
    assert compare_record(MAPPING, "r1", record(), record()) is None
    assert compare_record(MAPPING, "r1", None, None) is None
