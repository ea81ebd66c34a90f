"""What a person would call one change: of a project, its funds, its rows, its wording."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from diff_sample import MAPPING, record, row
from hypothesis import given
from hypothesis import strategies as st
from running import FORMS, SAMPLES

from xlsync.exchange.reading import find_files, read_file
from xlsync.records import What, compare_record
from xlsync.report.words.revisions import RevisionLine, kinds_of, revisions
from xlsync.rounds.state.comparing import compare_records

if TYPE_CHECKING:
    from xlsync.base.record import Json, Record

_Told = tuple[str, str, str, str]


def _made(old: Record | None, new: Record | None) -> list[RevisionLine]:
    delta = compare_record(MAPPING, "r1", old, new)
    assert delta is not None
    (found,) = revisions([delta])
    return found


def _told(old: Record | None, new: Record | None) -> list[_Told]:
    return [(one.what.value, one.label, one.old_text, one.new_text) for one in _made(old, new)]


def _one(old: Record, new: Record) -> _Told:
    (told,) = _told(old, new)
    return told


def test_a_revision_says_of_which_record_it_is() -> None:
    (one,) = _made(record(), record(cost={"total": "5.00"}))
    assert (one.record, one.group, one.title) == ("r1", "办公室", "采购一")
    assert one.difference == Decimal("5.00")


def test_a_new_title_and_a_new_group_are_their_own_kinds() -> None:
    assert _told(record(), record(name="采购二", unit="财务室")) == [
        ("项目改名", "名称", "采购一", "采购二"),
        ("单位变更", "单位", "办公室", "财务室"),
    ]


def test_a_label_that_occurs_twice_says_which_one_is_meant() -> None:
    old = record(cost={"other": "1.00", "rest": "1.00"})
    new = record(cost={"other": None, "rest": None})
    assert [label for _, label, _, _ in _told(old, new)] == ["总额下的其他", "其他（/cost/rest）"]


def test_operator_value_and_unit_are_one_quantity() -> None:
    old = row("笔", sign="=", count="100", unit="%")
    new = row("笔", sign="≥", count="98", unit="%")
    told = ("指标数值", "办公/文具/笔", "=100(%)", "≥98(%)")
    assert _one(record(old), record(new)) == told


@pytest.mark.parametrize(
    ("old", "new", "sides"),
    [
        ({"sign": None}, {"sign": ""}, ("〔未填〕", "〔空文本〕")),
        ({}, {"sign": None}, ("〔无此项〕", "〔未填〕")),
        ({"count": "5"}, {"count": 5}, ("「5」", "5")),
        ({"count": None}, {"count": "5"}, ("〔未填〕", "5")),
    ],
)
def test_a_quantity_that_would_look_the_same_is_told_by_its_parts(
    old: Record, new: Record, sides: tuple[str, str]
) -> None:
    what, label, *told = _one(record(row("笔", **old)), record(row("笔", **new)))
    assert (what, tuple(told)) == ("指标数值", sides)
    assert label in {"办公/文具/笔 符号", "办公/文具/笔 数量"}


def test_a_row_under_other_levels_is_moved() -> None:
    old, new = record(row("笔")), record(row("笔", top="车辆", sub="维修"))
    assert _one(old, new) == ("指标移动", "笔", "办公/文具", "车辆/维修")


def test_a_row_moved_to_its_own_number_says_what_changed() -> None:
    old = record(*(row(name) for name in "甲乙丙"))
    new = record(*(row(name) for name in "丙乙甲"))
    hint = ("指标移动", "办公/文具/乙", "第2条", "第2条（与其他条的先后有变）")
    assert hint in _told(old, new)


def test_a_row_that_is_new_or_gone_has_one_side() -> None:
    (one,) = _made(record(), record(row("笔", count="3", unit="支")))
    assert (one.what, one.label, one.old, one.new_text) == (
        What.ROW_ADDED,
        "办公/文具",
        None,
        "笔 3支",
    )
    (one,) = _made(record(row("笔")), record())
    assert (one.what, one.old_text, one.new) == (What.ROW_REMOVED, "笔", None)


def test_odd_rows_are_told_as_they_are() -> None:
    old = record(row(None, count=5, id="1"), row("纸", top="", id="2"))
    assert _told(old, record()) == [
        ("删除指标", "办公/文具", "〔未填〕 5", ""),
        ("删除指标", "〔空文本〕/文具", "纸", ""),
    ]
    assert _one(record(), {**record(), "items": None}) == ("其他修改", "明细", "[]", "〔未填〕")


def test_other_columns_are_told_by_their_types() -> None:
    old, new = row("笔", price="1.00", note="甲"), row("笔", price="2.50", note="乙")
    assert _told(record(old), record(new)) == [
        ("资金增加", "办公/文具/笔 单价", "1.00", "2.50"),
        ("其他修改", "办公/文具/笔 note", "甲", "乙"),
    ]


def test_a_new_record_is_told_in_short() -> None:
    assert _told(None, {**record(row("笔")), "cost": {"total": None}}) == [
        ("新增项目", "明细", "", "1 条")
    ]
    assert _told(None, {"year": 1}) == [("新增项目", "", "", "")]


def test_line_breaks_stay_and_nothing_hides() -> None:
    (one,) = _made(record(goal="甲"), record(goal="甲\n\u202e乙\r"))
    assert one.new_text == "甲\n〔U+202E〕乙〔U+000D〕"


_VALUES = st.one_of(
    st.none(),
    st.text("甲5. \n\u200b<", max_size=4),
    st.integers(0, 9),
    st.just(["x"]),
    st.booleans(),
)
_ROWS = st.lists(
    st.dictionaries(
        st.sampled_from(["id", "top", "sub", "what", "sign", "count", "unit", "price", "note"]),
        _VALUES,
        max_size=9,
    ),
    max_size=4,
)
_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(["name", "unit", "year", "day", "goal", "more"], _VALUES),
        "cost": st.dictionaries(st.sampled_from(["total", "other"]), _VALUES),
        "items": _ROWS,
    },
)
_HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\u200b\u202e]")


@given(_FIELDS, _FIELDS)
def test_whatever_a_record_holds_every_difference_is_told(old: Record, new: Record) -> None:
    delta = compare_record(MAPPING, "r1", old, new)
    if delta is None:
        return
    (found,) = revisions([delta])
    assert found
    assert len(found) <= len(delta.deltas)
    for one in found:
        assert one.old_text != one.new_text
        assert not _HIDDEN.search(one.label + one.old_text + one.new_text)


def test_the_kinds_of_the_sample_rounds() -> None:
    sides: list[dict[str, Json]] = []
    for name in ("一上", "二上"):
        files = (read_file(FORMS, path) for path in find_files([SAMPLES / name]))
        records = (one.record for file in files for one in file.readings)
        sides.append({one["id"]: one for one in records if one is not None})
    found = revisions(compare_records(FORMS, *sides))
    assert [[what.value for what in kinds_of(one)] for one in found] == [
        ["文字修改"],
        ["其他修改"],
        ["项目改名"],
        ["指标改名", "指标数值"],
        ["取消项目"],
        ["资金增加", "指标数值"],
        ["资金减少", "指标数值"],
        ["增加指标", "删除指标"],
    ]
