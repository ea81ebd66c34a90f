"""Totals by unit, with bars, and the files that are handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from xlsync import api
from xlsync.desk.downloads import made_archive, made_attachment
from xlsync.desk.endpoints import desk_of, round_of, shown
from xlsync.desk.rendering import page

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

FILES = {
    "xlsx": "汇总表（xlsx）：每个项目一行，每条指标一行，分单位合计",
    "csv": "给别的程序用的清单（csv）",
    "jsonl": "全部记录（jsonl）",
    "parquet": "数据分析用（parquet）",
}


def _show(request: Request) -> Response:
    desk, name = desk_of(request), round_of(request)
    with desk.repository() as repository:
        known = name in api.rounds(repository)
        found = desk.remember(repository, api.totals, name, with_forms=True) if known else []
    return page(request, "totals", at="totals", round=name, totals=found, files=FILES)


def _download(request: Request) -> Response:
    desk, name, ending = desk_of(request), round_of(request), request.path_params["ending"]
    if ending not in FILES:
        raise HTTPException(404)

    def make(path: Path) -> list[Path]:
        with desk.repository() as repository:
            return api.export(repository, name, path, desk.forms).paths

    title = f"{name} 汇总表"
    if ending != "csv":
        return made_attachment(make, f"{title}.{ending}")
    return made_archive(make, f"{title}.zip", api.safe_name(title, suffix=".csv"))


ROUTES = [
    shown("/round/{year}/{name}/totals", _show),
    shown("/round/{year}/{name}/totals/{ending}", _download),
]
