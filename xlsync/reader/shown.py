"""Where what a sheet shows is not all that it holds: crossed out, hidden, printed in the margin.

What was read all the same is told (S011), and what was not is quoted (S010, S012).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.problems import problem
from xlsync.form.cell_value import set_aside
from xlsync.reader.units import is_unit_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlsync.base.grid import Address, Sheet, Workbook
    from xlsync.base.problems import Problem
    from xlsync.form import Form
    from xlsync.reader.located import Reading

_NAMED = 12
"""Rows and columns that are listed by name."""


def report_shown(
    forms: Sequence[Form], workbook: Workbook, readings: list[Reading]
) -> list[Reading]:
    """Add to the readings of a workbook what is shown otherwise than it was read.

    Returns the readings that it was added to.
    """
    before = [len(reading.problems) for reading in readings]
    for sheet in workbook.sheets:
        here = [one for one in readings if one.form and (one.sheet or "") == sheet.name]
        if not here:
            continue
        _report_asides(sheet, here)
        for reading in here:
            reading.problems += _hidden(sheet, reading)
            reading.problems += _struck(sheet, reading)
        here[0].problems += _printed(forms, sheet)
    pairs = zip(readings, before, strict=True)
    return [reading for reading, length in pairs if len(reading.problems) > length]


def _report_asides(sheet: Sheet, readings: list[Reading]) -> None:
    """What was set aside in cells that are no value of a form, labels and strays."""
    set_apart = [(address, cell) for address, cell in sheet.cells.items() if cell.aside]
    if not set_apart:
        return
    told = {(one.cell, one.found) for reading in readings for one in reading.problems}
    for address, cell in set_apart:
        for one in set_aside(cell):
            if (address.a1, one.found) not in told:
                above = [reading for reading in readings if reading.start <= address.row]
                (above or readings)[-1].problems.append(one.at(sheet.name, address.a1))


def _hidden(sheet: Sheet, reading: Reading) -> Iterator[Problem]:
    """Say that values stand in rows, columns or a sheet that nobody sees."""
    is_all_shown = not (sheet.hidden_rows or sheet.hidden_columns)
    places = {
        at
        for at in (() if is_all_shown else reading.places.values())
        if (at.row in sheet.hidden_rows or at.column in sheet.hidden_columns)
        and sheet.text(at).strip()
    }
    rows = sorted({at.row for at in places} & sheet.hidden_rows)
    columns = sorted({at.column for at in places} & sheet.hidden_columns)
    for lines, what in (
        ([str(row) for row in rows], f"第 {_listed(rows)} 行被隐藏或筛掉"),
        ([_letters(places, column) for column in columns], "有列被隐藏"),
    ):
        if lines:
            hidden = {at for at in places if at.row in rows or at.column in columns}
            message = f"{what}，其中的内容已照样读入，请核对；不要的请删除，不要隐藏。"
            one = problem("S011", message, found="、".join(lines))
            yield one.at(sheet.name, min(hidden).a1)
    if not sheet.visible:
        message = f"工作表“{sheet.name}”是隐藏的，其中的表已照样读入，请核对。"
        yield problem("S011", message).at(sheet.name, None)


def _struck(sheet: Sheet, reading: Reading) -> Iterator[Problem]:
    """Say that values are crossed out as a whole, row by row."""
    struck = sheet.struck
    if not struck:
        return
    rows: dict[int, list[Address]] = {}
    for address in sorted(_filled(sheet, reading)):
        if address in struck:
            rows.setdefault(address.row, []).append(address)
    pointers = {address: pointer for pointer, address in reversed(reading.places.items())}
    for row, addresses in rows.items():
        texts = "，".join(sheet.text(address) for address in addresses)
        message = f"第 {row} 行划掉的内容“{texts}”已照样读入，请核对；作废的请删除，不要只划掉。"
        one = problem("S011", message, pointer=pointers[addresses[0]], found=texts)
        yield one.at(sheet.name or None, addresses[0].a1)


def _printed(forms: Iterable[Form], sheet: Sheet) -> Iterator[Problem]:
    """Quote what somebody wrote into the head or foot of printed pages (S012)."""
    for text in sheet.printed:
        if not is_unit_line(text) and not any(form.stated(text) for form in forms):
            message = f"页眉页脚里写有“{text}”，没有读入；如有要报送的内容，请填进表内。"
            yield problem("S012", message, found=text).at(sheet.name, None)


def _filled(sheet: Sheet, reading: Reading) -> set[Address]:
    """The cells that values of a reading came from and that hold something."""
    return {address for address in reading.places.values() if sheet.text(address).strip()}


def _letters(places: Iterable[Address], column: int) -> str:
    a1 = next(at.a1 for at in places if at.column == column)
    return a1.rstrip("0123456789")


def _listed(rows: list[int]) -> str:
    shown = "、".join(map(str, rows[:_NAMED]))
    return f"{shown} 等 {len(rows)}" if len(rows) > _NAMED else shown
