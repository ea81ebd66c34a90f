"""One project's year over four forms: what was declared, revised, monitored and achieved."""

from __future__ import annotations

import copy
import io
import json
from typing import TYPE_CHECKING

import openpyxl
import pytest
from running import FORMS, ROOT, invoke

from xlsync import api
from xlsync.base.errors import XlsyncError
from xlsync.records import Migrations, carry_over
from xlsync.report.books.project_years import year_rows, year_workbook
from xlsync.report.page.rendering import render_year
from xlsync.repository import Changes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.base.record import Record
    from xlsync.repository import Repository

READ = ROOT / "samples" / "official-families" / "read.jsonl"
GOAL, MONITORING, EVALUATION = (
    "project-goal-central-2015",
    "project-monitoring-2019",
    "project-self-evaluation-central-2020",
)
MIGRATIONS = Migrations(FORMS)


def put(repository: Repository, round_name: str, record: Record) -> None:
    form, changes = FORMS[record["form"]], Changes(repository.snapshot(), round_name)
    changes.put_record(record["id"], form.group(record), form.title(record), record)
    repository.commit(changes, "test")


def declared() -> Record:
    made = [json.loads(text)["record"] for text in READ.read_text("utf-8").splitlines()]
    record = next(one for one in made if one["form"] == GOAL)
    return FORMS[GOAL].identified({**record, "year": 2024})


def revised(record: Record) -> Record:
    made = copy.deepcopy(record)
    made["funds"]["annual_total"] = "15000000.00"
    made["funds"]["annual_fiscal"] = "15000000.00"
    made["annual_indicators"][0]["value"] = "13"
    del made["annual_indicators"][2]
    return made


def onwards(form: str, record: Record) -> Record:
    return carry_over(MIGRATIONS, FORMS[form], record, 2024).record


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with api.init(tmp_path / "town") as repository:
        goal = declared()
        put(repository, "2024/一上", goal)
        last = revised(goal)
        put(repository, "2024/二上", last)
        watched = onwards(MONITORING, last)
        watched["indicators"][0] |= {"reached": "7公里", "expected": "13公里"}
        put(repository, "2024/监控", watched)
        judged = onwards(EVALUATION, last)
        judged["indicators"][0] |= {"actual": "13公里", "score": "9.00"}
        judged["actual_completion"] = "改造管网 13 公里。"
        put(repository, "2024/自评", judged)
        put(repository, "2025/一上", {**last, "year": 2025})
        yield repository


FORMS_AT_HAND = api.forms()


def texts(repository: Repository, **more: str) -> dict[str, tuple[str, ...]]:
    made = api.project_year(repository, declared()["id"], FORMS_AT_HAND, **more)
    return {row.label: row.texts for row in year_rows(made)}


def test_fields_stand_beside_those_that_they_come_from(repository: Repository) -> None:
    shown = texts(repository, year="2024")
    assert shown["年度资金总额"] == ("1,400.00 万元", "1,500.00 万元", *["1,500.00 万元"] * 2)
    assert shown["实际完成情况"] == ("", "", "", "改造管网 13 公里。")
    assert shown["项目期"] == ("3年", "3年", "", "")


def test_rows_stand_beside_those_that_they_come_from(repository: Repository) -> None:
    shown = texts(repository, year="2024")
    assert shown["产出指标/数量指标/改造管网长度"] == (
        "≥12(公里)",
        "≥13(公里)",
        "≥13(公里)\n1—7月执行情况：7公里\n全年预计完成情况：13公里",
        "≥13(公里)\n实际完成值：13公里\n得分：9.00",
    )
    assert shown["产出指标/时效指标/按期完工率"] == (
        "≥95(%)",
        *["（无此条）"] * 3,
    )


def test_what_changed_is_marked_once(repository: Repository) -> None:
    made = api.project_year(repository, declared()["id"], FORMS_AT_HAND, year="2024")
    marks = {row.label: row.changed for row in year_rows(made) if row.changed}
    assert marks["年度资金总额"] == {1}
    assert marks["产出指标/数量指标/改造管网长度"] == {1}
    assert marks["产出指标/时效指标/按期完工率"] == {1}
    assert "项目名称" not in marks


def test_nothing_that_a_form_says_is_left_out(repository: Repository) -> None:
    made = api.project_year(repository, declared()["id"], FORMS_AT_HAND, year="2024")
    for at, step in enumerate(made.steps):
        column = "\n".join(f"{row.label} {row.texts[at]}" for row in year_rows(made) if row.texts)
        for table in step.form.mapping.tables.values():
            for row in step.record.get(table.pointer[1:], []):
                assert row[table.name] in column


def test_what_rules_between_forms_find_is_told(repository: Repository) -> None:
    judged = onwards(EVALUATION, revised(declared()))
    judged["funds"]["annual_total"]["initial_budget"] = "14000000.00"
    put(repository, "2024/自评", judged)
    made = api.project_year(repository, declared()["id"], FORMS_AT_HAND, year="2024")
    assert [(name, one.problem.code) for name, one in made.findings] == [("2024/自评", "A003")]
    assert made.findings[0][1].problem.message in render_year(made).decode()
    book = openpyxl.load_workbook(io.BytesIO(year_workbook(made)))
    assert book.sheetnames == ["全年对照", "表间核对"]


def test_the_last_year_is_the_usual_one(repository: Repository) -> None:
    made = api.project_year(repository, declared()["id"], FORMS_AT_HAND)
    assert (made.year, [one.round for one in made.steps]) == ("2025", ["2025/一上"])
    with pytest.raises(XlsyncError, match="2023 年没有收下"):
        api.project_year(repository, declared()["id"], FORMS_AT_HAND, year="2023")


def test_workbook_and_page_say_the_same(repository: Repository) -> None:
    made = api.project_year(repository, declared()["id"], FORMS_AT_HAND, year="2024")
    page = render_year(made).decode()
    sheet = openpyxl.load_workbook(io.BytesIO(year_workbook(made))).worksheets[0]
    cells = {str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value}
    for row in year_rows(made):
        for text in (row.label, *row.texts):
            assert not text or text in cells
            assert text.replace("&", "&amp;") in page
    assert year_workbook(made) == year_workbook(made)
    assert page.count('class="changed"') == sum(len(row.changed) for row in year_rows(made))


def test_the_command_writes_both(repository: Repository, tmp_path: Path) -> None:
    del repository
    for name in ("年.xlsx", "年.html"):
        path = tmp_path / name
        ran = invoke(
            "-R", tmp_path / "town", "year", declared()["id"], "--year", "2024", "-o", path
        )
        assert ran.exit_code == 0, ran.output
        assert path.exists()
        assert "年度资金总额：1,400.00 万元 → 1,500.00 万元" in ran.stdout
    wrong = invoke("-R", tmp_path / "town", "year", declared()["id"], "-o", tmp_path / "年.pdf")
    assert wrong.exit_code == 2


def test_a_record_without_a_table_has_no_rows_of_it(repository: Repository) -> None:
    one = declared()
    del one["annual_indicators"]
    put(repository, "2026/一上", one)
    made = api.project_year(repository, one["id"], year="2026")
    assert [table.label for table in made.tables] == ["中期绩效指标"]
