"""Totals by unit, with bars, and the files that are handed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from xlsync import api
from xlsync.desk.downloads import below, file_attachment, made_archive, made_attachment
from xlsync.desk.endpoints import desk_of, posted, round_of, shown
from xlsync.desk.guarding import see_other
from xlsync.desk.pages.ledger import standings_of
from xlsync.desk.rendering import page
from xlsync.desk.unit_choice import chosen_units, unit_options

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.desk.jobs import Job
    from xlsync.desk.receiving import Sent


@dataclass(frozen=True)
class Printed:
    """A PDF that was made, and how many forms it holds."""

    path: Path
    count: int


FILES = {
    "xlsx": "汇总表（xlsx）：每个项目一行，每条指标一行，分单位合计",
    "csv": "给别的程序用的清单（csv）",
    "jsonl": "全部记录（jsonl）",
    "parquet": "数据分析用（parquet）",
}


def _show(request: Request) -> Response:
    desk, name, unit = desk_of(request), round_of(request), request.query_params.get("unit", "")
    with desk.repository() as repository:
        rounds = api.rounds(repository)
        known = name in rounds
        every = desk.remember(repository, api.totals, name, with_forms=True) if known else []
        tree = desk.remember(repository, api.units)
        rows = desk.remember(repository, standings_of, name)
    is_wanted = chosen_units(tree, unit)
    return page(
        request,
        "totals",
        at="totals",
        round=name,
        totals=[(one, one.rolled(tree)) for one in (form.below(is_wanted) for form in every)],
        files=FILES,
        units=unit_options(tree, (one.group for one in rows)),
        unit=unit,
        # Files can be made of a unit that the list of units knows.
        listed=unit if unit in tree else "",
        former=rounds[rounds.index(name) - 1] if known and rounds.index(name) else None,
    )


def _download(request: Request) -> Response:
    desk, name, ending = desk_of(request), round_of(request), request.path_params["ending"]
    if ending not in FILES:
        raise HTTPException(404)
    unit = request.query_params.get("unit") or None

    def make(path: Path) -> list[Path]:
        with desk.repository() as repository:
            return api.export(repository, name, path, desk.forms, under=unit).paths

    title = f"{name} {unit or ''} 汇总表".replace("  ", " ")
    if ending != "csv":
        return made_attachment(make, f"{title}.{ending}")
    return made_archive(make, f"{title}.zip", api.safe_name(title, suffix=".csv"))


def _print(request: Request, sent: Sent) -> Response:
    """Begin to lay out all accepted forms as one PDF, which takes some time."""
    desk, name, unit = desk_of(request), round_of(request), sent.value("unit")
    path = desk.outgoing("打印", name) / api.safe_name(f"申报表 {unit}".strip(), suffix=".pdf")

    def work(job: Job) -> Printed:
        with desk.repository() as repository:
            count = api.print_round(
                repository,
                name,
                path,
                desk.forms,
                under=unit or None,
                force=True,
                progress=job.step,
            )
        return Printed(path, count)

    job = desk.jobs.start(f"打印 {name}", "printing", work, round_name=name)
    return see_other(f"/work/{job.number}")


def _printed(request: Request) -> Response:
    name = round_of(request)
    folder = desk_of(request).outgoing("打印", name)
    return file_attachment(below(folder, request.path_params["file"]), f"{name} 申报表.pdf")


_HERE = "/round/{year}/{name}"
ROUTES = [
    shown(f"{_HERE}/totals", _show),
    posted(f"{_HERE}/totals/print", _print, 1024 * 1024),
    shown(f"{_HERE}/totals/{{ending}}", _download),
    shown(f"{_HERE}/printed/{{file}}", _printed),
]
