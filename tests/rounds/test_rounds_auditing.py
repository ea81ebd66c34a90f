"""Rules beyond one record: sums against ceilings, amounts of two forms, repeated projects."""

from __future__ import annotations

import tracemalloc
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest
from crews import crew_elsewhere
from openpyxl import Workbook, load_workbook
from running import invoke
from small_form import MAPPING, TEMPLATE

from xlsync import api
from xlsync.base import workers
from xlsync.base.disk_map import DiskMap
from xlsync.base.errors import FormError, XlsyncError
from xlsync.repository import Changes
from xlsync.rounds.checking import audited_records
from xlsync.rounds.checking.auditing import audit_of
from xlsync.rounds.kept.units import Unit, UnitTree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.base.record import Record
    from xlsync.form import Forms
    from xlsync.repository import Repository

PLAN, BILL = "2031/计划", "2031/决算"

_SHARED = MAPPING.replace('group = "who"', 'group = "office"').replace(
    "[fields.left]",
    """[fields.office]
pointer = "/office"
label = "科室"

[fields.cost]
pointer = "/cost"
label = "差旅费"
type = "money"
unit = "万元"

[fields.left]""",
)
_PLAN_RULES = """
[[round_rules]]
code = "Z001"
severity = "error"
kind = "ceiling"
amount = "cost"
heading = "差旅额度"
spellings = ["额度"]

[[round_rules]]
code = "Z002"
severity = "warning"
kind = "repeated"
fields = ["who"]
"""
_BILL_RULES = """
[[round_rules]]
code = "Z003"
severity = "error"
kind = "same-amount"
amount = "cost"
forms = ["trip"]
other = "cost"
"""


def _template(name: str) -> str:
    made = TEMPLATE.replace('form = "trip"', f'form = "{name}"')
    made = made.replace(
        '{ area = "A3", style = "base", of = "means" },',
        '{ area = "A3", style = "base", of = "means" },\n'
        '    { area = "A4", style = "base", of = "office" },\n'
        '    { area = "C4", style = "base", of = "cost" },',
    ).replace("rows = [30, 20, 20]", "rows = [30, 20, 20, 20]")
    return made.replace(
        '{ area = "B3:D3", style = "input", slot = "means" },',
        '{ area = "B3:D3", style = "input", slot = "means" },\n'
        '    { area = "B4", style = "input", slot = "office" },\n'
        '    { area = "D4", style = "input", slot = "cost" },',
    )


@pytest.fixture
def forms(tmp_path: Path) -> Forms:
    folder = tmp_path / "forms"
    return write_forms(folder, _SHARED + _PLAN_RULES)


def write_forms(folder: Path, plan: str) -> Forms:
    bill = _SHARED.replace('form = "trip"', 'form = "bill"').replace("出差单", "报销单")
    texts = {"trip": plan, "bill": bill + _BILL_RULES}
    for name, mapping in texts.items():
        for part, text in (("templates", _template(name)), ("mappings", mapping)):
            (folder / part).mkdir(parents=True, exist_ok=True)
            (folder / part / f"{name}.toml").write_text(text, encoding="utf-8")
    return api.forms(folder)


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with api.init(tmp_path / "库") as made:
        yield made


def trip(who: str, office: str, cost: str | None, form: str = "trip", **more: str) -> Record:
    key = more.get("id", f"{who}-{office}".encode().hex()[:40])
    return {"form": form, "id": key, "who": who, "office": office, "cost": cost, "stops": []}


def put(repository: Repository, round_name: str, *records: Record) -> None:
    changes = Changes(repository.snapshot(), round_name)
    for one in records:
        changes.put_record(one["id"], one["office"], one["who"], one)
    repository.commit(changes, "put")


