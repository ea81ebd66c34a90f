"""A form that is refused comes back as it was sent, with the reason at the field it is about."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from desk_browser import NARROW, axe, faults, visiting
from desk_server import MULTIPART, multipart, serving

from xlsync import api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from desk_server import Answer, Server
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow

NAME, RECORD = "2023/一上", "413713e43b07"
HERE = f"/round/{NAME}"
PROJECT = f"{HERE}/project/{RECORD}"
UNIT = "上海市普陀区长征镇财政所"
NEVER = "/no/such/folder"


@dataclass(frozen=True)
class Refused:
    """A form that cannot be taken: where it is sent, what is said, and at which field."""

    path: str
    values: dict[str, str]
    said: str
    at: str = ""
    kept: tuple[str, ...] = ()
    """Texts that were typed, and stand in the form again."""
    files: list[tuple[str, str, bytes]] | None = field(default=None)


FORMS = {
    "move": Refused(
        f"{PROJECT}/decide",
        {"act": "move", "to": "没有的局", "reason": "机构调整"},
        "新的单位请先补进单位名单",
        "move-to",
        ("没有的局", "机构调整"),
    ),
    "move confirmed": Refused(
        f"{PROJECT}/decide",
        {"act": "move", "to": "没有的局", "reason": "机构调整", "confirm": "1"},
        "长征镇财政所",
        "move-to",
        ("没有的局", "机构调整"),
    ),
    "move nowhere": Refused(
        f"{PROJECT}/decide",
        {"act": "move", "to": UNIT, "reason": "机构调整"},
        "已经是这样",
        "move-to",
        (UNIT, "机构调整"),
    ),
    "rename": Refused(
        f"{PROJECT}/decide",
        {"act": "rename", "to": "应急预备费", "reason": " "},
        "请写明理由",
        "rename-why",
        ("应急预备费",),
    ),
    "cancel": Refused(
        f"{PROJECT}/decide", {"act": "cancel", "reason": ""}, "请写明理由", "cancel-why"
    ),
    "deadline": Refused(
        f"{HERE}/reminding/due",
        {"due": "明天", "reason": "疫情顺延"},
        "2024-10-31 这样",
        "due",
        ("明天", "疫情顺延"),
    ),
    "deadline without a reason": Refused(
        f"{HERE}/reminding/due",
        {"due": "2024-10-31", "reason": ""},
        "请写明理由",
        "reason",
        ("2024-10-31",),
    ),
    "closing": Refused(f"{HERE}/reminding/closing", {"reason": " "}, "理由", "closing-reason"),
    "reviewing nothing": Refused(
        f"{HERE}/reviewing",
        {"verdict": "退回", "reason": "金额不实"},
        "没有勾选项目",
        "pick",
        ("金额不实",),
    ),
    "reviewing without a reason": Refused(
        f"{HERE}/reviewing",
        {"verdict": "退回", "reason": "", "pick": f"{RECORD}@0"},
        "请写明理由",
        "reason",
    ),
    "warnings": Refused(f"{HERE}/warnings", {}, "没有勾选提醒"),
    "conflicts": Refused(f"{HERE}/conflicts", {"whole": "库中", "reason": "因"}, "没有勾选项目"),
    "sharing": Refused("/sharing", {"location": "共用库"}, "完整路径", "location", ("共用库",)),
    "sharing long ago": Refused("/sharing/none", {}, "请重新预览"),
    "units": Refused("/units", {"x": "1"}, "没有选择文件", "list", files=[]),
    "units long ago": Refused("/units/none", {}, "请重新选择文件"),
    "ceilings": Refused(f"{HERE}/auditing", {"x": "1"}, "没有选择文件", "list", files=[]),
    "ceilings long ago": Refused(f"{HERE}/auditing/none", {}, "请重新选择文件"),
    "roster": Refused(
        f"{HERE}/sending",
        {"contact": "财政所 张三", "mail": "1", "sender": "镇财政所"},
        "没有选择名册",
        "roster",
        ("财政所 张三", "镇财政所"),
        files=[],
    ),
    "roster with a wrong date": Refused(
        f"{HERE}/sending",
        {"contact": "财政所 张三", "due": "明天"},
        "2024-10-31 这样",
        "due",
        ("财政所 张三", "明天"),
        files=[("roster", "名册.csv", b"x")],
    ),
    "roster of an unknown unit": Refused(
        f"{HERE}/sending",
        {"contact": "财政所 张三", "form": "project-goal-2023", "under": "没有的局"},
        "没有的局",
        "",
        ("财政所 张三",),
        files=[("roster", "名册.csv", "项目名称,实施单位\n甲,甲局\n".encode())],
    ),
    "roster long ago": Refused(f"{HERE}/sending/none", {}, "请重新选择名册"),
    "columns long ago": Refused(f"{HERE}/sending/none/columns", {}, "请重新选择名册"),
    "collecting nothing": Refused(
        f"{HERE}/collecting", {"x": "1"}, "没有选择文件", "files", files=[]
    ),
    "collecting from nowhere": Refused(
        f"{HERE}/collecting", {"path": NEVER}, "没有找到", "path", (NEVER,), files=[]
    ),
    "draft": Refused(
        "/forms/draft", {"id": "goal-2027"}, "没有选择文件", "official", ("goal-2027",), files=[]
    ),
    "draft with a wrong id": Refused(
        "/forms/draft",
        {"id": "目标", "sheet": "表一"},
        "小写字母",
        "id",
        ("目标", "表一"),
        files=[("official", "空白.xlsx", b"x")],
    ),
    "draft long ago": Refused("/forms/draft/none", {}, "请重新选择空白表"),
}


def _sent(server: Server, one: Refused) -> Answer:
    if one.files is None:
        return server.send(one.path, one.values)
    body = multipart(one.files, one.values)
    return server.ask(one.path, method="POST", body=body, headers=MULTIPART)


@pytest.fixture(scope="module")
def server(season: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The page of a repository that has a list of units, so that no other one is taken."""
    town = shutil.copytree(season, tmp_path_factory.mktemp("refused") / "town")
    names = town.parent / "单位.csv"
    names.write_text(f"单位,上级单位\n{UNIT},\n", "utf-8")
    with api.open_repository(town) as repository:
        api.keep_units(repository, api.read_units(names).tree)
    with serving(town) as made:
        yield made


