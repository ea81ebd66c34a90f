"""What a coordinator decides on one project, and taking things back: seen first, then done."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from starlette.exceptions import HTTPException

from xlsync import api
from xlsync.api import XlsyncError
from xlsync.desk.endpoints import desk_of, posted, round_of, shown
from xlsync.desk.guarding import see_other
from xlsync.desk.pages.project import record_at, show_project, standing_of
from xlsync.desk.refusals import FieldError, mistyped_at
from xlsync.desk.rendering import page, path_part
from xlsync.report.page.paper import paper
from xlsync.report.page.paper_changes import asked_for
from xlsync.report.words.wording import of_change, of_item
from xlsync.report.words.wording import shown as worded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.base.record import Json, Record
    from xlsync.desk.receiving import Sent
    from xlsync.desk.refusals import Refusal
    from xlsync.form import Form
    from xlsync.report.page.paper import Paper
    from xlsync.rounds.deciding.coordinator import Coordinator, DecisionMade

_SMALL = 4 * 1024 * 1024
_MOVED = "这个项目刚被别处改过。下面已是新的内容，您填写的还在，请再核对一遍。"


def _project(request: Request) -> tuple[str, str]:
    return round_of(request), request.path_params["record"]


def _own_address(request: Request) -> str:
    name, record_id = _project(request)
    return f"/round/{path_part(name)}/project/{path_part(record_id)}"


def _mark(what: Json) -> str:
    """What tells this version of a record, or of what was typed, from any other."""
    return hashlib.sha256(json.dumps(what, ensure_ascii=False).encode()).hexdigest()


# ---- correcting, on the form itself --------------------------------------------------


class _Editable(NamedTuple):
    """What is corrected: accepted already, or only sent out, with much still to be filled in."""

    form: Form
    record: Record
    sheet: Paper
    is_accepted: bool


def _editable(request: Request) -> _Editable:
    desk, (name, record_id) = desk_of(request), _project(request)
    with desk.repository() as repository:
        is_accepted = record_at(repository, name, record_id) is not None
        record = api.coordinator(repository, desk.forms).standing(name, record_id)
    if record is None:
        raise HTTPException(404)
    form = desk.forms.find(record["form"])
    found = form.check(record) if is_accepted else ()
    sheet = paper(form, record, found, to_type=True)
    return _Editable(form, record, sheet, is_accepted)


def _show(
    request: Request,
    typed: Mapping[str, str] | None = None,
    wrong: str = "",
    preview: DecisionMade | None = None,
) -> Response:
    form, record, sheet, is_accepted = _editable(request)
    with desk_of(request).repository() as repository:
        standing = standing_of(repository, *_project(request))
    return page(
        request,
        "correct",
        status=409 if wrong else 200,
        at="ledger",
        round=round_of(request),
        record_id=request.path_params["record"],
        standing=standing,
        paper=sheet,
        is_accepted=is_accepted,
        seen=_mark(record),
        shown=_mark([asked_for(sheet, typed or {}), (typed or {}).get("reason", "")]),
        typed=typed or {},
        wrong=wrong,
        preview=preview,
        labels={one.pointer: one.label for row in sheet.rows for one in row if one.pointer},
        worded=lambda pointer, value: _worded(form, pointer, value),
    )


def _worded(form: Form, pointer: str, value: Json) -> str:
    """A value as people read it; an amount that the form counts in 万元 says so."""
    at = form.mapping.locate(pointer)
    return (of_item(value, at.item) if at.item else of_change(value, at.table)).text


def _correct(request: Request, sent: Sent) -> Response:
    typed = {key: values[-1].replace("\r\n", "\n") for key, values in sent.values.items()}
    _, record, sheet, _ = _editable(request)
    if typed.get("seen") != _mark(record):
        return _show(request, typed, _MOVED)
    asked = asked_for(sheet, typed)
    reason = sent.value("reason")
    # The key Enter presses the first button, whatever was typed since the preview.
    is_shown = typed.get("shown") == _mark([asked, typed.get("reason", "")])
    is_preview = "confirm" not in typed or not is_shown

    def decide(coordinator: Coordinator) -> DecisionMade:
        return coordinator.correct(*_project(request), asked.values, reason, asked.removed)

    try:
        if not any(asked):
            raise XlsyncError("没有改动任何一格。请在表上直接改。")  # noqa: TRY301 - told below
        seen = _decide(request, decide, is_preview=is_preview)
        if not seen.is_new:
            raise XlsyncError("改过的写法和原来是同一个内容，没有可更正的。")  # noqa: TRY301
    except XlsyncError as error:
        return _show(request, typed, api.in_chinese(str(error)))
    if seen.is_preview:
        return _show(request, typed, preview=seen)
    return see_other(f"{_own_address(request)}?{urlencode({'told': '已更正，理由记在经过里。'})}")


# ---- the other decisions ---------------------------------------------------------------

_ACTS: dict[str, tuple[str, Callable[[Coordinator, tuple[str, str], str, str], DecisionMade]]] = {
    "move": ("调整到另一个单位", lambda who, project, to, why: who.move(*project, to, why)),
    "rename": ("改名", lambda who, project, to, why: who.rename(*project, to, why)),
    "cancel": ("取消这个项目", lambda who, project, _, why: who.cancel(*project, why)),
    "restore": ("恢复这个项目", lambda who, project, _, why: who.restore(*project, why)),
}


def _decide(
    request: Request, decide: Callable[[Coordinator], DecisionMade], *, is_preview: bool
) -> DecisionMade:
    desk = desk_of(request)
    with desk.repository() as repository:
        return decide(api.coordinator(repository, desk.forms, is_preview=is_preview))


def _act(request: Request, sent: Sent) -> Response:
    """Show what a decision would do, and do it once it was seen."""
    what, to, reason = (sent.value(key) for key in ("act", "to", "reason"))
    if what not in _ACTS:
        raise HTTPException(404)
    title, act = _ACTS[what]
    if not reason:
        raise FieldError("请写明理由，它会记在经过里。", at=f"{what}-why")
    is_preview = "confirm" not in sent.values
    with mistyped_at(f"{what}-to"):
        made = _decide(
            request, lambda who: act(who, _project(request), to, reason), is_preview=is_preview
        )
    if not made.is_new:
        raise FieldError("已经是这样，不用再改。", at=f"{what}-to")
    if not is_preview:
        return see_other(f"{_own_address(request)}?{urlencode({'told': f'已{title}。'})}")
    return page(
        request,
        "decide",
        at="ledger",
        round=round_of(request),
        record_id=request.path_params["record"],
        title=title,
        made=made,
        labels={},
        asked={"act": what, "to": to, "reason": reason},
        worded=lambda _, value: worded(value, None).text,
    )


# ---- taking back -----------------------------------------------------------------------


def _show_undo(request: Request, refusal: Refusal | None = None) -> Response:
    """What would be taken back: the last thing, or that of a commit."""
    desk, commit = desk_of(request), request.query_params.get("commit", "")
    commit = refusal.typed("commit", commit) if refusal else commit
    with desk.repository() as repository:
        made = api.undo(repository, commit or None, desk.forms, is_preview=True)
    from xlsync.report.words.lines import plain  # noqa: PLC0415 - the page is up before
    from xlsync.report.words.sentences import brought_lines  # noqa: PLC0415 - as above

    brings = [plain(one) for one in brought_lines("带来", made.brings)]
    return page(request, "undo", at="undo", made=made, brings=brings, refusal=refusal)


def _undo(request: Request, sent: Sent) -> Response:
    desk = desk_of(request)
    with desk.repository() as repository:
        made = api.undo(repository, sent.value("commit"), desk.forms, reason=sent.value("reason"))
    return see_other(f"/undo/done?{urlencode({'what': made.head})}")


def _undone(request: Request) -> Response:
    return page(request, "undone", at="undo", what=request.query_params.get("what", ""))


_HERE = "/round/{year}/{name}/project/{record}"
ROUTES = [
    shown(f"{_HERE}/correct", _show),
    posted(f"{_HERE}/correct", _correct, _SMALL),
    posted(f"{_HERE}/decide", _act, _SMALL, show_project),
    shown("/undo", _show_undo),
    posted("/undo", _undo, _SMALL, _show_undo),
    shown("/undo/done", _undone),
]
