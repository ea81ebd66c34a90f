"""What this process was started to do, for the trail that commits leave; and whether to do it.

It stands apart from the repository, because every command sets it and few need a repository.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LONGEST = 1_000
"""Characters of a command that are kept."""

_SECRET_OPTION = re.compile(r"--?[\w-]*(?:password|token|secret)[\w-]*", re.IGNORECASE)
SECRET_IN_URL = re.compile(r"(?<=://)[^/@]*@")
"""Name and password in an address."""

_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

_doing: list[str] = []

_PREVIEW: ContextVar[bool] = ContextVar("preview", default=False)


@contextmanager
def previewing(*, wanted: bool = True) -> Iterator[None]:
    """Only find out meanwhile what would be done: no file and no commit is written by anybody.

    Where that is not ``wanted``, it stays as it is.
    """
    token = _PREVIEW.set(wanted or is_preview())
    try:
        yield
    finally:
        _PREVIEW.reset(token)


def is_preview() -> bool:
    """Whether it is only to be found out what would be done."""
    return _PREVIEW.get()


@contextmanager
def acting(words: Sequence[str]) -> Iterator[None]:
    """Note in every commit that is made meanwhile which command makes it; secrets stay out."""
    _doing.append(_told(words))
    try:
        yield
    finally:
        _doing.pop()


def command() -> str:
    """The command that is at work; empty in a program that did not say."""
    return _doing[-1] if _doing else ""


def on_one_line(text: str) -> str:
    """The text without what would begin a new line of the trail."""
    return _BREAKS.sub(" ", text).strip()


def _told(words: Sequence[str]) -> str:
    told: list[str] = []
    is_secret = False
    for word in words:
        name, equals, _ = word.partition("=")
        if is_secret:
            told.append("***")
        elif _SECRET_OPTION.fullmatch(name) and equals:
            told.append(f"{name}=***")
        else:
            told.append(SECRET_IN_URL.sub("", word))
        is_secret = not is_secret and not equals and bool(_SECRET_OPTION.fullmatch(word))
    text = on_one_line(" ".join(f'"{one}"' if " " in one or not one else one for one in told))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
