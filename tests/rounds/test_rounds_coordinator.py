"""A coordinator's own decisions: corrections, moves, cancelled projects and dates."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from returning import ROUND, came, changed, put_in, send, whole
from rich.cells import cell_len
from running import FORMS, invoke

from xlsync.base.errors import XlsyncError
from xlsync.base.record import canonical_bytes
from xlsync.report.words.funds import funds
from xlsync.repository import Changes, Repository, layout
from xlsync.rounds.answers.settling import digest
from xlsync.rounds.checking.ticking import ticks
from xlsync.rounds.deciding.coordinator import Coordinator
from xlsync.rounds.kept.deadlines import deadlines
from xlsync.rounds.kept.decisions import Act, decisions, decisions_of
from xlsync.rounds.kept.documents import DocumentError
from xlsync.rounds.kept.ledger import issued, put_order, roster_order, withdrawn
from xlsync.rounds.kept.units import Unit, UnitTree, keep_units, unit_tree
from xlsync.rounds.sending.ceilings import ceilings
from xlsync.rounds.state.comparing import compare_rounds
from xlsync.rounds.state.life import life
from xlsync.rounds.state.status import standings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from xlsync.base.record import Json, Record
    from xlsync.repository import Snapshot
    from xlsync.rounds.returned.collecting import Collection

FIRST, SECOND = whole("道路养护"), whole("绿化")
WHY = "区里会议纪要"
SUMS = [("funds_total", "200.00"), ("funds_fiscal", "200.00")]


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with Repository.init(tmp_path / "库") as made:
        send(made, FIRST, SECOND)
        yield made


def take(repository: Repository, one: Record, issue: int | None = 1) -> Collection:
    spool = repository.snapshot().spool()
    return put_in(repository, [came(spool, one, issue)], spool)


def stands(repository: Repository, one: Record = FIRST) -> Record:
    snapshot = repository.snapshot()
    return snapshot.record(snapshot.records(ROUND)[one["id"]])


def by(repository: Repository, *, is_preview: bool = False) -> Coordinator:
    return Coordinator(repository, FORMS, "王五", is_preview)


def test_a_correction_stands_with_person_reason_and_what_it_saw(repository: Repository) -> None:
    take(repository, FIRST)
    before = stands(repository)
    made = by(repository).correct(ROUND, "道路", [("项目性质", "一次性项目")], WHY)
    assert stands(repository) == changed(before, project_nature="一次性项目")
    (kept,) = decisions_of(repository.snapshot(), ROUND, FIRST["id"])
    assert (kept.act, kept.by, kept.reason) == (Act.CORRECT, "王五", WHY)
    assert (kept.saw, kept.made) == (digest(before), digest(stands(repository)))
    assert [(one.label, one.new) for one in kept.changes] == [("项目性质", "一次性项目")]
    told = life(repository, FIRST["id"])[0]
    assert (told.kind, told.author, told.commit) == ("更正", "王五", made.commit)
    assert [one.kind for one in life(repository, FIRST["id"])].count("更正") == 1


def test_a_correction_outlives_what_the_unit_sends_next(repository: Repository) -> None:
    take(repository, FIRST)
    by(repository).correct(ROUND, FIRST["id"], [("项目性质", "一次性项目")], WHY)
    take(repository, changed(FIRST, overall_goal="新的目标"))
    assert stands(repository)["project_nature"] == "一次性项目"
    assert stands(repository)["overall_goal"] == "新的目标"


def test_a_preview_writes_nothing(repository: Repository) -> None:
    take(repository, FIRST)
    head = repository.snapshot().commit
    coordinator = by(repository, is_preview=True)
    for made in (
        coordinator.correct(ROUND, "道路", [("项目性质", "一次性项目")], WHY),
        coordinator.cancel(ROUND, "道路", WHY),
        coordinator.deadline(ROUND, "2024-10-31", WHY),
    ):
        assert (made.commit, made.is_preview) == (None, True)
    assert repository.snapshot().commit == head


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([("没有的栏目", "1")], "没有“没有的栏目”这一栏"),
        ([("其他资金", "1")], "有 2 处"),
        ([("项目资金总额", "很多")], "不是金额"),
        ([("项目资金总额", "1.00")], "不符合表的规则"),
        ([("项目性质", "随便")], "应为"),
        ([("项目性质", "一次性项目"), ("project_nature", "一次性项目")], "写了两次"),
        ([("没有的行/指标值", "1")], "没有“没有的行”"),
        ([], "没有写要改什么"),
    ],
)
def test_what_cannot_be_corrected_is_refused(
    repository: Repository, values: list[tuple[str, str]], message: str
) -> None:
    take(repository, FIRST)
    head = repository.snapshot().commit
    with pytest.raises(XlsyncError, match=message):
        by(repository).correct(ROUND, FIRST["id"], values, WHY)
    with pytest.raises(XlsyncError, match="理由"):
        by(repository).correct(ROUND, FIRST["id"], [("项目性质", "一次性项目")], " ")
    assert repository.snapshot().commit == head


def test_a_cell_of_a_table_goes_by_its_row_and_column(repository: Repository) -> None:
    take(repository, FIRST)
    row = FIRST["indicators"][0]
    by(repository).correct(ROUND, FIRST["id"], [(f"{row['level3']}/指标值", "77")], WHY)
    assert stands(repository)["indicators"][0]["value"] == "77"
    by(repository).correct(ROUND, FIRST["id"], [("1/value", "78")], WHY)
    assert stands(repository)["indicators"][0]["value"] == "78"


def test_a_project_that_did_not_come_back_yet_is_moved(repository: Repository) -> None:
    made = by(repository).move(ROUND, "绿化", "另一个单位", WHY)
    assert made.is_pending
    entry = issued(repository.snapshot(), ROUND, SECOND["id"])
    assert entry is not None
    assert entry.group == "另一个单位"
    # What comes back was filled in for the old unit, whose name is locked in it.
    take(repository, changed(SECOND, overall_goal="新的目标"))
    assert stands(repository, SECOND)["implementing_unit"] == "另一个单位"
    assert stands(repository, SECOND)["overall_goal"] == "新的目标"
    assert [one.kind for one in life(repository, SECOND["id"])][-2:] == ["调整单位", "下发"]


def test_a_moved_and_renamed_project_keeps_its_id(repository: Repository) -> None:
    take(repository, FIRST)
    by(repository).move(ROUND, "道路", "另一个单位", WHY)
    by(repository).rename(ROUND, "道路", "桥梁养护", WHY)
    entry = repository.snapshot().records(ROUND)[FIRST["id"]]
    assert (entry.group, entry.title) == ("另一个单位", "桥梁养护")
    assert not by(repository).rename(ROUND, "桥梁", "桥梁养护", WHY).is_new


def test_a_unit_that_nobody_knows_is_told(repository: Repository) -> None:
    take(repository, FIRST)
    own = FIRST["implementing_unit"]
    for unit, codes in ((f"{own[:-1]}局", ["R017"]), ("外星", ["R026"])):
        made = by(repository, is_preview=True).move(ROUND, "绿化", unit, WHY)
        assert [one.code for one in made.problems] == codes
    (told,) = by(repository).move(ROUND, "绿化", f"{own[:-1]}局", WHY).problems
    assert f"是不是“{own}”" in told.message
    assert by(repository).move(ROUND, "绿化", own, WHY).problems == ()


def test_a_slip_in_a_short_name_is_hinted_at(repository: Repository) -> None:
    take(repository, changed(FIRST, implementing_unit="交通局"))
    for unit, hint in (("交通居", "是不是“交通局”？"), ("外星", "")):
        (told,) = by(repository, is_preview=True).move(ROUND, "绿化", unit, WHY).problems
        assert (told.code, told.message.count("是不是")) == ("R026", len(hint[:1]))
        assert hint in told.message


def test_a_unit_that_is_not_in_the_list_is_refused(repository: Repository) -> None:
    take(repository, FIRST)
    keep_units(repository, UnitTree.of([Unit("城市管理办公室")]))
    head = repository.snapshot().commit
    with pytest.raises(XlsyncError, match=r"城市管理办公司.*城市管理办公室.*补进单位名单"):
        by(repository).move(ROUND, "绿化", "城市管理办公司", WHY)
    assert repository.snapshot().commit == head
    for unit in ("城市管理办公室", FIRST["implementing_unit"]):
        assert by(repository).move(ROUND, "绿化", unit, WHY).problems == ()


def test_a_cancelled_project_is_out_until_it_is_restored(repository: Repository) -> None:
    take(repository, FIRST)
    assert by(repository).cancel(ROUND, "道路", WHY).is_new
    assert not by(repository).cancel(ROUND, "道路", WHY).is_new
    rows = {one.title: one for one in standings(repository.snapshot(), ROUND)}
    assert (rows["道路养护"].shown, rows["道路养护"].waits_for) == ("取消", "")
    assert by(repository).restore(ROUND, "道路", WHY).is_new
    rows = {one.title: one for one in standings(repository.snapshot(), ROUND)}
    assert rows["道路养护"].shown == "已收"


def test_the_commands_say_what_they_do(repository: Repository, tmp_path: Path) -> None:
    take(repository, FIRST)
    town = tmp_path / "库"
    words = [ROUND, "道路", "--reason", WHY, "--by", "王五"]
    preview = invoke("-R", town, "correct", *words, "--set", "项目性质=一次性项目", "--dry-run")
    assert preview.exit_code == 0
    assert "更正" in preview.stdout
    done = invoke("-R", town, "correct", *words, "--set", "项目性质=一次性项目", "--json")
    assert json.loads(done.stdout)["decision"]["by"] == "王五"
    for command in (["move", *words, "--unit", "甲"], ["rename", *words, "--title", "道路乙"]):
        assert WHY in invoke("-R", town, *command).stdout
    assert invoke("-R", town, "cancel", ROUND, "道路乙", "--reason", WHY).exit_code == 0
    assert (
        "2024-10-31" in invoke("-R", town, "deadline", ROUND, "2024-10-31", "--reason", WHY).stdout
    )
    assert "一次性项目" in invoke("-R", town, "log", "道路乙").stdout
    assert invoke("-R", town, "correct", ROUND, "道路乙", "--set", "a=b").exit_code == 2
    assert invoke("-R", town, "cancel", "2024/九上", "道路乙", "--reason", WHY).exit_code == 2


def test_status_fits_a_hundred_columns_and_tells_decisions_and_dates(
    repository: Repository, tmp_path: Path
) -> None:
    long = whole(
        "普陀区长征镇城市精细化管理及市政道路附属设施养护维修项目",
        implementing_unit="上海市普陀区长征镇规划和生态环境办公室",
    )
    send(repository, long)
    take(repository, FIRST)
    by(repository).correct(ROUND, FIRST["id"], [("项目性质", "一次性项目")], WHY)
    by(repository).deadline(ROUND, "2024-10-31", WHY)
    shown = invoke("-R", tmp_path / "库", "status", ROUND).stdout
    table = [one for one in shown.splitlines() if "│" in one or "─" in one]
    assert table
    assert max(map(cell_len, table)) <= 100
    assert "逾期" in shown
    assert "更正（王五）项目性质" in shown
    assert WHY in shown
    wide = invoke("-R", tmp_path / "库", "status", ROUND, "--wide").stdout
    assert FIRST["id"] in wide
    assert FIRST["id"] not in shown


def test_dates_are_near_or_passed_for_those_who_have_not_sent(repository: Repository) -> None:
    take(repository, FIRST)
    by(repository).deadline(ROUND, "2024-10-31", WHY)
    told = {}
    for day in ("2024-10-20", "2024-10-28", "2024-10-31", "2024-11-02"):
        rows = standings(repository.snapshot(), ROUND, date.fromisoformat(day))
        told[day] = [one.timeliness for one in rows]
    assert told == {
        "2024-10-20": ["未到期", ""],
        "2024-10-28": ["将到期", ""],
        "2024-10-31": ["将到期", ""],
        "2024-11-02": ["逾期2天", ""],
    }


@pytest.mark.usefixtures("repository")
def test_a_ledger_is_not_written_over_without_being_asked(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    path.write_text("别人的")
    town = tmp_path / "库"
    assert invoke("-R", town, "status", ROUND, "-o", path).exit_code == 3
    assert path.read_text() == "别人的"
    assert invoke("-R", town, "status", ROUND, "-o", path, "--force").exit_code == 0


def collected(repository: Repository, into: str, *records: Record) -> None:
    spool = repository.snapshot().spool()
    put_in(repository, [came(spool, one, None) for one in records], spool, into)


def test_what_did_not_come_back_yet_is_not_called_cancelled(
    repository: Repository, tmp_path: Path
) -> None:
    earlier, town = "2023/二上", tmp_path / "库"
    collected(repository, earlier, FIRST, SECOND)
    take(repository, changed(FIRST, overall_goal="新的目标"))
    deltas = compare_rounds(FORMS, repository.snapshot(), earlier, ROUND)
    assert [(one.title, one.kind) for one in deltas] == [("道路养护", "changed")]
    shown = invoke("-R", town, "diff", earlier, ROUND)
    assert "未回 1 个，没有比较" in shown.stderr
    assert "绿化" in shown.stderr
    by(repository).cancel(ROUND, "绿化", WHY)
    deltas = compare_rounds(FORMS, repository.snapshot(), earlier, ROUND)
    assert {one.kind for one in deltas} == {"changed", "removed"}
    assert "未回" not in invoke("-R", town, "diff", earlier, ROUND).stderr


def test_a_moved_project_is_one_line_in_the_sums(repository: Repository) -> None:
    earlier = "2023/二上"
    collected(repository, earlier, FIRST, SECOND)
    take(
        repository,
        changed(
            FIRST,
            funds__total="10000.00",
            funds__fiscal="10000.00",
            funds__other="0.00",
            funds__annual_total="10000.00",
            funds__annual_fiscal="10000.00",
            funds__carried_over="0.00",
            funds__annual_other="0.00",
        ),
    )
    take(repository, SECOND)
    for project in ("道路", "绿化"):
        by(repository).move(ROUND, project, "另一个单位", WHY)
    deltas = compare_rounds(FORMS, repository.snapshot(), earlier, ROUND)
    for one in funds(deltas):
        assert list(one.groups) == ["另一个单位"]
        assert one.groups["另一个单位"].records == {FIRST["id"]}
        assert one.total.difference == one.groups["另一个单位"].difference


def test_an_export_follows_the_roster_adds_up_and_leaves_out_what_is_cancelled(
    repository: Repository, tmp_path: Path
) -> None:
    third = whole("桥梁")
    send(repository, third)
    for one in (FIRST, SECOND, third):
        take(repository, one)
    changes = Changes(repository.snapshot(), ROUND)
    put_order(changes, [third["id"], SECOND["id"], FIRST["id"]])
    repository.commit(changes, "roster")
    by(repository).cancel(ROUND, "绿化", WHY)
    by(repository).correct(ROUND, "桥梁", [("项目性质", "一次性项目")], WHY)
    path, town = tmp_path / "汇总.xlsx", tmp_path / "库"
    told = invoke("-R", town, "export", ROUND, "-o", path)
    assert "1 个项目已取消" in told.stderr
    made = load_workbook(path)
    rows = list(made["项目"].iter_rows(min_row=3, values_only=True))
    name = rows[0].index("项目名称")
    assert [row[name] for row in rows[1:]] == ["桥梁", "道路养护", None]
    total = rows[0].index("项目资金总额")
    assert str(rows[-1][total]).startswith("=SUM(")
    assert rows[-1][0] == "合计"
    kept = list(made["裁定"].iter_rows(min_row=4, values_only=True))
    assert {(row[1], row[4], row[6]) for row in kept} == {
        ("桥梁", "更正", WHY),
        ("绿化", "取消", WHY),
    }
    titles = [one.title for one in standings(repository.snapshot(), ROUND)]
    assert titles == ["桥梁", "绿化", "道路养护"]


def test_a_record_is_written_to_a_file_and_read_again_whatever_the_shell_made_of_it(
    repository: Repository, tmp_path: Path
) -> None:
    take(repository, FIRST)
    town, path = tmp_path / "库", tmp_path / "x.json"
    assert invoke("-R", town, "show", "道路", "-o", path).exit_code == 0
    assert path.read_bytes() == canonical_bytes(FIRST)
    assert invoke("-R", town, "show", "道路", "-o", path).exit_code == 3
    assert invoke("-R", town, "show", "道路", "-o", path, "--force").exit_code == 0
    for encoding in ("utf-16", "utf-8-sig"):
        path.write_bytes(canonical_bytes(FIRST).decode().encode(encoding))
        (read,) = invoke("read", path).stdout.splitlines()
        assert json.loads(read)["record"] == FIRST


_ONE = {"time": "2024-01-01T00:00:00+08:00", "by": "王五", "reason": WHY}


@pytest.mark.parametrize("value", [None, 7, "x", [7], {}, "time"])
@pytest.mark.parametrize(
    ("path", "key", "whole_one", "read"),
    [
        (layout.ticks_path(ROUND), "ticks", {**_ONE, "mark": "a", "done": True}, ticks),
        (layout.deadlines_path(ROUND), "deadlines", {**_ONE, "due": "2024-01-01"}, deadlines),
        (
            layout.decisions_path(ROUND, FIRST["id"]),
            "decisions",
            {**_ONE, "act": "cancel", "saw": None, "made": None, "changes": [], "verdict": None},
            decisions,
        ),
        (
            layout.ceilings_path(ROUND),
            "ceilings",
            {"unit": "甲", "heading": "控制数", "amount": "1.00"},
            ceilings,
        ),
        (layout.UNITS, "units", {"name": "甲"}, lambda snapshot, _: unit_tree(snapshot)),
        (
            layout.withdrawn_path(ROUND, FIRST["id"]),
            "issues",
            {"issue": 1, "printed": 1, "base": None, "content": "a", "time": _ONE["time"]},
            lambda snapshot, name: withdrawn(snapshot, name, FIRST["id"]),
        ),
        (layout.roster_path(ROUND), "records", "a", roster_order),
    ],
)
def test_a_list_that_is_not_ours_is_refused_with_its_path(
    repository: Repository,
    *,
    path: str,
    key: str,
    whole_one: Json,
    read: Callable[[Snapshot, str], object],
    value: Json,
) -> None:
    """Each list is read by one reader; what holds one entry as it should be is read."""

    def put(document: Json) -> Snapshot:
        changes = Changes(repository.snapshot(), ROUND)
        changes.put_document(path, document)
        repository.commit(changes, "by hand")
        return repository.snapshot()

    read(put({key: [whole_one]}), ROUND)
    if value == "time":
        if not isinstance(whole_one, dict):
            return
        first = next(iter({"time", "name", "amount"} & set(whole_one)))
        value = [{**whole_one, first: {"not": "text"}}]
    with pytest.raises(DocumentError, match=path.partition("/")[0]):
        read(put({key: value} if value != {} else {}), ROUND)
