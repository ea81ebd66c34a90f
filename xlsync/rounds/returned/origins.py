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
    from collections.abc import Iterator, Mapping, Sequence

    from xlsync.base.record import Json, Record
    from xlsync.records import Conflict
    from xlsync.repository import Repository
    from xlsync.rounds.answers.round_view import RoundView
    from xlsync.rounds.kept.documents import WaitingVersion

_MOST = 3
"""Corrections that are told of one version, the last ones."""


def origins(
    view: RoundView,
    repository: Repository,
    ours: Record,
    waiting: WaitingVersion,
    conflicts: Sequence[Conflict],
) -> tuple[str, str]:
    """Of the version that stands and of the one that waits; empty where nothing is known."""
    evidence = view.evidence(ours.get("id", ""), digest(ours)) if ours else None
    file = ""
    if evidence is not None:
        saving = Saving(evidence.form.saved, evidence.form.saver)
        file = _file(view.file_name(evidence.key), saving, evidence.received)
    stands = _told(view, repository, ours, file, {one.pointer: one.ours for one in conflicts})
    file = _file(waiting.file, Saving(waiting.saved, waiting.saver), waiting.received)
    said = {one.pointer: one.theirs for one in conflicts}
    return stands, _told(view, repository, waiting.theirs, file, said)


def _told(
    view: RoundView, repository: Repository, record: Record, file: str, said: Mapping[str, Json]
) -> str:
    """``said`` is what the version says at the places that are to be decided."""
    if not record:
        return file
    content = digest(record)
    known = decisions_of(view.snapshot, view.round, record["id"])
    corrections = [one for one in known if one.act in CORRECTING]
    told = [*filter(None, (file,)), *map(_decision, _meant(corrections, content, said))]
    return "；".join(told) or next(_commits(view, repository, record["id"], content), "")


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


def _commits(
    view: RoundView, repository: Repository, record_id: str, content: str
) -> Iterator[str]:
    """Who put the version into a repository, and with what; the newest first."""
    for one in repository.log(record_id, view.round):
        record = view.before(record_id, one.commit)
        if record is not None and digest(record) == content:
            head, author = one.message.partition("\n")[0], one.author.partition(" <")[0]
            yield f"{author}于 {_minute(one.time)} 记入（{head}）"


def _file(name: str | None, saving: Saving, received: str | None) -> str:
    saved = said_saved(saving) if any(saving) else ""
    came = f"{received[:16].replace('T', ' ')} 收到" if received else ""
    return "，".join(filter(None, (name, saved, came)))


def _minute(time: datetime) -> str:
    return f"{time.astimezone():%Y-%m-%d %H:%M}"
