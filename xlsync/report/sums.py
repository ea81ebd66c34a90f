"""Sums of money as a table for a console: by unit, and in total."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from xlsync.report.terminal import BOX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsync.report.funds import Funds, Sum

_HEADS = ("资金（元）", "单位", "项目", "原", "现", "增减")
_NAMES = 2
"""Columns from the left that hold no numbers."""


def funds_table(found: Sequence[Funds]) -> Table:
    """One row a unit for each amount, and one for its total; no rows where nothing changed."""
    table = Table(box=BOX, safe_box=False)
    for index, head in enumerate(_HEADS):
        is_name = index < _NAMES
        table.add_column(head, justify="left" if is_name else "right", overflow="fold")
    for funds in found:
        for group, one in funds.groups.items():
            table.add_row(funds.label, group, *_figures(one))
        table.add_row(funds.label, "合计", *_figures(funds.total), style="bold", end_section=True)
    return table


def _figures(one: Sum) -> tuple[str, ...]:
    amounts = (f"{one.old:,}", f"{one.new:,}", f"{one.difference:+,}")
    return (str(len(one.records)), *amounts)
