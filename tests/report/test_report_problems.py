"""Problems as lines: severity, code, place, message, and the text found."""

from __future__ import annotations

import pytest

from xlsync.base.problems import Problem, Severity
from xlsync.report.words.lines import plain
from xlsync.report.words.problems import file_lines, problem_lines

_ERROR = Problem("M001", Severity.ERROR, "合计不符。", "申报表", "E8", "/a")
_WARNING = Problem("S003", Severity.WARNING, "已去除空白。", "申报表", "D12")


def _line(problem: Problem, *, is_text: bool = False) -> str:
    (line,) = problem_lines([problem], is_text=is_text)
    return plain(line)


@pytest.mark.parametrize(
    ("sheet", "cell", "pointer", "place"),
    [
        ("申报表", "E8", "/a", "申报表!E8"),
        (None, "E8", None, "E8"),
        ("申报表", None, "/a", "申报表"),
        (None, None, "/a", "/a"),
        (None, None, None, "—"),
    ],
)
def test_the_place_in_a_workbook(
    sheet: str | None, cell: str | None, pointer: str | None, place: str
) -> None:
    problem = Problem("M001", Severity.ERROR, "合计不符。", sheet, cell, pointer)
    assert _line(problem) == f"错误 M001 {place} 合计不符。"


def test_the_place_in_a_text_is_a_line() -> None:
    assert _line(Problem("S003", Severity.WARNING, "空白。", "", "C12"), is_text=True) == (
        "警告 S003 第12行 空白。"
    )


def test_the_text_found_is_quoted_once_and_long_text_is_counted() -> None:
    def found(text: str) -> str:
        return _line(Problem("S007", Severity.ERROR, "有“附注”。", "表", "A1", found=text))

    assert found("附注") == "错误 S007 表!A1 有“附注”。"
    assert found("另\n写") == "错误 S007 表!A1 有“附注”。（原文：另〔换行〕写）"
    assert found("长" * 100).endswith(f"（原文：{'长' * 60}…，共 100 字）")


def test_files_are_headings_and_the_last_line_counts() -> None:
    files = [
        ("甲.xlsx", [_ERROR], False),
        ("甲.xlsx", [_WARNING], False),
        ("乙.xlsx", [], False),
        ("丙.txt", [_WARNING, _WARNING], True),
    ]
    assert [plain(line) for line in file_lines(files)] == [
        "甲.xlsx",
        "  错误 M001 申报表!E8 合计不符。",
        "  警告 S003 申报表!D12 已去除空白。",
        "丙.txt",
        "  警告 S003 第12行 已去除空白。",
        "  警告 S003 第12行 已去除空白。",
        "错误 1 个，警告 3 个。",
    ]


def test_no_problem_says_so() -> None:
    assert [plain(line) for line in file_lines([("甲.xlsx", [], False)])] == ["没有发现问题。"]
