"""One TOML file into one strict model; every mistake names file, table and key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

from xlsync.base.errors import FormError
from xlsync.base.strict import Strict
from xlsync.form.extending import FormSource, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=Strict)
Other = TypeVar("Other", bound=Strict)

_SUBJECT = re.compile(r"^(?:Input|String) ")


def load_toml(path: Path, model: type[Model]) -> Model:
    """Read a template or mapping file, and those that it extends.

    Raises:
        FormError: naming file, table and key of every mistake.
    """
    from pydantic import ValidationError  # noqa: PLC0415 - only where files are checked

    source = read_toml(path)
    try:
        return model.model_validate(source.tables)
    except ValidationError as error:
        raise FormError(_mistakes(error, source)) from None


def load_pair(
    first: tuple[Path, type[Model]], second: tuple[Path, type[Other]]
) -> tuple[Model, Other]:
    """Read two files that belong together.

    Raises:
        FormError: naming file, table and key of every mistake in both.
    """
    made: list[Any] = []
    mistakes: list[str] = []
    for path, model in (first, second):
        try:
            made.append(load_toml(path, model))
        except FormError as error:
            mistakes += error.mistakes
    if mistakes:
        raise FormError(mistakes)
    one, other = made
    return one, other


def _mistakes(error: ValidationError, source: FormSource) -> list[str]:
    """The mistakes, each with the file in which it is."""
    told = []
    for details in error.errors(include_url=False):
        keys = _keys(details["loc"], source.tables)
        told.append(f"{source.path_of(keys)}: {_mistake(details, keys)}")
    return told


def _mistake(details: ErrorDetails, keys: Sequence[str | int]) -> str:
    place = _place(keys)
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


def _keys(loc: Iterable[str | int], tables: Any) -> list[str | int]:  # noqa: ANN401 - what TOML holds
    """The keys of a place as the file has them."""
    keys: list[str | int] = []
    for part in loc:
        if isinstance(tables, dict) and part == tables.get("kind"):
            continue  # pydantic names the kind of a block or rule here, which is no key
        keys.append(part)
        try:
            tables = tables[part]
        except (KeyError, IndexError, TypeError):
            tables = None
    return keys


def _place(keys: Iterable[str | int]) -> str:
    """Table and key as people write them; the list of blocks or rules counts from 1."""
    parts = (f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in keys)
    return "".join(parts).lstrip(".")
