"""The time at which something went out or came in, as the repository notes it."""

from __future__ import annotations

from datetime import datetime


def now() -> str:
    """The time, in ISO 8601 and with its zone.

    Two things may follow each other within a second, and which one was later counts.
    """
    return datetime.now().astimezone().isoformat(timespec="microseconds")
