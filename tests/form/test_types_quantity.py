"""Indicator values in one piece: operator, value and unit, or a value as a whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsync.form.types import Quantity, is_fraction, parse_quantity, render_quantity
from xlsync.form.types.width import narrow, without_blanks

UNITS = ["%", "起", "万元", "米", "天", "年", "次", "人次", "个"]

# as written → operator, value, unit
SPLIT = {
    "≥85.00(%)": ("≥", "85.00", "%"),
    "≥ 85.00 (%)": ("≥", "85.00", "%"),
    ">=85%": ("≥", "85", "%"),
    "=>85%": ("≥", "85", "%"),
    "≧85％": ("≥", "85", "%"),
    "＞＝８５．００（％）": ("≥", "85.00", "%"),
    "≥\u00a085.00\u00a0(%)": ("≥", "85.00", "%"),
    "≥85.00\u200b(%)": ("≥", "85.00", "%"),
    "≥85.00\n(%)": ("≥", "85.00", "%"),
    "=100.00 (%)": ("=", "100.00", "%"),
    "==100%": ("=", "100", "%"),
    "100.00(%)": (None, "100.00", "%"),
    "5‰": (None, "5", "‰"),
    "≤20万元": ("≤", "20", "万元"),
    "<=20": ("≤", "20", None),
    ">3次": (">", "3", "次"),
    "<3 次": ("<", "3", "次"),
    "985米": (None, "985", "米"),
    "0起": (None, "0", "起"),
    "1,200人次": (None, "1,200", "人次"),
    "-5(℃)": (None, "-5", "℃"),
    "3(处/月)": (None, "3", "处/月"),
    "30天": (None, "30", "天"),
    "5年": (None, "5", "年"),
}

# as written → kept as it is, for it is no plain quantity
WHOLE = [
    *(
        "达标",
        "12-15天",
        "2023年6月底前",
        "2023年",
        "2023",
        "全年",
        "3个以上",
        "第3名",
        "5²",
        "10①",
    ),
    *("100米/人", "1/2", "(5)", "≥", "（定性）", "有所改善", "100%以上", "每月2次", "3至5天"),
]

# as written → operator, and the rest as it stands
LED = {
    "≥100%以上": ("≥", "100%以上"),
    "＞＝八成": ("≥", "八成"),
    "=达标": ("=", "达标"),
    "≤ 2023年6月底": ("≤", "2023年6月底"),
    "=2023年": ("=", "2023年"),
}


@pytest.mark.parametrize(("text", "parts"), SPLIT.items())
def test_a_number_with_operator_and_unit(
    text: str, parts: tuple[str | None, str, str | None]
) -> None:
    assert parse_quantity(text, UNITS) == parts


@pytest.mark.parametrize("text", WHOLE)
def test_what_is_no_quantity_is_kept_whole(text: str) -> None:
    assert parse_quantity(text, UNITS) == (None, text, None)
    assert parse_quantity(f" {text}\n", UNITS) == (None, text, None)


@pytest.mark.parametrize(("text", "parts"), LED.items())
def test_an_operator_before_words(text: str, parts: tuple[str, str]) -> None:
    assert parse_quantity(text, UNITS) == (*parts, None)


def test_a_word_that_no_list_knows_is_no_unit() -> None:
    assert parse_quantity("5筐", UNITS) == (None, "5筐", None)
    assert parse_quantity("5筐", ["筐"]) == (None, "5", "筐")


RENDERED = {
    Quantity("≥", "85.00", "%"): "≥85.00(%)",
    Quantity(None, "100.00", "%"): "100.00(%)",
    Quantity(None, "0", "起"): "0起",
    Quantity("≤", "20", "万元"): "≤20(万元)",
    Quantity(None, "达标", None): "达标",
    Quantity("=", "5", None): "=5",
}


@pytest.mark.parametrize(("quantity", "text"), RENDERED.items())
def test_a_quantity_as_on_paper(quantity: Quantity, text: str) -> None:
    assert render_quantity(*quantity) == text
    assert parse_quantity(text, UNITS) == quantity


NUMBERS = st.decimals(0, 10**9, places=2).map(str)


@given(st.sampled_from([None, "=", "≥", "≤", ">", "<"]), NUMBERS, st.sampled_from([None, *UNITS]))
def test_what_is_rendered_is_read_again(operator: str | None, value: str, unit: str | None) -> None:
    text = render_quantity(operator, value, unit)
    assert parse_quantity(text, UNITS) == (operator, value, unit)


def letters(text: str) -> str:
    """The text without blanks, brackets and signs."""
    return "".join(one for one in without_blanks(narrow(text)) if one not in "()<>=≥≤≧≦⩾⩽")


PIECES = st.lists(st.sampled_from([*"≥≤>=<1.,(%)起年 \u200b甲²８－"])).map("".join)


@given(st.text() | PIECES)
def test_no_character_is_lost(text: str) -> None:
    quantity = parse_quantity(text, UNITS)
    assert letters(quantity.value + (quantity.unit or "")) == letters(text)


WORDS = {"不低于": "≥", "大于": ">", "大于等于": "≥"}
WORDED = {
    "不低于85%": ("≥", "85", "%"),
    "不低于 85.00 (%)": ("≥", "85.00", "%"),
    "大于等于３次": ("≥", "3", "次"),
    "大于3": (">", "3", None),
    "不低于上年": (None, "不低于上年", None),
    "不低于": (None, "不低于", None),
    "不低于≥85%": (None, "不低于≥85%", None),
    "不低于2023年": (None, "不低于2023年", None),
}


@pytest.mark.parametrize(("text", "parts"), WORDED.items())
def test_an_operator_in_words_counts_before_a_number(
    text: str, parts: tuple[str | None, str, str | None]
) -> None:
    assert parse_quantity(text, UNITS, WORDS) == parts
    assert parse_quantity(text, UNITS) == (None, text, None)


@pytest.mark.parametrize(("text", "is_one"), [("½", True), ("1¾", True), ("1/2", False)])
def test_a_fraction_sign_is_seen(text: str, *, is_one: bool) -> None:
    assert is_fraction(text) == is_one
