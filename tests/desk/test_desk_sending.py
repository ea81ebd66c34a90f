"""A roster in the page: its columns corrected by choosing, doubtful rows marked, sent, mailed."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from desk_server import end_of, serving
from running import FORM

from xlsync import api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from desk_server import Answer, Server

pytestmark = pytest.mark.slow

NAME = "2024/一上"
HERE = f"/round/{NAME}/sending"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Server]:
    """The page of a repository in which nothing happened yet."""
    api.init(tmp_path / "库").close()
    with serving(tmp_path / "库") as made:
        yield made


def drop(server: Server, text: str, **typed: str) -> Answer:
    """Drop a roster, and look at the preview."""
    sent = [("roster", "名册.csv", text.encode())]
    answer = server.upload(HERE, sent, **{"form": FORM, **typed})
    assert answer.status == 303, answer.text
    return server.ask(answer.headers["location"])


def names_in(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sorted(archive.namelist())


def key_of(preview: Answer) -> str:
    found = re.search(r'action="/round/[^"]+/sending/([\w-]+)/columns"', preview.text)
    assert found
    return found[1]


def chosen(preview: Answer) -> dict[str, str]:
    """What each column was understood as."""
    selects = re.findall(r'<select name="column-(\d+)".*?</select>', preview.text, re.DOTALL)
    found = {}
    for number in selects:
        (text,) = re.findall(
            rf'<select name="column-{number}".*?</select>', preview.text, re.DOTALL
        )
        at = re.search(r'value="(\w+)" selected', text)
        found[number] = at[1] if at else ""
    return found


def again(server: Server, preview: Answer, **columns: str) -> Answer:
    values = {f"column-{number}": name for number, name in columns.items()}
    answer = server.send(f"{HERE}/{key_of(preview)}/columns", values)
    assert answer.status == 303, answer.text
    return server.ask(answer.headers["location"].partition("#")[0])


def test_columns_are_corrected_by_choosing(office: Server) -> None:
    preview = drop(office, "名目,承办的,总盘子\n修路,财政所,1200.00\n种树,财政所,800.00\n")
    assert "没有找到表头" in preview.text
    assert chosen(preview) == {"1": "", "2": "", "3": ""}
    assert "修路；种树" in preview.text, "what stands below the heads helps to choose"
    right = again(
        office, preview, **{"1": "project_name", "2": "implementing_unit", "3": "funds_total"}
    )
    assert chosen(right) == {"1": "project_name", "2": "implementing_unit", "3": "funds_total"}
    assert "认出的项目（2）" in right.text
    assert "1,200.00" in right.text or "1200.00" in right.text
    left = again(office, right, **{"1": "project_name", "2": "implementing_unit", "3": ""})
    assert chosen(left)["3"] == ""
    assert "1200.00" not in left.text.partition("认出的项目")[2]
    key = key_of(left)
    answer = office.send(f"{HERE}/{key}", {"confirmed": "1"})
    assert answer.status == 303, answer.text


def test_columns_are_read_as_they_were_chosen_before(office: Server) -> None:
    first = drop(office, "项目名称,承办的,备用\n修路,财政所,甲\n")
    assert chosen(first) == {"1": "project_name", "2": "", "3": ""}
    again(office, first, **{"1": "project_name", "2": "implementing_unit", "3": ""})
    later = drop(office, "备用,承办的,项目名称\n乙,绿化所,种树\n")
    assert chosen(later) == {"1": "", "2": "implementing_unit", "3": "project_name"}
    assert re.search("“承办的”按上次选的认", later.text)
    assert "绿化所" in later.text.partition("认出的项目")[2]
    for roster in (
        "承办的,承办的,项目名称\n甲,乙,种树\n",
        "承办的,实施单位,项目名称\n甲,绿化所,种树\n",
    ):
        told = drop(office, roster)
        assert chosen(told)["1"] == "", "what was chosen for one column is not taken for another"
        assert "按上次选的认" not in told.text


def test_a_column_cannot_be_two_nor_something_unknown(office: Server) -> None:
    preview = drop(office, "项目名称,实施单位,备用\n修路,财政所,甲\n")
    twice = again(office, preview, **{"1": "project_name", "2": "project_name", "3": ""})
    assert "是同一栏，请只留一列" in twice.text
    answer = office.send(f"{HERE}/{key_of(preview)}/columns", {"column-3": "../nothing"})
    assert answer.status == 409
    assert "没有“../nothing”这一栏" in answer.text


def test_doubtful_rows_are_marked(office: Server) -> None:
    preview = drop(office, "项目名称,实施单位,主管部门\n修路,财政所,镇政府\n种树,财 政所,镇政府\n")
    rows = re.findall(r'<tr class="doubtful">.*?</tr>', preview.text, re.DOTALL)
    assert len(rows) == 1
    assert "B3" in rows[0]
    assert "只差空白" in rows[0]


UNITS = "单位名称,上级单位,邮箱\n镇政府,,\n财政所,镇政府,cz@example.invalid\n"


def test_units_are_kept_once_they_were_seen(office: Server, tmp_path: Path) -> None:
    answer = office.upload("/units", [("list", "单位.csv", UNITS.encode())])
    preview = office.ask(answer.headers["location"]).text
    assert "　财政所" in preview
    with api.open_repository(tmp_path / "库") as repository:
        assert not api.units(repository)
    assert office.send(answer.headers["location"], {}).status == 303
    with api.open_repository(tmp_path / "库") as repository:
        assert api.units(repository).path("财政所") == ["镇政府", "财政所"]
    assert office.ask("/units/book").data.startswith(b"PK")
    bad = office.upload("/units", [("list", "单位.csv", b"a,b\n1,2\n")])
    assert "用这份名单" not in office.ask(bad.headers["location"]).text
    assert office.send(bad.headers["location"], {}).status == 409


def test_what_goes_out_and_what_is_owed_is_written_as_mails(office: Server, tmp_path: Path) -> None:
    preview = drop(
        office, "项目名称,实施单位\n修路,财政所\n种树,绿化所\n", mail="1", sender="镇财政所"
    )
    answer = office.send(f"{HERE}/{key_of(preview)}", {"confirmed": "1"})
    assert "下发完成" in end_of(office, answer.headers["location"])
    names = names_in(office.ask(f"/round/{NAME}/sent").data)
    assert names == ["绿化所/种树.xlsx", "财政所/修路.xlsx"]
    assert names_in(office.ask(f"/round/{NAME}/sent?unit=财政所").data) == ["财政所/修路.xlsx"]
    assert {
        one.rpartition(".")[2] for one in names_in(office.ask(f"/round/{NAME}/sent/mails").data)
    } == {
        "eml",
        "docx",
    }
    same = drop(office, "项目名称,实施单位\n修路,财政所\n种树,绿化所\n", mail="1").text
    assert "不会生成新的工作簿，也不写邮件草稿。要重新生成，请返回" in same
    page = office.ask(f"/round/{NAME}/reminding").text
    assert "2 个单位" in page
    mails = office.send(f"/round/{NAME}/reminding", {"sender": "镇财政所", "contact": "张三"})
    assert "财政所.eml" in names_in(mails.data)
    assert any(one.startswith("催报一览") for one in names_in(mails.data))
    assert not any(one.endswith(".zip") for one in names_in(mails.data))
    packed = office.send(f"/round/{NAME}/reminding", {"sender": "镇财政所", "zipped": "1"})
    with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
        inner = names_in(archive.read("财政所.zip"))
    assert "修路.xlsx" in inner
    assert any(one.endswith("的函.docx") for one in inner)
    due = office.send(f"/round/{NAME}/reminding/due", {"due": "2024-10-31", "reason": "顺延"})
    assert due.status == 303
    with api.open_repository(tmp_path / "库") as repository:
        assert {one.due for one in api.status(repository, NAME)} == {"2024-10-31"}


def test_a_round_is_closed_and_opened_again(office: Server, tmp_path: Path) -> None:
    preview = drop(office, "项目名称,实施单位\n修路,财政所\n")
    answer = office.send(f"{HERE}/{key_of(preview)}", {"confirmed": "1"})
    assert "下发完成" in end_of(office, answer.headers["location"])
    here = f"/round/{NAME}/reminding"
    assert "封存本轮" in office.ask(here).text
    assert office.send(f"{here}/closing", {"reason": "已报区里"}).status == 303
    assert "已报区里" in office.ask(f"/round/{NAME}/ledger").text
    refused = office.send(f"{here}/due", {"due": "2024-11-30", "reason": "顺延"})
    assert "已封存" in refused.text
    assert office.send(f"{here}/closing", {"reason": "退回", "open": "1"}).status == 303
    with api.open_repository(tmp_path / "库") as repository:
        assert api.round_closing(repository, NAME) is None
    assert "封存本轮" in office.ask(here).text


def test_ceilings_are_kept_once_they_were_seen_and_the_round_is_audited(
    office: Server, tmp_path: Path
) -> None:
    rows = "项目名称,实施单位,项目资金总额（元）\n修路,财政所,1200000.00\n种树,绿化所,800000.00\n"
    preview = drop(office, rows)
    answer = office.send(f"{HERE}/{key_of(preview)}", {"confirmed": "1"})
    assert "下发完成" in end_of(office, answer.headers["location"])
    here = f"/round/{NAME}/auditing"
    assert office.ask(here).status == 200
    roster = office.ask(f"/round/{NAME}/roster")
    assert roster.data.startswith(b"PK")
    ceilings = "单位,控制数（元）\n财政所,1000000.00\n".encode()
    answer = office.upload(here, [("list", "控制数.csv", ceilings)])
    seen = office.ask(answer.headers["location"]).text
    assert "1,000,000.00" in seen
    with api.open_repository(tmp_path / "库") as repository:
        assert not api.ceilings(repository, NAME)
    assert office.send(answer.headers["location"], {}).status == 303
    with api.open_repository(tmp_path / "库") as repository:
        assert [one.unit for one in api.ceilings(repository, NAME)] == ["财政所"]
    assert "财政所" in office.ask(here).text
    assert office.ask(f"{here}/book").data.startswith(b"PK")
    bad = office.upload(here, [("list", "控制数.csv", b"a,b\n1,2\n")])
    assert "用这份控制数" not in office.ask(bad.headers["location"]).text
    assert office.send(bad.headers["location"], {}).status == 409


def test_a_round_with_two_forms_gives_a_roster_of_each(office: Server) -> None:
    for form, title in ((FORM, "甲"), ("project-monitoring-2019", "乙")):
        preview = drop(office, f"项目名称,实施单位\n{title},甲局\n", form=form)
        sent = office.send(f"{HERE}/{key_of(preview)}", {"confirmed": "1"})
        end_of(office, sent.headers["location"])
    answer = office.ask(f"/round/{NAME}/roster")
    assert answer.status == 200
    assert names_in(answer.data) == [f"{FORM}.xlsx", "project-monitoring-2019.xlsx"]


def test_a_project_of_which_nothing_came_yet_has_its_page(office: Server) -> None:
    """It is moved, renamed and cancelled there, and taken in again."""
    preview = drop(office, "项目编码,项目名称,实施单位\np1,甲,甲局\n")
    sent = office.send(f"{HERE}/{key_of(preview)}", {"confirmed": "1"})
    end_of(office, sent.headers["location"])
    project = f"/round/{NAME}/project/p1"
    for act, then in (("cancel", "恢复"), ("restore", "取消这个项目")):
        assert "还没有收下这个项目的申报表" in office.ask(project).text
        asked = {"act": act, "to": "", "reason": "因", "confirm": "1"}
        done = office.send(f"{project}/decide", asked)
        assert done.status == 303, done.text
        assert '/project/p1"' in office.ask(f"/round/{NAME}/ledger").text, "all are cancelled"
        assert f"<summary>{then}</summary>" in office.ask(project).text


def test_a_closed_round_asks_for_nothing_any_more(office: Server) -> None:
    preview = drop(office, "项目名称,实施单位\n甲,甲局\n")
    sent = office.send(f"{HERE}/{key_of(preview)}", {"confirmed": "1"})
    end_of(office, sent.headers["location"])
    here = f"/round/{NAME}/reminding"
    assert "改截止日期" in office.ask(here).text
    office.send(f"{here}/closing", {"reason": "已报"})
    page = office.ask(here).text
    assert "改截止日期" not in page
    assert "写好催报" not in page
    assert "解除封存" in page


def test_what_only_went_out_is_corrected_on_the_page(office: Server, tmp_path: Path) -> None:
    """What the unit sends later is put together with it."""
    preview = drop(office, "项目编码,项目名称,实施单位\np1,甲,甲局\n")
    sent = office.send(f"{HERE}/{key_of(preview)}", {"confirmed": "1"})
    end_of(office, sent.headers["location"])
    here = f"/round/{NAME}/project/p1"
    assert "更正内容" in office.ask(here).text
    page = office.ask(f"{here}/correct").text
    assert "这里是发出去的内容" in page
    assert 'class="note"' not in page, "nothing is wrong yet with what is not filled in"
    seen, typed = re.findall(r'name="seen" value="(\w+)"', page), {"v:/overall_goal": "建成"}
    asked = {**typed, "seen": seen[0], "reason": "文件要求"}
    shown = office.send(f"{here}/correct", asked)
    assert "交回以后会与这次更正合在一起" in shown.text
    mark = re.findall(r'name="shown" value="(\w+)"', shown.text)[0]
    assert office.send(f"{here}/correct", {**asked, "shown": mark, "confirm": "1"}).status == 303
    assert "建成" in office.ask(f"{here}/correct").text
    with api.open_repository(tmp_path / "库") as repository:
        (row,) = api.status(repository, NAME)
    assert [one.act.word for one in row.decisions] == ["更正"]
    assert row.state == "未回"


@pytest.mark.parametrize(("due", "is_told"), [("2020-10-31", True), ("2999-10-31", False)])
def test_a_date_that_has_passed_is_told_before_anything_goes_out(
    office: Server, due: str, *, is_told: bool
) -> None:
    preview = drop(office, "项目名称,实施单位\n甲,甲局\n", due=due)
    assert (f"截止日期 {due} 已经过了" in preview.text) is is_told
