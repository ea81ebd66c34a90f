"""Texts and labels: what is taken away from what people paste, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsync.base.grid import Cell, Kind
from xlsync.form.types import TYPES, cell_text, comparable
from xlsync.form.types.texts import MAX_LENGTH

TEXT = TYPES["text"]
LABEL = TYPES["label"]
EMAIL = TYPES["email"]

# what was pasted → the text
CLEANED = {
    "<p>一</p><p>二</p>": "一\n二",
    "<p>(1) 一</p> <p>(2) 二</p>": "(1) 一\n(2) 二",
    '<p style="text-indent: 2em;">一<br/>二</p>': "一\n二",
    "<DIV>一</DIV>": "一",
    "<span lang=zh>一</span>二": "一二",
    "<p>甲&nbsp;&amp;乙 &#8805;5 &lt;3</p>": "甲\u00a0&乙 ≥5 <3",
    "<p>一&#13;二</p>": "一\n二",
    "<p>&lt;b&gt;一&lt;/b&gt;</p>": "一",
    " 一\n": "一",
    "\u3000\u3000一": "一",
    "\u200b一\ufeff": "一",
    "一\x01二": "一二",
    "<\x01p>一": "一",
}


@pytest.mark.parametrize(("pasted", "text"), CLEANED.items())
def test_what_is_taken_away_is_told(pasted: str, text: str) -> None:
    parsed = TEXT.parse(Cell(pasted))
    assert parsed.value == text
    (told,) = parsed.problems
    assert (told.code, told.found) == ("S003", pasted)


@pytest.mark.parametrize(
    ("pasted", "what"),
    [
        ("<p>一</p>", "网页标记"),
        ("一\x01", "控制字符"),
        (" 一", "首尾空白"),
        ("<p>\x01</p>", "网页标记和控制"),
    ],
)
def test_the_message_says_what_was_taken_away(pasted: str, what: str) -> None:
    assert what in TEXT.parse(Cell(pasted)).problems[0].message


@pytest.mark.parametrize(
    "text",
    [
        *(
            "<5人",
            "a<b 且 b>c",
            "<pre>",
            "<p",
            "3<x>2",
            "&amp; &nbsp;",
            "<注>",
            "< p >",
            "=1+1",
            "'05",
        ),
        *("一\t二", "一 二", "一\u3000二", "_x000D_", "😀", "0012", "100%", "+86", "@某", "½"),
    ],
)
def test_what_people_mean_stays_as_it_is(text: str) -> None:
    parsed = TEXT.parse(Cell(text))
    assert (parsed.value, parsed.problems) == (text, ())


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\v", "\f"])
def test_every_line_break_is_a_line_feed(line_break: str) -> None:
    parsed = TEXT.parse(Cell(f"一{line_break}二"))
    assert (parsed.value, parsed.problems) == ("一\n二", ())
    assert TEXT.canonical(f"一{line_break}二") == "一\n二"


@pytest.mark.parametrize("text", ["<p></p>", "\u200b", "<br>", "\x01"])
def test_nothing_but_markup_is_null(text: str) -> None:
    parsed = TEXT.parse(Cell(text))
    assert parsed.value is None
    assert [one.code for one in parsed.problems] == ["S003"]


def test_a_text_as_long_as_a_cell_can_hold() -> None:
    longest = "字" * MAX_LENGTH
    assert TEXT.parse(Cell(longest)).value == longest
    assert TEXT.canonical(longest) == longest


@pytest.mark.parametrize("text", ["字" * (MAX_LENGTH + 1), "😀" * (MAX_LENGTH // 2 + 1)])
def test_a_longer_text_is_refused_and_quoted_whole(text: str) -> None:
    parsed = TEXT.parse(Cell(text))
    assert (parsed.value, parsed.readable) == (None, False)
    assert (parsed.problems[0].code, parsed.problems[0].found) == ("V001", text)
    with pytest.raises(ValueError, match="32768"):
        TEXT.canonical(text)


@pytest.mark.parametrize("character", ["\x00", "\x1f", "\ud800", "\ufffe"])
def test_a_record_with_a_character_that_no_cell_keeps_is_refused(character: str) -> None:
    with pytest.raises(ValueError, match=f"U\\+{ord(character):04X}"):
        TEXT.canonical(f"一{character}二")


def test_an_error_in_a_cell_is_no_text() -> None:
    parsed = TEXT.parse(Cell("#REF!", Kind.ERROR))
    assert (parsed.value, parsed.readable, parsed.problems[0].code) == (None, False, "V001")


def test_a_date_where_a_text_belongs_is_an_error_that_says_what_it_may_have_been() -> None:
    parsed = TEXT.parse(Cell("2023-05-06", Kind.DATE))
    assert (parsed.value, parsed.readable) == (None, False)
    assert [one.code for one in parsed.problems] == ["V001"]
    assert "“5-6”" in parsed.problems[0].message


# digits of a number cell, its format → what a person sees
NUMBERS = [
    ("0.95", "0%", "95%"),
    ("0.07", "0.00%", "7%"),
    ("85", "General", "85"),
    ("1.1000000000000001", "General", "1.1"),
    ("16460000.0", "General", "16460000"),
    ("2023", '"("0"年度)"', "(2023年度)"),
    ("3", '0"起"', "3起"),
    ("3", "0\\次", "3次"),
    ("3.5", '0"起"', "3.5"),
    ("95", '0"%"', "95%"),
    ("95", '0.00"(%)"', "95.00(%)"),
    ("1200", '#,##0"人"', "1200人"),
    ("0.123", '0.00"元"', "0.123"),
    ("?", "General", "?"),
]


@pytest.mark.parametrize(("digits", "number_format", "seen"), NUMBERS)
def test_a_number_in_a_text_field_reads_as_it_is_seen(
    digits: str, number_format: str, seen: str
) -> None:
    assert cell_text(Cell(digits, Kind.NUMBER, number_format)) == seen
    assert TEXT.parse(Cell(digits, Kind.NUMBER, number_format)).value == seen


LABELS = {
    "产出 指标": "产出指标",
    "产出\n指标": "产出指标",
    "\u3000产出\u00a0指标\u200b": "产出指标",
    "<p>产出指标</p>": "产出指标",
    "< p >产出指标": "产出指标",
}


@pytest.mark.parametrize(("written", "label"), LABELS.items())
def test_a_label_has_no_blanks(written: str, label: str) -> None:
    parsed = LABEL.parse(Cell(written))
    assert parsed.value == label
    assert [one.found for one in parsed.problems] == [written]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("年度(/项目)指标值", "年度（／项目）指标值"),
        ("项目资金 (元)", "项目资金\n（元）"),
        ("其中：财政资金", "其中:财政资金"),
        ("Wi-Fi", "Ｗｉ－Ｆｉ"),
        ("<b>项目名称</b>", "项目 名称"),
    ],
)
def test_labels_compare_without_width_blanks_and_tags(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(("one", "other"), [("财政资金", "其他资金"), ("指标", "指标值")])
def test_labels_that_differ_stay_apart(one: str, other: str) -> None:
    assert comparable(one) != comparable(other)


MARKUP = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<br/>", "<", ">", "p", "&lt;", "&gt;", "&#13;", " ", "\r", "\v", "甲"]
    )
).map("".join)


@given(st.text() | MARKUP)
def test_what_is_read_is_canonical(text: str) -> None:
    for value_type in (TEXT, LABEL):
        value = value_type.parse(Cell(text)).value
        if value is not None:
            assert value_type.canonical(value) == value
            assert value_type.parse(Cell(str(value_type.content(value)))).value == value


@given(st.text() | MARKUP)
def test_what_was_changed_is_quoted(text: str) -> None:
    for value_type in (TEXT, LABEL):
        parsed = value_type.parse(Cell(text))
        assert (parsed.value or "") == text or parsed.problems or {*text} & {"\r", "\v", "\f"}
        assert all(one.found == text for one in parsed.problems)


@pytest.mark.parametrize(
    "text",
    [
        "<" * 10_000 + "b>" * 10_000,
        "<b>" * 10_000 + "字" + "</b>" * 10_000,
        "<" * 30_000 + "b>",
        "<b " * 10_000,
        "<p>" * 9_000 + "字" + "</p>" * 9_000,
    ],
)
def test_tags_inside_of_tags_are_taken_away_in_one_pass(text: str) -> None:
    """Peeled level by level these take minutes; the suite's time limit is the bound."""
    value = TEXT.canonical(text)
    assert TEXT.canonical(value) == value
    assert "字" not in text or value == "字"


