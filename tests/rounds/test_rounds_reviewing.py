"""A reviewer's words: on a workbook out, collected, bound to what was seen."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook, load_workbook
from returning import ROUND, came, changed, put_in, send, whole
from running import invoke

from xlsync import api
from xlsync.exchange import reading
from xlsync.rounds.state.status import standings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.base.grid import Workbook as Grid
    from xlsync.base.record import Record
    from xlsync.repository import Repository

FIRST, SECOND, THIRD = whole("甲"), whole("乙"), whole("丙")


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with api.init(tmp_path / "库") as made:
        send(made, FIRST, SECOND, THIRD)
        take(made, FIRST, SECOND, THIRD)
        yield made


def take(repository: Repository, *records: Record) -> None:
    spool = repository.snapshot().spool()
    put_in(repository, [came(spool, one, 1) for one in records], spool)


def paper(repository: Repository, folder: Path) -> Path:
    return api.write_review(repository, ROUND, folder, force=True)


def fill(path: Path, **words: tuple[str, str]) -> Path:
    book = load_workbook(path)
    sheet = book["审核意见"]
    heads = {cell.value: cell.column for cell in sheet[3]}
    for row in range(4, sheet.max_row + 1):
        title = sheet.cell(row, heads["项目"]).value
        if title in words:
            sheet.cell(row, heads["意见"]).value, sheet.cell(row, heads["理由"]).value = words[
                title
            ]
    book.save(path)
    return path


def shown(repository: Repository) -> dict[str, tuple[str, str]]:
    rows = standings(repository.snapshot(), ROUND)
    return {one.title: (one.shown, one.waits_for) for one in rows}


def test_words_are_taken_and_stand_in_status(repository: Repository, tmp_path: Path) -> None:
    path = fill(
        paper(repository, tmp_path),
        甲=("通过", ""),
        乙=("退回", "指标太少"),
        丙=("有条件通过", "补合同"),
    )
    result = invoke("-R", tmp_path / "库", "collect", ROUND, path)
    assert (result.exit_code, "已采用 3" in result.stdout) == (0, True)
    assert shown(repository) == {
        "甲": ("已审", ""),
        "乙": ("退回修改", "单位"),
        "丙": ("已审（有条件）", ""),
    }
    log = invoke("-R", tmp_path / "库", "log", "乙").stdout
    assert "审核" in log
    assert "指标太少" in log
    again = invoke("-R", tmp_path / "库", "collect", ROUND, path)
    assert "已采用 0，已有 3" in again.stdout
    found = invoke("-R", tmp_path / "库", "status", ROUND, "--state", "退回修改", "--json").stdout
    assert found.count('"record"') == 1


def test_a_word_falls_away_when_the_record_changes(repository: Repository, tmp_path: Path) -> None:
    path = fill(paper(repository, tmp_path), 甲=("通过", ""))
    api.collect(repository, ROUND, [path])
    take(repository, changed(FIRST, overall_goal="又改了"))
    assert shown(repository)["甲"] == ("已收（审后改动）", "")


def test_a_word_on_what_has_changed_since_is_not_taken(
    repository: Repository, tmp_path: Path
) -> None:
    path = fill(paper(repository, tmp_path), 甲=("通过", ""), 乙=("通过", ""))
    take(repository, changed(FIRST, overall_goal="又改了"))
    (made,) = api.collect(repository, ROUND, [path]).reviews
    assert (made.taken, [one.code for one in made.problems]) == (1, ["Q002"])
    assert {title: state for title, (state, _) in shown(repository).items()} == {
        "甲": "已收",
        "乙": "已审",
        "丙": "已收",
    }


def test_what_cannot_be_understood_is_told_and_the_rest_is_taken(
    repository: Repository, tmp_path: Path
) -> None:
    path = fill(paper(repository, tmp_path), 甲=("还行", ""), 乙=("退回", ""), 丙=("通过", "好"))
    (made,) = api.collect(repository, ROUND, [path]).reviews
    assert (made.taken, [one.code for one in made.problems]) == (1, ["Q001", "Q001"])
    assert invoke("-R", tmp_path / "库", "collect", ROUND, path).exit_code == 1


def test_a_workbook_whose_note_was_changed_or_of_another_round_says_nothing(
    repository: Repository, tmp_path: Path
) -> None:
    path = fill(paper(repository, tmp_path), 甲=("通过", ""))
    book = load_workbook(path)
    book["xlsync-review"]["B2"] = "0" * 64
    book.save(path)
    (made,) = api.collect(repository, ROUND, [path]).reviews
    assert (made.taken, [one.code for one in made.problems]) == (0, ["Q001"])
    send(repository, FIRST, into="2024/二上")
    genuine = fill(paper(repository, tmp_path), 甲=("通过", ""))
    (made,) = api.collect(repository, "2024/二上", [genuine]).reviews
    assert [one.code for one in made.problems] == ["B001"]


def test_a_review_in_a_folder_is_taken_beside_returned_forms(
    repository: Repository, tmp_path: Path
) -> None:
    folder = tmp_path / "收回"
    fill(paper(repository, folder), 甲=("通过", ""))
    (folder / "别的.txt").write_text("不是表", encoding="utf-8")
    made = api.collect(repository, ROUND, [folder])
    assert [one.taken for one in made.reviews] == [1]
    assert {one.path.name for one in made.outcomes} == {"别的.txt"}


def test_a_review_inside_an_archive_is_taken_and_every_file_is_opened_once(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = fill(paper(repository, tmp_path), 甲=("通过", ""))
    other = tmp_path / "空.xlsx"
    Workbook().save(other)
    with zipfile.ZipFile(tmp_path / "回.zip", "w") as archive:
        archive.write(path, "审核/意见.xlsx")
        archive.write(other, "空.xlsx")
    opened: list[str] = []
    real = reading.open_file

    def counted(ending: str, data: bytes) -> Grid:
        opened.append(ending)
        return real(ending, data)

    monkeypatch.setattr(reading, "open_file", counted)
    made = api.collect(repository, ROUND, [tmp_path / "回.zip"])
    assert [(one.path.name, one.taken) for one in made.reviews] == [("意见.xlsx", 1)]
    assert opened == [".xlsx", ".xlsx"]
    assert shown(repository)["甲"] == ("已审", "")
    assert api.undo(repository).head.startswith("收集")
    assert shown(repository)["甲"] == ("已收", "")
