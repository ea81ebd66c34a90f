"""What a roster corrects: accepted records at once, and workbooks only where units have to act."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from roster_files import as_csv, roster_of
from running import FORM, FORMS, invoke, record, save

from xlsync.demo.staff import type_in
from xlsync.repository import Changes, Repository
from xlsync.repository.layout import SEAL
from xlsync.repository.sealing import new_seal
from xlsync.rounds.answers.correcting import DecisionNote, correct
from xlsync.rounds.answers.record_answers import RoundAnswers
from xlsync.rounds.answers.round_view import RoundView
from xlsync.rounds.kept.ledger import issued
from xlsync.rounds.returned.collecting import collect
from xlsync.rounds.roster import doubtful, read_roster
from xlsync.rounds.sending.distributing import Distribution, distribute
from xlsync.rounds.sending.sendings import Dispatch, Wishes
from xlsync.rounds.state.life import life
from xlsync.rounds.state.status import standings
from xlsync.sources import open_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.base.record import Json, Record

OFFICIAL = FORMS[FORM]
ROUND, LATER = "2024/一上", "2024/二上"
HEADS: list[Json] = ["项目编码", "实施单位", "项目名称", "项目资金总额"]


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with Repository.init(tmp_path / "库", {SEAL: new_seal()}) as made:
        yield made


def send(
    repository: Repository, folder: Path, *rows: list[Json], into: str = ROUND, **wishes: Json
) -> Distribution:
    roster = read_roster(OFFICIAL, open_table(".csv", as_csv([HEADS, *rows])))
    return distribute(repository, OFFICIAL, roster, Wishes(into, folder, **wishes))


def row(
    unit: str = "水务所", name: str = "河道疏浚", total: str = "6810000", code: str = "P-7"
) -> list[Json]:
    return [code, unit, name, total]


def answer(path: Path, **changes: Json) -> Path:
    """What a unit does: it fills its workbook in, and changes some things."""
    given = record("河道疏浚", id="p-7", implementing_unit="水务所", year=2024)
    given |= {"planned_start": "2024-01-01", "planned_end": "2024-12-31", **changes}
    canonical, _ = OFFICIAL.canonical(given)
    assert canonical is not None
    path.write_bytes(type_in(OFFICIAL, path.read_bytes(), OFFICIAL.identified(canonical)))
    return path


@pytest.fixture
def accepted(repository: Repository, tmp_path: Path) -> Record:
    """A project that went out and was accepted."""
    given = record("河道疏浚", id="p-7", implementing_unit="水务所", year=2024)
    given |= {"planned_start": "2024-01-01", "planned_end": "2024-12-31"}
    send(repository, tmp_path / "1", row(total=given["funds"]["total"]))
    changes = Changes(repository.snapshot(), ROUND)
    canonical, _ = OFFICIAL.canonical(given)
    assert canonical is not None
    made = OFFICIAL.identified(canonical)
    changes.put_record("p-7", "水务所", "河道疏浚", made)
    repository.commit(changes, "put")
    return made


def held(repository: Repository, round_name: str = ROUND) -> Record:
    snapshot = repository.snapshot()
    (entry,) = snapshot.records(round_name).values()
    return snapshot.record(entry)


def test_a_corrected_unit_and_name_are_in_the_record_at_once(
    repository: Repository, accepted: Record, tmp_path: Path
) -> None:
    total = accepted["funds"]["total"]
    done = send(repository, tmp_path / "2", row("镇水务所", "河道疏浚工程", total))
    assert [one.state for one in done.sendings] == [Dispatch.CORRECTED]
    assert not (tmp_path / "2").exists()
    now = held(repository)
    assert (now["implementing_unit"], now["project_name"]) == ("镇水务所", "河道疏浚工程")
    assert {**now, "implementing_unit": "水务所", "project_name": "河道疏浚"} == accepted
    (standing,) = standings(repository.snapshot(), ROUND)
    assert (standing.group, standing.title, standing.state) == ("镇水务所", "河道疏浚工程", "已收")
    assert life(repository, "p-7")[0].kind == "按名册更正"
    again = send(repository, tmp_path / "2", row("镇水务所", "河道疏浚工程", total))
    assert [one.state for one in again.sendings] == [Dispatch.UNCHANGED]
    assert again.commit is None


def test_a_correction_that_breaks_a_rule_goes_to_the_unit_once(
    repository: Repository, accepted: Record, tmp_path: Path
) -> None:
    done = send(repository, tmp_path / "2", row(total="50000"))
    assert [(one.state, one.is_corrected) for one in done.sendings] == [(Dispatch.UPDATED, False)]
    assert [one.code for one in done.problems] == ["R023"]
    assert held(repository) == accepted
    assert (tmp_path / "2" / "水务所" / "河道疏浚.xlsx").exists()
    again = send(repository, tmp_path / "2", row(total="50000"))
    assert [one.state for one in again.sendings] == [Dispatch.UNCHANGED]
    assert again.problems == []
    ledger = issued(repository.snapshot(), ROUND, "p-7")
    assert ledger is not None
    assert len(ledger.issues) == 2


def test_an_answer_on_the_old_workbook_keeps_what_the_roster_corrected(
    repository: Repository, tmp_path: Path
) -> None:
    total = record("")["funds"]["total"]
    send(repository, tmp_path / "1", row(total=total))
    path = tmp_path / "1" / "水务所" / "河道疏浚.xlsx"
    funds = record("")["funds"]
    first = answer(path, funds={**funds, "carried_over": None})
    assert collect(repository, FORMS, ROUND, [first]).outcomes[0].is_accepted
    send(repository, tmp_path / "2", row("镇水务所", "河道疏浚工程", total))
    later = collect(repository, FORMS, ROUND, [answer(path, funds=funds)])
    assert later.outcomes[0].is_accepted
    now = held(repository)
    assert (now["implementing_unit"], now["funds"]["carried_over"]) == ("镇水务所", "0.00")


def test_a_workbook_goes_out_again_where_the_unit_has_to_act_anyway(
    repository: Repository, tmp_path: Path
) -> None:
    total = record("")["funds"]["total"]
    send(repository, tmp_path / "1", row(total=total))
    path = tmp_path / "1" / "水务所" / "河道疏浚.xlsx"
    assert collect(repository, FORMS, ROUND, [answer(path)]).outcomes[0].is_accepted
    late = answer(path, annual_goal=None)
    assert not collect(repository, FORMS, ROUND, [late]).outcomes[0].is_accepted
    done = send(repository, tmp_path / "2", row("镇水务所", total=total))
    assert [(one.state, one.is_corrected) for one in done.sendings] == [(Dispatch.UPDATED, True)]
    assert held(repository)["implementing_unit"] == "镇水务所"


def test_a_roster_that_says_nothing_new_leaves_a_later_correction_alone(
    repository: Repository, accepted: Record, tmp_path: Path
) -> None:
    changes = Changes(repository.snapshot(), ROUND)
    known = RoundView(repository, changes.snapshot, ROUND, FORMS)
    note = DecisionNote("赵", "2999-01-01T00:00:00+08:00", "改名")
    correct(RoundAnswers(known, changes), "p-7", {"/project_name": "清淤"}, note)
    repository.commit(changes, "corrected")
    done = send(repository, tmp_path / "2", row(total=accepted["funds"]["total"]))
    assert [one.state for one in done.sendings] == [Dispatch.UNCHANGED]
    assert held(repository)["project_name"] == "清淤"


# ---- whose id it is ------------------------------------------------------------------


def test_ids_that_only_count_rows_exchange_nothing(repository: Repository, tmp_path: Path) -> None:
    first = [HEADS[:3], [1, "甲办", "路灯"], [2, "乙办", "绿化"]]
    second = [HEADS[:3], [1, "乙办", "绿化"], [2, "丙办", "桥梁"], [3, "甲办", "路灯"]]
    for number, (name, unit) in enumerate((("路灯", "甲办"), ("绿化", "乙办")), start=1):
        one = record(name, id=str(number), implementing_unit=unit, year=2024)
        put = save(tmp_path / f"{number}.json", one)
        assert collect(repository, FORMS, ROUND, [put]).outcomes[0].is_accepted
    held = roster_of(OFFICIAL, first)
    assert [one.code for one in doubtful(held.problems)] == ["R016"]
    wishes = Wishes(LATER, tmp_path / "2", last=ROUND, confirmed=True)
    done = distribute(repository, OFFICIAL, roster_of(OFFICIAL, second), wishes)
    assert done.held
    assert [(one.code, one.cell) for one in done.problems if one.severity == "error"] == [
        ("R020", "B2"),
        ("R020", "B3"),
    ]
    assert not (tmp_path / "2").exists()


def test_an_id_of_a_project_that_stands_in_another_row_is_an_error(
    repository: Repository, accepted: Record, tmp_path: Path
) -> None:
    assert accepted
    done = send(
        repository, tmp_path / "2", row("林业站", "行道树"), row(code="P-8"), confirmed=True
    )
    assert [one.code for one in done.problems if one.severity == "error"] == ["R020"]
    doubt = send(repository, tmp_path / "2", row("林业站", "行道树", accepted["funds"]["total"]))
    assert (doubt.held, [one.code for one in doubt.doubts]) == (True, ["R029"])


def test_a_blank_in_a_name_makes_no_other_project(
    repository: Repository, accepted: Record, tmp_path: Path
) -> None:
    done = send(
        repository, tmp_path / "2", row("水 务所", total=accepted["funds"]["total"], code="")
    )
    assert [one.record for one in done.sendings] == ["p-7"]


def test_a_unit_that_is_like_a_known_one_is_asked_about_once(
    repository: Repository, tmp_path: Path
) -> None:
    long = "规划和生态环境办公室"
    send(repository, tmp_path / "1", row(long))
    slip = row("规划与生态环境办公室", "行道树", code="P-8")
    done = send(repository, tmp_path / "1", row(long), slip)
    assert (done.held, [one.code for one in done.doubts]) == (True, ["R017"])
    assert done.commit is None
    assert not send(repository, tmp_path / "1", row(long), slip, confirmed=True).held
    assert send(repository, tmp_path / "1", row(long), slip).problems == []


def test_a_trial_writes_nothing(repository: Repository, accepted: Record, tmp_path: Path) -> None:
    before = repository.snapshot().commit
    total = accepted["funds"]["total"]
    rows = row("镇水务所", total=total), row(name="行道树", code="P-8")
    done = send(repository, tmp_path / "2", *rows, is_preview=True)
    assert [one.state for one in done.sendings] == [Dispatch.CORRECTED, Dispatch.NEW]
    assert repository.snapshot().commit == before
    assert not (tmp_path / "2").exists()


def test_everything_doubtful_is_told_in_one_table_before_anything_is_written(
    tmp_path: Path,
) -> None:
    town = tmp_path / "镇"
    assert invoke("init", town).exit_code == 0
    roster = tmp_path / "名册.csv"
    heads = [["单位：万元"], ["单位", "项目名称", "资金总额"]]
    roster.write_bytes(as_csv([*heads, ["甲", "乙", "12"], ["合计", "", "13"]]))
    folder = tmp_path / "发"
    options = ("--form", FORM, "--roster", roster, "-o", folder)
    command = ("-R", town, "distribute", ROUND, *options)
    first = invoke(*command)
    assert first.exit_code == 1
    assert "待确认 2 处，提醒 1 处" in first.stderr
    assert "加 --yes" in first.stderr
    assert not folder.exists()
    assert invoke(*command, "--yes").exit_code == 0
    assert (folder / "甲" / "乙.xlsx").exists()
