"""Rosters: every kind of list that is right is read, and all that is wrong is told in one pass."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from roster_files import HEADS, as_csv, as_xlsx, project, projects, roster_of
from running import FORM, FORMS

from xlsync.base.problems import has_error
from xlsync.rounds.roster import MAX_BYTES, open_roster, read_roster
from xlsync.sources import open_table

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.record import Json
    from xlsync.rounds.roster import Roster

OFFICIAL = FORMS[FORM]
NAMES = ["项目名称", "实施单位"]


def found(roster: Roster) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in roster.problems]


def names(roster: Roster) -> list[str]:
    return [one.values["project_name"] for one in roster.projects]


# ---- what is right -----------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_text_is_read_whatever_its_delimiter_and_encoding(delimiter: str, encoding: str) -> None:
    data = as_csv(projects(5), delimiter, encoding)
    roster = read_roster(OFFICIAL, open_table(".csv", data))
    assert names(roster) == ["项目01", "项目02", "项目03", "项目04", "项目05"]
    assert [one.id for one in roster.projects] == [f"p-00{one}" for one in range(1, 6)]
    assert [one.code for one in roster.problems] == (["X006"] if encoding == "gb18030" else [])


def test_a_workbook_is_read_with_titles_above_and_blank_rows_between() -> None:
    rows = [["2024年度项目名册"], [], HEADS, project(1), [], project(2)]
    roster = roster_of(OFFICIAL, rows, "A1:D1")
    assert names(roster) == ["项目01", "项目02"]
    assert [one.row for one in roster.projects] == [4, 6]
    assert roster.problems == []


@settings(max_examples=20, deadline=None)
@given(st.permutations(HEADS))
def test_the_order_of_the_columns_is_free(heads: list[str]) -> None:
    row = dict(zip(HEADS, project(1), strict=True))
    roster = read_roster(OFFICIAL, open_table(".csv", as_csv([heads, [row[one] for one in heads]])))
    (only,) = roster.projects
    assert only.values == {
        "implementing_unit": "水务所",
        "competent_department": "镇政府",
        "project_name": "项目01",
    }
    assert only.id == "p-001"


def test_values_are_read_by_the_types_of_their_fields() -> None:
    heads = [
        *NAMES,
        "项目性质",
        "开始日期",
        "计划完成日期*",
        "项目资金总额（元）",
        "年度",
        "funds_fiscal",
    ]
    values: list[Json] = [dt.date(2024, 1, 1), "2024年12月31日", 12000.5, "2024年度", "12,000.50"]
    roster = roster_of(OFFICIAL, [heads, ["甲", "乙", "经常性", *values]])
    assert roster.problems == []
    assert roster.projects[0].values == {
        "year": 2024,
        "project_name": "甲",
        "implementing_unit": "乙",
        "project_nature": "经常性项目",
        "planned_start": "2024-01-01",
        "planned_end": "2024-12-31",
        "funds_total": "12000.50",
        "funds_fiscal": "12000.50",
    }


def test_a_label_that_stands_twice_on_the_form_is_told_apart_by_the_one_above() -> None:
    heads = [*NAMES, "项目资金总额-其他资金", "年度资金申请总额：其他资金"]
    roster = roster_of(OFFICIAL, [heads, ["甲", "乙", 1, 2]])
    values = roster.projects[0].values
    assert (values["funds_other"], values["funds_annual_other"]) == ("1.00", "2.00")


def test_heads_that_are_repeated_on_a_new_page_are_no_project() -> None:
    roster = roster_of(OFFICIAL, [HEADS, project(1), HEADS, project(2)])
    assert (names(roster), roster.problems) == (["项目01", "项目02"], [])


def test_a_cell_merged_downwards_counts_for_each_row_and_is_told() -> None:
    rows: list[list[Json]] = [NAMES, ["甲", "水务所"], ["乙", None], ["丙", None], ["丁", "财政所"]]
    roster = roster_of(OFFICIAL, rows, "B2:B4")
    assert [one.values["implementing_unit"] for one in roster.projects] == ["水务所"] * 3 + [
        "财政所"
    ]
    assert found(roster) == [("R010", "B2")]


def test_an_unknown_column_is_told_and_left_alone() -> None:
    roster = roster_of(OFFICIAL, [["序号", *HEADS], [1, *project(1), "没有表头"]])
    assert found(roster) == [("R003", "A1"), ("R003", "F2")]
    assert names(roster) == ["项目01"]
    assert not has_error(roster.problems)


def test_a_formula_counts_by_its_result(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx([NAMES, ["甲", '="水务"&"所"']])))
    book.save(tmp_path / "r.xlsx")
    assert found(open_roster(OFFICIAL, tmp_path / "r.xlsx")) == [("V001", "B2")]


# ---- what is wrong -----------------------------------------------------------------


def test_everything_that_is_wrong_is_told_in_one_pass_with_its_cell() -> None:
    heads = [*NAMES, "项目编码", "项目性质", "计划开始日期", "项目资金总额", "其他资金", "项目名称"]
    rows: list[list[Json]] = [
        ["名册"],
        heads,
        ["甲", "水务所", "a/1", "常常", "昨天", "很多"],
        [None, "水务所", "a2", None, None, -1],
        ["甲", " 水务所 ", "a3"],
        ["丙", "财政所", "A3"],
        ["合计", None, None, None, None, 100],
    ]
    roster = roster_of(OFFICIAL, rows)
    assert found(roster) == [
        ("R004", "G2"),
        ("R002", "H2"),
        ("R008", "C3"),
        ("R007", "D3"),
        ("D001", "E3"),
        ("M004", "F3"),
        ("R005", "A4"),
        ("R006", "A5"),
        ("S003", "B5"),
        ("R006", "C6"),
        ("R005", "B7"),
    ]
    assert all(one.sheet == "Sheet" for one in roster.problems)


def test_values_that_contradict_each_other_are_told_but_not_what_is_left_open() -> None:
    heads = [*NAMES, "财政资金", "计划开始日期", "计划完成日期"]
    roster = roster_of(OFFICIAL, [heads, ["甲", "乙", -5, "2024-12-31", "2024-01-01"]])
    assert found(roster) == [("M004", "C2"), ("D002", "E2")]


def test_heads_must_not_be_merged() -> None:
    heads = ["项目名称", "实施单位", "财政资金", None]
    roster = roster_of(OFFICIAL, [heads, ["甲", "乙", 1, 2]], "C1:D1")
    assert ("R004", "C1") in found(roster)


def test_heads_in_two_rows_are_told() -> None:
    rows: list[list[Json]] = [
        ["项目名称", "实施单位", "资金", None],
        [None, None, "财政资金", "其他"],
    ]
    roster = roster_of(OFFICIAL, [*rows, ["甲", "乙", 1, 2]], "A1:A2", "B1:B2", "C1:D1")
    assert {("R004", "A1"), ("R004", "B1"), ("R004", "C1")} <= {*found(roster)}


def test_a_missing_column_is_told() -> None:
    roster = roster_of(OFFICIAL, [["项目名称", "主管部门"], ["甲", "镇政府"]])
    assert found(roster) == [("R001", "A1")]
    assert "实施单位" in roster.problems[0].message
    assert has_error(roster.problems)


@pytest.mark.parametrize(
    ("rows", "code"),
    [([], "R001"), ([["甲", "乙"]], "R001"), ([HEADS], "R009"), ([HEADS, [], [""]], "R009")],
)
def test_a_roster_without_heads_or_projects_is_told(rows: list[list[Json]], code: str) -> None:
    assert [one.code for one in roster_of(OFFICIAL, rows).problems] == [code]


def test_of_two_sheets_that_are_rosters_none_is_chosen() -> None:
    data = as_xlsx(projects(2), 去年=projects(3))
    roster = read_roster(OFFICIAL, open_table(".xlsx", data))
    assert [one.code for one in roster.problems] == ["R001"]
    assert "去年" in roster.problems[0].message
    other = read_roster(OFFICIAL, open_table(".xlsx", as_xlsx(projects(2), 说明=[["请填写"]])))
    assert len(other.projects) == 2


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("r.xlsx", b"PK\x03\x04 broken"),
        ("r.csv", b""),
        ("r.csv", b"\xff\xfe\x00"),
        ("r.csv", '项目名称,实施单位\n"甲,乙\n'.encode()),
        ("r.csv", b"," * 20_000),
        ("r.csv", b"a" * 200_000),
        ("r.pdf", b"%PDF-1.7"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    roster = open_roster(OFFICIAL, tmp_path / name)
    assert roster.projects == []
    assert has_error(roster.problems)


def test_a_file_that_is_too_large_or_not_there_is_told(tmp_path: Path) -> None:
    with (tmp_path / "r.csv").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for path in (tmp_path / "r.csv", tmp_path / "none.csv", tmp_path):
        assert [one.code for one in open_roster(OFFICIAL, path).problems] == ["X001"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.text(max_size=8) | st.sampled_from(HEADS), max_size=6), max_size=8))
def test_no_table_of_texts_ends_in_an_exception(rows: list[list[str]]) -> None:
    roster = read_roster(OFFICIAL, open_table(".csv", as_csv(rows, encoding="utf-8")))
    assert roster.projects or has_error(roster.problems)
