"""A sheet with the title of a form and the layout of another is said to be one, and not read."""

from __future__ import annotations

import pytest
from reading_samples import FILLED, read_one, read_text, record_of

CENTRE = """\
项目支出绩效目标申报表
（2023年度）
项目名称|雨水管网改造
主管部门及代码|[105]某市水务局|实施单位|某市排水管理所
项目属性|延续项目|项目期|3年
项目资金（万元）|中期资金总额：|4200|年度资金总额：|1400
|其中：财政拨款|4200|其中：财政拨款|1400
总体目标|中期目标（2023年—2025年）|年度目标
|三年内改造雨水管网。|改造管网12公里。
绩效指标|一级指标|二级指标|三级指标|指标值|二级指标|三级指标|指标值
|产出指标|数量指标|改造长度|≥36公里|数量指标|改造长度|≥12公里
|满意度指标|服务对象满意度指标|居民满意度|≥90%|服务对象满意度指标|居民满意度|≥85%
"""

OTHERS = {
    "of a capital": """\
项目支出绩效目标申报表
（2026年度）
项目名称|社区驿站运营|项目负责人|丁|联系电话|000000
主管部门|某区民政局|实施单位|某街道
项目属性|经常性项目|项目期限|2026-01-01至2026-12-31
项目资金（万元）|年度资金总额|12800.5
|其中：财政拨款|12800.5
|上年结转|0
|其他资金|0
年度绩效目标|驿站全年正常运营。
绩效指标|一级指标|二级指标|三级指标|指标性质|指标值|计量单位|指标权重
|产出指标|数量指标|运营驿站数|＝|12|个|20%
|满意度指标|服务对象满意度指标|老人满意度|≥|90|%|10%
""",
    "of a city": """\
财政支出项目绩效目标申报表
（2023年度）
填报单位：某市图书馆
项目名称|流动书车服务|项目属性|新增项目
主管部门|某市文化局|项目负责人|甲|联系电话|000
项目起止时间|2023年1月至2023年12月
项目预算（万元）|资金总额|85.5
|其中：市财政资金|80
|其他资金：|5.5
项目绩效目标描述|总目标|建成流动借阅网络。
|本年度目标|开通十条线路。
""",
}


@pytest.mark.parametrize("layout", OTHERS)
def test_another_layout_is_one_problem_and_no_record(layout: str) -> None:
    reading = read_one(OTHERS[layout])
    (told,) = reading.problems
    assert (reading.form, reading.record) == (None, None)
    assert told.code == "S005"
    assert "同名的另一种版式" in told.message
    assert "xlsync forms draft" in told.message
    assert "项目名称" in told.message.partition("缺少")[0]


RELIEF = """\
绩效目标申报表
（2020年度）
项目名称|临时救助|项目负责人及电话|丙 000000
主管部门|某县民政局|实施单位|某县救助站
资金情况（万元）|年度资金总额：|520
|其中：财政拨款|500
|其他资金|20
绩效指标|一级指标|二级指标|三级指标|指标值
|产出指标|数量指标|救助人次|≥900人次
"""


def test_a_layout_whose_title_is_not_known_is_one_problem() -> None:
    reading = read_one(RELIEF)
    (told,) = reading.problems
    assert (reading.form, reading.record, told.code, told.cell) == (None, None, "S005", "A1")
    assert "是它的另一种版式" in told.message
    assert "“项目名称”、“主管部门”、“实施单位”" in told.message


def test_a_sheet_with_a_few_words_of_a_form_is_none_of_its_layouts() -> None:
    (first, told) = read_text("通讯录\n项目名称|联系人|实施单位\n河道保洁|张三|水务所\n")
    assert [one.code for one in first.problems] == ["X003"]
    assert {one.code for one in told.problems} == {"S007"}


def test_two_sets_of_indicators_in_one_row_are_read_as_two_tables() -> None:
    reading = read_one(CENTRE.replace("|≥12公里", "|"))
    assert reading.form == "project-goal-central-2015"
    record = record_of(reading)
    of_term, of_year = record["overall_indicators"], record["annual_indicators"]
    assert [row["level3"] for row in of_term] == ["改造长度", "居民满意度"]
    assert [row["value"] for row in of_year] == [None, "85"]
    assert [row["level1"] for row in of_year] == ["产出指标", "满意度指标"]


def test_a_half_that_is_blank_takes_no_row_but_the_level_goes_on() -> None:
    text = CENTRE.replace(
        "|数量指标|改造长度|≥12公里\n", "\n||质量指标|合格率|100%|质量指标|合格率|95%\n"
    )
    record = record_of(read_one(text))
    assert [row["level3"] for row in record["overall_indicators"]] == [
        "改造长度",
        "合格率",
        "居民满意度",
    ]
    (first, _) = record["annual_indicators"]
    assert (first["level1"], first["level3"]) == ("产出指标", "合格率")


@pytest.mark.parametrize("gone", ["主管部门", "项目性质|经常性项目|", "项目类别|特定目标类"])
def test_a_damaged_copy_is_still_read(gone: str) -> None:
    reading = read_one(FILLED.replace(gone, "备注" if gone == "主管部门" else ""))
    assert record_of(reading)["project_name"] == "河道保洁"
