"""Sharing a repository with another coordinator: fetch what is there, join it, put ours there.

The other repository is a folder or on a server. Where somebody else put something there in
between, that is fetched and joined first, as often as it happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from xlsync.base.acting import is_preview
from xlsync.base.errors import XlsyncError
from xlsync.repository import MovedError, until_committed
from xlsync.rounds.joining import join

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.record import Json
    from xlsync.form import Form
    from xlsync.repository import Repository
    from xlsync.rounds.joining import JoinResult


@dataclass(frozen=True, slots=True)
class Synced:
    """What an exchange did; ``joined`` are the joins that brought something, mostly one or none.

    ``is_sent`` says that the other repository got something from here.
    """

    joined: tuple[JoinResult, ...]
    is_sent: bool

    @property
    def has_conflict(self) -> bool:
        """Whether a version waits for a decision since."""
        return any(one.has_conflict for one in self.joined)

    def as_json(self) -> Json:
        """The exchange as ``xlsync sync --json`` prints it."""
        return {"joined": [one.as_json() for one in self.joined], "sent": self.is_sent}


def sync(
    repository: Repository, forms: Mapping[str, Form], location: str, *, removing: bool = False
) -> Synced:
    """Exchange everything with the repository in a folder or at a URL.

    ``removing``: see :func:`join`.

    Raises:
        XlsyncError: when it cannot be reached, read or written, or the two cannot be joined.
    """
    joined: list[JoinResult] = []
    name = PurePath(location).name

    def step() -> bool:
        theirs = repository.fetch(location)
        if theirs is not None:
            joined.append(join(repository, forms, theirs, name, removing=removing))
        stands = (joined[-1].commit if joined else None) or repository.snapshot().commit
        if theirs == stands:
            return False
        if not is_preview() and not repository.push(location, theirs):
            raise MovedError
        return True

    try:
        is_sent = until_committed(step)
    except MovedError:
        raise XlsyncError("the other repository changes all the time; run it again later") from None
    return Synced(_told(joined), is_sent=is_sent)


def _told(joined: list[JoinResult]) -> tuple[JoinResult, ...]:
    return tuple(one for one in joined if one.commit is not None)
