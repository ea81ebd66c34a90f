"""Where pointers point: fields, tables, rows, columns, and nowhere."""

from __future__ import annotations

import pytest
from running import FORM, FORMS

MAPPING = FORMS[FORM].mapping
TABLE = next(iter(MAPPING.tables.values()))
COLUMN = next(iter(TABLE.columns))


@pytest.mark.parametrize("slot", MAPPING.fields)
def test_every_field_is_found_by_its_pointer(slot: str) -> None:
    at = MAPPING.locate(MAPPING.fields[slot].pointer)
    assert at.item is MAPPING.fields[slot]
    assert (at.table, at.row, at.column) == (None, None, None)
    assert at.is_known
    assert at.row_pointer is None


def test_a_table_as_a_whole_is_no_row() -> None:
    at = MAPPING.locate(TABLE.pointer)
    assert (at.table, at.row, at.row_table, at.is_row) == (TABLE, None, None, False)
    assert at.is_known


@pytest.mark.parametrize(("row", "position"), [("0", 0), ("17", 17), ("a-row", None)])
def test_a_row_is_named_by_its_position_or_its_id(row: str, position: int | None) -> None:
    at = MAPPING.locate(f"{TABLE.pointer}/{row}")
    assert (at.row, at.position, at.is_row) == (row, position, True)
    assert at.row_pointer == at.pointer


def test_a_column_is_found_in_its_row() -> None:
    at = MAPPING.locate(f"{TABLE.pointer}/2/{COLUMN}")
    assert at.item is TABLE.columns[COLUMN]
    assert (at.row_pointer, at.column, at.is_row) == (f"{TABLE.pointer}/2", COLUMN, False)
    assert at.title == f"{TABLE.label}第3条的“{TABLE.columns[COLUMN].label}”"


@pytest.mark.parametrize("inside", ["nothing", f"{COLUMN}/deeper", "a~1b"])
def test_what_a_row_has_besides_is_not_known(inside: str) -> None:
    at = MAPPING.locate(f"{TABLE.pointer}/0/{inside}")
    assert at.item is None
    assert at.column == inside.replace("~1", "/")
    assert not at.is_known


@pytest.mark.parametrize("pointer", ["", "/", "nothing", "/nothing", f"{TABLE.pointer}s", "/~"])
def test_what_leads_nowhere_is_not_known(pointer: str) -> None:
    at = MAPPING.locate(pointer)
    assert (at.item, at.table, at.is_known, at.pointer) == (None, None, False, pointer)
