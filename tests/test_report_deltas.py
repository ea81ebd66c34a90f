"""Deltas as lines for people and as JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from diff_sample import MAPPING, record, row

from xlsync.diff import RecordDelta, compare_record
from xlsync.report.deltas import as_json, delta_lines
from xlsync.report.lines import plain

if TYPE_CHECKING:
    from xlsync.record import Json, Record


def _delta(old: Record | None, new: Record | None) -> RecordDelta:
    delta = compare_record(MAPPING, "r1", old, new)
    assert delta is not None
    return delta


def _lines(old: Record | None, new: Record | None) -> list[str]:
    return [plain(line) for line in delta_lines([_delta(old, new)])]


def _changes(old: Record, new: Record) -> list[str]:
    return [line.strip() for line in _lines(old, new)[1:-2]]


def _money(total: Json, **more: Json) -> Record:
    return record(cost={"total": total, **more})


def test_no_change_says_so() -> None:
    assert [plain(line) for line in delta_lines([])] == ["没有变化。"]
    assert as_json([]) == []


def test_a_record_has_a_heading_and_the_report_a_sum() -> None:
    assert _lines(_money("6810000.00"), _money("7010000.00")) == [
        "■ 采购一（办公室） r1 〔改动〕",
        "  总额  6,810,000.00 → 7,010,000.00（+200,000.00）",
        "",
        "1 个项目有变化：改动 1，新增 0，删除 0；总额合计 +200,000.00。",
    ]


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("1.00", None, "总额  1.00 → 〔空 null〕"),
        ("1.00", "", '总额  1.00 → 〔空文本 ""〕'),
        ("1.00", "一元", "总额  1.00 → 「一元」"),
        ("1.00", "1.0", "总额  1.00 → 「1.0」（+0.00）"),
        ("1.00", 1, "总额  1.00 → 1"),
        ("2000.00", "500.50", "总额  2,000.00 → 500.50（-1,499.50）"),
    ],
)
def test_amounts_and_what_is_none(old: Json, new: Json, shown: str) -> None:
    assert _changes(_money(old), _money(new)) == [shown]


def test_absent_null_and_empty_have_signs_of_their_own() -> None:
    assert _changes(record(), record(goal=None)) == ["目标  〔无此项〕 → 〔空 null〕"]
    assert _changes(record(goal="null"), record(goal="")) == ['目标  「null」 → 〔空文本 ""〕']
    assert _changes(record(goal=[]), record()) == ["目标  [] → 〔无此项〕"]


def test_dates_and_numbers_stand_bare_and_texts_in_quotation_marks() -> None:
    old = record(day="2023-01-01", year=2023, goal="好")
    new = record(day="2023-06-30", year=2024, goal="好 ")
    assert _changes(old, new) == [
        "年度  2023 → 2024",
        "日期  2023-01-01 → 2023-06-30",
        "目标  「好」 → 「好 」",
    ]


def test_a_label_that_occurs_twice_says_which_one_is_meant() -> None:
    old, new = _money("1.00", other="1.00", rest="1.00"), _money("1.00", other=None, rest=None)
    assert _changes(old, new) == [
        "总额下的其他  1.00 → 〔空 null〕",
        "其他（/cost/rest）  1.00 → 〔空 null〕",
    ]


def test_rows() -> None:
    quantity = {"sign": "≥", "count": "85.00", "unit": "%"}
    old = record(
        row("笔", id="1"), row("纸", id="2", count="3"), row("本", id="3"), row("尺", unit="把")
    )
    new = record(
        row("本", id="3"),
        row("笔", id="1"),
        row("纸张", id="2", count="4"),
        row("满意度", **quantity, price="1000.00", note="急", id="5"),
    )
    assert _changes(old, new) == [
        "移动 办公/文具/本 第3条 → 第1条",
        "改名 品名 文具「纸」→「纸张」",
        "办公/文具/纸张 数量  「3」 → 「4」",
        "新增 办公/文具/满意度 ≥85.00(%)，单价 1,000.00，note 「急」",
        "删除 办公/文具/尺 把",
    ]


def test_a_row_moved_to_its_own_number_says_what_changed() -> None:
    old = record(*(row(name) for name in "甲乙丙"))
    new = record(*(row(name) for name in "丙乙甲"))
    assert "移动 办公/文具/乙 第2条 → 第2条（与其他条的先后有变）" in _changes(old, new)


def test_odd_rows_are_shown_as_they_are() -> None:
    old = record(row(None, count=5, id="1"), row("纸", top="", id="2"))
    shown = _changes(old, record())
    assert shown == ["删除 办公/文具/〔空 null〕 5", '删除 〔空文本 ""〕/文具/纸']
    assert _changes(record(), {**record(), "items": None}) == ["明细  [] → 〔空 null〕"]


def test_a_long_text_shows_its_changed_part() -> None:
    goal = "理顺各项程序，指导任期届满的委员会及时改选，完成年度评定。"
    (shown,) = _changes(record(goal=goal), record(goal=goal.replace("及时", "按期")))
    assert shown == "目标  …任期届满的委员会〔-及时-〕〔+按期+〕改选，完成年度评…"


def test_new_and_gone_records_are_one_line() -> None:
    new = {**_money("1000.00"), "items": [row("笔"), row("纸")]}
    assert _lines(None, new) == [
        "■ 采购一（办公室） r1 〔新增〕",
        "  总额 1,000.00，明细 2 条",
        "",
        "1 个项目有变化：改动 0，新增 1，删除 0；总额合计 +1,000.00。",
    ]
    assert _lines(new, None)[-1].endswith("删除 1；总额合计 -1,000.00。")


def test_the_sum_takes_an_empty_amount_for_nothing_and_skips_what_is_no_amount() -> None:
    deltas = [
        _delta(_money(None), _money("100.00")),
        _delta(_money("30.00"), _money("无")),
        _delta(None, _money("5.00")),
    ]
    assert plain(list(delta_lines(deltas))[-1]).endswith("总额合计 +75.00。")


def test_what_stands_in_a_form_cannot_drive_the_terminal() -> None:
    nasty = "\x1b[31m红\u202e反\r\n"
    new = {**record(row(nasty, note=nasty)), "name": nasty, "goal": nasty, nasty: nasty}
    text = "".join(_lines(record(), new) + _lines(None, new))
    assert not {"\x1b", "\u202e", "\r", "\n"} & set(text)
    assert "〔U+001B〕[31m红〔U+202E〕反〔U+000D〕〔换行〕" in text


def test_nameless_records_have_a_heading() -> None:
    assert _lines({"year": 1}, {"year": 2})[0] == "■ 〔空 null〕（〔空 null〕） r1 〔改动〕"


def test_json_leaves_out_the_absent_side_and_keeps_null() -> None:
    old, new = record(row("笔", count=None)), record(row("笔", count="1"), goal=None)
    (entry,) = as_json([_delta(old, new)])
    assert {key: entry[key] for key in entry if key != "deltas"} == {
        "id": "r1",
        "title": "采购一",
        "group": "办公室",
        "form": "purchase-1",
        "kind": "changed",
    }
    goal, count = entry["deltas"]
    assert goal == {
        "kind": "added",
        "pointer": "/goal",
        "label": "目标",
        "row": None,
        "new": None,
        "difference": None,
    }
    assert (count["old"], count["new"]) == (None, "1")
    assert count["row"] == {"top": "办公", "sub": "文具", "what": "笔"}


def test_json_keeps_amounts_as_text() -> None:
    (entry,) = as_json([_delta(_money("1.00"), _money("1001.00"))])
    (delta,) = entry["deltas"]
    assert (delta["old"], delta["new"], delta["difference"]) == ("1.00", "1001.00", "+1000.00")
