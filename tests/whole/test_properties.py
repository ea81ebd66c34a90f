"""Nothing is lost and nothing is guessed: for any record, and for any text in any cell."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_samples import (
    FILLED,
    FORMS,
    HEAD,
    HEADINGS,
    VARIED,
    our_workbook,
    read_grid,
    read_text,
)
from record_strategies import records

from xlsync.base.grid import Address, Cell, Sheet
from xlsync.base.record import canonical_bytes
from xlsync.exchange.reading import read_record
from xlsync.exchange.workbooks import workbook
from xlsync.reader import read
from xlsync.sources import xlsx

if TYPE_CHECKING:
    from xlsync.base.grid import Workbook
    from xlsync.form import Form
    from xlsync.reader import Reading

pytestmark = pytest.mark.slow

few = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(params=list(VARIED.values()), ids=list(VARIED), scope="module")
def form(request: pytest.FixtureRequest) -> Form:
    made: Form = request.param
    return made


@given(st.data())
@few
def test_a_record_survives_its_workbook(form: Form, data: st.DataObject) -> None:
    record = data.draw(records(form))
    (reading,) = read([*FORMS.values()], xlsx.read(workbook(form, record)))
    assert reading.record == record
    assert canonical_bytes(reading.record) == canonical_bytes(record)
    assert reading.states_id


@given(st.data())
@settings(few, max_examples=5)
def test_the_same_record_gives_the_same_bytes(form: Form, data: st.DataObject) -> None:
    record = data.draw(records(form))
    again = json.loads(canonical_bytes(record))
    assert workbook(form, again) == workbook(form, record)


@given(st.data())
@settings(few, max_examples=50)
def test_a_record_survives_its_json(form: Form, data: st.DataObject) -> None:
    record = data.draw(records(form))
    reading = read_record(FORMS, json.loads(canonical_bytes(record)))
    assert reading.record == record
    assert canonical_bytes(reading.record) == canonical_bytes(record)


@given(st.data())
@settings(few, max_examples=5)
def test_a_workbook_says_what_its_record_says(form: Form, data: st.DataObject) -> None:
    """The rules find in the workbook what they find in the record, each at a cell."""
    record = data.draw(records(form))
    (reading,) = read([form], xlsx.read(workbook(form, record)))
    expected = [(one.code, one.pointer, one.message) for one in form.check(record)]
    told = [(one.code, one.pointer, one.message) for one in reading.problems]
    assert sorted(told, key=str) == sorted(expected, key=str)
    assert all(one.cell for one in reading.problems)


TYPED = st.sampled_from(["〔甲7〕", "987654.32", "2031-05-06", "第7项", "+甲7", "p<7"])
_, FULL = our_workbook()
_, BARE = our_workbook(HEAD + HEADINGS)
GRIDS = [pickle.dumps(grid) for grid in (FULL, BARE)]
SHEETS = [sheet.name for sheet in FULL.sheets]
PLACES = st.builds(Address, st.integers(1, 60), st.integers(1, 12))
TAKEN = {sheet.name: sorted(sheet.cells) for sheet in FULL.sheets}


def assert_told(readings: list[Reading], text: str) -> None:
    told = [one.found or "" for reading in readings for one in reading.problems]
    recorded = [json.dumps(reading.record, ensure_ascii=False) for reading in readings]
    assert any(text in one for one in told + recorded), f"{text!r} is lost"


def spoilt(data: st.DataObject) -> Workbook:
    grid: Workbook = pickle.loads(data.draw(st.sampled_from(GRIDS)))  # noqa: S301 - made above
    if data.draw(st.booleans()):
        grid.names.clear()
    if data.draw(st.integers(0, 3)) == 0:
        grid.sheets = [
            sheet for sheet in grid.sheets if data.draw(st.booleans()) or sheet.protected
        ]
    return grid


@given(st.data())
@many
def test_a_text_typed_into_any_cell_is_told(data: st.DataObject) -> None:
    grid, text = spoilt(data), data.draw(TYPED)
    sheet = data.draw(st.sampled_from(grid.sheets))
    address = data.draw(PLACES | st.sampled_from(TAKEN[sheet.name]))
    sheet.cells[address] = Cell(text)
    assert_told(read_grid(grid), text)


@given(st.data())
@settings(many, max_examples=30)
def test_a_comment_or_a_new_sheet_is_told(data: st.DataObject) -> None:
    grid, text = spoilt(data), data.draw(TYPED)
    address = data.draw(PLACES)
    if data.draw(st.booleans()):
        data.draw(st.sampled_from(grid.sheets)).comments[address] = text
    else:
        place = data.draw(st.integers(0, len(grid.sheets)))
        name = data.draw(st.sampled_from(["附表", "Sheet1", "测算"]))
        grid.sheets.insert(place, Sheet(name, {address: Cell(text)}))
    assert_told(read_grid(grid), text)


LINES = [line.split("|") for line in FILLED.rstrip("\n").split("\n")]


@given(st.data())
@many
def test_a_text_anywhere_in_an_extract_is_told(data: st.DataObject) -> None:
    lines, text = [[*line] for line in LINES], data.draw(TYPED)
    line = data.draw(st.sampled_from(lines))
    place = data.draw(st.integers(0, len(line)))
    how = data.draw(st.sampled_from(["replace", "insert", "new line"]))
    if how == "replace" and place < len(line):
        line[place] = text
    elif how == "insert":
        line.insert(place, text)
    else:
        lines.insert(data.draw(st.integers(0, len(lines))), [""] * place + [text])
    assert_told(read_text("\n".join("\t".join(line) for line in lines)), text)


@given(
    st.lists(st.lists(st.sampled_from([*{piece for line in LINES for piece in line}]) | st.text()))
)
@settings(many, max_examples=50)
def test_no_text_breaks_the_reader(lines: list[list[str]]) -> None:
    for reading in read_text("\n".join("\t".join(line) for line in lines)):
        assert reading.form is None or reading.record is not None
