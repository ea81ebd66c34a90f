"""Projects and amounts of a round by unit: the figures of the 汇总表, for a page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from xlsync.report.export_sheets import Sums
from xlsync.report.lines import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsync.rounds.exporting import Accepted
    from xlsync.rounds.units import UnitTree


@dataclass(frozen=True, slots=True)
class UnitTotal:
    """A unit with all below it: how many stand above it, its name, its figures."""

    depth: int
    name: str
    figures: list[Decimal]


@dataclass(frozen=True, slots=True)
class FormTotals:
    """The figures of one form: a row a unit, and their sums.

    ``columns`` are the heads of the figures; ``charted`` are the main amounts among them.
    """

    title: str
    columns: list[str]
    charted: list[int]
    units: list[tuple[str, list[Decimal]]]

    @property
    def sums(self) -> list[Decimal]:
        """The figures of all units together."""
        return [
            sum(column, Decimal(0)) for column in zip(*(row for _, row in self.units), strict=True)
        ]

    def below(self, is_wanted: Callable[[str], bool]) -> FormTotals:
        """The same of some units alone."""
        return replace(self, units=[one for one in self.units if is_wanted(one[0])])

    def rolled(self, tree: UnitTree) -> list[UnitTotal]:
        """Each unit with all below it added up, in the order of the tree; then those not in it."""
        sums: dict[str, list[Decimal]] = {}
        for name, row in self.units:
            for above in tree.path(name) if name in tree else [name]:
                former = sums.get(above, [Decimal(0)] * len(row))
                sums[above] = [old + new for old, new in zip(former, row, strict=True)]
        listed = [(depth, one.name) for depth, one in tree.downwards() if one.name in sums]
        known = {name for _, name in listed}
        places = [*listed, *((0, name) for name in sums if name not in known)]
        return [UnitTotal(depth, name, sums[name]) for depth, name in places]

    def share(self, value: Decimal, at: int) -> int:
        """A figure as thousandths of the sum of its column, for a bar."""
        whole = self.sums[at]
        return int(value * 1000 / whole) if whole > 0 else 0


def totals_of(accepted: Accepted) -> list[FormTotals]:
    """The figures of each form of a round."""
    made = []
    for records in accepted.forms:
        sums = Sums(records.form.mapping)
        for record in records:
            sums.add(record)
        made.append(
            FormTotals(
                visible(records.form.mapping.title),
                [visible(one) for one in sums.columns()],
                sums.charted(),
                list(sums.units()),
            )
        )
    return made
