"""Indicator values typed into one cell of our own sheet, as on paper."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_samples import FORM, our_workbook, read_grid, record_of, with_rows
from record_strategies import TEXTS

from xlsync.base.grid import Address, Cell, Kind
from xlsync.exchange.workbooks import workbook
from xlsync.form.codes import is_plain
from xlsync.form.template import SHEET
from xlsync.reader import read
from xlsync.sources import xlsx
from xlsync.workbook.manifest import kept_mark
from xlsync.writer import describe

if TYPE_CHECKING:
    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record

(TABLE,) = FORM.layout(FORM.capacity()).tables
PARTS = ("operator", "value", "unit")
Parts = tuple[str | None, str | None, str | None]


def place(column: str, index: int = 0) -> Address:
    return Address(TABLE.first + index, TABLE.columns[column])


def read_typed(
    operator: str | None, value: Cell, unit: str | None, *, values_only: bool = False
) -> tuple[Parts, list[Problem]]:
    """The parts of the first row when these cells were typed into it, and what is told of it."""
    _, grid = our_workbook()
    (sheet,) = (one for one in grid.sheets if one.name == FORM.template.sheet)
    sheet.values_only = values_only
    cells = {"operator": operator and Cell(operator), "value": value, "unit": unit and Cell(unit)}
    for name, cell in cells.items():
        sheet.cells.pop(place(name), None)
        if cell:
            sheet.cells[place(name)] = cell
    (reading,) = read_grid(grid)
    row = record_of(reading)["indicators"][0]
    told = [one for one in reading.problems if one.cell == place("value").a1]
    operator, text, unit = (row[name] for name in PARTS)
    return (operator, text, unit), told


# typed into the cell of the value alone → what is meant
MEANT: dict[str, Parts] = {
    "≥85%": ("≥", "85", "%"),
    "≥85.00(%)": ("≥", "85.00", "%"),
    ">=85%": ("≥", "85", "%"),
    "＞＝８５．００（％）": ("≥", "85.00", "%"),
    "不低于85%": ("≥", "85", "%"),
    "≤20万元": ("≤", "20", "万元"),
    "不超过 20 万元": ("≤", "20", "万元"),
    "985米": (None, "985", "米"),
    "0起": (None, "0", "起"),
    "'85%": (None, "85", "%"),
    "85\u00a0%": (None, "85", "%"),
    "８５": (None, "85", None),
}


@pytest.mark.parametrize(("text", "meant"), MEANT.items())
def test_what_is_typed_in_one_piece_is_taken_apart_and_told(text: str, meant: Parts) -> None:
    for operator, unit in ((None, None), (meant[0], meant[2])):
        parts, told = read_typed(operator, Cell(text), unit)
        assert parts == meant
        assert [(one.code, one.found) for one in told if one.code[0] == "V"] == [("V002", text)]


@pytest.mark.parametrize(
    "text", ["12-15天", "2023年6月底前", "5筐", "不低于2022年的水平", "2023年"]
)
def test_what_is_no_quantity_stays_a_text_without_a_word(text: str) -> None:
    assert read_typed(None, Cell(text), None) == ((None, text, None), [])


CONTRADICTIONS = [("≤", "≥85%", "%"), ("≥", "85%", "个"), ("定性", "≥85%", None), ("?", ">1", None)]


@pytest.mark.parametrize(("operator", "text", "unit"), CONTRADICTIONS)
def test_what_the_cells_beside_contradict_is_not_chosen(
    operator: str, text: str, unit: str | None
) -> None:
    (_, value, _), told = read_typed(operator, Cell(text), unit)
    assert value is None
    (one,) = told
    assert (one.code, one.found) == ("V001", text)
    assert operator in one.message


# a number, its format, the unit beside → the parts, None where nothing is chosen
QUOTED_YEAR = '"("0"年度)"'

NUMBERS: list[tuple[str, str, str | None, bool, Parts | None]] = [
    ("0.95", "0%", None, False, (None, "95", "%")),
    ("0.95", "0.00%", "%", False, (None, "95", "%")),
    ("95", '0"%"', None, False, (None, "95", "%")),
    ("95", '0.00"(%)"', None, False, (None, "95.00", "%")),
    ("0.95", "General", None, False, (None, "0.95", None)),
    ("0.95", "General", "公里", False, (None, "0.95", "公里")),
    ("0.95", "General", "%", False, None),
    ("1", "General", "%", False, None),
    ("95", "General", "%", False, (None, "95", "%")),
    ("0.95", "General", None, True, None),
    ("2023", QUOTED_YEAR, None, False, (None, "(2023年度)", None)),
    ("1", "General", None, True, (None, "1", None)),
]


@pytest.mark.parametrize(("digits", "number_format", "unit", "values_only", "parts"), NUMBERS)
def test_a_number_that_could_mean_two_things_is_not_chosen(
    digits: str,
    number_format: str,
    unit: str | None,
    values_only: bool,  # noqa: FBT001
    parts: Parts | None,
) -> None:
    cell = Cell(digits, Kind.NUMBER, number_format)
    found, told = read_typed(None, cell, unit, values_only=values_only)
    assert found == (parts or (None, None, unit))
    refused = [one.message for one in told if one.code == "V001"]
    assert bool(refused) == (parts is None)
    assert all(f"{float(digits):.0%}" in message for message in refused)


def test_a_fraction_sign_is_kept_and_told() -> None:
    parts, told = read_typed(None, Cell("½"), None)
    assert parts == (None, "½", None)
    assert [one.code for one in told] == ["V002"]


def test_an_operator_in_words_is_told_in_a_joined_column_too() -> None:
    reading = with_rows("绩效指标|产出指标|质量指标|合格率|不低于85%")
    row = record_of(reading)["indicators"][0]
    assert [row[name] for name in PARTS] == ["≥", "85", "%"]
    assert [(one.code, one.found) for one in reading.problems if one.code[0] == "V"] == [
        ("V002", "不低于85%")
    ]


def test_columns_of_their_own_are_not_a_joined_one() -> None:
    heading = "|一级指标|二级指标|三级指标|计算符号|指标值|计量单位\n"
    row = "|产出指标|质量指标|合格率|≥|85|%\n"
    _, grid = our_workbook()
    text = (heading + row).replace("\n", "\n").split("\n")
    assert text
    (sheet,) = (one for one in grid.sheets if one.name == FORM.template.sheet)
    grid.names.clear()
    grid.sheets = [sheet]
    cells = {at: cell for at, cell in sheet.cells.items() if at.row < TABLE.area.top}
    for number, line in enumerate(text, start=TABLE.area.top):
        cells |= {
            Address(number, at): Cell(one) for at, one in enumerate(line.split("|"), 1) if one
        }
    sheet.cells = cells
    (reading,) = read_grid(grid)
    found = record_of(reading)["indicators"][0]
    assert [found[name] for name in PARTS] == ["≥", "85", "%"]


def given_text(value: Json) -> Record:
    record = copy.deepcopy(our_workbook()[0])
    record["indicators"][0] |= {"operator": None, "value": value, "unit": None}
    return record


@given(st.sampled_from([*MEANT, "½"]) | TEXTS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_text_that_was_given_comes_back_as_it_was(value: str) -> None:
    (record, problems) = FORM.canonical(given_text(value))
    assert record is not None, problems
    (reading,) = read([FORM], xlsx.read(workbook(FORM, record)))
    assert reading.record == record
    assert [one for one in reading.problems if one.code[0] in "SV"] == []


def test_a_given_text_that_was_edited_is_taken_apart() -> None:
    grid = xlsx.read(workbook(FORM, given_text("≥85%")))
    (sheet,) = (one for one in grid.sheets if one.name == FORM.template.sheet)
    sheet.cells[place("value")] = Cell("≥90%")
    (reading,) = read_grid(pickle.loads(pickle.dumps(grid)))  # noqa: S301 - made in this line
    assert [record_of(reading)["indicators"][0][name] for name in PARTS] == ["≥", "90", "%"]


def test_the_manifest_notes_only_what_would_be_taken_apart() -> None:
    record = given_text("≥85%")
    pointer = f"/indicators/{record['indicators'][0]['id']}/value"
    assert describe(FORM, record).kept == {kept_mark(pointer, "≥85%")}
    assert describe(FORM, given_text("达标")).kept == frozenset()
    table = FORM.mapping.tables["indicators"]
    assert is_plain(FORM.mapping, table, "85.00")
    assert SHEET in {one.name for one in xlsx.read(workbook(FORM, record)).sheets}
