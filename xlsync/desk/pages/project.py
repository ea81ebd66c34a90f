"""One project: the record as its form on paper, its life, its versions, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from xlsync import api
from xlsync.api import XlsyncError
from xlsync.desk.downloads import attachment
from xlsync.desk.endpoints import desk_of, round_of, shown
from xlsync.desk.rendering import page
from xlsync.report.page.paper import paper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.base.record import Record
    from xlsync.desk.refusals import Refusal
    from xlsync.repository import Repository
    from xlsync.rounds.state.life import Event
    from xlsync.rounds.state.standing import Standing


@dataclass(frozen=True)
class Version:
    """A version that can be looked at: the round and commit that name it, and what it came of."""

    name: str
    label: str


def standing_of(repository: Repository, name: str, record_id: str) -> Standing:
    """Where a project stands in a round; 404 where there is none."""
    rows = api.status(repository, name)
    found = next((one for one in rows if one.record == record_id), None)
    if found is None:
        raise HTTPException(404)
    return found


def record_at(
    repository: Repository, name: str, record_id: str, version: str = ""
) -> Record | None:
    """The record of a round, or an older version; None where nothing was accepted."""
    try:
        at = f"@{version}" if version else ""
        return api.show(repository, f"{name}/{record_id}{at}")
    except XlsyncError:
        return None


def _version(repository: Repository, record_id: str, version: str) -> Record | None:
    """A version by its name, as `_versions` gives it."""
    name, _, commit = version.rpartition("@")
    return record_at(repository, name, record_id, commit)


def _versions(events: Sequence[Event]) -> list[Version]:
    """The newest first; a commit that brought several things is one version."""
    found: dict[str, Version] = {}
    for one in events:
        if one.commit:
            key = f"{one.round}@{one.commit}"
            label = f"{one.time[:16].replace('T', ' ')} {one.round} {one.kind}"
            found.setdefault(key, Version(key, label))
    return [*found.values()]


def show_project(request: Request, refusal: Refusal | None = None) -> Response:
    """The page of a project; where a decision was refused, with what had been typed."""
    desk, name, record_id = desk_of(request), round_of(request), request.path_params["record"]
    wanted = request.query_params.get("version", "")
    with desk.repository() as repository:
        standing = standing_of(repository, name, record_id)
        events = api.log(repository, record_id)
        record = _version(repository, record_id, wanted or f"{name}@")
        kept = api.received(repository, name, record_id)
        steps = api.steps(repository)
    form = desk.forms.get(record["form"]) if record else None
    found = form.check(record) if form and record else []
    return page(
        request,
        "project",
        at="ledger",
        round=name,
        record_id=record_id,
        standing=standing,
        events=events,
        steps=steps,
        versions=_versions(events),
        wanted=wanted,
        kept=kept,
        problems=found,
        paper=paper(form, record, found) if form and record else None,
        refusal=refusal,
    )


def _compare(request: Request) -> Response:
    """Two versions of a project, word by word."""
    from xlsync.report.page.view import view  # noqa: PLC0415 - the page is up before

    desk, name, record_id = desk_of(request), round_of(request), request.path_params["record"]
    old, new = (request.query_params.get(key, "") for key in ("old", "new"))
    with desk.repository() as repository:
        standing = standing_of(repository, name, record_id)
        versions = _versions(api.log(repository, record_id))
        records = [_version(repository, record_id, side) for side in (old, new)]
    if None in records:
        raise HTTPException(404)
    delta = api.compare(records[0], records[1], desk.forms)
    labels = {one.name: one.label for one in versions}
    changed = view(old, new, [delta]) if delta else None
    return page(
        request,
        "versions",
        at="ledger",
        round=name,
        record_id=record_id,
        standing=standing,
        versions=versions,
        sides=[old, new],
        labels=[labels.get(one, one) for one in (old, new)],
        changed=changed,
    )


def _year(request: Request) -> Response:
    """One project's year over all its forms."""
    # The page is up before what only this one needs.
    from xlsync.report.books.project_years import (  # noqa: PLC0415
        year_heads,
        year_rows,
        year_workbook,
    )

    desk, name, record_id = desk_of(request), round_of(request), request.path_params["record"]
    with desk.repository() as repository:
        standing = standing_of(repository, name, record_id)
        year = request.path_params["year"]
        made = api.project_year(repository, record_id, desk.forms, year=year)
    if request.query_params.get("as") == "xlsx":
        return attachment(year_workbook(made), f"{made.title}_{made.year}年全年对照.xlsx")
    return page(
        request,
        "year",
        at="ledger",
        round=name,
        record_id=record_id,
        standing=standing,
        made=made,
        heads=year_heads(made),
        rows=list(year_rows(made)),
    )


ROUTES = [
    shown("/round/{year}/{name}/project/{record}/year", _year),
    shown("/round/{year}/{name}/project/{record}", show_project),
    shown("/round/{year}/{name}/project/{record}/versions", _compare),
]
