"""All addresses of the page, and what is shown where one fails."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from xlsync.api import XlsyncError, in_chinese
from xlsync.desk.endpoints import desk_of
from xlsync.desk.guarding import Guard, see_other
from xlsync.desk.jobs import disk_trouble
from xlsync.desk.pages import (
    auditing,
    collecting,
    comparing,
    conflicts,
    deciding,
    form_samples,
    ledger,
    opening,
    project,
    reminding,
    reviewing,
    rounds,
    sending,
    sharing,
    totals,
    units,
    warnings,
    work,
)
from xlsync.desk.receiving import RefusedError
from xlsync.desk.rendering import STATIC, page, plain_page
from xlsync.desk.state import NoRepositoryError

if TYPE_CHECKING:
    from starlette.requests import Request

    from xlsync.desk.state import Desk

_PAGES = (
    opening,
    rounds,
    sending,
    collecting,
    conflicts,
    warnings,
    reviewing,
    deciding,
    ledger,
    reminding,
    auditing,
    units,
    project,
    comparing,
    totals,
    form_samples,
    sharing,
    work,
)


def application(desk: Desk) -> Guard:
    """The page as an ASGI application, behind its guard."""
    made = Starlette(
        routes=[
            *(route for module in _PAGES for route in module.ROUTES),
            Route("/pulse", _pulse, methods=["GET"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        exception_handlers={
            NoRepositoryError: _choose,
            RefusedError: _refused,
            XlsyncError: _wrong,
            OSError: _disk,
            404: _missing,
            405: _missing,
            500: _failed,
        },
    )
    made.router.redirect_slashes = False
    made.state.desk = desk
    return Guard(made, desk.keys, plain_page)


def _pulse(request: Request) -> Response:
    """Where the repository stands, for a page that wants to know whether it is still true."""
    desk = desk_of(request)
    commit = ""
    if desk.folder is not None:
        try:
            with desk.repository() as repository:
                commit = repository.snapshot().commit
        except XlsyncError:
            commit = ""
    return JSONResponse({"commit": commit})


def _choose(_: Request, __: Any) -> Response:  # noqa: ANN401 - Starlette's own signature
    return see_other("/open")


def _refused(request: Request, error: Any) -> Response:  # noqa: ANN401
    answer = _error(request, 400, "没有收下", str(error))
    # What is still on its way is not waited for.
    answer.headers["Connection"] = "close"
    return answer


def _wrong(request: Request, error: Any) -> Response:  # noqa: ANN401
    return _error(request, 409, "没有完成", in_chinese(str(error)))


def _disk(request: Request, error: Any) -> Response:  # noqa: ANN401
    return _error(request, 500, "没有完成", disk_trouble(error))


def _missing(request: Request, _: Any) -> Response:  # noqa: ANN401
    return _error(
        request, 404, "没有这一页", "网址可能抄错了，或者它所说的内容已经不在。请从上面的菜单进入。"
    )


def _failed(request: Request, error: Any) -> Response:  # noqa: ANN401
    traceback.print_exception(error, file=sys.stderr)
    text = (
        "程序出错，这一步没有完成；以前做完的都在版本库里。"
        "请重试；还不行的，把启动窗口里的文字发给技术人员。"
    )
    return _error(request, 500, "程序出错", text)


def _error(request: Request, status: int, title: str, text: str) -> Response:
    return page(request, "error", status=status, title=title, text=text)
