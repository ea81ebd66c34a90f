"""Sharing in the page: what came is told; what others took out goes once that was accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from desk_server import Server, end_of, serving
from returning import ROUND, came, changed, put_in, send, whole

from xlsync import api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SENT = whole("预备费")
VAIN = "2024/二上"


@pytest.fixture
def offices(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A town, a district, and what they share: the town has sent something out."""
    made = tmp_path / "镇", tmp_path / "区", tmp_path / "共用"
    for one in made:
        api.init(one).close()
    with api.open_repository(made[0]) as repository:
        send(repository, SENT)
    for one in made[:2]:
        exchange(one, made[2])
    return made


def exchange(folder: Path, shared: Path, *, removing: bool = False) -> None:
    with api.open_repository(folder) as repository:
        api.sync(repository, str(shared), removing=removing)


@pytest.fixture
def district(offices: tuple[Path, Path, Path]) -> Iterator[Server]:
    """The page of the district."""
    with serving(offices[1]) as made:
        yield made


def shared_with(server: Server, location: object, **more: str) -> str:
    answer = server.send("/sharing", {"location": str(location), **more})
    assert answer.status == 303, answer.text
    return end_of(server, answer.headers["location"])


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
    end = shared_with(district, shared)
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
    end = shared_with(district, tmp_path / "没有")
    assert 'role="alert"' in end
    assert "Traceback" not in end
    assert f'value="{tmp_path / "没有"}"' not in district.ask("/sharing").text
