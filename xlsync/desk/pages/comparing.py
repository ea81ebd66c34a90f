"""Two rounds compared: the page of changes, and what offices file of it."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from starlette.responses import Response

from xlsync import api
from xlsync.desk.downloads import made_attachment
from xlsync.desk.endpoints import desk_of, shown
from xlsync.desk.rendering import page

if TYPE_CHECKING:
    from starlette.requests import Request

    from xlsync.records import RecordDelta

_OWN_POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')


def _changes(request: Request) -> tuple[str, str, list[RecordDelta]]:
    desk = desk_of(request)
    old, new = (request.query_params.get(key, "") for key in ("old", "new"))
    with desk.repository() as repository:
        found = desk.remember(repository, api.compare_rounds, old, new, with_forms=True)
    return old, new, found


def _show(request: Request) -> Response:
    with desk_of(request).repository() as repository:
        rounds = api.rounds(repository)
    from xlsync.report.words.deltas import summary  # noqa: PLC0415 - the page is up before

    old, new, found = "", "", None
    if request.query_params.get("old") and request.query_params.get("new"):
        old, new, found = _changes(request)
    elif len(rounds) > 1:
        old, new = rounds[-2:]
    return page(
        request,
        "compare",
        at="compare",
        rounds=rounds,
        old=old,
        new=new,
        summary=None if found is None else summary(found),
    )


def _page(request: Request) -> Response:
    """The page that stands alone, under the policy that it states itself."""
    from xlsync.report.page.rendering import render  # noqa: PLC0415 - the page is up before

    text = render(*_changes(request))
    policy = _OWN_POLICY.search(text.decode())
    own = unescape(policy[1]) if policy else "default-src 'none'"
    headers = {"Content-Security-Policy": f"{own}; frame-ancestors 'self'"}
    return Response(text, media_type="text/html", headers=headers)


def _page_file(request: Request) -> Response:
    old, new, found = _changes(request)
    return made_attachment(
        lambda path: api.write_page(path, (old, new), found), f"修订对照 {old} {new}.html"
    )


def _book(request: Request) -> Response:
    old, new, found = _changes(request)
    return made_attachment(
        lambda path: api.write_revisions(path, (old, new), found), f"修订对照表 {old} {new}.xlsx"
    )


ROUTES = [
    shown("/compare", _show),
    shown("/compare/page", _page),
    shown("/compare/page.html", _page_file),
    shown("/compare/book.xlsx", _book),
]
