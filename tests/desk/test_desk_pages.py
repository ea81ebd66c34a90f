"""Every page: nothing wrong in it, nothing from elsewhere, readable on a phone and to a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from desk_browser import NARROW, WIDE, axe, faults, visiting
from desk_server import serving

from xlsync import api

if TYPE_CHECKING:
    from pathlib import Path

    from desk_server import Server
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

ROUND = "/round/2023/二上"
PROJECT = f"{ROUND}/project/413713e43b07"
PAGES = [
    "/",
    "/open",
    "/work",
    "/forms",
    "/forms/project-goal-2023",
    "/compare?old=2023/一上&new=2023/二上",
    f"{ROUND}/collecting",
    f"{ROUND}/ledger",
    f"{ROUND}/ledger?state=退回&sort=errors&down=1",
    f"{ROUND}/conflicts",
    f"{ROUND}/warnings?all=1",
    f"{ROUND}/reviewing",
    f"{ROUND}/totals",
    f"{ROUND}/reminding",
    f"{ROUND}/auditing",
    f"{ROUND}/sending",
    "/units",
    "/sharing",
    PROJECT,
    f"{PROJECT}/year",
    "/nowhere",
    "/round?year=24&name=",
]


def test_every_page_is_sound_at_every_width(browser: Browser, server: Server) -> None:
    script = axe()
    for viewport in (WIDE, NARROW):
        with visiting(browser, server, viewport=viewport) as visitor:
            for path in PAGES:
                page = visitor.go(path)
                assert visitor.width() <= viewport["width"], path
                assert not faults(page, script), path
                assert page.locator("h1").count() == 1, path
                assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_the_first_page_is_there_before_its_figures(browser: Browser, season: Path) -> None:
    with serving(season) as fresh:
        assert "正在统计" in fresh.ask("/").text
        with visiting(browser, fresh) as visitor:
            cards = visitor.page.locator(".card .figures")
            cards.first.wait_for()
            visitor.page.wait_for_function("() => document.querySelectorAll('.figures').length > 1")
            assert "已收" in cards.first.inner_text()
        assert "正在统计" not in fresh.ask("/").text


def test_figures_are_there_without_script_too(browser: Browser, season: Path) -> None:
    with (
        serving(season) as fresh,
        visiting(browser, fresh, java_script_enabled=False) as visitor,
    ):
        visitor.page.locator(".figures").first.wait_for()
        assert visitor.page.locator(".figures").count() == 2


def test_a_project_shows_its_year(browser: Browser, server: Server) -> None:
    with visiting(browser, server) as visitor:
        page = visitor.go(PROJECT)
        page.get_by_role("link", name="看全年").click()
        text = page.locator(".sheet").inner_text()
        assert "2023/一上" in text
        assert "2023/二上" in text
        with page.expect_download() as download:
            page.get_by_role("link", name="存成工作簿").click()
        assert download.value.suggested_filename.endswith("2023年全年对照.xlsx")


def test_a_project_shows_its_form_as_on_paper(browser: Browser, server: Server) -> None:
    with visiting(browser, server) as visitor:
        page = visitor.go(PROJECT)
        sheet = page.locator(".sheet")
        assert "财政项目支出绩效目标申报表" in sheet.inner_text()
        assert "27,663,300.00" in sheet.inner_text()
        page.get_by_role("button", name="逐字比较").click()
        assert page.locator("ins, del").count() > 0


def test_everything_can_be_reached_by_keyboard(browser: Browser, server: Server) -> None:
    with visiting(browser, server) as visitor:
        page = visitor.go(f"{ROUND}/ledger")
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.textContent") == "跳到正文"
        page.keyboard.press("Enter")
        assert page.evaluate("() => document.activeElement.id") == "main"
        reached = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            reached.add(
                page.evaluate(
                    "() => { const e = document.activeElement;"
                    " return `${e.name || e.textContent.trim()}:${e.matches(':focus-visible')}` }"
                )
            )
        assert {"unit:true", "state:true", "text:true", "筛选:true"} <= reached
        page.locator("#text").focus()
        page.keyboard.type("预备费")
        page.keyboard.press("Enter")
        page.wait_for_url("**text=*")
        assert page.locator("tbody tr").count() == 1


def test_the_pages_serve_without_their_script(browser: Browser, server: Server) -> None:
    with visiting(browser, server, java_script_enabled=False) as visitor:
        page = visitor.go(f"{ROUND}/ledger")
        page.locator("#text").fill("预备费")
        page.locator("#state").select_option("已收")
        page.get_by_role("button", name="筛选").click()
        assert page.locator("tbody tr").count() == 1
        page.locator("tbody th a").click()
        assert page.locator(".sheet").count() == 1


def test_a_page_tells_that_somebody_else_has_changed_the_repository(
    browser: Browser, own_server: Server
) -> None:
    with visiting(browser, own_server) as visitor:
        page = visitor.go(f"{ROUND}/ledger")
        page.evaluate("() => { document.body.dataset.seen = 'yes'; }")
        from running import SAMPLES, invoke

        town = page.locator("footer .code").inner_text()
        file = SAMPLES / "一上" / "镇政府-预备费.json"
        done = invoke("-R", town, "collect", "2023/三上", file, "--new")
        assert done.exit_code == 0, done.output
        page.get_by_text("已被另一个窗口或命令行更新").wait_for()
        page.get_by_role("link", name="重新载入本页").click()
        page.wait_for_function("() => !document.body.dataset.seen")


def test_a_closed_round_is_marked_wherever_one_is_in_it(own_server: Server, town: Path) -> None:
    with api.open_repository(town) as repository:
        api.close_round(repository, "2023/二上", reason="已报区财政局")
    pages = [one for one in PAGES if one.startswith(ROUND)]
    assert len(pages) > 9
    for path in pages:
        text = own_server.ask(path).text
        assert text.count("这一轮已封存") == 1, path
        assert "已报区财政局" in text, path
        assert "已封存" not in own_server.ask(path.replace("二上", "一上", 1)).text, path
    assert own_server.ask("/?all=1").text.count("已封存") == 2


def test_a_ledger_without_rows_says_so(server: Server) -> None:
    assert "没有符合这些条件的项目" in server.ask(f"{ROUND}/ledger?text=没有这个").text
