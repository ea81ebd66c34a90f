"""The sixteen real forms, read as a careful person has read them by hand."""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import pytest
from reading_samples import FORM, FORMS, ROOT

from xlsync.base.problems import Severity
from xlsync.exchange.reading import read_file

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.record import Json, Record
    from xlsync.reader import Reading

TEXTS = {
    "sample": ROOT / "samples" / "changzheng-2023" / "forms.txt",
    "seed": ROOT.parent / "shared" / "seeds" / "000_c220910399858272.txt",
}

FIELDS = (
    *("project_name", "project_nature", "project_category", "competent_department"),
    *("implementing_unit", "planned_start", "planned_end"),
)
FUNDS = (
    "total",
    "fiscal",
    "other",
    "annual_total",
    "annual_fiscal",
    "carried_over",
    "annual_other",
)
COLUMNS = ("level1", "level2", "level3", "operator", "value", "unit")


def table(name: str) -> list[dict[str, str]]:
    with (ROOT / "tests" / "oracle" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


FORM_ROWS = table("forms.tsv")
INDICATOR_ROWS = table("indicators.tsv")


@cache
def readings_of(path: Path) -> list[Reading]:
    if not path.is_file():
        pytest.skip(f"{path} is not beside this checkout")
    return read_file(FORMS, path).readings


@pytest.fixture(params=list(TEXTS.values()), ids=list(TEXTS))
def readings(request: pytest.FixtureRequest) -> list[Reading]:
    return readings_of(request.param)


def records(readings: list[Reading]) -> list[Record]:
    return [one.record for one in readings if one.record is not None]


def places(readings: list[Reading], code: str) -> list[tuple[int, int]]:
    """Number of the form and line of each problem of a code."""
    return [
        (number, int("".join(filter(str.isdigit, one.cell or ""))))
        for number, reading in enumerate(readings, start=1)
        for one in reading.problems
        if one.code == code
    ]


def noted(note: str) -> list[tuple[int, int]]:
    return [(int(row["form"]), int(row["line"])) for row in INDICATOR_ROWS if row["note"] == note]


def test_every_form_is_found_at_its_title(readings: list[Reading]) -> None:
    assert [one.start for one in readings] == [int(row["line"]) for row in FORM_ROWS]
    assert {one.form for one in readings} == {FORM.id}
    assert len(records(readings)) == 16


def test_every_field_of_every_form(readings: list[Reading]) -> None:
    for record, row in zip(records(readings), FORM_ROWS, strict=True):
        assert record["year"] == int(row["year"])
        assert {name: record[name] for name in FIELDS} == {name: row[name] for name in FIELDS}
        assert record["funds"] == {name: row[name] for name in FUNDS}
        assert record["overall_goal"]
        assert record["annual_goal"]


def test_every_part_of_all_129_indicators(readings: list[Reading]) -> None:
    found = [
        (number, *(row[name] for name in COLUMNS))
        for number, record in enumerate(records(readings), start=1)
        for row in record["indicators"]
    ]
    expected: list[tuple[Json, ...]] = [
        (int(row["form"]), *(row[name] or None for name in COLUMNS)) for row in INDICATOR_ROWS
    ]
    assert len(expected) == 129
    assert found == expected


def test_the_source_map_leads_to_the_lines(readings: list[Reading]) -> None:
    lines = [
        reading.places[f"/indicators/{index}/value"].row
        for reading in readings
        for index in range(len(reading.record["indicators"] if reading.record else ()))
    ]
    assert lines == [int(row["line"]) for row in INDICATOR_ROWS]


def test_just_the_nine_rows_out_of_place_are_put_back(readings: list[Reading]) -> None:
    assert len(noted("shifted")) == 9
    assert places(readings, "S002") == noted("shifted")


def test_just_the_one_misprinted_level_is_derived(readings: list[Reading]) -> None:
    assert len(noted("derived")) == 1
    assert places(readings, "S004") == noted("derived")


def test_tags_and_blanks_that_were_removed_are_told(readings: list[Reading]) -> None:
    told = Counter(
        (number, (one.pointer or "").removeprefix("/"))
        for number, reading in enumerate(readings, start=1)
        for one in reading.problems
        if one.code == "S003" and not (one.pointer or "").startswith("/indicators")
    )
    tagged = Counter(
        (int(row["form"]), goal)
        for row in FORM_ROWS
        for goal in ("overall_goal", "annual_goal")
        if row[f"{goal}_tags"] == "yes"
    )
    assert told == tagged
    blanks = [place for place in places(readings, "S003") if place in noted("blanks")]
    assert set(blanks) == set(noted("blanks"))


def test_no_tag_is_left_in_a_text(readings: list[Reading]) -> None:
    goals = [
        record[goal] for record in records(readings) for goal in ("overall_goal", "annual_goal")
    ]
    assert not [goal for goal in goals if "<" in goal or goal != goal.strip()]


def test_nothing_in_them_is_an_error(readings: list[Reading]) -> None:
    problems = [one for reading in readings for one in reading.problems]
    assert not [one for one in problems if one.severity is Severity.ERROR]
    assert {one.code for one in problems if one.code.startswith("S")} == {"S002", "S003", "S004"}


def test_what_is_found_is_quoted_as_it_stands_in_the_file(readings: list[Reading]) -> None:
    path = next(path for path in TEXTS.values() if path.is_file() and readings_of(path) is readings)
    lines = path.read_text(encoding="utf-8").splitlines()
    for reading in readings:
        for one in reading.problems:
            if one.code == "S003":
                line = int("".join(filter(str.isdigit, one.cell or "")))
                assert one.found
                assert one.found.strip() in lines[line - 1]
