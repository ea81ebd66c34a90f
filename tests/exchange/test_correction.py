"""The copy that goes back says what was typed and what is wrong with it, and nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from correction_samples import (
    LIST,
    SHEET,
    WRONG,
    case_of,
    opened,
    placed,
    put,
    read_bytes,
    saved,
    spoilt,
    wrong_copy,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_samples import FILLED, FORM, FORMS, our_workbook, read_grid, read_one, read_text
from small_form import load_form
from workbook_lint import lint

from xlsync.base.errors import XlsyncError
from xlsync.base.grid import Address, Cell, Kind, Sheet
from xlsync.exchange import Case, cases, copy_names, correction_copy, own_manifest
from xlsync.exchange.reading import read_record
from xlsync.form.salvage import salvage
from xlsync.reader import Reading, read
from xlsync.sources import xlsx
from xlsync.workbook.manifest import Manifest
from xlsync.writer import write

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

RED, YELLOW = "FFFFC7CE", "FFFFEB9C"


def listed(data: bytes) -> list[tuple[object, ...]]:
    """The rows of the list: number, severity, place, label, problem, text found."""
    rows = opened(data)[LIST].iter_rows(min_row=5, max_col=6, values_only=True)
    return [tuple(row) for row in rows]


# ---- what a copy says --------------------------------------------------------------


def test_a_copy_gives_the_same_record_and_the_same_problems() -> None:
    case, data = wrong_copy()
    reading = read_bytes(data)
    assert reading.record == case.reading.record
    assert placed(reading.problems) == placed(case.reading.problems)
    assert {one.code for one in reading.problems} >= {
        "F001",
        "S003",
        "D001",
        "M004",
        "V002",
        "S004",
    }


def test_a_copy_is_sound() -> None:
    assert lint(wrong_copy()[1]) == []


def test_a_copy_of_a_copy_is_the_same() -> None:
    _, data = wrong_copy()
    again = correction_copy(case_of(xlsx.read(data)))
    assert listed(again) == listed(data)
    assert placed(read_bytes(again).problems) == placed(read_bytes(data).problems)


def test_cells_hold_what_was_typed_and_numbers_stay_numbers() -> None:
    sheet = opened(wrong_copy()[1])[SHEET]
    assert {at: sheet[at].value for at in ("C6", "D8", "C5", "B12", "F16")} == {
        at: WRONG[at] for at in ("C6", "D8", "C5", "B12", "F16")
    }
    assert (sheet["H4"].value, sheet["E16"].value) == (None, None)
    assert (sheet["G10"].value, sheet["D10"].value) == (-5, 20_000)
    assert sheet["F6"].value == dt.datetime(2023, 12, 31)  # noqa: DTZ001 - as openpyxl has it
    assert str(sheet["D7"].value).startswith("=")


def test_cells_in_question_are_marked_and_commented() -> None:
    sheet = opened(wrong_copy()[1])[SHEET]
    colors = {at: sheet[at].fill.fgColor.rgb for at in ("C6", "H4", "B15", "C5", "B18", "C4")}
    assert colors == {
        "C6": RED,
        "H4": RED,
        "B15": RED,
        "C5": YELLOW,
        "B18": YELLOW,
        "C4": "00000000",
    }
    commented = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment}
    assert commented == {one.cell for one in wrong_copy()[0].problems}
    assert "不是可识别的日期" in sheet["C6"].comment.text
    assert sheet["C6"].comment.author == "xlsync"


def test_the_list_leads_to_the_cells_in_their_order_and_can_be_filtered() -> None:
    sheet = opened(wrong_copy()[1])[LIST]
    assert [cell.value for cell in sheet[4]][:7] == [
        *("序号", "级别", "位置", "栏目", "问题", "原文", "状态")
    ]
    rows = listed(wrong_copy()[1])
    places = [Address.parse(str(row[2])) for row in rows]
    assert places == sorted(places)
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    for number, row in enumerate(rows, start=5):
        assert sheet.cell(number, 3).hyperlink.location == f"'{SHEET}'!{row[2]}"
    found = {row[2]: row[1:] for row in rows}
    assert found["C6"][0] == "错误"
    assert found["C6"][2] == "计划开始日期"
    assert "请按 2023-01-01 的格式填写" in found["C6"][3]
    assert found["C6"][4] == "2023-13-45"
    assert found["D17"][2] == "绩效指标第3条：三级指标"
    assert sheet.auto_filter.ref == f"A4:G{4 + len(rows)}"
    assert sheet.protection.sheet
    assert not sheet.protection.autoFilter, "a lock that does not hold for the filter"


def test_a_corrected_copy_is_clean() -> None:
    record, _ = our_workbook()
    book = opened(wrong_copy()[1])
    right = opened(write(FORM, record))[SHEET]
    for at in WRONG:
        book[SHEET][at] = right[at].value
    reading = read_bytes(saved(book))
    assert (placed(reading.problems), reading.record) == ([], record)


# ---- what cannot stand in a cell ----------------------------------------------------


def test_what_stands_where_the_form_has_no_place_is_quoted_in_the_list_alone() -> None:
    grid = spoilt({"J3": "请问怎么填？"})
    grid.sheets[0].comments[Address.parse("C4")] = "张三：名称对吗"
    grid.sheets.append(Sheet("附页", {Address(2, 2): Cell("附页内容")}))
    data = correction_copy(case_of(grid))
    rows = {(row[2], row[5]): row for row in listed(data)}
    assert rows.keys() == {
        ("原件 J3", "请问怎么填？"),
        ("原件 C4", "张三：名称对吗"),
        ("附页!B2", "附页内容"),
    }
    assert {row[3] for row in rows.values()} == {"表外内容，未带入本表"}
    assert placed(read_bytes(data).problems) == []


@pytest.mark.parametrize(
    ("place", "cell", "quoted"),
    [
        ("E12", Cell("", formula="1+1"), "=1+1"),
        ("E12", Cell("#REF!", Kind.ERROR), "#REF!"),
        ("E12", Cell("长" * 20_000 + "😀" * 9_000), "长" * 16_383),
        ("E12", Cell("长" * 40_000), "长" * 16_383),
    ],
    ids=["formula", "error", "wide", "long"],
)
def test_what_no_cell_can_hold_stands_in_the_list(place: str, cell: Cell, quoted: str) -> None:
    grid = spoilt({})
    grid.sheets[0].cells[Address.parse(place)] = cell
    case = case_of(grid)
    data = correction_copy(case)
    assert opened(data)[SHEET][place].value is None
    assert quoted in {row[5] for row in listed(data)}
    assert sum(len(str(row[5])) for row in listed(data)) >= len(cell.text or cell.formula or "")
    assert read_bytes(data).record == case.reading.record
    assert place in {one.cell for one in read_bytes(data).problems}


def test_a_figure_that_no_cell_can_hold_stays_wrong() -> None:
    grid = spoilt({})
    grid.sheets[0].cells[Address.parse("D8")] = Cell("一\x01百")
    grid.sheets[0].cells[Address.parse("C6")] = Cell("", formula="TODAY()")
    case = case_of(grid)
    data = correction_copy(case)
    sheet = opened(data)[SHEET]
    assert (sheet["D8"].value, sheet["C6"].value) == ("一␁百", "=TODAY()")
    assert {"D8", "C6"} <= {one.cell for one in read_bytes(data).problems}


def test_a_text_that_looks_like_a_formula_stays_a_text() -> None:
    data = correction_copy(case_of(spoilt({"D8": "=HYPERLINK(1)", "E12": " =1+1"})))
    sheet = opened(data)[SHEET]
    assert (sheet["D8"].value, sheet["D8"].data_type) == ("=HYPERLINK(1)", "s")
    (same,) = (one for one in xlsx.read(data).sheets if one.name == SHEET)
    assert same.cells[Address.parse("D8")].formula is None
    assert same.cells[Address.parse("E12")].formula is None


def test_a_number_that_could_mean_two_things_stays_one() -> None:
    case = case_of(spoilt({"F16": "0.95"}))
    assert ("V001", "F16") in placed(case.reading.problems)
    again = read_bytes(correction_copy(case))
    assert placed(again.problems) == placed(case.reading.problems)


def test_a_sign_that_a_program_may_have_made_is_doubted_again() -> None:
    case = case_of(spoilt({"F16": "½"}))
    assert ("V002", "F16") in placed(case.reading.problems)
    assert placed(read_bytes(correction_copy(case)).problems) == placed(case.reading.problems)


def test_a_file_full_of_strays_gives_a_list_that_a_person_can_open() -> None:
    grid = spoilt({})
    strays = {Address(row, 15): Cell(f"第{row}行") for row in range(1, 6_001)}
    grid.sheets[0].cells |= strays
    rows = listed(correction_copy(case_of(grid)))
    assert len(rows) == 301
    assert "还有 5,700 处" in str(rows[0][4])


# ---- which copy it is ---------------------------------------------------------------


def test_a_copy_keeps_the_id_the_round_and_the_ids_of_the_rows() -> None:
    record, _ = our_workbook()
    manifest = replace(own_manifest(wrong_copy()[0]), round="2023/一上", due="2023-11-30")
    case = case_of(xlsx.read(correction_copy(wrong_copy()[0], manifest)))
    kept = own_manifest(case)
    assert (kept.record, kept.round, kept.due) == (record["id"], "2023/一上", "2023-11-30")
    assert (kept.issue, kept.base, kept.seal) == (None, None, None)
    again = read_bytes(correction_copy(case)).record
    assert again is not None
    assert [row["id"] for row in again["indicators"]] == [row["id"] for row in record["indicators"]]


def test_an_id_that_was_made_up_is_not_stated() -> None:
    (case,) = cases(FORMS, read_text(FILLED.replace("2023-01-01", "一月")), "来件", is_text=True)
    assert not case.reading.states_id
    reading = read_bytes(correction_copy(case))
    assert (reading.states_id, reading.record) == (False, case.reading.record)
    named = read_bytes(correction_copy(case, Manifest(FORM.id, "abc123", "2023/一上")))
    assert named.record is not None
    assert (named.states_id, named.record["id"]) == (True, "abc123")


def test_what_the_manifest_fixes_is_restored_and_locked() -> None:
    case = case_of(spoilt({"C4": "另一个项目", "D8": "abc"}))
    fixed = {"/project_name": "河道保洁", "/year": "2023"}
    data = correction_copy(case, replace(own_manifest(case), fixed=fixed))
    sheet = opened(data)[SHEET]
    assert (sheet["C4"].value, sheet["C4"].protection.locked) == ("河道保洁", True)
    assert (sheet["C5"].protection.locked, sheet["A3"].protection.locked) == (False, True)
    (row,) = (row for row in listed(data) if row[2] == "C4")
    assert row[5] == "另一个项目"


@pytest.mark.parametrize("fixed", [{}, {"/project_name": "河道保洁"}])
def test_a_unit_in_question_is_marked_in_its_whole_box(fixed: dict[str, str]) -> None:
    grid = spoilt({})
    grid.sheets[0].cells[Address.parse("G15")] = Cell("#REF!", Kind.ERROR)
    case = case_of(grid)
    assert [one.cell for one in case.problems if one.severity == "error"] == ["G15"]
    sheet = opened(correction_copy(case, replace(own_manifest(case), fixed=fixed)))[SHEET]
    assert [sheet[at].fill.fgColor.rgb for at in ("F15", "G15", "H15", "H16")] == [
        "00000000",
        RED,
        RED,
        "00000000",
    ]


def test_a_copy_has_a_password_where_one_is_wanted() -> None:
    data = correction_copy(wrong_copy()[0], password="秘密")  # noqa: S106 - for everybody to see
    assert opened(data)[SHEET].protection.password


# ---- what somebody adds to it -------------------------------------------------------


def test_what_a_person_types_into_the_list_is_told() -> None:
    book = opened(wrong_copy()[1])
    before = placed(read_bytes(saved(book)).problems)
    sheet = book[LIST]
    sheet["F5"] = "已经改了"
    sheet["K9"] = "看这里"
    sheet.cell(sheet.max_row + 2, 5).value = "还有一条"
    problems = read_bytes(saved(book)).problems
    (told,) = (one.found or "" for one in problems if one.code == "S012" and one.sheet == LIST)
    assert all(text in told for text in ("F5 已经改了", "K9 看这里", "还有一条"))
    assert [one for one in placed(problems) if one[0] != "S012"] == before


def test_comments_of_a_person_are_told_and_so_is_what_he_adds_to_ours() -> None:
    book = opened(wrong_copy()[1])
    sheet = book[SHEET]
    sheet["C6"].comment.text += "\n已核实"
    sheet["C4"].comment = openpyxl_comment("名称对吗")
    problems = read_bytes(saved(book)).problems
    told = {one.cell: one.found or "" for one in problems if one.code == "S007"}
    assert told.keys() == {"C4", "C6"}
    assert told["C6"].endswith("已核实")


def openpyxl_comment(text: str) -> object:
    from openpyxl.comments import Comment

    return Comment(text, "张三")


def test_a_list_that_was_renamed_copied_or_sorted_is_still_ours() -> None:
    book = opened(wrong_copy()[1])
    before = placed(read_bytes(saved(book)).problems)
    book.copy_worksheet(book[LIST])
    sheet = book[LIST]
    sheet.title = "清单"
    for column in range(1, 9):
        one, two = sheet.cell(6, column), sheet.cell(7, column)
        one.value, two.value = two.value, one.value
    assert placed(read_bytes(saved(book)).problems) == before


# ---- which forms go back ------------------------------------------------------------


def test_texts_go_back_as_forms_with_their_rows_in_place() -> None:
    text = FILLED.replace("280,000.00", "28万零", 1)
    (case,) = cases(FORMS, read_text(text), "来件", is_text=True)
    data = correction_copy(case)
    assert opened(data)[SHEET]["D8"].value == "28万零"
    reading = read_bytes(data)
    assert reading.record == case.reading.record
    content = {(one.code, one.pointer) for one in case.problems}
    assert {(one.code, one.pointer) for one in reading.problems} == content


def test_levels_that_paper_leaves_blank_are_filled_in_and_not_doubted() -> None:
    (case,) = cases(FORMS, read_text(FILLED.replace("及时\n", "/\n")), "来件", is_text=True)
    reading = read_bytes(correction_copy(case))
    assert not [one for one in reading.problems if one.code == "S004"]


def test_what_stands_beside_the_forms_of_a_file_goes_with_the_form_before() -> None:
    clean, other = read_one(FILLED), read_one(FILLED)
    stray = Reading(None, 1, None, None, [_problem("甲")])
    late = Reading(None, 9, None, None, [_problem("乙")])
    going = cases(FORMS, [stray, clean, other, late])
    assert [[one.found for one in case.problems] for case in going] == [["甲"], ["乙"]]
    assert cases(FORMS, [clean]) == []
    assert cases(FORMS, [stray]) == []


def _problem(found: str) -> object:
    from xlsync.base.problems import problem

    return problem("S007", "这里的文字不属于任何一张表。", found=found)


def test_copies_are_named_by_unit_and_project_or_by_the_file() -> None:
    case = wrong_copy()[0]
    nameless = replace(case.reading, record={"form": FORM.id, "id": "a", "indicators": []})
    names = copy_names([case, case, replace(case, reading=nameless)])
    assert names == [
        "临江镇水务所_河道保洁_退回修改.xlsx",
        "临江镇水务所_河道保洁 (2)_退回修改.xlsx",
        "来件_退回修改.xlsx",
    ]


def test_a_record_that_does_not_fit_is_saved_as_far_as_it_goes() -> None:
    record, _ = our_workbook()
    wrong = {
        **record,
        "funds": record["funds"] | {"total": "三十万"},
        "note": {"a": ["没有这一项"]},
        "indicators": [record["indicators"][0] | {"value": 12.5}, *record["indicators"][1:]],
    }
    reading = read_record(FORMS, wrong)
    assert reading.record is None
    (case,) = cases(FORMS, [reading], "来件")
    data = correction_copy(case)
    assert opened(data)[SHEET]["D7"].value == "三十万"
    assert opened(data)[SHEET]["F15"].value == "12.5"
    found = {row[5] for row in listed(data)}
    assert found >= {"三十万", '{"a": ["没有这一项"]}'}
    again = read_bytes(data).record
    assert again is not None
    assert (again["id"], again["funds"]["total"]) == (record["id"], None)


def test_what_is_wrong_as_a_whole_is_not_saved() -> None:
    record, _ = our_workbook()
    wrong = {**record, "indicators": [1, 2]}
    _, misfits = FORM.canonical(wrong)
    assert salvage(FORM, wrong, misfits) == (None, {})
    case = Case(FORM, Reading(None, 1, FORM.id, None, misfits), misfits)
    with pytest.raises(XlsyncError, match="nothing of it can be put into a copy"):
        correction_copy(case)


def test_another_form_goes_back_the_same_way(tmp_path: Path) -> None:
    form = load_form(tmp_path)
    record = form.identified(
        {
            "form": "trip",
            "who": "李四",
            "dates": {"left": "2023-05-01"},
            "means": "火车",
            "stops": [],
        }
    )
    grid = xlsx.read(write(form, record))
    put(grid.sheets[0], {"B3": "", "D3": "五月"})
    readings = read([form], grid)
    (case,) = cases({form.id: form}, readings)
    data = correction_copy(case)
    (again,) = read([form], xlsx.read(data))
    assert placed(again.problems) == placed(case.reading.problems) != []
    assert again.record == case.reading.record


@pytest.mark.parametrize("form_id", FORMS)
def test_a_blank_form_of_any_kind_goes_back(form_id: str) -> None:
    form = FORMS[form_id]
    (case,) = cases(FORMS, read([form], xlsx.read(write(form))), "来件")
    (again,) = read([form], xlsx.read(correction_copy(case)))
    assert placed(again.problems) == placed(case.reading.problems) != []
    assert again.record == case.reading.record


# ---- whatever was typed -------------------------------------------------------------

PLACES = [*WRONG, "A3", "C4", "F4", "D7", "G9", "C15", "D15", "E15", "G15", "B20", "D20", "F20"]
TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["≥85%", "不低于3天", "681万元", "0.5", "1/2", "½", "TRUE", "2023.1.1", "45000", "定性"]
    ),
    st.from_regex(r"-?[0-9]{1,14}(\.[0-9]{1,4})?", fullmatch=True),
)


@settings(max_examples=15, deadline=None)
@given(st.dictionaries(st.sampled_from(PLACES), TEXTS, min_size=1, max_size=6))
def test_whatever_was_typed_a_copy_gives_the_same_record(cells: dict[str, str]) -> None:
    readings = read_grid(spoilt(cells))
    for case in cases(FORMS, readings, "来件"):
        reading = read_bytes(correction_copy(case))
        assert reading.record == case.reading.record
        assert not [one for one in reading.problems if one.code in {"S001", "S002", "S007"}]
