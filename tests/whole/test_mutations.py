"""Nothing is lost of a mutated workbook: one of the sixteen, by every mutation of the table."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from mutations_hands import HANDS
from mutations_office import FORMATS, OFFICE
from mutations_pieces import Case, judge
from mutations_table import DOCUMENT, SAMPLES, Row, by_hand, by_office, rendered
from reading_samples import FORM, FORMS

from xlsync.exchange.workbooks import workbook
from xlsync.reader import read
from xlsync.sources import xlsx

if TYPE_CHECKING:
    from pathlib import Path

    from calc import Calc

    from xlsync.base.record import Record

pytestmark = pytest.mark.slow

SAMPLE: Record = json.loads(SAMPLES[4].read_text(encoding="utf-8"))


def assert_nothing_is_lost(rows: list[Row]) -> None:
    assert {row.name: row.missing for row in rows if row.missing} == {}
    assert all(row.counts["recovered"] for row in rows)


def test_nothing_is_lost_by_other_programs_and_careless_hands() -> None:
    assert_nothing_is_lost(list(by_hand([SAMPLE])))


@pytest.mark.client
def test_nothing_is_lost_by_libreoffice(calc: Calc, tmp_path: Path) -> None:
    assert_nothing_is_lost(list(by_office(calc, tmp_path, [SAMPLE])))


def test_the_page_shows_every_mutation_and_no_loss() -> None:
    rows = re.findall(
        r"^\| (\S.*?) \| (.*?) \| ([\d,]+) \| ([\d,]+) \| (\d+) \|$",
        DOCUMENT.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    expected = {("openpyxl, package", name) for name in HANDS}
    expected |= {(f"LibreOffice, .{ending}", name) for name in OFFICE for ending in FORMATS}
    assert {(program, name) for program, name, *_ in rows} == expected
    assert {lost for *_, lost in rows} == {"0"}
    assert rendered([Row("p", "n")]).splitlines()[0] in DOCUMENT.read_text(encoding="utf-8")


def test_a_judge_who_sees_what_is_lost() -> None:
    """A value that vanished, one that is wrong, and a text that nobody quotes are all losses."""
    grid = xlsx.read(workbook(FORM, SAMPLE))
    readings = read(list(FORMS.values()), grid)
    case = Case(SAMPLE)
    assert judge(case, readings).missing == ()
    case.type_field("project_name", "别的", "别的")
    case.strays.append("〔没有人提到〕")
    missing = judge(case, readings).missing
    assert len(missing) == 3