@pytest.mark.parametrize("name", FORMS)
def test_a_refused_form_comes_back_as_it_was_typed(name: str, server: Server) -> None:
    one = FORMS[name]
    answer = _sent(server, one)
    page = answer.text
    assert answer.status == 409, page
    assert "按浏览器的“后退”" not in page, "the general page of errors has no form"
    alert = re.search(r'<p class="wrong" role="alert"([^>]*)>([^<]*)</p>', page)
    assert alert is not None, page
    assert one.said in alert[2]
    for text in one.kept:
        assert f'value="{text}"' in page
    if one.at:
        assert f' id="{one.at}-wrong"' in alert[1]
        assert re.search(rf'aria-describedby="{one.at}-wrong"', page)
    # The page came back at the address of what was refused, and its forms belong elsewhere.
    assert re.findall(r'<form method="post"(?! action=)[^>]*>', page) == []


@pytest.mark.browser
def test_a_person_who_mistyped_a_unit_can_correct_it_at_once(
    browser: Browser, server: Server
) -> None:
    with visiting(browser, server) as visitor:
        page = visitor.go(PROJECT)
        page.get_by_text("调整到另一个单位", exact=True).click()
        page.get_by_label("新的单位").fill("长征镇财正所")
        page.locator("#move-why").fill("机构调整")
        page.get_by_role("button", name="调整到另一个单位……").click()
        unit = page.get_by_label("新的单位")
        assert unit.evaluate("one => one === document.activeElement")
        assert unit.evaluate("one => one.tabIndex") == 0
        assert unit.input_value() == "长征镇财正所"
        assert page.locator("#move-to-wrong").is_visible()
        assert page.locator("#move-why").input_value() == "机构调整"


SENDABLE = {
    f"{HERE}/reviewing": "记下意见",
    f"{HERE}/collecting": "开始收集",
    f"{HERE}/sending": "读取名册，看看会发什么",
    f"{HERE}/auditing": "读取，看看对不对",
    f"{HERE}/reminding": "改期",
    "/units": "读取，看看对不对",
    "/forms": "读取，看看认得对不对",
    "/sharing": "看看会交换什么",
    PROJECT: "改名……",
}
"""A form on each page, by its button, as it is sent with nothing filled in."""


@pytest.mark.browser
@pytest.mark.parametrize("where", SENDABLE)
def test_a_refused_form_is_as_accessible_as_any(
    where: str, browser: Browser, server: Server
) -> None:
    with visiting(browser, server, viewport=NARROW) as visitor:
        page = visitor.go(where)
        page.evaluate(
            "() => document.querySelectorAll('form').forEach((one) => {"
            "one.noValidate = true; one.querySelectorAll('[name=reason]').forEach("
            "(each) => { each.value = ''; }); })"
        )
        page.evaluate(
            "() => document.querySelectorAll('details').forEach((one) => {one.open = true; })"
        )
        page.get_by_role("button", name=SENDABLE[where], exact=True).click()
        page.locator("p.wrong[role=alert]").first.wait_for()
        assert not faults(page, axe())
        assert visitor.width() <= NARROW["width"]
        focused = page.evaluate("() => document.activeElement.tagName")
        assert focused != "BODY", "whoever cannot see is led to what is wrong"
