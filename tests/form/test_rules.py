"""Each rule of the shipped mapping fires where it should, says what is wrong, and only then.

A case is a change to a record that is in order, and what must be found in it then.
"""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsync.base.problems import Severity
from xlsync.base.record import join, put
from xlsync.form.mapping import Mapping
from xlsync.form.rules import Subject

if TYPE_CHECKING:
    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.form.mapping import Column, FormField

FORM = Path(__file__).parents[2] / "mappings" / "project-goal-2023.toml"
MAPPING = Mapping.model_validate(tomllib.loads(FORM.read_text(encoding="utf-8")))

ROWS = """
产出指标|数量指标|巡查次数|≥|50.00|次
产出指标|质量指标|一次验收合格率|=|100.00|%
产出指标|时效指标|整改及时性||及时|
效益指标|社会效益指标|市容面貌||改善|
满意度指标|服务对象满意度指标|居民满意度|≥|85.00|%
"""


def row(text: str) -> Record:
    """A row from its cells, ``|`` between them; a blank cell is null."""
    cells = [cell or None for cell in text.split("|")]
    return dict(zip(MAPPING.tables["indicators"].columns, cells, strict=True))


def record() -> Record:
    return {
        "form": "project-goal-2023",
        "id": "p1",
        "year": 2023,
        "project_name": "小区改造",
        "project_nature": "经常性项目",
        "project_category": "特定目标类",
        "competent_department": "镇政府",
        "implementing_unit": "建设办",
        "planned_start": "2023-01-01",
        "planned_end": "2023-12-31",
        "funds": {
            "total": "6810000.00",
            "fiscal": "6810000.00",
            "other": "0.00",
            "annual_total": "6810000.00",
            "annual_fiscal": "6800000.00",
            "carried_over": "10000.00",
            "annual_other": None,
        },
        "overall_goal": "改善环境",
        "annual_goal": "完成改造",
        "indicators": [row(line) for line in ROWS.split()],
    }


def check(made: Record, unread: frozenset[str] = frozenset()) -> list[Problem]:
    subject = Subject(made, MAPPING, unread)
    return [item for rule in MAPPING.rules for item in rule.check(subject)]


# what is changed; code and place of the one finding, if any; words of its message
FIELDS: dict[str, tuple[dict[str, Json], str, list[str]]] = {
    "nothing changed": ({}, "", []),
    # required
    "no name": ({"/project_name": None}, "F001 /project_name", ["项目名称", "请填写"]),
    "empty name": ({"/project_name": ""}, "F001 /project_name", []),
    "no nature": ({"/project_nature": None}, "F001 /project_nature", ["经常性项目、阶段性项目"]),
    "zero is filled in": ({"/funds/other": "0.00"}, "", []),
    # one-of
    "nature": ({"/project_nature": "长期"}, "C001 /project_nature", ["“长期”", "一次性项目"]),
    "category": ({"/project_category": "其他"}, "C002 /project_category", ["“其他”", "运转类"]),
    # sum
    "total above its parts": (
        {"/funds/fiscal": "6800000.00"},
        "M001 /funds/total",
        ["6,810,000.00 元", "之和 6,800,000.00 元", "多 10,000.00 元", "“其他资金”0.00 元"],
    ),
    "annual total below its parts": (
        {"/funds/annual_other": "0.01"},
        "M002 /funds/annual_total",
        ["之和 6,810,000.01 元", "少 0.01 元", "“上年结转资金”10,000.00 元"],
    ),
    "an empty part is shown as such": (
        {"/funds/carried_over": None},
        "M002 /funds/annual_total",
        ["“上年结转资金”未填"],
    ),
    "no parts at all": ({"/funds/fiscal": None, "/funds/other": None}, "", []),
    # not-more-than, not-negative, magnitude
    "year above project": (
        {"/funds/total": "6000000.00", "/funds/fiscal": "6000000.00"},
        "M003 /funds/annual_total",
        ["6,810,000.00 元 大于", "6,000,000.00 元", "超出 810,000.00 元"],
    ),
    "below zero": (
        {"/funds/fiscal": "6810001.00", "/funds/other": "-1.00"},
        "M004 /funds/other",
        ["-1.00 元", "不能为负数"],
    ),
    "in ten thousands": (
        {"/funds": {"total": "20000.00", "annual_total": "681.00"}},
        "M006 /funds/annual_total",
        ["681.00 元", "不足 10,000 元", "6,810,000.00"],
    ),
    "exactly ten thousand": (
        {"/funds": {"total": "10000.00", "annual_total": "10000.00"}},
        "",
        [],
    ),
    # date-order, within-period, duration
    "ends before it starts": (
        {"/planned_end": "2022-12-31"},
        "D002 /planned_end",
        ["2022-12-31 早于", "2023-01-01", "相差 1 天"],
    ),
    "one day": ({"/planned_end": "2023-01-01"}, "", []),
    "year too early": ({"/year": 2022}, "D003 /year", ["2022", "2023-01-01"]),
    "year within": ({"/year": 2024, "/planned_end": "2025-06-30"}, "", []),
    "in stages, one year": (
        {"/project_nature": "阶段性项目"},
        "D004 /project_nature",
        ["应跨年", "2023-12-31"],
    ),
    "in stages, over the turn of the year": (
        {"/project_nature": "阶段性项目", "/planned_end": "2024-01-31"},
        "",
        [],
    ),
    "once, one year": ({"/project_nature": "一次性项目"}, "", []),
    "once, over the turn of the year": (
        {"/project_nature": "一次性项目", "/planned_end": "2024-01-31"},
        "D004 /project_nature",
        ["应在一年之内", "2024-01-31 跨年"],
    ),
}

