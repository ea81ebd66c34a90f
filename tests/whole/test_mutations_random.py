"""No silently wrong value: whatever is done to one of the sixteen workbooks, a value of the record
is what stands in its cell, or a problem names the cell or the place."""

from __future__ import annotations

import json
import pickle
import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from mutations_table import SAMPLES
from reading_samples import FORM, FORMS

from xlsync.base.grid import Address, Area, Cell, Kind, Workbook
from xlsync.base.record import MISSING, get, join
from xlsync.exchange.workbooks import workbook
from xlsync.form.template import SHEET
from xlsync.reader import read
from xlsync.sources import xlsx

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.grid import Sheet
    from xlsync.base.record import Json, Record
    from xlsync.reader import Reading

pytestmark = pytest.mark.slow

((NAME, TABLE),) = FORM.mapping.tables.items()
FIELDS = FORM.mapping.fields
_BLANK = Cell("")

SHOWN = {"0%": "95%", '0.00"(%)"': "0.95(%)"}
"""Number formats, and how they show 0.95."""

CONTENTS = st.sampled_from(
    [
        *map(
            Cell, ("河道\u3000保洁", " 水务所\u200b", "达标", "≥85%", "不低于85%", "985米", "0起")
        ),
        *map(Cell, ("6,810,000.00", "６８１０", "681万元", "1.234,56", "¥5", "'7", "½", "1/1")),
        *map(Cell, ("2023-1-1", "2023年12月31日", "20230101", "经常性", "产出 指标", "数量指标")),
        *map(
            Cell,
            ("项目名称", "财政项目支出绩效目标申报表", "一\r\n二", "<p>甲</p>", "定性", "=1+1"),
        ),
        *(Cell(text, Kind.NUMBER) for text in ("45000", "20230101", "0.95", "1", "12", "-3")),
        *(Cell(text, Kind.NUMBER) for text in ("490000000.005000000005", "681000.09999999998")),
        *(Cell("0.95", Kind.NUMBER, one) for one in SHOWN),
        Cell("2026-01-01", Kind.DATE, 'm"月"d"日"'),
        Cell("2026-05-06", Kind.DATE, "yyyy-mm-dd"),
        Cell("TRUE", Kind.BOOLEAN),
        Cell("#REF!", Kind.ERROR),
        Cell("", formula="1/0"),
        Cell("3", Kind.NUMBER, formula="1+2"),
    ]
)


@cache
def _sent() -> list[bytes]:
    records = [json.loads(path.read_text(encoding="utf-8")) for path in SAMPLES]
    return [pickle.dumps((one, xlsx.read(workbook(FORM, one)))) for one in records]


@dataclass
class Mutant:
    """A workbook, and where its fields and the rows of its table are by now."""

    record: Record
    grid: Workbook
    slots: dict[str, Address] = field(default_factory=dict)
    columns: dict[str, int] = field(default_factory=dict)
    first: int = 0
    last: int = 0

    def __post_init__(self) -> None:
        layout = FORM.layout(FORM.capacity(self.record))
        (table,) = layout.tables
        self.slots = {slot.name: slot.area.first for slot in layout.slots}
        self.columns, self.first, self.last = dict(table.columns), table.first, table.last

    @property
    def sheet(self) -> Sheet:
        return next(one for one in self.grid.sheets if one.protected and _is_form(one))

    def places(self) -> list[Address]:
        rows = range(self.first, min(self.last, self.first + 14) + 1)
        cells = [Address(row, column) for row in rows for column in self.columns.values()]
        return [*self.slots.values(), *cells]

    def insert(self, row: int) -> None:
        """Insert a row as an office program does."""
        sheet = self.sheet
        sheet.cells = {
            at.moved(at.row >= row): _followed(cell, row) for at, cell in sheet.cells.items()
        }
        self.slots = {name: at.moved(at.row >= row) for name, at in self.slots.items()}
        self.first, self.last = self.first + (self.first >= row), self.last + (self.last >= row)
        for name, (where, area) in self.grid.names.items():
            if where == sheet.name:
                moved = replace_rows(area, row)
                self.grid.names[name] = (where, moved)


