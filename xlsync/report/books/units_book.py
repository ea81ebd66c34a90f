"""The list of units as a workbook that can be changed and read in again."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from xlsync.report.books.office import ReportColumn, book
from xlsync.rounds.sending.units_list import unit_heads

if TYPE_CHECKING:
    from xlsync.rounds.kept.units import UnitTree

_WIDTHS = {"name": 34, "parent": 34, "contact": 12, "phone": 18, "mail": 30}


def units_workbook(tree: UnitTree) -> bytes:
    """Make the workbook; the same units give the same bytes."""
    buffer = io.BytesIO()
    columns = [ReportColumn(unit_heads()[name][0], width) for name, width in _WIDTHS.items()]
    with book("单位名单", buffer) as made:
        sheet = made.sheet("单位名单", "单位名单", f"共 {len(tree.units)} 个单位", columns)
        made.rows(sheet, columns, [[getattr(one, name) for name in _WIDTHS] for one in tree])
    return buffer.getvalue()
