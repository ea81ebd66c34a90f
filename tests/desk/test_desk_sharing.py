"""Sharing in the page: what came is told; what others took out goes once that was accepted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from desk_server import Server, end_of, serving
from offices import exchange, offices_that_share
from returning import ROUND, came, changed, put_in, whole

from xlsync import api
from xlsync.desk.guarding import AccessKeys
from xlsync.desk.jobs import Job, StoppedError
from xlsync.desk.pages import sharing
from xlsync.desk.state import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

SENT = whole("预备费")
VAIN = "2024/二上"


@pytest.fixture
def offices(tmp_path: Path) -> tuple[Path, Path, Path]:
    return offices_that_share(tmp_path, SENT)


@pytest.fixture
def district(offices: tuple[Path, Path, Path]) -> Iterator[Server]:
    """The page of the district."""
    with serving(offices[1]) as made:
        yield made


def shown_of(server: Server, location: object, **more: str) -> str:
    """What an exchange would do, as the page shows it."""
    answer = server.send("/sharing", {"location": str(location), **more})
    assert answer.status == 303, answer.text
    return end_of(server, answer.headers["location"])


def confirmed(server: Server, seen: str) -> str:
    """What came of an exchange that was seen and confirmed."""
    (action,) = re.findall(r'action="(/sharing/[^"]+)"', seen)
    answer = server.send(action, {})
    assert answer.status == 303, answer.text
    return end_of(server, answer.headers["location"])


def shared_with(server: Server, location: object, **more: str) -> str:
    return confirmed(server, shown_of(server, location, **more))


def standing(folder: Path) -> str:
    with api.open_repository(folder) as repository:
        return repository.snapshot().commit


def titles(folder: Path) -> list[str]:
    """What a repository has of the round that was sent out in vain."""
    with api.open_repository(folder) as repository:
        known = VAIN in api.rounds(repository)
        return [one.title for one in api.status(repository, VAIN)] if known else []


def test_what_came_and_what_waits_is_told(
    district: Server, offices: tuple[Path, Path, Path]
) -> None:
    town, own, shared = offices
    for folder, goal in ((town, "甲说的。"), (own, "乙说的。")):
        with api.open_repository(folder) as repository:
            spool = repository.snapshot().spool()
            put_in(repository, [came(spool, changed(SENT, annual_goal=goal), 1)], spool)
    with api.open_repository(town) as repository:
        api.close_round(repository, ROUND, reason="已报区里", by="王五")
    exchange(town, shared)
    end = shared_with(district, shared)
    assert f"对方封存了 {ROUND}" in end
    assert "王五：已报区里" in end
    assert f'href="/round/{quote(ROUND)}/conflicts"' in end
    assert "--return" not in end
    assert f'value="{shared}"' in district.ask("/sharing").text, "it is offered the next time"


def test_a_removal_of_everything_is_taken_once_it_was_accepted(
    district: Server, offices: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    town, own, shared = offices
    roster = tmp_path / "名册.csv"
    roster.write_text("项目名称,实施单位\n修路,财政所\n", encoding="utf-8")
    with api.open_repository(town) as repository:
        form = api.forms().find("project-goal-2023")
        api.distribute(repository, form, roster, VAIN, tmp_path / "下发", is_new=True)
    for one in (town, own):
        exchange(one, shared)
    with api.open_repository(town) as repository:
        api.undo(repository, reason="发错了")
    exchange(town, shared)
    end = shown_of(district, shared)
    assert "删去了 1 个项目中的 1 个" in end
    assert titles(own) == ["修路"]
    assert 'name="removing"' in end
    end = shared_with(district, shared, removing="1")
    assert "交换完成" in end
    assert titles(own) == []


@pytest.mark.parametrize("location", ["", "共用库", "../共用"])
def test_a_place_that_is_none_is_said(district: Server, location: str) -> None:
    answer = district.send("/sharing", {"location": location})
    assert answer.status == 409
    assert "完整路径" in answer.text


def test_a_place_that_cannot_be_reached_is_said_and_nothing_is_kept_of_it(
    district: Server, tmp_path: Path
) -> None:
    end = shown_of(district, tmp_path / "没有")
    assert 'role="alert"' in end
    assert "Traceback" not in end
    assert f'value="{tmp_path / "没有"}"' not in district.ask("/sharing").text


def both_have_changed(offices: tuple[Path, Path, Path]) -> None:
    """Something new at either office, and the town has shared its own."""
    town, own, shared = offices
    for folder, goal in ((town, {"annual_goal": "镇说的"}), (own, {"overall_goal": "区说的"})):
        with api.open_repository(folder) as repository:
            spool = repository.snapshot().spool()
            put_in(repository, [came(spool, changed(SENT, **goal), 1)], spool)
    exchange(town, shared)


def test_nothing_is_joined_or_sent_before_it_was_seen_and_confirmed(
    district: Server, offices: tuple[Path, Path, Path]
) -> None:
    _, own, shared = offices
    both_have_changed(offices)
    before = standing(own), standing(shared)
    seen = shown_of(district, shared)
    assert (standing(own), standing(shared)) == before
    for one in (
        f"送来 {ROUND}：改动 1 个（预备费），回表文件 1 份。",
        f"送去 {ROUND}：改动 1 个（预备费），回表文件 1 份。",
        "将与对方的内容合并，两边都有改动的项目 1 个。",
        "双方一交换，撤销也会送到对方那里",
    ):
        assert one in seen
    end = confirmed(district, seen)
    assert "交换完成" in end
    assert standing(own) == standing(shared) != before[0]
    assert "没有要交换的内容" in shown_of(district, shared)


@pytest.mark.parametrize("which", [0, 1])
def test_what_changed_after_it_was_seen_is_seen_anew(
    district: Server, offices: tuple[Path, Path, Path], which: int
) -> None:
    _, own, shared = offices
    both_have_changed(offices)
    seen = shown_of(district, shared)
    with api.open_repository(offices[which]) as repository:
        api.close_round(repository, ROUND, reason="已报区里", by="王五")
    if which == 0:
        exchange(offices[0], shared)
    before = standing(own), standing(shared)
    end = confirmed(district, seen)
    assert "在预览以后又有了新内容" in end
    assert ("对方封存了" in end) is (which == 0)
    assert (standing(own), standing(shared)) == before
    assert "交换完成" in confirmed(district, end)
    assert standing(own) == standing(shared)


def test_a_join_is_taken_back_from_the_page_and_what_goes_is_shown_first(
    district: Server, offices: tuple[Path, Path, Path]
) -> None:
    _, own, shared = offices
    both_have_changed(offices)
    with api.open_repository(own) as repository:
        before = api.show(repository, f"{ROUND}/{SENT['id']}")
    end = shared_with(district, shared)
    with api.open_repository(own) as repository:
        assert api.show(repository, f"{ROUND}/{SENT['id']}") != before
    assert "最近一步是与对方的合并，不在其内" in district.ask("/undo").text
    (link,) = re.findall(r'href="(/undo[?]commit=[0-9a-f]+)">撤销这次合并', end)
    asked = district.ask(link).text
    assert f"带来 {ROUND}：改动 1 个（预备费），回表文件 1 份。" in asked
    assert "撤销也会送到对方" in asked
    commit = link.rpartition("=")[2]
    assert district.send("/undo", {"commit": commit, "reason": "合并错了"}).status == 303
    with api.open_repository(own) as repository:
        assert api.show(repository, f"{ROUND}/{SENT['id']}") == before
    job = district.ask("/work/2").text
    assert ("这次合并已撤销" in job, link in job) == (True, False)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_an_exchange_is_stopped_between_two_steps_and_each_is_whole(
    offices: tuple[Path, Path, Path], steps: int
) -> None:
    _, own, shared = offices
    both_have_changed(offices)
    before = standing(own), standing(shared)
    desk = Desk(AccessKeys(1), own)

    class Impatient(Job):
        """A job that somebody stops once it has begun so many steps."""

        def step(self, done: int, total: int) -> None:
            if done == steps - 1:
                self.stop()
            super().step(done, total)

    job = Impatient(1, "与共用版本库交换", "sharing")
    with pytest.raises(StoppedError) as stopped:
        sharing.exchanged(desk, sharing.Exchange(str(shared), removing=False), job)
    assert standing(shared) == before[1], "nothing was sent"
    assert (standing(own) == before[0]) is (steps < 3)
    assert ("没有送去" in str(stopped.value)) is (steps == 3)
    with api.open_repository(own) as repository:
        assert api.sync(repository, str(shared)).is_sent
    assert standing(own) == standing(shared)


def test_a_preview_that_is_gone_is_said(district: Server) -> None:
    answer = district.send("/sharing/gone", {})
    assert answer.status == 409
    assert "请重新预览" in answer.text
