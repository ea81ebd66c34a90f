"""Two layouts of one title: what a copy states or its year decides, the rest is told (X008)."""

from __future__ import annotations

import pytest
from reading_samples import FILLED, FORMS, TITLE, read_one, read_text, record_of

from xlsync.exchange.workbooks import workbook
from xlsync.reader import read
from xlsync.sources import xlsx

# Others bear the title as well, but have other labels: test_reader_families.py.
SAME = [form for form in FORMS.values() if form.mapping.title == TITLE]
OLD, NEW = SAME
NEW_ROWS = FILLED.replace(
    "绩效 指标|产出指标|", "绩效 指标|成本指标|经济成本指标|项目总成本|≤30(万元)\n|产出指标|"
)


def dated(text: str, year: int) -> str:
    return text.replace("(2023年度)", f"({year}年度)").replace("2023-", f"{year}-")


def codes(text: str) -> tuple[str | None, list[str]]:
    reading = read_one(text)
    return reading.form, [one.code for one in reading.problems]


def test_the_year_decides() -> None:
    assert codes(FILLED) == (OLD.id, [])
    assert codes(dated(FILLED, 2025)) == (OLD.id, [])
    assert codes(dated(FILLED, 2026)) == (NEW.id, [])
    assert codes(dated(NEW_ROWS, 2026)) == (NEW.id, [])


def test_a_year_in_full_width_brackets_is_one() -> None:
    text = dated(NEW_ROWS, 2026).replace("(2026年度)", "（2026年度）")
    assert record_of(read_one(text.replace("项目总目标", "项目总体目标")))["year"] == 2026


def test_rows_that_contradict_the_year_are_told() -> None:
    form, found = codes(NEW_ROWS)
    assert (form, found[0]) == (OLD.id, "X008")
    assert "I001" in found


def test_without_a_year_the_rows_decide_and_that_is_told() -> None:
    for text, expected in ((FILLED, OLD), (NEW_ROWS, NEW)):
        (reading,) = read_text(text.replace("(2023年度)\n", ""))
        told = next(one for one in reading.problems if one.code == "X008")
        assert reading.form == expected.id
        assert all(form.id in told.message for form in SAME)


@pytest.mark.parametrize("form", SAME, ids=lambda form: form.id)
def test_a_copied_sheet_of_ours_says_itself_what_it_is(form: object) -> None:
    """Neither names nor manifest, and a year of the other layout: the footer tells."""
    assert form in SAME
    this = next(one for one in SAME if one is form)
    year = 2026 if this is OLD else 2023
    record = this.identified({"form": this.id, "year": year, "project_name": "河道保洁"})
    grid = xlsx.read(workbook(this, record))
    grid.names.clear()
    grid.sheets = [sheet for sheet in grid.sheets if sheet.name == this.template.sheet]
    (reading,) = read(list(FORMS.values()), grid)
    assert reading.form == this.id
    assert "X008" not in [one.code for one in reading.problems]
