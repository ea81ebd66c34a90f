"""A form on paper looks like the official one: full pages, levels in the middle of their groups."""

from __future__ import annotations

import io
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from clients import convert
from openpyxl import load_workbook

from xlsync.base.files import write_file
from xlsync.base.grid import Area, column_letters
from xlsync.base.record import put
from xlsync.form import Catalogue
from xlsync.form.template import CHECKS
from xlsync.workbook.heights import Heights, text_height
from xlsync.workbook.manifest import DOUBTFUL, WRONG, middles_name, starts_name
from xlsync.workbook.pages import page_room
from xlsync.writer import write
from xlsync.writer.contents import contents, describe

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.record import Record
    from xlsync.form import Form

pytestmark = pytest.mark.slow

# Pages are laid out around one table of indicators; forms of several tables take what they need.
FORMS = {
    form.id: form
    for form in Catalogue()
    if len(form.mapping.tables) == 1 and all(one.tree for one in form.mapping.tables.values())
}
LONG = 60


def filled(form: Form, rows: int) -> Record:
    """A record with so many rows in each table, spread over the tree in its order."""
    record: Record = {"form": form.id, "id": "3f2a7c1e9b40", "year": 2024}
    for table in form.mapping.tables.values():
        tree = form.mapping.trees[table.tree or ""]
        pairs = [(first, second) for first, seconds in tree.items() for second in seconds]
        record[table.pointer[1:]] = [
            {
                "id": f"row-{at}",
                **dict(zip(table.levels, pairs[at * len(pairs) // rows], strict=True)),
                table.name: f"指标{at + 1}",
            }
            for at in range(rows)
        ]
    return record


def page_breaks(data: bytes) -> list[int]:
    """The last rows of the pages."""
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    return [one.id for one in sheet.row_breaks.brk]


@pytest.mark.parametrize("form_id", FORMS)
def test_a_short_form_fills_one_page(form_id: str) -> None:
    form = FORMS[form_id]
    for record in (None, filled(form, 7)):
        sheet = load_workbook(io.BytesIO(write(form, record))).worksheets[0]
        layout = form.layout(form.capacity(record))
        first, last = layout.check.bottom + 1, layout.footer.top - 1
        area = f"$A${first}:${column_letters(layout.width)}${last}"
        assert sheet.print_area.endswith(f"!{area}")  # the line of the id is on no page
        assert (sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (
            None,
            True,
        )
        assert not sheet.row_breaks.brk
        (table,) = layout.tables
        heights = {sheet.row_dimensions[row].height for row in range(table.first, table.last + 1)}
        assert all(height >= form.template.blocks[1].row_height * 0.6 for height in heights)
        taken = sum(sheet.row_dimensions[row].height for row in range(first, last + 1))
        room = page_room(form.template.page, form.template.columns)
        assert 0.95 * room <= taken <= 1.15 * room


@pytest.mark.parametrize("form_id", FORMS)
def test_a_long_form_goes_on_where_the_file_says(form_id: str) -> None:
    form = FORMS[form_id]
    record = filled(form, LONG)
    data = write(form, record)
    (table,) = form.layout(form.capacity(record)).tables
    breaks = page_breaks(data)
    assert breaks
    assert all(table.first < row < table.first + LONG for row in breaks)
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    assert sheet.page_setup.fitToHeight == 0  # else LibreOffice ignores where pages begin
    assert sheet.print_title_rows == f"${table.heading.top}:${table.heading.bottom}"


def test_rows_that_only_stand_ready_make_no_page() -> None:
    form = next(iter(FORMS.values()))
    for rows in (*range(1, 9, 7), *range(16, 34, 3), LONG):
        record = filled(form, rows)
        (table,) = form.layout(form.capacity(record)).tables
        assert all(row < table.first + rows for row in page_breaks(write(form, record))), rows


def test_a_row_that_stands_ready_has_room_for_a_line() -> None:
    for form in Catalogue():
        sheet = load_workbook(io.BytesIO(write(form))).worksheets[0]
        for table in form.layout(form.capacity()).tables:
            size = max(form.template.style(name).size or 11 for name in table.styles.values())
            for row in range(table.first, table.last + 1):
                assert sheet.row_dimensions[row].height >= size * 1.3, (form.id, row)


@pytest.mark.parametrize("form_id", FORMS)
def test_a_unit_stands_in_the_middle_of_its_box(form_id: str) -> None:
    form = FORMS[form_id]
    sheet = load_workbook(io.BytesIO(write(form))).worksheets[0]
    (table,) = form.layout(form.capacity()).tables
    unit = table.columns[form.mapping.tables[table.name].parts[-1]]
    wide = next(
        one
        for one in form.layout(form.capacity()).labels
        if one.area.left == unit and one.area.bottom == table.first - 1
    ).area
    for column in range(wide.left, wide.right + 1):
        found = sheet.cell(table.first, column).alignment.horizontal
        assert found == ("centerContinuous" if wide.left < wide.right else "center")
    box = Area(table.first, wide.left, table.last, wide.right).a1
    conditions = [one for one in sheet.conditional_formatting if str(one.sqref) == box]
    formulas = [rule.formula[0] for one in conditions for rule in one.rules]
    here = f"COLUMN(${column_letters(unit)}{table.first})"
    assert sum(here in formula for formula in formulas) == len({WRONG, DOUBTFUL})


@pytest.mark.client
def test_levels_stand_in_the_middle_of_their_groups_and_on_every_page(tmp_path: Path) -> None:
    records = {form_id: filled(form, LONG) for form_id, form in FORMS.items()}
    for form_id, record in records.items():
        write_file(tmp_path / f"{form_id}.xlsx", write(FORMS[form_id], record))
    sources = [tmp_path / f"{form_id}.xlsx" for form_id in FORMS]
    for form_id, path in zip(FORMS, convert(sources, tmp_path / "again"), strict=True):
        form, record = FORMS[form_id], records[form_id]
        (table,) = form.layout(form.capacity(record)).tables
        plan = form.mapping.tables[table.name]
        rows = [tuple(row[name] for name in plan.levels) for row in record[plan.pointer[1:]]]
        new = {
            row + 1 - table.first
            for row in page_breaks(sources[list(FORMS).index(form_id)].read_bytes())
        }
        book = load_workbook(path, data_only=True)
        for level in range(len(plan.levels)):
            begins = [
                at
                for at, row in enumerate(rows)
                if at == 0 or at in new or row[: level + 1] != rows[at - 1][: level + 1]
            ]
            ends = [*(at - 1 for at in begins[1:]), len(rows) - 1]
            expected = {
                table.first + (one + other) // 2 for one, other in zip(begins, ends, strict=True)
            }
            starts, middles = (
                [
                    cell.value
                    for (cell,) in book[CHECKS][
                        book.defined_names[name].attr_text.partition("!")[2]
                    ]
                ]
                for name in (starts_name(table.name, level), middles_name(table.name, level))
            )
            assert set(starts[: len(rows)]) == {table.first + at for at in begins}
            assert set(middles[: len(rows)]) == expected


@pytest.mark.client
def test_what_is_printed_has_no_page_of_headings_alone(tmp_path: Path) -> None:
    form = FORMS["project-goal-2023"]
    sources = {"blank": None, "short": filled(form, 7), "long": filled(form, LONG)}
    for name, record in sources.items():
        write_file(tmp_path / f"{name}.xlsx", write(form, record))
    made = convert([tmp_path / f"{name}.xlsx" for name in sources], tmp_path / "pdf", to="pdf")
    for path, pages in zip(made, (1, 1, 2), strict=True):
        command = ["pdftotext", "-layout", str(path), "-"]
        text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        own = [page for page in text.split("\f") if "年度(/项目)指标值" in page]
        assert len(own) == pages
        assert all(page.count("编号") == 1 for page in own)
        assert all(re.search(r"指标\d", page) for page in own if path.stem != "blank")


LONG_TEXT = "巡查发现问题及时处置并登记台账，" * 6


def wordy(form: Form) -> Record:
    """A record whose every text of more than a word goes on for several lines."""
    record: Record = {"form": form.id, "id": "3f2a7c1e9b40", "year": 2024}
    for item in form.mapping.fields.values():
        if item.type == "text" and item.codes is None:
            put(record, item.pointer, LONG_TEXT)
    for table in form.mapping.tables.values():
        tree = form.mapping.trees.get(table.tree or "", {})
        pairs = [(first, second) for first, seconds in tree.items() for second in seconds]
        texts = {
            name: LONG_TEXT
            for name, column in table.columns.items()
            if column.type == "text" and column.codes is None
        }
        rows = [
            {
                **texts,
                "id": f"row-{at}",
                **dict(zip(table.levels, pairs[at] if pairs else (), strict=True)),
            }
            for at in range(3)
        ]
        put(record, table.pointer, rows)
    made, problems = form.canonical(record)
    assert made is not None, problems
    return made


@pytest.mark.parametrize("form", list(Catalogue()), ids=lambda form: form.id)
def test_no_text_is_cut_off_by_the_next_row(form: Form) -> None:
    for record in (None, wordy(form)):
        layout = form.layout(form.capacity(record))
        made = contents(form, layout, Heights(form, layout), record, describe(form, record))
        labels = [(one.area, one.style, one.text) for one in layout.labels]
        cells = [(one.area, one.style, one.content) for one in made.cells]
        for area, style, text in (*labels, *cells):
            look = form.template.style(style) if style else None
            if look is None or not look.wrap or not isinstance(text, str) or not text:
                continue
            room = sum(made.heights[area.top - 1 : area.bottom])
            needed = text_height(text, area, form.template.columns, look)
            assert needed <= room + 0.5, (area.a1, text[:12], needed, room)