def sheet(path: Path, *rows: tuple[object, ...]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def keep(repository: Repository, forms: Forms, path: Path, round_name: str = PLAN) -> list[str]:
    found = api.read_ceilings(repository, path, forms)
    api.keep_ceilings(repository, round_name, found.lines)
    return [one.code for one in found.problems]


def codes(repository: Repository, forms: Forms, round_name: str = PLAN) -> list[tuple[str, str]]:
    made = api.audit(repository, round_name, forms)
    return [(one.problem.code, one.unit) for one in made.findings]


def test_sums_of_units_are_held_against_the_ceiling_list(
    repository: Repository, forms: Forms, tmp_path: Path
) -> None:
    put(
        repository,
        PLAN,
        trip("甲", "一科", "60000.00"),
        trip("乙", "一科", "50000.00"),
        trip("丙", "二科", "90000.00"),
    )
    path = sheet(
        tmp_path / "额度.xlsx",
        ("2031 年差旅额度", None),
        ("单位：万元", None),
        ("单位", "额度"),
        ("一科", 10),
        ("二科", 9),
        ("合计", 19),
    )
    assert keep(repository, forms, path) == []
    made = api.audit(repository, PLAN, forms)
    told = {one.unit: one.problem.message for one in made.findings}
    assert set(told) == {"一科", ""}, "the round as a whole exceeds its ceiling too"
    assert "合计 11.00 万元，超过差旅额度 10.00 万元，多 1.00 万元" in told["一科"]
    assert [(one.line.unit, str(one.left)) for one in made.uses] == [
        ("一科", "-10000.00"),
        ("二科", "0.00"),
        ("", "-10000.00"),
    ]


def test_a_ceiling_holds_for_all_units_below_and_cancelled_projects_do_not_count(
    repository: Repository, forms: Forms, tmp_path: Path
) -> None:
    api.keep_units(repository, UnitTree.of([Unit("一科", "大队"), Unit("二科", "大队")]))
    put(repository, PLAN, trip("甲", "一科", "60000.00"), trip("乙", "二科", "50000.00"))
    keep(repository, forms, sheet(tmp_path / "a.xlsx", ("单位", "额度(万元)"), ("大队", 10)))
    assert codes(repository, forms) == [("Z001", "大队")]
    api.coordinator(repository, forms).cancel(PLAN, "甲", "不去了")
    assert codes(repository, forms) == []


def test_units_without_a_ceiling_are_told(
    repository: Repository, forms: Forms, tmp_path: Path
) -> None:
    put(repository, PLAN, trip("甲", "一科", "6.00"), trip("乙", "三科", "5.00"))
    assert api.audit(repository, PLAN, forms).lacks_ceilings
    keep(repository, forms, sheet(tmp_path / "a.xlsx", ("单位", "额度（元）"), ("一科", 100)))
    made = api.audit(repository, PLAN, forms)
    assert [(one.problem.severity.value, one.unit) for one in made.findings] == [
        ("warning", "三科")
    ]
    assert not made.lacks_ceilings


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("单位", "额度（万元）"), ("一科", 1), ("一科", 2)], "R006"),
        ([("单位", "额度（万元）"), ("一科", "若干")], "M004"),
        ([("单位", "额度（美元）"), ("一科", 1)], "R024"),
        ([("单位", "额度（元）"), ("一科", 1)], "R025"),
        ([("单位", "别的"), ("一科", 1)], "R001"),
        ([("单位", "额度（万元）"), ("", 1)], "R005"),
        ([("单位", "额度（万元）"), ("一科", None)], "R009"),
    ],
)
def test_what_is_wrong_with_a_ceiling_list_is_told(
    repository: Repository, forms: Forms, tmp_path: Path, rows: list[tuple[object]], code: str
) -> None:
    found = api.read_ceilings(repository, sheet(tmp_path / "a.xlsx", *rows), forms)
    assert code in [one.code for one in found.problems]


def test_a_ceiling_of_a_unit_that_the_list_of_units_lacks_is_told(
    repository: Repository, forms: Forms, tmp_path: Path
) -> None:
    api.keep_units(repository, UnitTree.of([Unit("一科")]))
    path = sheet(tmp_path / "a.xlsx", ("单位", "额度（万元）"), ("一料", 1))
    assert keep(repository, forms, path) == ["R026"]


def test_an_amount_is_that_of_the_other_form_of_the_project(
    repository: Repository, forms: Forms
) -> None:
    put(repository, PLAN, trip("甲", "一科", "60000.00"), trip("乙", "一科", "500.00"))
    put(repository, "2031/一上", trip("甲", "一科", "1.00"))
    bills = [trip("甲", "一科", "65000.00", "bill"), trip("乙", "一科", "500.00", "bill")]
    by_name = trip("丙", "二科", "700.00", "bill", id="0f")
    put(repository, BILL, *bills, by_name)
    put(repository, PLAN, trip("丙", "二科", "600.00", id="ff"))
    made = api.audit(repository, BILL, forms)
    told = {one.projects[0].title: one.problem.message for one in made.findings}
    assert set(told) == {"甲", "丙"}, "丙 has another id and the same names"
    assert "6.50 万元，与 2031/计划 “差旅费”6.00 万元不符，多 0.50 万元" in told["甲"]


def test_repeated_projects_are_told_together(repository: Repository, forms: Forms) -> None:
    put(
        repository,
        PLAN,
        trip("修 路", "一科", "1.00", id="1"),
        trip("修路", "二科", "1.00", id="2"),
        trip("架桥", "二科", "1.00", id="3"),
    )
    (found,) = api.audit(repository, PLAN, forms).findings
    assert (found.problem.code, [one.record for one in found.projects]) == ("Z002", ["1", "2"])
    snapshot = repository.snapshot()
    assert [one.problem.code for one in audit_of(forms, snapshot, PLAN, {"2"})] == ["Z002"]
    assert audit_of(forms, snapshot, PLAN, {"3"}) == []


