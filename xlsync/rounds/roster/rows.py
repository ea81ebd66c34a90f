"""The rows of a roster: projects with the values of their fields, and rows that are none."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xlsync.base.grid import Address, Kind
from xlsync.base.problems import problem
from xlsync.base.record import get, put
from xlsync.exchange.workbooks import unfit
from xlsync.form.cell_value import value_of
from xlsync.form.identity import record_id
from xlsync.form.types import cell_text, comparable
from xlsync.form.types.width import narrow
from xlsync.rounds.roster.amounts import Amounts
from xlsync.rounds.roster.ids import drop_serials, own_id
from xlsync.rounds.roster.lines import RosterLine, kind_of
from xlsync.rounds.roster.words import ID

if TYPE_CHECKING:
    from xlsync.base.grid import Cell
    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.rounds.roster.heads import Heads
    from xlsync.rounds.roster.words import RosterHeads


@dataclass(frozen=True, slots=True)
class RosterProject:
    """One row: the values of its fields by slot, and the cells that they came from.

    ``id`` is the record id where the roster gives one; ``identity`` is made from the fields
    that tell projects apart. ``serial`` is what stands in the column of ids where that seems to
    count rows.
    """

    row: int
    id: str | None
    identity: str
    values: dict[str, Json]
    cells: dict[str, Address]
    serial: str | None = None


class Rows:
    """The rows below the heads, read one after the other."""

    def __init__(self, form: Form, words: RosterHeads, heads: Heads) -> None:
        """Look at the rows below some heads; nothing is read yet."""
        self.form = form
        self.words = words
        self.heads = heads
        self.sheet = heads.sheet
        self.problems: list[Problem] = []
        self.projects: list[RosterProject] = []
        self._seen = 0
        self._known: dict[str, Address] = {}
        self._spread: dict[Address, Cell] = {}
        self._amounts = Amounts(form, heads)
        self._struck = {one.row for one in heads.sheet.struck if one.column in heads.fields}

    def read(self) -> None:
        """Read all rows, and look at what they are together."""
        self.problems += self._amounts.problems
        self._spread_merges()
        for row, cells in self.sheet.rows().items():
            if row > self.heads.row:
                self._row(row, cells)
        if not self._seen:
            message = "表头下面没有项目，名册是空的。"
            first = Address(self.heads.row, min(self.heads.columns))
            self.report(problem("R009", message), first)
        self.projects, told = drop_serials(self.projects)
        for one in told:
            self.report(one, self.heads.place(self._column(ID)))
        self._unify()

    def report(self, found: Problem, address: Address) -> None:
        """Note a problem at a cell of the sheet."""
        self.problems.append(found.at(self.sheet.name or None, address.a1))

    def _column(self, name: str) -> int:
        return next(column for column, other in self.heads.fields.items() if other == name)

    def _spread_merges(self) -> None:
        """A cell that is merged downwards says the same of every row beside it (R010)."""
        for area in self.sheet.merges:
            cell = self.sheet.cells.get(area.first)
            is_one_column = area.left == area.right and area.left in self.heads.fields
            is_below = area.top > self.heads.row and area.bottom > area.top
            if is_one_column and is_below and cell is not None and cell.text.strip():
                message = f"{area.a1} 是合并单元格，“{cell.text}”用于其中每一行，请核对。"
                self.report(problem("R010", message, found=cell.text), area.first)
                self._spread |= dict.fromkeys(area.cells(), cell)

    def _row(self, row: int, all_cells: dict[int, Cell]) -> None:
        """One row; nothing for one without any field, or where a new page repeats the heads."""
        places = {name: Address(row, column) for column, name in self.heads.fields.items()}
        cells = {
            name: cell
            for name, place in places.items()
            if (cell := self._spread.get(place) or self.sheet.cells.get(place)) is not None
            and (cell.text.strip() or cell.formula)
        }
        own = {name: cell for name, cell in cells.items() if places[name] not in self._spread}
        if not own or self.heads.is_repeated_in(row):
            return
        kind = kind_of(self.form, self.words, cells, all_cells)
        first = Address(row, min(all_cells))
        if kind is not RosterLine.PROJECT:
            self._other(kind, row, all_cells, cells, places)
            return
        self._seen += 1
        if self._is_ragged(row, all_cells):
            return
        values = {
            name: value
            for name, cell in cells.items()
            if name != ID and (value := self._value(name, cell, places[name])) is not None
        }
        given = None
        if ID in cells:
            given, wrong = own_id(cells[ID])
            if wrong is not None:
                self.report(wrong, places[ID])
        if self._is_whole(cells, places):
            self._tell_hidden(row, first)
            self._add(row, given, values, places)

    def _other(
        self,
        kind: RosterLine,
        row: int,
        all_cells: dict[int, Cell],
        cells: dict[str, Cell],
        places: dict[str, Address],
    ) -> None:
        """A row that is no project: it is quoted, and sums are compared with what they sum."""
        first = Address(row, min(all_cells))
        text = all_cells[first.column].text.strip() or all_cells[first.column].text
        if kind is RosterLine.NOTE:
            message = f"“{text}”这一行是说明，不是项目，未采用。"
            self.report(problem("R015", message, found=text), first)
            return
        message = f"“{text}”这一行是合计，不是项目，未采用。"
        self.report(problem("R014", message, found=text), first)
        for name, cell in cells.items():
            if name != ID and (value := self._amounts.quiet(name, cell)) is not None:
                sums = self._amounts.sums(name)
                if value not in sums:
                    label = self.form.mapping.fields[name].label
                    here, above = self._amounts.told(name, value), self._amounts.told(name, sums[0])
                    message = (
                        f"这里的“{label}”合计 {here}，上面各行相加是 {above}，请核对是否少了项目。"
                    )
                    self.report(problem("R022", message, found=cell.text), places[name])
        self._amounts.close()

    def _is_ragged(self, row: int, all_cells: dict[int, Cell]) -> bool:
        """Whether a line of a text has more values than there are heads (R019)."""
        last = max(all_cells)
        if self.sheet.name:
            return False
        if last <= max(self.heads.columns) and all(one in self.heads.columns for one in all_cells):
            return self._is_torn(row, all_cells)
        extra = next(one for one in all_cells if one not in self.heads.columns)
        message = (
            f"这一行有 {last} 个值，表头只有 {max(self.heads.columns)} 列，各列对不上："
            "多半是金额里的逗号没有加引号。请去掉千位逗号，或另存为 .xlsx。"
        )
        found = all_cells[extra].text
        self.report(problem("R019", message, found=found), Address(row, extra))
        return True

    def _is_torn(self, row: int, all_cells: dict[int, Cell]) -> bool:
        """Whether an amount seems to be cut at its comma: ``1`` and then ``200.00`` (R019)."""
        for column, name in self.heads.fields.items():
            here, beside = all_cells.get(column), all_cells.get(column + 1)
            if not self._amounts.is_amount(name) or here is None or beside is None:
                continue
            is_apart = self._amounts.is_amount(self.heads.fields.get(column + 1, ID))
            if (
                not is_apart
                and re.fullmatch(r"-?[0-9]{1,3}", here.text.strip())
                and re.fullmatch(r"[0-9]{3}(?:\.[0-9]+)?", beside.text.strip())
            ):
                message = (
                    f"“{here.text}”与右边的“{beside.text}”像是一个金额被逗号分成了两格。"
                    "请去掉千位逗号，或另存为 .xlsx。"
                )
                self.report(problem("R019", message, found=here.text), Address(row, column))
                return True
        return False

    def _is_whole(self, cells: dict[str, Cell], places: dict[str, Address]) -> bool:
        """Whether a row says which project it is; R005 for each cell that does not."""
        needed = [slot for slot in self.form.mapping.record.identity if slot in places]
        blank = [slot for slot in needed if slot not in cells]
        for slot in blank:
            label = self.form.mapping.fields[slot].label
            message = f"“{label}”没有填。请补上；合计、小标题等不是项目的行请删去。"
            self.report(problem("R005", message), places[slot])
        return not blank and len(needed) == len(self.form.mapping.record.identity)

    def _value(self, slot: str, cell: Cell, place: Address) -> Json:
        """The value of a cell by the type of its field; None where there is none to be had."""
        item = self.form.mapping.fields[slot]
        codes = self.form.mapping.codes[item.codes] if item.codes else None
        if item.pattern and (match := re.fullmatch(item.pattern, narrow(cell_text(cell)).strip())):
            cell = cell._replace(text=match[1], kind=Kind.TEXT)
        kind = self._amounts.kinds.get(slot) or item.kind
        is_1904 = self.sheet.is_1904
        parsed = value_of(kind, codes, cell, lambda: f"“{item.label}”", is_1904=is_1904)
        for one in parsed.problems:
            self.report(one, place)
        if codes and not codes.open and parsed.value not in {None, *codes.values}:
            message = f"“{item.label}”应为{'、'.join(codes.values)}之一，名册写的是“{cell.text}”。"
            self.report(problem("R007", message, found=cell.text), place)
            return None
        return parsed.value

    def _tell_hidden(self, row: int, first: Address) -> None:
        """A row that nobody sees, or that is struck through, may be meant to be left out (S011)."""
        is_struck = row in self._struck
        if row not in self.sheet.hidden_rows and not is_struck:
            return
        why = "加了删除线" if is_struck else "被隐藏（或被筛选掉）"
        message = f"第 {row} 行{why}，仍按项目读入；如不要这一行，请删去。"
        self.report(problem("S011", message, found=self.sheet.text(first)), first)

    def _open_pointers(self, values: dict[str, Json]) -> list[str]:
        """What is left to the recipients, of which the rules have nothing to say yet."""
        fields, tables = self.form.mapping.fields, self.form.mapping.tables
        left = [item.pointer for slot, item in fields.items() if slot not in values]
        return [*left, *(table.pointer for table in tables.values())]

    def _add(
        self, row: int, given: str | None, values: dict[str, Json], places: dict[str, Address]
    ) -> None:
        """Add a project unless it stands there already (R006) or no form can hold it."""
        record: Record = {"form": self.form.id}
        for slot, value in values.items():
            put(record, self.form.mapping.fields[slot].pointer, value)
        identity = record_id(self.form.mapping, record)
        first = places[self.form.mapping.record.identity[-1]]
        where = {"identity " + identity: first} | ({given: places[ID]} if given else {})
        for key, place in where.items():
            if key in self._known:
                message = f"与 {self._known[key].a1} 是同一个项目，请只留一行，或在名称中加以区分。"
                self.report(problem("R006", message, found=self.sheet.text(place)), place)
            self._known.setdefault(key, place)
        canonical, misfits = self.form.canonical(record)
        if canonical is not None:
            misfits += unfit(self.form, canonical)
            misfits += self.form.check(canonical, self._open_pointers(values))
        slots = {self.form.mapping.fields[slot].pointer: slot for slot in values}
        for one in misfits:
            self.report(one, places.get(slots.get(one.pointer or "", ""), first))
        if canonical is not None:
            values = {slot: get(canonical, pointer) for pointer, slot in slots.items()}
            cells = {slot: places[slot] for slot in values}
            self.projects.append(RosterProject(row, given, identity, values, cells))
            self._amounts.add(values)

    def _unify(self) -> None:
        """Write a unit in one way where only blanks or widths tell its names apart (R018)."""
        slot = self.form.mapping.record.group
        spellings: dict[str, Counter[str]] = {}
        for one in self.projects:
            if isinstance(name := one.values.get(slot), str):
                spellings.setdefault(comparable(name), Counter())[name] += 1
        for at, one in enumerate(self.projects):
            name = one.values.get(slot)
            if not isinstance(name, str):
                continue
            counts = spellings[comparable(name)]
            usual = min(counts, key=lambda text: (-counts[text], len(text), text))
            if name != usual:
                message = f"“{name}”与“{usual}”只差空白或全半角，是同一个单位，统一写作“{usual}”。"
                self.report(problem("R018", message, found=name), one.cells[slot])
                self.projects[at] = replace(one, values={**one.values, slot: usual})