# a sixth row; code and column of the one finding, if any; words of its message
ROW_CASES: dict[str, tuple[str, str, list[str]]] = {
    # in-tree
    "level 1": (
        "成效指标|数量指标|投诉数|≤|3|起",
        "I001 level1",
        ["第6条“投诉数”", "“成效指标”", "产出指标、效益指标、满意度指标"],
    ),
    "empty level 1": ("||投诉数|≤|3|起", "I001 level1", ["未填写"]),
    "level 2 of another level 1": (
        "效益指标|质量指标|投诉数|≤|3|起",
        "I002 level2",
        ["“效益指标”之下", "经济效益指标、社会效益指标"],
    ),
    "empty level 2": ("效益指标||投诉数|≤|3|起", "I002 level2", []),
    # filled, no-placeholder
    "no level 3": ("产出指标|质量指标||≤|3|起", "I003 level3", ["第6条的", "三级指标"]),
    "no value": ("产出指标|质量指标|投诉数|||", "I003 value", []),
    "placeholder": ("产出指标|质量指标|投诉数||／ ／|", "I003 value", ["“／ ／”", "具体内容"]),
    "placeholder, repeated": ("产出指标|质量指标|ｘXx|≤|3|起", "I003 level3", []),
    "placeholder in a text": ("产出指标|质量指标|A/B 类合格率|≥|90|%", "", []),
    "无 as a name": ("产出指标|质量指标|无||达标|", "I003 level3", []),
    "无 as a value": ("产出指标|质量指标|安全事故||无|", "", []),
    # number-needs, not-used-with, quantified
    "no operator": (
        "产出指标|质量指标|投诉数||1,000|起",
        "I007 operator",
        ["数字 1,000", "“计算符号”未填写"],
    ),
    "no unit": ("产出指标|质量指标|投诉数|≤|3|", "I008 unit", []),
    "exact satisfaction": (
        "满意度指标|服务对象满意度指标|商户满意|=|90|%",
        "I009 operator",
        ["“=”", "“≥”"],
    ),
    "and under another level": ("效益指标|社会效益指标|商户满意率|=|90|%", "I009 operator", []),
    "no figure": ("产出指标|数量指标|改造||达标|", "I012 value", ["“达标”", "没有量化"]),
    "figure within words": ("产出指标|数量指标|改造||每月２次|", "", []),
    # unique
    "twice": ("产出指标|数量指标|巡查　次数|≥|60|次", "I016 level3", ["与第1条重复"]),
    "under another level 2": ("产出指标|质量指标|巡查次数|≥|60|次", "", []),
}


def assert_found(made: Record, place: str, words: list[str]) -> None:
    found = check(made)
    assert [f"{item.code} {item.pointer}" for item in found] == ([place] if place else [])
    assert all(word in found[0].message for word in words)