@given(st.text("<>b/p \n一&lt;", max_size=40))
def test_no_tag_is_left_and_nothing_else_is_taken(text: str) -> None:
    value = TEXT.canonical(text)
    assert TEXT.canonical(value) == value
    assert value.count("一") == text.count("一")


def test_a_text_far_too_long_is_not_even_cleaned() -> None:
    with pytest.raises(ValueError, match="远超"):
        TEXT.canonical("<b>" * 200_000)
    parsed = TEXT.parse(Cell("<b>" * 200_000))
    assert (parsed.readable, [one.code for one in parsed.problems]) == (False, ["V001"])


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("gly@example.cn", "gly@example.cn"),
        ("ｇｌｙ＠example. cn", "gly@example.cn"),
        ("gly", None),
        ("gly@example", None),
        ("a@b@example.cn", None),
        ("021-60000000", None),
    ],
)
def test_an_address_is_read_and_nothing_else(typed: str, address: str | None) -> None:
    parsed = EMAIL.parse(Cell(typed))
    assert parsed.value == address
    assert [one.code for one in parsed.problems if one.code == "V001"] == ["V001"] * (not address)
    if address is None:
        with pytest.raises(ValueError, match="name@example"):
            EMAIL.canonical(typed)


@pytest.mark.parametrize("typed", ["ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｎ", " ｚｈａｎｇ＠example.cn"])
def test_an_address_in_wide_signs_is_read_and_told(typed: str) -> None:
    parsed = EMAIL.parse(Cell(typed))
    assert parsed.value == "zhang@example.cn"
    assert [(one.code, one.found) for one in parsed.problems] == [("V002", typed)]
