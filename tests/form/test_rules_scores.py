"""Rules about points and shares: what each finds, where, and what its message says."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from evaluation_sample import FORM, MAPPING, record
from pydantic import ValidationError

from xlsync.form.extending import read_toml
from xlsync.form.mapping import Mapping

if TYPE_CHECKING:
    from xlsync.base.record import Json

# what is changed; code and place of the one finding, if any; words of its message
CASES: dict[str, tuple[dict[str, Json], str, list[str]]] = {
    "nothing": ({}, "", []),
    # ratio
    "another rate": (
        {"/funds/annual_total/rate": "94.00"},
        "P001 /funds/annual_total/rate",
        ["为 94%", "6,000,000.00 元 ÷", "6,400,000.00 元 = 93.75%"],
    ),
    "cut off, not rounded": (
        {
            "/funds/annual_fiscal/executed": "5999600.00",
            "/funds/annual_total/executed": "5999600.00",
        }
        | {"/funds/annual_fiscal/rate": "99.99", "/funds/annual_total/rate": "93.74"},
        "",
        [],
    ),
    "just too far": (
        {"/funds/annual_total/rate": "93.77"},
        "P001 /funds/annual_total/rate",
        ["93.77%"],
    ),
    "no rate where it is not asked": ({"/funds/carried_over/rate": None}, "", []),
    "nothing to divide by": (
        {"/funds/annual_other/budget": "0.00", "/funds/annual_other/rate": "12.00"},
        "",
        [],
    ),
    # bounds
    "funds above 10": (
        {"/funds/annual_total/score": "10.50", "/total_score": "98.50"},
        "P002 /funds/annual_total/score",
        ["10.5", "不超过 10"],
    ),
    # column-sum with a figure
    "weights of 95": (
        {"row 1": "产出指标|数量指标|巡查次数|≥|50.00|次|52|45.00|40.00|未满分"},
        "P003 /indicators",
        ["“绩效指标”的“分值”合计 95", "应为 90", "多 5"],
    ),
    "weights of 89.5": (
        {"row 3": "效益指标|社会效益指标|市容面貌||改善||改善|29.50|29.50|"}
        | {"/total_score": "96.88"},
        "P003 /indicators",
        ["合计 89.5", "少 0.5"],
    ),
    # column-sum with a field
    "another total": (
        {"/total_score": "97.39"},
        "P004 /total_score",
        ["为 97.39", "“预算执行得分”、“绩效指标”的“得分”之和 97.38"],
    ),
    # column-limit
    "more than there is": (
        {"row 3": "效益指标|社会效益指标|市容面貌||改善||改善|30.00|31.00|"}
        | {"/total_score": "98.38"},
        "P005 /indicators/2/score",
        ["第3条“市容面貌”", "31 大于", "30"],
    ),
    # needs-reason
    "fewer points without a reason": (
        {"row 2": "产出指标|质量指标|一次验收合格率|=|100.00|%|达标|20.00|18.00|"},
        "P006 /indicators/1/cause",
        ["“得分”18.00低于“分值”20.00", "偏差原因"],
    ),
    "a target missed at full points": (
        {"row 1": "产出指标|数量指标|巡查次数|≥|50.00|次|49次|40.00|40.00|"},
        "P007 /indicators/0/cause",
        ["“实际完成值”49次未达到“指标值”50.00"],
    ),
    "the target itself": ({"row 1": "产出指标|数量指标|巡查次数|≥|50|次|50.00|40|40|"}, "", []),
    "at most, and more": (
        {"row 1": "产出指标|数量指标|投诉|≤|3|起|4|40|40|"},
        "P007 /indicators/0/cause",
        [],
    ),
    "more than, and as many": (
        {"row 1": "产出指标|数量指标|巡查|>|3|次|3|40|40|"},
        "P007 /indicators/0/cause",
        [],
    ),
    "less than, and less": ({"row 1": "产出指标|数量指标|投诉|<|3|起|2|40|40|"}, "", []),
    "exactly, and more": (
        {"row 1": "产出指标|数量指标|巡查|=|3|次|4|40|40|"},
        "P007 /indicators/0/cause",
        [],
    ),
    "words are not compared": (
        {"row 1": "产出指标|数量指标|改造||完成||基本完成|40|40|"},
        "",
        [],
    ),
    "another unit is not compared": (
        {"row 1": "产出指标|数量指标|投入|≤|3|万元|29000元|40|40|"},
        "",
        [],
    ),
    "missed, with a reason": (
        {"row 1": "产出指标|数量指标|巡查次数|≥|50.00|次|49|40|40|台风停巡一次"},
        "",
        [],
    ),
}


@pytest.mark.parametrize(("changes", "expected", "words"), CASES.values(), ids=CASES)
def test_what_a_rule_finds(changes: dict[str, Json], expected: str, words: list[str]) -> None:
    found = FORM.check(record(changes))
    assert [f"{one.code} {one.pointer}" for one in found] == ([expected] if expected else [])
    for one in found:
        assert all(word in one.message for word in words), one.message
        assert one.message.endswith("。")


def test_a_total_above_100_is_told_beside_what_it_comes_from() -> None:
    found = FORM.check(record({"/total_score": "100.01"}))
    assert [one.code for one in found] == ["P002", "P004"]


@pytest.mark.parametrize(
    ("pointer", "silent"),
    [
        ("/indicators/0/weight", "P003"),
        ("/indicators/0/score", "P004"),
        ("/funds/annual_total/score", "P004"),
        ("/total_score", "P004"),
    ],
)
def test_sums_wait_for_what_could_not_be_read(pointer: str, silent: str) -> None:
    made = record({"/total_score": "90.00"} | {"row 1": "产出指标|数量指标|甲|≥|5|次|5|50|40|因"})
    assert silent in [one.code for one in FORM.check(made)]
    assert silent not in [one.code for one in FORM.check(made, {pointer})]


def test_a_form_that_nobody_has_scored_yet_is_not_counted() -> None:
    rows = {f"row {number}": "产出指标|数量指标|甲|≥|5|次||||" for number in (1, 2, 3)}
    made = record(rows | {"/total_score": None, "/funds": {}})
    assert not {"P003", "P004", "P005", "P006"} & {one.code for one in FORM.check(made)}


# a rule that can never hold, and what is said of it
MISTAKES = {
    "neither total nor equals": ('kind = "column-sum"\ncolumn = "score"', "either total or equals"),
    "both": (
        'kind = "column-sum"\ncolumn = "score"\nequals = 9\ntotal = "total_score"',
        "either total or equals",
    ),
    "words added up": (
        'kind = "column-sum"\ncolumn = "actual"\nequals = 9',
        "'actual' is of type 'text'",
    ),
    "a date as total": (
        'kind = "column-sum"\ncolumn = "score"\ntotal = "project_name"',
        "'project_name' is of type 'text'",
    ),
    "no such field beside": (
        'kind = "column-sum"\ncolumn = "score"\nplus = ["x"]\nequals = 9',
        "field 'x' does not exist",
    ),
    "words compared": (
        'kind = "column-limit"\ncolumn = "score"\nlimit = "cause"',
        "'cause' is of type 'text'",
    ),
    "no condition": (
        'kind = "needs-reason"\ncolumn = "cause"\nwhen = [{ column = "score" }]',
        "needs one of equals, below and misses",
    ),
    "a sign for points": (
        (
            'kind = "needs-reason"\ncolumn = "cause"\n'
            'when = [{ column = "score", below = "weight", operator = "operator" }]'
        ),
        "operator and unit belong to misses",
    ),
    "words below": (
        'kind = "needs-reason"\ncolumn = "cause"\nwhen = [{ column = "value", below = "score" }]',
        "'value' is of type 'text'",
    ),
    "no such column": (
        'kind = "needs-reason"\ncolumn = "cause"\nwhen = [{ column = "x", below = "weight" }]',
        "column 'x' does not exist",
    ),
}
FIELD_MISTAKES = {
    "no bound": ('kind = "bounds"\nfields = ["total_score"]', "least or most"),
    "bound words": ('kind = "bounds"\nfields = ["project_name"]\nmost = 3', "is of type 'text'"),
    "rate of points": (
        (
            'kind = "ratio"\nslot = "total_score"\npart = "annual_total_executed"\n'
            'whole = "annual_total_budget"\ntolerance = 0.01'
        ),
        "'total_score' is of type 'score', not 'percent'",
    ),
}
ALL_MISTAKES = {
    key: (f'table = "indicators"\n{text}', words) for key, (text, words) in MISTAKES.items()
}
ALL_MISTAKES |= FIELD_MISTAKES


@pytest.mark.parametrize(("text", "words"), ALL_MISTAKES.values(), ids=ALL_MISTAKES)
def test_a_rule_that_cannot_hold_is_refused(text: str, words: str) -> None:
    rule = tomllib.loads(f'[[rules]]\ncode = "P009"\nseverity = "error"\n{text}')
    with pytest.raises(ValidationError) as caught:
        Mapping.model_validate(read_toml(FORM.mapping_path).tables | rule)
    assert words in str(caught.value)


def test_every_kind_of_this_page_is_in_the_form() -> None:
    kinds = {rule.kind for rule in MAPPING.rules}
    assert {"ratio", "bounds", "column-sum", "column-limit", "needs-reason"} <= kinds