@pytest.mark.parametrize(("changes", "place", "words"), FIELDS.values(), ids=FIELDS)
def test_a_change_is_found(changes: dict[str, Json], place: str, words: list[str]) -> None:
    made = record()
    for pointer, value in changes.items():
        put(made, pointer, value)
    assert_found(made, place, words)


@pytest.mark.parametrize(("text", "place", "words"), ROW_CASES.values(), ids=ROW_CASES)
def test_a_row_is_judged(text: str, place: str, words: list[str]) -> None:
    made = record()
    made["indicators"].append(row(text))
    assert_found(made, place.replace(" ", " /indicators/5/"), words)


def test_a_missing_part_of_the_tree_is_found_for_each_value() -> None:
    found = check(record() | {"indicators": []})
    assert [(item.code, item.severity.value) for item in found] == [
        ("I004", "error"),
        ("I004", "error"),
        ("I005", "warning"),
        ("I006", "warning"),
        ("I006", "warning"),
        ("I006", "warning"),
    ]
    assert {item.pointer for item in found} == {"/indicators"}
    assert "“效益指标”" in found[1].message


def test_the_third_of_a_kind_names_the_first() -> None:
    made = record()
    made["indicators"] += [row("产出指标|数量指标|巡查次数|≥|60|次")] * 2
    found = check(made)
    assert [item.pointer for item in found] == ["/indicators/5/level3", "/indicators/6/level3"]
    assert all("与第1条重复" in item.message for item in found)


def test_a_rule_has_the_severity_of_the_mapping() -> None:
    warnings = {rule.code for rule in MAPPING.rules if rule.severity is Severity.WARNING}
    assert warnings == {
        *("C002", "M006", "D003", "D004"),
        *("I005", "I006", "I007", "I008", "I009", "I012"),
    }


UNREAD: dict[str, tuple[str, Json]] = {
    "an amount": ("/funds/fiscal", None),
    "a required field": ("/project_name", None),
    "a date": ("/planned_end", None),
    "a level": ("/indicators/0/level1", None),
    "a value": ("/indicators/0/value", None),
    "an operator": ("/indicators/0/operator", None),
    "the table": ("/indicators", []),
}


@pytest.mark.parametrize(("pointer", "value"), UNREAD.values(), ids=UNREAD)
def test_what_could_not_be_read_is_not_reported_again(pointer: str, value: Json) -> None:
    made = record()
    if pointer.count("/") > 2:
        made["indicators"][0][pointer.rsplit("/", 1)[1]] = value
    else:
        put(made, pointer, value)
    assert check(made)
    assert check(made, frozenset({pointer})) == []


def test_checking_leaves_the_record_alone() -> None:
    made = record()
    before = copy.deepcopy(made)
    check(made)
    assert made == before


VALUES = {
    "text": st.text(max_size=8)
    | st.sampled_from(["=", "0", "-1.5", "满意度", "*", "无", "一次性项目"]),
    "label": st.sampled_from(["产出指标", "数量指标", "满意度指标", "x"]),
    "integer": st.integers(-(10**14), 10**14),
    "date": st.dates().map(str),
    "money": st.decimals(-(10**12), 10**12, places=2).map(str),
}


def value_of(item: FormField | Column) -> st.SearchStrategy[Json]:
    return VALUES[item.type] | st.none() | st.just("")


ANY_ROW = st.fixed_dictionaries(
    {},
    optional={
        name: value_of(column) for name, column in MAPPING.tables["indicators"].columns.items()
    },
)
VALUES_BY_POINTER = st.fixed_dictionaries(
    {}, optional={item.pointer: value_of(item) for item in MAPPING.fields.values()}
)
POINTERS = st.sampled_from(
    [
        *(item.pointer for item in MAPPING.fields.values()),
        *(join("indicators", 0, name) for name in MAPPING.tables["indicators"].columns),
    ]
)


@given(VALUES_BY_POINTER, st.none() | st.lists(ANY_ROW, max_size=4), st.frozensets(POINTERS))
def test_no_record_makes_a_rule_fail(
    fields: dict[str, Json], rows: list[Record] | None, unread: frozenset[str]
) -> None:
    made: Record = {}
    for pointer, value in fields.items():
        put(made, pointer, value)
    if rows is not None:
        made["indicators"] = rows
    for item in check(made, unread):
        assert item.pointer not in unread
        assert item.message.endswith("。")
