"""The page of changes: whole, escaped, locked; and in a browser, filtered, narrow and printed."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import threading
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from clients import browse
from diff_sample import MAPPING, record, row
from html_page import Element, parsed

from xlsync.records import RecordDelta, compare_record
from xlsync.report.page.rendering import render
from xlsync.report.words.funds import funds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.base.record import Json, Record

NASTY = [
    '<script>document.title="taken"</script>',
    '"><img src=x onerror="document.title=\'taken\'">',
    "'><svg onload=document.title='taken'>",
    "</style><script>document.title='taken'</script>",
    "</script><script>document.title='taken'</script>",
    "<!--",
    "]]>",
    "{{ 7 * 7 }}{% include 'x' %}",
    "javascript:document.title='taken'",
    "&lt;b&gt; &amp; &#60;",
    "正\u202e反\u2066\u200b\u2028\u2029\x00\x1b\x7f\ud800",
    "行一\n行二\r\n行三",
]
TAGS = re.compile(
    "html|head|meta|title|style|body|header|h1|h2|h3|p|bdi|ul|li|a|b|nav|section|table|caption|"
    "thead|tbody|tfoot|tr|th|td|div|label|select|option|main|article|small|span|ins|del|script"
)
ATTRIBUTES = re.compile(
    "lang|charset|http-equiv|content|name|class|id|href|scope|data-unit|data-kind|value|hidden|role"
)


def delta(old: Record | None, new: Record | None, record_id: str = "r1") -> RecordDelta:
    made = compare_record(MAPPING, record_id, old, new)
    assert made is not None
    return made


def project(name: str, unit: str, **more: Json) -> Record:
    return record(name=name, unit=unit, **more)


def money(amount: str | None) -> Record:
    return {"total": amount}


def some_changes() -> list[RecordDelta]:
    """Two units with funds up, funds down, a reworded goal and a row that came."""
    goal = "理顺各项程序，指导任期届满的委员会及时改选。"
    return [
        delta(
            project("甲", "一室", cost=money("100.00"), goal=goal),
            project("甲", "一室", cost=money("300.00"), goal=goal.replace("及时", "按期")),
            "a",
        ),
        delta(
            project("乙", "二室", cost=money("5000.00")),
            project("乙", "二室", cost=money("4000.00")),
            "b",
        ),
        delta(project("丙", "二室"), {**project("丙", "二室"), "items": [row("笔")]}, "c"),
    ]


def page_of(*records: RecordDelta, old: str = "2024/一上", new: str = "2024/二上") -> str:
    return render(old, new, records).decode()


def test_the_page_says_what_changed() -> None:
    root = parsed(page_of(*some_changes()))
    assert root.shown("h3") == ["甲 a", "乙 b", "丙 c"]
    assert root.shown("h2") == ["资金增减", "一室", "二室"]
    assert root.shown("del") == ["及时"]
    assert "按期" in root.shown("ins")
    assert "3 个项目有变化：改动 3，新增 0，取消 0。" in root.shown("p")
    (title,) = root.all("title")
    assert title.text == "修订对照：2024/一上 → 2024/二上"


def test_sums_stand_by_unit_and_in_total() -> None:
    root = parsed(page_of(*some_changes()))
    rows = [" ".join(cell.text for cell in one.inside) for one in root.all("table")[0].all("tr")]
    assert rows[1:] == [
        "一室 1 100.00 300.00 +200.00",
        "二室 1 5,000.00 4,000.00 -1,000.00",
        "全部单位合计 2 5,100.00 4,300.00 -800.00",
    ]


def test_the_same_changes_make_the_same_bytes() -> None:
    assert render("一", "二", some_changes()) == render("一", "二", some_changes())


def test_no_change_is_a_page_as_well() -> None:
    root = parsed(page_of())
    assert "没有变化。" in root.shown("p")
    assert not root.all("article")
    assert not root.all("select")


def test_new_and_gone_projects_have_a_mark() -> None:
    made = {**project("甲", "一室", cost=money("100.00")), "items": [row("笔"), row("纸")]}
    root = parsed(page_of(delta(None, made, "a"), delta(made, None, "b")))
    assert [one.text for one in root.all("span") if one.attributes["class"] == "what"] == [
        "新增项目",
        "取消项目",
    ]
    assert root.shown("ins") == ["2 条"]
    assert root.shown("del") == ["2 条"]


def test_a_long_text_keeps_what_stands_around_its_changes() -> None:
    goal = "".join(f"第{number}句。" for number in range(500))
    root = parsed(
        page_of(delta(record(goal=goal), record(goal=goal.replace("第250句", "新的一句"))))
    )
    (text,) = [one.text for one in root.all("bdi") if "long" in one.attributes.get("class", "")]
    assert root.shown("ins") == ["新的一"]
    assert len(text) < 300
    skipped = sum(int(count) for count in re.findall(r"略 (\d+) 字", text))
    shown = len(re.sub(r"……（略 \d+ 字）……", "", text)) - len("".join(root.shown("ins")))
    assert skipped + shown == len(goal)


def test_a_line_break_that_came_or_went_shows() -> None:
    root = parsed(page_of(delta(record(goal="甲乙丙\n丁戊己"), record(goal="甲乙丙丁戊\n己"))))
    assert root.shown("del") == ["↵"]
    assert root.shown("ins") == ["↵\n"]


def test_nothing_of_a_form_becomes_markup() -> None:
    for nasty in NASTY:
        old = {**record(row(nasty, sign=nasty, note=nasty)), "goal": "好", "name": "甲"}
        new = {
            **record(row("纸", top=nasty)),
            "goal": nasty,
            "name": nasty,
            "unit": nasty,
            nasty: 1,
        }
        records = [delta(old, new, nasty), delta(None, new, nasty), delta(new, None, nasty)]
        page = page_of(*records, old=nasty, new=nasty)
        root = parsed(page)
        for one in _every(root):
            assert TAGS.fullmatch(one.tag), nasty
            assert all(map(ATTRIBUTES.fullmatch, one.attributes)), nasty
        assert {one.attributes["href"][:1] for one in root.all("a")} <= {"#"}
        assert len(root.all("script")) == len(root.all("style")) == 1
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\u202e\u2066]", page)
        first = nasty.splitlines()[0]
        assert first in root.text or "〔U+" in root.text


def _every(element: Element) -> Iterator[Element]:
    for part in element.inside:
        yield part
        yield from _every(part)


@pytest.mark.parametrize("nasty", ["", *NASTY])
def test_the_policy_knows_the_style_and_the_script_and_nothing_else(nasty: str) -> None:
    root = parsed(page_of(*some_changes(), old=nasty or "一"))
    (policy,) = [
        one.attributes["content"]
        for one in root.all("meta")
        if one.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    known = {}
    for tag in ("style", "script"):
        (element,) = root.all(tag)
        digest = hashlib.sha256(element.text.encode()).digest()
        known[tag] = f"'sha256-{base64.b64encode(digest).decode()}'"
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src {known['style']}",
        f"script-src {known['script']}",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_each_printed_page_is_headed_by_the_title() -> None:
    root = parsed(page_of(old='"; } </style>', new="二"))
    (heading,) = re.findall(
        r'@top-left { content: "((?:\\[0-9a-f]{6})*)"; ', root.all("style")[0].text
    )
    characters = [chr(int(code, 16)) for code in heading.split("\\")[1:]]
    assert "".join(characters) == root.all("title")[0].text == '修订对照："; } </style> → 二'


def test_the_page_loads_nothing() -> None:
    page = page_of(*some_changes())
    assert not re.search(r"https?:|url\(|@import|src=|<link", page)


def test_a_project_that_went_to_another_unit_takes_its_funds_along() -> None:
    old, new = project("甲", "一室", cost=money("7.00")), project("甲", "二室", cost=money("9.00"))
    (found,) = funds([delta(old, new)])
    assert {name: (one.old, one.new) for name, one in found.groups.items()} == {
        "二室": (Decimal(7), Decimal(9)),
    }
    assert (found.total.difference, len(found.total.records)) == (Decimal(2), 1)
    options = [one.text for one in parsed(page_of(delta(old, new))).all("option")]
    assert "二室（1）" in options


def test_sums_take_an_empty_amount_for_nothing_and_leave_out_what_did_not_change() -> None:
    deltas = [
        delta(record(cost=money(None)), record(cost=money("100.00"))),
        delta(record(cost=money("8.00")), record(cost=money("8.00"), goal="新")),
        delta(None, record(cost=money("5.00")), "r2"),
    ]
    (found,) = funds(deltas)
    assert (found.total.old, found.total.new) == (Decimal(0), Decimal(105))
    assert found.total.records == {"r1", "r2"}
    assert funds([delta(record(), record(goal="新"))]) == []


# ---- in a browser ------------------------------------------------------------------


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("browser")


def opened(page: str, profile: Path, fragment: str = "") -> Element:
    path = profile / "page.html"
    path.write_text(page, encoding="utf-8")
    return parsed(browse(path.as_uri() + fragment, profile / "profile"))


@pytest.mark.client
@pytest.mark.parametrize(
    ("fragment", "titles", "note"),
    [
        ("", ["甲 a", "乙 b", "丙 c"], ""),
        (f"#kind={quote('资金减少')}", ["乙 b"], "只显示：资金减少，共 1 个项目。"),
        ("#unit=2", ["乙 b", "丙 c"], "只显示：二室，共 2 个项目。"),
        (f"#unit=1&kind={quote('文字修改')}", ["甲 a"], "只显示：一室，文字修改，共 1 个项目。"),
        (f"#unit=1&kind={quote('增加指标')}", [], "只显示：一室，增加指标，共 0 个项目。"),
        ("#kind=<script>&unit=99", ["甲 a", "乙 b", "丙 c"], ""),
    ],
)
def test_the_address_says_what_is_shown(
    profile: Path, fragment: str, titles: list[str], note: str
) -> None:
    root = opened(page_of(*some_changes()), profile, fragment)
    assert root.shown("h3") == titles
    (shown,) = [one.text for one in root.all("p") if one.attributes.get("id") == "shown"]
    assert shown == note
    assert len(root.shown("select")) == 2


@pytest.mark.client
def test_a_kind_hides_the_other_changes_of_its_projects(profile: Path) -> None:
    root = opened(page_of(*some_changes()), profile, f"#kind={quote('文字修改')}")
    (article,) = [one for one in root.all("article") if one.is_shown]
    assert [one.is_shown for one in article.all("table")] == [False]
    assert article.shown("del") == ["及时"]


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """The address of a server, and what was asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.client
@pytest.mark.parametrize("is_locked", [True, False])
def test_even_unescaped_markup_does_nothing(
    profile: Path, listener: tuple[str, list[str]], *, is_locked: bool
) -> None:
    """The page as it would be if a text had not been escaped; without the policy it is taken."""
    address, asked = listener
    payload = (
        f'<img src="{address}/img" onerror="document.title=\'taken\'">'
        f'<script>document.title="taken"; fetch("{address}/fetch")</script>'
        f'<link rel="stylesheet" href="{address}/style"><iframe src="{address}/frame"></iframe>'
    )
    page = page_of(*some_changes()).replace("<main", f"{payload}<main")
    if not is_locked:
        page = re.sub(r"<meta http-equiv[^>]*>", "", page)
    path = profile / "page.html"
    path.write_text(page, encoding="utf-8")
    shown = browse(path.as_uri(), profile / "profile")
    assert ("<title>taken</title>" in shown) != is_locked
    assert bool(asked) != is_locked
    assert 'id="filter" hidden' not in shown


