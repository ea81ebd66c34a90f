"""Sharing a repository with another coordinator: fetch what is there, join it, put ours there.

The other repository is a folder or on a server. Where somebody else put something there in
between, that is fetched and joined first, as often as it happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.acting import is_preview
from xlsync.base.errors import UnseenError, XlsyncError
from xlsync.repository import MovedError, until_committed
from xlsync.repository.storing import added
from xlsync.rounds.sharing.brought import NOTHING, brought
from xlsync.rounds.sharing.joining import join

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.record import Json
    from xlsync.base.workers import Progress
    from xlsync.form import Form
    from xlsync.repository import Repository
    from xlsync.repository.storing import OriginalTraffic
    from xlsync.rounds.sharing.brought import Brought
    from xlsync.rounds.sharing.joining import JoinResult


STEPS = 3
"""An exchange fetches, joins, and sends."""


class Meeting(NamedTuple):
    """Where the two repositories stood when they met; None where the other was empty."""

    ours: str
    theirs: str | None


@dataclass(frozen=True, slots=True)
class Synced:
    """What an exchange did; ``joined`` are the joins that brought something, mostly one or none.

    ``is_sent`` says that the other repository got something from here, ``goes`` what; ``met`` is
    where the two stood at the beginning. ``originals`` is what became of received files that lie
    beside the repository, None where none do.
    """

    joined: tuple[JoinResult, ...]
    is_sent: bool
    met: Meeting
    goes: Brought
    is_preview: bool = False
    originals: OriginalTraffic | None = None

    @property
    def has_conflict(self) -> bool:
        """Whether a version waits for a decision since."""
        return any(one.has_conflict for one in self.joined)

    def as_json(self) -> Json:
        """The exchange as ``xlsync sync --json`` prints it."""
        return {
            "joined": [one.as_json() for one in self.joined],
            "sent": self.is_sent,
            "goes": self.goes.as_json(),
            "originals": self.originals.as_json() if self.originals else None,
        }


def sync(  # noqa: PLR0913 - what can be asked of an exchange
    repository: Repository,
    forms: Mapping[str, Form],
    location: str,
    *,
    removing: bool = False,
    bringing: bool = False,
    agreed: Meeting | None = None,
    progress: Progress = lambda _done, _all: None,
) -> Synced:
    """Exchange everything with the repository in a folder or at a URL.

    ``removing``: see :func:`join`. ``agreed`` is where both stood when a person was shown what
    would be done: where one of them has gone on since, nothing more is done. ``progress`` is told
    before each of the steps; what it raises ends the exchange there, each step being whole.
    Originals that lie beside the repository are sent there; with ``bringing`` those that are
    lacking here are brought, too.

    Raises:
        UnseenError: when one of the two does not stand where it was agreed.
        XlsyncError: when it cannot be reached, read or written, or the two cannot be joined.
    """
    joined: list[JoinResult] = []
    met: list[Meeting] = []
    goes: list[Brought] = []
    originals: list[OriginalTraffic | None] = []
    name = PurePath(location).name

    def step() -> bool:
        progress(0, STEPS)
        theirs = repository.fetch(location)
        snapshot = repository.snapshot()
        ours = snapshot.commit
        met.append(Meeting(ours, theirs))
        if agreed is not None and met[-1] != agreed:
            raise UnseenError("本库或对方在预览以后又有了新内容，没有合并；请再看一遍。")
        progress(1, STEPS)
        if theirs is not None:
            own = ours if agreed else None
            joined.append(join(repository, forms, theirs, name, removing=removing, own=own))
        # Originals are there before the commits that point to them.
        # Where others have moved them out of git, those that we had are brought, too.
        is_new = snapshot.arrangement.originals is None
        originals.append(repository.exchange_originals(location, bringing=bringing or is_new))
        stands = (joined[-1].commit if joined else None) or repository.snapshot().commit
        if theirs == stands:
            return False
        goes.append(_goes(repository, theirs, joined))
        progress(2, STEPS)
        if not is_preview() and not repository.push(location, theirs):
            raise MovedError
        return True

    try:
        is_sent = until_committed(step)
    except MovedError:
        raise XlsyncError("the other repository changes all the time; run it again later") from None
    told = tuple(one for one in joined if one.commit is not None)
    gone = goes[-1] if is_sent else NOTHING
    return Synced(told, is_sent, met[0], gone, is_preview(), added(originals))


def _goes(repository: Repository, theirs: str | None, joined: list[JoinResult]) -> Brought:
    """What ours has that the other lacks, joined or not."""
    if joined and joined[-1].commit is not None:
        return joined[-1].goes
    return brought(repository.before(theirs), repository.snapshot())
