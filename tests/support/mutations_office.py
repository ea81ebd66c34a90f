"""What a real LibreOffice makes of a workbook of ours, in the hands of a person.

Texts are put into cells as a paste does; what the input line refuses is tested in
``test_client_typing.py``.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from mutations_hands import STRAY
from openpyxl import Workbook

from xlsync.form.template import CHECK, CHECKS, LISTS, SHEET

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from calc import Calc
    from mutations_pieces import Case

FORMATS = {"xlsx": "Calc MS Excel 2007 XML", "xls": "MS Excel 97", "ods": "calc8"}
"""The endings that LibreOffice saves, and its names of the filters."""

Hand = "Callable[[Case, Calc, Path], None]"

OFFICE: dict[str, Callable[[Case, Calc, Path], None]] = {}
"""Mutations by name; the workbook is open, the path leads to its file."""

NEW_ROW = {
    "level1": "产出指标",
    "level2": "质量指标",
    "level3": "新增指标合格率",
    "operator": "≥",
    "value": "95.00",
    "unit": "%",
}


def _noted(name: str) -> Callable[[Callable[[Case, Calc, Path], None]], None]:
    def note(mutate: Callable[[Case, Calc, Path], None]) -> None:
        OFFICE[name] = mutate

    return note


@_noted("opened and saved")
def _(_case: Case, _calc: Calc, _path: Path) -> None:
    pass


@_noted("texts, amounts and dates pasted into fields")
def _(case: Case, calc: Calc, _path: Path) -> None:
    typed = {
        "project_name": ("河道保洁（二期）", "河道保洁（二期）"),
        "implementing_unit": ("\u3000水务所 ", "水务所"),
        "planned_start": ("2023年3月1日", "2023-03-01"),
        "planned_end": ("1/1", None),
        "funds_carried_over": ("681万元", "6810000.00"),
        "overall_goal": ("一是保洁；\n二是绿化。", "一是保洁；\n二是绿化。"),
    }
    calc.put(case.sheet, {case.slot(slot): text for slot, (text, _) in typed.items()})
    for slot, (text, meant) in typed.items():
        case.type_field(slot, text, meant)
    case.drop_field("funds_annual_total")
    case.others.add(("/funds/annual_total", _sum_of_numbers(case)))


@_noted("indicator values pasted in one piece")
def _(case: Case, calc: Calc, _path: Path) -> None:
    typed = [("≥85.00(%)", ("≥", "85.00", "%")), ("985米", (None, "985", "米"))]
    for index, (text, parts) in enumerate(typed):
        cells = {case.cell(name, index): "" for name in ("operator", "unit")}
        calc.put(case.sheet, {**cells, case.cell("value", index): text})
        for column, part in zip(("operator", "value", "unit"), parts, strict=True):
            case.type_cell(index, column, part or text, part)


@_noted("numbers pasted over texts, with their formats")
def _(case: Case, calc: Calc, path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "来源"
    sheet["A1"], sheet["A2"], sheet["A3"] = 0.95, 0.5, 45000
    sheet["A1"].number_format = "0%"
    buffer = io.BytesIO()
    book.save(buffer)
    other = path.with_name("source.xlsx")
    other.write_bytes(buffer.getvalue())
    calc.act("unprotect", sheet=case.sheet)
    calc.act("take_sheet", path=str(other), sheet="来源", place=9)
    calc.put(case.sheet, {case.cell("unit", 0): "", case.cell("unit", 1): "%"})
    for source, cell in (
        ("A1", case.cell("value", 0)),
        ("A2", case.cell("value", 1)),
        ("A3", case.slot("planned_start")),
    ):
        calc.act("copy_area", sheet="来源", area=source, target_sheet=case.sheet, target=cell)
    calc.act("delete_sheet", sheet="来源")
    case.type_cell(0, "value", "95", "95")
    case.type_cell(0, "unit", "95%", "%")
    case.type_cell(1, "value", "0.5", None)
    case.type_cell(1, "unit", "%", "%")
    case.type_field("planned_start", "45000", "2023-03-15")


@_noted("a row inserted in the table and filled in")
def _(case: Case, calc: Calc, _path: Path) -> None:
    calc.act("unprotect", sheet=case.sheet)
    calc.act("insert_rows", sheet=case.sheet, row=case.first + 1, count=1)
    calc.put(case.sheet, {case.cell(name, 1): text for name, text in NEW_ROW.items()})
    case.add_row(NEW_ROW)


@_noted("a row appended below the last one")
def _(case: Case, calc: Calc, _path: Path) -> None:
    last = len(case.rows)
    calc.put(case.sheet, {case.cell(name, last): text for name, text in NEW_ROW.items()})
    case.add_row(NEW_ROW)


@_noted("a row deleted")
def _(case: Case, calc: Calc, _path: Path) -> None:
    calc.act("unprotect", sheet=case.sheet)
    calc.act("delete_rows", sheet=case.sheet, row=case.first + 1, count=1)
    case.drop_row(1)


@_noted("rows inserted above the form and within its head")
def _(case: Case, calc: Calc, _path: Path) -> None:
    calc.act("unprotect", sheet=case.sheet)
    calc.act("insert_rows", sheet=case.sheet, row=5, count=2)
    calc.act("insert_rows", sheet=case.sheet, row=1, count=1)


@_noted("a column inserted")
def _(case: Case, calc: Calc, _path: Path) -> None:
    calc.act("unprotect", sheet=case.sheet)
    calc.act("insert_column", sheet=case.sheet, column=1)


@_noted("cells pasted over validations from an unformatted sheet")
def _(case: Case, calc: Calc, _path: Path) -> None:
    calc.act("add_sheet", name="草稿", place=9)
    calc.put("草稿", {"A1": "长期项目", "A2": "产出类"})
    calc.act("unprotect", sheet=case.sheet)
    nature, level = case.slot("project_nature"), case.cell("unit", 0)
    for source, cell in (("A1", nature), ("A2", level)):
        calc.act("copy_area", sheet="草稿", area=source, target_sheet=case.sheet, target=cell)
    calc.act("delete_sheet", sheet="草稿")
    case.type_field("project_nature", "长期项目", "长期项目")
    case.type_cell(0, "unit", "产出类", "产出类")


@_noted("merges of the form dissolved")
def _(case: Case, calc: Calc, _path: Path) -> None:
    calc.act("unprotect", sheet=case.sheet)
    calc.act("merge", sheet=case.sheet, area="A1:H14", joined=False)


@_noted("cells of the table merged downwards")
def _(case: Case, calc: Calc, _path: Path) -> None:
    calc.act("unprotect", sheet=case.sheet)
    area = f"{case.cell('level1', 0)}:{case.cell('level1', 1)}"
    calc.act("merge", sheet=case.sheet, area=area, joined=True)


@_noted("a value cut and pasted elsewhere")
def _(case: Case, calc: Calc, _path: Path) -> None:
    calc.act("unprotect", sheet=case.sheet)
    calc.act("cut", sheet=case.sheet, area=case.slot("project_name"), target="K4")


@_noted("an amount cut and pasted over another")
def _(case: Case, calc: Calc, _path: Path) -> None:
    """What stands in a cell now is what is meant; the total lost a part, which has to be told."""
    amount = case.record["funds"]["fiscal"]
    calc.act("unprotect", sheet=case.sheet)
    calc.act(
        "cut", sheet=case.sheet, area=case.slot("funds_fiscal"), target=case.slot("funds_other")
    )
    case.drop_field("funds_fiscal")
    case.type_field("funds_other", amount, amount)
    case.type_field("funds_total", "", None)


@_noted("the rows of the table sorted")
def _(case: Case, calc: Calc, _path: Path) -> None:
    calc.act("unprotect", sheet=case.sheet)
    area = f"{case.cell('level1', 0)}:{case.cell('unit', len(case.rows) - 1)}"
    calc.act("sort", sheet=case.sheet, area=area, column=2)


@_noted("rows hidden")
def _(case: Case, calc: Calc, _path: Path) -> None:
    calc.act("unprotect", sheet=case.sheet)
    calc.act("hide_rows", sheet=case.sheet, row=4, count=2)
    calc.act("hide_rows", sheet=case.sheet, row=case.first, count=3)


@_noted("labels overwritten")
def _(case: Case, calc: Calc, _path: Path) -> None:
    calc.act("unprotect", sheet=case.sheet)
    for number, (cell, _text) in enumerate(case.labels()[2::5]):
        calc.put(case.sheet, {cell: f"某某{number}号"})
        case.strays.append(f"某某{number}号")


@_noted("notes written beside the form")
def _(case: Case, calc: Calc, _path: Path) -> None:
    calc.act("unprotect", sheet=case.sheet)
    calc.put(case.sheet, {"K5": STRAY, "B80": f"{STRAY}2"})
    case.strays += [STRAY, f"{STRAY}2"]


@_noted("the form's sheet renamed and moved to the end")
def _(case: Case, calc: Calc, _path: Path) -> None:
    calc.act("move_sheet", sheet=case.sheet, place=99)
    calc.act("rename_sheet", sheet=case.sheet, name="我的表")


@_noted("a sheet added with a note")
def _(_case: Case, calc: Calc, _path: Path) -> None:
    calc.act("add_sheet", name="附注", place=0)
    calc.put("附注", {"B2": STRAY})
    _case.strays.append(STRAY)


@_noted("the form's sheet copied, a value changed in the copy")
def _(case: Case, calc: Calc, _path: Path) -> None:
    calc.act("copy_sheet", sheet=case.sheet, name="副本", place=1)
    calc.put("副本", {case.slot("project_name"): STRAY})
    case.also("project_name", STRAY)


@_noted("hidden sheets shown and deleted")
def _(_case: Case, calc: Calc, _path: Path) -> None:
    calc.act("show_sheets")
    for name in (SHEET, CHECKS, LISTS, CHECK):
        calc.act("delete_sheet", sheet=name)


@_noted("all names deleted")
def _(_case: Case, calc: Calc, _path: Path) -> None:
    calc.act("delete_names")


@_noted("the form's sheet copied into a new file")
def _(case: Case, calc: Calc, path: Path) -> None:
    calc.act("new")
    calc.act("take_sheet", path=str(path), sheet=case.sheet, place=0)


@_noted("the form's sheet copied into another workbook of ours")
def _(case: Case, calc: Calc, path: Path) -> None:
    """The other one is the blank form that lies beside the file."""
    calc.open(path.with_name("blank.xlsx"), hidden=True)
    calc.act("take_sheet", path=str(path), sheet=case.sheet, place=1)


def _sum_of_numbers(case: Case) -> str | None:
    """What the sheet adds up for the year when one of three parts is a text."""
    from decimal import Decimal

    funds = case.record["funds"]
    parts = [Decimal(funds[name]) for name in ("annual_fiscal", "annual_other") if funds.get(name)]
    return str(sum(parts)) if parts else None
