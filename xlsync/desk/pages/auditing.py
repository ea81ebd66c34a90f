"""Auditing: what holds for the projects of a round together, and the ceilings that it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from xlsync import api
from xlsync.desk.downloads import made_attachment
from xlsync.desk.endpoints import desk_of, posted, round_of, shown
from xlsync.desk.guarding import see_other
from xlsync.desk.refusals import FieldError
from xlsync.desk.rendering import page, path_part

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.desk.receiving import Sent
    from xlsync.desk.refusals import Refusal
    from xlsync.form import Forms
    from xlsync.repository import Repository
    from xlsync.rounds.kept.findings import Audit
    from xlsync.rounds.sending.ceilings import CeilingList

_LIMIT = 40 * 1024 * 1024


@dataclass(frozen=True)
class WaitingCeilings:
    """A ceiling list that was read, and waits to be kept."""

    name: str
    read: CeilingList


def _audit(repository: Repository, name: str, forms: Forms) -> Audit | None:
    """What a round comes to; None where nothing went out or came in yet."""
    return api.audit(repository, name, forms) if name in api.rounds(repository) else None


def _show(
    request: Request, refusal: Refusal | None = None, waiting: WaitingCeilings | None = None
) -> Response:
    desk, name = desk_of(request), round_of(request)
    with desk.repository() as repository:
        made = desk.remember(repository, _audit, name, with_forms=True)
        kept = api.ceilings(repository, name) if made else []
    problems = waiting.read.problems if waiting else []
    return page(
        request,
        "auditing",
        at="auditing",
        round=name,
        made=made,
        kept=kept,
        waiting=waiting,
        key=request.path_params.get("key", ""),
        has_error=api.has_error(problems),
        refusal=refusal,
    )


def _read(request: Request, sent: Sent) -> Response:
    """Read a ceiling list; nothing is kept before it was seen."""
    desk, files = desk_of(request), sent.files.get("list", [])
    if not files:
        raise FieldError("没有选择文件。请选择控制数表（xlsx、csv 都可以）。", at="list")
    with desk.repository() as repository:
        read = api.read_ceilings(repository, files[0], desk.forms)
    key = desk.pend(WaitingCeilings(files[0].name, read))
    return see_other(f"/round/{path_part(round_of(request))}/auditing/{key}")


def _waiting(request: Request) -> WaitingCeilings:
    found = desk_of(request).pending(request.path_params["key"], WaitingCeilings)
    if found is None:
        raise api.XlsyncError("这份控制数表已经不在了。请重新选择文件。")
    return found


def _preview(request: Request) -> Response:
    return _show(request, waiting=_waiting(request))


def _keep(request: Request, _: Sent) -> Response:
    name, waiting = round_of(request), _waiting(request)
    if api.has_error(waiting.read.problems):
        raise api.XlsyncError("控制数表有错误，没有记入。请改正后重新选择。")
    with desk_of(request).repository() as repository:
        api.keep_ceilings(repository, name, waiting.read.lines, is_new=True)
    told = urlencode({"told": f"已记入控制数 {len(waiting.read.lines)} 项。"})
    return see_other(f"/round/{path_part(name)}/auditing?{told}")


def _book(request: Request) -> Response:
    desk, name = desk_of(request), round_of(request)
    with desk.repository() as repository:
        made = api.audit(repository, name, desk.forms)
    return made_attachment(lambda path: api.write_audit(path, made), f"{name} 核查结果.xlsx")


_HERE = "/round/{year}/{name}/auditing"
ROUTES = [
    shown(_HERE, _show),
    posted(_HERE, _read, _LIMIT, _show),
    shown(f"{_HERE}/book", _book),
    shown(f"{_HERE}/{{key}}", _preview, _show),
    posted(f"{_HERE}/{{key}}", _keep, again=_show),
]
