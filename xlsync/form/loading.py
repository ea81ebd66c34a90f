"""One TOML file into one strict model; every mistake names file, table and key."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from xlsync.errors import XlsyncError

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)

MAX_BYTES = 4 * 1024 * 1024
"""No form file comes near; a larger one is something else."""


def load_toml(path: Path, model: type[Model]) -> Model:
    """Read a template or mapping file.

    Raises:
        XlsyncError: naming file, table and key of the first mistakes, a line in all.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise XlsyncError(f"{path}: larger than {MAX_BYTES} bytes, this is no form file")
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise XlsyncError(f"{path}: {error.strerror or error}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise XlsyncError(f"{path}: not valid TOML: {error}") from None
    except ValidationError as error:
        raise XlsyncError(f"{path}: {_mistakes(error)}") from None


def _mistakes(error: ValidationError) -> str:
    found = error.errors(include_url=False)
    shown = "; ".join(_mistake(details) for details in found[:5])
    return shown if len(found) <= 5 else f"{shown}; and {len(found) - 5} more"  # noqa: PLR2004 - the same five


def _mistake(details: ErrorDetails) -> str:
    place = ""
    for part in details["loc"]:
        place += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    reason = {
        "extra_forbidden": "unknown key",
        "missing": "this key is missing",
        "union_tag_invalid": details["msg"],
    }.get(details["type"], details["msg"].removeprefix("Value error, "))
    return f"{place.lstrip('.')}: {reason}" if place else reason
