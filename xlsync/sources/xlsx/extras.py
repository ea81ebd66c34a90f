"""What a workbook carries beside its cells: macros, links to the outside, drawings.

None of it is run, followed or opened, and none of it may get lost unseen: each becomes a problem,
the text of a text box with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.problems import problem
from xlsync.sources.xlsx.drawings import read_drawing
from xlsync.sources.xlsx.relationships import relationships_of

if TYPE_CHECKING:
    from xlsync.problems import Problem
    from xlsync.sources.xlsx.package import Package
    from xlsync.sources.xlsx.relationships import Relationship

_MACROS = ("宏代码", "宏不会运行，也不会读入。请另存为不含宏的 .xlsx 文件后再报送")
_OUTSIDE = ("对外部文件或数据的引用", "不会打开外部内容。请断开链接，改为直接填写的数值后再报送")
_OBJECT = ("嵌入的对象或控件", "没有读入。请把其中的内容写入表内后删除该对象")

# By the kind of relationship, of the workbook or of a sheet.
_REPORTED = {
    "vbaProject": _MACROS,
    "xlMacrosheet": _MACROS,
    "xlIntlMacrosheet": _MACROS,
    "externalLink": _OUTSIDE,
    "connections": _OUTSIDE,
    "queryTable": _OUTSIDE,
    "oleObject": _OBJECT,
    "package": _OBJECT,
    "control": _OBJECT,
    "ctrlProp": _OBJECT,
    "cellImage": ("单元格内的图片", "没有读入。请把图片中的内容写入表内后删除图片"),
}


def report_extras(
    package: Package, relationships: list[Relationship], sheet: str | None = None
) -> list[Problem]:
    """Return one problem for each macro, link and object that a part's relationships show.

    ``sheet`` is the name of the sheet whose relationships they are, None for the workbook. Raises
    :class:`UnreadableError` for a damaged part.
    """
    problems = []
    for item in relationships:
        if item.kind in _REPORTED:
            what, advice = _REPORTED[item.kind]
            where = "工作簿" if sheet is None else f"工作表“{sheet}”"
            message = f"{where}含有{what}，{advice}。"
            found = _outside_target(package, item)
            problems.append(problem("S007", message, found=found).at(sheet, None))
        elif item.kind == "drawing" and item.target in package:
            problems += read_drawing(package, item.target, sheet)
    package.budget.strays.spend(len(problems))
    return problems


def _outside_target(package: Package, item: Relationship) -> str | None:
    """The address that a link leads to, as far as the file says it; nothing is opened."""
    if item.external or item.kind != "externalLink":
        return item.target if item.external else None
    inner = relationships_of(package, item.target)
    return next((link.target for link in inner if link.external), None)
