"""The rules of the official families hold twice: what the formulas find is what the reader finds.

One broken record a family, broken in every kind of rule that no other test of this kind tries, so
that an office program is asked five times and not once for each rule.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from engines import gnumeric, hyperformula
from findings import named_findings, reader_finds, sheet_finds
from reading_samples import FORMS

from xlsync.base.files import write_file
from xlsync.base.record import put
from xlsync.reader import read
from xlsync.sources import xlsx
from xlsync.writer import splice

if TYPE_CHECKING:
    from calc import Calc

    from xlsync.base.record import Json, Record
    from xlsync.form import Form

pytestmark = pytest.mark.client

SAMPLES = Path(__file__).parents[2] / "samples" / "official-families"

BROKEN: dict[str, tuple[dict[str, Json], list[str]]] = {
    "central-2015.xlsx": (
        {"/funds/annual_total": "43000000.00", "/funds/total": "42000000.00"},
        ["M002", "M003"],
    ),
    "county-2016.xlsx": (
        {"/funds/own": "50000.00", "/schedule/0/end": "2016-02-01", "/project_nature": "其他"},
        ["C001", "D002", "I003", "I003", "I003", "I003", "M001"],
    ),
    "department-2016.xlsx": (
        {"/tasks/1/fiscal": "10000.00", "/goals/1/goal": "森林覆盖率比上年提高0.2个百分点。"},
        ["I016", "M001", "M002"],
    ),
    "monitoring-2019.xlsx": (
        {"/indicators/0/prospect": "说不好", "/indicators/2/explanation": None},
        ["P006", "P007", "V001"],
    ),
    "self-evaluation-2020.xlsx": (
        {"/indicators/0/score": "21.00", "/funds/annual_total/executed": "9000000.00"},
        ["M002", "P001", "P004", "P005"],
    ),
}


def broken(name: str) -> tuple[Form, Record]:
    """A sample with changes, as a record."""
    (reading,) = read(list(FORMS.values()), xlsx.read((SAMPLES / name).read_bytes()))
    form, record = FORMS[reading.form or ""], copy.deepcopy(reading.record or {})
    for pointer, value in BROKEN[name][0].items():
        table, _, cell = pointer.strip("/").partition("/")
        number, _, column = cell.partition("/")
        if number.isdigit():
            record[table][int(number)][column] = value
        else:
            put(record, pointer, value)
    made, problems = form.canonical(record)
    assert made is not None, problems
    return form, made


@pytest.mark.parametrize("name", BROKEN)
def test_sheet_and_reader_find_the_same(calc: Calc, tmp_path: Path, name: str) -> None:
    form, record = broken(name)
    path = tmp_path / "form.xlsx"
    write_file(path, splice(form, record))
    told = reader_finds(form, path)
    assert [one.split()[0] for one in told] == BROKEN[name][1]
    calc.open(path, hidden=True)
    assert sheet_finds(calc, form, form.capacity(record)) == told


@pytest.mark.parametrize("engine", ["gnumeric", "hyperformula"])
def test_other_programs_find_the_same(tmp_path: Path, engine: str) -> None:
    made = [broken(name) for name in BROKEN]
    books = [splice(form, record) for form, record in made]
    texts = gnumeric(books, tmp_path) if engine == "gnumeric" else hyperformula(books)
    for (form, record), book, found in zip(made, books, texts, strict=True):
        write_file(tmp_path / "form.xlsx", book)
        told = reader_finds(form, tmp_path / "form.xlsx")
        assert named_findings(form, form.capacity(record), found) == told
