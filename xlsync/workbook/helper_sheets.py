"""The sheets beside the form: the live check, how to fill in, and the formulas behind both.

What they hold is data here, so that the writer writes it and the reader knows which texts are
its own. All formulas are ordinary ones; nothing spills and nothing needs a macro.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from xlsync.base.grid import Address, Area
from xlsync.form.rules.sheet import quoted
from xlsync.form.template import CHECK, HELP
from xlsync.workbook import manifest as names
from xlsync.workbook.formulas import SHOWN, check_formulas, finding
from xlsync.workbook.helper_sheet import Companion, HelperCell
from xlsync.workbook.sheet_view import stated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.form.form import Form
    from xlsync.form.layout import Layout
    from xlsync.form.mapping import FieldBase

LIBRARY = "参考库"
SECTOR = "行业/领域"

_KEEP = "；文件名可以改，表内编号请勿改动。"
_COLUMNS = ("序号", "类别", "位置", "要改什么")


@lru_cache(maxsize=64)
def companions(form: Form, layout: Layout) -> tuple[Companion, ...]:
    """Every sheet beside a form's own, in the order of the workbook; made once a layout."""
    libraries = (_library_sheet(form, table) for table in form.libraries)
    return _check_sheet(form), _help_sheet(form), *libraries, check_formulas(form, layout)


def headings(form: Form) -> Iterator[str]:
    """What stands at the head of the sheets beside a form that people see."""
    yield from (f"{form.mapping.title}——{name}" for name in (CHECK, HELP))
    yield from (f"{form.mapping.tables[table].label}{LIBRARY}" for table in form.libraries)


def check_line() -> str:
    """The formula of the line above the form: what is to be filled in, then what went wrong."""
    ready = f'IF({names.OPEN}+{names.ERRORS}=0,"　　可以提交","　　详见“{CHECK}”表")'
    wrong = f'" 项　有误 "&{names.ERRORS}&" 处　提醒 "&{names.WARNINGS}&" 处"'
    begun = f'"未填 "&{names.OPEN}&{wrong}&{ready}'
    blank = f'"请填写 "&{names.OPEN}&" 项"'
    return f'"已填 "&{names.DONE}&" 项　"&IF({names.BEGUN},{begun},{blank})'


def _check_sheet(form: Form) -> Companion:
    """What is still wrong, the n-th row finding the n-th check that fires.

    Each result is a text, whatever was found: as programs save it, nothing but values changes.
    """
    sheet = Companion(CHECK, [7, 9, 10, 84], frozen=4)
    sheet.row(1, [HelperCell(f"{form.mapping.title}——{CHECK}", "title")])
    sheet.row(2, [HelperCell(check_line(), "hint", is_formula=True)])
    sheet.row(3, [HelperCell("改正后自动更新；点“位置”可跳到要改的单元格。", "hint")])
    sheet.row(4, [HelperCell(text, "heading") for text in _COLUMNS])
    sheet.live = Area(5, 1, SHOWN + 4, len(_COLUMNS))
    jump = quoted(f"#'{form.template.sheet}'!")
    number = "(ROW()-4)"
    none = f"{number}>{names.FOUND}"
    kind, place, message = finding(number)
    formulas = (
        (f'IF({none},"",{number}&"")', "center"),
        (f'IF({none},"",{kind})', "center"),
        (f'IF({none},"",HYPERLINK({jump}&{place},{place}))', "link"),
        (f'IF({none},"",{message})', "text"),
    )
    for column, (formula, style) in enumerate(formulas, start=1):
        sheet.fill(Area(5, column, SHOWN + 4, column), formula, style)
    more = f'IF({names.FOUND}>{SHOWN},"还有 "&({names.FOUND}-{SHOWN})&" 处，改正上面的后显示。","")'
    sheet.cells[Address(SHOWN + 5, 4)] = HelperCell(more, "hint", is_formula=True)
    return sheet


def _help_sheet(form: Form) -> Companion:
    """How to fill in, field by field, from the help texts of the mapping."""
    sheet = Companion(HELP, [24, 8, 60, 46], frozen=6)
    sheet.row(1, [HelperCell(f"{form.mapping.title}——{HELP}", "title")])
    steps = (
        "只填白色的格子，灰色的格子是表格固定内容，已锁定。请勿增删行列、勿改表名。",
        "粘贴时请用“选择性粘贴—数值”，以免带入其他格式。",
        f"红色表示有误或漏填，黄色表示请再核对；逐条说明见“{CHECK}”表。",
    )
    for row, step in enumerate(steps, start=2):
        sheet.row(row, [HelperCell(f"{row - 1}. {step}", "hint")])
    sheet.row(5, [_sending_back("4. 填完保存为 .xlsx，")])
    sheet.row(6, [HelperCell(text, "heading") for text in ("栏目", "必填", "怎么填", "举例")])
    row = 7
    for item in form.mapping.fields.values():
        sheet.row(row, _help(item, item.label))
        row += 1
    for table in form.mapping.tables.values():
        for column in table.columns.values():
            sheet.row(row, _help(column, f"{table.label}：{column.label}"))
            row += 1
    return sheet


def _sending_back(begun: str) -> HelperCell:
    """Until when and to whom the workbook goes back, as far as its manifest says."""
    due, contact = (f'IFERROR({stated(key)},"")' for key in (names.DUE, names.CONTACT))
    until = f'IF({due}="","","于 "&{due}&" 前")'
    whom = f'IF({contact}="","原样返回","交至 "&{contact})'
    formula = f"{quoted(begun)}&{until}&{whom}&{quoted(_KEEP)}"
    return HelperCell(formula, "hint", is_formula=True)


def _help(item: FieldBase, label: str) -> list[HelperCell]:
    return [
        HelperCell(label, "center"),
        HelperCell("是" if item.required else "", "center"),
        HelperCell(item.help),
        HelperCell(item.example),
    ]


def _library_sheet(form: Form, table: str) -> Companion:
    """The items that others use, to look up: levels, name and usual quantity."""
    plan = form.mapping.tables[table]
    entries = form.libraries[table].entries
    widths = [14, 20, 38, 10, 14, 10]
    # Only a library of several sectors has a column for them.
    sectors = [SECTOR] if any(one.sector for one in entries) else []
    sheet = Companion(f"{plan.label}{LIBRARY}", [*widths, *(16 for _ in sectors)], frozen=3)
    sheet.row(1, [HelperCell(f"{plan.label}{LIBRARY}", "title")])
    value = plan.columns[plan.parts[1]].label
    sheet.row(2, [HelperCell(f"供参考，可照用，也可另拟；{value}请按本项目实际填写。", "hint")])
    heads = (plan.columns[name].label for name in (*plan.levels, plan.name, *plan.parts))
    sheet.row(3, [HelperCell(text, "heading") for text in (*heads, *sectors)])
    for row, entry in enumerate(entries, start=4):
        quantity = (entry.operator, entry.value, entry.unit, *(entry.sector for _ in sectors))
        texts = [*entry.levels, entry.name, *(text or "" for text in quantity)]
        sheet.row(row, [HelperCell(text, "center") for text in texts])
    return sheet
