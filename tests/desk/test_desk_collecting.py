"""Files dropped on the page: read while one looks, refused ones shown on paper and sent back."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from desk_browser import visiting
from desk_server import end_of, serving
from returning import ROUND, came, changed, put_in, send, whole
from running import SAMPLES, record, save

from xlsync import api

if TYPE_CHECKING:
    from pathlib import Path

    from desk_browser import Visitor
    from desk_server import Server
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

ROUND_HERE = "2023/二上"
HERE = f"/round/{ROUND_HERE}/collecting"
EVIL = "<img src=x onerror=alert(1)>\"'{{7*7}}</textarea><script>alert(2)</script>"


def collected(visitor: Visitor, *files: Path) -> str:
    """Drop files, wait until they are collected, and say what the page says."""
    page = visitor.go(HERE)
    page.locator("#files").set_input_files([str(one) for one in files])
    page.get_by_role("button", name="开始收集").click()
    page.get_by_role("heading", name=re.compile("收集完成|没有新内容")).wait_for()
    return page.locator("main").inner_text()


def test_a_problem_is_read_at_its_cell_and_the_copy_goes_back(
    browser: Browser, own_server: Server
) -> None:
    with visiting(browser, own_server) as visitor:
        told = collected(visitor, SAMPLES / "spoilt.json")
        assert "没有新内容" in told or "退回" in told
        page = visitor.go(HERE)
        page.get_by_role("link", name="spoilt.json").first.click()
        assert page.locator(".sheet td.error").count() > 0
        assert "M001" in page.locator(".problems").inner_text()
        with page.expect_download() as download:
            page.get_by_role("link", name="下载原件").click()
        assert download.value.path().read_bytes() == (SAMPLES / "spoilt.json").read_bytes()


def test_an_archive_is_taken_apart_and_a_refused_form_comes_back_marked(
    browser: Browser, own_server: Server, tmp_path: Path
) -> None:
    spoilt = save(tmp_path / "坏.json", record("坏项目", planned_end="2020-01-01"))
    packed = tmp_path / "来件.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(spoilt, "内/坏.json")
        archive.write(save(tmp_path / "好.json", record("好项目")), "好.json")
    with visiting(browser, own_server) as visitor:
        told = collected(visitor, packed)
        assert "新收" in told
        assert "退回" in told
        with visitor.page.expect_download() as download:
            visitor.page.get_by_role("link", name=re.compile("下载要发回的")).click()
        with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
            (name,) = archive.namelist()
            assert name.endswith("_退回修改.xlsx")


def test_a_collection_tells_all_that_came_of_it(
    own_server: Server, town: Path, tmp_path: Path
) -> None:
    (tmp_path / "控制数.csv").write_text("单位,控制数\n合计,1", encoding="utf-8")
    with api.open_repository(town) as repository:
        api.keep_ceilings(
            repository, ROUND_HERE, api.read_ceilings(repository, tmp_path / "控制数.csv").lines
        )
        review = api.write_review(repository, ROUND_HERE, tmp_path / "审核")
    first = save(tmp_path / "改过.json", record("新项目"))
    end = uploaded(own_server, first, review)
    assert "核查发现（1）" in end
    assert "超过控制数" in end
    assert re.search(r"审核意见 \S+\.xlsx：已采用 0", end)
    assert "没有找到文件" not in end
    changed_later = save(tmp_path / "改过.json", record("新项目", annual_goal="另一个年度目标。"))
    end = uploaded(own_server, changed_later)
    assert "改了 1 处" in end
    assert "另一个年度目标" in end


def uploaded(server: Server, *files: Path) -> str:
    """The page of a collection of these files once it has ended."""
    sent = [("files", one.name, one.read_bytes()) for one in files]
    return end_of(server, server.upload(HERE, sent).headers["location"])


def test_what_somebody_typed_is_text_wherever_it_is_shown(
    browser: Browser, own_server: Server, tmp_path: Path
) -> None:
    evil = record(EVIL, implementing_unit=EVIL, overall_goal=EVIL, annual_goal=EVIL)
    with visiting(browser, own_server) as visitor:
        collected(visitor, save(tmp_path / "evil.json", evil))
        page = visitor.go("/round/2023/二上/ledger?text=onerror")
        page.locator("tbody th a").click()
        assert EVIL in page.locator(".sheet").inner_text()
        for path in ("correct", "correct?told=" + "<script>alert(3)</script>"):
            page.goto(f"{page.url.partition('?')[0]}/{path}")
            assert page.locator("script").count() == 1
            assert page.locator("img").count() == 0
            page.go_back()
        for path in (HERE, "/", "/round/2023/二上/totals", "/compare?old=2023/一上&new=2023/二上"):
            visitor.go(path)
            assert page.locator("img").count() == 0


def test_a_conflict_is_decided_by_clicking_and_taken_back(browser: Browser, tmp_path: Path) -> None:
    town = contradicted(tmp_path)
    with serving(town) as server, visiting(browser, server) as visitor:
        page = visitor.go(f"/round/{ROUND}/conflicts")
        told = page.locator("main").inner_text()
        assert "选定用哪一份" in told
        assert "答0.xlsx" in told, "it is said where each side comes from"
        assert "答1.xlsx" in told
        page.get_by_role("radio", name=re.compile("^返回")).first.check()
        page.get_by_label("理由").first.fill("以后来的为准")
        page.get_by_role("button", name="选定").click()
        page.locator(".told").wait_for()
        assert "没有等待选定的冲突" in page.locator("main").inner_text()
        page = visitor.go("/undo")
        assert "裁定" in page.locator("main").inner_text()
        page.get_by_label("理由").fill("选错了")
        page.get_by_role("button", name="撤销这一步").click()
        page.get_by_role("heading", name="已撤销").wait_for()
        page = visitor.go(f"/round/{ROUND}/conflicts")
        assert "选定用哪一份" in page.locator("main").inner_text()


def test_what_the_coordinator_corrected_is_taken_where_that_is_said(tmp_path: Path) -> None:
    town, sent = tmp_path / "town", whole("预备费")
    with api.init(town) as repository:
        send(repository, sent)
        spool = repository.snapshot().spool()
        put_in(repository, [came(spool, changed(sent, annual_goal="单位说的。"), 1)], spool)
    own = save(tmp_path / "更正.json", changed(sent, annual_goal="统筹人改的。"))
    with serving(town) as server:
        here = f"/round/{ROUND}/collecting"
        files = [("files", own.name, own.read_bytes())]
        end = end_of(server, server.upload(here, files).headers["location"])
        assert "请注明是更正" in end
        assert "其中的 JSON 和文本是统筹人自己的更正" in server.ask(here).text
        end = end_of(server, server.upload(here, files, correcting="1").headers["location"])
    assert "改了" in end
    with api.open_repository(town) as repository:
        assert api.show(repository, f"{ROUND}/预备费")["annual_goal"] == "统筹人改的。"


def contradicted(folder: Path) -> Path:
    """A repository in which two answers to one workbook say different things."""
    town, sent = folder / "town", whole("预备费")
    with api.init(town) as repository:
        send(repository, sent)
        # The second does not keep the annual goal of the first: it was not made from it.
        for number, goals in enumerate(
            (
                {"overall_goal": "甲说的目标。", "annual_goal": "甲说的年度目标。"},
                {"overall_goal": "乙说的目标。"},
            )
        ):
            spool = repository.snapshot().spool()
            answer = came(spool, changed(sent, **goals), 1, f"答{number}.xlsx")
            put_in(repository, [answer], spool)
    return town
