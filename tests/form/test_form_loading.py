"""A form whose files are wrong is refused in one line that names file, table and key."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from small_form import MAPPING, TEMPLATE, load_form

from xlsync.base.errors import FormError, XlsyncError
from xlsync.form import Form, extending

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted({path.stem for path in (ROOT / "templates").glob("*.toml")})


@pytest.mark.parametrize("name", NAMES)
def test_every_pair_in_the_folders_loads(name: str) -> None:
    form = Form.load(ROOT / "templates" / f"{name}.toml", ROOT / "mappings" / f"{name}.toml")
    assert form.id == name
    layout = form.layout(form.capacity())
    assert {slot.name for slot in layout.slots} == set(form.mapping.fields)
    assert {table.name for table in layout.tables} == set(form.mapping.tables)


def test_no_mapping_is_without_a_template() -> None:
    assert sorted({path.stem for path in (ROOT / "mappings").glob("*.toml")}) == NAMES


def test_the_small_form_loads(tmp_path: Path) -> None:
    assert load_form(tmp_path).id == "trip"


# what is replaced in the template, by what, and what the message says
IN_TEMPLATE = {
    "a slot without a field": (
        'slot = "left"',
        'slot = "lift"',
        (
            "templates/trip.toml: blocks[1].slots[2]: 'lift' is no field of the mapping; "
            "mappings/trip.toml: fields.left: the template has no slot for it"
        ),
    ),
    "a field without a slot": (
        '    { area = "D2", style = "input", slot = "left" },\n',
        "",
        "mappings/trip.toml: fields.left: the template has no slot for it",
    ),
    "a column without a slot": (
        '    { column = "G", style = "input", slot = "currency" },\n',
        "",
        "mappings/trip.toml: tables.stops.columns.currency: the template has no slot for it",
    ),
    "a slot without a column": (
        'slot = "city"',
        'slot = "town"',
        (
            "templates/trip.toml: blocks[2].columns[2]: 'stops.town' is no column of the mapping; "
            "mappings/trip.toml: tables.stops.columns.city: the template has no slot for it"
        ),
    ),
    "a table that is none": (
        'table = "stops"',
        'table = "halts"',
        (
            "templates/trip.toml: blocks[2].table: 'halts' is no table of the mapping; "
            "mappings/trip.toml: tables.stops: the template has no slot for it"
        ),
    ),
    "a label of nothing": (
        'of = "who"',
        'of = "whom"',
        "templates/trip.toml: blocks[1].labels[2]: 'whom' is no field or column of the mapping",
    ),
    "a heading of nothing": (
        'of = "task"',
        'of = "work"',
        "templates/trip.toml: blocks[2].headings[3]: 'work' is no field or column of the mapping",
    ),
    "a slot twice": (
        'slot = "left" }',
        'slot = "who" }',
        (
            "templates/trip.toml: slot 'who' has two places; "
            "mappings/trip.toml: fields.left: the template has no slot for it"
        ),
    ),
    "a slot over a label": (
        'area = "B2", style = "input"',
        'area = "B2:C2", style = "input"',
        "templates/trip.toml: on the whole sheet, label '出发' C3 and slot 'who' B3:C3 overlap",
    ),
    "two columns in one": (
        'column = "C", style = "input"',
        'column = "B", style = "input"',
        (
            "templates/trip.toml: on the whole sheet, "
            "column 'province' of 'stops' B6:B8 and column 'city' of 'stops' B6:B8 overlap"
        ),
    ),
    "a label that reaches into the table": (
        'area = "A3", style',
        'area = "A3:B5", style',
        (
            "label '交通' A4:B6 and label '省' B5 overlap; on the whole sheet, "
            "label '交通' A4:B6 and label '行程' A6 overlap; on the whole sheet, "
        ),
    ),
    "a slot outside the sheet": (
        'area = "B3:D3"',
        'area = "B3:H3"',
        "on the whole sheet, slot 'means' B4:H4 lies outside its columns and rows",
    ),
    "a column outside the sheet": (
        'column = "G"',
        'column = "Z"',
        "on the whole sheet, column 'currency' of 'stops' Z6:Z8 lies outside",
    ),
    "another form": ('form = "trip"', 'form = "tour"', "form: 'tour' is not the mapping's 'trip'"),
    "an unknown style": (
        'area = "B2", style = "input"',
        'area = "B2", style = "inputs"',
        "templates/trip.toml: blocks[1].slots[1]: there is no style 'inputs'",
    ),
    "a style that extends nothing": (
        'extends = "base"',
        'extends = "bass"',
        "templates/trip.toml: styles.input.extends: there is no style 'bass'",
    ),
    "styles in a circle": (
        'font = "宋体"',
        'extends = "input"',
        "templates/trip.toml: styles.base.extends: 'base' extends itself",
    ),
    "an unknown key": (
        'slot = "left" }',
        'slot = "left", bold = true }',
        "templates/trip.toml: blocks[1].slots[2].bold: unknown key",
    ),
    "an unknown table of keys": (
        "[page]",
        "[pages]",
        "templates/trip.toml: page: this key is missing",
    ),
    "a missing key": (
        "row_height = 20\n",
        "",
        "templates/trip.toml: blocks[2].row_height: this key is missing",
    ),
    "an unknown kind of block": (
        'kind = "table"',
        'kind = "grid"',
        "templates/trip.toml: blocks[2]: unknown kind 'grid'; known are 'fixed', 'table'",
    ),
    "a bad address": (
        'area = "D2"',
        'area = "2D"',
        "templates/trip.toml: blocks[1].slots[2].area: '2D' is not a cell address",
    ),
    "a bad number": (
        "row_height = 20",
        "row_height = -1",
        "templates/trip.toml: blocks[2].row_height: -1 should be greater than 0",
    ),
    "a number as text": (
        "row_height = 20",
        'row_height = "20"',
        "templates/trip.toml: blocks[2].row_height: '20' should be a valid number",
    ),
    "a bad colour": (
        '"#FFC7CE"',
        '"pink"',
        "templates/trip.toml: marks.wrong: 'pink' is no colour",
    ),
    "a label that says two things": (
        'of = "who"',
        'of = "who", text = "姓名"',
        "templates/trip.toml: blocks[1].labels[2]: needs either text or of",
    ),
    "a bad name of the sheet": (
        'sheet = "出差单"',
        'sheet = "出差/单"',
        "templates/trip.toml: sheet: '出差/单' should match pattern",
    ),
    "bad TOML": (
        "[page]",
        "[page",
        (
            "templates/trip.toml: not valid TOML: Expected ']' at the end of a table declaration "
            "(at line 6, column 6)"
        ),
    ),
}

# the same for the mapping
IN_MAPPING = {
    "an unknown rule kind": (
        'kind = "required"',
        'kind = "requires"',
        "mappings/trip.toml: rules[1]: unknown kind 'requires'; known are 'required', ",
    ),
    "an unknown key": ('label = "姓名"', 'label = "姓名"\nx = 1', "fields.who.x: unknown key"),
    "an unknown key of a rule": (
        'kind = "required"',
        'kind = "required"\nslot = "who"',
        "mappings/trip.toml: rules[1].slot: unknown key",
    ),
    "an unknown severity": (
        'severity = "error"',
        'severity = "fatal"',
        "mappings/trip.toml: rules[1].severity: 'fatal' should be 'error' or 'warning'",
    ),
    "an unknown type": (
        'type = "date"',
        'type = "day"',
        "mappings/trip.toml: fields.left.type: unknown type 'day'; known are text, ",
    ),
    "a bad pointer": (
        '"/dates/left"',
        '"dates.left"',
        "mappings/trip.toml: fields.left.pointer: 'dates.left' should match pattern",
    ),
    "a bad form id": ('form = "trip"', 'form = "Trip 1"', "form: 'Trip 1' should match pattern"),
    "a code list that is none": (
        'codes = "means"',
        'codes = "ways"',
        "mappings/trip.toml: fields.means.codes: code list 'ways' does not exist",
    ),
    "a key twice": (
        'label = "姓名"',
        'label = "姓名"\nlabel = "名"',
        "mappings/trip.toml: not valid TOML: Cannot overwrite a value (at line 13,",
    ),
}

CASES = [
    *((f"template: {name}", *case, TEMPLATE, True) for name, case in IN_TEMPLATE.items()),
    *((f"mapping: {name}", *case, MAPPING, False) for name, case in IN_MAPPING.items()),
]


@pytest.mark.parametrize(
    ("old", "new", "words", "text", "is_template"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_mistake_is_named(
    tmp_path: Path, old: str, new: str, words: str, text: str, *, is_template: bool
) -> None:
    assert old in text
    spoilt = text.replace(old, new, 1)
    pair = (spoilt, MAPPING) if is_template else (TEMPLATE, spoilt)
    with pytest.raises(XlsyncError) as caught:
        load_form(tmp_path, *pair)
    message = str(caught.value).replace(f"{tmp_path}{os.sep}", "")
    assert words in message
    assert "\n" not in message
    assert message.startswith(("templates/trip.toml: ", "mappings/trip.toml: "))


def test_many_mistakes_are_told_up_to_five(tmp_path: Path) -> None:
    with pytest.raises(XlsyncError) as caught:
        load_form(tmp_path, TEMPLATE.replace("area = ", "erea = "))
    message = str(caught.value)
    assert message.count("unknown key") + message.count("is missing") == FormError.SHOWN
    assert re.search(r"; and \d+ more$", message)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(XlsyncError, match=r"trip\.toml: cannot read: No such file"):
        Form.load(tmp_path / "trip.toml", tmp_path / "trip.toml")


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "trip.toml"
    path.write_bytes('title = "出差"'.encode("gbk"))
    with pytest.raises(XlsyncError, match=r"trip\.toml: not valid TOML: .*utf-8"):
        Form.load(path, path)


def test_a_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extending, "MAX_BYTES", 10)
    with pytest.raises(XlsyncError, match=r"trip\.toml: larger than 10 bytes"):
        load_form(tmp_path)
