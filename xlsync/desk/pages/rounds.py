"""The first page: all rounds, where each stands, and what is to be done next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.background import BackgroundTask

from xlsync import api
from xlsync.desk.endpoints import desk_of, posted, round_of, shown
from xlsync.desk.guarding import see_other
from xlsync.desk.pages.ledger import standings_of, warm
from xlsync.desk.rendering import page, path_part, piece
from xlsync.report.words.overview import overview

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.desk.jobs import Job
    from xlsync.desk.receiving import Sent
    from xlsync.desk.state import Desk
    from xlsync.report.words.overview import Overview
    from xlsync.repository import Repository

_SMALL = 1024


def _overview(desk: Desk, repository: Repository, name: str) -> Overview:
    """A round in figures; one that nothing went out in yet has none."""
    is_closed = desk.remember(repository, api.round_closing, name) is not None
    return overview(name, desk.remember(repository, standings_of, name), is_closed=is_closed)


def _show(request: Request, wrong: str = "") -> Response:
    """All rounds; figures that take their time are asked for by the page once it is there."""
    desk, query = desk_of(request), request.query_params
    with desk.repository() as repository:
        found = {
            one: _overview(desk, repository, one)
            if "all" in query or desk.remembers(repository, standings_of, one)
            else None
            for one in reversed(api.rounds(repository))
        }
        outdated = api.is_outdated(repository)
        closings = {one for one in found if desk.remember(repository, api.round_closing, one)}
    typed = {key: query.get(key, "") for key in ("year", "name")}
    status = 400 if wrong else 200
    made = page(
        request,
        "rounds",
        status=status,
        at="rounds",
        rounds=found,
        closings=closings,
        outdated=outdated,
        wrong=wrong,
        **typed,
    )
    # Most go on from here to the newest round: while they look, its ledger is made ready.
    made.background = BackgroundTask(warm, desk)
    return made


def _figures(request: Request) -> Response:
    """One round's part of the first page."""
    desk, name = desk_of(request), round_of(request)
    with desk.repository() as repository:
        return piece("round_figures", one=_overview(desk, repository, name))


def _begin(request: Request) -> Response:
    """Go to a round, also one that is not there yet: it begins with what goes out in it."""
    query = request.query_params
    name = f"{query.get('year', '').strip()}/{query.get('name', '').strip()}"
    if not api.is_round(name):
        wrong = "年度请填四位数字，轮次请填一个简短的名称，例如 2024 和 一上。"
        return _show(request, wrong)
    return see_other(f"/round/{path_part(name)}/sending")


def _upgrade(request: Request, _: Sent) -> Response:
    """Bring the repository to the newest format."""
    desk = desk_of(request)
    job = desk.jobs.start("升级版本库", "upgrade", lambda job: upgraded(desk, job))
    return see_other(f"/work/{job.number}")


def upgraded(desk: Desk, job: Job) -> list[str]:
    """What an upgrade did, as sentences."""
    from xlsync.report.words.lines import plain  # noqa: PLC0415 - the page is up before
    from xlsync.report.words.sentences import upgraded_lines  # noqa: PLC0415 - as above

    with desk.repository() as repository:
        return [plain(one) for one in upgraded_lines(api.upgrade(repository, progress=job.step))]


def _enter(request: Request) -> Response:
    """A round's own address leads to where its work is."""
    desk, name = desk_of(request), round_of(request)
    with desk.repository() as repository:
        place = _overview(desk, repository, name).place
    return see_other(f"/round/{path_part(name)}/{place}")


ROUTES = [
    shown("/", _show),
    shown("/round", _begin),
    shown("/round/{year}/{name}", _enter),
    shown("/round/{year}/{name}/figures", _figures),
    posted("/upgrade", _upgrade, _SMALL),
]
