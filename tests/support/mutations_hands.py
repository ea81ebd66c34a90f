"""What other programs and careless hands make of a workbook of ours, without an office program.

openpyxl stands for programs that read and write a workbook anew; the rest is done to the parts
of the package itself.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font
from reading_samples import FORM

from xlsync.form.template import SHEET

if TYPE_CHECKING:
    from collections.abc import Callable

    from mutations_pieces import Case
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

Hand = "Callable[[Case, bytes], bytes]"
STRAY = "〔另见附件甲〕"

HANDS: dict[str, Callable[[Case, bytes], bytes]] = {}
"""Mutations by name."""


def _by_openpyxl(
    name: str,
) -> Callable[[Callable[[Case, Workbook, Worksheet], None]], None]:
    """Note a mutation that edits the workbook as openpyxl has it."""

    def note(edit: Callable[[Case, Workbook, Worksheet], None]) -> None:
        def mutate(case: Case, data: bytes) -> bytes:
            book = load_workbook(io.BytesIO(data))
            edit(case, book, book[case.sheet])
            buffer = io.BytesIO()
            book.save(buffer)
            return buffer.getvalue()

        HANDS[name] = mutate

    return note


@_by_openpyxl("saved by openpyxl")
def _(_case: Case, _book: Workbook, _sheet: Worksheet) -> None:
    pass


@_by_openpyxl("validations gone, amounts typed with commas, full-width, in 元 and 万元")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    sheet.data_validations.dataValidation.clear()
    for slot, text, meant in (
        ("funds_fiscal", "６，８１０，０００．５０", "6810000.50"),
        ("funds_other", "¥1,000.00", "1000.00"),
        ("funds_annual_fiscal", "681万元", "6810000.00"),
        ("funds_carried_over", "'20000", "20000.00"),
        ("funds_annual_other", "\u300030000元\u00a0", "30000.00"),
    ):
        sheet[case.slot(slot)] = text
        case.type_field(slot, text, meant)
    if sheet[case.slot("funds_total")].data_type == "f":
        case.adds_up("funds_total", "6811000.50")  # amounts in texts count as well
    if sheet[case.slot("funds_annual_total")].data_type == "f":
        case.drop_field("funds_annual_total")  # one part says 万元, which is told


@_by_openpyxl("amounts that could mean two things")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    for slot, text in (
        ("funds_total", "1.234,56"),
        ("funds_fiscal", "约50万"),
        ("funds_annual_total", "1.005"),
    ):
        sheet[case.slot(slot)] = text
        case.type_field(slot, text, None)
    sheet[case.slot("funds_other")] = 0.95
    sheet[case.slot("funds_other")].number_format = "0%"
    case.type_field("funds_other", "0.95", None)


@_by_openpyxl("dates as texts, as serial numbers, without a year")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    start, end = case.slot("planned_start"), case.slot("planned_end")
    kind = sum(map(len, case.record["project_name"])) % 4
    typed, meant = [
        ("2023年1月1日", "2023-01-01"),
        ("２０２３．０１．０１", "2023-01-01"),
        (45000, "2023-03-15"),
        (20230101, "2023-01-01"),
    ][kind]
    sheet[start] = typed
    sheet[start].number_format = "General"
    case.type_field("planned_start", str(typed), meant)
    sheet[end] = "12/31"
    sheet[end].number_format = "@"
    case.type_field("planned_end", "12/31", None)


@_by_openpyxl("indicator values typed in one piece")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    pieces = [
        ("≥85.00(%)", ("≥", "85.00", "%")),
        ("不低于85%", ("≥", "85", "%")),
        ("≤20万元", ("≤", "20", "万元")),
        ("985米", (None, "985", "米")),
        ("12-15天", (None, "12-15天", None)),
        ("2023年6月底前", (None, "2023年6月底前", None)),
    ]
    for index, (text, parts) in enumerate(pieces[: len(case.rows)]):
        sheet[case.cell("operator", index)] = None
        sheet[case.cell("unit", index)] = None
        sheet[case.cell("value", index)] = text
        for column, part in zip(("operator", "value", "unit"), parts, strict=True):
            case.type_cell(index, column, part or "", part)
        _forget_blank(case)


@_by_openpyxl("indicator values that contradict the cells beside")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    sheet[case.cell("operator", 0)] = "≤"
    sheet[case.cell("value", 0)] = "≥85%"
    sheet[case.cell("unit", 0)] = "%"
    case.type_cell(0, "operator", "≤", "≤")
    case.type_cell(0, "value", "≥85%", None)
    case.type_cell(0, "unit", "%", "%")
    sheet[case.cell("value", 1)] = 0.95
    sheet[case.cell("value", 1)].number_format = "General"
    sheet[case.cell("unit", 1)] = "%"
    case.type_cell(1, "value", "0.95", None)
    case.type_cell(1, "unit", "%", "%")


@_by_openpyxl("percentages as numbers")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    sheet[case.cell("value", 0)] = 0.95
    sheet[case.cell("value", 0)].number_format = "0%"
    sheet[case.cell("unit", 0)] = None
    case.type_cell(0, "value", "95", "95")
    case.type_cell(0, "unit", "%", "%")


@_by_openpyxl("blanks of all kinds and line breaks in texts")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    goal, name = "一是保洁；\r\n二是\u3000绿化。", "\u00a0河道\u3000保洁\u200b"
    sheet[case.slot("overall_goal")] = f"<p>{goal}</p>"
    case.type_field("overall_goal", goal, goal.replace("\r\n", "\n"))
    sheet[case.slot("project_name")] = name
    case.type_field("project_name", name, "河道\u3000保洁")


@_by_openpyxl("formulas and error values in place of values")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    sheet[case.slot("project_name")] = "=CONCATENATE(1,2)"
    case.type_field("project_name", "=CONCATENATE(1,2)", None)
    sheet[case.slot("funds_fiscal")] = "#REF!"
    case.type_field("funds_fiscal", "#REF!", None)
    if sheet[case.slot("funds_total")].data_type == "f":
        case.type_field("funds_total", "#REF!", None)


@_by_openpyxl("every merge dissolved")
def _(_case: Case, _book: Workbook, sheet: Worksheet) -> None:
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))


@_by_openpyxl("labels renamed")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    for number, (cell, _text) in enumerate(case.labels()[1::3]):
        sheet[cell] = f"某某{number}号"
        case.strays.append(f"某某{number}号")


@_by_openpyxl("all names removed")
def _(_case: Case, book: Workbook, _sheet: Worksheet) -> None:
    book.defined_names.clear()


@_by_openpyxl("hidden sheet _xlsync deleted")
def _(_case: Case, book: Workbook, _sheet: Worksheet) -> None:
    del book[SHEET]


@_by_openpyxl("hidden sheet changed")
def _(_case: Case, book: Workbook, _sheet: Worksheet) -> None:
    book[SHEET]["B3"] = "0123456789ab"


@_by_openpyxl("every other sheet and all names deleted")
def _(case: Case, book: Workbook, _sheet: Worksheet) -> None:
    _only_the_form(case, book)


@_by_openpyxl("every other sheet, all names and the footer deleted")
def _(case: Case, book: Workbook, sheet: Worksheet) -> None:
    _only_the_form(case, book)
    sheet[case.footer] = None


@_by_openpyxl("names deleted and a label renamed")
def _(case: Case, book: Workbook, sheet: Worksheet) -> None:
    _only_the_form(case, book)
    cell = next(cell for cell, text in case.labels() if text == "项目名称")
    sheet[cell] = "工程名称"
    case.strays.append("工程名称")


@_by_openpyxl("two names on one cell")
def _(_case: Case, book: Workbook, _sheet: Worksheet) -> None:
    names = book.defined_names
    names["xs_f_project_name"].value = names["xs_f_implementing_unit"].value


@_by_openpyxl("text outside of the form")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    for cell in ("L4", "B90", "C9"):
        sheet[cell] = f"{STRAY}{cell}"
        case.strays.append(f"{STRAY}{cell}")


@_by_openpyxl("text hidden in a hidden row, white on white")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    sheet["K95"] = STRAY
    sheet["K95"].font = Font(color="FFFFFFFF")
    sheet.row_dimensions[95].hidden = True
    case.strays.append(STRAY)


@_by_openpyxl("comments added")
def _(case: Case, book: Workbook, sheet: Worksheet) -> None:
    for where, cell in ((sheet, case.slot("project_name")), (book.worksheets[1], "A1")):
        where[cell].comment = Comment(f"{STRAY}{where.title}", "甲")
        case.strays.append(f"{STRAY}{where.title}")


@_by_openpyxl("a sheet added, with texts and a formula")
def _(case: Case, book: Workbook, _sheet: Worksheet) -> None:
    added = book.create_sheet("测算", 0)
    added["A1"], added["B2"] = STRAY, "=1+2"
    case.strays += [STRAY, "=1+2"]


@_by_openpyxl("rows and columns hidden")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    sheet.row_dimensions[case.first].hidden = True
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["G"].hidden = True


@_by_openpyxl("form's sheet renamed, order reversed, all sheets shown")
def _(_case: Case, book: Workbook, sheet: Worksheet) -> None:
    sheet.title = "Sheet1"
    book._sheets.reverse()  # noqa: SLF001 - openpyxl has no other way
    for one in book.worksheets:
        one.sheet_state = "visible"


@_by_openpyxl("protection lifted, a value moved to another cell")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    sheet.protection.sheet = False
    source = case.slot("project_name")
    text = str(sheet[source].value)
    sheet[source], sheet["L3"] = None, text
    case.type_field("project_name", text, None)
    case.strays.append(text)


@_by_openpyxl("form's sheet copied, a value changed in the copy")
def _(case: Case, book: Workbook, sheet: Worksheet) -> None:
    copy = book.copy_worksheet(sheet)
    copy[case.slot("project_name")] = STRAY
    case.also("project_name", STRAY)


@_by_openpyxl("a dropdown's option changed on the hidden sheet")
def _(case: Case, book: Workbook, _sheet: Worksheet) -> None:
    book["_lists"]["A1"] = STRAY
    case.strays.append(STRAY)


def _forget_blank(case: Case) -> None:
    """Parts that are blank on purpose are nothing to look for."""
    for place in [place for place, meant in case.meant.items() if meant is None]:
        if not case.typed.get(place):
            del case.meant[place]


def _only_the_form(case: Case, book: Workbook) -> None:
    book.defined_names.clear()
    for name in book.sheetnames:
        if name != case.sheet:
            del book[name]


# ---- done to the package --------------------------------------------------------------


def _repacked(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return buffer.getvalue()


def _shared(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        strings = package.read("xl/sharedStrings.xml").decode()
    items = re.findall(r"<si>(.*?)</si>", strings, re.DOTALL)
    return ["".join(re.findall(r"<t[^>]*>(.*?)</t>", one, re.DOTALL)) for one in items]


def _texts_as(pattern: str) -> Callable[[Case, bytes], bytes]:
    """Every shared string written into its cell in another way."""

    def mutate(_case: Case, data: bytes) -> bytes:
        strings = _shared(data)

        def spelled(match: re.Match[str]) -> str:
            return pattern.format(head=match[1], text=strings[int(match[2])])

        def change(name: str, content: bytes) -> bytes:
            if not name.startswith("xl/worksheets/sheet"):
                return content
            text = content.decode()
            return re.sub(r'<c ([^>]*?) ?t="s"><v>(\d+)</v></c>', spelled, text).encode()

        return _repacked(data, change)

    return mutate


def _without_properties(_case: Case, data: bytes) -> bytes:
    empty = b'<?xml version="1.0"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
    return _repacked(data, lambda name, content: empty if name == "docProps/core.xml" else content)


def _picture(case: Case, data: bytes) -> bytes:
    """A seal as a picture, and a text box, on the form's sheet."""
    case.strays.append(STRAY)
    drawing = (
        '<xdr:wsDr xmlns:xdr="x" xmlns:a="a"><xdr:oneCellAnchor><xdr:from><xdr:col>1</xdr:col>'
        "<xdr:row>2</xdr:row></xdr:from><xdr:pic/></xdr:oneCellAnchor><xdr:oneCellAnchor><xdr:sp>"
        f"<xdr:txBody><a:p><a:r><a:t>{escape(STRAY)}</a:t></a:r></a:p></xdr:txBody></xdr:sp>"
        "</xdr:oneCellAnchor></xdr:wsDr>"
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing"
    namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
    relation = f'<Relationship Id="rX" Type="{kind}" Target="../drawings/drawingX.xml"/>'
    rels = "xl/worksheets/_rels/sheet1.xml.rels"
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        names = old.namelist()
        for name in names:
            content = old.read(name)
            if name == rels:
                content = content.replace(
                    b"</Relationships>", f"{relation}</Relationships>".encode()
                )
            new.writestr(name, content)
        if rels not in names:
            new.writestr(rels, f'<Relationships xmlns="{namespace}">{relation}</Relationships>')
        new.writestr("xl/drawings/drawingX.xml", drawing)
    return buffer.getvalue()


HANDS['texts written as t="str"'] = _texts_as('<c {head} t="str"><v>{text}</v></c>')
HANDS["texts written inline"] = _texts_as('<c {head} t="inlineStr"><is><t>{text}</t></is></c>')
HANDS["texts written inline, without <is>"] = _texts_as('<c {head} t="inlineStr"><v>{text}</v></c>')
HANDS["document properties gone"] = _without_properties
HANDS["a seal as a picture, and a text box"] = _picture


FUNDS = [slot for slot in FORM.mapping.fields if slot.startswith("funds_")]


@_by_openpyxl("the heading of the amounts says 万元")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    """A sheet of ours was made for 元: which of the two holds, nobody can tell."""
    place, text = next(pair for pair in case.labels() if pair[1].endswith("(元)"))
    sheet[place] = text.replace("(元)", "(万元)")
    for slot in FUNDS:
        shown = sheet[case.slot(slot)]
        if shown.value is not None:
            case.type_field(slot, str(shown.value), None)
    case.strays.append(text.replace("(元)", "(万元)").replace("\n", " "))


@_by_openpyxl("amounts whose number format says 万元 and 亿元")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    for slot, number, unit, meant in (
        ("funds_fiscal", 12, "万元", "120000.00"),
        ("funds_other", 0.5, "亿元", "50000000.00"),
    ):
        sheet[case.slot(slot)] = number
        sheet[case.slot(slot)].number_format = f'#,##0.00"{unit}"'
        case.type_field(slot, str(number), meant)
    if sheet[case.slot("funds_total")].data_type == "f":
        case.adds_up("funds_total", "50120000.00")


@_by_openpyxl("parts of texts struck through")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    struck = TextBlock(InlineFont(strike=True), "〔旧〕")
    for slot in ("overall_goal", "implementing_unit"):
        sheet[case.slot(slot)] = CellRichText(struck, "新的内容")
        case.type_field(slot, "新的内容", "新的内容")
    sheet[case.cell("value", 0)] = CellRichText(TextBlock(InlineFont(strike=True), "85"), "90")
    case.type_cell(0, "value", "90", "90")
    case.strays += ["〔旧〕", "85"]


@_by_openpyxl("raised and lowered digits, and marks of footnotes")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    raised = InlineFont(vertAlign="superscript")
    lowered = TextBlock(InlineFont(vertAlign="subscript"), "2")
    sheet[case.cell("value", 0)] = CellRichText("5×10", TextBlock(raised, "4"))
    sheet[case.cell("unit", 0)] = CellRichText("m", TextBlock(raised, "2"))
    sheet[case.cell("value", 1)] = CellRichText("95", TextBlock(raised, "①"))
    sheet[case.slot("annual_goal")] = CellRichText("减排CO", lowered)
    case.type_cell(0, "value", "5×10⁴", "5×10⁴")
    case.type_cell(0, "unit", "m²", "m²")
    case.type_cell(1, "value", "95", "95")
    case.type_field("annual_goal", "减排CO₂", "减排CO₂")
    case.strays.append("①")


@_by_openpyxl("amounts stored as text under their totals")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    for slot, text, meant in (
        ("funds_fiscal", "6,810,000.00", "6810000.00"),
        ("funds_other", "1000", "1000.00"),
    ):
        sheet[case.slot(slot)] = text
        sheet[case.slot(slot)].number_format = "@"
        case.type_field(slot, text, meant)
    if sheet[case.slot("funds_total")].data_type == "f":
        case.adds_up("funds_total", "6811000.00")


@_by_openpyxl("a row filtered out, a row struck through")
def _(case: Case, _book: Workbook, sheet: Worksheet) -> None:
    sheet.auto_filter.ref = f"B{case.first - 1}:H{case.first + 5}"
    sheet.row_dimensions[case.first].hidden = True
    for column in case.columns.values():
        sheet.cell(case.first + 1, column).font = Font(strike=True)
    case.strays += [f"第 {case.first} 行", f"第 {case.first + 1} 行"]
