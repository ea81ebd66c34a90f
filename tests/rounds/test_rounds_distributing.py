"""Distributing: what goes out, what it says of itself, and what a second run does."""

from __future__ import annotations

import errno
import json
import os
import subprocess
from typing import TYPE_CHECKING

import openpyxl
import pytest
from roster_files import HEADS, as_csv, project, projects
from running import FORM, FORMS, record

from xlsync.base import files
from xlsync.base.errors import XlsyncError
from xlsync.exchange.workbooks import workbook
from xlsync.reader import read
from xlsync.records import Migrations
from xlsync.repository import Changes, MovedError, Repository
from xlsync.repository.layout import SEAL, issued_path
from xlsync.repository.sealing import ensure_seal, new_seal, seal_keys
from xlsync.rounds.kept.ledger import issued, issued_record, issues, next_issue
from xlsync.rounds.roster import read_roster
from xlsync.rounds.sending.distributing import Distribution, distribute
from xlsync.rounds.sending.sendings import Dispatch, Wishes
from xlsync.sources import open_table, xlsx
from xlsync.workbook.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.base.record import Json, Record
    from xlsync.reader import Reading

OFFICIAL = FORMS[FORM]
ROUND, LATER = "2024/一上", "2024/二上"
NEW, UPDATED, AGAIN, UNCHANGED, CORRECTED = Dispatch


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with Repository.init(tmp_path / "库", {SEAL: new_seal()}) as made:
        yield made


def send(
    repository: Repository, folder: Path, rows: list[list[Json]], into: str = ROUND, **wishes: Json
) -> Distribution:
    roster = read_roster(OFFICIAL, open_table(".csv", as_csv(rows)))
    return distribute(repository, OFFICIAL, roster, Wishes(into, folder, **wishes))


def states(done: Distribution) -> dict[str, Dispatch]:
    return {one.title: one.state for one in done.sendings}


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_back(path: Path) -> Reading:
    (reading,) = read([OFFICIAL], xlsx.read(path.read_bytes()))
    return reading


def manifest_of(path: Path) -> Manifest:
    manifest = read_back(path).manifest
    assert manifest is not None
    return manifest


def record_in(path: Path) -> Record:
    found = read_back(path).record
    assert found is not None
    return found


def put_records(repository: Repository, name: str, *records: Record) -> None:
    changes = Changes(repository.snapshot(), name)
    for one in records:
        canonical, _ = OFFICIAL.canonical(one)
        assert canonical is not None
        made = OFFICIAL.identified(canonical)
        changes.put_record(made["id"], OFFICIAL.group(made), OFFICIAL.title(made), made)
    repository.commit(changes, "put")


# ---- what goes out -----------------------------------------------------------------


def test_a_folder_a_unit_and_a_workbook_a_project(repository: Repository, tmp_path: Path) -> None:
    rows = [HEADS, project(1, "甲/乙"), project(2, "CON"), project(3, "CON", name="预备费. ")]
    done = send(repository, tmp_path / "发", rows)
    assert {*files_in(tmp_path / "发")} == {
        "甲／乙/项目01.xlsx",
        "_CON/项目02.xlsx",
        "_CON/预备费.xlsx",
    }
    assert {one.file for one in done.sendings} == {*files_in(tmp_path / "发")}
    assert {*states(done).values()} == {NEW}
    assert done.commit == repository.snapshot().commit


def test_a_workbook_says_what_it_is_in_three_carriers(
    repository: Repository, tmp_path: Path
) -> None:
    before = repository.snapshot().commit
    send(repository, tmp_path, [HEADS, project(1)], due="2024-10-31", contact="财政所")
    path = tmp_path / "水务所" / "项目01.xlsx"
    manifest = manifest_of(path)
    assert (manifest.form, manifest.record, manifest.round) == (FORM, "p-001", ROUND)
    assert (manifest.issue, manifest.base, manifest.prefilled) == ("1", before, "4")
    assert (manifest.due, manifest.contact) == ("2024-10-31", "财政所")
    assert manifest.fixed == {
        "/year": "2024",
        "/project_name": "项目01",
        "/implementing_unit": "水务所",
        "/competent_department": "镇政府",
    }
    grid = xlsx.read(path.read_bytes())
    brief = f"{FORM}/p-001/2024/一上/1"
    assert {f"xlsync:{brief}", brief} <= {*grid.properties.values()}
    assert Manifest.from_brief(brief) == Manifest(FORM, "p-001", ROUND, issue="1")
    stated = [OFFICIAL.stated(cell.text) for cell in grid.sheets[0].cells.values()]
    assert [tuple(one) for one in stated if one] == [("p-001", ROUND, "1")]


