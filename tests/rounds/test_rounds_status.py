"""Where a round stands, and what changed between two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from returning import ROUND, came, changed, put_in, send, whole
from running import FORMS, record, save, spoilt

from xlsync import api
from xlsync.base.errors import XlsyncError
from xlsync.repository import Repository
from xlsync.rounds.returned.collecting import collect
from xlsync.rounds.state.comparing import compare_records, compare_rounds, round_records
from xlsync.rounds.state.status import standings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.base.record import Record

FIRST, SECOND = "2023/一上", "2023/二上"


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with Repository.init(tmp_path / "库") as made:
        yield made


def _collect(repository: Repository, folder: Path, name: str, *records: Record) -> None:
    paths = [save(folder / name / f"{number}.json", one) for number, one in enumerate(records)]
    collect(repository, FORMS, name, paths)


def test_accepted_and_refused_projects_by_unit_and_title(
    repository: Repository, tmp_path: Path
) -> None:
    quiet, warned = record("乙"), record("甲", planned_end="2022-12-31", planned_start="2022-01-01")
    _collect(repository, tmp_path, FIRST, quiet, warned, spoilt("丙"))
    rows = standings(repository.snapshot(), FIRST)
    assert [(row.title, row.state, row.errors, row.warnings) for row in rows] == [
        ("丙", "退回", 1, 0),
        ("乙", "已收", 0, 0),
        ("甲", "已收", 0, 1),
    ]


def test_warnings_are_those_of_the_version_that_stands(
    repository: Repository, tmp_path: Path
) -> None:
    doubtful = record(planned_end="2022-12-31", planned_start="2022-01-01")
    _collect(repository, tmp_path / "1", FIRST, doubtful)
    assert [row.warnings for row in standings(repository.snapshot(), FIRST)] == [1]
    _collect(repository, tmp_path / "2", FIRST, record())
    assert [row.warnings for row in standings(repository.snapshot(), FIRST)] == [0]


def test_a_refused_project_that_was_put_right_is_accepted(
    repository: Repository, tmp_path: Path
) -> None:
    _collect(repository, tmp_path / "1", FIRST, spoilt())
    _collect(repository, tmp_path / "2", FIRST, record())
    (row,) = standings(repository.snapshot(), FIRST)
    assert (row.state, row.errors) == ("已收", 0)


def test_a_round_that_nothing_came_into_is_named(repository: Repository, tmp_path: Path) -> None:
    _collect(repository, tmp_path, FIRST, record())
    snapshot = repository.snapshot()
    with pytest.raises(XlsyncError, match=r"unknown round 2023/二上.*2023/一上"):
        standings(snapshot, SECOND)
    with pytest.raises(XlsyncError, match="unknown round 2023/二上"):
        compare_rounds(FORMS, snapshot, FIRST, SECOND)
    with pytest.raises(XlsyncError, match="is not a round"):
        round_records(snapshot, "二上")


def test_two_rounds_are_compared_by_id(repository: Repository, tmp_path: Path) -> None:
    same, gone, old = record("甲", id="a"), record("乙", id="b"), record("丙", id="c")
    _collect(repository, tmp_path, FIRST, same, gone, old)
    _collect(
        repository, tmp_path, SECOND, same, old | {"project_name": "丙丙"}, record("丁", id="d")
    )
    deltas = compare_rounds(FORMS, repository.snapshot(), FIRST, SECOND)
    assert {one.id: one.kind.value for one in deltas} == {
        "b": "removed",
        "c": "renamed",
        "d": "added",
    }


def test_two_single_records_are_partners_whatever_their_ids() -> None:
    old, new = record("甲", id="a"), record("乙", id="b")
    assert [one.kind.value for one in compare_records(FORMS, {"a": old}, {"b": new})] == ["renamed"]
    several = compare_records(FORMS, {"a": old}, {"b": new, "c": record("丙", id="c")})
    assert sorted(one.kind.value for one in several) == ["added", "added", "removed"]


def test_a_record_of_a_form_that_is_gone_is_said() -> None:
    old = record(id="a", form="gone-1999")
    with pytest.raises(XlsyncError, match="no form 'gone-1999'"):
        compare_records(FORMS, {"a": old}, {"a": old})


def test_what_was_refused_right_after_it_had_been_accepted_is_waited_for(
    repository: Repository, tmp_path: Path
) -> None:
    _collect(repository, tmp_path / "1", FIRST, record())
    _collect(repository, tmp_path / "2", FIRST, spoilt())
    (row,) = standings(repository.snapshot(), FIRST)
    assert (row.shown, row.waits_for) == ("已收（又退回）", "单位")


@pytest.mark.parametrize("at", range(6))
def test_what_is_said_of_two_copies_that_came_at_once_does_not_depend_on_their_bytes(
    tmp_path: Path, at: int
) -> None:
    base = whole("甲")
    with api.init(tmp_path / "库") as repository:
        send(repository, base)
        spool = repository.snapshot().spool()
        files = [
            came(spool, changed(base, annual_goal=f"目标 {at}"), 1, saver="王"),
            came(spool, changed(base, overall_goal=f"目标 {at}"), 1, saver="李"),
        ]
        put_in(repository, files, spool)
        (row,) = standings(repository.snapshot(), ROUND)
    assert (row.is_stale, row.issue, row.returns) == (True, 1, 2)
