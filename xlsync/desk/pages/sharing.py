"""Sharing with other coordinators: what is there is joined, what was done here is put there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from xlsync import api
from xlsync.desk.endpoints import desk_of, posted, shown
from xlsync.desk.guarding import see_other
from xlsync.desk.memory import remember_shared, shared_with
from xlsync.desk.rendering import page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.desk.jobs import Job
    from xlsync.desk.receiving import Sent
    from xlsync.rounds.syncing import Synced

_SMALL = 1024 * 1024
_URL = "://"


@dataclass(frozen=True)
class Exchanged:
    """What an exchange told, and the rounds in which something waits for a decision since.

    ``refused`` says why nothing was joined where the others took out too much.
    """

    location: str
    lines: list[str]
    waiting: list[str]
    refused: str = ""


def _show(request: Request, location: str = "", wrong: str = "") -> Response:
    desk = desk_of(request)
    with desk.repository():
        known = shared_with(desk.folder) if desk.folder else ""
    status = 409 if wrong else 200
    return page(
        request, "sharing", status=status, at="sharing", location=location or known, wrong=wrong
    )


def _share(request: Request, sent: Sent) -> Response:
    """Begin an exchange; with ``removing`` also what the others took out is taken out."""
    desk, location = desk_of(request), sent.value("location").strip('"')
    if not location or (_URL not in location and not Path(location).is_absolute()):
        wrong = "请填写共用版本库的完整路径（如 N:\\共用库）或网址（https://…）。"
        return _show(request, location, wrong)
    removing = "removing" in sent.values

    def work(_: Job) -> Exchanged:
        with desk.repository() as repository:
            try:
                made = api.sync(repository, location, desk.forms, removing=removing)
            except api.RemovalError as error:
                return Exchanged(location, [], [], str(error))
        if desk.folder is not None:
            remember_shared(desk.folder, location)
        return _told(location, made)

    return see_other(f"/work/{desk.jobs.start('与共用版本库交换', 'sharing', work).number}")


def _told(location: str, made: Synced) -> Exchanged:
    from xlsync.report.lines import plain  # noqa: PLC0415 - the page is up before
    from xlsync.report.sentences import exchange_lines  # noqa: PLC0415 - as above

    waiting = {joint.round for one in made.joined for joint in one.joints if joint.waits}
    return Exchanged(location, [plain(one) for one in exchange_lines(made)], sorted(waiting))


ROUTES = [shown("/sharing", _show), posted("/sharing", _share, _SMALL)]
