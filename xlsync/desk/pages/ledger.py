"""The ledger: every project of a round, to be narrowed, sorted, paged and taken along."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

from xlsync import api
from xlsync.api import XlsyncError
from xlsync.desk.downloads import made_attachment
from xlsync.desk.endpoints import desk_of, round_of, shown
from xlsync.desk.rendering import page
from xlsync.desk.unit_choice import chosen_units, unit_options
from xlsync.report.words.overview import overview

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.datastructures import QueryParams
    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.desk.state import Desk
    from xlsync.repository import Repository
    from xlsync.rounds.kept.outcomes import State
    from xlsync.rounds.kept.units import UnitTree
    from xlsync.rounds.state.standing import Standing

Kind = TypeVar("Kind")

_PAGE = 100
_ASKED = ("unit", "state", "text", "within", "by", "sort")
_STATES = ("未回", "已收", "退回", "冲突", "已审", "退回修改", "取消")
_LATE = "逾期"
_WITHIN = {"0": 0, "3": 3, "7": 7, "14": 14, "30": 30}
"""Days in which what is waited for falls due, as the page offers them."""
_SORTS: dict[str, Callable[[Standing], object]] = {
    "unit": attrgetter("group", "title"),
    "title": attrgetter("title"),
    "state": attrgetter("shown", "group", "title"),
    "due": lambda one: one.due or "9",
    "sent": lambda one: one.sent or "",
    "returned": lambda one: one.returned or "",
    "errors": lambda one: (-one.errors, -one.warnings),
}


def standings_of(repository: Repository, name: str) -> Sequence[Standing]:
    """Every project of a round; none where nothing went out or came in yet."""
    return api.status(repository, name) if name in api.rounds(repository) else []


def narrowed(rows: Sequence[Standing], query: QueryParams, tree: UnitTree) -> list[Standing]:
    """The rows of the unit, state, date and text that were asked for, sorted as asked for."""
    unit, state, text = (query.get(key, "").strip() for key in ("unit", "state", "text"))
    is_wanted = chosen_units(tree, unit)
    within, by = query.get("within", ""), day_asked(query)
    found = [
        one
        for one in rows
        if is_wanted(one.group)
        and (not state or one.is_in(state) or (state == _LATE and (one.days_late or 0) > 0))
        and (not text or text in one.title or text in one.group)
        and (within not in _WITHIN or one.is_due_within(_WITHIN[within]))
        and (by is None or one.is_due_by(by))
    ]
    key = _SORTS.get(query.get("sort", ""))
    if key is not None:
        found.sort(key=key)  # type: ignore[arg-type]  # the keys of one way compare
    return found[::-1] if "down" in query else found


def day_asked(query: QueryParams) -> dt.date | None:
    """The day by which projects are to be due; None where none was asked for, or it is no day."""
    with suppress(ValueError):
        return dt.date.fromisoformat(query.get("by", "").strip())
    return None


def warm(desk: Desk) -> None:
    """Find out what the ledger of the newest round shows, before anybody asks for it."""
    with suppress(XlsyncError, OSError), desk.repository() as repository:
        for name in api.rounds(repository)[-1:]:
            _ask(desk, repository, name)


def _ask(
    desk: Desk, repository: Repository, name: str
) -> tuple[Sequence[Standing], UnitTree, Mapping[State, int]]:
    """The projects of a round, the units, and what came that belongs to no project."""
    rows = desk.remember(repository, standings_of, name)
    others = desk.remember(repository, api.other_forms, name) if rows else {}
    return rows, desk.remember(repository, api.units), others


def _show(request: Request) -> Response:
    desk, name, query = desk_of(request), round_of(request), request.query_params
    with desk.repository() as repository:
        rows, tree, others = _ask(desk, repository, name)
    found = narrowed(rows, query, tree)
    shown_rows, number, pages = one_page(found, query, _PAGE)
    return page(
        request,
        "ledger",
        at="ledger",
        round=name,
        overview=overview(name, rows),
        others=others,
        units=unit_options(tree, (one.group for one in rows)),
        states=(*_STATES, _LATE),
        rows=shown_rows,
        count=len(found),
        number=number,
        pages=pages,
        chosen={key: query.get(key, "") for key in _ASKED},
        within=_WITHIN,
        is_no_day=bool(query.get("by", "").strip()) and day_asked(query) is None,
        is_down="down" in query,
        link=partial(link, query),
        sort_link=partial(_sort_link, query),
    )


def one_page(
    found: Sequence[Kind], query: QueryParams, size: int
) -> tuple[Sequence[Kind], int, int]:
    """The rows of the page that was asked for, its number, and how many pages there are."""
    pages = max(1, -(-len(found) // size))
    number = min(max(1, int(query["page"])), pages) if query.get("page", "").isdecimal() else 1
    return found[(number - 1) * size : number * size], number, pages


def link(query: QueryParams, **changed: object) -> str:
    """The same page with something else chosen."""
    wanted = {**query, **changed}
    return "?" + urlencode({key: value for key, value in wanted.items() if value is not None})


def _sort_link(query: QueryParams, key: str) -> str:
    turned = query.get("sort") == key and "down" not in query
    return link(query, sort=key, down=1 if turned else None, page=None)


def _download(request: Request) -> Response:
    desk, name = desk_of(request), round_of(request)
    with desk.repository() as repository:
        tree = desk.remember(repository, api.units)
        rows = narrowed(desk.remember(repository, standings_of, name), request.query_params, tree)
        return made_attachment(
            lambda path: api.write_ledger(
                path, name, rows, repository=repository, forms=desk.forms
            ),
            f"{name} 台账.xlsx",
        )


ROUTES = [
    shown("/round/{year}/{name}/ledger", _show),
    shown("/round/{year}/{name}/ledger/download", _download),
]
