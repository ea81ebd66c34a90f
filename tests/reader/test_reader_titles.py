"""Forms begin at their titles; other forms are told by name, and no line is dropped."""

from __future__ import annotations

import pytest
from carriers import CARRIERS, carried
from reading_samples import (
    FILLED,
    FORM,
    FORMS,
    HEAD,
    HEADINGS,
    ROWS,
    TITLE,
    brief,
    read_grid,
    read_text,
    record_of,
)

from xlsync.base.grid import Address, Cell
from xlsync.form.types import comparable
from xlsync.reader.located import MOST_TOLD

SECOND = FILLED.replace("河道保洁", "绿化养护")


def untitled(text: str) -> str:
    return text.removeprefix(f"{TITLE}\n")


def test_one_form() -> None:
    (reading,) = read_text(FILLED)
    assert (reading.form, reading.start, reading.problems) == (FORM.id, 1, [])
    assert record_of(reading)["project_name"] == "河道保洁"


def test_several_forms_each_with_its_line() -> None:
    readings = read_text(f"\n\n{FILLED}\n{SECOND}{FILLED}")
    assert [one.start for one in readings] == [3, 21, 38]
    names = [record_of(one)["project_name"] for one in readings]
    assert names == ["河道保洁", "绿化养护", "河道保洁"]
    assert not any(one.problems for one in readings)


@pytest.mark.parametrize(
    "title",
    [
        "财政项目支出 绩效目标申报表",
        " 财政项目支出绩效目标申报表　",
        "财政项目支出绩效目标申报表\t\t",
        "\t\t财政项目支出绩效目标申报表",
        "<p>财政项目支出绩效目标申报表</p>",
        "项目支出绩效目标申报表",
        "附件1\t财政项目支出绩效目标申报表",
    ],
)
def test_spellings_of_the_title(title: str) -> None:
    (reading,) = read_text(f"{title}\n{untitled(FILLED)}")
    assert record_of(reading)["project_name"] == "河道保洁"
    assert [one.found for one in reading.problems] == ["附件1"] * title.startswith("附件1")


@pytest.mark.parametrize(
    "year",
    [
        f"{TITLE}\n(2024年度)",
        f"{TITLE}\n（２０２４ 年度）",
        f"{TITLE}\n2024年",
        f"{TITLE}(2024年度)",
        f"{TITLE} （2024年）",
        f"{TITLE}|(2024年度)",
        f"{TITLE}\n年度 2024年|",
    ],
)
def test_the_year_stands_below_beside_or_in_the_title(year: str) -> None:
    (reading,) = read_text(FILLED.replace(f"{TITLE}\n(2023年度)", year))
    found = record_of(reading)["year"]
    if year.endswith("年度 2024年|"):
        # That is no spelling of the year: it is quoted and not half understood.
        assert (found, ("S012", "A2", "年度 2024年") in brief(reading.problems)) == (None, True)
    else:
        assert found == 2024


def test_a_blank_form_says_no_year() -> None:
    (reading,) = read_text(FILLED.replace("(2023年度)\n", ""))
    assert record_of(reading)["year"] is None
    told = [(one.code, one.pointer) for one in reading.problems]
    assert told == [("X008", None), ("F001", "/year")]


INSTALLED = {comparable(title) for form in FORMS.values() for title in form.mapping.titles}
RELATIVES = [
    (relative.name, title)
    for relative in FORM.mapping.relatives
    for title in relative.titles
    if comparable(title) not in INSTALLED
]


@pytest.mark.parametrize(("name", "title"), RELATIVES, ids=[title for _, title in RELATIVES])
def test_another_form_is_told_by_its_name(name: str, title: str) -> None:
    (reading,) = read_text(f"{title}\n(2023年度)\n{untitled(FILLED)}")
    assert (reading.form, reading.record) == (None, None)
    (one,) = reading.problems
    assert (one.code, one.found, one.cell) == ("S005", title, "A1")
    assert f"《{name}》" in one.message


def test_another_form_between_two_forms_ends_the_first() -> None:
    readings = read_text(f"{FILLED}部门整体支出绩效自评表\n项目名称|河道保洁\n{SECOND}")
    assert [one.form for one in readings] == [FORM.id, None, FORM.id]
    assert [one.start for one in readings] == [1, 18, 20]
    assert brief(readings[1].problems) == [("S005", "A18", "部门整体支出绩效自评表")]
    assert not readings[0].problems
    assert not readings[2].problems


def test_a_title_as_a_value_begins_no_form() -> None:
    (reading,) = read_text(FILLED.replace("|河道保洁|", "|绩效自评表|"))
    assert record_of(reading)["project_name"] == "绩效自评表"
    (reading,) = read_text(FILLED.replace("|河道保洁|", f"|{TITLE}|"))
    assert record_of(reading)["project_name"] == TITLE


STRAY = "填报说明：本表一式三份。"


def test_text_before_the_first_form_is_quoted() -> None:
    (reading,) = read_text(f"关于报送的通知\n\n{STRAY}|请于5月底前报送\n{FILLED}")
    assert brief(reading.problems) == [
        ("S012", "A1", "关于报送的通知"),
        ("S012", "A3", f"{STRAY}\t请于5月底前报送"),
    ]
    assert reading.start == 4


def test_more_text_than_a_letterhead_before_a_form_is_an_error() -> None:
    for text in ("本单位今年的工作如下，" * 8, "\n".join("一二三四五六七八九")):
        before, reading = read_text(f"{text}\n{FILLED}")
        assert {one.code for one in before.problems} == {"S007"}
        assert not reading.problems


