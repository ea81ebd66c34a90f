"""The heads of a roster: on which sheet and in which row they stand, and which field each means.

A coordinator's list has its columns in any order, under titles and beside columns of its own.
A head is a label of the form, one of its spellings, or a field's name in the record; where a
label stands on the form twice, the label above it is put before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from xlsync.base.grid import Address, Area
from xlsync.base.problems import problem
from xlsync.form.types import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.base.grid import Sheet, Workbook
    from xlsync.base.problems import Problem
    from xlsync.form import Form
    from xlsync.form.mapping import Mapping

ID = "id"
"""What a column of record ids is called here; no field has that name, since records have it."""

_ROWS = 30
"""Filled rows among which the heads must be."""

_DECORATION = re.compile(r"\((?:元|必填|选填)\)|[*:]")
_JOINTS = re.compile(r"[-—/:]")


@dataclass(slots=True)
class Heads:
    """The row of heads on a sheet: field (or :data:`ID`) by column, and what is wrong with it."""

    sheet: Sheet
    row: int
    texts: dict[int, str]
    fields: dict[int, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def report(self, found: Problem, address: Address) -> None:
        """Note a problem at a cell of the sheet."""
        self.problems.append(found.at(self.sheet.name or None, address.a1))


def find_heads(form: Form, workbook: Workbook) -> tuple[Heads | None, list[Problem]]:
    """The heads of the only sheet that has any, or None and why there are none."""
    words = _vocabulary(form.mapping)
    found = [heads for sheet in workbook.sheets if (heads := _on_sheet(form, words, sheet))]
    if not found:
        message = (
            f"没有找到表头：名册要有一行写明各列是什么，至少要有{_needed(form)}。"
            if any(sheet.rows() for sheet in workbook.sheets)
            else "名册是空的。"
        )
        return None, [problem("R001", message)]
    if len(found) > 1:
        names = "、".join(f"“{one.sheet.name}”" for one in found)
        message = f"工作表{names}都像名册，请只留一张，其余删去。"
        return None, [problem("R001", message).at(found[1].sheet.name, None)]
    (heads,) = found
    _assign(form, words, heads)
    return heads, []


def _needed(form: Form) -> str:
    labels = (form.mapping.fields[slot].label for slot in form.mapping.record.identity)
    return "、".join(f"“{label}”" for label in labels)


def _on_sheet(form: Form, words: dict[str, set[str]], sheet: Sheet) -> Heads | None:
    """The row that names most fields, if one of those that tell projects apart is among them."""
    best: tuple[int, Heads] | None = None
    for row, cells in islice(sheet.rows().items(), _ROWS):
        texts = {column: cell.text for column, cell in cells.items() if cell.text.strip()}
        known = {name for text in texts.values() for name in _meanings(words, text)}
        if known & {*form.mapping.record.identity} and (best is None or len(known) > best[0]):
            best = len(known), Heads(sheet, row, texts)
    return best and best[1]


def _vocabulary(mapping: Mapping) -> dict[str, set[str]]:
    """Every text that may stand at the head of a column, and the fields that it may mean."""
    words: dict[str, set[str]] = {}

    def add(texts: Iterable[str], name: str) -> None:
        for text in texts:
            words.setdefault(comparable(text).casefold(), set()).add(name)

    add((ID, *mapping.record.id_labels), ID)
    for slot, item in mapping.fields.items():
        above = mapping.fields[item.below].label if item.below else ""
        add((slot, *item.labels, *(f"{above}{label}" for label in item.labels)), slot)
    return words


def _meanings(words: dict[str, set[str]], text: str) -> set[str]:
    """The fields that a head may mean, none for an unknown one."""
    key = comparable(text).casefold()
    bare = _DECORATION.sub("", key)
    return next((words[one] for one in (key, bare, _JOINTS.sub("", bare)) if one in words), set())


def _assign(form: Form, words: dict[str, set[str]], heads: Heads) -> None:
    """Say of each column which field it is, and report the rest."""
    for area in heads.sheet.merges:
        if area.top <= heads.row <= area.bottom and len(list(_first(area))) > 1:
            message = f"表头有合并单元格 {area.a1}，请取消合并，一列一个表头，写在同一行。"
            heads.report(problem("R004", message), area.first)
    for column, text in heads.texts.items():
        _assign_column(form, words, heads, Address(heads.row, column), text)
    missing = [one for one in form.mapping.record.identity if one not in heads.fields.values()]
    for slot in missing:
        message = f"名册缺少“{form.mapping.fields[slot].label}”一列，请补上。"
        heads.report(problem("R001", message), Address(heads.row, min(heads.texts)))
    untitled = {
        address.column: address
        for address in sorted(heads.sheet.cells, reverse=True)
        if address.row > heads.row
        and address.column not in heads.texts
        and heads.sheet.text(address).strip()
    }
    for address in sorted(untitled.values()):
        message = f"从 {address.a1} 起的这一列没有表头，未采用。"
        heads.report(problem("R003", message, found=heads.sheet.text(address)), address)


def _first(area: Area) -> Iterable[Address]:
    return islice(area.cells(), 2)


def _assign_column(
    form: Form, words: dict[str, set[str]], heads: Heads, address: Address, text: str
) -> None:
    meanings = _meanings(words, text)
    fields = form.mapping.fields
    if not meanings:
        message = f"“{text}”不是表上的栏目，这一列未采用。"
        heads.report(problem("R003", message, found=text), address)
    elif len(meanings) > 1:
        above = (
            fields[item.below].label if (item := fields[one]).below else "" for one in meanings
        )
        ways = "、".join(f"“{one}-{text}”" for one in sorted(filter(None, above)))
        message = f"表上有几处“{text}”，分不清这一列是哪一处，请写成{ways or '不同的名称'}。"
        heads.report(problem("R004", message, found=text), address)
    else:
        (name,) = meanings
        taken = [column for column, other in heads.fields.items() if other == name]
        if taken:
            first = Address(address.row, taken[0]).a1
            message = f"“{text}”与 {first} 是同一栏，请只留一列。"
            heads.report(problem("R002", message, found=text), address)
        else:
            heads.fields[address.column] = name
