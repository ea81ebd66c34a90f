"""Where the two versions of a conflict came from, in words: the file, or the coordinator.

Who decides between two corrections has to know which one is whose. A version that came in a file
is told by that file; a correction by who made it, when and why; any other by its commit.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from xlsync.rounds.answers.settling import digest
from xlsync.rounds.kept.decisions import CORRECTING, Decision, decisions_of
from xlsync.rounds.kept.outcomes import said_saved
from xlsync.sources.saving import Saving

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsync.base.record import Json, Record
    from xlsync.records import Conflict
    from xlsync.repository import Repository
    from xlsync.rounds.answers.round_view import RoundView
    from xlsync.rounds.kept.documents import WaitingVersion

_MOST = 3
"""Corrections that are told of one version, the last ones."""

_SEARCHES = 20
"""Versions that are searched for in the whole history at once, which takes a second where it is
long; of more than these the history of each project tells."""


class Origins:
    """Tells where the versions of the conflicts of a round came from."""

    def __init__(self, view: RoundView, repository: Repository) -> None:
        """Ask no history yet."""
        self._view = view
        self._repository = repository
        self._searches = _SEARCHES

    def of(
        self, ours: Record, waiting: WaitingVersion, conflicts: Sequence[Conflict]
    ) -> tuple[str, str]:
        """Of the version that stands and of the one that waits; empty where nothing is known."""
        evidence = self._view.evidence(ours.get("id", ""), digest(ours)) if ours else None
        file = ""
        if evidence is not None:
            saving = Saving(evidence.form.saved, evidence.form.saver)
            file = _file(self._view.file_name(evidence.key), saving, evidence.received)
        stands = self._told(ours, file, {one.pointer: one.ours for one in conflicts})
        file = _file(waiting.file, Saving(waiting.saved, waiting.saver), waiting.received)
        said = {one.pointer: one.theirs for one in conflicts}
        return stands, self._told(waiting.theirs, file, said)

    def _told(self, record: Record, file: str, said: Mapping[str, Json]) -> str:
        """``said`` is what the version says at the places that are to be decided."""
        if not record:
            return file
        content = digest(record)
        known = decisions_of(self._view.snapshot, self._view.round, record["id"])
        corrections = [one for one in known if one.act in CORRECTING]
        told = [*filter(None, (file,)), *map(_decision, _meant(corrections, content, said))]
        return "；".join(told) or self._commit(record["id"], content)

    def _commit(self, record_id: str, content: str) -> str:
        """Who put a version into a repository last, and with what."""
        if not self._searches:
            return ""
        self._searches -= 1
        for one in self._repository.log(record_id, self._view.round):
            record = self._view.before(record_id, one.commit)
            if record is not None and digest(record) == content:
                head, author = one.message.partition("\n")[0], one.author.partition(" <")[0]
                return f"{author}于 {_minute(one.time)} 记入（{head}）"
        return ""


def _meant(known: Sequence[Decision], content: str, said: Mapping[str, Json]) -> list[Decision]:
    """The corrections that say what is disputed, else the one that made the version."""
    found = {
        change.pointer: at
        for at, one in enumerate(known)
        for change in one.changes
        if change.pointer in said and said[change.pointer] == change.new
    }
    saying = [known[at] for at in sorted({*found.values()})]
    return (saying or [one for one in known if one.made == content])[-_MOST:]


def _decision(one: Decision) -> str:
    why = f"（{one.reason}）" if one.reason else ""
    return f"{one.by}于 {_minute(datetime.fromisoformat(one.time))} {one.act.word}{why}"


def _file(name: str | None, saving: Saving, received: str | None) -> str:
    saved = said_saved(saving) if any(saving) else ""
    came = f"{received[:16].replace('T', ' ')} 收到" if received else ""
    return "，".join(filter(None, (name, saved, came)))


def _minute(time: datetime) -> str:
    return f"{time.astimezone():%Y-%m-%d %H:%M}"
