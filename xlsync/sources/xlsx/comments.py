"""Comments of one sheet: the classic ones, and the threads of newer versions of Excel.

ECMA-376 part 1, clause 18.7 (comments); [MS-XLSX] 2.6.205 (threadedComment). Excel keeps a
classic comment beside each thread that only says that there is a thread; the thread replaces it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.grid import Address
from xlsync.problems import problem
from xlsync.sources.xlsx.markup import Attributes, Texts, Wanted, parse
from xlsync.sources.xlsx.strings import NOT_TEXT, RUN_TEXTS, joined

if TYPE_CHECKING:
    from xlsync.grid import Sheet
    from xlsync.problems import Problem
    from xlsync.sources.xlsx.package import Package
    from xlsync.sources.xlsx.relationships import Relationship

# The texts of a part's comments by the reference of their cell, in their order.
_Comments = dict[str, list[str]]


def read_comments(
    package: Package, relationships: list[Relationship], sheet: Sheet
) -> list[Problem]:
    """Fill ``sheet.comments`` from the sheet's relationships.

    Returns a problem for each comment at a place that does not exist, and for a second one at the
    same place; raises :class:`UnreadableError` for a damaged part.
    """
    classic: _Comments = {}
    threads: _Comments = {}
    for item in relationships:
        if item.kind == "comments":
            _read(package, item.target, classic, Wanted(texts=RUN_TEXTS, skipped=NOT_TEXT))
        elif item.kind == "threadedComment":
            _read(package, item.target, threads, Wanted(texts=frozenset({"text"})))
    texts = {reference: "\n".join(pieces) for reference, pieces in threads.items()}
    problems = []
    for reference, pieces in classic.items():
        texts.setdefault(reference, pieces[0])
        if reference not in threads:
            problems += [_stray(sheet, reference, text) for text in pieces[1:]]
    for reference, text in texts.items():
        try:
            sheet.comments[Address.parse(reference)] = text
        except ValueError:
            problems.append(_stray(sheet, reference, text))
    package.budget.strays.spend(len(problems))
    return problems


def _read(package: Package, part: str, comments: _Comments, wanted: Wanted) -> None:
    def comment(attributes: Attributes, texts: Texts) -> None:
        package.budget.spend_entry(attributes)
        text = joined(texts)
        if text:
            comments.setdefault(attributes.get("ref", ""), []).append(text)

    wanted.records = {"comment": comment, "threadedComment": comment}
    parse(package, part, wanted)


def _stray(sheet: Sheet, reference: str, text: str) -> Problem:
    message = (
        f"工作表“{sheet.name}”中位于 {reference or '（无地址）'} 的批注重复或位置无效，没有读入。"
        "请核对该批注的内容，需要保留的请写入表内。"
    )
    return problem("S007", message, found=text).at(sheet.name, reference or None)
