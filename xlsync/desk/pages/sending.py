"""Roster and distribution: what the list was understood as, what would go out, and sending it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException

from xlsync import api
from xlsync.api import XlsyncError
from xlsync.desk.downloads import below, file_attachment, made_archive, made_attachment, zipped
from xlsync.desk.endpoints import desk_of, posted, round_of, shown
from xlsync.desk.guarding import see_other
from xlsync.desk.memory import remember_columns, usual_columns
from xlsync.desk.refusals import FieldError
from xlsync.desk.rendering import page, path_part

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.base.problems import Problem
    from xlsync.desk.jobs import Job
    from xlsync.desk.receiving import Sent
    from xlsync.desk.refusals import Refusal
    from xlsync.desk.state import Desk
    from xlsync.form import Form
    from xlsync.rounds.sending.distributing import Distribution

SENT = "下发"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ROSTER = 40 * 1024 * 1024
_SHOWN = 300
"""Projects that a preview lists; it says how many there are in all."""


@dataclass(frozen=True)
class WaitingRoster:
    """A roster that waits to be sent out, and what was asked for beside it."""

    roster: Path
    form_id: str
    wishes: Mapping[str, Any]
    trial: Distribution
    sender: str | None = None
    """Who signs the mail drafts; None where none are wished for."""
    usual: tuple[str, ...] = ()
    """Heads of columns that are what somebody chose before."""


@dataclass(frozen=True)
class Folder:
    """What went out for a unit: the name of its folder, and its files."""

    name: str
    files: list[str]


def _show(request: Request, refusal: Refusal | None = None) -> Response:
    desk, name = desk_of(request), round_of(request)
    with desk.repository() as repository:
        known = api.rounds(repository)
        units = [(depth, one.name) for depth, one in api.units(repository).downwards()]
    usual = _usual_form(desk, name)
    return page(
        request,
        "sending",
        at="sending",
        round=name,
        forms=[(one, desk.forms.find(one).mapping.title) for one in desk.forms],
        chosen=refusal.typed("form", usual) if refusal else usual,
        units=units,
        is_known=name in known,
        rounds=[one for one in known if one != name][::-1],
        refusal=refusal,
        sent=_folders(desk.outgoing(SENT, name)),
        drafts=len(_drafts(desk.outgoing(SENT, name))),
        folder=str(desk.outgoing(SENT, name)),
    )


def _usual_form(desk: Desk, round_name: str) -> str:
    """The form of the last year that is not after that of the round, by their names."""
    year = round_name.partition("/")[0]
    found = [
        one for one in sorted(desk.forms) if (at := re.search(r"\d{4}", one)) and at[0] <= year
    ]
    return found[0] if found else ""


def _folders(folder: Path) -> list[Folder]:
    if not folder.is_dir():
        return []
    return [
        Folder(unit.name, sorted(one.name for one in unit.iterdir() if one.is_file()))
        for unit in sorted(folder.iterdir())
        if unit.is_dir()
    ]


def _drafts(folder: Path) -> list[Path]:
    """Mail drafts and letters, which lie beside the folders of the units."""
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(one for one in found if one.suffix in {".eml", ".docx"})


def _look(request: Request, sent: Sent) -> Response:
    """Read a roster, and find out what would happen; nothing is written."""
    name = round_of(request)
    typed = {key: values[-1].strip() for key, values in sent.values.items()}
    files = sent.files.get("roster", [])
    if not files:
        raise FieldError("没有选择名册。请选择名册文件（xlsx、xls、csv 都可以）。", at="roster")
    if typed.get("due") and not _DAY.fullmatch(typed["due"]):
        raise FieldError("截止日期请写成 2024-10-31 这样。", at="due")
    wishes: dict[str, Any] = {
        "last": typed.get("last") or None,
        "due": typed.get("due") or None,
        "contact": typed.get("contact") or None,
        "under": typed.get("under") or None,
        "password": typed.get("password", ""),
        "again": "again" in typed,
        "force": "force" in typed,
    }
    sender = typed.get("sender", "") if "mail" in typed else None
    form = desk_of(request).forms.find(typed.get("form", ""))
    plan = WaitingRoster(files[0], form.id, wishes, _try(request, files[0], form, wishes), sender)
    usual = usual_columns(form.id, plan.trial.columns, api.column_choices(form))
    if usual:
        wishes = {**wishes, "columns": {one.number: name for one, name in usual}}
        trial = _try(request, files[0], form, wishes)
        heads = tuple(one.head for one, _ in usual)
        plan = WaitingRoster(files[0], form.id, wishes, trial, sender, heads)
    sent.is_kept = True
    if sent.folder is not None:
        desk_of(request).keep(sent.folder)
    return see_other(f"/round/{path_part(name)}/sending/{desk_of(request).pend(plan)}")


def _try(request: Request, roster: Path, form: Form, wishes: Mapping[str, Any]) -> Distribution:
    """Find out what would go out."""
    desk, name = desk_of(request), round_of(request)
    with desk.repository() as repository:
        return api.distribute(
            repository,
            form,
            roster,
            name,
            desk.outgoing(SENT, name),
            forms=desk.forms,
            is_preview=True,
            is_new=True,
            **wishes,
        )


def _choose(request: Request, sent: Sent) -> Response:
    """Read the roster once more, its columns as somebody chose them."""
    plan = _plan(request)
    chosen = {
        one.number: sent.value(f"column-{one.number}", one.field or "")
        for one in plan.trial.columns
    }
    form, wishes = desk_of(request).forms.find(plan.form_id), {**plan.wishes, "columns": chosen}
    trial = _try(request, plan.roster, form, wishes)
    changed = (one for one in plan.trial.columns if chosen[one.number] != (one.field or ""))
    remember_columns(form.id, {one.head: chosen[one.number] for one in changed if one.head})
    key = desk_of(request).pend(WaitingRoster(plan.roster, form.id, wishes, trial, plan.sender))
    return see_other(f"/round/{path_part(round_of(request))}/sending/{key}#columns")


def _plan(request: Request) -> WaitingRoster:
    plan = desk_of(request).pending(request.path_params["key"], WaitingRoster)
    if plan is None or not plan.roster.is_file():
        raise XlsyncError("这次导入的名册已经不在了。请重新选择名册。")
    return plan


def _preview(request: Request, wrong: str = "") -> Response:
    plan = _plan(request)
    form = desk_of(request).forms.find(plan.form_id)
    sendings, due = plan.trial.sendings, plan.wishes["due"]
    return page(
        request,
        "sending_preview",
        status=409 if wrong else 200,
        at="sending",
        round=round_of(request),
        key=request.path_params["key"],
        plan=plan,
        form=form,
        fields=_fields(form, plan.trial),
        columns=plan.trial.columns,
        choices=api.column_choices(form),
        by_row=_by_row(plan.trial),
        sendings=sendings[:_SHOWN],
        count=len(sendings),
        errors=[one for one in plan.trial.problems if one.severity is api.Severity.ERROR],
        doubts=plan.trial.doubts,
        is_past=bool(due) and due < dt.date.today().isoformat(),  # noqa: DTZ011 - the office's day
        others=[one for one in plan.trial.problems if not _is_told(plan.trial, one)],
        wrong=wrong,
    )


def _is_told(trial: Distribution, found: object) -> bool:
    is_error = getattr(found, "severity", None) is api.Severity.ERROR
    return is_error or any(found is one for one in trial.doubts)


def _by_row(trial: Distribution) -> dict[int, list[Problem]]:
    """What was found in each row of the roster."""
    found: dict[int, list[Problem]] = {}
    for one in trial.problems:
        if one.cell:
            row = int(one.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
            found.setdefault(row, []).append(one)
    return found


def _fields(form: Form, trial: Distribution) -> list[tuple[str, str]]:
    """Pointer and label of what the roster fixes, in the order of the form."""
    fixed = {pointer for one in trial.sendings for pointer in one.fixed}
    fields = form.mapping.fields.values()
    return [(one.pointer, one.label) for one in fields if one.pointer in fixed]


def _send(request: Request, sent: Sent) -> Response:
    """Send what was seen; what is doubtful has to be confirmed."""
    desk, name, plan = desk_of(request), round_of(request), _plan(request)
    confirmed = "confirmed" in sent.values
    if plan.trial.doubts and not confirmed:
        return _preview(request, "名册里有要确认的地方。请核对后勾选“已核对”，再下发。")

    def work(job: Job) -> Distribution:
        form = desk.forms.find(plan.form_id)
        with desk.repository() as repository:
            done = api.distribute(
                repository,
                form,
                plan.roster,
                name,
                desk.outgoing(SENT, name),
                forms=desk.forms,
                confirmed=confirmed,
                is_new=True,  # the page asked for the round by its name before it came here
                progress=job.step,
                **plan.wishes,
            )
            if plan.sender is not None and not done.held:
                api.write_sent(repository, form, done, sender=plan.sender or None)
            return done

    job = desk.jobs.start(f"{SENT} {name}", "sending", work, round_name=name)
    return see_other(f"/work/{job.number}")


def _files(request: Request) -> Response:
    """Everything that went out, or what went out to one unit, in one archive."""
    desk, name = desk_of(request), round_of(request)
    folder, wanted = desk.outgoing(SENT, name), request.query_params.get("unit")
    files = [
        (folder / unit.name / one, f"{unit.name}/{one}")
        for unit in _folders(folder)
        if wanted in {None, unit.name}
        for one in unit.files
    ]
    if not files:
        raise HTTPException(404)
    return zipped(files, f"{name} {SENT} {wanted or ''}.zip".replace(" .zip", ".zip"))


def _roster(request: Request) -> Response:
    """The projects of the round as a roster with their ids, to be changed and sent again."""
    desk, name = desk_of(request), round_of(request)

    def make(path: Path) -> None:
        with desk.repository() as repository:
            api.write_roster(repository, name, path, desk.forms)

    def make_all(path: Path) -> list[Path]:
        made = {path.with_name(api.safe_name(one, suffix=".xlsx")): one for one in desk.forms}
        with desk.repository() as repository:
            return [
                path
                for path, one in made.items()
                if api.write_roster(repository, name, path, desk.forms, form_id=one).rows
            ]

    try:
        return made_attachment(make, f"{name} 名册.xlsx")
    except api.MistypedError:
        # The round has projects of several forms, each of which has a roster of its own.
        return made_archive(make_all, f"{name} 名册.zip", "名册")


def _mails(request: Request) -> Response:
    """The mail drafts and letters of all units in one archive."""
    name = round_of(request)
    found = _drafts(desk_of(request).outgoing(SENT, name))
    if not found:
        raise HTTPException(404)
    return zipped([(one, one.name) for one in found], f"{name} {SENT} 邮件草稿.zip")


def _file(request: Request) -> Response:
    folder = desk_of(request).outgoing(SENT, round_of(request))
    path = below(folder, f"{request.path_params['unit']}/{request.path_params['file']}")
    return file_attachment(path)


_HERE = "/round/{year}/{name}"
ROUTES = [
    shown(f"{_HERE}/sending", _show),
    posted(f"{_HERE}/sending", _look, _ROSTER, _show),
    shown(f"{_HERE}/sending/{{key}}", _preview, _show),
    posted(f"{_HERE}/sending/{{key}}", _send, again=_show),
    posted(f"{_HERE}/sending/{{key}}/columns", _choose, again=_show),
    shown(f"{_HERE}/roster", _roster),
    shown(f"{_HERE}/sent", _files),
    shown(f"{_HERE}/sent/mails", _mails),
    shown(f"{_HERE}/sent/{{unit}}/{{file}}", _file),
]
