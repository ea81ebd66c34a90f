"""A field whose options are printed with a box each: shown whole, read however it is written."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import openpyxl
import pytest
from reading_samples import FORMS

from xlsync.base.errors import FormError
from xlsync.base.record import MISSING, get, put
from xlsync.form import Form
from xlsync.reader import read
from xlsync.report.page.paper import paper
from xlsync.sources import xlsx
from xlsync.workbook.lists import option_lists
from xlsync.workbook.manifest import codes_name
from xlsync.writer import splice, write

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.record import Json, Record
    from xlsync.reader import Reading

FORM, SLOT = next(
    (form, slot)
    for form in FORMS.values()
    for slot, item in form.mapping.fields.items()
    if item.codes and form.mapping.codes[item.codes].boxes
)
ITEM = FORM.mapping.fields[SLOT]
CODES = FORM.mapping.codes[ITEM.codes or ""]
(AREA,) = (one.area for one in FORM.layout(FORM.capacity()).slots if one.name == SLOT)
FIRST, SECOND = CODES.values


def record_with(value: Json) -> Record:
    made, _ = FORM.canonical({"form": FORM.id, "year": 2024})
    assert made is not None
    if value is not MISSING:
        put(made, ITEM.pointer, value)
    return FORM.identified(made)


def cell_of(data: bytes) -> str:
    sheet = openpyxl.load_workbook(io.BytesIO(data))[FORM.template.sheet]
    return str(sheet[AREA.first.a1].value)


def read_typed(text: str) -> Reading:
    book = openpyxl.load_workbook(io.BytesIO(write(FORM, record_with(None))))
    book[FORM.template.sheet][AREA.first.a1].value = text
    buffer = io.BytesIO()
    book.save(buffer)
    (reading,) = read([FORM], xlsx.read(buffer.getvalue()))
    return reading


def test_the_cell_shows_all_options_with_their_boxes() -> None:
    assert cell_of(write(FORM, record_with(SECOND))) == f"{FIRST}□　{SECOND}☑"
    assert cell_of(write(FORM)) == f"{FIRST}□　{SECOND}□"
    assert cell_of(splice(FORM, record_with(FIRST))) == f"{FIRST}☑　{SECOND}□"
    texts = [cell.text for row in paper(FORM, record_with(FIRST)).rows for cell in row]
    assert f"{FIRST}☑　{SECOND}□" in texts


def test_the_dropdown_offers_whole_lines() -> None:
    (offered,) = (
        one.options for one in option_lists(FORM) if one.name == codes_name(ITEM.codes or "")
    )
    assert offered == [f"{FIRST}☑　{SECOND}□", f"{FIRST}□　{SECOND}☑", f"{FIRST}□　{SECOND}□"]


@pytest.mark.parametrize("value", [FIRST, SECOND, None, "", MISSING, "别的"])
def test_what_goes_out_comes_back(value: Json) -> None:
    record = record_with(value)
    (reading,) = read([FORM], xlsx.read(write(FORM, record)))
    assert reading.record is not None
    assert get(reading.record, ITEM.pointer) == value
    assert reading.record == record


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (f"{FIRST}☑　{SECOND}□", FIRST),
        (f"{FIRST}□ {SECOND}√", SECOND),
        (f"☑{FIRST} □{SECOND}", FIRST),
        (f"{FIRST}■{SECOND}□", FIRST),
        (f"{FIRST}项目", FIRST),
        (SECOND, SECOND),
        (f"{FIRST}□ {SECOND}□", None),
        ("", None),
    ],
)
def test_every_way_to_write_it_is_read(text: str, value: str | None) -> None:
    reading = read_typed(text)
    assert get(reading.record or {}, ITEM.pointer) == value
    told = [one.code for one in reading.problems if one.pointer == ITEM.pointer]
    assert told == ([] if value else ["F001"])


def test_two_ticks_are_no_answer() -> None:
    reading = read_typed(f"{FIRST}☑　{SECOND}☑")
    assert get(reading.record or {}, ITEM.pointer) is None
    assert "V001" in [one.code for one in reading.problems if one.pointer == ITEM.pointer]


def test_boxes_name_all_values_in_their_order(tmp_path: Path) -> None:
    mapping = FORM.mapping_path.read_text(encoding="utf-8")
    before = f'boxes = ["{FIRST}", "{SECOND}"]'
    assert before in mapping
    paths = []
    for folder, own in (("templates", FORM.template_path), ("mappings", FORM.mapping_path)):
        (tmp_path / folder).mkdir()
        for path in own.parent.glob("project-goal-*.toml"):
            text = path.read_text(encoding="utf-8")
            (tmp_path / folder / path.name).write_text(
                text.replace(before, f'boxes = ["{SECOND}", "{FIRST}"]'), encoding="utf-8"
            )
        paths.append(tmp_path / folder / own.name)
    with pytest.raises(FormError, match="boxes: the words of all values in their order"):
        Form.load(*paths)
