"""Sharing with other coordinators: what would be joined is shown, then done as it was seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlsync import api
from xlsync.desk.endpoints import desk_of, posted, shown
from xlsync.desk.guarding import see_other
from xlsync.desk.jobs import StoppedError
from xlsync.desk.memory import remember_shared, shared_with
from xlsync.desk.refusals import FieldError
from xlsync.desk.rendering import page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.desk.jobs import Job
    from xlsync.desk.receiving import Sent
    from xlsync.desk.refusals import Refusal
    from xlsync.desk.state import Desk
    from xlsync.repository import Repository
    from xlsync.rounds.sharing.syncing import Meeting, Synced

_SMALL = 1024 * 1024
_URL = "://"
_NOT_SENT = (
    "已按要求停止：对方的内容已经取来，本库的内容没有送去。再交换一次就会送去；"
    "要撤回取来的内容，请点页面底下的“撤销最近一步”。"
)


class Exchange(NamedTuple):
    """An exchange that is asked for; ``agreed`` is where both stood when it was shown."""

    location: str
    removing: bool
    agreed: Meeting | None = None


@dataclass(frozen=True)
class Exchanged:
    """What an exchange told, and the rounds in which something waits for a decision since.

    ``refused`` says why nothing was joined where the others took out too much. A preview has a
    ``key`` where there is anything to confirm. ``join`` is the commit that joined two lines;
    ``is_forward`` says that there is none, as this side had nothing of its own.
    """

    location: str
    lines: list[str]
    waiting: list[str]
    is_preview: bool = False
    removing: bool = False
    key: str = ""
    refused: str = ""
    changed: str = ""
    join: str = ""
    is_forward: bool = False


def _show(request: Request, refusal: Refusal | None = None) -> Response:
    desk = desk_of(request)
    with desk.repository():
        known = shared_with(desk.folder) if desk.folder else ""
    location = refusal.typed("location", known) if refusal else known
    return page(request, "sharing", at="sharing", location=location, refusal=refusal)


def _preview(request: Request, sent: Sent) -> Response:
    """Find out what an exchange would do; with ``removing`` also taking out what others did."""
    desk, location = desk_of(request), sent.value("location").strip('"')
    if not location or (_URL not in location and not Path(location).is_absolute()):
        wrong = "请填写共用版本库的完整路径（如 N:\\共用库）或网址（https://…）。"
        raise FieldError(wrong, at="location")
    asked = Exchange(location, "removing" in sent.values)
    job = desk.jobs.start("看看会交换什么", "sharing", lambda job: _seen(desk, asked, job))
    return see_other(f"/work/{job.number}")


def _share(request: Request, _: Sent) -> Response:
    """Exchange what was seen."""
    desk = desk_of(request)
    asked = desk.pending(request.path_params["key"], Exchange)
    if asked is None:
        raise api.XlsyncError("这次预览已经不在了。请重新预览。")
    job = desk.jobs.start("与共用版本库交换", "sharing", lambda job: exchanged(desk, asked, job))
    return see_other(f"/work/{job.number}")


def _seen(desk: Desk, asked: Exchange, job: Job, changed: str = "") -> Exchanged:
    with desk.repository() as repository:
        try:
            made = _sync(desk, repository, asked._replace(agreed=None), job, is_preview=True)
        except api.RemovalError as error:
            return Exchanged(asked.location, [], [], refused=str(error))
    has_news = bool(made.joined) or made.is_sent
    key = desk.pend(Exchange(asked.location, asked.removing, made.met)) if has_news else ""
    return _told(desk, asked, made, key, changed)


def exchanged(desk: Desk, asked: Exchange, job: Job) -> Exchanged:
    """Do an exchange as it was agreed; where it cannot be done so, what it would be now.

    Raises:
        StoppedError: when the job was stopped, saying so where it had joined something already.
    """
    with desk.repository() as repository:
        stood = repository.snapshot().commit
        try:
            made = _sync(desk, repository, asked, job)
        except api.UnseenError as error:
            return _seen(desk, asked, job, str(error))
        except StoppedError:
            has_joined = job.done > 1 and repository.snapshot().commit != stood
            raise StoppedError(_NOT_SENT if has_joined else "") from None
    return _told(desk, asked, made)


def _sync(
    desk: Desk, repository: Repository, asked: Exchange, job: Job, *, is_preview: bool = False
) -> Synced:
    return api.sync(
        repository,
        asked.location,
        desk.forms,
        removing=asked.removing,
        is_preview=is_preview,
        agreed=asked.agreed,
        progress=job.step,
    )


def _told(desk: Desk, asked: Exchange, made: Synced, key: str = "", changed: str = "") -> Exchanged:
    from xlsync.report.words.lines import plain  # noqa: PLC0415 - the page is up before
    from xlsync.report.words.sentences import exchange_lines  # noqa: PLC0415 - as above

    if desk.folder is not None:
        remember_shared(desk.folder, asked.location)
    waiting = {joint.round for one in made.joined for joint in one.joints if joint.waits}
    joins = [one.commit for one in made.joined if one.commit and not one.is_forward]
    return Exchanged(
        asked.location,
        [plain(one) for one in exchange_lines(made)],
        sorted(waiting),
        is_preview=made.is_preview,
        removing=asked.removing,
        key=key,
        changed=changed,
        join=joins[-1] if joins else "",
        is_forward=any(one.is_forward for one in made.joined),
    )


ROUTES = [
    shown("/sharing", _show),
    posted("/sharing", _preview, _SMALL, _show),
    posted("/sharing/{key}", _share, _SMALL, _show),
]
