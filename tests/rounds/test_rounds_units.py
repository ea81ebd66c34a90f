"""Units as a tree, what they are reminded of, and a round as a roster."""

from __future__ import annotations

import email
import email.policy
import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from roster_files import as_csv, save_csv
from running import FORM, FORMS, invoke, record, save

from xlsync import api
from xlsync.base.errors import XlsyncError
from xlsync.rounds.kept.units import Unit, UnitTree
from xlsync.rounds.roster import open_roster
from xlsync.rounds.sending.units_list import open_units

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

ROUND = "2024/一上"
UNITS = [
    ["单位名单"],
    ["单位", "主管部门", "联系人", "电话", "邮箱"],
    ["长征镇", "", "赵", "1", "zhen@example.cn"],
    ["水务所", "长征镇", "王五", "2", "wang@example.cn；li@example.cn"],
    ["林业站", "长征镇", "", "", ""],
    ["一小", "教育局", "", "", ""],
]
ROSTER = [
    ["实施单位", "项目名称", "项目资金总额"],
    ["水务所", "河道疏浚", "6700000"],
    ["水务所", "泵站维修", "500000"],
    ["林业站", "行道树", "300000"],
    ["一小", "操场", "200000"],
]


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A round that went out to four units, of which one project came back."""
    town = tmp_path / "镇"
    assert invoke("init", town).exit_code == 0
    units = save_csv(tmp_path / "单位.csv", UNITS)
    assert invoke("-R", town, "units", "import", units).exit_code == 0
    assert distribute(town, tmp_path / "下发", "--due", "2024-10-31").exit_code == 0
    return town


def distribute(town: Path, folder: Path, *more: str) -> Result:
    roster = save_csv(town.parent / "名册.csv", ROSTER)
    options = ("--form", FORM, "--roster", roster, "-o", folder, *more)
    return invoke("-R", town, "distribute", ROUND, *options)


def draft(path: Path) -> email.message.EmailMessage:
    made = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(made, email.message.EmailMessage)
    return made


# ---- the tree ------------------------------------------------------------------------


def test_a_list_is_read_with_units_above_that_have_no_row(tmp_path: Path) -> None:
    found = open_units(save_csv(tmp_path / "单位.csv", UNITS))
    assert [(one.code, one.cell) for one in found.problems] == [("R026", "B6")]
    assert found.tree.path("水 务所") == ["长征镇", "水务所"]
    assert found.tree.path("一小") == ["教育局", "一小"]
    assert found.tree.find("水务所").contact == "王五"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["甲"]], "R001"),
        ([["单位", "邮箱"]], "R009"),
        ([["单位", "邮箱"], ["甲", ""], ["甲 ", ""]], "R006"),
        ([["单位", "邮箱"], ["", "a@example.cn"]], "R005"),
        ([["单位", "邮箱"], ["甲", "a.example.cn"]], "R027"),
        ([["单位", "上级单位"], ["甲", "甲"]], "R028"),
        ([["单位", "上级单位"], ["甲", "乙"], ["乙", "甲"]], "R028"),
    ],
)
def test_what_is_wrong_with_a_list_is_told(
    tmp_path: Path, rows: list[list[str]], code: str
) -> None:
    path = tmp_path / "单位.csv"
    path.write_bytes(as_csv(rows))
    assert code in [one.code for one in open_units(path).problems]


def test_sums_roll_up_to_any_level_and_a_circle_is_refused() -> None:
    tree = UnitTree.of([Unit("甲", "乙"), Unit("乙", "丙"), Unit("丁", "丙")])
    assert [tree.rolled(level)("甲") for level in (None, 1, 2, 3, 9)] == list("甲丙乙甲甲")
    assert tree.rolled(1)("不在名单里") == "不在名单里"
    wanted = tree.filter("乙")
    assert [wanted(one) for one in "甲乙丙丁"] == [True, True, False, False]
    with pytest.raises(XlsyncError, match="unknown unit 戊; there are: "):
        tree.filter("戊")
    with pytest.raises(XlsyncError, match="自己的上级"):
        UnitTree.of([Unit("甲", "乙"), Unit("乙", "甲")])


def test_a_list_goes_out_and_comes_in_as_it_was(town: Path, tmp_path: Path) -> None:
    out = tmp_path / "单位.xlsx"
    assert invoke("-R", town, "units", "export", "-o", out).exit_code == 0
    assert "没有变化" in invoke("-R", town, "units", "import", out).stdout
    assert invoke("-R", town, "units", "export", "-o", out).exit_code == 3
    assert "  水务所" in invoke("-R", town, "units", "list", "--under", "长征镇").stdout


def test_status_and_export_are_limited_to_a_unit_and_roll_up(town: Path, tmp_path: Path) -> None:
    given = record("操场", implementing_unit="一小", year=2024)
    given |= {"planned_start": "2024-01-01", "planned_end": "2024-12-31"}
    assert invoke("-R", town, "collect", ROUND, save(tmp_path / "一.json", given))
    below = invoke("-R", town, "status", ROUND, "--under", "长征镇").stdout
    assert "泵站维修" in below
    assert "操场" not in below
    level = invoke("-R", town, "status", ROUND, "--level", "1").stdout
    assert [name in level for name in ("长征镇", "教育局", "水务所")] == [True, True, False]
    ledger = tmp_path / "台账.xlsx"
    assert invoke("-R", town, "status", ROUND, "--level", "1", "-o", ledger).exit_code == 0
    sums = [row[0].value for row in load_workbook(ledger)["汇总"].iter_rows(min_row=4)]
    assert sums[:3] == ["长征镇", "教育局", "合计"]
    assert invoke("-R", town, "status", ROUND, "--under", "没有").exit_code == 2


# ---- what goes to units -----------------------------------------------------------------


def test_a_reminder_is_a_draft_a_letter_and_an_overview(town: Path, tmp_path: Path) -> None:
    folder = tmp_path / "催报"
    options = ("--today", "2024-11-03", "--sender", "财政所", "--under", "长征镇")
    told = invoke("-R", town, "remind", ROUND, "-o", folder, *options)
    assert told.exit_code == 0, told.output
    assert "水务所还有 2 个项目未交齐，已逾期 3 天" in told.stdout
    mail = draft(folder / "水务所.eml")
    assert (mail["To"], mail["X-Unsent"]) == ("wang@example.cn, li@example.cn", "1")
    assert mail["Date"] is None
    text = mail.get_body().get_content()  # type: ignore[union-attr] - it has one
    assert "截止日期2024年10月31日已过3天" in text
    assert "王五" in text
    names = [one.get_filename() for one in mail.iter_attachments()]
    assert names[1:] == ["河道疏浚.xlsx", "泵站维修.xlsx"]
    sent = next(tmp_path.glob("下发/水务所/泵站维修.xlsx")).read_bytes()
    assert [one.get_content() for one in mail.iter_attachments()][2] == sent
    with zipfile.ZipFile(folder / "水务所.docx") as letter:
        assert "泵站维修" in letter.read("word/document.xml").decode()
    book = load_workbook(folder / "催报一览_2024-11-03.xlsx")
    units = [row[1].value for row in book["单位"].iter_rows(min_row=4)]
    assert units == ["水务所", "林业站", "合计"]
    assert draft(folder / "林业站.eml")["To"] is None
    assert not (folder / "一小.eml").exists()
    assert invoke("-R", town, "remind", ROUND, "-o", folder, *options).exit_code == 3


def test_a_preview_of_a_reminder_writes_nothing(town: Path) -> None:
    told = invoke("-R", town, "remind", ROUND, "-n", "--today", "2024-10-30")
    assert told.exit_code == 0
    assert "一小还有 1 个项目未交齐" in told.stdout
    assert invoke("-R", town, "remind", ROUND).exit_code == 2


def test_what_goes_out_can_go_as_drafts_with_an_archive_a_unit(town: Path, tmp_path: Path) -> None:
    folder = tmp_path / "再发"
    assert distribute(town, folder, "--all", "--mail", "--zip").exit_code == 0
    (archive,) = draft(folder / "水务所.eml").iter_attachments()
    with zipfile.ZipFile(io.BytesIO(archive.get_content())) as inside:
        assert inside.namelist()[1:] == ["河道疏浚.xlsx", "泵站维修.xlsx"]


# ---- a round as a roster ------------------------------------------------------------------


def test_a_round_as_a_roster_sends_nothing_when_it_goes_out_again(
    town: Path, tmp_path: Path
) -> None:
    path = tmp_path / "导出.xlsx"
    assert invoke("-R", town, "roster", "export", ROUND, "-o", path).exit_code == 0
    roster = open_roster(FORMS[FORM], path)
    assert roster.problems == []
    assert [one.values["project_name"] for one in roster.projects] == [
        "河道疏浚",
        "泵站维修",
        "行道树",
        "操场",
    ]
    options = ("--form", FORM, "--roster", path, "-o", tmp_path / "再发")
    again = invoke("-R", town, "distribute", ROUND, *options)
    assert "未变 4" in again.stdout, again.output
    assert "没有新内容" in again.stdout


def test_two_offices_change_the_list_of_units_and_both_count(tmp_path: Path) -> None:
    base = [Unit("一科", "镇"), Unit("二科", "镇"), Unit("三科", "镇")]
    with api.init(tmp_path / "甲") as ours, api.init(tmp_path / "乙") as theirs:
        api.keep_units(ours, UnitTree.of(base))
        api.sync(theirs, str(tmp_path / "甲"))
        mine = [Unit("一科", "镇", phone="1"), Unit("二科", "镇"), Unit("四科", "镇")]
        other = [Unit("一科", "镇", mail="a@b.cn"), Unit("二科", "镇", contact="李"), base[2]]
        api.keep_units(ours, UnitTree.of(mine))
        api.keep_units(theirs, UnitTree.of(other))
        api.sync(theirs, str(tmp_path / "甲"))
        found = {one.name: one for one in api.units(theirs)}
        assert found["一科"] == Unit("一科", "镇", phone="1", mail="a@b.cn")
        assert found["二科"] == Unit("二科", "镇", contact="李")
        assert found.keys() == {"镇", "一科", "二科", "四科"}, "三科 was taken out on one side"
        assert [*api.units(theirs)] == [*api.units(ours)]


def test_one_value_changed_by_both_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    with api.init(tmp_path / "甲") as ours, api.init(tmp_path / "乙") as theirs:
        api.keep_units(ours, UnitTree.of([Unit("一科")]))
        api.sync(theirs, str(tmp_path / "甲"))
        api.keep_units(ours, UnitTree.of([Unit("一科", phone="1")]))
        api.keep_units(theirs, UnitTree.of([Unit("一科", phone="2")]))
        with pytest.raises(XlsyncError, match="两边改得不一样"):
            api.sync(theirs, str(tmp_path / "甲"))
        api.keep_units(theirs, UnitTree.of([Unit("一科", phone="1")]))
        api.sync(theirs, str(tmp_path / "甲"))
        assert [one.phone for one in api.units(theirs)] == ["1"]
