"""An official blank workbook to a draft of its form: template and mapping, to correct by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import XlsyncError
from xlsync.draft.layout import TemplateText
from xlsync.draft.mapping_text import MappingText
from xlsync.draft.official import read_official
from xlsync.draft.sheet import understand

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from xlsync.form import Form

__all__ = ["Draft", "draft"]

_DOUBT = "# ?"


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
        raise XlsyncError(f"{path}: no place to fill in was found on {name!r}")
    template = TemplateText(form_id, sheet_read).text()
    mapping = MappingText(form_id, sheet_read).text()
    doubts = template.count(_DOUBT) + mapping.count(_DOUBT)
    count = len(sheet_read.meaning.fields)
    summary = f"认出 {count} 个栏目，{doubts} 处存疑，已在文件中以 # ? 标出。"
    return Draft(template, mapping, [*sheet_read.official.remarks, summary])
