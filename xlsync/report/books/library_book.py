"""A library of usual items as a workbook to be curated, and as lines what became of it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from xlsync.report.books.office import FIRST_ROW, HEAD_ROW, ReportColumn, book
from xlsync.report.words.lines import line, visible
from xlsync.rounds.sending.library_curating import HEADS, NEW_NAME, VERDICT, VERDICTS, shown_rows
from xlsync.workbook.helper_sheets import SECTOR
from xlsync.writer.styles import done

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.form.library import Library
    from xlsync.report.words.lines import Line
    from xlsync.rounds.sending.library import BuiltLibrary
    from xlsync.rounds.sending.library_curating import TakenLibrary

_TITLE = "指标库整理表"
_NOTE = (
    "“处理”选保留、删除或改名，留空即保留；改名的写“改为”，与已有名称相同即合并；"
    "新增的写在末尾空行，“处理”选新增。符号、常用值、常用单位可直接改"
)
_WIDTHS = (10, 11, 16, 28, 18, 18, 8, 8, 12, 8, 14, 18)
_LOOKS = {"使用次数": "count"} | dict.fromkeys((*HEADS[:3], *HEADS[7:11]), "center")
_SAID = [
    ReportColumn(head, width, _LOOKS.get(head, "text"))
    for head, width in zip(HEADS, _WIDTHS, strict=True)
]
_WRITTEN = [ReportColumn(VERDICT, 8, "center"), ReportColumn(NEW_NAME, 22)]
_NAMING = 4
"""Columns that name an entry; what a person writes stands beside them."""
_MOST_NAMED = 10
_MORE_ROWS = 20
"""Blank rows below the entries, for those that a person adds."""


def library_workbook(library: Library) -> bytes:
    """Make the workbook; the same library gives the same bytes."""
    has_sectors = any(one.sector for one in library.entries)
    first = 0 if has_sectors else 1 + HEADS.index(SECTOR)
    columns = [*_SAID[first:_NAMING], *_WRITTEN, *_SAID[_NAMING:]]
    rows = [[*row[first:_NAMING], None, None, *row[_NAMING:]] for row in shown_rows(library)]
    buffer = io.BytesIO()
    with book(_TITLE, buffer) as made:
        sheet = made.sheet(_TITLE, _TITLE, _NOTE, columns)
        end = made.rows(sheet, columns, rows)
        at = _NAMING - first
        end += _MORE_ROWS
        for row in range(end - _MORE_ROWS, end):
            for column in range(len(columns)):
                made.write(sheet, row, column, None, made.look("text"))
        for row in range(FIRST_ROW, end):
            for column, look in ((at, "center"), (at + 1, "text")):
                made.write(sheet, row, column, None, made.look(look, bg_color="#FFF2CC"))
        options = {"validate": "list", "source": list(VERDICTS), "error_title": VERDICT}
        options |= {"error_message": f"请选择：{'、'.join(VERDICTS)}。"}
        done(sheet.data_validation(FIRST_ROW, at, end - 1, at, options), VERDICT)
        sheet.autofilter(HEAD_ROW, 0, end - 1, len(columns) - 1)
    return buffer.getvalue()


def built_lines(made: BuiltLibrary) -> Iterator[Line]:
    """How much a library holds, and what found no place in it."""
    entries = made.library.entries
    others = sum(len(one.spellings) for one in entries)
    also = f"，另有 {others} 种写法并入其中" if others else ""
    yield line(f"指标库：{made.records} 个项目，{len(entries)} 条{also}。")
    if made.dropped:
        names = "、".join(name[:40] for name in made.dropped[:_MOST_NAMED])
        more = f"等 {len(made.dropped)} 条" if len(made.dropped) > _MOST_NAMED else ""
        yield line(visible(f"整理时删除过，未收入：{names}{more}。"), "yellow")
    for first, second, name in made.left[:_MOST_NAMED]:
        text = f"未收入：{first} / {second} / {name[:40]}（不在所选表的指标分级里，或名称过长）"
        yield line(visible(text), "yellow")
    if len(made.left) > _MOST_NAMED:
        yield line(f"未收入的另有 {len(made.left) - _MOST_NAMED} 条。", "yellow")


def taken_lines(made: TakenLibrary) -> Iterator[Line]:
    """Everything that a curated workbook changes, a line each, and how many entries there are."""
    for one in made.changes:
        yield line(visible(f"{one.level} {one.name}：{one.what}"))
    yield line(f"改动 {len(made.changes)} 处，指标库现有 {len(made.library.entries)} 条。")
