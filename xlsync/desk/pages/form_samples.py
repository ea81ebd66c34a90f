"""The forms at hand as they look on paper, and drafts of new ones from official blanks."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from xlsync import api
from xlsync.api import XlsyncError
from xlsync.desk.downloads import attachment, zipped
from xlsync.desk.endpoints import desk_of, posted, shown
from xlsync.desk.guarding import see_other
from xlsync.desk.refusals import FieldError, mistyped_at
from xlsync.desk.rendering import page
from xlsync.report.page.paper import paper

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from xlsync.desk.receiving import Sent
    from xlsync.desk.refusals import Refusal
    from xlsync.desk.state import Desk
    from xlsync.form import Form
    from xlsync.report.page.paper import Paper

_ID = re.compile(r"[a-z][a-z0-9-]{1,39}")
_DOUBT = "# ?"


@dataclass(frozen=True)
class FormPicture:
    """A form as a picture of itself."""

    id: str
    title: str
    paper: Paper
    is_own: bool


@dataclass(frozen=True)
class DraftDoubt:
    """A remark of a draft: what it is about, and what was not certain."""

    about: str
    text: str


@dataclass
class Drafted:
    """A draft that waits to be taken over; its files lie in a folder of their own."""

    id: str
    folder: Path
    remarks: list[str]
    doubts: list[DraftDoubt]
    mistakes: list[str]


def _shown(desk: Desk, form: Form) -> FormPicture:
    is_own = desk.own_forms() is not None and form.template_path.is_relative_to(
        desk.own_forms() or Path()
    )
    return FormPicture(form.id, form.mapping.title, paper(form), is_own)


def _list(request: Request, refusal: Refusal | None = None) -> Response:
    desk = desk_of(request)
    found = [_shown(desk, desk.forms.find(one)) for one in desk.forms]
    return page(request, "forms", at="forms", forms=found, refusal=refusal)


def _form(request: Request) -> Form:
    form_id = request.path_params["form"]
    if form_id not in desk_of(request).forms:
        raise HTTPException(404)
    return desk_of(request).forms.find(form_id)


def _show(request: Request) -> Response:
    return page(request, "form", at="forms", form=_shown(desk_of(request), _form(request)))


def _blank(request: Request) -> Response:
    form = _form(request)
    return attachment(api.generate(form), f"{form.mapping.title}（{form.id}）.xlsx")


def _draft(request: Request, sent: Sent) -> Response:
    """Draft a form from an official blank, and show what was understood."""
    desk = desk_of(request)
    files, form_id = sent.files.get("official", []), sent.value("id").lower()
    if not files:
        raise FieldError("没有选择文件。请选择上级发下来的空白表（xlsx）。", at="official")
    if not _ID.fullmatch(form_id):
        raise FieldError("代号请用小写字母、数字和连字符，以字母开头，例如 goal-2027。", at="id")
    sheet = sent.value("sheet") or None
    with mistyped_at("sheet"):
        made = api.draft_form(files[0], form_id, sheet=sheet, forms=desk.forms)
    folder = Path(tempfile.mkdtemp(prefix="xlsync-desk-"))
    desk.keep(folder)
    api.write_draft(made, form_id, folder)
    mistakes = [api.in_chinese(text) for _, found in api.check_forms(folder) for text in found]
    doubts = [*_doubts(made.template), *_doubts(made.mapping)]
    key = desk.pend(Drafted(form_id, folder, made.remarks, doubts, mistakes))
    return see_other(f"/forms/draft/{key}")


def _doubts(text: str) -> list[DraftDoubt]:
    """The lines of a draft that bear a remark; one that stands alone is about the next line."""
    found, lines = [], text.splitlines()
    for number, one in enumerate(lines):
        about, mark, doubt = one.partition(_DOUBT)
        if mark:
            after = lines[number + 1] if number + 1 < len(lines) else ""
            found.append(DraftDoubt(about.strip() or after.strip(), doubt.strip()))
    return found


def _drafted(request: Request) -> Drafted:
    made = desk_of(request).pending(request.path_params["key"], Drafted)
    if made is None:
        raise XlsyncError("这份草稿已经不在了。请重新选择空白表。")
    return made


def _show_draft(request: Request, refusal: Refusal | None = None) -> Response:
    made, drawn = _drafted(request), None
    if not made.mistakes:
        form = api.forms(made.folder).find(made.id)
        drawn = _shown(desk_of(request), form)
    return page(
        request,
        "form_draft",
        at="forms",
        key=request.path_params["key"],
        draft=made,
        form=drawn,
        refusal=refusal,
    )


def _not_taken(request: Request, refusal: Refusal) -> Response:
    """The draft that could not be taken over; the list where it is gone."""
    is_there = desk_of(request).pending(request.path_params["key"], Drafted) is not None
    return (_show_draft if is_there else _list)(request, refusal)


def _files(request: Request) -> Response:
    made = _drafted(request)
    files = sorted(one for one in made.folder.rglob("*") if one.is_file())
    return zipped([(one, str(one.relative_to(made.folder))) for one in files], f"{made.id}.zip")


def _take(request: Request, _: Sent) -> Response:
    """Take a draft over among one's own forms."""
    desk, made = desk_of(request), _drafted(request)
    desk.take_forms(made.folder)
    return see_other(f"/forms/{made.id}")


ROUTES = [
    shown("/forms", _list),
    posted("/forms/draft", _draft, 64 * 1024 * 1024, _list),
    shown("/forms/draft/{key}", _show_draft, _list),
    shown("/forms/draft/{key}/files", _files),
    posted("/forms/draft/{key}", _take, again=_not_taken),
    shown("/forms/{form}", _show),
    shown("/forms/{form}/blank", _blank),
]
