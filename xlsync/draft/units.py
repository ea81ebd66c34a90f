"""The units that an official sheet prints over its amounts: in a heading, a label or a line."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlsync.form.types import comparable
from xlsync.form.types.units import FOREIGN, UNITS, YUAN, in_unit, is_said_of_all, said_by_label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.draft.official import OfficialCell
    from xlsync.draft.toml import Value

_MONEY_WORDS = re.compile("资金|预算|金额|拨款|经费|收入|支出|总额|结转|贷款|自筹|补助|补贴")
_AN_AMOUNT = re.compile("(?:资金|预算数|金额|拨款|经费|收入|支出|总额|结转|贷款|自筹|补助|补贴):?$")
"""What a label of an amount ends in, where a line says in which unit amounts are."""
_HELP = re.compile(rf"以(?:{'|'.join(UNITS)})为单位")
_AMOUNT = re.compile(r"[0-9,]+(?:\.[0-9]+)?")


class PrintedUnit(NamedTuple):
    """What is printed of the unit of a place; ``is_money`` where that tells it is an amount.

    ``unit`` is None where nothing is printed, ``doubt`` says what was not certain.
    """

    unit: str | None = None
    is_money: bool = False
    doubt: str = ""


class PrintedUnits:
    """Every text of a sheet that states a unit."""

    def __init__(self, places: Iterable[OfficialCell]) -> None:
        """Collect the texts of a sheet; on a blank each of them is printed, as labels are."""
        self._said = [(one, said.unit) for one in places if (said := said_by_label(one.text))]

    def over(self, place: OfficialCell, labels: Iterable[OfficialCell]) -> PrintedUnit:
        """The unit of a place by its labels, the headings beside and above it, and the lines."""
        labels = list(labels)
        own = {said.unit for one in labels if (said := said_by_label(one.text)) is not None}
        heads = {
            unit
            for one, unit in self._said
            if _heads(one, place) or any(_spans(one, label) for label in labels)
        }
        lines = {unit for one, unit in self._said if not said_label(one)}
        text = comparable(" ".join(one.text for one in labels))
        is_amount = bool(own | heads) or bool(lines and _AN_AMOUNT.search(text))
        if not is_amount and not _MONEY_WORDS.search(text):
            return PrintedUnit()
        units = own | heads or lines
        if len(units) > 1 or units == {FOREIGN}:
            return PrintedUnit(None, is_amount, "金额的单位不能确定，请写 unit")
        return PrintedUnit(next(iter(units), None), is_amount)


def said_label(place: OfficialCell) -> str:
    """What a text that states a unit is the heading of; empty for a line over all."""
    said = said_by_label(place.text)
    return said.label if said is not None and not is_said_of_all(place.text) else ""


def _heads(one: OfficialCell, place: OfficialCell) -> bool:
    """Whether a heading lies left of a place on its rows, or over its column."""
    area, other = one.area, place.area
    is_beside = area.top <= other.top <= area.bottom and area.right < other.left
    is_above = (area.left, area.right) == (other.left, other.right) and area.bottom < other.top
    return bool(said_label(one)) and (is_beside or (is_above and area.top == area.bottom))


def _spans(one: OfficialCell, label: OfficialCell) -> bool:
    """Whether a heading lies right over a label, and over its neighbours too."""
    area, other = one.area, label.area
    is_right_over = area.top == area.bottom == other.top - 1
    is_over_all = area.left <= other.left and other.right <= area.right
    return bool(said_label(one)) and is_right_over and is_over_all


def counted(pairs: dict[str, Value], unit: str) -> dict[str, Value]:
    """A field of an amount, its unit, its help and its example in that of the sheet."""
    made = {key: value for key, value in pairs.items() if key != "unit"}
    before = str(pairs.get("unit") or YUAN)
    if "help" in made:
        made["help"] = _HELP.sub(f"以{unit}为单位", str(made["help"]))
    example = str(made.get("example") or "")
    if _AMOUNT.fullmatch(example):
        amount = Decimal(example.replace(",", "")) * UNITS[before]
        figure = f"{in_unit(amount, unit).normalize():,f}"
        whole, _, places = figure.partition(".")
        made["example"] = f"{whole}.{places:0<2}"
    return made if unit == YUAN else {**made, "unit": unit}
