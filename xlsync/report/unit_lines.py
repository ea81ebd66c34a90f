"""The units of a town as lines, each below the one that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.report.lines import line, visible
from xlsync.rounds.units import unit_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlsync.report.lines import Line
    from xlsync.rounds.units import Unit, UnitTree


def unit_lines(tree: UnitTree, wanted: Callable[[str], bool]) -> Iterator[Line]:
    """One line a unit that is wanted, indented by its level, with how it is reached."""
    if not tree:
        yield line("还没有单位名单：用 xlsync units import FILE 录入。")
        return
    below: dict[str, list[Unit]] = {}
    for one in tree:
        below.setdefault(unit_key(one.parent) if one.parent else "", []).append(one)
    yield from _below(below, "", 0, wanted)


def _below(
    below: dict[str, list[Unit]], key: str, level: int, wanted: Callable[[str], bool]
) -> Iterator[Line]:
    for one in below.get(key, []):
        if wanted(one.name):
            reached = "  ".join(filter(None, (one.contact, one.phone, one.mail)))
            yield line(visible("  " * level + one.name + (f"  {reached}" if reached else "")))
        yield from _below(below, unit_key(one.name), level + 1, wanted)
