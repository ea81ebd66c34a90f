"""Two tables in the same rows that share a level: written, read, checked and sent back."""

from __future__ import annotations

import copy
import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_samples import FORMS

from xlsync.base.errors import FormError
from xlsync.base.grid import Address, Cell
from xlsync.demo.staff import type_in
from xlsync.exchange.workbooks import workbook
from xlsync.form import Form
from xlsync.form.layout import aligned
from xlsync.reader import read
from xlsync.report.page.paper import paper
from xlsync.report.page.paper_changes import asked_for
from xlsync.sources import xlsx
from xlsync.writer import splice, write

if TYPE_CHECKING:
    from xlsync.base.grid import Workbook
    from xlsync.base.record import Record
    from xlsync.reader import Reading

SAMPLE = Path(__file__).parents[2] / "samples" / "official-families" / "central-2015.xlsx"
(FORM,) = (
    form
    for form in FORMS.values()
    if any(one.kind == "beside" for one in form.template.blocks) and form.mapping.about
)
LEFT, RIGHT = FORM.template.band(FORM.template.blocks[-1].table)  # type: ignore[union-attr]


def of_sample() -> Record:
    (reading,) = read([FORM], xlsx.read(SAMPLE.read_bytes()))
    return FORM.identified(reading.record or {})


def uneven() -> Record:
    """A record whose tables differ: rows that only one has, in the midst and at the end."""
    record = of_sample()
    del record[RIGHT][1:3]
    record[RIGHT].insert(2, {**record[RIGHT][1], "id": None, "level3": "新建检查井"})
    record[LEFT].append({**record[LEFT][-1], "id": None, "level3": "管养单位满意度"})
    record[RIGHT].append({**record[RIGHT][3], "id": None, "level3": "内涝投诉件数"})
    return FORM.identified(record)


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def read_back(data: bytes) -> Reading:
    (reading,) = read([FORM], xlsx.read(data))
    return reading


@pytest.mark.parametrize(
    ("sequences", "rows"),
    [
        (["aab", "aab"], [[0, 1, 2], [0, 1, 2]]),
        (["aab", "abb"], [[0, 1, 2], [0, 2, 3]]),
        (["", "ab"], [[], [0, 1]]),
        (["ab", "ba"], [[0, 1], [1, 2]]),
        (["ab", "b", "ac"], [[0, 1], [1], [0, 2]]),
    ],
)
def test_items_that_agree_stand_beside_one_another(
    sequences: list[str], rows: list[list[int]]
) -> None:
    assert aligned(sequences) == rows


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=8), min_size=1, max_size=3))
def test_rows_keep_their_order_and_share_only_what_agrees(sequences: list[list[str]]) -> None:
    placed: dict[int, set[str]] = {}
    for keys, rows in zip(sequences, aligned(sequences), strict=True):
        assert rows == sorted(set(rows))
        for key, row in zip(keys, rows, strict=True):
            placed.setdefault(row, set()).add(key)
    assert all(len(keys) == 1 for keys in placed.values())
    assert sorted(placed) == [*range(len(placed))]


def test_an_uneven_record_comes_back_as_it_was() -> None:
    record = uneven()
    made = write(FORM, record)
    assert parts_of(made) == parts_of(splice(FORM, record))
    reading = read_back(made)
    assert reading.record == record
    assert {one.code for one in reading.problems} <= {"I016", "X008"}


def test_its_sheet_is_read_by_its_labels_too() -> None:
    record = uneven()
    grid = xlsx.read(write(FORM, record))
    grid.names.clear()
    (by_layout,) = read([FORM], grid)
    assert (by_layout.by, by_layout.record) == ("layout", record)
    grid.sheets = [sheet for sheet in grid.sheets if sheet.name == FORM.template.sheet]
    footer = FORM.layout(FORM.capacity(record)).footer
    del form_cells(grid)[footer.first]
    (by_labels,) = read([FORM], grid)
    found = by_labels.record or {}
    assert by_labels.by == "labels"
    assert {**found, "id": record["id"]} == record


def table(name: str) -> Any:  # noqa: ANN401 - a placed table
    layout = FORM.layout(FORM.capacity())
    return next(one for one in layout.tables if one.name == name)


def form_cells(grid: Workbook) -> dict[Address, Cell]:
    return next(sheet for sheet in grid.sheets if sheet.name == FORM.template.sheet).cells


def test_a_level_that_stands_alone_is_an_item_of_the_first_table() -> None:
    grid = xlsx.read(write(FORM, of_sample()))
    row = table(LEFT).first + 9
    form_cells(grid)[Address(row, table(LEFT).columns["level1"])] = Cell("效益指标")
    (reading,) = read([FORM], grid)
    record = reading.record or {}
    assert record[LEFT][-1]["level1"] == "效益指标"
    assert len(record[RIGHT]) == len(of_sample()[RIGHT])
    assert [one.pointer for one in reading.problems if one.code == "I003"] == [
        f"/{LEFT}/8/level3",
        f"/{LEFT}/8/value",
    ]


def test_a_level_holds_for_the_rows_below_it_in_both_tables() -> None:
    grid = xlsx.read(write(FORM, uneven()))
    cells, level = form_cells(grid), table(LEFT).columns["level1"]
    rows: dict[str, list[int]] = {}
    for row in range(table(LEFT).first, table(LEFT).last + 1):
        text = cells[Address(row, level)].text if Address(row, level) in cells else ""
        rows.setdefault(text, []).append(row)
    for text, some in rows.items():
        for row in some[1:] if text else ():
            cells[Address(row, level)] = Cell("")
    (reading,) = read([FORM], grid)
    record = reading.record or {}
    for name in (LEFT, RIGHT):
        assert [row["level1"] for row in record[name]] == [row["level1"] for row in uneven()[name]]
    assert "S004" in {one.code for one in reading.problems}


