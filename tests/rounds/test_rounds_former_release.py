"""A repository that release 0.2.0 wrote opens, and its round goes on.

``data/release-0.2.0.zip`` is a backup that the release itself made: three workbooks went out, two
were accepted, one was refused and went back; then one was corrected, one cancelled, and the date
was put off.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from running import FORM, FORMS

from xlsync import api
from xlsync.demo.staff import type_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.record import Record
    from xlsync.repository import Repository

BACKUP = Path(__file__).parent / "data" / "release-0.2.0.zip"
ROUND = "2023/一上"
CORRECTED, CANCELLED, REFUSED = (
    *("城运中心—建设管理工作经费", "受理中心-镇劳动力中心专项经费"),
    "受理中心-就业与劳动保障工作经费",
)


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with api.recover(BACKUP, tmp_path / "库") as made:
        yield made


def states(repository: Repository, round_name: str = ROUND) -> dict[str, str]:
    return {one.title: one.state.value for one in api.status(repository, round_name)}


def returned(repository: Repository, folder: Path, title: str, record: Record) -> Path:
    """The workbook that came back of a project, filled in anew by its unit."""
    (kept,) = api.received(repository, ROUND, title)
    (path,) = api.write_received(repository, [kept], folder)
    path.write_bytes(type_in(FORMS[FORM], path.read_bytes(), record))
    return path


def test_it_is_whole_and_says_what_it_said(repository: Repository) -> None:
    assert not api.check(repository).faults
    assert states(repository) == {CORRECTED: "已收", CANCELLED: "取消", REFUSED: "退回"}
    assert api.show(repository, CORRECTED)["annual_goal"] == "更正过的目标"
    kinds = {one.kind for title in states(repository) for one in api.log(repository, title)}
    assert {"下发", "新收", "更正", "取消", "退回", "退回修改"} <= kinds
    assert {one.due for one in api.status(repository, ROUND)} == {"2022-11-15"}


def test_what_units_send_now_gets_in(repository: Repository, tmp_path: Path) -> None:
    record = {**api.show(repository, CORRECTED), "overall_goal": "改过的总目标"}
    path = returned(repository, tmp_path / "来", CORRECTED, record)
    assert api.collect(repository, ROUND, [path]).outcomes[0].is_accepted
    assert api.show(repository, CORRECTED)["overall_goal"] == "改过的总目标"
    assert api.round_warnings(repository, ROUND)
    assert api.undo(repository).head.startswith("收集")
    assert api.show(repository, CORRECTED)["overall_goal"] != "改过的总目标"


def test_the_next_round_goes_out_of_it(repository: Repository, tmp_path: Path) -> None:
    roster = tmp_path / "名册.xlsx"
    api.write_roster(repository, ROUND, roster)
    made = api.distribute(
        *(repository, FORMS[FORM], roster, "2023/二上", tmp_path / "发"),
        last=ROUND,
        is_new=True,
        confirmed=True,
    )
    assert sorted(one.title for one in made.sendings) == sorted([CORRECTED, REFUSED])
    assert api.remind(repository, ROUND, tmp_path / "催").notices
    assert api.audit(repository, ROUND).projects == 1
