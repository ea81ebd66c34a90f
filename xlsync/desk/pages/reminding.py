"""Reminding units of what they owe, as drafts that somebody sends; a new date; closing a round."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from xlsync import api
from xlsync.desk.downloads import made_archive
from xlsync.desk.endpoints import desk_of, posted, round_of, shown
from xlsync.desk.guarding import see_other
from xlsync.desk.refusals import FieldError, mistyped_at
from xlsync.desk.rendering import page, path_part

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.desk.receiving import Sent
    from xlsync.desk.refusals import Refusal

_SMALL = 1024 * 1024
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _show(request: Request, refusal: Refusal | None = None) -> Response:
    desk, name = desk_of(request), round_of(request)
    with desk.repository() as repository:
        known = name in api.rounds(repository)
        notices = api.remind(repository, name, None, desk.forms).notices if known else []
    return page(
        request,
        "reminding",
        at="ledger",
        round=name,
        notices=notices,
        known=known,
        refusal=refusal,
    )


def _write(request: Request, sent: Sent) -> Response:
    """Drafts, letters and the workbooks that are missing, in one archive; nothing is sent."""
    desk, name = desk_of(request), round_of(request)

    def make(path: Path) -> list[Path]:
        with desk.repository() as repository:
            made = api.remind(
                repository,
                name,
                path.parent,
                desk.forms,
                sender=sent.value("sender") or None,
                contact=sent.value("contact") or None,
                zipped="zipped" in sent.values,
            )
        if not made.paths:
            raise api.XlsyncError("没有要催的单位。")
        return made.paths

    return made_archive(make, f"{name} 催报.zip", "催报")


def _date(request: Request, sent: Sent) -> Response:
    """Set a new date until which a round is to come back."""
    desk, name, due = desk_of(request), round_of(request), sent.value("due")
    if not _DAY.fullmatch(due):
        raise FieldError("截止日期请写成 2024-10-31 这样。", at="due")
    with desk.repository() as repository, mistyped_at("reason"):
        api.coordinator(repository, desk.forms).deadline(name, due, sent.value("reason"))
    told = urlencode({"told": f"截止日期已改为 {due}。"})
    return see_other(f"/round/{path_part(name)}/reminding?{told}")


def _close(request: Request, sent: Sent) -> Response:
    """Close the round, or open it again."""
    desk, name = desk_of(request), round_of(request)
    put = api.reopen_round if sent.value("open") else api.close_round
    with desk.repository() as repository, mistyped_at("closing-reason"):
        made = put(repository, name, reason=sent.value("reason"))
    told = urlencode({"told": f"{made.closure.act.word} {name}。"})
    return see_other(f"/round/{path_part(name)}/reminding?{told}")


_HERE = "/round/{year}/{name}/reminding"
ROUTES = [
    shown(_HERE, _show),
    posted(_HERE, _write, _SMALL, _show),
    posted(f"{_HERE}/due", _date, _SMALL, _show),
    posted(f"{_HERE}/closing", _close, _SMALL, _show),
]
