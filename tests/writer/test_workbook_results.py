"""What is written beside the formulas is what programs compute from them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from engines import hyperformula
from findings import results_apart
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_form import MAPPING, load_form
from splice_records import records

from xlsync.base.files import write_file
from xlsync.form import Catalogue
from xlsync.form.template import CHECKS
from xlsync.sources import xlsx
from xlsync.workbook.heights import Heights
from xlsync.workbook.helper_sheets import companions
from xlsync.workbook.manifest import DOUBTFUL, WRONG
from xlsync.workbook.results import computation
from xlsync.writer import splice
from xlsync.writer.contents import contents, describe, prefilled

if TYPE_CHECKING:
    from calc import Calc

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.workbook.results import Results

FORMS = {form.id: form for form in Catalogue()}
SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*/*/*.json"))
RECORDS = [json.loads(path.read_text("utf-8")) for path in SAMPLES][::4]


def sent_out(form: Form, record: Record | None, path: Path) -> Results:
    """Write the workbook of a record; what stands beside its formulas, seen to be in the file."""
    stated = replace(
        describe(form, record),
        prefilled=prefilled(form, record) if record else None,
        due="2024-10-31",
        contact="财政所 张三 <a&b>",
    )
    layout = form.layout(form.capacity(record))
    changes = contents(form, layout, Heights(form, layout), record, stated).results
    results = computation(form, layout).all(changes)
    data = splice(form, record, stated)
    write_file(path, data)
    sheets = {sheet.name: sheet.cells for sheet in xlsx.read(data).sheets}
    for sheet, cells in results.items():
        for at, result in cells.items():
            assert sheets[sheet][at].text == in_file(result), (sheet, at.a1)
    return results


def in_file(result: object) -> str:
    return str(result).upper() if isinstance(result, bool) else str(result)


def assert_computed(calc: Calc, form: Form, record: Record | None, path: Path) -> None:
    results = sent_out(form, record, path)
    calc.open(path, hidden=True)
    assert not results_apart(calc, form, results)
    calc.act("compute_all")
    assert not results_apart(calc, form, results)


@pytest.mark.client
@pytest.mark.parametrize("form_id", FORMS)
def test_a_blank_workbook_shows_what_is_computed(calc: Calc, form_id: str, tmp_path: Path) -> None:
    assert_computed(calc, FORMS[form_id], None, tmp_path / "blank.xlsx")


@pytest.mark.client
@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["project_name"])
def test_samples_show_what_is_computed(calc: Calc, record: Record, tmp_path: Path) -> None:
    """All of a record, and without its rows, as it goes out to a unit that has to add them."""
    form = FORMS[record["form"]]
    whole = form.identified(record)
    assert_computed(calc, form, whole, tmp_path / "whole.xlsx")
    empty = {table.pointer.strip("/"): [] for table in form.mapping.tables.values()}
    assert_computed(calc, form, whole | empty, tmp_path / "fields.xlsx")


BY_TYPE = {
    "integer": 5,
    "date": "2023-03-15",
    "money": "12.25",
    "score": "3.50",
    "percent": "95.00",
    "phone": "021-60000000",
    "email": "name@example.cn",
    "code": "213001",
}


@pytest.mark.client
@pytest.mark.parametrize("name", BY_TYPE)
def test_a_value_of_any_type_shows_what_is_computed(calc: Calc, name: str, tmp_path: Path) -> None:
    mapping = MAPPING.replace('label = "备注"', f'label = "备注"\ntype = "{name}"')
    form = load_form(tmp_path, mapping=mapping)
    stops = [{"province": "浙江", "city": "杭州", "task": "开会"}]
    record, _ = form.canonical({"form": "trip", "who": "甲", "note": BY_TYPE[name], "stops": stops})
    assert_computed(calc, form, form.identified(record), tmp_path / "typed.xlsx")


@pytest.mark.client
@pytest.mark.slow
@settings(
    max_examples=24,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_record_shows_what_is_computed(calc: Calc, tmp_path: Path, data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(list(FORMS.values())))
    record = data.draw(records(form))
    assert_computed(calc, form, record, tmp_path / "any.xlsx")


@pytest.mark.client
def test_hyperformula_finds_what_is_written(tmp_path: Path) -> None:
    cases = [(form, None) for form in FORMS.values()]
    cases += [(FORMS[one["form"]], FORMS[one["form"]].identified(one)) for one in RECORDS]
    written = []
    for number, (form, record) in enumerate(cases):
        path = tmp_path / f"{number}.xlsx"
        results = sent_out(form, record, path)[CHECKS]
        layout = form.layout(form.capacity(record))
        (names,) = (one.names for one in companions(form, layout) if one.name == CHECKS)
        written.append("".join(str(results[names[name].first]) for name in (WRONG, DOUBTFUL)))
    paths = (tmp_path / f"{number}.xlsx" for number in range(len(cases)))
    assert hyperformula([path.read_bytes() for path in paths]) == written
