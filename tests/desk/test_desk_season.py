"""A season in the page alone: a repository is made, a roster goes out, answers come back."""

from __future__ import annotations

import json
import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from desk_browser import axe, faults, visiting
from desk_server import serving
from running import SAMPLES

from xlsync import api
from xlsync.demo.staff import type_in

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

ROUND = "/round/2023/一上"


def test_a_season_is_played_in_the_page_alone(browser: Browser, tmp_path: Path) -> None:
    town = tmp_path / "甲 镇"
    with serving(town, home=tmp_path / "x") as server, visiting(browser, server) as visitor:
        page = visitor.page
        page.get_by_label("文件夹").fill(str(town))
        page.get_by_role("button", name="新建").click()
        page.get_by_label("年度").fill("2023")
        page.get_by_label("轮次名称").fill("一上")
        page.get_by_role("button", name="开始").click()
        sent = send_out(page, SAMPLES / "名册.csv")
        assert len(sent) == 15
        answers = answered(sent, tmp_path / "收到")
        page.get_by_role("link", name="收集", exact=True).click()
        page.locator("#files").set_input_files([str(one) for one in answers])
        page.get_by_role("button", name="开始收集").click()
        page.get_by_role("heading", name="收集完成").wait_for()
        page.get_by_role("link", name="台账", exact=True).click()
        page.get_by_role("heading", name="台账").wait_for()
        page.locator("footer").wait_for()
        assert page.locator("tbody tr").count() == 15
        assert page.locator("tbody .tag.good").count() == len(answers)
        page.get_by_role("link", name="汇总", exact=True).click()
        with page.expect_download() as download:
            page.get_by_role("link", name=re.compile("汇总表")).click()
        assert download.value.suggested_filename.endswith("汇总表.xlsx")
        assert zipfile.is_zipfile(download.value.path())


def send_out(page: Page, roster: Path) -> dict[str, bytes]:
    """Drop a roster, look at what would go out, send it, and take everything along."""
    page.locator("#roster").set_input_files(str(roster))
    page.locator("#due").fill("2023-10-31")
    page.get_by_role("button", name="读取名册").click()
    page.get_by_role("heading", name="下发预览").wait_for()
    assert not faults(page, axe())
    assert page.get_by_role("region", name="认出的项目").locator("tbody tr").count() == 15
    confirm = page.get_by_role("checkbox")
    if confirm.count():
        confirm.check()
    page.get_by_role("button", name="下发", exact=True).click()
    page.get_by_role("heading", name="下发完成").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="全部下载").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def answered(sent: dict[str, bytes], folder: Path) -> list[Path]:
    """Fill in what went out, as staff would."""
    form = api.forms().find("project-goal-2023")
    filled = {
        form.title(one): one
        for path in sorted((SAMPLES / "一上").glob("*.json"))
        for one in [json.loads(path.read_text("utf-8"))]
    }
    folder.mkdir(parents=True)
    made = []
    for number, (name, data) in enumerate(sent.items()):
        title = name.rpartition("/")[2].removesuffix(".xlsx")
        record = next((one for key, one in filled.items() if key in title), None)
        if record is not None:
            made.append(folder / f"{number}.xlsx")
            made[-1].write_bytes(type_in(form, data, record))
    return made
