"""The sheets beside the form: the live check, how to fill in, and the formulas behind both.

What they hold is data here, so that the writer writes it and the reader knows which texts are
its own. All formulas are ordinary ones; nothing spills and nothing needs a macro.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xlsync import manifest as names
from xlsync.form.checks import sheet_checks, totals
from xlsync.form.sheetview import FormSheetView
from xlsync.grid import Address, Area
from xlsync.problems import Severity
from xlsync.rules.sheet import blank, filled, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.form.form import Form
    from xlsync.form.layout import Layout, PlacedTable
    from xlsync.mapping import FieldBase
    from xlsync.rules.sheet import SheetCheck

LIBRARY = "参考库"
SHOWN = 40
"""Findings that the check sheet lists at a time."""

_WORDS = {Severity.ERROR: "有误", Severity.WARNING: "提醒"}
_GAP = "未填"
_ONE_TEXT = 2
"""Quotation marks in an expression that is nothing but a text."""

_COLUMNS = ("序号", "类别", "位置", "要改什么")


class Entry(NamedTuple):
    """What one cell of a companion holds: a text, or a formula."""

    text: str
    style: str = "text"
    is_formula: bool = False


@dataclass(slots=True)
class Companion:
    """One sheet beside the form.

    ``frozen`` are the rows that stay in sight; the rows of the ``live`` area are drawn only
    where their first cell is filled.
    """

    name: str
    widths: list[float]
    cells: dict[Address, Entry] = field(default_factory=dict)
    names: dict[str, Area] = field(default_factory=dict)
    visible: bool = True
    frozen: int = 0
    live: Area | None = None

    def row(self, row: int, entries: Iterable[Entry]) -> None:
        """Fill a row from its first column on."""
        for column, entry in enumerate(entries, start=1):
            self.cells[Address(row, column)] = entry


@lru_cache(maxsize=64)
def companions(form: Form, layout: Layout) -> tuple[Companion, ...]:
    """Every sheet beside a form's own, in the order of the workbook; made once a layout."""
    libraries = (_library_sheet(form, table) for table in form.libraries)
    return _check_sheet(form), _help_sheet(form), *libraries, _formulas(form, layout)


def check_line() -> str:
    """The formula of the line above the form."""
    return (
        f'"已填 "&{names.DONE}&" 项　未填 "&{names.OPEN}&" 项　有误 "&{names.ERRORS}'
        f'&" 处　提醒 "&{names.WARNINGS}&" 处"'
        f'&IF({names.OPEN}+{names.ERRORS}=0,"　　可以提交","　　详见“{names.CHECK}”表")'
    )


def _check_sheet(form: Form) -> Companion:
    """What is still wrong, the n-th row finding the n-th check that fires."""
    sheet = Companion(names.CHECK, [7, 9, 10, 84], frozen=4)
    sheet.row(1, [Entry(f"{form.mapping.title}——{names.CHECK}", "title")])
    sheet.row(2, [Entry(check_line(), "note", is_formula=True)])
    sheet.row(3, [Entry("改正后自动更新；点“位置”可跳到要改的单元格。", "note")])
    sheet.row(4, [Entry(text, "heading") for text in _COLUMNS])
    sheet.live = Area(5, 1, SHOWN + 4, len(_COLUMNS))
    jump = quoted(f"#'{form.template.sheet}'!")
    for number in range(1, SHOWN + 1):
        row = number + 4
        place = f"MATCH($A{row},{names.RUNNING},0)"
        target = f"INDEX({names.PLACES},{place})"
        link = f"HYPERLINK({jump}&{target},{target})"
        formulas = (
            (f'IF({number}<={names.FOUND},{number},"")', "center"),
            (f'IF($A{row}="","",INDEX({names.KINDS},{place}))', "center"),
            (f'IF($A{row}="","",{link})', "link"),
            (f'IF($A{row}="","",INDEX({names.MESSAGES},{place}))', "text"),
        )
        sheet.row(row, (Entry(text, style, is_formula=True) for text, style in formulas))
    more = f'IF({names.FOUND}>{SHOWN},"还有 "&({names.FOUND}-{SHOWN})&" 处，改正上面的后显示。","")'
    sheet.cells[Address(SHOWN + 5, 4)] = Entry(more, "note", is_formula=True)
    return sheet


def _help_sheet(form: Form) -> Companion:
    """How to fill in, field by field, from the help texts of the mapping."""
    sheet = Companion(names.HELP, [24, 8, 60, 46], frozen=6)
    sheet.row(1, [Entry(f"{form.mapping.title}——{names.HELP}", "title")])
    steps = (
        "只填白色的格子，灰色的格子是表格固定内容，已锁定。请勿增删行列、勿改表名。",
        "粘贴时请用“选择性粘贴—数值”，以免带入其他格式。",
        f"红色表示有误或漏填，黄色表示请再核对；逐条说明见“{names.CHECK}”表。",
        "填完保存为 .xlsx 后原样返回；文件名可以改，表内编号请勿改动。",
    )
    for row, step in enumerate(steps, start=2):
        sheet.row(row, [Entry(f"{row - 1}. {step}", "note")])
    sheet.row(6, [Entry(text, "heading") for text in ("栏目", "必填", "怎么填", "举例")])
    row = 7
    for item in form.mapping.fields.values():
        sheet.row(row, _help(item, item.label))
        row += 1
    for table in form.mapping.tables.values():
        for column in table.columns.values():
            sheet.row(row, _help(column, f"{table.label}：{column.label}"))
            row += 1
    return sheet


def _help(item: FieldBase, label: str) -> list[Entry]:
    return [
        Entry(label, "center"),
        Entry("是" if item.required else "", "center"),
        Entry(item.help),
        Entry(item.example),
    ]