def test_fields_of_the_roster_are_locked_and_the_others_are_not(
    repository: Repository, tmp_path: Path
) -> None:
    send(repository, tmp_path, [HEADS, project(1)])
    path = tmp_path / "水务所" / "项目01.xlsx"
    cells, places = xlsx.read(path.read_bytes()).sheets[0].cells, read_back(path).places
    assert cells[places["/project_name"]].locked
    assert cells[places["/year"]].locked
    book = openpyxl.load_workbook(path)
    sheet, address = next(book.defined_names["xs_f_project_nature"].destinations)
    assert not book[sheet][address.split(":")[0]].protection.locked


def test_only_the_keys_of_the_repository_know_the_seal(
    repository: Repository, tmp_path: Path
) -> None:
    send(repository, tmp_path, [HEADS, project(1)])
    (key,) = seal_keys(repository.snapshot())
    manifest = manifest_of(tmp_path / "水务所" / "项目01.xlsx")
    assert manifest.is_sealed_by(key)
    assert not manifest.is_sealed_by(b"another")


def test_the_ledger_holds_each_record_as_it_went_out(
    repository: Repository, tmp_path: Path
) -> None:
    send(repository, tmp_path, projects(5), due="2024-10-31")
    snapshot = repository.snapshot()
    ledger = issues(snapshot, ROUND)
    assert sorted(ledger) == [f"p-00{one}" for one in range(1, 6)]
    for record_id, one in ledger.items():
        assert one == issued(snapshot, ROUND, record_id)
        assert (one.last.number, one.last.due) == (1, "2024-10-31")
        assert next_issue(snapshot, ROUND, one) == 2
        assert one.last.file is not None
        content = issued_record(snapshot, ROUND, record_id, 1)
        assert content == record_in(tmp_path / one.last.file)
        assert issued_record(snapshot, ROUND, record_id) == content
        assert issued_record(snapshot, ROUND, record_id, 2) is None
    assert issues(snapshot, LATER) == {}
    assert issued_record(snapshot, ROUND, "other") is None


def test_a_repository_without_a_key_gets_one(tmp_path: Path) -> None:
    with Repository.init(tmp_path / "库") as repository:
        assert seal_keys(repository.snapshot()) == []
        send(repository, tmp_path / "发", [HEADS, project(1)])
        keys = seal_keys(repository.snapshot())
        assert len(keys) == 1
        ensure_seal(repository, ROUND)
        assert seal_keys(repository.snapshot()) == keys


def test_a_broken_file_of_keys_or_of_the_ledger_is_said(
    repository: Repository, tmp_path: Path
) -> None:
    send(repository, tmp_path, [HEADS, project(1)])
    changes = Changes(repository.snapshot(), ROUND)
    changes.put_document(issued_path(ROUND, "p-001"), {"record": "p-001"})
    repository.commit(changes, "broken")
    with pytest.raises(XlsyncError, match=r"p-001\.json 不是下发台账"):
        issues(repository.snapshot(), ROUND)
    changes = Changes(repository.snapshot(), ROUND)
    changes.put_document(SEAL, {"keys": []})
    repository.commit(changes, "broken")
    with pytest.raises(XlsyncError, match="holds no keys"):
        seal_keys(repository.snapshot())


def test_a_roster_with_an_error_writes_nothing(repository: Repository, tmp_path: Path) -> None:
    before = repository.snapshot().commit
    done = send(repository, tmp_path / "发", [HEADS, project(1), project(1)])
    assert [one.code for one in done.problems] == ["R006", "R006"]
    assert done.sendings == []
    assert not (tmp_path / "发").exists()
    assert repository.snapshot().commit == before


