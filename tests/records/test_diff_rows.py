"""Rows of a table find their partners by what they say, not by where they stand."""

from __future__ import annotations

from copy import deepcopy

import pytest
from diff_sample import MAPPING, record, row
from reading_samples import FORM, our_workbook

from xlsync.base.record import MISSING, Json, Record
from xlsync.records import ChangeKind, Delta, compare


def _compare(old: list[Record], new: list[Record]) -> list[Delta]:
    return compare(MAPPING, record(*old), record(*new))


def _brief(old: list[Record], new: list[Record]) -> list[tuple[str, str]]:
    return [(delta.kind.value, delta.pointer) for delta in _compare(old, new)]


def test_a_row_put_in_front_leaves_the_others_alone() -> None:
    old = [row("笔", id="1", count="5"), row("纸", id="2")]
    new = [row("本", id="9"), row("笔", id="1", count="6"), row("纸", id="2")]
    added, changed = _compare(old, new)
    assert (added.kind, added.pointer, added.old, added.new) == (
        ChangeKind.ADDED,
        "/items/0",
        MISSING,
        new[0],
    )
    assert (changed.kind, changed.pointer) == (ChangeKind.CHANGED, "/items/1/count")
    assert (changed.label, changed.old, changed.new) == ("数量", "5", "6")
    assert changed.row == {"id": "1", "top": "办公", "sub": "文具", "what": "笔"}


def test_a_removed_row_is_the_whole_old_row_at_its_old_place() -> None:
    old = [row("笔", id="1"), row("纸", id="2", count="3")]
    (delta,) = _compare(old, [row("笔", id="1")])
    assert (delta.kind, delta.pointer, delta.old) == (ChangeKind.REMOVED, "/items/1", old[1])
    assert delta.new is MISSING
    assert delta.row == {"id": "2", "top": "办公", "sub": "文具", "what": "纸"}


def test_the_key_outweighs_the_id() -> None:
    assert (
        _brief([row("笔", id="1"), row("纸", id="2")], [row("笔", id="2"), row("纸", id="1")]) == []
    )


def test_the_id_alone_is_no_change() -> None:
    assert _brief([row("笔", id="1")], [row("笔", id="2")]) == []
    assert _brief([row("笔", id="1")], [row("笔")]) == []


def test_blanks_and_width_do_not_part_rows_but_are_told() -> None:
    old, new = [row("笔(红)"), row("纸")], [row("纸"), row("笔 （红）", top="办 公")]
    deltas = [(d.kind, d.pointer) for d in _compare(old, new)]
    assert (ChangeKind.RENAMED, "/items/1/what") in deltas
    assert (ChangeKind.CHANGED, "/items/1/top") in deltas
    assert not {ChangeKind.ADDED, ChangeKind.REMOVED} & {kind for kind, _ in deltas}


def test_the_same_id_with_another_name_is_a_new_name() -> None:
    (delta,) = _compare([row("笔", id="1")], [row("打印机", id="1")])
    assert (delta.kind, delta.pointer, delta.label) == (ChangeKind.RENAMED, "/items/0/what", "品名")
    assert (delta.old, delta.new) == ("笔", "打印机")


def test_a_reworded_name_is_recognised_under_the_same_levels_only() -> None:
    assert _brief([row("中性笔采购数量")], [row("中性笔购买数量")]) == [
        ("renamed", "/items/0/what")
    ]
    elsewhere = [row("中性笔购买数量", sub="设备")]
    assert _brief([row("中性笔采购数量")], elsewhere) == [
        ("added", "/items/0"),
        ("removed", "/items/0"),
    ]


def test_the_most_alike_names_come_together() -> None:
    old = [row("培训合格率甲乙"), row("培训合格率甲丙丁")]
    new = [row("培训合格率甲丙丁戊"), row("培训合格率甲乙己")]
    renamed = {(d.old, d.new) for d in _compare(old, new) if d.kind is ChangeKind.RENAMED}
    assert renamed == {
        ("培训合格率甲丙丁", "培训合格率甲丙丁戊"),
        ("培训合格率甲乙", "培训合格率甲乙己"),
    }


