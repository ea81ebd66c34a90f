"""The ceiling list of a round (控制数): up to how much each unit, or the whole round, may ask for.

A coordinator's workbook has a row a unit and a column for each heading that a rule of a form
names. It is read once and kept in the repository. A ceiling holds for a unit and all below it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Address
from xlsync.base.problems import problem
from xlsync.form.extending import data_folder
from xlsync.form.loading import load_toml
from xlsync.form.rules.of_rounds import Ceiling
from xlsync.form.types import MoneyType, cell_text, money_in
from xlsync.form.types.units import said_by_label, stated_unit
from xlsync.repository import Changes, layout, until_committed
from xlsync.rounds.kept.documents import Members
from xlsync.rounds.kept.units import unit_key, unit_tree
from xlsync.rounds.roster.amounts import units_above
from xlsync.rounds.roster.words import FOLDER, RosterWords, key_of
from xlsync.rounds.sending.units_list import open_list, unit_heads
from xlsync.rounds.state.closing import check_open
from xlsync.rounds.state.overview import check_may_begin

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from xlsync.base.grid import Sheet
    from xlsync.base.problems import Problem
    from xlsync.base.record import Json
    from xlsync.form import Form
    from xlsync.repository import Repository, Snapshot

WORD = "控制数"
_WHAT = "控制数名单"
WHOLE = ""
"""The unit of a ceiling for the whole round."""

_ROWS = 30
_USUAL = "usual.toml"


def ceiling_key(unit: str) -> str:
    """What the ceiling of a unit is known by, or that of the whole round, which names no unit."""
    return unit_key(unit) if unit else WHOLE


class CeilingLine(NamedTuple):
    """One ceiling in 元: of a unit, or of the whole round (:data:`WHOLE`), under a heading."""

    unit: str
    heading: str
    amount: Decimal

    @classmethod
    def from_json(cls, value: Json, path: str) -> CeilingLine:
        """Read it back; DocumentError where it is none."""
        members = Members(path, _WHAT, value)
        try:
            amount = Decimal(members.get("amount", str))
        except InvalidOperation:
            raise members.error("amount") from None
        return cls(members.get("unit", str), members.get("heading", str), amount)

    def as_json(self) -> Json:
        """The ceiling as it stands in the repository."""
        return {"unit": self.unit, "heading": self.heading, "amount": str(self.amount)}


@dataclass(slots=True)
class CeilingList:
    """The ceilings of a workbook, in its order, and what is wrong with it."""

    lines: list[CeilingLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def ceilings(snapshot: Snapshot, round_name: str) -> list[CeilingLine]:
    """The ceiling list that is kept for a round; empty where there is none.

    Raises:
        DocumentError: when it is not as xlsync writes it.
    """
    path = layout.ceilings_path(round_name)
    document = snapshot.document(path)
    found = Members(path, _WHAT, document).list("ceilings", dict) if document is not None else []
    return [CeilingLine.from_json(one, path) for one in found]


def keep_ceilings(
    repository: Repository,
    round_name: str,
    lines: list[CeilingLine],
    *,
    is_new: bool = False,
    is_preview: bool = False,
) -> str | None:
    """Commit a ceiling list in place of the former one; None where it was the same, or a preview.

    Raises:
        XlsyncError: when the repository has other rounds and not this one (unless ``is_new``), or
            cannot be written.
    """

    def once() -> str | None:
        snapshot = repository.snapshot()
        check_may_begin(snapshot, round_name, is_new=is_new)
        check_open(snapshot, round_name)
        changes = Changes(snapshot, round_name)
        document = {"ceilings": [one.as_json() for one in lines]}
        changes.put_document(layout.ceilings_path(round_name), document)
        message = f"{WORD} {round_name}：{len(lines)} 项"
        return None if is_preview else repository.commit(changes, message)

    return until_committed(once)


def check_units(snapshot: Snapshot, found: CeilingList) -> None:
    """Tell the units of a list that the list of units lacks, where the repository has one (R026).

    A ceiling of a unit that nobody knows would never be reached.
    """
    tree = unit_tree(snapshot)
    missing = dict.fromkeys(one.unit for one in found.lines if one.unit and one.unit not in tree)
    for unit in missing if tree else ():
        message = f"“{unit}”不在单位名单里，它的控制数只管同名的单位；请核对名称。"
        found.problems.append(problem("R026", message, found=unit))


def open_ceilings(forms: Mapping[str, Form], path: Path) -> CeilingList:
    """Read a ceiling list from a workbook, or from values set apart by commas or tabs.

    The first sheet counts that has a column of units and one that a rule of a form names.
    """
    rules = [
        (rule, form.mapping.fields[rule.amount].counted_in)
        for form in forms.values()
        for rule in form.mapping.round_rules
        if isinstance(rule, Ceiling)
    ]
    workbook, problems = open_list(path)
    headings = {
        key_of(text): (rule.heading, unit)
        for rule, unit in rules
        for text in (rule.heading, *rule.spellings)
    }
    for sheet in workbook.sheets if workbook else ():
        if (found := _heads(sheet, headings)) is not None:
            made = _CeilingRows(sheet, *found).read()
            return CeilingList(made.lines, [*problems, *made.problems])
    if workbook is not None:
        wanted = "、".join(dict.fromkeys(f"“{rule.heading}”" for rule, _ in rules))
        message = f"没有找到表头：要有“单位”一列和{wanted or '控制数'}一列。"
        problems.append(problem("R001", message))
    return CeilingList([], problems)


class _CeilingColumn(NamedTuple):
    """A column of ceilings: its place, its heading in the rule, the unit of the field."""

    place: Address
    heading: str
    unit: str


def _heads(
    sheet: Sheet, headings: Mapping[str, tuple[str, str]]
) -> tuple[int, int, list[_CeilingColumn]] | None:
    """The row of heads, the column of units, and those of ceilings."""
    names = {key_of(text) for text in unit_heads()["name"]}
    for row, cells in islice(sheet.rows().items(), _ROWS):
        unit = next((at for at, cell in cells.items() if key_of(cell.text) in names), None)
        columns: list[_CeilingColumn] = []
        for at, cell in cells.items():
            said = said_by_label(cell.text)
            key = key_of(said.label) if said and said.label else key_of(cell.text)
            if key in headings:
                columns.append(_CeilingColumn(Address(row, at), *headings[key]))
        if unit is not None and columns:
            return row, unit, columns
    return None


class _CeilingRows:
    """The rows below the heads."""

    def __init__(self, sheet: Sheet, head: int, unit: int, columns: list[_CeilingColumn]) -> None:
        self.sheet, self.head, self.unit, self.columns = sheet, head, unit, columns
        self.made = CeilingList()
        file = data_folder("mappings") / FOLDER / _USUAL
        words = load_toml(file, RosterWords)
        self.totals = {key_of(text) for text in words.totals}
        self.notes = tuple(key_of(text) for text in words.notes)

    def read(self) -> CeilingList:
        """Every ceiling, and what is wrong."""
        kinds = [self._kind(one) for one in self.columns]
        seen: dict[str, Address] = {}
        for row in self.sheet.rows():
            if row <= self.head:
                continue
            place = Address(row, self.unit)
            cell = self.sheet.cells.get(place)
            name = " ".join(cell_text(cell).split()) if cell else ""
            is_note = key_of(name).startswith(tuple(f"{one}：" for one in self.notes))
            if is_note or not any(
                self.sheet.text(Address(row, one.place.column)).strip() for one in self.columns
            ):
                continue
            if not name:
                self._report("R005", "“单位”没有填，这一行的控制数没有采用。", place, "")
                continue
            unit = WHOLE if key_of(name) in self.totals else name
            key = ceiling_key(unit)
            if key in seen:
                message = f"“{name}”在 {seen[key].a1} 已有，请只留一行。"
                self._report("R006", message, place, name)
                continue
            seen[key] = place
            for column, kind in zip(self.columns, kinds, strict=True):
                self._amount(unit, column, kind, Address(row, column.place.column))
        if not self.made.lines:
            place = Address(self.head, self.unit)
            self._report("R009", "表头下面没有控制数。", place, "")
        return self.made

    def _kind(self, column: _CeilingColumn) -> MoneyType:
        """How the amounts of a column are read: in the unit that it says, or in the form's."""
        said = said_by_label(self.sheet.text(column.place))
        units = {said.unit} if said else units_above(self.sheet, column.place.row)
        unit = stated_unit(column.unit, units)
        if unit is None:
            message = f"“{column.heading}”以什么为单位不能确定，请在表头写明一种，如“（元）”。"
            self._report("R024", message, column.place, self.sheet.text(column.place))
        elif unit != column.unit:
            message = f"“{column.heading}”这一列以{unit}为单位，已换算为{column.unit}，请核对。"
            self._report("R025", message, column.place, self.sheet.text(column.place))
        return money_in(unit or column.unit, is_said=bool(units))

    def _amount(self, unit: str, column: _CeilingColumn, kind: MoneyType, place: Address) -> None:
        cell = self.sheet.cells.get(place)
        if cell is None or not cell.text.strip():
            return
        parsed = kind.parse(cell)
        self.made.problems += [one.at(self.sheet.name or None, place.a1) for one in parsed.problems]
        if isinstance(parsed.value, str):
            self.made.lines.append(CeilingLine(unit, column.heading, Decimal(parsed.value)))

    def _report(self, code: str, message: str, place: Address, found: str) -> None:
        made = problem(code, message, found=found or None)
        self.made.problems.append(made.at(self.sheet.name or None, place.a1))
