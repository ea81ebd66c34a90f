"""The first page: all rounds, where each stands, and what is to be done next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync import api
from xlsync.desk.endpoints import desk_of, round_of, shown
from xlsync.desk.guarding import see_other
from xlsync.desk.rendering import page, path_part
from xlsync.report.overview import overview

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.report.overview import Overview
    from xlsync.repository import Repository


def overview_of(repository: Repository, name: str) -> Overview:
    """A round of a repository in figures; one that nothing went out in yet has none."""
    known = name in api.rounds(repository)
    return overview(name, api.status(repository, name) if known else ())


def _show(request: Request, wrong: str = "") -> Response:
    desk = desk_of(request)
    with desk.repository() as repository:
        found = [desk.remember(repository, overview_of, one) for one in api.rounds(repository)]
    typed = {key: request.query_params.get(key, "") for key in ("year", "name")}
    status = 400 if wrong else 200
    return page(
        request, "rounds", status=status, at="rounds", rounds=found[::-1], wrong=wrong, **typed
    )


def _begin(request: Request) -> Response:
    """Go to a round, also one that is not there yet: it begins with what goes out in it."""
    query = request.query_params
    name = f"{query.get('year', '').strip()}/{query.get('name', '').strip()}"
    if not api.is_round(name):
        wrong = "年度请填四位数字，轮次请填一个简短的名称，例如 2024 和 一上。"
        return _show(request, wrong)
    return see_other(f"/round/{path_part(name)}/sending")


def _enter(request: Request) -> Response:
    """A round's own address leads to where its work is."""
    desk, name = desk_of(request), round_of(request)
    with desk.repository() as repository:
        place = desk.remember(repository, overview_of, name).place
    return see_other(f"/round/{path_part(name)}/{place}")


ROUTES = [
    shown("/", _show),
    shown("/round", _begin),
    shown("/round/{year}/{name}", _enter),
]
