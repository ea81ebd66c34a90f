"""One form in every format that is read: the sixteen official ones, and decorated labels."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from carriers import CARRIERS, carried, rows_of_record
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_samples import FILLED, ROOT, read_grid, record_of

if TYPE_CHECKING:
    from xlsync.base.record import Record

SAMPLES = sorted((ROOT / "samples" / "changzheng-2023" / "一上").glob("*.json"))

# the bound copies of the sixteen are read in tests of their own
LOOSE = [name for name in CARRIERS if name not in {"docx", "pdf"}]


def without_ids(record: Record) -> Record:
    made: Record = json.loads(json.dumps(record))
    del made["id"]
    for item in made["indicators"]:
        del item["id"]
    return made


@pytest.mark.parametrize("carrier", LOOSE)
def test_the_sixteen_forms_come_back_from_each_format(carrier: str) -> None:
    write, read = CARRIERS[carrier]
    for path in SAMPLES:
        record = json.loads(path.read_text(encoding="utf-8"))
        rows = [[cell.replace("\n", "") for cell in row] for row in rows_of_record(record)]
        flat = json.loads(json.dumps(record).replace("\\n", ""))
        (reading,) = read_grid(read(write(rows)))
        assert without_ids(record_of(reading)) == without_ids(flat), path.name
        assert not [one for one in reading.problems if one.code[0] in "SVX"], path.name


DECORATED = {
    "numbers": ("项目总目标", "一、项目总目标"),
    "a period": ("项目总目标", "项目总目标（2023年-2025年）"),
    "a colon": ("年度总体目标", "年度总体目标："),
    "a star": ("实施单位", "★实施单位"),
    "a part": ("其中：财政资金", "财政资金"),
    "a unit": ("项目资金总额", "项目资金总额（元）"),
    "a number": ("项目名称", "1.项目名称"),
    "a line break": ("计划开始日期", "计划开始\n日期"),
    "a remark": ("三级指标", "三级指标（可增行）"),
    "brackets": ("主管部门", "【主管部门】"),
    "another language": ("项目性质", "项目性质/Nature"),
    "a number of two parts": ("项目类别", "1.2、项目类别"),
    "a letter": ("上年结转资金", "a.上年结转资金"),
}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_label_with_something_around_it_is_the_label(carrier: str) -> None:
    text = FILLED
    for old, new in DECORATED.values():
        assert old in text
        text = text.replace(old, new.replace("\n", "") if carrier == "text" else new, 1)
    if carrier != "text":
        text = text.replace("计划开始\n日期", "计划开始 日期")
    (reading,) = read_grid(carried(text, carrier))
    (plain,) = read_grid(carried(FILLED, carrier))
    assert reading.record == plain.record
    assert {one.code for one in reading.problems} == {one.code for one in plain.problems}


FRONT = ["", "1.", "2、", "（三）", "四、", "★", "*"]
BEHIND = ["", "：", ":", "*", "（必填）", "【见说明】", "（2023年-2025年）", "2023年"]


@settings(max_examples=60)
@given(
    labels=st.lists(
        st.sampled_from([old for old, _ in DECORATED.values()]), unique=True, min_size=1
    ),
    front=st.sampled_from(FRONT),
    behind=st.sampled_from(BEHIND),
    carrier=st.sampled_from(["text", "xlsx", "html", "xml"]),
)
def test_any_labels_with_anything_usual_around_them_are_the_labels(
    labels: list[str], front: str, behind: str, carrier: str
) -> None:
    text = FILLED
    for label in labels:
        text = text.replace(label, f"{front}{label}{behind}", 1)
    (plain,) = read_grid(carried(FILLED, carrier))
    (reading,) = read_grid(carried(text, carrier))
    assert reading.record == plain.record
    assert {one.code for one in reading.problems} == {one.code for one in plain.problems}