def test_an_item_that_was_cleared_is_gone_and_its_neighbour_stays() -> None:
    record = of_sample()
    grid = xlsx.read(write(FORM, record))
    placed = table(RIGHT)
    for column in placed.telling:
        form_cells(grid)[Address(placed.first + 2, column)] = Cell("")
    (reading,) = read([FORM], grid)
    found = reading.record or {}
    assert found[LEFT] == record[LEFT]
    assert found[RIGHT] == [*record[RIGHT][:2], *record[RIGHT][3:]]


def test_a_row_inserted_in_both_is_read_in_both() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write(FORM, of_sample())))
    sheet = book[FORM.template.sheet]
    first, last = table(LEFT).first, table(LEFT).last
    for name, column, text in ((LEFT, "level3", "甲"), (RIGHT, "level3", "乙")):
        at = table(name)
        for one, value in {"level1": "效益指标", "level2": "生态效益指标", column: text}.items():
            sheet.cell(first + 9, at.columns[one]).value = value
        sheet.cell(first + 9, at.columns["value"]).value = "好"
    assert first + 9 < last
    buffer = io.BytesIO()
    book.save(buffer)
    record = read_back(buffer.getvalue()).record or {}
    assert [record[name][-1]["level3"] for name in (LEFT, RIGHT)] == ["甲", "乙"]


def test_staff_type_an_uneven_record_into_a_blank_form() -> None:
    record = uneven()
    reading = read_back(type_in(FORM, workbook(FORM), record))
    assert reading.record is not None
    for name in (LEFT, RIGHT):
        texts = [{key: row[key] for key in row if key != "id"} for row in reading.record[name]]
        assert texts == [{key: row[key] for key in row if key != "id"} for row in record[name]]


def test_on_paper_the_shared_level_spans_both() -> None:
    record = uneven()
    texts = [[cell.text for cell in row] for row in paper(FORM, record).rows]
    shown = [row for row in texts if "产出指标" in row]
    assert len(shown) == 1
    rows = FORM.rows_used(record)
    assert rows[LEFT] == rows[RIGHT] == 10
    for name in (LEFT, RIGHT):
        for item in record[name]:
            assert sum(item["level3"] in row for row in texts) >= 1


def test_what_is_shared_means_the_same_in_both(tmp_path: Path) -> None:
    mapping = FORM.mapping_path.read_text(encoding="utf-8")
    before, mark, after = mapping.partition(f"[tables.{RIGHT}.columns.level1]")
    for folder, text in (
        ("mappings", before + mark + after.replace('label = "一级指标"', 'label = "类"', 1)),
        ("templates", FORM.template_path.read_text(encoding="utf-8")),
    ):
        (tmp_path / folder).mkdir()
        for other in (FORM.template_path, FORM.mapping_path):
            if other.parent.name == folder:
                for path in other.parent.glob("project-goal-2023.toml"):
                    (tmp_path / folder / path.name).write_bytes(path.read_bytes())
        (tmp_path / folder / f"{FORM.id}.toml").write_text(text, encoding="utf-8")
    paths = [tmp_path / folder / f"{FORM.id}.toml" for folder in ("templates", "mappings")]
    with pytest.raises(FormError, match="shares: 'level1' is not the same column"):
        Form.load(*paths)


def test_a_record_is_not_changed_by_being_laid_out() -> None:
    record = uneven()
    before = copy.deepcopy(record)
    FORM.item_rows(record)
    write(FORM, record)
    assert record == before


def test_what_is_typed_beside_goes_to_the_table_that_it_is_of() -> None:
    record = uneven()
    sheet = paper(FORM, record, to_type=True)
    shared = next(
        cell for row in sheet.rows for cell in row if cell.pointer == f"/{LEFT}/+1/level1"
    )
    assert shared.also == [f"/{RIGHT}/+1/level1"]
    level = (f"v:/{LEFT}/+1/level1", "效益指标")
    mine, other = ((f"v:/{name}/+1/level3", "甲") for name in (LEFT, RIGHT))
    for typed, tables in (
        ([level, mine], [LEFT]),
        ([level, other], [RIGHT]),
        ([level, mine, other], [LEFT, RIGHT]),
        ([level], [LEFT]),
    ):
        found = asked_for(sheet, dict(typed))
        assert not found.removed
        told = [pointer for pointer, _ in found.values if pointer.endswith("level1")]
        assert told == [f"/{name}/+1/level1" for name in tables]


def test_a_level_that_two_rows_share_is_corrected_in_both() -> None:
    record = of_sample()
    sheet = paper(FORM, record, to_type=True)
    found = asked_for(sheet, {f"v:/{LEFT}/0/level1": "效益指标"})
    assert [one for one, _ in found.values] == [f"/{LEFT}/0/level1", f"/{RIGHT}/0/level1"]


def test_a_row_that_goes_takes_what_was_typed_into_it_along() -> None:
    sheet = paper(FORM, of_sample(), to_type=True)
    found = asked_for(sheet, {f"d:/{RIGHT}/1": "on", f"v:/{RIGHT}/1/level3": "甲"})
    assert (found.values, found.removed) == ([], [f"/{RIGHT}/1"])
