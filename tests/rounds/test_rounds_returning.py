"""The way back: a copy for correction, a conflict workbook, and what comes of both."""

from __future__ import annotations

import io
import json
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from returning import ROUND, changed, send, whole
from running import FORM, FORMS, invoke, save

from xlsync import api
from xlsync.base.record import canonical_bytes
from xlsync.exchange.workbooks import workbook
from xlsync.repository import Repository, layout
from xlsync.repository.sealing import ensure_seal, seal_keys
from xlsync.rounds.kept.ledger import RETURNED, issued, issued_record
from xlsync.rounds.kept.receipt_documents import receipts_of
from xlsync.rounds.sending.issuing import Ticket
from xlsync.workbook.manifest import field_name

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from xlsync.base.record import Json, Record

FIRST, OTHER = whole("甲"), whole("乙")


END = "2023-11-30"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    folder = tmp_path / "库"
    with Repository.init(folder) as repository:
        ensure_seal(repository, ROUND)
        send(repository, FIRST, OTHER)
    return folder


def back(town: Path, path: Path, one: Record, issue: int = 1) -> Path:
    """A workbook that came back, filled in on an issue."""
    with Repository.open(town) as repository:
        key = seal_keys(repository.snapshot())[0]
    form = FORMS[FORM]
    manifest = Ticket(canonical_bytes(one), ROUND, issue, None).manifest(form, key)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(workbook(form, one, manifest=manifest))
    return path


def gather(town: Path, *paths: Path | str, to: Path) -> tuple[Result, Json]:
    result = invoke("-R", town, "collect", ROUND, *paths, "--return", to, "--json")
    return result, json.loads(result.stdout)


def record_of(town: Path, one: Record) -> Record | None:
    with Repository.open(town) as repository:
        snapshot = repository.snapshot()
        entry = snapshot.records(ROUND).get(one["id"])
        return snapshot.record(entry) if entry else None


def retyped(path: Path, slot: str, value: object) -> None:
    """Type into a field of a workbook, as a person would."""
    made = load_workbook(path)
    reference = made.defined_names[field_name(slot)].attr_text
    sheet, _, cell = reference.rpartition("!")
    made[sheet.strip("'")][cell.replace("$", "").partition(":")[0]].value = value
    made.save(path)


def chosen(path: Path, target: Path, *choices: str) -> Path:
    made = load_workbook(path)
    sheet = made["冲突处理"]
    head = next(row for row in range(1, 20) if sheet.cell(row, 1).value == "序号")
    for at, choice in enumerate(choices, start=head + 1):
        sheet.cell(at, 6).value = choice
    made.save(target)
    return target


@pytest.mark.slow
def test_a_refused_workbook_goes_back_as_a_sealed_issue_of_its_own(
    town: Path, tmp_path: Path
) -> None:
    path = back(town, tmp_path / "in" / "a.xlsx", changed(FIRST, funds__fiscal="1.00"))
    result, printed = gather(town, path, to=tmp_path / "back")
    assert result.exit_code == 1
    (copy,) = printed["returned"]
    with Repository.open(town) as repository:
        snapshot = repository.snapshot()
        entry = issued(snapshot, ROUND, FIRST["id"])
        assert entry is not None
        assert [(one.number, one.reason) for one in entry.issues][1:] == [(2, RETURNED)]
        assert entry.last.base == entry.issues[0].base
        assert issued_record(snapshot, ROUND, FIRST["id"], 2) == FIRST
    retyped(tmp_path / "back" / copy, "funds_fiscal", float(FIRST["funds"]["fiscal"]))
    _, again = gather(town, tmp_path / "back", to=tmp_path / "more")
    (form,) = again["forms"]
    assert (form["state"], form["issue"], form["problems"]) == ("新收", 2, [])
    assert record_of(town, FIRST) == FIRST
    assert again["returned"] == []


def test_the_same_refused_file_gets_the_same_copy_again(town: Path, tmp_path: Path) -> None:
    path = back(town, tmp_path / "in" / "a.xlsx", changed(FIRST, funds__fiscal="1.00"))
    _, first = gather(town, path, to=tmp_path / "1")
    before = next((tmp_path / "1").glob("*.xlsx")).read_bytes()
    _, second = gather(town, path, to=tmp_path / "2")
    assert (second["commit"], first["commit"] is None) == (None, False)
    assert next((tmp_path / "2").glob("*.xlsx")).read_bytes() == before


@pytest.mark.parametrize("names", [("b.xlsx", "b2.xlsx"), ("b2.xlsx", "b.xlsx")])
def test_what_was_refused_is_silent_from_when_its_mended_version_gets_in(
    town: Path, tmp_path: Path, names: tuple[str, str]
) -> None:
    wrong, mended = (tmp_path / "in" / one for one in names)
    back(town, wrong, changed(FIRST, funds__fiscal="1.00"))
    other = back(town, tmp_path / "in" / "c.xlsx", changed(OTHER, funds__fiscal="1.00"))
    gather(town, wrong, other, to=tmp_path / "1")
    back(town, mended, changed(FIRST, annual_goal="改好"))
    told = []
    for to in ("2", "3"):
        _, printed = gather(town, tmp_path / "in", to=tmp_path / to)
        told.append({one["file"].rpartition("/")[2]: one["state"] for one in printed["forms"]})
        assert len(printed["returned"]) == 1, "that of the other project, which is still open"
    same = {wrong.name: "已了结", "c.xlsx": "退回"}
    assert told == [{**same, mended.name: "新收"}, {**same, mended.name: "未变"}]


