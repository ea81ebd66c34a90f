"""Projects and amounts of a round by unit: the figures of the 汇总表, for a page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from xlsync.report.export.sheets import Sums
from xlsync.report.words.lines import visible
from xlsync.rounds.state.exporting import facts_of_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.report.export.sheets import RecordFigures
    from xlsync.repository import Snapshot
    from xlsync.rounds.kept.units import UnitTree


@dataclass(frozen=True, slots=True)
class UnitTotal:
    """A unit with all below it: how many stand above it, its name, its figures."""

    depth: int
    name: str
    figures: list[Decimal]


@dataclass(frozen=True, slots=True)
class FormTotals:
    """The figures of one form: a row a unit, and their sums.

    ``columns`` are the heads of the figures; the first of them, so many as ``counted`` says, count
    projects and rows, the others are amounts; ``charted`` are the main amounts among them.
    """

    title: str
    columns: list[str]
    counted: int
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


def totals_of(forms: Mapping[str, Form], snapshot: Snapshot, round_name: str) -> list[FormTotals]:
    """The figures of each form of a round, by its id.

    Raises:
        XlsyncError: when a form is missing, or a record holds what its form does not know.
    """
    sums: dict[str, Sums] = {}

    def sums_of(form: Form) -> Sums:
        if form.id not in sums:
            sums[form.id] = Sums(form.mapping)
        return sums[form.id]

    def figures(form: Form, record: Record) -> RecordFigures:
        return sums_of(form).figures(record)

    for form, found in facts_of_forms(forms, snapshot, round_name, "figures", figures):
        sums_of(form).count(found)
    return [
        FormTotals(
            visible(forms[form_id].mapping.title),
            [visible(head) for head in one.columns()],
            one.counted,
            one.charted(),
            list(one.units()),
        )
        for form_id, one in sorted(sums.items())
    ]
