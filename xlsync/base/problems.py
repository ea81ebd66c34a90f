"""Findings about data, and the table of the codes that the core itself raises.

Everything that is wrong with a file or a record is collected as a :class:`Problem`, all in
one pass. The codes of a form's own rules stand in its mapping; the codes here concern any form.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.base.shelf import Shelved

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(StrEnum):
    """An error keeps a record from being accepted, a warning does not."""

    ERROR = "error"
    WARNING = "warning"

    @property
    def word(self) -> str:
        """What people read."""
        return "错误" if self is Severity.ERROR else "警告"


@dataclass(frozen=True, slots=True)
class Problem(Shelved):
    """One finding: where, what is wrong and what to do (``message``), and the text found."""

    code: str
    severity: Severity
    message: str
    sheet: str | None = None
    cell: str | None = None
    pointer: str | None = None
    found: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """The problem as the JSON object that ``xlsync read`` prints."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "sheet": self.sheet,
            "cell": self.cell,
            "pointer": self.pointer,
            "message": self.message,
            "found": self.found,
        }

    def at(self, sheet: str | None, cell: str | None) -> Problem:
        """The same problem with its place filled in."""
        return Problem(
            self.code, self.severity, self.message, sheet, cell, self.pointer, self.found
        )


# code → (severity, what it means in a word)
CORE_CODES: dict[str, tuple[Severity, str]] = {
    "D001": (Severity.ERROR, "日期无法识别"),
    "M004": (Severity.ERROR, "金额无法识别、为负或超过两位小数"),
    "M006": (Severity.WARNING, "金额以其他单位填写，已换算，或疑似如此"),
    "M007": (Severity.ERROR, "金额的单位不能确定"),
    "V001": (Severity.ERROR, "单元格内容无法识别"),
    "V002": (Severity.WARNING, "写法不合要求，已按其含义读取"),
    "S001": (Severity.ERROR, "表内固定文字被改动或缺失"),
    "S002": (Severity.WARNING, "错位的行已按标签归位"),
    "S003": (Severity.WARNING, "已去除空白或网页标记"),
    "S004": (Severity.WARNING, "一级由二级推定"),
    "S005": (Severity.ERROR, "不是这张表"),
    "S006": (Severity.ERROR, "同一项目在一次收集中重复"),
    "S007": (Severity.ERROR, "表外内容"),
    "S008": (Severity.WARNING, "保护、校验、公式或预填内容被改动"),
    "S009": (Severity.WARNING, "表上有图片"),
    "S010": (Severity.WARNING, "划掉的文字和注释标记未读入"),
    "S011": (Severity.WARNING, "隐藏、筛掉或划掉的内容已读入"),
    "S012": (Severity.WARNING, "表外的附带内容，请看一下"),
    "R001": (Severity.ERROR, "名册没有表头，或缺少必需的列"),
    "R002": (Severity.ERROR, "名册的列重复"),
    "R003": (Severity.WARNING, "名册的列不是表上的栏目，未采用"),
    "R004": (Severity.ERROR, "名册的表头有合并单元格，或分不清是哪一栏"),
    "R005": (Severity.ERROR, "名册中必需的单元格空白"),
    "R006": (Severity.ERROR, "名册中的项目重复"),
    "R007": (Severity.ERROR, "名册中的值不在选项中"),
    "R008": (Severity.ERROR, "名册中的编号不能用作编号"),
    "R009": (Severity.ERROR, "名册中没有项目"),
    "R010": (Severity.WARNING, "名册的合并单元格用于其中每一行"),
    "R011": (Severity.WARNING, "预填内容与名册不同，以名册为准"),
    "R012": (Severity.WARNING, "项目已有编号，名册中的编号未采用"),
    "R013": (Severity.WARNING, "名册的列与表上的栏目相近，未采用"),
    "R014": (Severity.WARNING, "名册的合计行不是项目"),
    "R015": (Severity.WARNING, "名册的说明行不是项目"),
    "R016": (Severity.WARNING, "名册的编号像是序号，未用作编号"),
    "R017": (Severity.WARNING, "名册的单位名称与别的单位相近"),
    "R018": (Severity.WARNING, "名册的单位名称写法不一，已统一"),
    "R019": (Severity.ERROR, "名册的一行与表头的列对不上"),
    "R020": (Severity.ERROR, "名册的编号属于另一个项目"),
    "R022": (Severity.WARNING, "名册的合计与各行之和不符"),
    "R023": (Severity.WARNING, "已收的内容按名册更正"),
    "R024": (Severity.ERROR, "名册的金额单位不能确定"),
    "R025": (Severity.WARNING, "名册的金额以其他单位填写，已换算"),
    "R026": (Severity.WARNING, "单位不在单位名单里，或本轮没有别的项目属于它"),
    "R027": (Severity.WARNING, "单位名单里的邮箱不像邮箱"),
    "R029": (Severity.WARNING, "名册中编号的单位和名称都变了"),
    "R028": (Severity.ERROR, "单位名单里的单位成了自己的上级"),
    "K001": (Severity.ERROR, "冲突未作选择，或选择无法识别"),
    "K002": (Severity.ERROR, "冲突处理单不完整或被改动"),
    "Q001": (Severity.ERROR, "审核意见无法采用"),
    "Q002": (Severity.WARNING, "审核后项目又有变动，意见未采用"),
    "Q003": (Severity.WARNING, "各项目合起来的情况没有核查"),
    "L001": (Severity.ERROR, "指标库整理表无法采用"),
    "L002": (Severity.WARNING, "指标库整理表的内容未采用，或缺行"),
    "L003": (Severity.WARNING, "名称与指标库中的相近"),
    "B001": (Severity.ERROR, "其他轮次的表"),
    "B002": (Severity.ERROR, "本轮没有下发的项目"),
    "B003": (Severity.ERROR, "在别的项目的表上填报"),
    "B004": (Severity.ERROR, "与已收的内容冲突"),
    "B005": (Severity.ERROR, "不是下发的那张表"),
    "B006": (Severity.ERROR, "锁定的内容与下发的不同"),
    "B007": (Severity.WARNING, "与另一份合并，有的内容取自另一份"),
    "B008": (Severity.ERROR, "年度与本轮不符"),
    "B009": (Severity.WARNING, "较早的版本，没有采用"),
    "B010": (Severity.ERROR, "本库没有这次下发的底稿，等待同步"),
    "B011": (Severity.ERROR, "没有下发凭据的一份与已收的不同"),
    "B012": (Severity.ERROR, "轮次已封存，只留存，没有采用"),
    "B013": (Severity.ERROR, "那次下发已经撤销，只留存，没有采用"),
    "X001": (Severity.ERROR, "文件无法读取"),
    "X002": (Severity.ERROR, "文件为空"),
    "X003": (Severity.ERROR, "未找到任何已知的表"),
    "X004": (Severity.ERROR, "不支持的文件类型"),
    "X005": (Severity.ERROR, "记录不符合表的结构"),
    "X006": (Severity.WARNING, "文字编码为推定"),
    "X007": (Severity.WARNING, "扩展名与内容不符"),
    "X008": (Severity.WARNING, "同名的表有几种，按年度或内容推定"),
    "X009": (Severity.WARNING, "单元格和换行按版面推定"),
}


def problem(
    code: str, message: str, *, pointer: str | None = None, found: str | None = None
) -> Problem:
    """Make a problem of one of the core's own codes, with the severity of the table."""
    return Problem(code, CORE_CODES[code][0], message, pointer=pointer, found=found)


def from_json(printed: object) -> list[Problem]:
    """The problems that :meth:`Problem.as_json` printed; what is none of them is left out."""
    made = []
    for one in printed if isinstance(printed, list) else []:
        if not isinstance(one, dict) or one.get("severity") not in [*Severity]:
            continue
        texts = {key: one.get(key) for key in ("sheet", "cell", "pointer", "found")}
        is_whole = isinstance(one.get("code"), str) and isinstance(one.get("message"), str)
        if is_whole and all(text is None or isinstance(text, str) for text in texts.values()):
            made.append(Problem(one["code"], Severity(one["severity"]), one["message"], **texts))
    return made


def has_error(problems: Iterable[Problem]) -> bool:
    """Whether any of the problems keeps a record from being accepted."""
    return any(item.severity is Severity.ERROR for item in problems)
