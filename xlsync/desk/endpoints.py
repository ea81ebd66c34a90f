"""How an address is answered: reading in a thread, a form taken first, failures as a page."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from xlsync.desk.receiving import MAX_BYTES, Sent, receive

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.desk.state import Desk

    Shown = Callable[[Request], Response]
    Posted = Callable[[Request, Sent], Response]


def desk_of(request: Request) -> Desk:
    """The desk that a request came to."""
    desk: Desk = request.app.state.desk
    return desk


def round_of(request: Request) -> str:
    """The round that an address is about."""
    return f"{request.path_params['year']}/{request.path_params['name']}"


def shown(path: str, handler: Shown) -> Route:
    """A page at an address."""
    return Route(path, handler, methods=["GET"])


def posted(path: str, handler: Posted, limit: int = MAX_BYTES) -> Route:
    """What a form is sent to; its files are dropped afterwards, unless the handler keeps them."""
    return Route(path, _taking(handler, limit), methods=["POST"])


def _taking(handler: Posted, limit: int) -> Callable[[Request], Awaitable[Response]]:
    @wraps(handler)
    async def endpoint(request: Request) -> Response:
        sent = await receive(request, limit)
        try:
            return await run_in_threadpool(handler, request, sent)
        finally:
            if not sent.is_kept:
                await run_in_threadpool(sent.drop)

    return endpoint
