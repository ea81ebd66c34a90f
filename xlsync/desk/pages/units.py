"""The list of units: which stands below which, taken from a file, seen before it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync import api
from xlsync.desk.downloads import made_attachment
from xlsync.desk.endpoints import desk_of, posted, shown
from xlsync.desk.guarding import see_other
from xlsync.desk.refusals import FieldError
from xlsync.desk.rendering import page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.desk.receiving import Sent
    from xlsync.desk.refusals import Refusal
    from xlsync.rounds.sending.units_list import UnitList

_LIMIT = 40 * 1024 * 1024


@dataclass(frozen=True)
class Waiting:
    """A list that was read, and waits to be kept."""

    name: str
    read: UnitList


def _show(request: Request, refusal: Refusal | None = None) -> Response:
    with desk_of(request).repository() as repository:
        tree = api.units(repository)
    return page(
        request,
        "units",
        at="units",
        tree=tree,
        waiting=None,
        key="",
        has_error=False,
        refusal=refusal,
    )


def _read(request: Request, sent: Sent) -> Response:
    files = sent.files.get("list", [])
    if not files:
        raise FieldError("没有选择文件。请选择单位名单（xlsx、csv 都可以）。", at="list")
    key = desk_of(request).pend(Waiting(files[0].name, api.read_units(files[0])))
    return see_other(f"/units/{key}")


def _waiting(request: Request) -> Waiting:
    found = desk_of(request).pending(request.path_params["key"], Waiting)
    if found is None:
        raise api.XlsyncError("这份名单已经不在了。请重新选择文件。")
    return found


def _preview(request: Request) -> Response:
    waiting = _waiting(request)
    return page(
        request,
        "units",
        at="units",
        tree=waiting.read.tree,
        waiting=waiting,
        key=request.path_params["key"],
        has_error=api.has_error(waiting.read.problems),
    )


def _keep(request: Request, _: Sent) -> Response:
    waiting = _waiting(request)
    if api.has_error(waiting.read.problems):
        raise api.XlsyncError("名单有错误，没有记入。请改正后重新选择。")
    with desk_of(request).repository() as repository:
        api.keep_units(repository, waiting.read.tree)
    return see_other("/units?told=单位名单已记入。")


def _book(request: Request) -> Response:
    with desk_of(request).repository() as repository:
        tree = api.units(repository)
    return made_attachment(lambda path: api.write_units(path, tree), "单位名单.xlsx")


ROUTES = [
    shown("/units", _show),
    posted("/units", _read, _LIMIT, _show),
    shown("/units/book", _book),
    shown("/units/{key}", _preview, _show),
    posted("/units/{key}", _keep, again=_show),
]
