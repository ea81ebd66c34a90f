"""Problems as Chinese lines: grouped by file, one line each, and a count at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.grid import Area
from xlsync.base.language import told
from xlsync.base.problems import Severity
from xlsync.report.words.lines import line, visible
from xlsync.sources.finding import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from xlsync.base.problems import Problem
    from xlsync.exchange.corrections import CorrectionCopy
    from xlsync.report.words.lines import Line

_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow"}
_HEADING_STYLE = "bold"
_MAX_FOUND = 60
_OF_COPIES = "B"
"""How the codes begin of what is found of a form beside what went out and what else came."""


def problem_lines(problems: Iterable[Problem], *, is_text: bool = False) -> list[Line]:
    """One line each: severity, code, place, what is wrong and the text found.

    The place is a cell, or a line where the file ``is_text``.
    """
    return [
        (
            (f"{item.severity.word} {item.code}", _STYLES[item.severity]),
            (f" {_place(item, is_text=is_text)} {visible(item.message)}{_found(item)}", ""),
        )
        for item in problems
    ]


def file_lines(files: Iterable[tuple[str, Iterable[Problem], bool]]) -> Iterator[Line]:
    """The problems of each (file name, problems, whether it is a text), and how many in all.

    A file that comes several times in a row, once for each form in it, gets one heading; one
    without problems gets none.
    """
    heading = None
    counts = dict.fromkeys(Severity, 0)
    for name, problems, is_text in files:
        found = list(problems)
        for item in found:
            counts[item.severity] += 1
        if found and name != heading:
            heading = name
            yield line(visible(name), _HEADING_STYLE)
        yield from ((("  ", ""), *spans) for spans in problem_lines(found, is_text=is_text))
    yield line(_count(counts), _HEADING_STYLE)


def _count(counts: dict[Severity, int]) -> str:
    if not any(counts.values()):
        return "没有发现问题。"
    return "，".join(f"{severity.word} {count} 个" for severity, count in counts.items()) + "。"


def _place(item: Problem, *, is_text: bool) -> str:
    if item.cell is None:
        # What two copies say otherwise has no one place, and the message names the field.
        pointer = None if item.code.startswith(_OF_COPIES) else item.pointer
        return visible(item.sheet or pointer or "—")
    if is_text:
        return f"第{Area.parse(item.cell).top}行"
    return visible(f"{item.sheet}!{item.cell}" if item.sheet else item.cell)


def _found(item: Problem) -> str:
    """The text found, where the message does not quote it already."""
    found = item.found
    if not found or found in item.message:
        return ""
    if len(found) <= _MAX_FOUND:
        return f"（原文：{visible(found)}）"
    return f"（原文：{visible(found[:_MAX_FOUND])}…，共 {len(found)} 字）"


def correction_line(made: CorrectionCopy, path: Path | None) -> str:
    """What came of a file that should go back; ``path`` is where its workbook was written."""
    source = visible(str(made.source))
    if path is not None:
        return f"{source} → {visible(str(path))}"
    if made.name is None:
        return f"{source}：没有找到要收的表，没有可以退回的工作簿。"
    return f"{source}：没有生成退回的工作簿（{visible(told(made.reason))}）。"


def passed_line(passed: Sequence[Path]) -> str:
    """Which files were passed over, because nobody typed anything into them."""
    listed = named([visible(path.name) for path in passed])
    return f"略过 {len(passed)} 个系统或办公软件自动生成的附带文件：{listed}。"
