"""Reviewing and ticking off by clicking: many at once, bound to what was seen, taken back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from clients import soffice
from desk_server import end_of

from xlsync import api

if TYPE_CHECKING:
    from pathlib import Path

    from desk_server import Server

pytestmark = pytest.mark.slow

NAME = "2023/一上"
HERE = f"/round/{NAME}/reviewing"
WARNINGS = f"/round/{NAME}/warnings"


def picks(text: str, name: str) -> list[str]:
    """The values of the boxes that can be ticked on a page."""
    return re.findall(rf'type="checkbox" name="{name}" value="([^"]+)"', text)


def send(server: Server, path: str, *pairs: tuple[str, str]) -> tuple[int, str]:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode(pairs).encode()
    answer = server.ask(path, method="POST", body=body, headers=form)
    return answer.status, answer.text


def verdicts(town: Path) -> list[str]:
    with api.open_repository(town) as repository:
        return [one.verdict for one in api.status(repository, NAME) if one.verdict]


def test_many_are_reviewed_at_once_and_it_is_taken_back(own_server: Server, town: Path) -> None:
    seen = picks(own_server.ask(f"{HERE}?warned=没有").text, "pick")
    assert len(seen) > 1
    boxes = [("pick", one) for one in seen]
    assert send(own_server, HERE, *boxes, ("verdict", "通过"), ("reason", ""))[0] == 303
    assert verdicts(town) == ["通过"] * len(seen)
    left = picks(own_server.ask(HERE).text, "pick")
    assert not {*left} & {*seen}, "what is reviewed waits no more"
    undo = own_server.ask("/undo").text
    assert f"审核 {NAME}：{len(seen)} 个项目" in undo
    commit = re.findall(r'name="commit" value="(\w+)"', undo)[0]
    assert send(own_server, "/undo", ("commit", commit), ("reason", "看错了"))[0] == 303
    assert verdicts(town) == []


@pytest.mark.parametrize(("verdict", "told"), [("退回", "写明理由"), ("好", "意见应为")])
def test_a_word_without_its_reason_is_not_taken(
    own_server: Server, town: Path, verdict: str, told: str
) -> None:
    pick = picks(own_server.ask(HERE).text, "pick")[0]
    status, text = send(own_server, HERE, ("pick", pick), ("verdict", verdict), ("reason", " "))
    assert (status, verdicts(town)) == (409, [])
    assert told in text


def test_a_word_on_what_has_changed_since_is_not_taken(own_server: Server, town: Path) -> None:
    first, second = picks(own_server.ask(HERE).text, "pick")[:2]
    with api.open_repository(town) as repository:
        who = api.coordinator(repository, by="王五")
        who.rename(NAME, first.partition("@")[0], "改过的名称", "改名")
    words = (("verdict", "退回"), ("reason", "依据不足"))
    status, text = send(own_server, HERE, ("pick", first), ("pick", second), *words)
    assert status == 409
    assert "又有变动，意见未采用" in text
    assert "依据不足" in text, "what was typed is still there"
    assert verdicts(town) == ["退回"]


def test_a_reviewer_without_the_page_gets_a_workbook(server: Server) -> None:
    answer = server.ask(f"{HERE}/book")
    assert answer.status == 200
    assert answer.data.startswith(b"PK")


def test_a_warning_is_ticked_off_and_listed_again(own_server: Server, town: Path) -> None:
    marks = picks(own_server.ask(WARNINGS).text, "mark")
    assert marks
    assert send(own_server, WARNINGS, ("mark", marks[0]))[0] == 303
    assert picks(own_server.ask(WARNINGS).text, "mark") == marks[1:]
    everything = own_server.ask(f"{WARNINGS}?all=1").text
    assert "已核对" in everything
    assert re.findall(r'name="again" value="(\w+)"', everything) == [marks[0]]
    assert send(own_server, WARNINGS, ("again", marks[0]))[0] == 303
    assert picks(own_server.ask(WARNINGS).text, "mark") == marks
    assert send(own_server, WARNINGS)[0] == 409
    with api.open_repository(town) as repository:
        assert all(one.is_open for one in api.round_warnings(repository, NAME))


def test_totals_are_added_up_by_the_tree_and_taken_along(
    own_server: Server, town: Path, tmp_path: Path
) -> None:
    with api.open_repository(town) as repository:
        groups = sorted({one.group for one in api.status(repository, NAME)})
        rows = ["单位名称,上级单位", "全镇,", *(f"{one},全镇" for one in groups[:2])]
        (tmp_path / "单位.csv").write_text("\n".join(rows), encoding="utf-8")
        api.keep_units(repository, api.read_units(tmp_path / "单位.csv").tree)
        (made,) = api.totals(repository, NAME)
        tree = api.units(repository)
    at = made.charted[0]
    rolled = {one.name: one.figures[at] for one in made.rolled(tree)}
    own = {name: row[at] for name, row in made.units}
    assert rolled["全镇"] == own[groups[0]] + own[groups[1]]
    assert [one.depth for one in made.rolled(tree)][:3] == [0, 1, 1]
    assert sum(own.values()) == made.sums[at]
    here = f"/round/{NAME}/totals"
    shown = own_server.ask(f"{here}?unit=全镇").text
    assert f"{rolled['全镇']:,}" in shown
    counts = [row[0] for name, row in made.units if name in groups[:2]]
    assert f'<td class="number"><b>{sum(counts)}</b></td>' in shown, "projects have no decimals"
    for ending, first in (("xlsx", b"PK"), ("csv", b"PK"), ("jsonl", b"{"), ("parquet", b"PAR1")):
        assert own_server.ask(f"{here}/{ending}?unit=全镇").data.startswith(first), ending
    sides = "old=2023/一上&new=2023/二上"
    assert f"/compare/book.xlsx?{sides[:4]}" in own_server.ask("/round/2023/二上/totals").text
    assert own_server.ask(f"/compare/book.xlsx?{sides}").data.startswith(b"PK")


@pytest.mark.client
def test_the_forms_of_a_unit_become_one_pdf(own_server: Server, town: Path, tmp_path: Path) -> None:
    soffice()
    with api.open_repository(town) as repository:
        group = api.status(repository, NAME)[0].group
        (tmp_path / "单位.csv").write_text(f"单位名称\n{group}", encoding="utf-8")
        api.keep_units(repository, api.read_units(tmp_path / "单位.csv").tree)
    answer = own_server.send(f"/round/{NAME}/totals/print", {"unit": group})
    page = end_of(own_server, answer.headers["location"])
    (address,) = re.findall(r'href="([^"]+/printed/[^"]+)"', page)
    assert own_server.ask(address).data.startswith(b"%PDF")


def test_units_are_chosen_with_all_below_them(
    own_server: Server, town: Path, tmp_path: Path
) -> None:
    with api.open_repository(town) as repository:
        groups = sorted({one.group for one in api.status(repository, NAME)})
        rows = ["单位名称,上级单位", "全镇,", *(f"{one},全镇" for one in groups[:2])]
        (tmp_path / "单位.csv").write_text("\n".join(rows), encoding="utf-8")
        api.keep_units(repository, api.read_units(tmp_path / "单位.csv").tree)
        wanted = [one for one in api.status(repository, NAME) if one.group in groups[:2]]
    for path in (f"/round/{NAME}/ledger", HERE, WARNINGS):
        page = own_server.ask(f"{path}?unit=全镇")
        assert page.status == 200
        assert re.search(r'<option value="全镇" selected>全镇（\d+）', page.text), path
    ledger = own_server.ask(f"/round/{NAME}/ledger?unit=全镇").text
    assert f"{len(wanted)} 个项目" in ledger


def test_what_was_not_audited_is_not_told_to_be_in_order(own_server: Server) -> None:
    page = own_server.ask(f"/round/{NAME}/auditing").text
    assert "还没有导入控制数，单位合计没有核对" in page
    assert "没有超过控制数" not in page
