"""The amounts of a roster: in which unit each column counts, and what the projects add up to."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xlsync.base.problems import problem
from xlsync.form.types import TYPES, MoneyType, money_in
from xlsync.form.types.units import said_by_label, said_unit, stated_unit, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.grid import Address, Cell, Sheet
    from xlsync.base.problems import Problem
    from xlsync.base.record import Json
    from xlsync.form import Form
    from xlsync.form.types import ValueType
    from xlsync.rounds.roster.heads import Heads

_NOTHING = Decimal(0)


def units_above(sheet: Sheet, row: int) -> set[str]:
    """The units that titles and lines above a row of heads say."""
    texts = (cell.text for address, cell in sheet.cells.items() if address.row < row)
    return {said.unit for text in texts if (said := said_unit(text)) is not None}


class Amounts:
    """The columns of amounts.

    ``kinds`` are the types by which their cells are read, by field. A unit is said by a title,
    by a line above the heads, by the name of the sheet or by the head itself; where these
    contradict each other the column cannot be read (R024).
    """

    def __init__(self, form: Form, heads: Heads) -> None:
        """Find out in which unit each column counts."""
        self.problems: list[Problem] = []
        self.kinds: dict[str, ValueType] = {}
        self._heads = heads
        self._sums: dict[str, Decimal] = {}
        self._all: dict[str, Decimal] = {}
        above = units_above(heads.sheet, heads.rows[0])
        for column, name in heads.fields.items():
            item = form.mapping.fields.get(name)
            if item is None or not isinstance(TYPES[item.type], MoneyType):
                continue
            self._all[name] = self._sums[name] = _NOTHING
            head = heads.columns[column]
            said = {one.unit for text in (head.text, head.above) if (one := said_by_label(text))}
            self.kinds[name] = self._kind(
                item.label, item.counted_in, said or above, heads.place(column)
            )

    def _kind(self, label: str, default: str, said: set[str], place: Address) -> ValueType:
        unit = stated_unit(default, said)
        if unit is None:
            message = (
                f"“{label}”以什么为单位说法不一（{'、'.join(sorted(said))}），或不是人民币，"
                "金额不能确定。请在表头写明一种，如“（元）”。"
            )
            self._report("R024", message, place)
            return money_in(default)
        if unit != default:
            message = f"“{label}”这一列以{unit}为单位，已换算为{default}，请核对。"
            self._report("R025", message, place)
        return money_in(unit, is_said=bool(said))

    def _report(self, code: str, message: str, place: Address) -> None:
        found = problem(code, message, found=self._heads.sheet.text(place))
        self.problems.append(found.at(self._heads.sheet.name or None, place.a1))

    def is_amount(self, name: str) -> bool:
        """Whether a field is an amount that has a column."""
        return name in self.kinds

    def add(self, values: Mapping[str, Json]) -> None:
        """Count the amounts of a project."""
        for name in self.kinds:
            if isinstance(value := values.get(name), str):
                self._sums[name] += Decimal(value)
                self._all[name] += Decimal(value)

    def quiet(self, name: str, cell: Cell) -> Decimal | None:
        """The amount in a row of sums, None where there is none that can be read."""
        if name not in self.kinds or not cell.text.strip():
            return None
        value = self.kinds[name].parse(cell).value
        return Decimal(value) if isinstance(value, str) else None

    def sums(self, name: str) -> list[Decimal]:
        """What a sum of a column may come to: all projects so far, or those since the last sum."""
        return [self._all[name], self._sums[name]]

    def told(self, name: str, amount: Decimal) -> str:
        """An amount as a message tells it: in the unit of its column."""
        kind = self.kinds[name]
        return told(amount, kind.unit) if isinstance(kind, MoneyType) else str(amount)

    def close(self) -> None:
        """A row of sums ends; what comes next is summed anew."""
        self._sums = dict.fromkeys(self._sums, _NOTHING)
