"""Texts with one cell a line, as a browser or a PDF reader copies the form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_forms import TITLE, cells
from reading_samples import FILLED, ROOT, brief, read_one, read_text, record_of

from xlsync.base.problems import Severity

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.base.record import Record
    from xlsync.reader import Reading

RECORD = record_of(read_one(FILLED))
SAMPLES = sorted((ROOT / "samples" / "changzheng-2023" / "一上").glob("*.json"))


def lines(record: Record) -> str:
    texts = [one.text for one in sorted(cells(record)) if one.text]
    return "\n".join([TITLE, f"({record['year']}年度)", *texts])


def without_ids(record: Record | None) -> Record:
    made: Record = json.loads(json.dumps(record))
    made.pop("id", None)
    for item in (made or {}).get("indicators", ()):
        item.pop("id", None)
    return made


def codes(reading: Reading) -> list[str]:
    return [one.code for one in reading.problems if one.code[0] in "SVX"]


def test_every_value_follows_its_label_and_that_is_told() -> None:
    reading = read_one(lines(RECORD))
    assert without_ids(reading.record) == without_ids(RECORD)
    assert codes(reading) == ["V002"] * 4 + ["X009"]


def test_labels_broken_over_lines_and_blank_lines_do_not_matter() -> None:
    text = lines(RECORD).replace("项目资金\n(元)", "项目\n资金\n(元)")
    text = text.replace("项目绩效目标", "项目\n绩效\n目标").replace("实施单位", "实施\n单位")
    reading = read_one(text.replace("\n", "\n\n"))
    assert without_ids(reading.record) == without_ids(RECORD)


def test_a_value_broken_over_lines_is_joined_and_told() -> None:
    reading = read_one(lines(RECORD).replace("300,000.00", "300,0\n00.00", 1))
    assert without_ids(reading.record) == without_ids(RECORD)
    assert ("V002", None, "300,000.00") in brief(reading.problems)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("水清岸绿", "水清\n岸绿"),
        ("水清岸绿\n", ""),
        ("≥12.50(公里)", "≥12.50\n(公里)"),
        ("保洁合格率", "保洁\n合格率\n（全年）"),
        ("及时\n", ""),
    ],
)
def test_what_cannot_be_told_apart_is_not_read(old: str, new: str) -> None:
    text = lines(RECORD)
    assert old in text
    reading = read_one(text.replace(old, new, 1))
    found = [one for one in reading.problems if one.code in {"V001", "V002"}]
    assert any(one.code == "V001" and one.found for one in found) or "合格率" in str(found)


def test_labels_in_another_order_are_an_error() -> None:
    text = lines(RECORD)
    moved = text.replace("主管部门\n临江镇人民政府\n", "")
    moved = moved.replace("计划开始日期\n", "计划开始日期\n2023-01-01\n主管部门\n临江镇人民政府\n")
    assert "V001" in codes(read_one(moved))


WORDS = ["其他资金", "项目名称", "绩效指标", "数量指标", "产出指标", "达标", "≥85%", "12", "一\n二"]
TEXTS = st.text("河道保洁其他资金 12≥%\n", min_size=1, max_size=9).filter(str.strip)
TYPED = st.sampled_from(WORDS) | TEXTS | st.none()


@settings(max_examples=150, deadline=None)
@given(
    fields=st.dictionaries(
        st.sampled_from(["project_name", "implementing_unit", "overall_goal", "annual_goal"]), TYPED
    ),
    items=st.lists(st.tuples(TYPED, TYPED), min_size=1, max_size=6),
)
def test_any_record_comes_back_the_same_or_is_reported(
    fields: dict[str, str | None], items: list[tuple[str | None, str | None]]
) -> None:
    record: Record = json.loads(json.dumps(RECORD)) | fields
    for item, (name, value) in zip(record["indicators"], items, strict=False):
        item |= {"level3": name, "operator": None, "value": value, "unit": None}
    readings = read_text(lines(record))
    (first, *more) = readings
    is_reported = any(
        one.severity is Severity.ERROR or one.code in {"V002", "S003", "S004"}
        for reading in readings
        for one in reading.problems
    )
    if more or without_ids(first.record) != without_ids(record):
        assert is_reported


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem[:12])
def test_a_real_form_comes_back_the_same_or_is_refused(path: Path) -> None:
    record = json.loads(path.read_text(encoding="utf-8"))
    reading = read_one(lines(record))
    has_error = any(one.severity is Severity.ERROR for one in reading.problems)
    assert has_error or without_ids(reading.record) == without_ids(record)


def test_other_texts_are_read_as_before() -> None:
    assert "X009" not in codes(read_one(FILLED))