@pytest.mark.client
def test_the_fields_of_a_form_run_nothing(profile: Path, listener: tuple[str, list[str]]) -> None:
    address, asked = listener
    nasty = [*NASTY, f'"><img src="{address}/x">', f"<script src='{address}/y'></script>"]
    records = [
        delta(record(goal="好"), {**record(row(text)), "goal": text, "name": text, "unit": text})
        for text in nasty
    ]
    root = opened(page_of(*records, old=nasty[3], new=nasty[1]), profile, "#unit=1")
    (title,) = root.all("title")
    assert title.text.startswith("修订对照：")
    assert asked == []


@pytest.mark.client
@pytest.mark.parametrize("width", [320, 390, 768])
def test_no_width_needs_scrolling_aside(profile: Path, width: int) -> None:
    long = "很长的名称" * 40 + "x" * 400
    page = page_of(
        *some_changes(),
        delta(
            project(long, long, cost=money("9999999999999.00"), goal=long),
            project(long, long, cost=money("-9999999999999.00"), goal=f"{long}y"),
            "d",
        ),
    )
    frame = (
        f'<!doctype html><title></title><iframe id="frame" width="{width}" height="800" '
        f'srcdoc="{html.escape(page)}"></iframe><script>onload = () => {{ document.title = '
        "frame.contentDocument.documentElement.scrollWidth + ' ' + "
        "frame.contentDocument.documentElement.clientWidth }</script>"
    )
    path = profile / "frame.html"
    path.write_text(frame, encoding="utf-8")
    shown = browse(path.as_uri(), profile / "profile")
    (sizes,) = re.findall("<title>(.*?)</title>", shown.partition("<iframe")[0])
    needed, given = map(int, sizes.split())
    assert 0 < needed <= given


@pytest.mark.client
def test_it_prints_on_pages_of_a4(profile: Path) -> None:
    text = "".join(f"第{number}句的内容在这里。" for number in range(40))
    records = [
        delta(None, project(f"项目{number}", "一室", cost=money("1.00")), str(number))
        for number in range(20)
    ] + [delta(record(goal="好"), record(goal=text), "x")]
    path = profile / "print.html"
    path.write_text(page_of(*records), encoding="utf-8")
    printed = profile / "print.pdf"
    browse(path.as_uri(), profile / "profile", do=f"--print-to-pdf={printed}")
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed.read_bytes())
    assert len(boxes) > 1
    for wide, high in boxes:
        assert (round(float(wide)), round(float(high))) == (595, 842)
