"""How a value is typed on the page: days, lists and trees by the mapping of any form."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from running import FORM, FORMS, record

from xlsync.base.record import put
from xlsync.form.codes import on_cell
from xlsync.form.types import DateType, MoneyType
from xlsync.report.page.paper import PaperCell, paper
from xlsync.report.page.paper_entries import EntryKind, entry_of_column, entry_of_field
from xlsync.rounds.deciding.wanted import wanted_values

if TYPE_CHECKING:
    from xlsync.base.record import Record
    from xlsync.form import Form

every_form = pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
_ROWS = 3


def filled(form: Form) -> Record:
    """A record with a few rows in each table, and nothing in them."""
    made: Record = {"form": form.id}
    for table in form.mapping.tables.values():
        put(made, table.pointer, [{} for _ in range(_ROWS)])
    return made


@every_form
def test_whatever_is_offered_is_a_value_of_its_place(form: Form) -> None:
    blank = filled(form)
    seen = set()
    for cell in (cell for row in paper(form, blank, to_type=True).rows for cell in row):
        if cell.pointer is None:
            continue
        seen.add(cell.entry.kind)
        item = form.mapping.locate(cell.pointer).item
        assert item is not None
        assert (cell.entry.kind is EntryKind.DATE) is isinstance(item.kind, DateType)
        for text in (one for group in cell.entry.groups for one in group.texts):
            values, _ = wanted_values(form, blank, [(cell.pointer, text)])
            value = values[cell.pointer]
            assert on_cell(form.mapping, item, value) == text, "the same text stands there then"
            assert cell.entry.fits(text)
    assert EntryKind.TEXT in seen


@every_form
def test_a_closed_list_is_chosen_from_and_an_open_one_suggests(form: Form) -> None:
    for item in form.mapping.fields.values():
        entry = entry_of_field(form, item)
        if item.codes:
            is_open = form.mapping.codes[item.codes].open
            assert entry.kind is (EntryKind.SUGGESTION if is_open else EntryKind.CHOICE)
            assert entry.fits("随便") is is_open


def test_levels_are_chosen_out_of_the_tree_in_every_row() -> None:
    form = FORMS[FORM]
    tree = form.mapping.trees[form.mapping.tables["indicators"].tree or ""]
    first, second = (entry_of_column(form, "indicators", one) for one in ("level1", "level2"))
    assert [one.texts for one in first.groups] == [tuple(tree)]
    assert {one.label: list(one.texts) for one in second.groups} == tree
    assert (first.below, second.below) == ("", "level1")
    made = record()
    cells = levels(paper(form, made, to_type=True).rows)
    assert all(cell.rows == 1 for cell in cells)
    assert [bool(cell.text) for cell in cells] == [not cell.is_new for cell in cells]
    assert sum(not cell.is_new for cell in cells) == len(made["indicators"])
    assert len(levels(paper(form, made).rows)) < len(cells), "on paper they are merged"


def levels(rows: list[list[PaperCell]]) -> list[PaperCell]:
    return [cell for row in rows for cell in row if (cell.pointer or "").endswith("/level1")]


@pytest.mark.parametrize(
    ("text", "fits"),
    [("2023-01-31", True), ("", True), ("2023-02-30", False), ("2023年1月1日", False)],
)
def test_a_day_is_shown_as_one_where_it_is_one(text: str, fits: bool) -> None:  # noqa: FBT001 - a parameter of the test
    form = FORMS[FORM]
    assert entry_of_field(form, form.mapping.fields["planned_start"]).fits(text) is fits


@every_form
def test_an_amount_that_is_typed_counts_in_what_its_form_counts_in(form: Form) -> None:
    amounts = [one for one in form.mapping.fields.values() if isinstance(one.kind, MoneyType)]
    for item in amounts:
        values, told = wanted_values(form, {}, [(item.pointer, "13.5")])
        assert told == []
        value = values[item.pointer]
        shown = on_cell(form.mapping, item, value)
        assert isinstance(shown, Decimal)
        assert shown == Decimal("13.5"), "what was typed is what stands in the cell then"
        worth = 10_000 if item.counted_in == "万元" else 1
        assert Decimal(str(value)) == Decimal("13.5") * worth
        said, _ = wanted_values(form, {}, [(item.pointer, "135000元")])
        assert said[item.pointer] == "135000.00", "unless it says otherwise"