def _library_sheet(form: Form, table: str) -> Companion:
    """The items that others use, to look up: levels, name and usual quantity."""
    plan = form.mapping.tables[table]
    sheet = Companion(f"{plan.label}{LIBRARY}", [14, 20, 38, 10, 14, 10], frozen=3)
    parts = (plan.quantity.operator, plan.quantity.value, plan.quantity.unit)
    sheet.row(1, [Entry(f"{plan.label}{LIBRARY}", "title")])
    value = plan.columns[plan.quantity.value].label
    sheet.row(2, [Entry(f"供参考，可照用，也可另拟；{value}请按本项目实际填写。", "note")])
    heads = (plan.columns[name].label for name in (*plan.levels, plan.name, *parts))
    sheet.row(3, [Entry(text, "heading") for text in heads])
    for row, entry in enumerate(form.libraries[table].entries, start=4):
        quantity = (entry.operator, entry.value, entry.unit)
        texts = [*entry.levels, entry.name, *(text or "" for text in quantity)]
        sheet.row(row, [Entry(text, "center") for text in texts])
    return sheet


def _formulas(form: Form, layout: Layout) -> Companion:
    """The hidden sheet on which every check is one row.

    Columns: whether it fires, the running number, the place if it fires, its kind, its text.
    """
    view = FormSheetView(form, layout)
    checks = sheet_checks(form.mapping, view)
    sheet = Companion(names.CHECKS, [8, 8, 10, 10, 60, 12], visible=False)
    for row, check in enumerate(checks, start=2):
        place = f'IF(A{row}=1,ADDRESS(ROW({check.cell}),COLUMN({check.cell}),4),"")'
        fixed = check.message[1:-1] if check.message.count('"') == _ONE_TEXT else None
        sheet.row(
            row,
            (
                Entry(f"IF(IFERROR({check.wrong},FALSE),1,0)", is_formula=True),
                Entry(f"N(B{row - 1})+A{row}", is_formula=True),
                Entry(place, is_formula=True),
                Entry(_GAP if check.gap else _WORDS[check.severity]),
                Entry(fixed or check.message, is_formula=fixed is None),
            ),
        )
    _name_columns(sheet, checks)
    _summarise(sheet, form, layout, view, checks)
    return sheet


def _name_columns(sheet: Companion, checks: list[SheetCheck]) -> None:
    last = len(checks) + 1
    for name, column in (
        (names.RUNNING, 2),
        (names.PLACES, 3),
        (names.KINDS, 4),
        (names.MESSAGES, 5),
    ):
        sheet.names[name] = Area(2, column, last, column)
    first_doubt = next(
        (row for row, check in enumerate(checks, start=2) if _is_doubt(check)), last + 1
    )
    sheet.names[names.WRONG] = Area(2, 3, max(2, first_doubt - 1), 3)
    sheet.names[names.DOUBTFUL] = Area(min(first_doubt, last), 3, last, 3)


def _summarise(
    sheet: Companion,
    form: Form,
    layout: Layout,
    view: FormSheetView,
    checks: list[SheetCheck],
) -> None:
    """The figures of the check line and of the tables' lengths, in the sixth column."""
    required = [slot for slot, item in form.mapping.fields.items() if item.required]
    typed = [slot for slot in form.mapping.fields if slot not in totals(form.mapping)]
    begun = [filled(view.cell(slot)) for slot in typed]
    begun += [f"COUNTA({_cells(form, table)})>0" for table in layout.tables]
    fields = {view.cell(slot) for slot in form.mapping.fields}
    rows = list(enumerate(checks, start=2))
    row_gaps = [row for row, check in rows if check.gap and check.cell not in fields]
    errors = [row for row, check in rows if not check.gap and not _is_doubt(check)]
    doubts = [row for row, check in rows if _is_doubt(check)]
    figures = {
        names.BEGUN: f"{_count(begun)}>0",
        names.DONE: _count(filled(view.cell(slot)) for slot in required),
        names.OPEN: _count(blank(view.cell(slot)) for slot in required) + f"+{_fired(row_gaps)}",
        names.ERRORS: _fired(errors),
        names.WARNINGS: _fired(doubts),
        names.FOUND: f"MAX({names.RUNNING})",
        **{names.last_row_name(table.name): _last_row(form, table) for table in layout.tables},
    }
    for row, (name, formula) in enumerate(figures.items(), start=1):
        sheet.cells[Address(row, 6)] = Entry(formula, is_formula=True)
        sheet.names[name] = Area(row, 6, row, 6)


def _last_row(form: Form, table: PlacedTable) -> str:
    """One row beyond the last that was begun; a blank table shows a few."""
    cells = _cells(form, table)
    shown = min(table.last, table.first + table.shown - 1)
    begun = f"SUMPRODUCT(MAX((LEN({cells})>0)*ROW({cells})))"
    return f"IF(COUNTA({cells})=0,{shown},MIN({table.last},{begun}+1))"


def _cells(form: Form, table: PlacedTable) -> str:
    """The reference of every cell of a table that can be filled in."""
    columns = table.columns.values()
    area = Area(table.first, min(columns), table.last, max(columns))
    return f"'{form.template.sheet}'!{area.absolute}"


def _is_doubt(check: SheetCheck) -> bool:
    return check.severity is Severity.WARNING and not check.gap


def _count(conditions: Iterable[str]) -> str:
    return "+".join(f"({condition})" for condition in conditions) or "0"


def _fired(rows: list[int]) -> str:
    """How many of some checks fire, added up in runs that stand one below the other."""
    starts = [row for row in rows if row - 1 not in rows]
    ends = [row for row in rows if row + 1 not in rows]
    runs = zip(starts, ends, strict=True)
    return "+".join(f"SUM($A${first}:$A${last})" for first, last in runs) or "0"
