"""The rules about points hold twice: what the formulas find is what the reader finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from evaluation_sample import FORM, record
from findings import reader_finds, sheet_finds
from test_rules_scores import CASES

from xlsync.base.files import write_file
from xlsync.writer import splice

if TYPE_CHECKING:
    from pathlib import Path

    from calc import Calc

    from xlsync.base.record import Json

pytestmark = pytest.mark.client


@pytest.mark.parametrize(("changes", "expected", "words"), CASES.values(), ids=CASES)
def test_sheet_and_reader_find_the_same(
    calc: Calc, tmp_path: Path, changes: dict[str, Json], expected: str, words: list[str]
) -> None:
    del words
    made, path = record(changes), tmp_path / "form.xlsx"
    write_file(path, splice(FORM, made))
    told = reader_finds(FORM, path)
    calc.open(path, hidden=True)
    assert sheet_finds(calc, FORM, FORM.capacity(made)) == told
    assert [one.split()[0] for one in told] == ([expected.split(maxsplit=1)[0]] if expected else [])
