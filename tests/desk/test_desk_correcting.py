"""Correcting on the form itself: days and lists as the form has them, and nothing typed is lost."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

import pytest
from desk_browser import visiting
from desk_server import Server, serving
from running import ROOT

from xlsync import api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

NAME = "2023/二上"
RECORD = "413713e43b07"
PROJECT = f"/round/{NAME}/project/{RECORD}"
WHY = "电话核实"


def seen(server: Server, project: str) -> str:
    """The mark of the version that the page shows."""
    text = server.ask(f"{project}/correct").text
    return text.partition('name="seen" value="')[2].partition('"')[0]


def corrected(server: Server, project: str, **more: str) -> tuple[int, str]:
    """Send a correction; names of values begin with ``v:``."""
    values = {"seen": seen(server, project), "reason": WHY, **more}
    answer = server.send(f"{project}/correct", values)
    return answer.status, answer.text


def test_days_and_lists_are_offered_as_the_form_has_them(server: Server) -> None:
    text = server.ask(f"{PROJECT}/correct").text
    assert '<input type="date" name="v:/planned_start" value="2023-01-01"' in text
    assert "<option selected>经常性项目</option>" in text
    assert '<optgroup label="效益指标">' in text
    assert 'list="list-unit"' in text
    assert text.count('<datalist id="list-unit">') == 1


def test_a_step_that_is_undone_is_not_offered_to_be_undone(own_server: Server, town: Path) -> None:
    with api.open_repository(town) as repository:
        wanted = [("年度总体目标", "另一个")]
        commit = api.coordinator(repository, by="王五").correct(NAME, RECORD, wanted, WHY).commit
    link = f'<a href="/undo?commit={commit}">撤销这一步</a>'
    page = own_server.ask(PROJECT).text
    assert (link in page, "已撤销" in page) == (True, False)
    assert own_server.send("/undo", {"commit": commit, "reason": WHY}).status == 303
    page = own_server.ask(PROJECT).text
    assert (link in page, "· 已撤销" in page) == (False, True)


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False])
def test_a_day_and_a_nature_are_chosen(
    browser: Browser, own_server: Server, town: Path, *, script: bool
) -> None:
    with visiting(browser, own_server, java_script_enabled=script) as visitor:
        page = visitor.go(f"{PROJECT}/correct")
        page.get_by_label("计划完成日期").fill("2023-11-30")
        page.get_by_label("项目性质").select_option("一次性项目")
        page.get_by_label("绩效指标第1条：计量单位").fill("自拟单位")
        page.get_by_label("理由").fill(WHY)
        page.get_by_role("button", name="看看会改什么").click()
        assert page.get_by_label("计划完成日期").input_value() == "2023-11-30"
        assert page.get_by_label("项目性质").input_value() == "一次性项目"
        page.get_by_role("button", name="确认更正").click()
        page.locator(".told").wait_for()
    with api.open_repository(town) as repository:
        made = api.show(repository, f"{NAME}/{RECORD}")
    assert (made["planned_end"], made["project_nature"]) == ("2023-11-30", "一次性项目")
    assert made["indicators"][0]["unit"] == "自拟单位", "an open list takes any text"


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("v:/planned_end", "2023年13月1日", "不是可识别的日期"),
        ("v:/project_nature", "随便", "之一，写的是“随便”"),
        ("v:/indicators/0/level1", "随便", "不符合表的规则"),
        ("v:/planned_end", "2022-01-01", "不符合表的规则"),
    ],
)
def test_what_was_typed_is_still_there_where_it_is_refused(
    server: Server, name: str, text: str, why: str
) -> None:
    status, page = corrected(server, PROJECT, **{name: text, "v:/annual_goal": "新目标<b>"})
    assert status == 409
    assert why in page
    assert escape("新目标<b>") in page
    assert any(
        one in page for one in (f'value="{text}"', f'aria-label="计划完成日期">{text}</textarea>')
    )
    assert f'value="{WHY}"' in page


@pytest.fixture
def central(tmp_path: Path) -> Iterator[tuple[Server, str]]:
    """A project on a form in 万元: the page, and the project's address."""
    line = (ROOT / "samples/central-form/read.jsonl").read_text("utf-8").splitlines()[0]
    record = json.loads(line)["record"]
    (tmp_path / "表.json").write_text(json.dumps(record), encoding="utf-8")
    name = f"{record['year']}/一上"
    with api.init(tmp_path / "库") as repository:
        api.collect(repository, name, [tmp_path / "表.json"], is_new=True)
        (one,) = api.status(repository, name)
    assert one.state == "已收"
    with serving(tmp_path / "库") as made:
        yield made, f"/round/{name}/project/{one.record}"


def test_an_amount_is_typed_in_the_unit_that_its_form_shows(central: tuple[Server, str]) -> None:
    server, project = central
    total, other = "v:/funds/annual_total", "v:/funds/annual_other"
    status, page = corrected(server, project, **{total: "960.50", other: "40"})
    assert (status, "是同一个内容" in page) == (409, True)
    status, page = corrected(server, project, **{total: "970.5", other: "50"})
    assert status == 200
    assert "40.00 万元" in page
    assert "970.50 万元" in page
    sure = {"confirm": "1", "shown": page.partition('name="shown" value="')[2].partition('"')[0]}
    status, page = corrected(server, project, **{total: "980.5", other: "60"}, **sure)
    assert status == 200, "what was typed since is shown first"
    assert "980.50 万元" in page
    assert "980.50" not in server.ask(project).text
    assert corrected(server, project, **{total: "970.5", other: "50"}, **sure)[0] == 303
    assert "970.50" in server.ask(project).text


