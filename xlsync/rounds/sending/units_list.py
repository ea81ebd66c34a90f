"""A list of units as a file: one row a unit, with the one above it and how it is reached."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import XlsyncError
from xlsync.base.grid import Address
from xlsync.base.language import in_chinese
from xlsync.base.problems import problem
from xlsync.form.extending import data_folder
from xlsync.form.loading import load_toml
from xlsync.form.types import cell_text, comparable
from xlsync.rounds.kept.units import Unit, UnitTree, unit_key
from xlsync.rounds.roster.words import FOLDER, RosterWords
from xlsync.sources import open_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from xlsync.base.grid import Sheet, Workbook
    from xlsync.base.problems import Problem

MAX_BYTES = 8 * 1024 * 1024

_ROWS = 30
_ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\"]+")


class UnitList(NamedTuple):
    """The tree of a list, and what is wrong with the list."""

    tree: UnitTree
    problems: list[Problem]


@lru_cache(maxsize=1)
def unit_heads() -> dict[str, list[str]]:
    """What the columns of a list of units may be headed, by the parts of a unit."""
    return load_toml(data_folder("mappings") / FOLDER / "units.toml", RosterWords).heads


def open_list(path: Path) -> tuple[Workbook | None, list[Problem]]:
    """The workbook, or the values set apart by commas or tabs, that a list is; None and why not."""
    try:
        if path.stat().st_size > MAX_BYTES:
            message = f"文件超过 {MAX_BYTES // 1024 // 1024} MB，未读取。"
            return None, [problem("X001", message)]
        workbook = open_table(path.suffix.lower(), path.read_bytes())
    except OSError as error:
        message = f"文件打不开：{in_chinese(error.strerror or str(error))}。"
        return None, [problem("X001", message)]
    return workbook, [*workbook.problems]


def open_units(path: Path) -> UnitList:
    """Read a list of units from a workbook or from values set apart by commas or tabs."""
    workbook, problems = open_list(path)
    for sheet in workbook.sheets if workbook else ():
        if (found := _heads(sheet)) is not None:
            made = _UnitRows(sheet, *found).read()
            return UnitList(made.tree, [*problems, *made.problems])
    if workbook is not None:
        message = "没有找到表头：单位名单要有一行写明各列是什么，至少要有“单位”。"
        problems.append(problem("R001", message))
    return UnitList(UnitTree(), problems)


def _heads(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """The row of heads, and the column of each part of a unit."""
    heads = unit_heads().items()
    words = {comparable(word).casefold(): name for name, some in heads for word in some}
    for row, cells in islice(sheet.rows().items(), _ROWS):
        columns: dict[str, int] = {}
        for column, cell in cells.items():
            name = words.get(comparable(cell.text).casefold())
            if name is not None:
                columns.setdefault(name, column)
        if "name" in columns and (len(columns) > 1 or len(cells) == 1):
            return row, columns
    return None


class _UnitRows:
    """The rows below the heads."""

    def __init__(self, sheet: Sheet, head: int, columns: Mapping[str, int]) -> None:
        self.sheet = sheet
        self.head = head
        self.columns = columns
        self.problems: list[Problem] = []
        self.places: dict[str, Address] = {}

    def read(self) -> UnitList:
        """All units, and what is wrong with them."""
        units = [unit for row in self.sheet.rows() if row > self.head and (unit := self.unit(row))]
        if not units:
            place = Address(self.head, self.columns["name"])
            self.report("R009", "表头下面没有单位，名单是空的。", place, "")
        listed = set(self.places)
        for one in units:
            if one.parent and unit_key(one.parent) not in listed:
                place = Address(self.places[unit_key(one.name)].row, self.columns["parent"])
                message = f"上级单位“{one.parent}”不在名单里，当作没有上级的单位记入。"
                self.report("R026", message, place, one.parent)
        try:
            return UnitList(UnitTree.of(units), self.problems)
        except XlsyncError as error:
            place = Address(self.head, self.columns.get("parent", 1))
            self.report("R028", f"{error}，请改正上级单位。", place, "")
            return UnitList(UnitTree(), self.problems)

    def unit(self, row: int) -> Unit | None:
        """One unit; None for a row without a name or with one that stands there already."""
        texts = {name: self.text(row, column) for name, column in self.columns.items()}
        place = Address(row, self.columns["name"])
        if not texts["name"]:
            if any(texts.values()):
                self.report("R005", "“单位”没有填，请补上。", place, "")
            return None
        key = unit_key(texts["name"])
        if key in self.places:
            message = f"“{texts['name']}”在 {self.places[key].a1} 已有，请只留一行。"
            self.report("R006", message, place, texts["name"])
            return None
        self.places[key] = place
        if texts.get("parent") and unit_key(texts["parent"]) == key:
            message = f"“{texts['name']}”的上级单位是它自己，请改正。"
            self.report("R028", message, Address(row, self.columns["parent"]), texts["parent"])
            texts["parent"] = ""
        for mail in re.split(r"[;；,，、\s]+", texts.get("mail", "")):
            if mail and not _ADDRESS.fullmatch(mail):
                message = f"“{mail}”不像邮箱地址，请核对；几个地址之间用分号隔开。"
                self.report("R027", message, Address(row, self.columns["mail"]), mail)
        return Unit(**texts)

    def text(self, row: int, column: int) -> str:
        """The text of a cell, on one line."""
        cell = self.sheet.cells.get(Address(row, column))
        return " ".join(cell_text(cell).split()) if cell else ""

    def report(self, code: str, message: str, place: Address, found: str) -> None:
        """Note a problem at a cell."""
        made = problem(code, message, found=found or None)
        self.problems.append(made.at(self.sheet.name or None, place.a1))
