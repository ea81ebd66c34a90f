"""A small filled form as text, and how tests read it; ``|`` stands for a tab."""

from __future__ import annotations

import pickle
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from xlsync.exchange.workbooks import workbook
from xlsync.form import Catalogue
from xlsync.reader import read
from xlsync.sources import text as text_source
from xlsync.sources import xlsx

if TYPE_CHECKING:
    from xlsync.base.grid import Workbook
    from xlsync.base.problems import Problem
    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.reader import Reading

ROOT = Path(__file__).resolve().parents[2]
FORMS: dict[str, Form] = {form.id: form for form in Catalogue()}
FORM = FORMS["project-goal-2023"]

VARIED = {
    form_id: FORMS[form_id]
    for form_id in (
        "project-goal-2023",
        "project-goal-county-2011",
        "project-monitoring-2019",
        "project-self-evaluation-central-2020",
        "whole-department-goal-2016",
    )
}
"""Forms that have between them all that any installed form has, for tests that take long with each:
with every form more they would take longer and find no more (test_form_catalogue.py holds that)."""

TITLE = "财政项目支出绩效目标申报表"

HEAD = """\
财政项目支出绩效目标申报表
(2023年度)
项目名称|河道保洁|项目性质|经常性项目|项目类别|特定目标类
主管部门|临江镇人民政府|实施单位|临江镇水务所
计划开始日期|2023-01-01|计划完成日期|2023-12-31
项目资金 (元)|项目资金总额|300,000.00|年度资金申请总额|300,000.00
|其中：财政资金|280,000.00|其中：当年财政拨款|250,000.00
|||上年结转资金|30,000.00
|其他资金|20,000.00|其他资金|20,000.00
项目 绩效 目标|项目总目标||年度总体目标
|水清岸绿||全年无黑臭河道
"""

HEADINGS = "|一级指标|二级指标|三级指标|年度(/项目)指标值\n"

ROWS = """\
绩效 指标|产出指标|数量指标|保洁河道长度|≥12.50(公里)
||质量指标|保洁合格率|≥95.00(%)
||时效指标|垃圾清运及时性|及时
|效益指标|生态效益指标|水质改善情况|有所改善
|满意度指标|服务对象满意度指标|沿河居民满意度|≥85.00(%)
"""

FILLED = HEAD + HEADINGS + ROWS


def read_text(text: str) -> list[Reading]:
    """Every reading of a text."""
    return read(list(FORMS.values()), text_source.read(text.replace("|", "\t").encode()))


def read_one(text: str) -> Reading:
    """The only reading of a text."""
    (reading,) = read_text(text)
    return reading


def with_rows(*rows: str) -> Reading:
    """The only reading of the small form with these rows in its table."""
    return read_one(HEAD + HEADINGS + "\n".join(rows))


def record_of(reading: Reading) -> Record:
    """The record of a reading that must have one."""
    assert reading.record is not None, reading.problems
    return reading.record


def brief(problems: list[Problem]) -> list[tuple[str, str | None, str | None]]:
    """Code, cell and text found of each problem."""
    return [(one.code, one.cell, one.found) for one in problems]


def structural(problems: list[Problem]) -> list[tuple[str, str | None, str | None]]:
    """The same, only of what the reader says; rules of the form have other letters."""
    return brief([one for one in problems if one.code[0] in "SVX"])


@cache
def _written(form_id: str, text: str) -> tuple[Record, bytes]:
    record = record_of(read_one(text))
    return record, pickle.dumps(xlsx.read(workbook(FORMS[form_id], record)))


def our_workbook(text: str = FILLED) -> tuple[Record, Workbook]:
    """A record, and the grid of its workbook, fresh for each test to spoil."""
    record, grid = _written(FORM.id, text)
    return record, pickle.loads(grid)  # noqa: S301 - pickled a line above


def read_grid(grid: Workbook) -> list[Reading]:
    """Every reading of a grid."""
    return read(list(FORMS.values()), grid)
