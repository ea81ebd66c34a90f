"""How an address is answered: reading in a thread, a form taken first, failures as a page."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from xlsync.api import XlsyncError, in_chinese
from xlsync.desk.receiving import MAX_BYTES, receive
from xlsync.desk.refusals import FieldError, Refusal
from xlsync.desk.state import NoRepositoryError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.desk.receiving import Sent
    from xlsync.desk.state import Desk

    Shown = Callable[[Request], Response]
    Posted = Callable[[Request, Sent], Response]
    Again = Callable[[Request, Refusal], Response]


def desk_of(request: Request) -> Desk:
    """The desk that a request came to."""
    desk: Desk = request.app.state.desk
    return desk


def round_of(request: Request) -> str:
    """The round that an address is about."""
    return f"{request.path_params['year']}/{request.path_params['name']}"


def shown(path: str, handler: Shown, again: Again | None = None) -> Route:
    """A page at an address; ``again`` shows where to go on when it cannot be shown."""

    @wraps(handler)
    def endpoint(request: Request) -> Response:
        return _answered(request, lambda: handler(request), {}, again)

    return Route(path, endpoint, methods=["GET"])


def posted(path: str, handler: Posted, limit: int = MAX_BYTES, again: Again | None = None) -> Route:
    """What a form is sent to; its files are dropped afterwards, unless the handler keeps them.

    ``again`` shows the form once more when it is refused.
    """

    @wraps(handler)
    async def endpoint(request: Request) -> Response:
        sent = await receive(request, limit)
        try:
            return await run_in_threadpool(
                _answered, request, lambda: handler(request, sent), sent.values, again
            )
        finally:
            if not sent.is_kept:
                await run_in_threadpool(sent.drop)

    return Route(path, endpoint, methods=["POST"])


def _answered(
    request: Request,
    answer: Callable[[], Response],
    values: Mapping[str, Sequence[str]],
    again: Again | None,
) -> Response:
    try:
        return answer()
    except NoRepositoryError:
        raise
    except XlsyncError as error:
        if again is None:
            raise
        at = error.at if isinstance(error, FieldError) else ""
        return again(request, Refusal(in_chinese(str(error)), at, values))