def test_the_same_name_under_another_level_is_the_same_row() -> None:
    (delta,) = _compare([row("打印机", sub="文具")], [row("打印机", sub="设备")])
    assert (delta.kind, delta.pointer) == (ChangeKind.CHANGED, "/items/0/sub")
    (delta,) = _compare([row("维修")], [row("维修", top="车辆")])
    assert (delta.kind, delta.pointer) == (ChangeKind.CHANGED, "/items/0/top")


@pytest.mark.parametrize("what", [None, "", MISSING, 7])
def test_a_name_that_is_no_text_is_an_ordinary_value(what: Json) -> None:
    old = row(what, id="1")
    if what is MISSING:
        del old["what"]
    (delta,) = _compare([old], [row("笔", id="1")])
    assert delta.kind is (ChangeKind.ADDED if what is MISSING else ChangeKind.CHANGED)


def test_keys_of_a_row_outside_the_form_are_compared_too() -> None:
    (delta,) = _compare([row("笔", note={"a": 1})], [row("笔", note={"a": 2})])
    assert (delta.pointer, delta.label) == ("/items/0/note", "note")


def test_amounts_in_rows_have_a_difference() -> None:
    (delta,) = _compare([row("笔", price="2.50")], [row("笔", price="3.00")])
    assert delta.difference == "+0.50"


def test_one_moved_row_is_one_move() -> None:
    names = ["甲", "乙", "丙", "丁"]
    old = [row(name) for name in names]
    (delta,) = _compare(old, [old[3], *old[:3]])
    assert (delta.kind, delta.pointer, delta.old, delta.new) == (ChangeKind.MOVED, "/items/0", 4, 1)
    assert delta.row == {"top": "办公", "sub": "文具", "what": "丁"}


def test_rows_that_only_make_room_have_not_moved() -> None:
    old = [row("甲"), row("乙"), row("丙")]
    assert _brief(old, old[1:]) == [("removed", "/items/0")]


@pytest.mark.parametrize("ids", [("1", "1", "1"), (None, None, None), ("1", "2", "1")])
def test_doubles_are_neither_lost_nor_merged(ids: tuple[str | None, ...]) -> None:
    old = [row("笔", id=given, count=str(at)) for at, given in enumerate(ids)]
    assert _brief(old, old) == []
    assert len(_brief(old, [])) == 3
    assert len(_brief(old, old[:1])) == 2
    kinds = [delta.kind for delta in _compare(old, [*old, old[0]])]
    assert kinds == [ChangeKind.ADDED]


def test_ids_of_any_kind_do_no_harm() -> None:
    old = [row("笔", id=[1]), row("纸", id={"a": 1}), row("本", id=1)]
    new = [row("尺", id=[1]), row("刀", id={"a": 1}), row("夹", id="1")]
    kinds = [delta.kind.value for delta in _compare(old, new)]
    assert kinds == ["renamed", "renamed", "added", "removed"]


def test_many_rows_without_a_partner_are_not_compared_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[tuple[str, str]] = []
    monkeypatch.setattr(
        "xlsync.records.matching._likeness", lambda *names: compared.append(names) or 0.0
    )
    old = [row(f"甲{number}" * 20) for number in range(3000)]
    new = [row(f"乙{number}" * 20) for number in range(3000)]
    assert len(_compare(old, new)) == 6000
    assert len(compared) <= 4096
    assert len(_compare(old[:20], new[:20])) == 40
    assert len(compared) >= 400


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("85.00", "85", 0),
        ("1,000", "1000", 0),
        ("85", "86", 1),
        ("达标", "达到", 1),
        ("85", None, 1),
    ],
)
def test_a_number_in_another_spelling_is_no_change(old: str, new: str | None, changes: int) -> None:
    before, after = (deepcopy(our_workbook()[0]) for _ in range(2))
    before["indicators"][0]["value"], after["indicators"][0]["value"] = old, new
    assert len(compare(FORM.mapping, before, after)) == changes