def test_many_workbooks_in_processes_are_the_same(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(repository, tmp_path / "serial", projects(34))
    monkeypatch.setattr("xlsync.exchange.workbooks.processes", lambda _: 2)
    done = send(repository, tmp_path / "parallel", projects(34), again=True)
    assert {*states(done).values()} == {AGAIN}
    assert files_in(tmp_path / "parallel") == files_in(tmp_path / "serial")


# ---- a second run ------------------------------------------------------------------


def test_the_same_roster_again_sends_nothing(repository: Repository, tmp_path: Path) -> None:
    send(repository, tmp_path, projects(4))
    before = files_in(tmp_path)
    rows = projects(4)
    done = send(repository, tmp_path, [rows[0], *reversed(rows[1:])])
    assert {*states(done).values()} == {UNCHANGED}
    assert done.commit is None
    assert files_in(tmp_path) == before


def test_only_what_is_new_or_was_changed_goes_out(repository: Repository, tmp_path: Path) -> None:
    send(repository, tmp_path / "1", [HEADS, project(1), project(2), project(3)])
    changed = project(2)
    changed[1] = "区财政局"
    done = send(repository, tmp_path / "2", [HEADS, project(1), changed, project(4)])
    assert states(done) == {"项目01": UNCHANGED, "项目02": UPDATED, "项目04": NEW}
    assert {*files_in(tmp_path / "2")} == {"水务所/项目02.xlsx", "水务所/项目04.xlsx"}
    changes = [text for one in done.sendings for text in one.changes]
    assert changes == ["主管部门：镇政府 → 区财政局"]
    assert manifest_of(tmp_path / "2" / "水务所" / "项目02.xlsx").issue == "2"
    assert [one.title for one in done.missing] == ["项目03"]
    known = issued(repository.snapshot(), ROUND, "p-002")
    assert known is not None
    assert [one.number for one in known.issues] == [1, 2]
    message = repository.history()[0].message
    assert message.startswith("下发 2024/一上：新发 1，更新重发 1\n")
    assert "更新重发 水务所 项目02" in message


def test_all_makes_the_same_workbooks_again(repository: Repository, tmp_path: Path) -> None:
    send(repository, tmp_path / "1", projects(3), due="2024-10-31")
    done = send(repository, tmp_path / "2", projects(3), again=True)
    assert {*states(done).values()} == {AGAIN}
    assert done.commit is None
    assert files_in(tmp_path / "1") == files_in(tmp_path / "2")
    quiet = send(repository, tmp_path / "3", projects(3), due="2024-11-15")
    assert {*states(quiet).values()} == {UNCHANGED}
    assert quiet.outdated() == 3
    later = send(repository, tmp_path / "4", projects(3), due="2024-11-15", again=True)
    assert {*states(later).values()} == {UPDATED}
    assert later.outdated() == 0
    first = manifest_of(tmp_path / "4" / "单位1" / "项目01.xlsx")
    assert (first.issue, first.due) == ("2", "2024-11-15")


def test_what_was_returned_meanwhile_is_in_the_next_issue(
    repository: Repository, tmp_path: Path
) -> None:
    send(repository, tmp_path / "1", [HEADS, project(1)])
    returned = record("项目01", id="p-001", implementing_unit="水务所", annual_goal="水清")
    put_records(repository, ROUND, returned)
    changed = project(1)
    changed[1] = "区财政局"
    done = send(repository, tmp_path / "2", [HEADS, changed])
    assert states(done) == {"项目01": CORRECTED}
    assert files_in(tmp_path / "2") == {}
    send(repository, tmp_path / "2", [HEADS, changed], again=True)
    got = record_in(tmp_path / "2" / "水务所" / "项目01.xlsx")
    assert (got["annual_goal"], got["competent_department"]) == ("水清", "区财政局")
    assert manifest_of(tmp_path / "2" / "水务所" / "项目01.xlsx").prefilled is None


def test_a_renamed_project_keeps_its_id_and_its_old_file_is_told(
    repository: Repository, tmp_path: Path
) -> None:
    send(repository, tmp_path, [HEADS, project(1)])
    done = send(repository, tmp_path, [HEADS, project(1, name="新名称")])
    (only,) = done.sendings
    assert (only.record, only.state, only.ticket().number) == ("p-001", UPDATED, 2)
    assert (only.file, only.replaces) == ("水务所/新名称.xlsx", "水务所/项目01.xlsx")


def test_names_that_file_systems_confuse_stay_apart_and_stay_the_same(
    repository: Repository, tmp_path: Path
) -> None:
    send(repository, tmp_path, [HEADS, project(9, name="a/b")])
    rows = [HEADS, project(1, name="A/B"), project(2, name="A/b"), project(9, name="a/b")]
    done = send(repository, tmp_path, rows)
    taken = {one.record: one.file for one in done.sendings}
    assert taken["p-009"] == "水务所/a／b.xlsx"
    assert len({one.casefold() for one in taken.values()}) == 3
    again = send(repository, tmp_path, [rows[0], *reversed(rows[1:])], again=True)
    assert {one.record: one.file for one in again.sendings} == taken


# ---- ids and the last round --------------------------------------------------------


def test_ids_come_from_the_roster_else_from_the_names_else_anew(
    repository: Repository, tmp_path: Path
) -> None:
    put_records(repository, "2023/二上", record("甲", id="old-1", implementing_unit="水务所"))
    heads = HEADS[:3]
    rows: list[list[Json]] = [heads, ["水务所", "镇", "甲"], ["水务所", "镇", "乙"]]
    done = send(repository, tmp_path, rows)
    first, second = done.sendings
    assert first.record == "old-1"
    assert second.record not in {"old-1", ""}
    again = send(repository, tmp_path, rows)
    assert [one.record for one in again.sendings] == [first.record, second.record]


def test_an_id_that_is_known_already_is_kept_and_told(
    repository: Repository, tmp_path: Path
) -> None:
    put_records(repository, "2023/二上", record("项目01", id="old-1", implementing_unit="水务所"))
    done = send(repository, tmp_path, [HEADS, project(1)])
    assert [one.record for one in done.sendings] == ["old-1"]
    assert [one.code for one in done.problems] == ["R012"]


def test_a_new_project_with_the_old_name_of_another_gets_an_id_of_its_own(
    repository: Repository, tmp_path: Path
) -> None:
    heads = HEADS[:3]
    send(repository, tmp_path / "1", [heads, ["水务所", "镇", "甲"]])
    first = next(iter(issues(repository.snapshot(), ROUND)))
    renamed = [["实施单位", "项目名称", "编号"], ["水务所", "改名", first], ["水务所", "甲", ""]]
    done = send(repository, tmp_path / "2", renamed)
    assert [one.record for one in done.sendings] == [first, f"{first}-2"]


def test_last_rounds_answers_are_filled_in_and_the_roster_has_the_last_word(
    repository: Repository, tmp_path: Path
) -> None:
    old = record("项目01", id="p-001", implementing_unit="水务所", competent_department="老部门")
    put_records(repository, "2023/二上", old, record("别的", id="x", implementing_unit="水务所"))
    done = send(repository, tmp_path, [HEADS, project(1), project(2)], last="2023/二上")
    got = record_in(tmp_path / "水务所" / "项目01.xlsx")
    assert [row["level3"] for row in got["indicators"]] == [
        row["level3"] for row in old["indicators"]
    ]
    assert (got["year"], got["competent_department"]) == (2024, "镇政府")
    assert [(one.code, one.cell, one.found) for one in done.problems] == [("R011", "B2", "老部门")]
    assert "indicators" not in record_in(tmp_path / "水务所" / "项目02.xlsx")
    assert manifest_of(tmp_path / "水务所" / "项目01.xlsx").prefilled is None


def test_a_round_without_records_cannot_be_taken_from(
    repository: Repository, tmp_path: Path
) -> None:
    with pytest.raises(XlsyncError, match="unknown round 2023/二上"):
        send(repository, tmp_path, [HEADS, project(1)], last="2023/二上")


# ---- what lies there already -------------------------------------------------------


def test_an_unfinished_run_is_completed_without_new_numbers(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if killed before the commit; another commit in between changes no byte."""
    monkeypatch.setattr(Repository, "commit", _interrupted)
    with pytest.raises(KeyboardInterrupt):
        send(repository, tmp_path / "发", projects(4))
    monkeypatch.undo()
    put_records(repository, LATER, record("别的"))
    before = files_in(tmp_path / "发")
    gone = tmp_path / "发" / "单位1" / "项目01.xlsx"
    gone.unlink()
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "发").rglob("*.xlsx")}
    done = send(repository, tmp_path / "发", projects(4))
    assert {*states(done).values()} == {NEW}
    assert {*files_in(tmp_path / "发")} == {*before}
    assert all(path.stat().st_mtime_ns == then for path, then in times.items())
    for one in issues(repository.snapshot(), ROUND).values():
        assert one.last.number == 1
        manifest = manifest_of(tmp_path / "发" / str(one.last.file))
        assert (manifest.issue, manifest.base) == ("1", one.last.base)


def test_a_workbook_of_an_unfinished_run_that_says_something_else_is_not_numbered_alike(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Repository, "commit", _interrupted)
    with pytest.raises(KeyboardInterrupt):
        send(repository, tmp_path, [HEADS, project(1)])
    monkeypatch.undo()
    changed = project(1)
    changed[1] = "区财政局"
    send(repository, tmp_path, [HEADS, changed])
    assert manifest_of(tmp_path / "水务所" / "项目01.xlsx").issue == "2"


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("kind", ["edited", "other project", "other file", "unsealed", "folder"])
def test_a_file_that_somebody_else_wrote_is_not_lost(
    repository: Repository, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "发"
    send(repository, folder, [HEADS, project(1), project(2)])
    first, second = (folder / "水务所" / f"项目0{one}.xlsx" for one in (1, 2))
    if kind == "edited":
        _save_anew(first)
    elif kind == "other project":
        first.write_bytes(second.read_bytes())
    elif kind == "unsealed":
        first.write_bytes(workbook(OFFICIAL, record_in(second)))
    elif kind == "folder":
        first.unlink()
        first.mkdir()
    else:
        first.write_bytes(b"notes")
    before = {} if kind == "folder" else files_in(folder)
    commit = repository.snapshot().commit
    changed = project(1)
    changed[1] = "区财政局"
    with pytest.raises(XlsyncError, match=r"项目01\.xlsx"):
        send(repository, folder, [HEADS, changed, project(2)])
    assert repository.snapshot().commit == commit
    assert before in ({}, files_in(folder))
    if kind != "folder":
        send(repository, folder, [HEADS, changed, project(2)], force=True)
        assert manifest_of(first).issue == "2"


def _save_anew(path: Path) -> None:
    """As an office program would, even if nothing was typed."""
    book = openpyxl.load_workbook(path)
    book.save(path)


def test_temporary_files_of_killed_runs_are_swept_away(
    repository: Repository, tmp_path: Path
) -> None:
    old, young = (tmp_path / "水务所" / f"{files.TEMPORARY}{one}" for one in ("old", "young"))
    old.parent.mkdir()
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    send(repository, tmp_path, [HEADS, project(1)])
    assert not old.exists()
    assert young.exists()


def test_a_full_disk_is_said_and_the_next_run_goes_on(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def full(path: Path, data: bytes) -> None:
        if len(written) == 2:
            raise XlsyncError(f"{path}: cannot write: {os.strerror(errno.ENOSPC)}")
        written.append(path)
        files.write_file(path, data)

    monkeypatch.setattr("xlsync.rounds.sending.distributing.write_file", full)
    before = repository.snapshot().commit
    with pytest.raises(XlsyncError, match="No space left"):
        send(repository, tmp_path / "发", projects(5))
    assert len(files_in(tmp_path / "发")) == 2
    assert repository.snapshot().commit == before
    monkeypatch.undo()
    send(repository, tmp_path / "发", projects(5))
    assert len(files_in(tmp_path / "发")) == len(issues(repository.snapshot(), ROUND)) == 5
    fsck(tmp_path / "库")


def fsck(folder: Path) -> None:
    done = subprocess.run(
        ["git", "fsck", "--strict", "--no-dangling"], cwd=folder, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, b"")


def test_who_loses_a_race_plans_anew(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another distribution of half of the projects commits just before this one."""
    commit, raced = Repository.commit, []

    def lost(self: Repository, changes: Changes, message: str) -> str | None:
        if not raced:
            raced.append(True)
            send(repository, tmp_path / "2", projects(2))
            raise MovedError
        return commit(self, changes, message)

    monkeypatch.setattr(Repository, "commit", lost)
    done = send(repository, tmp_path / "1", projects(4))
    assert [one.state for one in done.sendings] == [UNCHANGED, UNCHANGED, NEW, NEW]
    ledger = issues(repository.snapshot(), ROUND)
    assert [one.last.number for one in ledger.values()] == [1, 1, 1, 1]
    for one in ledger.values():
        assert manifest_of(tmp_path / "1" / str(one.last.file)).base == one.last.base


def test_a_distribution_tells_programs_everything(repository: Repository, tmp_path: Path) -> None:
    done = send(repository, tmp_path, [[*HEADS, "备注"], [*project(1), "x"]])
    told = json.loads(json.dumps(done.as_json()))
    assert told["workbooks"][0] == {
        "record": "p-001",
        "group": "水务所",
        "title": "项目01",
        "state": "新发",
        "issue": 1,
        "file": "水务所/项目01.xlsx",
        "changes": [],
        "corrected": False,
    }
    assert [one["code"] for one in told["problems"]] == ["R003"]


def test_answers_of_another_form_are_carried_over_and_what_has_no_place_is_told(
    repository: Repository, tmp_path: Path
) -> None:
    newer = FORMS["project-goal-2026"]
    old = record("项目01", id="p-001", implementing_unit="水务所")
    old["indicators"][0] |= {"level1": "产出指标", "level2": "成本指标"}
    put_records(repository, "2025/二上", old)
    roster = read_roster(newer, open_table(".csv", as_csv([HEADS, project(1)])))
    wishes = Wishes("2026/一上", tmp_path, last="2025/二上", migrations=Migrations(FORMS))
    done = distribute(repository, newer, roster, wishes)
    (reading,) = read([newer], xlsx.read((tmp_path / "水务所" / "项目01.xlsx").read_bytes()))
    assert reading.record is not None
    assert (reading.form, reading.record["year"]) == (newer.id, 2026)
    assert reading.record["overall_goal"] == old["overall_goal"]
    ((title, left),) = done.carried
    assert title == "项目01"
    assert "成本指标" in {one.text for one in left}
    assert "成本指标" in {one["text"] for one in done.as_json()["not_carried"]}


def test_a_round_that_went_out_on_another_form_goes_out_again(
    repository: Repository, tmp_path: Path
) -> None:
    send(repository, tmp_path / "1", [HEADS, project(1)])
    newer = FORMS["project-goal-2026"]
    roster = read_roster(newer, open_table(".csv", as_csv([HEADS, project(1)])))
    wishes = Wishes(ROUND, tmp_path / "2", migrations=Migrations(FORMS))
    (only,) = distribute(repository, newer, roster, wishes).sendings
    assert (only.state, only.number) == (UPDATED, 2)
    assert only.changes == ["project-goal-2023 → project-goal-2026"]


def test_records_of_a_form_that_nothing_leads_from_are_not_taken_over(
    repository: Repository, tmp_path: Path
) -> None:
    changes = Changes(repository.snapshot(), "2023/二上")
    changes.put_record("p-001", "水务所", "项目01", {"form": "other", "id": "p-001"})
    repository.commit(changes, "other")
    with pytest.raises(XlsyncError, match="has answers of other, not of"):
        send(repository, tmp_path, [HEADS, project(1)], last="2023/二上")