def test_two_refused_copies_of_one_record_are_two_issues(town: Path, tmp_path: Path) -> None:
    paths = [
        back(town, tmp_path / "in" / f"{one}.xlsx", changed(FIRST, funds__fiscal=one))
        for one in ("1.00", "2.00")
    ]
    _, printed = gather(town, *paths, to=tmp_path / "back")
    assert len(printed["returned"]) == 2
    with Repository.open(town) as repository:
        entry = issued(repository.snapshot(), ROUND, FIRST["id"])
    assert entry is not None
    assert [one.number for one in entry.issues] == [1, 2, 3]


def test_what_was_never_issued_goes_back_without_an_issue(tmp_path: Path) -> None:
    town = tmp_path / "r"
    Repository.init(town).close()
    path = save(tmp_path / "a.json", changed(FIRST, funds__fiscal="1.00"))
    _, printed = gather(town, path, to=tmp_path / "back")
    assert len(printed["returned"]) == 1
    with Repository.open(town) as repository:
        assert repository.snapshot().names(layout.ISSUED) == []


@pytest.mark.parametrize(("choice", "goal"), [("库中", "甲改"), ("返回", "乙改")])
def test_a_conflict_is_decided_in_its_workbook(
    town: Path, tmp_path: Path, choice: str, goal: str
) -> None:
    one = changed(FIRST, annual_goal="甲改", planned_end=END)
    other = changed(FIRST, annual_goal="乙改", overall_goal="乙还改")
    paths = [
        back(town, tmp_path / "in" / f"{at}.xlsx", each) for at, each in enumerate((one, other))
    ]
    gather(town, paths[0], to=tmp_path / "back")
    result, printed = gather(town, paths[1], to=tmp_path / "back")
    assert result.exit_code == 1
    (book,) = printed["returned"]
    decided = chosen(tmp_path / "back" / book, tmp_path / "in" / "处理.xlsx", choice)
    _, done = gather(town, decided, to=tmp_path / "back")
    (form,) = done["forms"]
    assert (form["state"], form["title"], done["resolved"]) == ("合并", "甲", ["甲"])
    record = record_of(town, FIRST)
    assert record == changed(FIRST, annual_goal=goal, overall_goal="乙还改", planned_end=END)
    with Repository.open(town) as repository:
        snapshot = repository.snapshot()
        assert snapshot.names(f"{layout.CONFLICTS}/{ROUND}/{FIRST['id']}") == []
        found = receipts_of(snapshot, ROUND)
        accepted = [form.accepted for _, each in found for form in each.forms]
    assert accepted == [True, True, True]
    _, again = gather(town, tmp_path / "in", to=tmp_path / "back")
    assert [each["state"] for each in again["forms"]] == ["未变", "未变", "未变"]
    assert again["commit"] is None


@pytest.fixture
def disputed(town: Path, tmp_path: Path) -> Path:
    """The workbook of a conflict."""
    for at, more in enumerate(
        ({"annual_goal": "甲改", "planned_end": END}, {"annual_goal": "乙改"})
    ):
        path = back(town, tmp_path / "in" / f"{at}.xlsx", changed(FIRST, **more))
        _, printed = gather(town, path, to=tmp_path / "back")
    return tmp_path / "back" / printed["returned"][0]


def test_a_workbook_without_a_choice_decides_nothing(
    town: Path, tmp_path: Path, disputed: Path
) -> None:
    _, printed = gather(town, disputed, to=tmp_path / "more")
    (form,) = printed["forms"]
    assert form["state"] == "退回"
    assert [one["code"] for one in form["problems"]] == ["K001"]
    assert len(printed["returned"]) == 1, "the conflict workbook goes out once more"


def test_a_choice_about_a_record_that_moved_on_is_asked_again(
    town: Path, tmp_path: Path, disputed: Path
) -> None:
    moved = changed(FIRST, annual_goal="甲改", overall_goal="又改", planned_end=END)
    correction = save(tmp_path / "c.json", moved)
    gather(town, correction, "--correction", to=tmp_path / "more")
    decided = chosen(disputed, tmp_path / "处理.xlsx", "返回")
    _, printed = gather(town, decided, to=tmp_path / "more")
    (form,) = printed["forms"]
    assert (form["state"], [one["code"] for one in form["problems"]]) == ("退回", ["B004"])
    assert record_of(town, FIRST) == moved
    fresh = chosen(tmp_path / "more" / printed["returned"][0], tmp_path / "新.xlsx", "返回")
    gather(town, fresh, to=tmp_path / "more")
    assert record_of(town, FIRST) == changed(moved, annual_goal="乙改")


