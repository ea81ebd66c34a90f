"""A coordinator's list of projects, one row each, to the fields that it fixes in their workbooks.

Everything that is wrong with a roster is found in one pass, with sheet, cell and what to do, so
that nothing goes out before all of it can.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlsync.base.grid import Address, Cell, Kind
from xlsync.base.problems import problem
from xlsync.base.record import get, put
from xlsync.exchange.workbooks import unfit
from xlsync.form.codes import coded
from xlsync.form.identity import record_id
from xlsync.form.types import TYPES, cell_text
from xlsync.form.types.width import narrow
from xlsync.repository import layout
from xlsync.rounds.roster_heads import ID, Heads, find_heads
from xlsync.sources import open_table

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.grid import Workbook
    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.form import Form

MAX_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Project:
    """One row: the values of its fields by slot, and the cells that they came from.

    ``id`` is the record id where the roster gives one; ``identity`` is made from the fields
    that tell projects apart.
    """

    row: int
    id: str | None
    identity: str
    values: dict[str, Json]
    cells: dict[str, Address]


@dataclass(slots=True)
class Roster:
    """Every project of a list, and everything that is wrong with the list."""

    sheet: str | None = None
    projects: list[Project] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def report(self, found: Problem, address: Address) -> None:
        """Note a problem at a cell."""
        self.problems.append(found.at(self.sheet, address.a1))


def open_roster(form: Form, path: Path) -> Roster:
    """Read a roster from a workbook, or from a text with a sign between its values."""
    try:
        if path.stat().st_size > MAX_BYTES:
            message = f"文件超过 {MAX_BYTES // 1024 // 1024} MB，未读取。"
            return Roster(problems=[problem("X001", message)])
        data = path.read_bytes()
    except OSError as error:
        return Roster(problems=[problem("X001", f"文件打不开：{error.strerror or error}。")])
    return read_roster(form, open_table(path.suffix.lower(), data))


def read_roster(form: Form, workbook: Workbook) -> Roster:
    """Read a roster; problems are in the order of the sheet, those of the file first."""
    if not workbook.sheets:
        return Roster(problems=workbook.problems)
    heads, problems = find_heads(form, workbook)
    if heads is None:
        return Roster(problems=[*workbook.problems, *problems])
    roster = Roster(heads.sheet.name or None, problems=heads.problems)
    rows = _Rows(form, heads, roster)
    for row in heads.sheet.rows():
        if row > heads.row:
            rows.read(row)
    if not rows.seen:
        message = "表头下面没有项目，名册是空的。"
        roster.report(problem("R009", message), Address(heads.row, min(heads.texts)))
    roster.problems.sort(key=lambda one: Address.parse(one.cell) if one.cell else Address(0, 0))
    roster.problems[:0] = workbook.problems
    return roster


class _Rows:
    """The rows below the heads, read one after the other."""

    def __init__(self, form: Form, heads: Heads, roster: Roster) -> None:
        self.form = form
        self.heads = heads
        self.roster = roster
        self.seen = 0
        self.known: dict[str, Address] = {}
        self.spread: dict[Address, Cell] = {}
        self.spread_merges()

    def spread_merges(self) -> None:
        """A cell that is merged downwards says the same of every row beside it (R010)."""
        for area in self.heads.sheet.merges:
            cell = self.heads.sheet.cells.get(area.first)
            is_one_column = area.left == area.right and area.left in self.heads.fields
            is_below = area.top > self.heads.row and area.bottom > area.top
            if is_one_column and is_below and cell is not None and cell.text.strip():
                message = f"{area.a1} 是合并单元格，“{cell.text}”用于其中每一行，请核对。"
                self.roster.report(problem("R010", message, found=cell.text), area.first)
                self.spread |= dict.fromkeys(area.cells(), cell)

    def read(self, row: int) -> None:
        """One row; nothing for one without any field, or where a new page repeats the heads."""
        places = {name: Address(row, column) for column, name in self.heads.fields.items()}
        cells = {
            name: cell
            for name, place in places.items()
            if (cell := self.spread.get(place) or self.heads.sheet.cells.get(place)) is not None
            and (cell.text.strip() or cell.formula)
        }
        heads = {name: self.heads.texts[column] for column, name in self.heads.fields.items()}
        if not cells or {name: cell.text for name, cell in cells.items()} == heads:
            return
        self.seen += 1
        values = {
            name: value
            for name, cell in cells.items()
            if name != ID and (value := self.value(name, cell, places[name])) is not None
        }
        own_id = self.record_id(cells[ID], places[ID]) if ID in cells else None
        if self.is_whole(cells, places):
            self.add(row, own_id, values, places)

    def is_whole(self, cells: dict[str, Cell], places: dict[str, Address]) -> bool:
        """Whether a row says which project it is; R005 for each cell that does not."""
        needed = [slot for slot in self.form.mapping.record.identity if slot in places]
        blank = [slot for slot in needed if slot not in cells]
        for slot in blank:
            label = self.form.mapping.fields[slot].label
            message = f"“{label}”没有填。请补上；合计、小标题等不是项目的行请删去。"
            self.roster.report(problem("R005", message), places[slot])
        return not blank and len(needed) == len(self.form.mapping.record.identity)

    def value(self, slot: str, cell: Cell, place: Address) -> Json:
        """The value of a cell by the type of its field; None where there is none to be had."""
        item = self.form.mapping.fields[slot]
        if cell.formula and not cell.text.strip():
            message = f"“{item.label}”是公式，文件里没有结果，请改填数值。"
            self.roster.report(problem("V001", message, found=f"={cell.formula}"), place)
            return None
        codes = self.form.mapping.codes[item.codes] if item.codes else None
        if codes and (known := coded(codes, cell_text(cell))):
            return known[0]
        if item.pattern and (match := re.fullmatch(item.pattern, narrow(cell_text(cell)).strip())):
            cell = cell._replace(text=match[1], kind=Kind.TEXT)
        parsed = TYPES[item.type].parse(cell)
        for one in parsed.problems:
            self.roster.report(one, place)
        if codes and not codes.open and parsed.value is not None:
            message = f"“{item.label}”应为{'、'.join(codes.values)}之一，名册写的是“{cell.text}”。"
            self.roster.report(problem("R007", message, found=cell.text), place)
            return None
        return parsed.value

    def record_id(self, cell: Cell, place: Address) -> str | None:
        """The id that the roster gives; capitals are small ones in an id."""
        text = narrow(cell_text(cell)).strip()
        if layout.ID.fullmatch(text.lower()):
            return text.lower()
        message = (
            f"“{text}”不能用作编号：只能有字母、数字和连字符，至多 40 个；长数字请设为文本格式。"
        )
        self.roster.report(problem("R008", message, found=text), place)
        return None

    def open_pointers(self, values: dict[str, Json]) -> list[str]:
        """What is left to the recipients, of which the rules have nothing to say yet."""
        fields, tables = self.form.mapping.fields, self.form.mapping.tables
        left = [item.pointer for slot, item in fields.items() if slot not in values]
        return [*left, *(table.pointer for table in tables.values())]

    def add(
        self, row: int, own_id: str | None, values: dict[str, Json], places: dict[str, Address]
    ) -> None:
        """Add a project unless it stands there already (R006) or no form can hold it."""
        record: Record = {"form": self.form.id}
        for slot, value in values.items():
            put(record, self.form.mapping.fields[slot].pointer, value)
        identity = record_id(self.form.mapping, record)
        first = places[self.form.mapping.record.identity[-1]]
        where = {"identity " + identity: first} | ({own_id: places[ID]} if own_id else {})
        for key, place in where.items():
            if key in self.known:
                message = f"与 {self.known[key].a1} 是同一个项目，请只留一行，或在名称中加以区分。"
                found = self.heads.sheet.text(place)
                self.roster.report(problem("R006", message, found=found), place)
            self.known.setdefault(key, place)
        canonical, misfits = self.form.canonical(record)
        if canonical is not None:
            misfits += unfit(self.form, canonical)
            misfits += self.form.check(canonical, self.open_pointers(values))
        slots = {self.form.mapping.fields[slot].pointer: slot for slot in values}
        for one in misfits:
            self.roster.report(one, places.get(slots.get(one.pointer or "", ""), first))
        if canonical is not None:
            values = {slot: get(canonical, pointer) for pointer, slot in slots.items()}
            cells = {slot: places[slot] for slot in values}
            self.roster.projects.append(Project(row, own_id, identity, values, cells))
