"""What one run of the page remembers: asked once, however many ask, and beforehand if it can be."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from desk_server import serving

from xlsync.api import XlsyncError
from xlsync.desk.guarding import AccessKeys
from xlsync.desk.state import Desk

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.repository import Repository

_PATIENCE = 60


@pytest.fixture
def desk(season: Path) -> Desk:
    return Desk(AccessKeys(1), season)


def test_what_two_ask_at_once_is_found_out_once(desk: Desk) -> None:
    asked: list[str] = []
    is_asked, may_answer = threading.Event(), threading.Event()

    def ask(_: Repository, name: str) -> str:
        asked.append(name)
        is_asked.set()
        assert may_answer.wait(_PATIENCE)
        return f"{name}的台账"

    def visit() -> str:
        with desk.repository() as repository:
            found: str = desk.remember(repository, ask, "二上")
            return found

    with ThreadPoolExecutor(2) as visitors:
        first = visitors.submit(visit)
        assert is_asked.wait(_PATIENCE)
        with desk.repository() as repository:
            assert not desk.remembers(repository, ask, "二上"), "it is not known yet"
        second = visitors.submit(visit)
        may_answer.set()
        assert first.result() == second.result() == "二上的台账"
    assert asked == ["二上"]


def test_what_could_not_be_found_out_is_asked_anew(desk: Desk) -> None:
    answers = iter([XlsyncError("磁盘满了"), "台账"])

    def ask(_: Repository) -> str:
        answer = next(answers)
        if isinstance(answer, XlsyncError):
            raise answer
        return answer

    with desk.repository() as repository:
        with pytest.raises(XlsyncError, match="磁盘满了"):
            desk.remember(repository, ask)
        assert desk.remember(repository, ask) == "台账"


def test_the_ledger_of_the_newest_round_is_made_ready_behind_the_first_page(season: Path) -> None:
    with serving(season) as fresh:
        text = fresh.ask("/").text
        assert text.count("正在统计") == 2
        until = time.monotonic() + _PATIENCE
        while text.count("正在统计") == 2 and time.monotonic() < until:
            time.sleep(0.05)
            text = fresh.ask("/").text
        assert text.count("正在统计") == 1, "the other round was not asked for"
        assert text.index("二上") < text.index("正在统计") < text.rindex("一上")
