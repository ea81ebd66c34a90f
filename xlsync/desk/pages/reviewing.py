"""Reviewing: what a reviewer has to see of each project, and his word, on many at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from xlsync import api
from xlsync.desk.downloads import made_archive
from xlsync.desk.endpoints import desk_of, posted, round_of, shown
from xlsync.desk.guarding import see_other
from xlsync.desk.pages.ledger import link, narrowed, one_page, standings_of
from xlsync.desk.refusals import FieldError, Refusal, mistyped_at
from xlsync.desk.rendering import page, path_part
from xlsync.desk.unit_choice import unit_options
from xlsync.report.words.overview import overview

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.base.problems import Problem
    from xlsync.desk.receiving import Sent
    from xlsync.rounds.state.standing import Standing

_PAGE = 50
_SMALL = 2 * 1024 * 1024
_VERDICTS = ("通过", "有条件通过", "退回")
_TO_DO = "待审"
_STATES = (_TO_DO, "已审", "退回修改")
_WARNED = {"有": True, "没有": False}


def _fits(one: Standing, state: str, warned: str) -> bool:
    """Whether a project is in the state, and has warnings or none, as asked for."""
    if one.record is None or (one.verdict is None and one.state != "已收"):
        return False
    is_state = one.verdict is None if state == _TO_DO else one.is_in(state) if state else True
    return is_state and (warned not in _WARNED or bool(one.warnings) is _WARNED[warned])


def _show(
    request: Request, refusal: Refusal | None = None, wrong: Sequence[Problem] = ()
) -> Response:
    desk, name, query = desk_of(request), round_of(request), request.query_params
    state, warned = query.get("reviewed", _TO_DO), query.get("warned", "")
    with desk.repository() as repository:
        rows = desk.remember(repository, standings_of, name)
        tree = desk.remember(repository, api.units)
        asked = [one for one in narrowed(rows, query, tree) if _fits(one, "", "")]
        found = [one for one in asked if _fits(one, state, warned)]
        some, number, pages = one_page(found, query, _PAGE)
        seen = api.review_rows(repository, name, [str(one.record) for one in some], desk.forms)
    said = {one.record: one for one in some}
    return page(
        request,
        "reviewing",
        at="reviewing",
        round=name,
        overview=overview(name, rows),
        units=unit_options(tree, (one.group for one in rows if _fits(one, "", ""))),
        states=_STATES,
        verdicts=_VERDICTS,
        waiting=sum(_fits(one, _TO_DO, "") for one in asked),
        rows=[(one, said[one.record]) for one in seen],
        count=len(found),
        number=number,
        pages=pages,
        chosen={"unit": query.get("unit", ""), "reviewed": state, "warned": warned},
        link=partial(link, query),
        wrong=wrong,
        refusal=refusal,
    )


def _say(request: Request, sent: Sent) -> Response:
    """Take one word for all projects that were ticked, each as it was seen."""
    desk, name = desk_of(request), round_of(request)
    picked = [one.partition("@") for one in sent.values.get("pick", [])]
    if not picked:
        raise FieldError("没有勾选项目。请先勾选要审核的项目。", at="pick")
    verdict, reason = sent.value("verdict"), sent.value("reason")
    words = [api.review_word(record, verdict, reason, saw) for record, _, saw in picked]
    with desk.repository() as repository, mistyped_at("reason"):
        made = api.review(repository, name, words)
    if made.problems:
        return _show(request, Refusal("", "said", sent.values), made.problems)
    told = (
        f"已记下 {made.taken + made.unchanged} 个项目的意见：{verdict}。要反悔，可以撤销最近一步。"
    )
    query = {key: value for key, value in request.query_params.items() if key != "told"}
    back = urlencode({**query, "told": told})
    return see_other(f"/round/{path_part(name)}/reviewing?{back}")


def _book(request: Request) -> Response:
    """The workbook for a reviewer who has no page; it is collected like any file."""
    desk, name = desk_of(request), round_of(request)

    def make(path: Path) -> list[Path]:
        with desk.repository() as repository:
            return [api.write_review(repository, name, path.parent, desk.forms, force=True)]

    return made_archive(make, f"{name} 审核意见表.zip", "审核")


_HERE = "/round/{year}/{name}/reviewing"
ROUTES = [
    shown(_HERE, _show),
    posted(_HERE, _say, _SMALL, _show),
    shown(f"{_HERE}/book", _book),
]
