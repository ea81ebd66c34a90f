"""The ledger narrowed by when projects are due; what is chosen stays while one sorts and pages."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from desk_browser import NARROW, axe, faults, visiting
from desk_server import Server, serving
from returning import ROUND, whole
from running import FORMS

from xlsync import api
from xlsync.repository import Changes
from xlsync.rounds.kept.ledger import Issue, put_issue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

LEDGER = f"/round/{ROUND}/ledger"
TODAY = dt.date.today()  # noqa: DTZ011 - the office's day, as the ledger takes it
DUE = {"逾期的": -2, "今天的": 0, "三天的": 3, "四天的": 4, "月底的": 30, "明年的": 300}
"""Projects by the days until they are due; one more has no date, and one came back."""


def day(days: int) -> str:
    return (TODAY + dt.timedelta(days=days)).isoformat()


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("ledger") / "库"
    with api.init(folder) as repository:
        changes = Changes(repository.snapshot(), ROUND)
        for name, days in {**DUE, "没有日期的": None, "已交的": 1}.items():
            one = whole(name)
            form = FORMS[one["form"]]
            due = None if days is None else day(days)
            issue = Issue(1, "2024-10-01T09:00:00+08:00", None, "a.xlsx", due=due)
            put_issue(changes, form.group(one), name, one, issue)
            if name == "已交的":
                changes.put_record(one["id"], form.group(one), name, one)
        repository.commit(changes, f"下发 {ROUND}：新发 {len(DUE) + 2}")
    with serving(folder) as made:
        yield made


def titles(page: str) -> list[str]:
    return re.findall(r'<th scope="row">(?:<a [^>]*>)?([^<]+)', page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("within=0", ["今天的"]),
        ("within=3", ["今天的", "三天的"]),
        ("within=7", ["今天的", "三天的", "四天的"]),
        ("within=30", ["今天的", "三天的", "四天的", "月底的"]),
        (f"by={day(0)}", ["逾期的", "今天的"]),
        (f"by={day(3)}", ["逾期的", "今天的", "已交的", "三天的"]),
        (f"by={day(3)}&state=未回", ["逾期的", "今天的", "三天的"]),
        (f"by={day(3)}&within=7", ["今天的", "三天的"]),
        (f"by={day(3)}&text=三天", ["三天的"]),
        ("state=逾期", ["逾期的"]),
        ("within=999", [*DUE, "没有日期的", "已交的"]),
    ],
)
def test_the_ledger_is_narrowed_by_when_projects_are_due(
    dated: Server, query: str, found: list[str]
) -> None:
    shown = titles(dated.ask(f"{LEDGER}?{query}&sort=due").text)
    assert sorted(shown) == sorted(found)


def test_what_is_no_day_is_said_and_kept_and_narrows_nothing(dated: Server) -> None:
    page = dated.ask(f"{LEDGER}?by=2024-02-30&state=未回").text
    assert "“2024-02-30”不是日期" in page
    assert 'value="2024-02-30"' in page
    assert len(titles(page)) == len(DUE) + 1


def test_what_is_chosen_goes_along_with_the_order_the_pages_and_the_file(dated: Server) -> None:
    page = dated.ask(f"{LEDGER}?within=7&by={day(9)}&sort=due&down=1").text
    assert titles(page) == ["四天的", "三天的", "今天的"]
    for link in re.findall(r'href="([^"]*[?][^"]*sort=[^"]*)"', page):
        assert "within=7" in link, link
        assert f"by={day(9)}" in link, link
    assert '<input type="hidden" name="sort" value="due">' in page
    assert '<input type="hidden" name="down" value="1">' in page


@pytest.mark.browser
def test_a_date_is_asked_for_by_keyboard_on_a_phone_without_script(
    browser: Browser, dated: Server
) -> None:
    with visiting(browser, dated, viewport=NARROW, java_script_enabled=False) as visitor:
        page = visitor.go(f"{LEDGER}?sort=due")
        page.locator("#within").focus()
        page.keyboard.type("7")
        page.locator("#by").fill(day(3))
        page.locator("#by").press("Enter")
        page.wait_for_url("**within=7**")
        assert f"by={day(3)}" in page.url
        assert page.locator("tbody tr").count() == 2
    with visiting(browser, dated, viewport=NARROW) as visitor:
        page = visitor.go(f"{LEDGER}?by=2024-02-30&within=7")
        assert not faults(page, axe())
        assert visitor.width() <= NARROW["width"]
