"""One TOML file into one strict model; every mistake names file, table and key."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from xlsync.errors import XlsyncError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)

MAX_BYTES = 4 * 1024 * 1024
"""No form file comes near; a larger one is something else."""

_SUBJECT = re.compile(r"^(?:Input|String) ")
MAX_SHOWN = 5
"""Mistakes that are told at once; more of them do not fit a line."""


def load_toml(path: Path, model: type[Model]) -> Model:
    """Read a template or mapping file.

    Raises:
        XlsyncError: naming file, table and key of the first mistakes, a line in all.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise XlsyncError(f"{path}: larger than {MAX_BYTES} bytes, this is no form file")
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise XlsyncError(f"{path}: {error.strerror or error}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise XlsyncError(f"{path}: not valid TOML: {error}") from None
    try:
        return model.model_validate(tables)
    except ValidationError as error:
        raise XlsyncError(f"{path}: {_mistakes(error, tables)}") from None


def in_one_line(mistakes: Sequence[str]) -> str:
    """The first mistakes, and how many more there are."""
    more = [f"and {len(mistakes) - MAX_SHOWN} more"] if len(mistakes) > MAX_SHOWN else []
    return "; ".join([*mistakes[:MAX_SHOWN], *more])


def _mistakes(error: ValidationError, tables: dict[str, Any]) -> str:
    found = error.errors(include_url=False)
    return in_one_line([_mistake(details, tables) for details in found])


def _mistake(details: ErrorDetails, tables: dict[str, Any]) -> str:
    place = _place(details["loc"], tables)
    found = details["input"]
    context = details.get("ctx", {})
    reason = details["msg"].removeprefix("Value error, ")
    if details["type"] == "extra_forbidden":
        reason = "unknown key"
    elif details["type"] == "missing":
        reason = "this key is missing"
    elif details["type"] == "union_tag_invalid":
        reason = f"unknown kind {context['tag']!r}; known are {context['expected_tags']}"
    elif isinstance(found, str | int | float) and repr(found) not in reason:
        reason = f"{found!r} {_SUBJECT.sub('', reason)}"
    return f"{place}: {reason}" if place else reason


def _place(loc: Iterable[str | int], tables: Any) -> str:  # noqa: ANN401 - what TOML holds
    """Table and key as the file has them; the list of blocks or rules counts from 1."""
    place = ""
    for part in loc:
        if isinstance(tables, dict) and part == tables.get("kind"):
            continue  # pydantic names the kind of a block or rule here, which is no key
        place += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
        try:
            tables = tables[part]
        except (KeyError, IndexError, TypeError):
            tables = None
    return place.lstrip(".")
