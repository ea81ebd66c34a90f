"""Rows of a table: taken as they stand, put right by their labels, or quoted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from reading_samples import (
    HEAD,
    HEADINGS,
    ROWS,
    brief,
    read_one,
    record_of,
    structural,
    with_rows,
)

if TYPE_CHECKING:
    from xlsync.base.record import Json
    from xlsync.reader import Reading

FIRST = 13
"""The line of the first row below the headings."""

LEAD = "绩效 指标|产出指标|数量指标|保洁河道长度|≥12.50(公里)"
LEAD_ROW = ["产出指标", "数量指标", "保洁河道长度", "≥", "12.50", "公里"]


def rows_of(reading: Reading) -> list[list[Json]]:
    return [
        [value for name, value in row.items() if name != "id"]
        for row in record_of(reading)["indicators"]
    ]


# a row below the lead row, and what it says
IN_PLACE = {
    "both levels inherited": ("|||岸线|3(处)", ["产出指标", "数量指标", "岸线", None, "3", "处"]),
    "the first level inherited": (
        "||质量指标|合格率|=100%",
        ["产出指标", "质量指标", "合格率", "=", "100", "%"],
    ),
    "the same first level again, the second inherited": (
        "|产出指标||岸线|达标",
        ["产出指标", "数量指标", "岸线", None, "达标", None],
    ),
    "another first level, no second": (
        "|效益指标||岸线|达标",
        ["效益指标", None, "岸线", None, "达标", None],
    ),
    "a level outside the tree stays": (
        "|产出指标|美观指标|岸线|达标",
        ["产出指标", "美观指标", "岸线", None, "达标", None],
    ),
    "a first level outside the tree stays": (
        "|成果指标|数量指标|岸线|达标",
        ["成果指标", "数量指标", "岸线", None, "达标", None],
    ),
    "a second level under another first stays": (
        "|效益指标|数量指标|岸线|达标",
        ["效益指标", "数量指标", "岸线", None, "达标", None],
    ),
    "a second level fits another first alone": (
        "||生态效益指标|水质|改善",
        ["效益指标", "生态效益指标", "水质", None, "改善", None],
    ),
    "a first level misprinted with a second": (
        "|生态效益指标|生态效益指标|水质|改善",
        ["效益指标", "生态效益指标", "水质", None, "改善", None],
    ),
    "a second level in the place of the first": (
        "|生态效益指标||水质|改善",
        ["效益指标", "生态效益指标", "水质", None, "改善", None],
    ),
    "no value": (
        "||质量指标|合格率|",
        ["产出指标", "质量指标", "合格率", None, None, None],
    ),
    "no name": ("||质量指标||达标", ["产出指标", "质量指标", None, None, "达标", None]),
    "levels alone": ("||质量指标", ["产出指标", "质量指标", None, None, None, None]),
    "a name that is a level": (
        "|满意度指标|服务对象满意度指标|服务对象满意度指标|≥85%",
        ["满意度指标", "服务对象满意度指标", "服务对象满意度指标", "≥", "85", "%"],
    ),
    "the caption again": (
        "绩效指标|||岸线|达标",
        ["产出指标", "数量指标", "岸线", None, "达标", None],
    ),
}


@pytest.mark.parametrize(("row", "says"), IN_PLACE.values(), ids=IN_PLACE)
def test_a_row_is_taken_as_it_stands(row: str, says: list[Json]) -> None:
    reading = with_rows(LEAD, row)
    assert rows_of(reading) == [LEAD_ROW, says]
    assert not {one.code for one in reading.problems} & {"S001", "S002", "S007"}


DERIVED = {
    "a second level fits another first alone": ("C14", None),
    "a first level misprinted with a second": ("B14", "生态效益指标"),
    "a second level in the place of the first": ("B14", "生态效益指标"),
}


@pytest.mark.parametrize("case", IN_PLACE)
def test_a_derived_level_is_told(case: str) -> None:
    told = [one for one in brief(with_rows(LEAD, IN_PLACE[case][0]).problems) if one[0] == "S004"]
    assert told == ([("S004", *DERIVED[case])] if case in DERIVED else [])


RULES = {
    "a level outside the tree stays": ["I002"],
    "a first level outside the tree stays": ["I001", "I012"],
    "a second level under another first stays": ["I002", "I012"],
    "no value": ["I003"],
    "no name": ["I003"],
}


@pytest.mark.parametrize(("case", "codes"), RULES.items())
def test_what_is_wrong_with_a_row_in_place_is_left_to_the_rules(
    case: str, codes: list[str]
) -> None:
    problems = with_rows(LEAD, IN_PLACE[case][0]).problems
    row = [one for one in problems if (one.pointer or "").startswith("/indicators/1")]
    assert [one.code for one in row] == codes
    assert all((one.cell or "").endswith("14") for one in row)


# a row that slipped below the lead row, and what it says
SLIPPED = {
    "two cells, one column to the left": ("||岸线|达标|", ["产出指标", "数量指标", "岸线", "达标"]),
    "two cells, at the left edge": ("岸线|达标|||", ["产出指标", "数量指标", "岸线", "达标"]),
    "the name at the edge, the value in place": (
        "岸线||||达标",
        ["产出指标", "数量指标", "岸线", "达标"],
    ),
    "the name in the first level": ("|岸线||达标|", ["产出指标", "数量指标", "岸线", "达标"]),
    "the name in the second level": ("||岸线||达标", ["产出指标", "数量指标", "岸线", "达标"]),
    "three cells, the second level first": (
        "|质量指标|岸线|达标|",
        ["产出指标", "质量指标", "岸线", "达标"],
    ),
    "three cells, the first level first": (
        "产出指标||岸线|达标|",
        ["产出指标", "数量指标", "岸线", "达标"],
    ),
    "four cells, one column to the left": (
        "效益指标|社会效益指标|岸线|达标|",
        ["效益指标", "社会效益指标", "岸线", "达标"],
    ),
    "a level with blanks": ("|质量 指标|岸线|达标|", ["产出指标", "质量指标", "岸线", "达标"]),
}


@pytest.mark.parametrize(("row", "says"), SLIPPED.values(), ids=SLIPPED)
def test_a_row_that_slipped_is_put_right_and_told(row: str, says: list[str]) -> None:
    reading = with_rows(LEAD, row)
    assert [[*row[:3], row[4]] for row in rows_of(reading)][1:] == [says]
    (told,) = [one for one in reading.problems if one.code == "S002"]
    pieces = [piece for piece in row.split("|") if piece]
    assert (told.found, told.pointer) == ("\t".join(pieces), "/indicators/1")
    assert (told.cell or "").endswith("14")
    assert "S007" not in {one.code for one in reading.problems}


def test_a_row_without_levels_inherits_from_a_row_that_was_put_right() -> None:
    reading = with_rows(LEAD, "效益指标|社会效益指标|岸线|达标|", "水质|改善")
    assert rows_of(reading)[2] == ["效益指标", "社会效益指标", "水质", None, "改善", None]


def test_an_inherited_level_is_not_corrected_by_what_the_row_says() -> None:
    reading = with_rows(LEAD, "|||居民满意度|≥85%")
    assert rows_of(reading)[1][:2] == ["产出指标", "数量指标"]


# lines that are no rows of the table, each below the lead row
QUOTED = {
    "a note": "注：本表一式三份",
    "a note in a column of the table": "|||填表人：张三",
    "two notes": "填表人：张三|联系电话：021-1234",
    "two notes apart": "填表人：张三||||单位负责人(签章)",
    "a name alone at the edge": "岸线",
    "a value alone in the wrong place": "达标||||",
    "two levels out of place": "效益指标|社会效益指标",
    "a level where the name belongs": "|岸线|质量指标|达标|",
    "an unknown level out of place": "成果指标|岸线|达标",
    "too many cells": "效益指标|社会效益指标|岸线|达标|优|良",
    "a remark right of the table": "|||岸线|达标|请核对",
}


@pytest.mark.parametrize("row", QUOTED.values(), ids=QUOTED)
def test_what_is_no_row_is_quoted_cell_by_cell(row: str) -> None:
    reading = with_rows(LEAD, row)
    if row == "|||填表人：张三":
        # It stands where a name belongs: it is read as one, and its missing value is told.
        assert rows_of(reading)[1][2] == "填表人：张三"
        return
    assert rows_of(reading) == [LEAD_ROW]
    pieces = [piece for piece in row.split("|") if piece]
    told = [one for one in reading.problems if one.code in {"S007", "S012"}]
    if told[0].code == "S012":  # a line that says what it is: it is no part of the form
        assert [one.found for one in told] == ["\t".join(pieces)]
        assert row.startswith(("注", "填表人"))
    else:
        assert [one.found for one in told] == pieces
    assert all((one.cell or "").endswith("14") for one in told)


def test_a_row_without_levels_after_a_gap_is_not_guessed() -> None:
    reading = with_rows(LEAD, "", "岸线|达标")
    assert rows_of(reading) == [LEAD_ROW]
    assert structural(reading.problems) == [("S007", "A15", "岸线"), ("S007", "B15", "达标")]


def test_a_row_with_levels_after_a_gap_is_put_right() -> None:
    reading = with_rows(LEAD, "", "效益指标|社会效益指标|岸线|达标|")
    assert len(rows_of(reading)) == 2
    assert [one[0] for one in structural(reading.problems)] == ["S002"]


def test_headings_again_after_a_page_break() -> None:
    reading = with_rows(LEAD, "", HEADINGS.strip(), "|产出指标|质量指标|合格率|达标")
    assert rows_of(reading)[1][:3] == ["产出指标", "质量指标", "合格率"]
    assert structural(reading.problems) == []


def test_headings_in_other_columns_after_a_page_break() -> None:
    headings = "一级指标||二级指标|三级指标||年度指标值"
    reading = with_rows(LEAD, headings, "效益指标||社会效益指标|水质||改善", "|||岸线||达标")
    assert [row[:3] for row in rows_of(reading)[1:]] == [
        ["效益指标", "社会效益指标", "水质"],
        ["效益指标", "社会效益指标", "岸线"],
    ]
    assert structural(reading.problems) == []


def test_a_table_without_a_row() -> None:
    reading = with_rows("")
    assert rows_of(reading) == []
    assert structural(reading.problems) == []


TWO_LINES = "|一级指标|二级指标|三级指标|年度指标值\n||||计算符号|指标值|计量单位\n"


def test_operator_value_and_unit_in_columns_of_their_own() -> None:
    row = "|产出指标|数量指标|长度|>=|12.50|公里\n||质量指标|合格|定性|达标|\n"
    reading = read_one(HEAD + TWO_LINES + row)
    assert rows_of(reading) == [
        ["产出指标", "数量指标", "长度", "≥", "12.50", "公里"],
        ["产出指标", "质量指标", "合格", None, "达标", None],
    ]
    assert structural(reading.problems) == []


def test_a_value_that_is_a_heading_is_no_heading() -> None:
    reading = with_rows(LEAD, "||||指标值")
    assert rows_of(reading)[1] == ["产出指标", "数量指标", None, None, "指标值", None]


def test_an_unknown_heading_and_what_stands_below_it_are_quoted() -> None:
    reading = read_one(HEAD + HEADINGS.replace("\n", "|备注\n") + f"{LEAD}|好\n")
    assert structural(reading.problems) == [
        ("S007", "F12", "备注"),
        *(
            ("S007", f"{letter}13", text)
            for letter, text in zip("BCDEF", [*LEAD.split("|")[1:], "好"], strict=True)
        ),
    ]


@pytest.mark.parametrize("missing", ["一级指标", "二级指标", "三级指标"])
def test_a_changed_heading_is_told_and_every_row_quoted(missing: str) -> None:
    reading = read_one(HEAD + HEADINGS.replace(missing, "某某") + ROWS)
    assert [(one.code, one.pointer) for one in reading.problems if one.code == "S001"] == [
        ("S001", "/indicators")
    ]
    found = {one.found for one in reading.problems if one.code == "S007"}
    cells = {cell for cell in ROWS.replace("\n", "|").split("|") if cell and cell != "绩效 指标"}
    assert cells <= found


def test_blanks_in_levels_are_told_and_rules_hold() -> None:
    reading = with_rows(LEAD.replace("数量指标", "数量 指标"))
    assert rows_of(reading) == [LEAD_ROW]
    assert structural(reading.problems) == [("S003", f"C{FIRST}", "数量 指标")]


def test_two_rows_of_one_name_have_ids_of_their_own() -> None:
    reading = with_rows(LEAD, LEAD)
    one, other = record_of(reading)["indicators"]
    assert other["id"] == f"{one['id']}-2"
    assert "I016" in {one.code for one in reading.problems}
