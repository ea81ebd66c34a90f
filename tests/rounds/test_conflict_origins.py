"""Who decides a conflict is told of each side who said it and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from offices import FIRST, Office
from openpyxl import load_workbook
from returning import ROUND, changed
from running import FORMS

from xlsync import api
from xlsync.records.conflicts import Choice, Side
from xlsync.repository import Repository, layout
from xlsync.repository.sealing import new_seal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.rounds.returned.returning import Dispute


@pytest.fixture
def offices(tmp_path: Path) -> Iterator[tuple[Office, Office]]:
    """Two offices that have the same answer to one project."""
    Repository.init(tmp_path / "镇", {layout.SEAL: new_seal()}).close()
    town = Office(tmp_path / "镇")
    town.send(FIRST)
    town.collect(FIRST)
    Repository.init(tmp_path / "区", {layout.SEAL: new_seal()}).close()
    district = Office(tmp_path / "区")
    district.join(town)
    yield town, district
    for one in (town, district):
        one.repository.close()


def correct(office: Office, by: str, why: str, **values: str) -> None:
    wanted = list(values.items())
    api.coordinator(office.repository, by=by).correct(ROUND, FIRST["id"], wanted, why)


def dispute_in(office: Office) -> Dispute:
    (found,) = api.conflicts(office.repository, ROUND, FORMS)
    return found


def sides(office: Office) -> dict[str, str]:
    """What is told of each side, by what it says at the disputed place."""
    found = dispute_in(office)
    (conflict,) = found.merged.conflicts
    return {conflict.ours: found.ours, conflict.theirs: found.theirs}


def test_two_corrections_are_told_by_who_made_them_and_why(offices: tuple[Office, Office]) -> None:
    town, district = offices
    correct(town, "王五", "电话核实", annual_goal="镇改")
    correct(district, "李四", "区里来函", annual_goal="区改")
    assert town.join(district).has_conflict
    told = sides(town)
    assert told["镇改"].startswith("王五于 20")
    assert told["镇改"].endswith("更正（电话核实）")
    assert told["区改"].startswith("李四于 20")
    assert told["区改"].endswith("更正（区里来函）")
    district.join(town)
    assert sides(district) == told, "the same at both offices"


def test_the_correction_that_is_disputed_is_told_and_not_the_last_one(
    offices: tuple[Office, Office],
) -> None:
    town, district = offices
    correct(town, "王五", "电话核实", annual_goal="镇改")
    town.collect(changed(FIRST, overall_goal="单位又改"))
    correct(district, "李四", "区里来函", annual_goal="区改")
    correct(district, "赵六", "笔误", planned_end="2023-11-30")
    assert town.join(district).has_conflict
    told = sides(town)
    assert "王五" in told["镇改"]
    assert ("李四" in told["区改"], "赵六" in told["区改"]) == (True, False)


def test_what_was_chosen_at_each_office_is_told_by_its_commit(
    offices: tuple[Office, Office],
) -> None:
    town, district = offices
    correct(town, "王五", "电话核实", annual_goal="镇改")
    correct(district, "李四", "区里来函", annual_goal="区改")
    town.join(district)
    district.join(town)
    for office, text in ((town, "镇选"), (district, "区选")):
        found = dispute_in(office)
        chosen = {one.pointer: Choice(Side.OTHER, text) for one in found.merged.conflicts}
        api.decide_conflict(office.repository, found, chosen, "商定", FORMS)
    assert town.join(district).has_conflict
    told = sides(town)
    assert told["镇选"].startswith("镇于 20")
    assert told["区选"].startswith("区于 20")
    assert "记入（" in told["区选"]


def test_a_long_reason_is_seen_whole_in_the_workbook(
    offices: tuple[Office, Office], tmp_path: Path
) -> None:
    town, district = offices
    correct(town, "王五", "来函说明情况，" * 40, annual_goal="镇改")
    correct(district, "李四", "短", annual_goal="区改")
    town.join(district)
    (path,) = api.write_conflicts(town.repository, tmp_path)
    sheet = load_workbook(path).worksheets[0]
    heights = {sheet.cell(row, 3).value[:2]: sheet.row_dimensions[row].height for row in (4, 5)}
    assert heights["王五"] > 3 * heights["李四"]
