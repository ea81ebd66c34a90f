"""The rules about points hold twice: what the formulas find is what the reader finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from evaluation_sample import FORM, record
from test_rules_scores import CASES

from xlsync.base.files import write_file
from xlsync.form.template import CHECKS
from xlsync.reader import read
from xlsync.sources import xlsx
from xlsync.workbook.checks import sheet_checks
from xlsync.workbook.sheet_view import FormSheetView
from xlsync.writer import splice

if TYPE_CHECKING:
    from pathlib import Path

    from calc import Calc

    from xlsync.base.record import Json

pytestmark = pytest.mark.client


def sheet_says(calc: Calc, rows: int) -> list[str]:
    """What the formulas find, ``P003 A13``."""
    layout = FORM.layout({"indicators": rows})
    checks = sheet_checks(FORM.mapping, FormSheetView(FORM, layout))
    computed = calc.data(CHECKS, f"A2:A{len(checks) + 1}")
    found = zip(checks, computed, strict=True)
    return sorted(f"{check.code} {str(place)[4:].strip()}" for check, (place,) in found if place)


@pytest.mark.parametrize(("changes", "expected", "words"), CASES.values(), ids=CASES)
def test_sheet_and_reader_find_the_same(
    calc: Calc, tmp_path: Path, changes: dict[str, Json], expected: str, words: list[str]
) -> None:
    del words
    made, path = record(changes), tmp_path / "form.xlsx"
    write_file(path, splice(FORM, made))
    (reading,) = read([FORM], xlsx.read(path.read_bytes()))
    told = sorted(f"{one.code} {one.cell}" for one in reading.problems if one.code[0] not in "SX")
    calc.open(path, hidden=True)
    assert sheet_says(calc, FORM.capacity(made)["indicators"]) == told
    assert [one.split()[0] for one in told] == ([expected.split(maxsplit=1)[0]] if expected else [])
