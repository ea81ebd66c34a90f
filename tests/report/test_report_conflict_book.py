"""The conflict workbook: what it shows, what can be changed in it, and how it prints."""

from __future__ import annotations

import copy
import io
import json
import warnings
from typing import TYPE_CHECKING

import pytest
from clients import convert
from conflict_sample import (
    DATE,
    FIRST,
    GOAL,
    KEY,
    LENGTH,
    OTHER_FUNDS,
    RATE,
    ROUND,
    decided,
    read_back,
    sample,
)
from hypothesis import given, settings
from merge_sample import any_three
from openpyxl import load_workbook
from reading_samples import FORM, FORMS, ROOT, VARIED
from workbook_lint import lint

from xlsync.base.record import put
from xlsync.records import merge
from xlsync.records.conflict_reading import read_choices
from xlsync.records.conflicts import COLUMNS, NOTE, SHEET, ConflictNote, Side
from xlsync.report.books.conflict_book import conflict_workbook
from xlsync.sources import open_file

if TYPE_CHECKING:
    from pathlib import Path

    from calc import Calc
    from merge_sample import Three
    from openpyxl.worksheet.worksheet import Worksheet

    from xlsync.form import Form


@pytest.fixture(scope="module")
def sheet() -> Worksheet:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        book = load_workbook(io.BytesIO(sample().workbook), rich_text=True)
    assert (book.sheetnames, book[NOTE].sheet_state) == ([SHEET, NOTE], "veryHidden")
    return book[SHEET]


def _row(sheet: Worksheet, row: int) -> list[str]:
    return [str(cell.value) for cell in sheet[row][:5]]


def test_it_says_whose_conflicts_these_are(sheet: Worksheet) -> None:
    texts = {str(cell.value) for row in sheet["A1:G3"] for cell in row if cell.value}
    assert {"河道保洁", "临江镇水务所", ROUND, sample().ours["id"]} <= texts
    assert [cell.value for cell in sheet[6]] == [*COLUMNS]


def test_the_three_versions_stand_side_by_side(sheet: Worksheet) -> None:
    assert _row(sheet, DATE) == ["1", "计划完成日期", "2023-12-31", "2023-11-30", "2023-10-31"]
    assert _row(sheet, OTHER_FUNDS)[1:] == [
        "项目资金总额下的其他资金",
        "20,000.00",
        "30,000.00",
        "〔未填〕",
    ]
    place = "绩效指标：产出指标 / 数量指标 / 保洁河道长度\n指标值"
    assert _row(sheet, LENGTH)[1:] == [place, "12.50", "13.00", "14.00"]
    _, place, before, ours, theirs = _row(sheet, RATE)
    assert place == "绩效指标：产出指标 / 质量指标 / 保洁合格率（整行）"
    assert "三级指标：保洁合格率" in before
    assert "指标值：95.00" in before
    assert ours == before.replace("95.00", "96.00")
    assert theirs == "〔已删除此行〕"


def test_words_that_changed_are_marked(sheet: Worksheet) -> None:
    marked = [
        piece.text
        for piece in sheet[f"D{GOAL}"].value
        if not isinstance(piece, str) and piece.font.color.rgb == "FFC00000"
    ]
    assert marked == ["机械"]


def test_only_the_choices_are_unlocked(sheet: Worksheet) -> None:
    assert sheet.protection.sheet
    unlocked = {cell.coordinate for row in sheet for cell in row if not cell.protection.locked}
    choices = {f"F{row}" for row in range(DATE, RATE + 1)}
    assert unlocked == choices | {f"G{row}" for row in range(DATE, RATE)}


