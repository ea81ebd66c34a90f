"""Choosing a repository, making one, and closing the page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlsync import api
from xlsync.api import XlsyncError
from xlsync.desk.endpoints import desk_of, posted, shown
from xlsync.desk.guarding import see_other
from xlsync.desk.memory import remember_folder
from xlsync.desk.rendering import page, plain_page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.desk.receiving import Sent


def _show(request: Request, folder: str = "", wrong: str = "") -> Response:
    desk = desk_of(request)
    wrong = wrong or desk.trouble
    suggested = str(desk.suggested or Path.home() / "绩效申报")
    return page(
        request, "open", status=409 if wrong else 200, folder=folder or suggested, wrong=wrong
    )


def _open(request: Request, sent: Sent) -> Response:
    """Open what is there, or make what is not."""
    desk, text = desk_of(request), sent.value("folder").strip('"')
    if not text:
        return _show(request, wrong="请填写文件夹。")
    folder = Path(text).expanduser()
    if not folder.is_absolute():
        wrong = "请填写完整的路径，例如 D:\\绩效申报 或 /home/用户/绩效申报。"
        return _show(request, text, wrong)
    try:
        opened = api.init(folder) if "make" in sent.values else api.open_repository(folder)
        opened.close()
    except XlsyncError as error:
        return _show(request, text, api.in_chinese(str(error)))
    desk.open(folder)
    desk.trouble = ""
    remember_folder(folder)
    return see_other("/")


def _close(request: Request, _: Sent) -> Response:
    desk = desk_of(request)
    desk.jobs.stop_all(0)
    desk.close()
    return plain_page(200, "工作台已经关闭", "可以关掉这个窗口了。做完的工作都在版本库里。")


ROUTES = [
    shown("/open", _show),
    posted("/open", _open),
    posted("/close", _close),
]
