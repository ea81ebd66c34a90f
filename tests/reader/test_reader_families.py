"""Official forms of the country as others fill them: read by labels, told apart by content."""

from __future__ import annotations

from pathlib import Path

from reading_samples import FORMS

from xlsync.reader import Reading, read
from xlsync.sources import xlsx

SAMPLES = Path(__file__).parents[2] / "samples" / "official-families"


def read_changed(name: str, changes: dict[str, str]) -> Reading:
    """The one form of a sample whose texts were changed."""
    grid = xlsx.read((SAMPLES / name).read_bytes())
    (sheet,) = grid.sheets
    for place, cell in list(sheet.cells.items()):
        if cell.text in changes:
            sheet.cells[place] = cell._replace(text=changes[cell.text])
    (reading,) = read(list(FORMS.values()), grid)
    return reading


def test_the_unit_tells_two_self_evaluations_apart() -> None:
    name, label = "self-evaluation-2020.xlsx", "项目资金\n（万元）"
    assert read_changed(name, {}).form == "project-self-evaluation-central-2020"
    figures = {"960.5": "9605000", "912.48": "9124800", "800": "8000000", "760.3": "7603000"}
    figures |= {"120.5": "1205000", "40": "400000", "31.68": "316800"}
    other = read_changed(name, {label: "项目资金\n（元）", **figures})
    assert other.form == "project-self-evaluation-2023"
    assert other.record is not None
    assert other.record["funds"]["annual_total"]["budget"] == "9605000.00"


def test_where_nothing_tells_the_unit_no_form_is_chosen() -> None:
    figures = {"960.5": "960500", "912.48": "912480", "800": "800000", "760.3": "760300"}
    figures |= {"120.5": "120500", "40": "40000", "31.68": "31680"}
    name, label = "self-evaluation-2020.xlsx", "项目资金\n（万元）"
    reading = read_changed(name, {label: "项目资金", **figures})
    assert (reading.form, reading.record) == (None, None)
    assert [one.code for one in reading.problems] == ["S005"]
    assert "分不清" in reading.problems[0].message
