"""An official blank workbook to a draft of its form: template and mapping, to correct by hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import XlsyncError
from xlsync.draft.layout import TemplateText
from xlsync.draft.mapping_text import MappingText
from xlsync.draft.official import read_official
from xlsync.draft.sheet import understand

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from xlsync.form import Form

__all__ = ["Doubt", "Draft", "doubts", "draft"]

_MARK = re.compile(r"#\s*\?(.*)$")


class Doubt(NamedTuple):
    """A place of a form's file that is not certain yet: its line, and what is open there."""

    line: int
    remark: str


def doubts(text: str) -> Iterator[Doubt]:
    """The marks that a draft left in a file of a form and nobody has taken out since."""
    section, blocks = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("[["):
            blocks += 1
            section = f"第 {blocks} 个 {line}："
        elif line.startswith("["):
            section = f"{line.strip('[]').partition(']')[0]}："
        if (match := _MARK.search(line)) is not None:
            where = "" if line.startswith("#") else section
            yield Doubt(number, f"{where}{match[1].strip() or line.partition('#')[0].strip()}")


class Draft(NamedTuple):
    """The two files of a form as text, and what the author should know first."""

    template: str
    mapping: str
    remarks: list[str]


def draft(path: Path, form_id: str, sheet: str | None, forms: Iterable[Form]) -> Draft:
    """Draft a form from an official blank workbook.

    ``forms`` are those at hand: what they know of labels is taken over.

    Raises:
        XlsyncError: when the workbook cannot be read, or nothing in it is to be filled in.
    """
    sheet_read = understand(read_official(path, sheet), forms)
    if not sheet_read.meaning.fields:
        name = sheet_read.official.sheet
        raise XlsyncError(
            f"{path}: no place to fill in was found on {name!r}: "
            "a form is about one project, with an empty cell with lines beside each label"
        )
    template = TemplateText(form_id, sheet_read).text()
    mapping = MappingText(form_id, sheet_read).text()
    open_ones = [*doubts(template), *doubts(mapping)]
    count = len(sheet_read.meaning.fields)
    summary = f"认出 {count} 个栏目，{len(open_ones)} 处存疑，已在文件中以 # ? 标出。"
    return Draft(template, mapping, [*sheet_read.official.remarks, summary])