def replace_rows(area: Area, row: int) -> Area:
    top, bottom = area.top + (area.top >= row), area.bottom + (area.bottom >= row)
    return area._replace(top=top, bottom=bottom)


def _is_form(sheet: Sheet) -> bool:
    return sheet.visible and any(cell.text == "项目名称" for cell in sheet.cells.values())


def _followed(cell: Cell, row: int) -> Cell:
    if cell.formula is None:
        return cell

    def moved(match: re.Match[str]) -> str:
        return f"${int(match[1]) + (int(match[1]) >= row)}"

    return cell._replace(formula=re.sub(r"(?<=[A-Z])\$(\d+)", moved, cell.formula))


def mutate(mutant: Mutant, data: st.DataObject) -> None:
    sheet, places = mutant.sheet, st.sampled_from(mutant.places())
    how = data.draw(st.sampled_from(["type"] * 5 + ["clear", "swap", "copy", "insert", "lose"]))
    if how == "type":
        sheet.cells[data.draw(places)] = data.draw(CONTENTS)
    elif how == "clear":
        sheet.cells.pop(data.draw(places), None)
    elif how == "insert":
        mutant.insert(data.draw(st.sampled_from([1, 5, mutant.first + 1, mutant.first + 3])))
    elif how == "lose":
        lose(mutant, data.draw(st.sampled_from(["names", "a name", "hidden", "footer", "others"])))
    else:
        one, other = data.draw(places), data.draw(places)
        first, second = sheet.cells.get(one), sheet.cells.get(other)
        moved = {other: first} if how == "copy" else {other: first, one: second}
        for place, cell in moved.items():
            if cell is None:
                sheet.cells.pop(place, None)
            elif cell.formula is None:
                sheet.cells[place] = cell


def lose(mutant: Mutant, what: str) -> None:
    grid, sheet = mutant.grid, mutant.sheet
    if what == "names":
        grid.names.clear()
    elif what == "a name":
        grid.names.pop("xs_f_project_name", None)
    elif what == "hidden":
        grid.sheets = [one for one in grid.sheets if one.name != SHEET]
    elif what == "others":
        grid.sheets = [sheet]
    else:
        for place in [at for at, cell in sheet.cells.items() if FORM.stated(cell.text)]:
            del sheet.cells[place]


@given(st.data())
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a smaller one says hardly more
)
def test_no_value_is_silently_wrong(data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(SAMPLES) - 1))
    record, grid = pickle.loads(_sent()[number])  # noqa: S301 - made above
    mutant = Mutant(record, grid)
    for _ in range(data.draw(st.integers(1, 6))):
        mutate(mutant, data)
    cells = dict(mutant.sheet.cells)
    readings = read(list(FORMS.values()), mutant.grid)
    (reading,) = [one for one in readings if one.record is not None]
    wrong = [*wrong_fields(mutant, cells, reading), *wrong_rows(mutant, cells, reading)]
    assert wrong == []


def wrong_fields(
    mutant: Mutant, cells: dict[Address, Cell], reading: Reading
) -> Iterator[tuple[str, object, Json]]:
    for slot, item in FIELDS.items():
        place = mutant.slots[slot]
        cell = cells.get(place, _BLANK)
        value = get(reading.record, item.pointer)
        is_told = is_named(reading, place, item.pointer) or is_told_at_texts(cell, cells, reading)
        if not (agrees(cell, value, cells) or is_told):
            yield slot, cell, value


def is_told_at_texts(total: Cell, cells: dict[Address, Cell], reading: Reading) -> bool:
    """Whether a total is added up anew since parts of it are texts, each of which is told."""
    parts = map(Address.parse, re.findall(r"\$[A-Z]+\$\d+", total.formula or ""))
    texts = [one for one in parts if cells.get(one, _BLANK).kind is Kind.TEXT and one in cells]
    codes = {one.cell for one in reading.problems if one.code == "S008"}
    return bool(texts) and all(one.a1 in codes for one in texts)


