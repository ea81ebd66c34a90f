"""Projects and amounts of a round by unit: the figures of the 汇总表, for a page."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from xlsync.report.export_sheets import Sums
from xlsync.report.lines import visible

if TYPE_CHECKING:
    from xlsync.rounds.exporting import Accepted


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

    def share(self, value: Decimal, at: int) -> int:
        """A figure as thousandths of the greatest one in its column, for a bar."""
        most = max((row[at] for _, row in self.units), default=Decimal(0))
        return int(value * 1000 / most) if most > 0 else 0


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