def test_it_prints_on_a_landscape_page_one_page_wide(sheet: Worksheet) -> None:
    setup = sheet.page_setup
    assert (setup.orientation, setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (setup.fitToWidth or 1, setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$6:$6"


def test_excel_has_nothing_to_repair_and_the_bytes_are_always_the_same() -> None:
    assert lint(sample().workbook) == []
    note = ConflictNote.between(ROUND, sample().ours, sample().theirs)
    assert conflict_workbook(FORM, note, sample().merged, KEY) == sample().workbook


def test_a_text_higher_than_a_row_shows_what_changed_and_where() -> None:
    sentences = [f"第{number}条要求责任到人、按月检查并公布结果。" for number in range(60)]
    base = copy.deepcopy(sample().ours) | {"overall_goal": "".join(sentences)}
    ours = base | {"overall_goal": base["overall_goal"].replace("第30条要求", "第30条必须")}
    theirs = base | {"overall_goal": "全部重写。" * 400}
    merged = merge(FORM.mapping, base, ours, theirs)
    data = conflict_workbook(FORM, ConflictNote.between(ROUND, ours, theirs), merged, KEY)
    assert lint(data) == []
    place, before, mine, yours = (
        str(cell.value) for cell in load_workbook(io.BytesIO(data))[SHEET][DATE][1:5]
    )
    assert "显示不全" in place
    assert (before, yours) == (base["overall_goal"], theirs["overall_goal"])
    assert "第30条必须" in mine
    assert "…" in mine
    assert len(mine) < 500
    assert {one.code for one in read_back(data)[1]} == {"K001"}


@pytest.mark.parametrize("form", VARIED.values(), ids=VARIED)
def test_whatever_contradicts_can_be_written_and_read(form: Form) -> None:
    @given(any_three(form))
    @settings(max_examples=12, deadline=None)
    def holds(versions: Three) -> None:
        base, ours, theirs = versions
        merged = merge(form.mapping, base, ours, theirs)
        data = conflict_workbook(form, ConflictNote.between(ROUND, ours, theirs), merged, KEY)
        assert lint(data) == []
        choices, problems = read_back(data)
        assert choices is not None
        assert [line.pointer for line in choices.note.lines] == [
            one.pointer for one in merged.conflicts
        ]
        assert {one.code for one in problems} == ({"K001"} if merged.conflicts else set())
        assert len(problems) == len(merged.conflicts)

    holds()


# ---- LibreOffice ------------------------------------------------------------------


@pytest.mark.client
def test_a_person_chooses_in_libreoffice(calc: Calc, tmp_path: Path) -> None:
    sent, saved = tmp_path / "sent.xlsx", tmp_path / "saved.xlsx"
    sent.write_bytes(sample().workbook)
    calc.open(sent)
    assert calc.options(SHEET, f"F{DATE}") == ["库中", "返回", "另填"]
    assert calc.options(SHEET, f"F{RATE}") == ["库中", "返回"]
    assert calc.shown(SHEET, "A5") == "已选 0 处，共 5 处"
    for row, choice in ((DATE, "另填"), (OTHER_FUNDS, "库中"), (GOAL, "返回"), (RATE, "返回")):
        calc.choose(SHEET, f"F{row}", choice)
    calc.choose(SHEET, f"F{LENGTH}", "另填")
    calc.type(SHEET, f"G{DATE}", "2023-12-15")
    calc.type(SHEET, f"G{LENGTH}", "15.00")
    assert calc.shown(SHEET, "A5") == "已选 5 处，共 5 处"
    assert calc.type(SHEET, f"F{DATE}", "都行")
    calc.save(saved)
    choices, problems = read_back(saved.read_bytes())
    assert problems == []
    record = decided(choices)
    assert (record["planned_end"], record["funds"]["other"]) == ("2023-12-15", "30000.00")
    assert record["overall_goal"] == sample().theirs["overall_goal"]
    assert record["indicators"][0]["value"] == "15.00"
    assert len(record["indicators"]) == len(sample().theirs["indicators"])


@pytest.mark.client
@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_older_formats_keep_note_and_texts(tmp_path: Path, ending: str) -> None:
    sent = tmp_path / "sent.xlsx"
    sent.write_bytes(sample().workbook)
    (path,) = convert([sent], tmp_path, to=ending)
    workbook = open_file(f".{ending}", path.read_bytes())
    assert workbook.problems == []
    choices, problems = read_back(path.read_bytes(), f".{ending}")
    assert choices is not None
    assert choices.note.is_sealed_by(KEY)
    assert {one.code for one in problems} == {"K001"}


def test_amounts_of_a_form_in_wan_are_shown_asked_and_read_in_wan() -> None:
    line = (ROOT / "samples/central-form/read.jsonl").read_text("utf-8").splitlines()[0]
    base = json.loads(line)["record"]
    form = FORMS[base["form"]]
    pointer, item = next(
        (one.pointer, one) for one in form.mapping.fields.values() if one.unit == "万元"
    )
    ours, theirs = copy.deepcopy(base), copy.deepcopy(base)
    put(ours, pointer, "12345678.90")
    put(theirs, pointer, "500000.00")
    merged = merge(form.mapping, base, ours, theirs)
    note = ConflictNote.between(ROUND, ours, theirs)
    book = load_workbook(io.BytesIO(conflict_workbook(form, note, merged, KEY)))
    sheet = book[SHEET]
    place, _, mine, other, choice, typed = sheet[FIRST][1:7]
    assert place.value == f"{item.label.rstrip('：')}（万元）"
    assert (mine.value, other.value) == ("1,234.56789 万元", "50.00 万元")
    choice.value, typed.value = Side.OTHER.value, 60.5
    stream = io.BytesIO()
    book.save(stream)
    choices, problems = read_choices(FORMS, open_file(".xlsx", stream.getvalue()))
    assert choices is not None
    assert (problems, choices.values(merged.conflicts)) == ([], {pointer: "605000.00"})
