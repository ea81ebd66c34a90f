"""Pages out of templates: every text escaped, one layout, and what every page shows."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from xlsync import report
from xlsync.api import XlsyncError, round_closing
from xlsync.report.words.lines import visible

if TYPE_CHECKING:
    from starlette.requests import Request

    from xlsync.desk.state import Desk
    from xlsync.rounds.state.closing import Closure

_HERE = Path(__file__).parent
_PIECES = Path(report.__file__).parent / "page"
"""What a page that stands alone shows too."""

STATIC = _HERE / "static"


@cache
def environment() -> Environment:
    """The templates, read once."""
    made = Environment(
        loader=FileSystemLoader([_HERE / "templates", _PIECES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "visible": visible,
        "path": path_part,
        "moment": moment,
        "amount": amount,
    }
    made.globals["version"] = _version()
    return made


def _version() -> str:
    """A short word that changes when style or script do, so that none is shown from before."""
    parts = (path.read_bytes() for path in sorted(STATIC.iterdir()))
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]


def path_part(text: object) -> str:
    """A text as part of an address; the stroke of a round's name stays."""
    return quote(str(text), safe="/")


def moment(text: str | float | None) -> str:
    """A time as people write it, here."""
    if not text:
        return "—"
    try:
        time = (
            dt.datetime.fromisoformat(text)
            if isinstance(text, str)
            else dt.datetime.fromtimestamp(text, dt.UTC)
        )
    except ValueError:
        return str(text)
    return f"{time.astimezone():%Y-%m-%d %H:%M}"


def amount(value: object) -> str:
    """An amount with its thousands."""
    return "—" if value is None else f"{value:,.2f}"


def page(request: Request, template: str, *, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page of the desk; ``refusal`` is why a form that stands on it was not taken."""
    desk: Desk = request.app.state.desk
    if shown.get("refusal"):
        status = 409
    commit, name, closing = _standing(desk, shown.get("round"))
    text = (
        environment()
        .get_template(f"{template}.html.j2")
        .render(
            desk=desk,
            repository_name=name,
            commit=commit,
            closing=closing,
            running=desk.jobs.running(),
            **{
                "round": None,
                "at": "",
                "told": request.query_params.get("told", ""),
                "refusal": None,
                **shown,
            },
        )
    )
    return HTMLResponse(text, status)


def piece(template: str, **shown: Any) -> HTMLResponse:
    """A part of a page, which the page asks for once it is there."""
    return HTMLResponse(environment().get_template(f"{template}.html.j2").render(**shown))


def _standing(desk: Desk, round_name: str | None) -> tuple[str, str, Closure | None]:
    """The commit that the repository stands at, its name, and the closing of a round that holds."""
    if desk.folder is None:
        return "", "", None
    try:
        with desk.repository() as repository:
            closing = round_name and desk.remember(repository, round_closing, round_name)
            return repository.snapshot().commit, str(desk.folder.resolve()), closing or None
    except XlsyncError:
        return "", str(desk.folder.resolve()), None


def plain_page(status: int, title: str, text: str) -> HTMLResponse:
    """A page that says one thing to somebody who may not see any other."""
    made = environment().get_template("plain.html.j2").render(title=title, text=text)
    return HTMLResponse(made, status)
