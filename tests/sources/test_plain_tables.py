"""A table without tree, levels and quantity is one as well: written, read, checked, compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from record_strategies import records
from small_form import MAPPING, TEMPLATE, load_form

from xlsync.base.errors import XlsyncError
from xlsync.exchange.workbooks import workbook
from xlsync.form import Catalogue, Form
from xlsync.reader import read
from xlsync.records import carry, compare
from xlsync.records.carrying import identity
from xlsync.sources import text as text_source
from xlsync.sources import xlsx

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.record import Record

_START = TEMPLATE.index('[[blocks]]\nkind = "table"')
_END = TEMPLATE.index('[[blocks]]\nkind = "fixed"\nrows = [20]')
PLAIN_TEMPLATE = (
    TEMPLATE[:_START]
    + """
[[blocks]]
kind = "table"
table = "costs"
heading_rows = [20]
headings = [
    { area = "B1", style = "base", of = "what" },
    { area = "C1", style = "base", of = "amount" },
    { area = "D1", style = "base", of = "why" },
]
caption = { column = "A", style = "base" }
columns = [
    { column = "B", style = "input", slot = "what" },
    { column = "C", style = "input", slot = "amount" },
    { column = "D", style = "input", slot = "why" },
]
row_height = 20
rows = 3
shown = 3
spare = 2
whole = true

"""
    + TEMPLATE[_END:]
)
_TABLE = MAPPING.index("[tables.stops]")
_CODES = MAPPING.index("[codes.means]")
_TREES = MAPPING.index("[trees.places]")
_RULES = MAPPING.index("[[rules]]")
PLAIN_MAPPING = (
    MAPPING[:_TABLE]
    + """
[tables.costs]
pointer = "/costs"
label = "费用"
name = "what"
key = ["what"]

[tables.costs.columns]
what = { label = "费用名称", required = true }
amount = { label = "金额", type = "money" }
why = { label = "说明" }

"""
    + MAPPING[_CODES:_TREES]
    + MAPPING[_RULES:]
    + """
[[rules]]
code = "I003"
severity = "error"
kind = "filled"
table = "costs"
columns = ["amount"]

[[rules]]
code = "P003"
severity = "error"
kind = "column-sum"
table = "costs"
column = "amount"
equals = 100
"""
)


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    return load_form(tmp_path_factory.mktemp("plain"), PLAIN_TEMPLATE, PLAIN_MAPPING)


def made(form: Form, *rows: tuple[str, str | None]) -> Record:
    costs = [{"what": what, "amount": amount} for what, amount in rows]
    record, problems = form.canonical({"form": form.id, "who": "张三", "costs": costs})
    assert record is not None, problems
    return form.identified(record)


@given(st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_record_survives_its_workbook(form: Form, data: st.DataObject) -> None:
    record = data.draw(records(form))
    (reading,) = read([form], xlsx.read(workbook(form, record)))
    assert reading.record == record
    assert carry(identity(form), form, form, record).record == record


def test_a_text_is_read_by_its_headings(form: Form) -> None:
    text = "出差单\n姓名|张三|出发|2024-01-02\n交通|火车\n|费用名称|金额|说明\n费用|住宿|60|两晚\n"
    text += "|餐费|40|\n|随手写的\n备注|无"
    (reading,) = read([form], text_source.read(text.replace("|", "\t").encode()))
    assert reading.record is not None
    rows = [(row["what"], row["amount"], row["why"]) for row in reading.record["costs"]]
    assert rows[:2] == [("住宿", "60.00", "两晚"), ("餐费", "40.00", None)]
    assert "随手写的" in str(reading.record) + str(reading.problems)


def test_its_rules_are_checked(form: Form) -> None:
    found = form.check(made(form, ("住宿", "60.00"), ("餐费", None)))
    assert [(one.code, one.pointer) for one in found] == [
        ("I003", "/costs/1/amount"),
        ("P003", "/costs"),
    ]


def test_its_changes_are_told(form: Form) -> None:
    old = made(form, ("住宿", "60.00"), ("餐费", "40.00"))
    new = made(form, ("餐费", "45.00"), ("住宿", "60.00"))
    assert [one.old for one in compare(form.mapping, old, new) if one.new == "45.00"] == ["40.00"]


WRONG = {
    "levels without a tree": ('name = "what"\n', 'name = "what"\nlevels = ["what", "why"]\n'),
    "a tree without levels": ('name = "what"\n', 'name = "what"\ntree = "places"\n'),
}


@pytest.mark.parametrize(("old", "new"), WRONG.values(), ids=WRONG)
def test_a_tree_and_its_levels_belong_together(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(XlsyncError, match="a tree goes with two levels"):
        load_form(tmp_path, PLAIN_TEMPLATE, PLAIN_MAPPING.replace(old, new))


def test_a_library_needs_levels(tmp_path: Path) -> None:
    text = PLAIN_MAPPING.replace('name = "what"\n', 'name = "what"\nlibrary = ["x"]\n')
    with pytest.raises(XlsyncError, match="library: needs levels and a quantity"):
        load_form(tmp_path, PLAIN_TEMPLATE, text)


def test_the_installed_forms_are_not_the_only_ones(form: Form) -> None:
    assert form.id not in Catalogue()
