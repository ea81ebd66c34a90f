"""Two coordinators who join each other: both come to the same, and nothing of either is lost."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import TYPE_CHECKING

import pytest
from offices import FIRST, Office, git, join_both
from returning import ROUND, came, changed, put_in, receipts, whole
from running import FORMS

from xlsync.base.errors import XlsyncError
from xlsync.base.record import canonical_bytes
from xlsync.records.conflicts import Choice, Choices, ConflictNote, Side
from xlsync.repository import Repository, layout
from xlsync.repository.sealing import new_seal, seal_keys
from xlsync.rounds.kept.ledger import issued, issues
from xlsync.rounds.kept.outcomes import State
from xlsync.rounds.returned.returning import disputes
from xlsync.rounds.sharing.joining import join
from xlsync.rounds.state.status import standings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.base.record import Record

LATER = "2023/二上"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Office]:
    Repository.init(tmp_path / "town", {layout.SEAL: new_seal()}).close()
    made = Office(tmp_path / "town")
    with contextlib.closing(made.repository):
        made.send(FIRST)
        yield made


@pytest.fixture
def district(town: Office, tmp_path: Path) -> Iterator[Office]:
    git("clone", "--quiet", "--bare", town.folder, tmp_path / "district")
    made = Office(tmp_path / "district")
    with contextlib.closing(made.repository):
        yield made


def test_the_branch_goes_on_where_only_the_other_has_something_new(
    town: Office, district: Office
) -> None:
    district.collect(changed(FIRST, annual_goal="甲"))
    joined = town.join(district)
    assert (joined.is_forward, joined.joints) == (True, ())
    assert town.snapshot().commit == district.snapshot().commit == joined.commit
    assert town.join(district).commit is None
    assert district.join(town).commit is None


def test_both_collected_other_fields_of_one_project(town: Office, district: Office) -> None:
    assert town.collect(changed(FIRST, annual_goal="甲")) is State.NEW
    assert district.collect(changed(FIRST, overall_goal="乙")) is State.NEW
    joined = join_both(town, district)
    assert [(one.word, one.record) for one in joined.joints] == [("合并", FIRST["id"])]
    assert town.record() == changed(FIRST, annual_goal="甲", overall_goal="乙")
    assert [len(one["forms"]) for one in receipts(town.snapshot())] == [1, 1]
    assert len(town.snapshot().received(ROUND)) == 2


def test_one_repository_that_collects_all_comes_to_the_same_records(
    town: Office, district: Office, tmp_path: Path
) -> None:
    git("clone", "--quiet", "--bare", town.folder, tmp_path / "alone")
    alone = Office(tmp_path / "alone")
    versions = changed(FIRST, annual_goal="甲"), changed(FIRST, overall_goal="乙")
    for office, version in zip((town, district), versions, strict=True):
        office.collect(version)
        alone.collect(version)
    join_both(town, district)
    assert town.record() == alone.record()
    alone.repository.close()


def test_what_contradicts_waits_and_what_came_first_stays(town: Office, district: Office) -> None:
    town.collect(changed(FIRST, annual_goal="甲"))
    district.collect(changed(FIRST, annual_goal="乙"))
    joined = join_both(town, district)
    assert joined.has_conflict
    (waiting,) = town.waiting()
    assert {town.record()["annual_goal"], waiting["theirs"]["annual_goal"]} == {"甲", "乙"}
    assert waiting["base"] == FIRST
    assert (waiting["issue"], waiting["file"]) == (1, "表.xlsx")
    (row,) = standings(town.snapshot(), ROUND)
    assert (row.state, row.waits_for) == ("冲突", "统筹")
    states = {one["forms"][0]["state"] for one in receipts(town.snapshot())}
    assert states == {"新收", "冲突"}
    # The same file once more changes nothing.
    before = town.snapshot().tree
    assert town.collect(waiting["theirs"]) is State.CONFLICT
    assert town.snapshot().tree == before


def test_what_was_received_first_stays(town: Office, district: Office) -> None:
    town.collect(changed(FIRST, annual_goal="甲"))
    district.collect(changed(FIRST, annual_goal="乙"))
    for office, time in ((town, "2024-11-02T09:00:00+08:00"), (district, "2024-11-02T00:30:00Z")):
        ((name, receipt),) = office.snapshot().documents(f"{layout.RECEIPTS}/{ROUND}")
        office.put(**{f"{layout.RECEIPTS}/{ROUND}/{name}": {**receipt, "received": time}})
    join_both(town, district)
    assert town.record()["annual_goal"] == "乙"
    assert town.waiting()[0]["received"] == "2024-11-02T09:00:00+08:00"


def test_what_breaks_a_rule_together_waits(town: Office, district: Office) -> None:
    funds = {**FIRST["funds"]}
    town.collect(changed(FIRST, planned_end="2023-03-01"))
    district.collect(changed(FIRST, planned_start="2023-06-01"))
    assert funds == FIRST["funds"]
    joined = join_both(town, district)
    assert joined.has_conflict
    assert town.record() in (
        changed(FIRST, planned_end="2023-03-01"),
        changed(FIRST, planned_start="2023-06-01"),
    )


def test_a_conflict_that_was_joined_can_be_decided(town: Office, district: Office) -> None:
    town.collect(changed(FIRST, annual_goal="甲"))
    district.collect(changed(FIRST, annual_goal="乙"))
    join_both(town, district)
    (dispute,) = disputes(town.repository, FORMS, ROUND, [FIRST["id"]])
    decide(town, dispute.note, {one.pointer: Side.THEIRS for one in dispute.merged.conflicts})
    assert town.waiting() == []
    joined = district.join(town)
    assert (joined.is_forward, district.waiting()) == (True, [])
    assert [row.state for row in standings(district.snapshot(), ROUND)] == ["已收"]


def decide(office: Office, note: ConflictNote, sides: dict[str, Side]) -> None:
    from dataclasses import replace

    spool = office.snapshot().spool()
    choices = Choices(note, {pointer: Choice(side) for pointer, side in sides.items()})
    file = came(spool, FIRST, 1)
    form = replace(file.forms[0], content=None, blob=None, claim=None, problems=(), choices=choices)
    found = put_in(office.repository, [replace(file, forms=(form,), digest="0" * 64)], spool)
    assert found.outcomes[0].state is State.MERGED


def test_a_version_that_waits_on_one_side_ends_where_the_other_accepted_it(
    town: Office, district: Office
) -> None:
    town.collect(changed(FIRST, annual_goal="甲", planned_end="2023-11-30"))
    assert town.collect(changed(FIRST, annual_goal="乙")) is State.CONFLICT
    district.collect(changed(FIRST, annual_goal="乙"))
    join_both(town, district)
    (waiting,) = town.waiting()
    texts = {town.record()["annual_goal"], waiting["theirs"]["annual_goal"]}
    assert texts == {"甲", "乙"}
    accepted = {
        form["content"]
        for one in receipts(town.snapshot())
        for form in one["forms"]
        if form["accepted"]
    }
    assert len(accepted) == 1


def test_both_collected_the_same_file(town: Office, district: Office) -> None:
    town.collect(changed(FIRST, annual_goal="甲"))
    district.collect(changed(FIRST, annual_goal="甲"))
    ((name, receipt),) = town.snapshot().documents(f"{layout.RECEIPTS}/{ROUND}")
    early = {**receipt, "received": "2024-01-01T00:00:00+08:00"}
    town.put(**{f"{layout.RECEIPTS}/{ROUND}/{name}": early})
    joined = join_both(town, district)
    assert joined.joints == ()
    assert receipts(town.snapshot()) == [early]


def test_other_rounds_and_other_projects_stand_beside_each_other(
    town: Office, district: Office
) -> None:
    other = whole("另一个")
    town.send(other)
    town.collect(changed(other, annual_goal="甲"))
    district.send(FIRST, into=LATER)
    district.collect(changed(FIRST, annual_goal="乙"), into=LATER)
    joined = join_both(town, district)
    assert joined.joints == ()
    assert set(issues(town.snapshot(), ROUND)) == {FIRST["id"], other["id"]}
    assert town.record(name=LATER)["annual_goal"] == "乙"
    assert town.record(other["id"])["annual_goal"] == "甲"


def test_a_record_that_one_side_renamed_and_the_other_changed_is_one_record(
    town: Office, district: Office
) -> None:
    town.collect(changed(FIRST, annual_goal="甲"))
    district.join(town)
    renamed = changed(FIRST, annual_goal="甲", project_name="改了名")
    assert town.collect(renamed, None) is State.UPDATED
    district.collect(changed(FIRST, annual_goal="甲", overall_goal="乙"), None)
    join_both(town, district)
    (entry,) = town.snapshot().records(ROUND).values()
    assert entry.title == "改了名"
    assert town.record() == changed(renamed, overall_goal="乙")


def test_a_record_that_both_renamed_stands_once(town: Office, district: Office) -> None:
    town.collect(changed(FIRST, annual_goal="甲"))
    district.join(town)
    town.collect(changed(FIRST, project_name="一名"), None)
    district.collect(changed(FIRST, project_name="二名"), None)
    assert join_both(town, district).has_conflict
    assert len(town.snapshot().records(ROUND)) == 1
    (waiting,) = town.waiting()
    assert (waiting["issue"], waiting["base"]["annual_goal"]) == (None, "甲")
    (dispute,) = disputes(town.repository, FORMS, ROUND, [FIRST["id"]])
    chosen = {one.pointer: Side.THEIRS for one in dispute.merged.conflicts}
    decide(town, dispute.note, chosen)
    assert town.record()["project_name"] == waiting["theirs"]["project_name"]


def test_versions_that_a_join_put_together_go_on_being_merged(
    town: Office, district: Office
) -> None:
    town.collect(changed(FIRST, annual_goal="甲"))
    district.collect(changed(FIRST, overall_goal="乙"))
    join_both(town, district)
    assert town.collect(changed(FIRST, planned_end="2023-11-30")) is State.MERGED
    expected = changed(FIRST, annual_goal="甲", overall_goal="乙", planned_end="2023-11-30")
    assert town.record() == expected


# ---- what went out ----------------------------------------------------------------


def test_two_workbooks_of_one_number_keep_their_own_base(town: Office, district: Office) -> None:
    of_town = changed(FIRST, overall_goal="镇里收的")
    of_district = changed(FIRST, planned_end="2023-11-30")
    for office, one in ((town, of_town), (district, of_district)):
        office.collect(one)
        office.send(one)
    bases = [issued(one.snapshot(), ROUND, FIRST["id"]).last.base for one in (town, district)]
    assert bases[0] != bases[1]
    joined = join_both(town, district)
    assert len(joined.joints) == 1
    assert joined.joints[0].renumbered == ((2, 3),)
    ledger = issued(town.snapshot(), ROUND, FIRST["id"])
    assert [(one.number, one.printed) for one in ledger.issues] == [(1, 1), (2, 2), (3, 2)]
    by_base = {one.base: one for one in ledger.issues if one.printed == 2}
    found = [by_base[base] for base in bases]
    assert {one.number for one in found} == {2, 3}
    assert [one.base for one in found] == bases
    # What comes back on it is merged on what that workbook took out.
    back = changed(of_district, annual_goal="填好")
    assert town.collect(back, 2, base=bases[1]) is State.MERGED
    assert town.record() == changed(back, overall_goal="镇里收的")
    kept = receipts(town.snapshot())
    (form,) = [one["forms"][0] for one in kept if one["forms"][0]["base"] == bases[1]]
    assert form["issue"] == found[1].number


def test_both_go_on_sending_after_a_join(town: Office, district: Office) -> None:
    for office, text in ((town, "镇"), (district, "区")):
        office.send(changed(FIRST, annual_goal=text))
    join_both(town, district)
    before = issued(town.snapshot(), ROUND, FIRST["id"]).issues
    town.send(changed(FIRST, annual_goal="镇二"))
    district.send(changed(FIRST, annual_goal="区二"))
    join_both(town, district)
    ledger = issued(town.snapshot(), ROUND, FIRST["id"])
    assert [one.number for one in ledger.issues] == [1, 2, 3, 4, 5]
    assert {(one.printed, one.base) for one in before} < {
        (one.printed, one.base) for one in ledger.issues
    }


def test_what_was_received_on_a_renumbered_issue_follows_it(town: Office, district: Office) -> None:
    contents = {}
    for office, text in ((town, "镇"), (district, "区")):
        office.send(changed(FIRST, annual_goal=text))
        contents[text] = changed(FIRST, annual_goal=text, overall_goal=f"{text}填的")
        office.collect(contents[text], 2)
    join_both(town, district)
    ledger = issued(town.snapshot(), ROUND, FIRST["id"])
    for receipt in receipts(town.snapshot()):
        (form,) = receipt["forms"]
        assert ledger.find(form["issue"]).base == form["base"]
    (waiting,) = town.waiting()
    text = "镇" if "镇" in waiting["theirs"]["annual_goal"] else "区"
    path = layout.issued_path(ROUND, FIRST["id"])
    entries = town.snapshot().document(path)["issues"]
    (entry,) = [one for one in entries if one["issue"] == waiting["issue"]]
    assert entry["content"]["annual_goal"] == text


def test_the_same_workbook_made_twice_is_one_issue(town: Office, district: Office) -> None:
    other = whole("另一个")
    for office in (town, district):
        office.send(other)
    assert town.snapshot().commit != district.snapshot().commit
    joined = join_both(town, district)
    ledger = issued(town.snapshot(), ROUND, other["id"])
    assert [one.number for one in ledger.issues] == [1]
    assert joined.joints == ()


# ---- the rest of the tree ---------------------------------------------------------


def test_the_keys_of_both_are_known(town: Office, district: Office) -> None:
    old = seal_keys(town.snapshot())
    for office, digit in ((town, "a"), (district, "b")):
        keys = office.snapshot().document(layout.SEAL)["keys"]
        office.put(**{layout.SEAL: {"keys": [digit * 64, *keys]}})
    join_both(town, district)
    assert seal_keys(town.snapshot()) == [b"\xaa" * 32, b"\xbb" * 32, *old]


def test_repositories_that_never_met_are_put_together(town: Office, tmp_path: Path) -> None:
    Repository.init(tmp_path / "other", {layout.SEAL: new_seal()}).close()
    other = Office(tmp_path / "other")
    one = whole("另一个")
    other.send(one)
    other.send(FIRST)
    other.collect(changed(FIRST, annual_goal="甲"))
    town.collect(changed(FIRST, overall_goal="乙"))
    join_both(town, other)
    assert len(seal_keys(town.snapshot())) == 2
    assert set(issues(town.snapshot(), ROUND)) == {FIRST["id"], one["id"]}
    assert town.record() == changed(FIRST, annual_goal="甲", overall_goal="乙")
    other.repository.close()


def test_files_of_others_are_kept_with_their_modes(town: Office, district: Office) -> None:
    town.edit("notes/镇.txt", b"town")
    district.edit("notes/区.txt", b"district")
    clone = district.folder.with_suffix(".x")
    git("clone", "--quiet", district.folder, clone)
    (clone / "run.sh").write_bytes(b"#!/bin/sh\n")
    (clone / "run.sh").chmod(0o755)
    (clone / "link").symlink_to("run.sh")
    git("-C", clone, "add", "--all")
    git("-C", clone, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x")
    git("-C", clone, "push", "--quiet")
    join_both(town, district)
    listed = git("-C", town.folder, "-c", "core.quotepath=off", "ls-tree", "-r", "main")
    modes = {line.split("\t")[1]: line[:6] for line in listed.splitlines()}
    assert modes["run.sh"] == "100755"
    assert modes["link"] == "120000"
    assert {"notes/镇.txt", "notes/区.txt"} < modes.keys()


@pytest.mark.parametrize("place", ["notes.txt", f"rounds/{ROUND}/README.txt", "seal"])
def test_a_file_of_others_that_both_changed_stops_the_join(
    town: Office, district: Office, place: str
) -> None:
    town.edit(place, b"town")
    district.edit(place + ("/x" if place == "seal" else ""), b"district")
    before = town.snapshot().commit
    with pytest.raises(XlsyncError, match=place):
        town.join(district)
    assert town.snapshot().commit == before


def test_what_one_side_removed_with_git_and_the_other_left_is_gone(
    town: Office, district: Office
) -> None:
    town.edit("notes.txt", b"town")
    district.join(town)
    town.edit("notes.txt", None)
    district.collect(changed(FIRST, annual_goal="甲"))
    join_both(town, district)
    assert "notes.txt" not in git("-C", town.folder, "ls-tree", "-r", "main")


def test_another_form_on_the_other_side_is_said(town: Office, district: Office) -> None:
    town.collect(changed(FIRST, annual_goal="甲"))
    other = json.loads(canonical_bytes(FIRST)) | {"form": "project-goal-2026"}
    path = layout.record_path(ROUND, FIRST["id"], "甲", "乙")
    district.put(**{path: other})
    with pytest.raises(XlsyncError, match="of form project-goal-2026 on "):
        town.join(district)


def test_a_branch_that_is_not_of_xlsync_is_refused(town: Office, tmp_path: Path) -> None:
    git("init", "--quiet", "-b", "main", tmp_path / "x")
    git(
        "-C",
        tmp_path / "x",
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@x",
        "commit",
        "-qm",
        "x",
        "--allow-empty",
    )
    git("-C", town.folder, "fetch", "--quiet", tmp_path / "x", "main:theirs")
    with pytest.raises(XlsyncError, match="not one of xlsync"):
        join(town.repository, FORMS, "theirs")
    with pytest.raises(XlsyncError, match="no commit, branch or tag"):
        join(town.repository, FORMS, "nowhere")


@pytest.mark.parametrize("broken", [{"issues": 1}, {"issues": [{}]}])
def test_a_ledger_that_is_not_of_xlsync_is_said(
    town: Office, district: Office, broken: Record
) -> None:
    town.send(changed(FIRST, annual_goal="镇"))
    district.put(**{layout.issued_path(ROUND, FIRST["id"]): copy.deepcopy(broken)})
    with pytest.raises(XlsyncError, match="下发台账"):
        town.join(district)
