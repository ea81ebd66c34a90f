"""Pages that come of work: sound at every width; work by keyboard alone, and without the script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from desk_browser import NARROW, WIDE, axe, faults, visiting
from desk_server import Server, end_of
from running import record, save

from xlsync import api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

NAME = "2023/二上"
ROUND = f"/round/{NAME}"
PROJECT = f"{ROUND}/project/413713e43b07"
_FURTHEST = 300
"""Keys that a person may have to press to get somewhere on a page."""


def pages_of_work(server: Server, folder: Path) -> Iterator[str]:
    """What the page shows on the way: previews, progress, ends, refusals."""

    def sent(path: str, values: dict[str, str]) -> str:
        answer = server.send(path, values)
        assert answer.status == 303, answer.text
        return str(answer.headers["location"])

    def dropped(path: str, field: str, name: str, data: bytes, **values: str) -> str:
        answer = server.upload(path, [(field, name, data)], **values)
        assert answer.status == 303, answer.text
        return str(answer.headers["location"])

    roster = "项目名称,实施单位,名目\n修路,财政所,甲\n种树,财 政所,乙\n".encode()
    preview = dropped(f"{ROUND}/sending", "roster", "名册.csv", roster, form="project-goal-2023")
    yield preview
    yield (job := sent(preview, {"confirmed": "1"}))
    end_of(server, job)
    yield job
    yield f"{ROUND}/sending"
    yield dropped("/units", "list", "单位.csv", "单位名称,上级单位\n镇,\n财政所,镇\n".encode())
    yield dropped(f"{ROUND}/auditing", "list", "控制数.csv", "单位,控制数\n合计,1\n".encode())
    bad = save(folder / "坏.json", record("坏项目", planned_end="2020-01-01")).read_bytes()
    yield (job := dropped(f"{ROUND}/collecting", "files", "坏.json", bad))
    end_of(server, job)
    yield job
    (received,) = re.findall(r'href="(/round/[^"]+/received/\w+)"', server.ask(job).text)[:1]
    yield received
    yield f"{PROJECT}/correct"
    found = re.findall(r'option value="([^"]+)"', server.ask(PROJECT).text)
    yield f"{PROJECT}/versions?old={found[-1]}&new={found[0]}"
    yield f"{PROJECT}?version={found[-1]}"
    yield "/compare/page?old=2023/一上&new=2023/二上"
    yield "/undo"
    official = api.generate(api.forms().find("project-goal-2026"))
    yield dropped("/forms/draft", "official", "空白.xlsx", official, id="goal-2030")
    yield (job := sent("/sharing", {"location": str(folder / "没有")}))
    end_of(server, job)
    yield job
    api.init(folder / "共用").close()
    yield (job := sent("/sharing", {"location": str(folder / "共用")}))
    (confirm,) = re.findall(r'action="(/sharing/[^"]+)"', end_of(server, job))
    yield job
    yield (job := sent(confirm, {}))
    end_of(server, job)
    yield job
    yield "/work"


def test_every_page_that_comes_of_work_is_sound(
    browser: Browser, own_server: Server, tmp_path: Path
) -> None:
    script = axe()
    with (
        visiting(browser, own_server, viewport=WIDE) as wide,
        visiting(browser, own_server, viewport=NARROW) as narrow,
    ):
        for visitor in (wide, narrow):
            # Work that comes to its end would put another page in place of the one that is seen.
            visitor.page.route("**/events", lambda route: route.abort())
        for path in pages_of_work(own_server, tmp_path):
            for visitor, viewport in ((wide, WIDE), (narrow, NARROW)):
                page = visitor.go(path)
                page.locator("h1").first.wait_for()
                assert visitor.width() <= viewport["width"], path
                assert not faults(page, script), path
                assert page.locator("h1").count() == 1, path


def reach(page: Page, wanted: Locator) -> Locator:
    """Press the tabulator until something has the focus, as one without a mouse does."""
    for _ in range(_FURTHEST):
        if wanted.evaluate("element => element === document.activeElement"):
            assert wanted.evaluate("element => element.matches(':focus-visible')")
            return wanted
        page.keyboard.press("Tab")
    raise AssertionError("the tabulator does not lead there")


def test_a_project_is_corrected_and_it_is_undone_by_keyboard_alone(
    browser: Browser, own_server: Server, town: Path
) -> None:
    with visiting(browser, own_server) as visitor:
        page = visitor.go(PROJECT)
        reach(page, page.get_by_role("link", name="更正内容"))
        page.keyboard.press("Enter")
        page.wait_for_url("**/correct")
        reach(page, page.get_by_label("年度总体目标"))
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.type("另一个年度目标。")
        reach(page, page.get_by_label("理由"))
        page.keyboard.type("电话核实")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="请核对要更正的内容").wait_for()
        reach(page, page.get_by_role("button", name="确认更正"))
        page.keyboard.press("Enter")
        page.locator(".told").wait_for()
        assert "另一个年度目标。" in page.locator(".sheet").inner_text()
        reach(page, page.get_by_role("link", name="撤销最近一步"))
        page.keyboard.press("Enter")
        reach(page, page.get_by_label("理由"))
        page.keyboard.type("又核实了一次")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="已撤销").wait_for()
    with api.open_repository(town) as repository:
        assert api.show(repository, f"{NAME}/413713e43b07")["annual_goal"] != "另一个年度目标。"


def test_files_are_collected_by_keyboard_alone(
    browser: Browser, own_server: Server, tmp_path: Path
) -> None:
    save(tmp_path / "收到" / "新.json", record("新项目"))
    with visiting(browser, own_server) as visitor:
        page = visitor.go(f"{ROUND}/collecting")
        reach(page, page.locator("#files"))
        reach(page, page.locator("summary", has_text="其他办法"))
        page.keyboard.press("Enter")
        reach(page, page.locator("#path"))
        page.keyboard.type(str(tmp_path / "收到"))
        reach(page, page.get_by_role("button", name="开始收集"))
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="收集完成").wait_for()


def test_files_are_collected_and_a_record_reviewed_without_the_script(
    browser: Browser, own_server: Server, tmp_path: Path
) -> None:
    with visiting(browser, own_server, java_script_enabled=False) as visitor:
        page = visitor.go(f"{ROUND}/collecting")
        page.locator("#files").set_input_files(str(save(tmp_path / "新.json", record("新项目"))))
        page.get_by_role("button", name="开始收集").click()
        page.get_by_role("heading", name=re.compile("收集完成")).wait_for()
        page = visitor.go(f"{ROUND}/reviewing")
        page.get_by_label("勾选 新项目").check()
        page.get_by_role("button", name="记下意见").click()
        page.locator(".told").wait_for()
        page = visitor.go("/undo")
        assert "审核" in page.locator("main").inner_text()
        page.get_by_label("理由").fill("点错了")
        page.get_by_role("button", name="撤销这一步").click()
        page.get_by_role("heading", name="已撤销").wait_for()