def test_workers_elsewhere_come_to_the_same(
    repository: Repository, forms: Forms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sums, amounts of another round, repetitions; a record that only this machine can explain."""
    monkeypatch.setattr(workers, "WORTH_IT", 4)
    people = [trip(f"张{one % 5}", f"{one % 3}科", "100.00", id=f"p{one}") for one in range(12)]
    put(repository, PLAN, *people)
    bills = [trip(f"张{one}", "0科", "90.00", form="bill", id=f"p{one}") for one in range(6)]
    put(repository, BILL, *bills)
    path = sheet(tmp_path / "额度.xlsx", ("单位", "差旅额度"), ("0科", 100), ("合计", 1000))
    found = api.read_ceilings(repository, path, forms)
    assert not found.problems
    api.keep_ceilings(repository, PLAN, found.lines)
    here = [api.audit(repository, one, forms) for one in (PLAN, BILL)]
    assert {one.problem.code for made in here for one in made.findings} == {"Z001", "Z002", "Z003"}
    with crew_elsewhere() as crew, monkeypatch.context() as patch:
        patch.setattr(audited_records, "asked_of", lambda *_: pytest.fail("read here"))
        there = [api.audit(repository, one, forms) for one in (PLAN, BILL)]
    assert there == here
    assert len(crew.sent) == 2
    assert max(crew.brought) < 12 * 200
    put(repository, PLAN, trip("张", "0科", "1.00", form="gone"))
    told = "没有安装表 gone"
    for where in (crew_elsewhere(), nullcontext()):
        with where, pytest.raises(XlsyncError, match=told):
            api.audit(repository, PLAN, forms)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('amount = "cost"', 'amount = "means"', "no money"),
        ('amount = "cost"', 'amount = "gone"', "gone"),
        ('fields = ["who"]', 'fields = ["gone"]', "gone"),
        ('kind = "repeated"', 'kind = "odd"', "odd"),
    ],
)
def test_a_rule_that_cannot_hold_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(FormError, match=told):
        write_forms(tmp_path / "f", _SHARED + _PLAN_RULES.replace(old, new, 1))


def test_the_commands_keep_a_list_and_audit_a_round(
    repository: Repository, forms: Forms, tmp_path: Path
) -> None:
    put(repository, PLAN, trip("甲", "一科", "60000.00"))
    path = sheet(tmp_path / "额度.xlsx", ("单位", "额度（万元）"), ("一科", 5))
    start = ("-R", tmp_path / "库", "--forms", forms.folder)
    preview = invoke(*start, "ceilings", "import", PLAN, path, "--dry-run")
    assert (preview.exit_code, "nothing was written" in preview.stderr) == (0, True)
    assert invoke(*start, "ceilings", "list", PLAN).stdout.strip() == f"{PLAN} 没有控制数名单。"
    assert "已记入版本库" in invoke(*start, "ceilings", "import", PLAN, path).stdout
    result = invoke(*start, "audit", PLAN, "-o", tmp_path / "核查.xlsx")
    assert result.exit_code == 1
    assert "超过差旅额度 5.00 万元，多 1.00 万元" in result.stdout
    book = load_workbook(tmp_path / "核查.xlsx")
    assert book.sheetnames == ["核查结果", "汇总", "控制数"]
    again = invoke(*start, "audit", PLAN, "-o", tmp_path / "核查.xlsx")
    assert "已存在" in again.output or "already" in again.output
    assert "控制数" in api.undo(repository, forms=forms).head
    assert invoke(*start, "audit", PLAN).exit_code == 0


def test_an_audit_keeps_little_of_each_record(
    repository: Repository, forms: Forms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a round of 50,000 all records together would be a hundred megabytes."""
    monkeypatch.setitem(DiskMap.__init__.__kwdefaults__, "few", 0)

    def peak(count: int, round_name: str) -> int:
        records = [
            trip(f"出差人{one}", f"{one % 40}科", "1.00", id=f"p{one}") for one in range(count)
        ]
        put(repository, round_name, *records)
        snapshot = repository.snapshot()
        tracemalloc.start()
        try:
            assert audit_of(forms, snapshot, round_name, {one["id"] for one in records}) == []
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10, "2030/计划")
    few, many = peak(200, PLAN), peak(1200, BILL)
    assert (many - few) / 1000 < 600, "bytes for each record"
