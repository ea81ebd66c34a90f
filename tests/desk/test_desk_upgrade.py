"""A repository of an older format in the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from desk_server import end_of, serving
from old_formats import in_format
from running import SAMPLES

from xlsync import api
from xlsync.desk.guarding import AccessKeys
from xlsync.desk.jobs import Job, StoppedError
from xlsync.desk.pages.rounds import upgraded
from xlsync.desk.state import Desk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A repository of format 1 with two rounds."""
    with in_format(1), api.init(tmp_path / "库") as made:
        for name in ("一上", "二上"):
            api.collect(made, f"2023/{name}", [SAMPLES / name], is_new=True)
    return tmp_path / "库"


def test_a_repository_of_the_old_format_is_upgraded_by_a_button(old: Path) -> None:
    with serving(old) as server:
        assert 'action="/upgrade"' in server.ask("/").text
        answer = server.send("/upgrade", {})
        assert (answer.status, answer.headers["location"]) == (303, "/work/1")
        done = end_of(server, "/work/1")
        assert "格式 1 升级为格式 2" in done
        assert 'action="/upgrade"' not in server.ask("/").text
        again = end_of(server, server.send("/upgrade", {}).headers["location"])
        assert "已是最新的格式 2，没有改动" in again
    with api.open_repository(old) as repository:
        assert not api.is_outdated(repository)


def test_an_upgrade_can_be_stopped_at_each_step_and_changes_nothing_then(old: Path) -> None:
    desk = Desk(AccessKeys(1), old)
    with api.open_repository(old) as repository:
        before = repository.snapshot().commit
    steps: list[tuple[int, int]] = []

    class Stopping(Job):
        last = 0

        def step(self, done: int, total: int) -> None:
            steps.append((done, total))
            if done == self.last:
                self.stop()
            super().step(done, total)

    for last in range(5):
        job = Stopping(1, "升级版本库", "upgrade")
        job.last = last
        with pytest.raises(StoppedError):
            upgraded(desk, job)
        with api.open_repository(old) as repository:
            assert repository.snapshot().commit == before
            assert api.is_outdated(repository)
    assert {total for _, total in steps} == {5}, "the two rounds, and three more"
    assert "格式 2" in upgraded(desk, Job(1, "升级版本库", "upgrade"))[0]
