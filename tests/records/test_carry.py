"""Carrying over: every value of the old record is in the new one or in what is left."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from record_strategies import records
from running import FORMS, ROOT, SAMPLES, invoke

from xlsync.base.errors import XlsyncError
from xlsync.base.record import MISSING, get, join
from xlsync.exchange.workbooks import unfit, workbook
from xlsync.records import Migrations, carry, carry_over
from xlsync.records.carrying import Migration
from xlsync.records.migrations import mistakes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.records import Carried

pytestmark = pytest.mark.slow

FILES = sorted((ROOT / "mappings" / "migrations").glob("*.toml"))
INSTALLED = [Migration.model_validate(tomllib.loads(path.read_text("utf-8"))) for path in FILES]
MIGRATIONS = Migrations(FORMS)
ALL = [*INSTALLED, *(MIGRATIONS.find(form_id, form_id) for form_id in FORMS)]
NAMES = [f"{one.old} to {one.new}" for one in ALL]

GOAL = FORMS["project-goal-2023"]
NEXT = FORMS["project-goal-2026"]
EVALUATION = FORMS["project-self-evaluation-2023"]
ROUND = [json.loads(path.read_text("utf-8")) for path in sorted((SAMPLES / "一上").glob("*.json"))]

few = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def places(migration: Migration, record: Record) -> Iterator[tuple[str, Json, str | None]]:
    """Every value of a record that says something: its pointer, and where it belongs now."""
    old, new = FORMS[migration.old].mapping, FORMS[migration.new].mapping
    for slot, item in old.fields.items():
        to = migration.fields.get(slot)
        yield item.pointer, get(record, item.pointer), new.fields[to].pointer if to else None
    for name, table in old.tables.items():
        move = migration.tables.get(name)
        rows = get(record, table.pointer)
        for index, row in enumerate(rows if isinstance(rows, list) else []):
            for column in table.columns:
                value, to = row.get(column, MISSING), move and move.columns.get(column)
                there = new.tables[move.to].pointer + join(row["id"], to) if move and to else None
                yield f"{table.pointer}{join(index, column)}", value, there


def found(record: Record, pointer: str | None, form: Form) -> Json:
    """What stands at a pointer; one into a table names the row by its id."""
    if pointer is None:
        return MISSING
    for table in form.mapping.tables.values():
        if pointer.startswith(f"{table.pointer}/"):
            row_id, column = pointer.removeprefix(f"{table.pointer}/").split("/")
            rows = get(record, table.pointer)
            matching = [row for row in rows if row["id"] == row_id]
            return matching[0].get(column, MISSING) if matching else MISSING
    return get(record, pointer)


def assert_accounted_for(migration: Migration, record: Record, carried: Carried) -> None:
    left = {one.pointer: one.text for one in carried.left}
    for pointer, value, there in places(migration, record):
        if value in {None, MISSING, ""}:
            assert pointer not in left
        else:
            is_there = found(carried.record, there, FORMS[migration.new]) == value
            assert is_there != (left.get(pointer) == str(value)), pointer


@pytest.mark.parametrize("migration", ALL, ids=NAMES)
@given(st.data())
@few
def test_every_value_is_carried_or_left(migration: Migration, data: st.DataObject) -> None:
    old, new = FORMS[migration.old], FORMS[migration.new]
    record = data.draw(records(old))
    carried = carry(migration, old, new, record)
    assert_accounted_for(migration, record, carried)
    assert carried.record["id"] == record["id"]
    assert new.canonical(carried.record) == (carried.record, [])
    assert all(one.why and one.label for one in carried.left)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@given(st.data())
@few
def test_a_form_to_itself_carries_everything(form: Form, data: st.DataObject) -> None:
    record = data.draw(records(form))
    assert carry_over(MIGRATIONS, form, record) == carry_over(MIGRATIONS, form, record)
    carried = carry_over(MIGRATIONS, form, record)
    assert (carried.record, carried.left) == (record, [])


@pytest.mark.parametrize("new", [NEXT, EVALUATION], ids=lambda form: form.id)
@pytest.mark.parametrize("record", ROUND, ids=lambda record: record["project_name"])
def test_the_samples_carry_over_into_workbooks(new: Form, record: Record) -> None:
    carried = carry_over(MIGRATIONS, new, record, 2026)
    assert len(carried.record["indicators"]) == len(record["indicators"])
    assert [row["id"] for row in carried.record["indicators"]] == [
        row["id"] for row in record["indicators"]
    ]
    assert carried.record["year"] == 2026
    assert unfit(new, carried.record) == []
    assert workbook(new, carried.record)


def test_the_one_indicator_of_costs_is_listed() -> None:
    told = {
        (record["project_name"], one.row, one.text): one.why
        for record in ROUND
        for one in carry_over(MIGRATIONS, NEXT, record, 2026).left
    }
    name = "规建-小区修缮、美丽楼宇建设及美丽家园建设"
    assert set(told) == {
        (name, "第3条“严格控制成本”", "产出指标"),
        (name, "第3条“严格控制成本”", "成本指标"),
    }
    assert all("经济成本、社会成本、生态环境成本" in why for why in told.values())


def test_a_level_that_a_person_must_choose_is_left_open() -> None:
    (record,) = [one for one in ROUND if "小区修缮" in one["project_name"]]
    row = carry_over(MIGRATIONS, NEXT, record).record["indicators"][2]
    assert (row["level1"], row["level2"], row["level3"]) == ("成本指标", None, "严格控制成本")


def test_the_year_is_not_made_up() -> None:
    carried = carry_over(MIGRATIONS, NEXT, ROUND[0])
    assert "year" not in carried.record
    assert [(one.pointer, one.text) for one in carried.left] == [("/year", "2023")]
    told = carry_over(MIGRATIONS, NEXT, ROUND[0], 2027)
    assert (told.record["year"], told.left) == (2027, [])
    assert list(told.record)[:3] == ["form", "id", "year"]
    assert carry_over(MIGRATIONS, EVALUATION, ROUND[0]).record["year"] == 2023


def test_a_way_that_nobody_has_written_down_is_told() -> None:
    record = carry_over(MIGRATIONS, EVALUATION, ROUND[0]).record
    with pytest.raises(XlsyncError, match=r"no migration from project-self-.* to .*; there are: "):
        carry_over(MIGRATIONS, GOAL, record)
    with pytest.raises(XlsyncError, match="no form 'x'"):
        carry_over(MIGRATIONS, GOAL, {"form": "x"})


# ---- migrations that do not fit their forms ------------------------------------


GOOD = FILES[0].read_text("utf-8")
WRONG = {
    "a field that is gone": ('year = "', 'yeer = "', "left.yeer: the old form has no 'yeer'"),
    "a forgotten field": (
        'overall_goal = "overall_goal"\n',
        "",
        "fields: 'overall_goal' of the old form is neither here nor in left",
    ),
    "an unknown place": (
        'annual_goal = "annual_goal"',
        'annual_goal = "goal"',
        "fields.annual_goal: the new form has no 'goal'",
    ),
    "an unknown field": (
        'annual_goal = "annual_goal"',
        'annual_gaol = "annual_goal"',
        "fields.annual_gaol: the old form has no 'annual_gaol'",
    ),
    "two into one": (
        'annual_goal = "annual_goal"',
        'annual_goal = "overall_goal"',
        "fields.annual_goal: 'overall_goal' stands there twice",
    ),
    "another type": (
        'annual_goal = "annual_goal"',
        'annual_goal = "year"',
        "fields.annual_goal: 'text' cannot become 'integer'",
    ),
    "carried and left": (
        "[left]\n",
        '[left]\nannual_goal = "x"\n',
        "fields.annual_goal: it is in left as well",
    ),
    "a forgotten column": (', unit = "unit"', "", "tables.indicators.columns: 'unit' of the old"),
    "an unknown table": ("tables.indicators", "tables.rows", "tables.rows: the old form has no"),
    "no such table there": (
        'to = "indicators"',
        'to = "rows"',
        "to: 'rows' is not in the new form",
    ),
    "levels that are not moved": (
        '"产出指标", "成本指标"',
        '"产出指标", "时效指标"',
        "tables.indicators.moved: '产出指标/成本指标' is not in the new tree and is not moved",
    ),
    "levels that are not there": (
        '"产出指标", "成本指标"',
        '"投入指标"',
        "moved[1].levels: '投入指标' is not in the old tree",
    ),
    "no place in the new tree": (
        'to = ["成本指标"]',
        'to = ["成本指标", "数量指标"]',
        "moved[1].to: '成本指标/数量指标' is not in the new tree",
    ),
    "a constant nowhere": ("[left]\n", "[constants]\nx = 1\n[left]\n", "constants.x: the new form"),
    "a constant of another type": (
        "[left]\n",
        '[constants]\nyear = "2026"\n[left]\n',
        "constants.year: '2026' is no integer",
    ),
    "a constant that is carried": (
        "[left]\n",
        '[constants]\nannual_goal = "x"\n[left]\n',
        "constants.annual_goal: it is carried over already",
    ),
}


@pytest.mark.parametrize("migration", INSTALLED, ids=NAMES[: len(INSTALLED)])
def test_the_installed_migrations_fit(migration: Migration) -> None:
    assert list(mistakes(migration, FORMS[migration.old], FORMS[migration.new])) == []


@pytest.mark.parametrize(("old", "new", "words"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_told_with_file_and_key(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert old in GOOD
    folder = tmp_path / "mappings" / "migrations"
    folder.mkdir(parents=True)
    (folder / "own.toml").write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(XlsyncError) as caught:
        carry_over(Migrations(FORMS, tmp_path), NEXT, ROUND[0])
    assert "own.toml: " in str(caught.value)
    assert words in str(caught.value)


def test_a_constant_fills_a_field(tmp_path: Path) -> None:
    folder = tmp_path / "mappings" / "migrations"
    folder.mkdir(parents=True)
    text = GOOD.replace("[left]\n", "[constants]\nyear = 2026\n[left]\n")
    (folder / "own.toml").write_text(text, encoding="utf-8")
    assert carry_over(Migrations(FORMS, tmp_path), NEXT, ROUND[0]).record["year"] == 2026


def test_a_form_that_is_not_there_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "mappings" / "migrations"
    folder.mkdir(parents=True)
    (folder / "own.toml").write_text('from = "a"\nto = "b"\n', encoding="utf-8")
    with pytest.raises(XlsyncError, match=r"own\.toml: there is no form 'a'"):
        carry_over(Migrations(FORMS, tmp_path), NEXT, ROUND[0])


# ---- the command ----------------------------------------------------------------


def test_generate_carries_over_and_tells_what_is_left(tmp_path: Path) -> None:
    result = invoke(
        "generate", NEXT.id, "--carry-over", SAMPLES / "一上", "-o", tmp_path, "--year", "2026"
    )
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == len(ROUND) == len(list(tmp_path.glob("*.xlsx")))
    assert "沿用 16 份记录。" in result.stderr
    assert "第3条“严格控制成本”：“成本指标”" in result.stderr
    assert "“年度”" not in result.stderr


def test_what_all_records_have_in_common_is_told_once(tmp_path: Path) -> None:
    result = invoke("generate", EVALUATION.id, "--carry-over", SAMPLES / "一上", "-o", tmp_path)
    assert result.exit_code == 0
    assert result.stderr.count("未沿用“项目性质”") == 1
    assert "（16 份记录都是）" in result.stderr


def test_a_record_of_another_form_is_refused_without_the_option(tmp_path: Path) -> None:
    result = invoke("generate", NEXT.id, SAMPLES / "一上" / "镇政府-预备费.json", "-o", tmp_path)
    assert result.exit_code == 1
    assert "X005" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--carry-over"], "needs a RECORD"), (["--year", "2026"], "--year goes with --carry-over")],
)
def test_options_that_say_nothing_are_wrong_usage(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    result = invoke("generate", NEXT.id, *arguments, "-o", tmp_path)
    assert result.exit_code == 2
    assert words in result.stderr
