"""The record model of a form: what is canonical, what is refused and how that is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from small_form import load_form

from xlsync.form.model import MAX_ROWS

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json
    from xlsync.form import Form


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    folder: Path = tmp_path_factory.mktemp("forms")
    return load_form(folder)


def canonical(form: Form, record: Json) -> Json:
    made, problems = form.canonical(record)
    assert problems == []
    return made


def told(form: Form, record: Json) -> list[tuple[str | None, str, str | None]]:
    """Pointer, reason and text found of each problem."""
    made, problems = form.canonical({"form": "trip"} | record)
    assert made is None
    assert all(one.code == "X005" for one in problems)
    return [(one.pointer, reason_of(one), one.found) for one in problems]


def reason_of(one: Problem) -> str:
    assert one.message.startswith("记录：") == (not one.pointer)
    assert one.pointer not in one.message or not one.pointer
    return one.message.removeprefix("记录：").removesuffix("。")


FULL: Json = {
    "form": "trip",
    "id": "r1",
    "who": "张三",
    "dates": {"left": "2023-01-01"},
    "means": "火车",
    "note": "",
    "stops": [
        {
            "id": "a",
            "province": "浙江",
            "city": None,
            "task": "开会",
            "bound": "≥",
            "cost": "5",
            "currency": "元",
        }
    ],
}


def shuffled(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(value)}
    return [shuffled(one) for one in value] if isinstance(value, list) else value


def test_keys_come_in_the_order_of_the_form(form: Form) -> None:
    assert json.dumps(canonical(form, shuffled(FULL))) == json.dumps(FULL)


def test_a_canonical_record_stays_as_it_is(form: Form) -> None:
    assert canonical(form, FULL) == FULL


@pytest.mark.parametrize("who", [{}, {"who": None}, {"who": ""}, {"who": "张三"}])
def test_absent_null_and_empty_are_distinct(form: Form, who: Json) -> None:
    assert canonical(form, {"form": "trip", **who}) == {"form": "trip", **who}


def test_an_object_without_members_is_absent(form: Form) -> None:
    assert canonical(form, {"form": "trip", "dates": {}}) == {"form": "trip"}
    assert canonical(form, {"form": "trip", "stops": []}) == {"form": "trip", "stops": []}


# what a record says → what it means
MEANT: list[tuple[Json, Json]] = [
    ({"who": " <b>张三</b>\r\n"}, {"who": "张三"}),
    ({"means": "高铁"}, {"means": "火车"}),
    ({"means": "未定"}, {"means": None}),
    ({"means": "骆驼"}, {"means": "骆驼"}),
    ({"dates": {"left": "20230101"}}, {"dates": {"left": "2023-01-01"}}),
]


@pytest.mark.parametrize(("said", "meant"), MEANT)
def test_other_spellings_of_a_value_are_the_value(form: Form, said: Json, meant: Json) -> None:
    assert canonical(form, {"form": "trip", **said}) == {"form": "trip", **meant}


# what a record says, and what is told about it: pointer, reason, text found
REFUSED: list[tuple[Json, list[tuple[str, str, str | None]]]] = [
    ({"x": "1"}, [("/x", "表中没有这一项", "1")]),
    ({"stops": [{"y": 1}]}, [("/stops/0/y", "表中没有这一项", "1")]),
    ({"a/b": None}, [("/a~1b", "表中没有这一项", None)]),
    ({"who": 1.5}, [("/who", "应为文字", None)]),
    ({"who": True}, [("/who", "应为文字", "true")]),
    ({"who": ["张三"]}, [("/who", "应为文字", '["张三"]')]),
    ({"dates": None}, [("/dates", "应为对象", None)]),
    ({"dates": "2023"}, [("/dates", "应为对象", "2023")]),
    ({"stops": None}, [("/stops", "应为列表", None)]),
    ({"stops": {}}, [("/stops", "应为列表", "{}")]),
    ({"stops": ["甲"]}, [("/stops/0", "应为对象", "甲")]),
    ({"id": "甲 1"}, [("/id", "编号只能含小写字母、数字和连字符", "甲 1")]),
    ({"id": None}, [("/id", "应为文字", None)]),
    ({"id": "a" * 41}, [("/id", "编号只能含小写字母、数字和连字符", "a" * 41)]),
    (
        {"dates": {"left": "2023-02-30"}},
        [("/dates/left", "“2023-02-30”不是日期，应为 2023-01-01 的格式", "2023-02-30")],
    ),
    ({"who": "a\x01"}, [("/who", "含有表格无法保存的控制字符 U+0001", "a\x01")]),
    ({"form": "tour"}, [("/form", "不是这张表的记录", "tour")]),
    (
        {"stops": [{"id": "a", "cost": "1"}, {"id": "a", "cost": "1"}]},
        [("/stops/1/id", "行编号与前面的行重复", "a")],
    ),
    ({"stops": [{}]}, [("/stops/0", "这一行没有内容", None)]),
    ({"stops": [{"task": "", "cost": None}]}, [("/stops/0", "这一行没有内容", None)]),
    ({"stops": [{"bound": "1"}] * (MAX_ROWS + 1)}, [("/stops", f"超过 {MAX_ROWS} 行", None)]),
    ({"who": 1, "x": 2}, [("/who", "应为文字", "1"), ("/x", "表中没有这一项", "2")]),
]


@pytest.mark.parametrize(("record", "problems"), REFUSED)
def test_what_is_refused_is_told_with_its_pointer(
    form: Form, record: Json, problems: list[tuple[str, str, str | None]]
) -> None:
    assert told(form, record) == problems


@pytest.mark.parametrize("record", [[], "x", None, 5])
def test_what_is_no_object_is_no_record(form: Form, record: Json) -> None:
    made, (one,) = form.canonical(record)
    assert made is None
    assert one.message == "记录：应为对象。"


def test_a_record_without_form_is_told(form: Form) -> None:
    made, (one,) = form.canonical({"who": "张三"})
    assert made is None
    assert (one.pointer, reason_of(one)) == ("/form", "缺少这一项")