def test_text_after_a_form_is_quoted_with_that_form() -> None:
    first, second = read_text(f"{FILLED}\n{STRAY}\n{SECOND}")
    assert brief(first.problems) == [("S012", "A19", STRAY)]
    assert len(record_of(first)["indicators"]) == 5
    assert not second.problems


@pytest.mark.parametrize("text", ["今天天气很好。", HEADINGS + ROWS])
def test_a_text_without_a_title_holds_no_form(text: str) -> None:
    told, quoted = read_text(text)
    assert [one.code for one in told.problems] == ["X003"]
    assert f"《{TITLE}》" in told.problems[0].message
    assert {one.code for one in quoted.problems} == {"S007"}
    found = "".join(one.found or "" for one in quoted.problems)
    assert found.replace("\t", "") == text.replace("|", "").replace("\n", "")


def test_a_form_without_its_title_is_asked_for_it() -> None:
    (reading,) = read_text(untitled(FILLED))
    assert [(one.code, one.cell) for one in reading.problems] == [("S005", "A1")]
    assert "请在表的上方写明表名" in reading.problems[0].message
    assert f"《{TITLE}》" in reading.problems[0].message


def test_a_title_alone_is_a_form_in_which_all_is_missing() -> None:
    (reading,) = read_text(TITLE)
    missing = [one.pointer for one in reading.problems if one.code == "S001"]
    fields = [item.pointer for item in FORM.mapping.fields.values() if item.pattern is None]
    assert missing == [*fields, "/indicators"]
    assert [one.pointer for one in reading.problems if one.code == "F001"] == ["/year"]


def test_head_without_table() -> None:
    (reading,) = read_text(HEAD)
    assert [(one.code, one.pointer) for one in reading.problems] == [("S001", "/indicators")]
    assert record_of(reading)["indicators"] == []


# ---- beside the form -------------------------------------------------------------

LETTERHEAD = "附件1\n某财〔2023〕12号||填报日期：2023-03-01\n"


@pytest.mark.parametrize("carrier", CARRIERS)
def test_lines_around_a_form_are_quoted_and_refuse_nothing(carrier: str) -> None:
    filled = FILLED.replace(
        "项目名称|", "填报单位（盖章）：临江镇水务所|||编号：甲-1\n项目名称|", 1
    )
    signed = f"{LETTERHEAD}{filled}填表人：张三|||联系电话：|0512-0000"
    (reading,) = read_grid(carried(signed, carrier))
    assert record_of(reading)["project_name"] == "河道保洁"
    assert len(record_of(reading)["indicators"]) == 5
    quoted = [one.found for one in reading.problems if one.code == "S012"]
    assert quoted == [
        "附件1",
        "某财〔2023〕12号\t填报日期：2023-03-01",
        "填报单位（盖章）：临江镇水务所\t编号：甲-1",
        "填表人：张三\t联系电话：\t0512-0000",
    ]
    assert not [one for one in reading.problems if one.code[0] in "SV" and one.code != "S012"]


def test_a_line_inside_the_form_is_stray_whatever_it_says() -> None:
    (reading,) = read_text(FILLED.replace("计划开始日期|", "联系电话：0512-0000\n计划开始日期|"))
    assert brief(reading.problems) == [("S007", "A5", "联系电话：0512-0000")]


def test_the_sheets_beside_a_printed_form_are_no_rows_of_it() -> None:
    library = f"绩效指标参考库\n{HEADINGS}|产出指标|数量指标|别的|≥1个"
    printed = f"{FILLED}第 1 页，共 3 页\n{TITLE}——填报说明\n栏目|必填\n{library}\n第 3 页，共 3 页"
    (reading,) = read_text(printed)
    assert len(record_of(reading)["indicators"]) == 5
    told = [(one.code, one.cell) for one in reading.problems]
    assert told == [("S012", "A19"), ("S012", "A21")]
    assert "别的" in (reading.problems[1].found or "")


def test_findings_of_one_kind_are_summed_up() -> None:
    rows = {Address(30 + number // 8, 1 + number % 8): f"杂文{number}" for number in range(4_000)}
    grid = carried(FILLED, "xlsx")
    (sheet,) = grid.sheets
    sheet.cells.update((address, Cell(text)) for address, text in rows.items())
    sheet.comments = {address.moved(1000): text for address, text in rows.items()}
    (reading,) = read_grid(grid)
    assert len(record_of(reading)["indicators"]) == 5
    told = [one for one in reading.problems if one.code == "S007"]
    assert len(told) == 2 * (MOST_TOLD + 1)
    assert [one.message for one in told if "3,700" in one.message]


@pytest.mark.parametrize(
    ("cells", "comments"),
    [
        ({Address(30 + n // 8, 1 + n % 8): Cell("项目名称") for n in range(11_000)}, {}),
        ({Address(30, 1): Cell("字" * 1_000_000)}, {}),
        ({}, {Address(30 + n, 1): "看一下" for n in range(11_000)}),
    ],
    ids=["cells", "characters", "comments"],
)
def test_a_form_that_holds_more_than_any_form_is_refused_at_once(
    cells: dict[Address, Cell], comments: dict[Address, str]
) -> None:
    grid = carried(FILLED, "xlsx")
    (sheet,) = grid.sheets
    sheet.cells |= cells
    sheet.comments |= comments
    (reading,) = read_grid(grid)
    assert (reading.record, [one.code for one in reading.problems]) == (None, ["X001"])
