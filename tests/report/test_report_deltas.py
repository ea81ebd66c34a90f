"""Deltas as lines for people and as JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from diff_sample import MAPPING, record, row

from xlsync.records import RecordDelta, compare_record
from xlsync.report.words.deltas import as_json, delta_lines, summary
from xlsync.report.words.lines import plain

if TYPE_CHECKING:
    from xlsync.base.record import Json, Record


def _delta(old: Record | None, new: Record | None) -> RecordDelta:
    delta = compare_record(MAPPING, "r1", old, new)
    assert delta is not None
    return delta


def _lines(old: Record | None, new: Record | None) -> list[str]:
    return [plain(line) for line in delta_lines([_delta(old, new)])]


def _changes(old: Record, new: Record) -> list[str]:
    return [line.strip() for line in _lines(old, new)[1:-1]]


def _money(total: Json, **more: Json) -> Record:
    return record(cost={"total": total, **more})


def test_no_change_says_so() -> None:
    assert [*delta_lines([])] == []
    assert summary([]) == "没有变化。"
    assert as_json([]) == []


def test_a_record_has_a_heading_that_says_what_happened() -> None:
    old, new = _money("6810000.00"), {**_money("7010000.00"), "year": 2024}
    assert _lines(old, new) == [
        "■ 采购一（办公室） r1 〔资金增加、其他修改〕",
        "  资金增加 总额  6,810,000.00 → 7,010,000.00（+200,000.00）",
        "  其他修改 年度  〔无此项〕 → 2024",
        "",
    ]
    deltas = [_delta(old, new), _delta(None, old), _delta(old, None), _delta(old, None)]
    assert summary(deltas) == "4 个项目有变化：改动 1，新增 1，取消 2。"


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("1.00", None, "资金减少 总额  1.00 → 〔未填〕（-1.00）"),
        ("1.00", "", "资金减少 总额  1.00 → 〔空文本〕（-1.00）"),
        (None, "1.00", "资金增加 总额  〔未填〕 → 1.00（+1.00）"),
        ("1.00", "一元", "其他修改 总额  1.00 → 「一元」"),
        ("1.00", "1.0", "其他修改 总额  1.00 → 「1.0」"),
        ("1.00", 1, "其他修改 总额  1.00 → 1"),
        ("0.00", None, "其他修改 总额  0.00 → 〔未填〕"),
        ("2000.00", "500.50", "资金减少 总额  2,000.00 → 500.50（-1,499.50）"),
    ],
)
def test_amounts_and_what_is_none(old: Json, new: Json, shown: str) -> None:
    assert _changes(_money(old), _money(new)) == [shown]


def test_absent_null_and_empty_have_signs_of_their_own() -> None:
    assert _changes(record(), record(goal=None)) == ["文字修改 目标  〔无此项〕 → 〔未填〕"]
    assert _changes(record(goal="〔未填〕"), record(goal="")) == [
        "文字修改 目标  「〔未填〕」 → 〔空文本〕"
    ]
    assert _changes(record(goal=[]), record()) == ["文字修改 目标  [] → 〔无此项〕"]


def test_dates_and_numbers_stand_bare_and_texts_in_quotation_marks() -> None:
    old = record(day="2023-01-01", year=2023, goal="好")
    new = record(day="2023-06-30", year=2024, goal="好 ")
    assert _changes(old, new) == [
        "文字修改 目标  「好」 → 「好 」",
        "其他修改 年度  2023 → 2024",
        "其他修改 日期  2023-01-01 → 2023-06-30",
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
        "增加指标 办公/文具  满意度 ≥85.00(%)，单价 1,000.00，note 「急」",
        "删除指标 办公/文具  尺 把",
        "指标改名 办公/文具  「纸」 → 「纸张」",
        "指标移动 办公/文具/本  第3条 → 第1条",
        "指标数值 办公/文具/纸张  3 → 4",
    ]


def test_a_long_text_shows_its_changed_part() -> None:
    goal = "理顺各项程序，指导任期届满的委员会及时改选，完成年度评定，做好各项准备。"
    (shown,) = _changes(record(goal=goal), record(goal=goal.replace("及时", "按期")))
    assert shown == "文字修改 目标  …任期届满的委员会〔-及时-〕〔+按期+〕改选，完成年度评…"


def test_new_and_gone_records_say_what_they_amount_to() -> None:
    new = {**_money("1000.00"), "items": [row("笔"), row("纸")]}
    assert _lines(None, new) == [
        "■ 采购一（办公室） r1 〔新增项目〕",
        "  新增项目 总额  1,000.00（+1,000.00）",
        "  新增项目 明细  2 条",
        "",
    ]
    assert _lines(new, None)[1] == "  取消项目 总额  1,000.00（-1,000.00）"
    assert _lines(None, record())[1:-1] == ["  新增项目  "]


def test_what_stands_in_a_form_cannot_drive_the_terminal() -> None:
    nasty = "\x1b[31m红\u202e反\r\n"
    new = {**record(row(nasty, note=nasty)), "name": nasty, "goal": nasty, nasty: nasty}
    text = "".join(_lines(record(), new) + _lines(None, new))
    assert not {"\x1b", "\u202e", "\r", "\n"} & set(text)
    assert "〔U+001B〕[31m红〔U+202E〕反〔U+000D〕〔换行〕" in text


def test_nameless_records_have_a_heading() -> None:
    assert _lines({"year": 1}, {"year": 2})[0] == "■ 〔未填〕（〔未填〕） r1 〔其他修改〕"


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
        "what": "文字修改",
        "pointer": "/goal",
        "label": "目标",
        "row": None,
        "new": None,
        "difference": None,
    }
    assert (count["old"], count["new"], count["what"]) == (None, "1", "指标数值")
    assert count["row"] == {"top": "办公", "sub": "文具", "what": "笔"}


def test_json_keeps_amounts_as_text() -> None:
    (entry,) = as_json([_delta(_money("1.00"), _money("1001.00"))])
    (delta,) = entry["deltas"]
    assert (delta["old"], delta["new"], delta["difference"]) == ("1.00", "1001.00", "+1000.00")
