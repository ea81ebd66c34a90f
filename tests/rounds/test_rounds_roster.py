"""Rosters: every kind of list that is right is read, and all that is wrong is told in one pass."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font
from roster_files import HEADS, as_csv, as_xlsx, project, projects, roster_of, save_csv
from running import FORM, FORMS, invoke

from xlsync.base.problems import has_error
from xlsync.rounds.roster import MAX_BYTES, doubtful, open_roster, read_roster
from xlsync.sources import open_table

if TYPE_CHECKING:
    from collections.abc import Callable
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
        ("R014", "A7"),
        ("R022", "F7"),
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


TWO_ROWS: list[list[Json]] = [
    ["2024年项目名册", None, None, None, None, None],
    ["项目名称", "预算单位", "项目资金", None, "年度资金申请", None],
    [None, None, "总额", "财政资金", "财政拨款", "其他"],
]
SPANS = ("A1:F1", "A2:A3", "B2:B3", "C2:D2", "E2:F2")


@pytest.mark.parametrize("merges", [SPANS, ()])
def test_heads_in_two_rows_are_read_together(merges: tuple[str, ...]) -> None:
    roster = roster_of(OFFICIAL, [*TWO_ROWS, ["甲", "乙", 30000, 20000, 10000, 0]], *merges)
    assert roster.problems == []
    assert roster.projects[0].values == {
        "project_name": "甲",
        "implementing_unit": "乙",
        "funds_total": "30000.00",
        "funds_fiscal": "20000.00",
        "funds_annual_fiscal": "10000.00",
        "funds_annual_other": "0.00",
    }


def test_an_amount_below_a_head_that_says_nothing_is_not_guessed() -> None:
    rows: list[list[Json]] = [
        ["项目名称", "实施单位", "上年执行", None],
        [None, None, "财政资金", "其他"],
    ]
    roster = roster_of(OFFICIAL, [*rows, ["甲", "乙", 1, 2]], "A1:A2", "B1:B2", "C1:D1")
    assert found(roster) == [("R004", "C2"), ("R003", "D2")]


def test_a_line_of_units_below_the_heads_belongs_to_them() -> None:
    rows: list[list[Json]] = [["项目名称", "实施单位", "资金总额"], [None, None, "（万元）"]]
    roster = roster_of(OFFICIAL, [*rows, ["甲", "乙", 12]])
    assert roster.projects[0].values["funds_total"] == "120000.00"
    assert found(roster) == [("R025", "C2")]


@pytest.mark.parametrize(
    "head", ["项目单位", "预算单位", "单位名称", "申报单位", "填报单位", "单位", "项目实施单位"]
)
def test_a_unit_is_known_by_its_usual_names(head: str) -> None:
    roster = roster_of(OFFICIAL, [["项目名称", head], ["甲", "乙"]])
    assert roster.problems == []
    assert roster.projects[0].values["implementing_unit"] == "乙"


def test_the_label_of_the_form_comes_before_a_usual_name() -> None:
    roster = roster_of(OFFICIAL, [["预算单位", *NAMES], ["教育局", "甲", "一小"]])
    assert roster.projects[0].values["implementing_unit"] == "一小"
    assert found(roster) == [("R003", "A1")]


def test_a_slip_in_a_head_is_asked_about() -> None:
    roster = roster_of(OFFICIAL, [[*NAMES, "计划完成日其"], ["甲", "乙", "2024-12-31"]])
    assert found(roster) == [("R013", "C1")]
    assert "是不是“计划完成日期”" in roster.problems[0].message
    assert doubtful(roster.problems) == roster.problems
    missing = roster_of(OFFICIAL, [["项目名称", "实施単位"], ["甲", "乙"]])
    assert found(missing) == [("R001", "A1"), ("R013", "B1")]
    assert "“实施単位”是不是这一列" in missing.problems[0].message


# ---- rows that are no projects, ids that are none ----------------------------------


@pytest.mark.parametrize(
    "row",
    [
        ["合计", None, None, 30000],
        [None, "合计", None, 30000],
        ["小 计", "水务所", None, 30000],
        ["水务所小计", None, None, 30000],
        [None, None, "总计", 30000],
    ],
)
def test_a_sum_is_no_project_and_is_told(row: list[Json]) -> None:
    heads = [*NAMES, "备注", "资金总额"]
    rows = [heads, ["甲", "水务所", None, 10000], ["乙", "水务所", None, 20000], row]
    roster = roster_of(OFFICIAL, rows)
    assert names(roster) == ["甲", "乙"]
    assert [one.code for one in roster.problems] == ["R003", "R014"]
    assert doubtful(roster.problems) == []


def test_a_sum_that_is_not_that_of_the_rows_is_doubtful() -> None:
    heads = [*NAMES, "资金总额"]
    parts: list[list[Json]] = [
        ["甲", "水务所", 10000],
        ["小计", None, 10000],
        ["乙", "林业站", 20000],
    ]
    sums: list[list[Json]] = [["小计", None, 20000], ["合计", None, 40000]]
    roster = roster_of(OFFICIAL, [heads, *parts, *sums])
    assert [(one.code, one.cell) for one in doubtful(roster.problems)] == [("R022", "C6")]
    assert "合计 40,000.00 元，上面各行相加是 30,000.00 元" in doubtful(roster.problems)[0].message


def test_a_project_that_is_called_like_a_sum_stays_one() -> None:
    roster = roster_of(OFFICIAL, [NAMES, ["全镇绿化面积合计", "林业站"]])
    assert (names(roster), roster.problems) == (["全镇绿化面积合计"], [])


def test_remarks_below_the_list_are_no_projects() -> None:
    rows: list[list[Json]] = [NAMES, ["甲", "乙"], ["注：以上为初稿"], ["填表人：王", "电话：1"]]
    roster = roster_of(OFFICIAL, rows)
    assert names(roster) == ["甲"]
    assert found(roster) == [("R015", "A3"), ("R015", "A4")]


def test_numbers_that_count_the_rows_are_no_ids() -> None:
    rows: list[list[Json]] = [["编号", *NAMES], [1, "甲", "水务所"], [2, "乙", "林业站"]]
    roster = roster_of(OFFICIAL, rows)
    assert [one.id for one in roster.projects] == [None, None]
    assert [(one.code, one.cell) for one in doubtful(roster.problems)] == [("R016", "A1")]
    rows[1][0] = 7
    assert [one.id for one in roster_of(OFFICIAL, rows).projects] == ["7", "2"]


def test_an_id_is_read_as_it_is_shown() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["项目编码", *NAMES], [12, "甲", "乙"], [dt.date(2024, 3, 1), "丙", "丁"]):
        sheet.append(row)
    sheet["A2"].number_format, sheet["A3"].number_format = "000000", 'm"-"d'
    data = io.BytesIO()
    book.save(data)
    roster = read_roster(OFFICIAL, open_table(".xlsx", data.getvalue()))
    assert [one.id for one in roster.projects] == ["000012", None]
    assert found(roster) == [("R008", "A3")]
    assert "3-1" in roster.problems[0].message


def test_blanks_inside_a_unit_make_no_second_one() -> None:
    rows: list[list[Json]] = [NAMES, ["甲", "水务所"], ["乙", "水 务所"], ["丙", "水务所"]]
    roster = roster_of(OFFICIAL, rows)
    assert {one.values["implementing_unit"] for one in roster.projects} == {"水务所"}
    assert found(roster) == [("R018", "B3")]


@pytest.mark.parametrize("how", ["hidden", "struck"])
def test_a_row_that_is_hidden_or_struck_through_is_read_and_doubtful(how: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (NAMES, ["甲", "乙"], ["已取消", "丙"]):
        sheet.append(row)
    if how == "hidden":
        sheet.row_dimensions[3].hidden = True
    else:
        for cell in sheet[3]:
            cell.font = Font(strike=True)
    data = io.BytesIO()
    book.save(data)
    roster = read_roster(OFFICIAL, open_table(".xlsx", data.getvalue()))
    assert names(roster) == ["甲", "已取消"]
    assert [(one.code, one.cell) for one in doubtful(roster.problems)] == [("S011", "A3")]


# ---- amounts, dates, formulas ------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "head"),
    [
        ("2024年项目名册（单位：万元）", "项目资金总额"),
        ("名册", "项目资金总额（万元）"),
        ("金额单位：万元", "项目资金总额"),
    ],
)
def test_amounts_are_converted_from_the_unit_that_the_list_says(title: str, head: str) -> None:
    roster = roster_of(OFFICIAL, [[title], [*NAMES, head], ["甲", "乙", 12000]])
    assert roster.projects[0].values["funds_total"] == "120000000.00"
    assert [(one.code, one.cell) for one in doubtful(roster.problems)] == [("R025", "C2")]


def test_a_head_that_says_its_unit_overrules_the_title() -> None:
    rows: list[list[Json]] = [["单位：万元"], [*NAMES, "资金总额（元）"], ["甲", "乙", 12000]]
    roster = roster_of(OFFICIAL, rows)
    assert (roster.projects[0].values["funds_total"], roster.problems) == ("12000.00", [])


def test_an_amount_whose_unit_is_not_certain_is_an_error() -> None:
    rows: list[list[Json]] = [["单位：万元", "单位：元"], [*NAMES, "资金总额"], ["甲", "乙", 12000]]
    assert ("R024", "C2") in found(roster_of(OFFICIAL, rows))
    foreign: list[list[Json]] = [[*NAMES, "资金总额（美元）"], ["甲", "乙", 12000]]
    assert ("R024", "C1") in found(roster_of(OFFICIAL, foreign))


@pytest.mark.parametrize("row", ["甲,乙,1,200,000.00", "甲,乙,1,200.00"])
def test_a_line_that_commas_tore_apart_is_an_error(row: str) -> None:
    heads = "项目名称,实施单位,资金总额" + (",备注" if row.count(",") == 3 else "")
    roster = read_roster(OFFICIAL, open_table(".csv", f"{heads}\n{row}\n".encode()))
    assert [one.code for one in roster.problems if one.severity == "error"] == ["R019"]


def test_dates_of_a_workbook_from_1904_are_read_as_they_are_shown() -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.worksheets[0]
    sheet.append([*NAMES, "计划开始日期", "计划完成日期"])
    sheet.append(["甲", "乙", dt.date(2024, 1, 1), 44195])
    data = io.BytesIO()
    book.save(data)
    roster = read_roster(OFFICIAL, open_table(".xlsx", data.getvalue()))
    values = roster.projects[0].values
    assert (values["planned_start"], values["planned_end"]) == ("2024-01-01", "2024-12-31")
    assert [(one.code, one.cell) for one in doubtful(roster.problems)] == [("V002", "D2")]


def test_the_result_of_a_formula_is_told() -> None:
    data = as_xlsx([[*NAMES, "资金总额"], ["甲", "乙", 30000]])
    cached = with_part(
        data,
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace(
            '<c r="C2" t="n"><v>30000</v></c>', '<c r="C2"><f>10000*3</f><v>30000</v></c>'
        ),
    )
    roster = read_roster(OFFICIAL, open_table(".xlsx", cached))
    assert roster.projects[0].values["funds_total"] == "30000.00"
    assert [(one.code, one.cell) for one in doubtful(roster.problems)] == [("S008", "C2")]


def with_part(data: bytes, name: str, change: Callable[[str], str]) -> bytes:
    """A package with one of its parts changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            if part == name:
                changed = change(text.decode())
                assert changed != text.decode()
                text = changed.encode()
            new.writestr(part, text)
    return made.getvalue()


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


def test_a_new_project_goes_to_the_unit_that_is_there_whatever_blanks_its_name_has(
    tmp_path: Path,
) -> None:
    town = tmp_path / "库"
    assert invoke("init", town).exit_code == 0
    for at, (unit, name) in enumerate((("水务所", "甲"), ("水 务所", "乙"))):
        roster = save_csv(tmp_path / f"{at}.csv", [HEADS, project(at, unit=unit, name=name)])
        words = ("--form", FORM, "--roster", roster, "-o", tmp_path / "出")
        made = invoke("-R", town, "distribute", "2024/一上", *words)
        assert made.exit_code == 0, made.output
    assert "只差空白" in made.stderr
    rows = json.loads(invoke("-R", town, "status", "2024/一上", "--json").stdout)
    assert {one["group"] for one in rows} == {"水务所"}
    assert [path.name for path in (tmp_path / "出").iterdir()] == ["水务所"]