def test_a_conflict_workbook_of_another_repository_decides_nothing(
    tmp_path: Path, disputed: Path
) -> None:
    other = tmp_path / "别处"
    with Repository.init(other) as repository:
        ensure_seal(repository, ROUND)
        send(repository, FIRST)
    decided = chosen(disputed, tmp_path / "处理.xlsx", "返回")
    _, printed = gather(other, decided, to=tmp_path / "more")
    (form,) = printed["forms"]
    assert form["state"] == "未知项目"
    assert record_of(other, FIRST) is None


def test_a_workbook_that_is_collected_reads_as_the_one_that_went_out(
    town: Path, tmp_path: Path
) -> None:
    """The short cut that other tests take, held against a true workbook."""
    filled = changed(FIRST, annual_goal="填好")
    path = back(town, tmp_path / "in" / "a.xlsx", filled)
    _, printed = gather(town, path, to=tmp_path / "back")
    (form,) = printed["forms"]
    assert (form["state"], form["issue"], form["round"], form["problems"]) == (
        "新收",
        1,
        ROUND,
        [],
    )
    assert record_of(town, FIRST) == filled


def test_a_manifest_that_was_taken_from_another_repository_is_told(
    town: Path, tmp_path: Path
) -> None:
    form = FORMS[FORM]
    manifest = Ticket(canonical_bytes(FIRST), ROUND, 1, None).manifest(form, b"another key")
    data = workbook(form, FIRST, manifest=manifest)
    (tmp_path / "a.xlsx").write_bytes(data)
    _, printed = gather(town, tmp_path / "a.xlsx", to=tmp_path / "back")
    (one,) = printed["forms"]
    assert (one["state"], [each["code"] for each in one["problems"]]) == ("新收", ["S008"])


def test_a_workbook_without_its_manifest_is_known_by_its_names(town: Path, tmp_path: Path) -> None:
    path = back(town, tmp_path / "in" / "a.xlsx", changed(FIRST, annual_goal="填好"))
    made = load_workbook(io.BytesIO(path.read_bytes()))
    del made["_xlsync"]
    made.save(path)
    _, printed = gather(town, path, to=tmp_path / "back")
    (one,) = printed["forms"]
    assert (one["state"], one["issue"], one["record"]) == ("新收", 1, FIRST["id"])
    assert "S008" in [each["code"] for each in one["problems"]]


def test_a_conflict_workbook_says_where_both_versions_came_from(
    town: Path, tmp_path: Path, disputed: Path
) -> None:
    path = disputed
    cells = [cell.value for row in load_workbook(path).worksheets[0] for cell in row]
    ours = cells[cells.index("“库中”来自") + 2]
    theirs = cells[cells.index("“返回”来自") + 2]
    assert ("0.xlsx" in ours, "1.xlsx" in theirs) == (True, True)
    assert "收到" in ours
    _, printed = gather(town, path, to=tmp_path / "again")
    problems = [one["code"] for form in printed["forms"] for one in form["problems"]]
    assert "S007" not in problems, "what we said ourselves is nobody's remark"


def test_a_filled_conflict_workbook_is_never_written_over(town: Path, disputed: Path) -> None:
    path = disputed
    path.write_bytes(path.read_bytes() + b"typed")
    kept = path.read_bytes()
    with Repository.open(town) as repository:
        again = api.write_conflicts(repository, path.parent)
    assert path.read_bytes() == kept
    assert [one.name for one in again] == [f"{path.stem} (2).xlsx"]


def test_what_goes_back_has_a_draft_and_a_reminder_carries_it_again(
    town: Path, tmp_path: Path
) -> None:
    wrong = back(town, tmp_path / "in" / "a.xlsx", changed(FIRST, funds__fiscal="1.00"))
    to = tmp_path / "back"
    result = invoke(
        *("-R", town, "collect", ROUND, wrong, "--return", to, "--mail", "--sender", "财政所")
    )
    assert "邮件草稿 1 份" in result.stdout
    (draft,) = to.glob("*.eml")
    (copy,) = to.glob("*退回修改.xlsx")
    told = message_from_bytes(draft.read_bytes(), policy=policy.default)
    files = {part.get_filename(): part.get_content() for part in told.iter_attachments()}
    assert files[copy.name] == copy.read_bytes()
    assert "退回修改" in str(told["Subject"])
    with Repository.open(town) as repository:
        api.remind(repository, ROUND, tmp_path / "催")
    attached = [
        part
        for path in (tmp_path / "催").glob("*.eml")
        for part in message_from_bytes(path.read_bytes(), policy=policy.default).iter_attachments()
    ]
    again = {part.get_filename(): part.get_content() for part in attached}
    assert again[copy.name] == copy.read_bytes(), "the same copy under the same number"


def test_mail_needs_a_folder(town: Path, tmp_path: Path) -> None:
    assert invoke("-R", town, "collect", ROUND, tmp_path, "--mail").exit_code == 2
