"""The units of a town as lines, each below the one that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.report.words.lines import line, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlsync.report.words.lines import Line
    from xlsync.rounds.kept.units import UnitTree


def unit_lines(tree: UnitTree, wanted: Callable[[str], bool]) -> Iterator[Line]:
    """One line a unit that is wanted, indented by its level, with how it is reached."""
    if not tree:
        yield line("还没有单位名单：用 xlsync units import FILE 录入。")
        return
    for level, one in tree.downwards():
        if wanted(one.name):
            reached = "  ".join(filter(None, (one.contact, one.phone, one.mail)))
            yield line(visible("  " * level + one.name + (f"  {reached}" if reached else "")))
