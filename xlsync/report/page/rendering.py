"""The pages that stand alone as bytes: template, style and script put together, and locked.

Every text of a form is escaped, and should that ever fail, the page's own policy still keeps
anything but its style and script (known by their hashes) from taking effect.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, FunctionLoader, StrictUndefined

from xlsync.report.page.view import view
from xlsync.report.words.lines import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlsync.records import RecordDelta
    from xlsync.rounds.checking.project_year import ProjectYear

_TITLE = "修订对照"


def render(
    old: str, new: str, records: Sequence[RecordDelta], unit_of: Callable[[str], str] = str
) -> bytes:
    """What changed from one side to the other as a page in UTF-8; see :func:`~.view.view`."""
    shown = view(old, new, records, unit_of)
    heading = _css_text(f"{_TITLE}：{shown.old} → {shown.new}")
    style = _part("page.css").replace("/* heading */", f"content: {heading};")
    script = _part("page.js")
    return _filled("page.html.j2", style, script, title=_TITLE, page=shown)


def render_year(made: ProjectYear) -> bytes:
    """One project's year as a page that stands alone, in UTF-8."""
    from xlsync.report.books.project_years import year_heads, year_rows  # noqa: PLC0415 - slow to import

    return _filled(
        "year.html.j2",
        _part("year.css"),
        "",
        made=made,
        heads=year_heads(made),
        rows=list(year_rows(made)),
        found=[visible(f"{name}：{one.problem.message}") for name, one in made.findings],
        visible=visible,
    )


def _filled(template: str, style: str, script: str, **values: object) -> bytes:
    """A template with its style and script in it, and the policy that allows nothing else."""
    environment = Environment(
        loader=FunctionLoader(_part),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    policy = _policy(style, script)
    page = environment.get_template(template)
    return page.render(style=style, script=script, policy=policy, **values).encode()


def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """The page may load and send nothing, and do nothing but what stands in these two."""
    parts = ("style", style), ("script", script)
    known = (f"{kind}-src '{_hash(text)}'" for kind, text in parts)
    return "; ".join(["default-src 'none'", *known, "base-uri 'none'", "form-action 'none'"])


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _css_text(text: str) -> str:
    """A text in a style sheet, every character escaped, so that none can end it."""
    escaped = "".join(f"\\{ord(character):06x}" for character in text)
    return f'"{escaped}"'
