"""Who commits, and when: the name and the clock that a new commit is signed with."""

from __future__ import annotations

import getpass
import re
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dulwich.config import Config

_NAME = b"xlsync"
_EMAIL = b"xlsync@localhost"

# Git's own syntax in an author line; a name that holds it would make the commit unreadable.
_SYNTAX = re.compile(rb"[\x00-\x1f<>]+")


class Signature(NamedTuple):
    """An author line in parts: name and mail, seconds since 1970, zone in seconds."""

    author: bytes
    time: int
    zone: int


def sign(config: Config) -> Signature:
    """Now, here, by whom git's configuration names (``user.name``, ``user.email``)."""
    name = _setting(config, "name") or _NAME
    email = _setting(config, "email") or _EMAIL
    now = int(time.time())
    offset = time.localtime(now).tm_gmtoff
    # Git writes zones in whole minutes.
    return Signature(b"%s <%s>" % (name, email), now, offset - offset % 60)


def author(config: Config) -> str:
    """The name of the person: ``user.name``, else that of the login, else ``xlsync``."""
    name = _setting(config, "name")
    if name:
        return name.decode(errors="replace")
    try:
        return _SYNTAX.sub(b" ", getpass.getuser().encode(errors="replace")).decode().strip()
    except (OSError, KeyError, ImportError):
        return _NAME.decode()


def _setting(config: Config, key: str) -> bytes:
    try:
        value = config.get(("user",), key)
    except KeyError:
        return b""
    return _SYNTAX.sub(b" ", value).strip()
