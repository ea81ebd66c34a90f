"""Blocks set one below the other, with as many rows as are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from reading_samples import FORMS
from small_form import load_form

from xlsync.form.form import Stated

if TYPE_CHECKING:
    from xlsync.form import Form, Layout


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    return load_form(tmp_path_factory.mktemp("forms"))


def slots(layout: Layout) -> dict[str, str]:
    return {slot.name: slot.area.a1 for slot in layout.slots}


def test_blocks_lie_one_below_the_other(form: Form) -> None:
    layout = form.layout({"stops": 3})
    assert slots(layout) == {"who": "B3", "left": "D3", "means": "B4:D4", "note": "B9:D9"}
    assert layout.footer.a1 == "A10:D10"
    assert len(layout.heights) == 10
    (table,) = layout.tables
    assert (table.area.a1, table.heading.a1, table.first, table.last) == ("A5:G9", "A5:G5", 6, 8)
    assert table.columns["cost"] == 6
    assert {label.area.a1: label.text for label in layout.labels}["A6"] == "行程"


def test_more_rows_move_down_what_follows(form: Form) -> None:
    layout = form.layout({"stops": 40})
    assert slots(layout) == slots(form.layout({"stops": 3})) | {"note": "B46:D46"}
    assert layout.footer.a1 == "A47:D47"
    assert layout.tables[0].last == 45


def test_a_table_ends_in_the_row_below_so_that_it_can_grow(form: Form) -> None:
    for rows in (1, 3, 40):
        (table,) = form.layout({"stops": rows}).tables
        assert table.area.bottom == table.last + 1
        assert table.last - table.first + 1 == rows


def test_a_table_stands_ready_with_spare_rows(form: Form) -> None:
    assert form.capacity() == {"stops": 3}
    for count, rows in ((0, 3), (1, 3), (2, 4), (40, 42)):
        assert form.capacity({"stops": [{}] * count}) == {"stops": rows}


@pytest.mark.parametrize("form_id", FORMS)
@pytest.mark.parametrize("more", [0, 1, 200])
def test_nothing_overlaps_however_many_rows_there_are(form_id: str, more: int) -> None:
    form = FORMS[form_id]
    layout = form.layout({name: rows + more for name, rows in form.capacity().items()})
    areas = [area for _, area in layout.areas()]
    cells = [address for area in areas for address in area.cells()]
    assert len(cells) == len(set(cells))
    assert max(address.row for address in cells) <= len(layout.heights)


def test_the_footer_states_form_and_record(form: Form) -> None:
    assert form.footer("r1") == "表单 trip　编号 r1"
    assert form.stated_id(form.footer("r1")) == "r1"
    assert form.stated_id(" 表单 trip 编号 r-1\n") == "r-1"
    assert form.stated_id(form.footer(None)) == ""
    assert form.stated(form.footer(None)) == Stated(None)
    issued = form.footer("r1", "2024/一上", "2")
    assert issued == "表单 trip　编号 r1 · 2024/一上 第2次"
    assert form.stated(issued) == Stated("r1", "2024/一上", "2")
    assert form.stated_id(f" {issued}\n") == "r1"


@pytest.mark.parametrize(
    "text", ["", "表单 tour　编号 r1", "表单 trip　编号 r1 x", "r1", "表单 trip"]
)
def test_other_lines_state_no_record(form: Form, text: str) -> None:
    assert form.stated_id(text) is None
