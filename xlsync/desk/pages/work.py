"""Jobs: what goes on, how far it is, as it happens, and stopping it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse
from starlette.routing import Route

from xlsync import api
from xlsync.desk.endpoints import desk_of, posted, shown
from xlsync.desk.guarding import see_other
from xlsync.desk.rendering import environment, page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.desk.jobs import Job
    from xlsync.desk.receiving import Sent

_STEP = 0.2
"""Seconds between two looks at a job."""

_BEAT = 50
"""Looks without news after which a sign of life is sent."""


def job_of(request: Request) -> Job:
    """The job that an address is about; 404 when there is none."""
    number = request.path_params["number"]
    job = desk_of(request).jobs.find(number)
    if job is None:
        raise HTTPException(404)
    return job


def _list(request: Request) -> Response:
    return page(request, "work", at="work", jobs=list(desk_of(request).jobs))


def _show(request: Request) -> Response:
    desk, job = desk_of(request), job_of(request)
    steps: dict[str, bool] = {}
    if getattr(job.result, "join", ""):
        with desk.repository() as repository:
            steps = api.steps(repository)
    return page(request, f"job_{job.view}", at="work", job=job, round=job.round, steps=steps)


def _stop(request: Request, _: Sent) -> Response:
    job = job_of(request)
    job.stop()
    return see_other(f"/work/{job.number}")


async def _events(request: Request) -> Response:
    """A job as server-sent events; a browser that comes back goes on where it was."""
    last = request.headers.get("last-event-id", "0")
    return StreamingResponse(
        _told(job_of(request), int(last) if last.isdecimal() else 0),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _told(job: Job, sent: int) -> AsyncIterator[str]:
    step, quiet = (-1, -1), 0
    while True:
        running = job.is_running
        quiet += 1
        if (job.done, job.total) != step:
            step, quiet = (job.done, job.total), 0
            yield _event("step", {"done": job.done, "total": job.total})
        if sent < len(job.lines):
            template = environment().get_template(f"line_{job.view}.html.j2")
            new, quiet = job.lines[sent:], 0
            sent += len(new)
            text = "".join(template.render(line=line) for line in new)
            yield _event("line", text, sent)
        if not running:
            yield _event("end", {})
            return
        if quiet >= _BEAT:
            quiet = 0
            yield ": \n\n"
        await asyncio.sleep(_STEP)


def _event(name: str, data: object, number: int | None = None) -> str:
    mark = "" if number is None else f"id: {number}\n"
    return f"{mark}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


ROUTES = [
    shown("/work", _list),
    shown("/work/{number:int}", _show),
    posted("/work/{number:int}/stop", _stop),
    Route("/work/{number:int}/events", _events, methods=["GET"]),
]
