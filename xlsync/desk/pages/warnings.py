"""Warnings: everything that has to be seen of what a round accepted, to be ticked off."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from xlsync import api
from xlsync.desk.endpoints import desk_of, posted, round_of, shown
from xlsync.desk.guarding import see_other
from xlsync.desk.pages.ledger import link, one_page
from xlsync.desk.rendering import page, path_part
from xlsync.desk.unit_choice import chosen_units, unit_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.desk.receiving import Sent
    from xlsync.desk.refusals import Refusal
    from xlsync.form import Forms
    from xlsync.repository import Repository
    from xlsync.rounds.checking.ticking import RoundWarning

_PAGE = 100
_SMALL = 2 * 1024 * 1024


def _warnings(repository: Repository, name: str, forms: Forms) -> Sequence[RoundWarning]:
    """All warnings of a round; none where nothing went out or came in yet."""
    known = name in api.rounds(repository)
    return api.round_warnings(repository, name, forms) if known else []


def _show(request: Request, refusal: Refusal | None = None) -> Response:
    desk, name, query = desk_of(request), round_of(request), request.query_params
    unit, code = query.get("unit", ""), query.get("code", "")
    is_all = "all" in query
    with desk.repository() as repository:
        tree = desk.remember(repository, api.units)
        every = desk.remember(repository, _warnings, name, with_forms=True)
    asked = [one for one in every if is_all or one.is_open]
    is_wanted = chosen_units(tree, unit)
    found = [one for one in asked if is_wanted(one.group) and code in {"", one.problem.code}]
    rows, number, pages = one_page(found, query, _PAGE)
    return page(
        request,
        "warnings",
        at="warnings",
        round=name,
        units=unit_options(tree, (one.group for one in asked)),
        kinds=_kinds(asked),
        rows=rows,
        count=len(found),
        open_count=sum(one.is_open for one in every),
        every=len(every),
        number=number,
        pages=pages,
        chosen={"unit": unit, "code": code},
        is_all=is_all,
        link=partial(link, query),
        refusal=refusal,
    )


def _kinds(found: Sequence[RoundWarning]) -> list[tuple[str, str, int]]:
    """Each code with what one of its warnings says, and how many there are."""
    counts = Counter(one.problem.code for one in found)
    says = {one.problem.code: one.problem.message for one in reversed(found)}
    return [(code, says[code], counts[code]) for code in sorted(counts)]


def _tick(request: Request, sent: Sent) -> Response:
    """Tick the chosen ones off, or take one back."""
    desk, name = desk_of(request), round_of(request)
    again = sent.value("again")
    marks = [again] if again else sent.values.get("mark", [])
    if not marks:
        raise api.XlsyncError("没有勾选提醒。请先勾选已经核对过的。")
    with desk.repository() as repository:
        made = api.tick(repository, name, marks, desk.forms, is_done=not again)
    told = f"已重新列出 {made.count} 条。" if again else f"已核对 {made.count} 条。"
    if made.unknown:
        told += f"{len(made.unknown)} 条已不在：项目刚有变动。"
    query = {key: value for key, value in request.query_params.items() if key != "told"}
    return see_other(f"/round/{path_part(name)}/warnings?{urlencode({**query, 'told': told})}")


_HERE = "/round/{year}/{name}/warnings"
ROUTES = [shown(_HERE, _show), posted(_HERE, _tick, _SMALL, _show)]
