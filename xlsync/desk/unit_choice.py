"""Choosing a unit on a page: the units of a round as a tree, and the projects below one of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xlsync.rounds.kept.units import UnitTree

_INDENT = "　"


@dataclass(frozen=True, slots=True)
class UnitOption:
    """One unit to choose: its name, the name as it is shown below its parents, its projects."""

    name: str
    shown: str
    count: int


def unit_options(tree: UnitTree, groups: Iterable[str]) -> list[UnitOption]:
    """The units that have projects, those above them too; ``groups`` is the unit of each project.

    Units that are not in the list of units stand at the end.
    """
    counts = Counter(groups)
    sums: Counter[str] = Counter()
    for name, count in counts.items():
        if name in tree:
            for above in tree.path(name):
                sums[above] += count
    listed = [
        UnitOption(one.name, f"{_INDENT * depth}{one.name}", sums[one.name])
        for depth, one in tree.downwards()
        if sums[one.name]
    ]
    others = sorted(name for name in counts if name not in tree)
    return [*listed, *(UnitOption(name, name, counts[name]) for name in others)]


def chosen_units(tree: UnitTree, unit: str) -> Callable[[str], bool]:
    """Whether a project's unit is the chosen one or below it; every unit is where none is."""
    if not unit:
        return lambda _: True
    return tree.filter(unit) if unit in tree else lambda name: name == unit