def wrong_rows(
    mutant: Mutant, cells: dict[Address, Cell], reading: Reading
) -> Iterator[tuple[str, object, Json]]:
    """Rows of the record against those of the sheet from which they were read."""
    assert reading.record is not None
    by_row: dict[int, int] = {}
    for index in range(len(get(reading.record, TABLE.pointer) or ())):
        pointers = (f"{TABLE.pointer}{join(index, name)}" for name in (*TABLE.columns, ""))
        rows = [reading.places[one].row for one in pointers if one in reading.places]
        by_row[max(rows)] = index
    for row in range(mutant.first, mutant.last + 1):
        index = by_row.pop(row, None)
        base = f"{TABLE.pointer}/{'-' if index is None else index}"
        for name, column in mutant.columns.items():
            place = Address(row, column)
            cell = cells.get(place, _BLANK)
            value = None if index is None else get(reading.record, f"{base}/{name}")
            same = agrees(cell, value, cells) or is_named(reading, place, f"{base}/{name}")
            if not same and not is_part_of_named(mutant, reading, row, name):
                yield f"{name}{row}", cell, value
    yield from ((f"row {row}", None, index) for row, index in by_row.items())


def is_part_of_named(mutant: Mutant, reading: Reading, row: int, name: str) -> bool:
    """Operator and unit are told with the value, one level with the other."""
    parts = {TABLE.quantity.operator, TABLE.quantity.unit, TABLE.quantity.value}
    together = next((one for one in (parts, {*TABLE.levels}) if name in one), set())
    return any(is_named(reading, Address(row, mutant.columns[one]), "-") for one in together)


def is_named(reading: Reading, place: Address, pointer: str) -> bool:
    return any(
        one.pointer == pointer or (one.cell == place.a1 and one.sheet == reading.sheet)
        for one in reading.problems
    )


def agrees(cell: Cell, value: Json, cells: dict[Address, Cell]) -> bool:
    """Whether a value is what a person sees in the cell, written canonically."""
    if cell.formula is not None and cell.formula.startswith("IF(COUNT("):
        parts = {Address.parse(one) for one in re.findall(r"\$[A-Z]+\$\d+", cell.formula)}
        shown = [cells.get(one, _BLANK) for one in parts]
        amounts = [Decimal(f"{float(one.text):.15g}") for one in shown if one.kind is Kind.NUMBER]
        return _is_nothing(value) if not amounts else same_number(str(sum(amounts)), value)
    text = cell.text if cell.kind is Kind.NUMBER else narrowed(cell.text)
    if cell.number_format in SHOWN and cell.kind is Kind.NUMBER:
        return value == SHOWN[cell.number_format] or same_number(text, value)
    if '"' in cell.number_format and cell.kind is Kind.NUMBER:
        return same_number(text, re.sub(r"[^\d.]", "", str(value)))
    if not text:
        return _is_nothing(value) and cell.formula is None
    if _is_nothing(value):
        return text == "定性"
    codes = {
        **{
            spelling: one
            for codes in FORM.mapping.codes.values()
            for spelling, one in codes.spellings.items()
        }
    }
    return (
        narrowed(str(value)) in {text, codes.get(text)}
        or same_date(text, value)
        or (same_number(text, value))
    )


def _is_nothing(value: Json) -> bool:
    return value is None or value is MISSING or value == ""


def narrowed(text: str) -> str:
    """A text without blanks of any kind and in ordinary letters."""
    folded = unicodedata.normalize("NFKC", re.sub(r"[\u200b-\u200d\u2060\ufeff]", "", text))
    return re.sub(r"\s+", "", folded)


def same_number(text: str, value: Json) -> bool:
    try:
        shown = Decimal(re.sub(r"[,¥'元]", "", text))
        return abs(shown - Decimal(str(value))) < Decimal("0.000001")
    except InvalidOperation:
        return False


def same_date(text: str, value: Json) -> bool:
    parts = re.fullmatch(r"(\d{4})[-年./]?(\d{1,2})[-月./]?(\d{1,2})日?", text)
    return parts is not None and value == f"{parts[1]}-{int(parts[2]):02}-{int(parts[3]):02}"
