"""Warnings of what was accepted stand until a person ticks them off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from returning import ROUND, came, changed, put_in, send, whole
from running import invoke

from xlsync import api
from xlsync.base.errors import XlsyncError
from xlsync.base.problems import problem
from xlsync.form import Form
from xlsync.repository import Changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from xlsync.base.problems import Problem
    from xlsync.base.record import Record
    from xlsync.repository import Repository

FIRST, SECOND = whole("甲"), whole("乙")
OUTSIDE = problem("S012", "页脚有“内部”，请看一下。", found="内部")
PICTURE = problem("S009", "表上有图片，请看一下。")
WIDE = problem("M006", "“其他资金”读作 万元。", pointer="/funds/other")


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with api.init(tmp_path / "库") as made:
        send(made, FIRST, SECOND)
        spool = made.snapshot().spool()
        files = [
            came(spool, FIRST, 1, problems=[OUTSIDE, WIDE]),
            came(spool, SECOND, 1, problems=[PICTURE]),
        ]
        put_in(made, files, spool)
        yield made


def codes(repository: Repository, *, is_open: bool = True) -> list[tuple[str, str]]:
    found = api.round_warnings(repository, ROUND)
    return [(one.title, one.problem.code) for one in found if one.is_open is is_open]


def marks(repository: Repository, code: str) -> list[str]:
    return [one.mark for one in api.round_warnings(repository, ROUND) if one.problem.code == code]


def test_warnings_of_accepted_forms_are_open_until_ticked(repository: Repository) -> None:
    assert ("甲", "S012") in codes(repository)
    done = api.tick(repository, ROUND, [*marks(repository, "S012"), "ab" * 8], by="张三")
    assert (done.count, done.unknown, bool(done.commit)) == (1, ("ab" * 8,), True)
    assert ("甲", "S012") not in codes(repository)
    assert codes(repository, is_open=False) == [("甲", "S012")]
    (seen,) = [one.tick for one in api.round_warnings(repository, ROUND) if one.tick]
    assert seen.by == "张三"


def test_what_is_ticked_already_is_no_news_and_can_be_taken_back(repository: Repository) -> None:
    wanted = marks(repository, "S012")
    assert api.tick(repository, ROUND, wanted).count == 1
    again = api.tick(repository, ROUND, wanted)
    assert (again.count, again.commit) == (0, None)
    assert api.tick(repository, ROUND, wanted, is_done=False).count == 1
    assert ("甲", "S012") in codes(repository)


def test_a_tick_is_undone_like_a_collection(repository: Repository) -> None:
    api.tick(repository, ROUND, marks(repository, "S012"))
    assert api.undo(repository).head.startswith("核实")
    assert ("甲", "S012") in codes(repository)


def test_a_later_version_brings_its_own_warnings(repository: Repository) -> None:
    api.tick(repository, ROUND, marks(repository, "S012"))
    spool = repository.snapshot().spool()
    later = changed(FIRST, annual_goal="全年的目标")
    file = came(spool, later, 1, problems=[OUTSIDE], saved="2024-10-03T09:00:00+08:00")
    put_in(repository, [file], spool)
    assert ("甲", "S012") not in codes(repository), "the same finding was seen already"
    assert ("甲", "M006") not in codes(repository), "the former file had it, this one has not"


def test_a_correction_leaves_what_the_rules_do_not_say_any_more(repository: Repository) -> None:
    before = [one for one in codes(repository) if one[1].startswith("I")]
    person = api.coordinator(repository)
    person.correct(ROUND, "甲", [("年度总体目标", "改过的目标")], "口头")
    assert [one for one in codes(repository) if one[1].startswith("I")] == before
    assert ("甲", "S012") in codes(repository), "what the file said still has to be seen"


def test_a_cancelled_project_has_nothing_to_be_seen(repository: Repository) -> None:
    api.coordinator(repository).cancel(ROUND, "甲", "不做了")
    assert "甲" not in {title for title, _ in codes(repository)}


def test_two_offices_tick_and_both_count(repository: Repository, tmp_path: Path) -> None:
    with api.init(tmp_path / "别处") as other:
        api.sync(other, str(tmp_path / "库"))
        api.tick(other, ROUND, marks(other, "S012"), by="李四")
        api.tick(repository, ROUND, marks(repository, "M006"), by="张三")
        api.sync(other, str(tmp_path / "库"))
    found = api.round_warnings(repository, ROUND)
    assert {one.tick.by for one in found if one.tick} == {"张三", "李四"}


def ledger(repository: Repository, folder: Path) -> Path:
    path = folder / "台账.xlsx"
    rows = api.status(repository, ROUND)
    api.write_ledger(path, ROUND, rows, repository=repository, force=True)
    return path


def mark_seen(path: Path, text: str | None, *titles: str) -> Path:
    book = load_workbook(path)
    sheet = book["提醒"]
    heads = {cell.value: cell.column for cell in sheet[3]}
    for row in range(4, sheet.max_row + 1):
        if sheet.cell(row, heads["项目"]).value in titles:
            sheet.cell(row, heads["核实"]).value = text
    book.save(path)
    return path


def test_what_is_ticked_off_on_the_ledger_is_taken_when_it_is_collected(
    repository: Repository, tmp_path: Path
) -> None:
    path = mark_seen(ledger(repository, tmp_path), "√", "甲")
    result = invoke("-R", tmp_path / "库", "collect", ROUND, path)
    assert (result.exit_code, "提醒核实 台账.xlsx：已采用" in result.stdout) == (0, True)
    assert "甲" not in {title for title, _ in codes(repository)}
    assert "乙" in {title for title, _ in codes(repository)}
    again = api.collect(repository, ROUND, [path]).reviews
    assert [(one.taken, one.problems) for one in again] == [(0, [])]
    blank = mark_seen(ledger(repository, tmp_path), None, "甲")
    api.collect(repository, ROUND, [blank])
    assert "甲" in {title for title, _ in codes(repository)}, "what was cleared is open again"


def test_a_ledger_is_taken_for_what_changed_on_it_alone(
    repository: Repository, tmp_path: Path
) -> None:
    old = ledger(repository, tmp_path).rename(tmp_path / "旧.xlsx")
    api.tick(repository, ROUND, marks(repository, "S012"))
    made = api.collect(repository, ROUND, [mark_seen(old, "√", "乙")])
    assert made.reviews[0].problems == []
    assert ("甲", "S012") not in codes(repository), "an older ledger takes no tick of others back"


@pytest.mark.parametrize(
    ("what", "told"),
    [("text", "填 √"), ("mark", "不是这份台账上的"), ("note", "被改动"), ("sheet", "没有找到")],
)
def test_a_ledger_that_cannot_be_taken_is_told(
    repository: Repository, tmp_path: Path, what: str, told: str
) -> None:
    path = mark_seen(ledger(repository, tmp_path), "再说" if what == "text" else "√", "甲")
    book = load_workbook(path)
    if what == "mark":
        book["提醒"].cell(4, 10).value = "0" * 16
    if what == "note":
        book["xlsync-ledger"]["B2"] = "1"
    if what == "sheet":
        del book["提醒"]
    book.save(path)
    before = codes(repository)
    (made,) = api.collect(repository, ROUND, [path]).reviews
    assert any(told in one.message for one in made.problems)
    assert what == "mark" or codes(repository) == before


def test_a_list_that_is_not_ours_is_told(repository: Repository) -> None:
    changes = Changes(repository.snapshot(), ROUND)
    changes.put_document(f"ticks/{ROUND}.json", {"ticks": [{"mark": 1}]})
    repository.commit(changes, "bad")
    with pytest.raises(XlsyncError, match="ticks"):
        api.round_warnings(repository, ROUND)


# ---- looked at again and again -------------------------------------------------------------


def test_a_second_look_asks_the_rules_about_what_changed_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with api.init(tmp_path / "库") as made:
        changes = Changes(made.snapshot(), ROUND)
        for one in (FIRST, SECOND):
            changes.put_record(one["id"], "财政所", str(one["project_name"]), one)
        made.commit(changes, f"收集 {ROUND}")
    checked: list[str] = []
    fitted: list[str] = []
    check, fit = Form.check, Form.canonical

    def counted_check(form: Form, record: Record, unread: Iterable[str] = ()) -> list[Problem]:
        checked.append(record["project_name"])
        return check(form, record, unread)

    def counted_fit(form: Form, record: Record) -> tuple[Record | None, list[Problem]]:
        fitted.append(record["project_name"])
        return fit(form, record)

    monkeypatch.setattr(Form, "check", counted_check)
    monkeypatch.setattr(Form, "canonical", counted_fit)
    facts, forms = api.facts(), api.forms()

    def look() -> object:
        with api.open_repository(tmp_path / "库", facts) as repository:
            warned = [
                (one.title, one.problem) for one in api.round_warnings(repository, ROUND, forms)
            ]
            return warned, [one.sums for one in api.totals(repository, ROUND, forms)]

    first = look()
    assert sorted(checked) == sorted(fitted) == ["乙", "甲"]
    assert look() == first
    assert (len(checked), len(fitted)) == (2, 2), "nothing was asked again"
    with api.open_repository(tmp_path / "库") as repository:
        changes = Changes(repository.snapshot(), ROUND)
        other = changed(FIRST, funds__total="9.00")
        changes.put_record(FIRST["id"], "财政所", "甲", other)
        repository.commit(changes, "更正")
    assert look() != first
    assert checked[2:] == fitted[2:] == ["甲"]
    with api.open_repository(tmp_path / "库") as repository:
        api.round_warnings(repository, ROUND, forms)
    assert len(checked) == 5, "without facts everything is asked"
    with api.open_repository(tmp_path / "库", facts) as repository:
        api.round_warnings(repository, ROUND, api.forms())
    assert len(checked) == 7, "other forms have other rules"