LEVELS = ("level1", "level2")
NEW_ROW = {
    "v:/indicators/+1/level1": "产出指标",
    "v:/indicators/+1/level2": "质量指标",
    "v:/indicators/+1/level3": "返修率",
    "v:/indicators/+1/operator": "≤",
    "v:/indicators/+1/value": "5",
    "v:/indicators/+1/unit": "%",
}


def test_what_was_typed_into_a_new_row_is_still_there_where_it_is_refused(server: Server) -> None:
    typed = {**NEW_ROW, "v:/indicators/+1/value": "", "d:/indicators/0": "on"}
    status, page = corrected(server, PROJECT, **typed)
    assert status == 409
    assert "不符合表的规则" in page
    assert 'aria-label="绩效指标新增的第1条：三级指标">返修率</textarea>' in page
    assert (
        '<input type="checkbox" name="d:/indicators/0" aria-label="删去绩效指标第1条" checked>'
        in page
    )


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False])
def test_a_row_is_added_and_another_taken_out(
    browser: Browser, own_server: Server, town: Path, *, script: bool
) -> None:
    with api.open_repository(town) as repository:
        before = api.show(repository, f"{NAME}/{RECORD}")["indicators"]
    with visiting(browser, own_server, java_script_enabled=script) as visitor:
        page = visitor.go(f"{PROJECT}/correct")
        for name, text in NEW_ROW.items():
            field = page.locator(f"[name='{name}']")
            is_list = field.evaluate("one => one.tagName") == "SELECT"
            field.select_option(text) if is_list else field.fill(text)
        page.get_by_label("删去绩效指标第2条").check()
        page.get_by_label("理由").fill(WHY)
        page.get_by_role("button", name="看看会改什么").click()
        assert "产出指标 质量指标 返修率 ≤ 5 %" in page.locator(".next").inner_text()
        assert page.get_by_label("删去绩效指标第2条").is_checked()
        page.get_by_role("button", name="确认更正").click()
        page.locator(".told").wait_for()
    with api.open_repository(town) as repository:
        after = api.show(repository, f"{NAME}/{RECORD}")["indicators"]
    assert [one for one in after if one["level3"] != "返修率"] == [before[0], *before[2:]]
    assert "返修率" in [one["level3"] for one in after]


def test_what_was_found_of_a_table_is_told_at_its_name(server: Server) -> None:
    with_warning = next(
        one
        for one in ("2bffb2cdcae3", "43c440313e3c", "9f384dcb0d68")
        if "I00" in server.ask(f"/round/{NAME}/project/{one}").text
    )
    page = server.ask(f"/round/{NAME}/project/{with_warning}/correct").text
    assert 'warning"></td>' not in page, "a mark on a cell without a word"
    assert 'label middle warning">绩效指标</td>' in page


@pytest.mark.browser
def test_the_second_level_offers_what_belongs_to_the_first(
    browser: Browser, server: Server
) -> None:
    tree = api.forms()["project-goal-2023"].mapping.trees["indicators_2015"]
    with visiting(browser, server) as visitor:
        page = visitor.go(f"{PROJECT}/correct")
        first, second = (page.locator(f"[name='v:/indicators/+1/{one}']") for one in LEVELS)
        offered = "one => [...one.options].map((each) => each.value).filter(Boolean)"
        assert second.evaluate(offered) == [one for others in tree.values() for one in others]
        for level in ("效益指标", "产出指标"):
            first.select_option(level)
            assert second.evaluate(offered) == tree[level]
        second.select_option("时效指标")
        first.select_option("效益指标")
        # What was chosen is not taken away in silence.
        assert second.input_value() == "时效指标"
        assert second.evaluate(offered) == ["时效指标", *tree["效益指标"]]
        assert second.get_attribute("title") == "不属于“效益指标”，请重选"
        second.select_option("社会效益指标")
        assert second.evaluate(offered) == tree["效益指标"]
        assert second.get_attribute("title") == ""
        # Rows that stand there already are narrowed from the beginning.
        standing = page.locator("[name='v:/indicators/0/level2']")
        above = page.locator("[name='v:/indicators/0/level1']").input_value()
        assert standing.evaluate(offered) == tree[above]


@pytest.mark.browser
def test_without_a_script_every_second_level_is_there_under_its_first(
    browser: Browser, server: Server
) -> None:
    with visiting(browser, server, java_script_enabled=False) as visitor:
        page = visitor.go(f"{PROJECT}/correct")
        groups = page.locator("[name='v:/indicators/+1/level2'] optgroup")
        assert groups.evaluate_all("all => all.map((one) => one.label)") == [
            *api.forms()["project-goal-2023"].mapping.trees["indicators_2015"]
        ]
