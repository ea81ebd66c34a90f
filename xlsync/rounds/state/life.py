"""The life of one record over all rounds: what went out, what came back, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from xlsync.base.problems import Problem, Severity
from xlsync.repository import RevisionKind, layout
from xlsync.rounds.kept.decisions import UNDO, Act, decisions_of
from xlsync.rounds.kept.ledger import CORRECTED, RETURNED, issued
from xlsync.rounds.kept.outcomes import CHANGES, State
from xlsync.rounds.kept.receipt_documents import receipt_of, receipts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.record import Json
    from xlsync.repository import Repository, Revision, Snapshot
    from xlsync.rounds.kept.decisions import Decision
    from xlsync.rounds.kept.receipt_documents import FormReceipt, Receipt

SENT, SENT_BACK, CAME_AGAIN = "下发", "退回修改", "更正"
_KINDS = {
    RevisionKind.ADDED: State.NEW.value,
    RevisionKind.CHANGED: State.UPDATED.value,
    RevisionKind.RENAMED: "改名",
    RevisionKind.REMOVED: "移除",
}
_TOLD = {UNDO, *(one.word for one in Act)}
"""Words with which commits begin and that say better what was done than what became of a file."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a record; ``time`` is empty where nobody noted it.

    ``commit`` is the version that came of it, None where the record stayed as it was; ``file`` is
    the name of the workbook, ``issue`` its number in the round; ``decision`` is what a person
    decided, with the reason.
    """

    time: str
    round: str
    kind: str
    issue: int | None = None
    file: str | None = None
    problems: tuple[Problem, ...] = ()
    commit: str | None = None
    author: str | None = None
    decision: Decision | None = None

    def as_json(self) -> Json:
        """The event as ``xlsync log --json`` prints it."""
        return {
            "time": self.time or None,
            "round": self.round,
            "kind": self.kind,
            "issue": self.issue,
            "file": self.file,
            "commit": self.commit,
            "author": self.author,
            "problems": [one.as_json() for one in self.problems],
            "decision": self.decision.as_json() if self.decision else None,
        }

    @property
    def errors(self) -> list[Problem]:
        """Why it was not accepted."""
        return [one for one in self.problems if one.severity is Severity.ERROR]


def find_record(repository: Repository, text: str) -> str:
    """The id of the record that is meant, also of one that only went out so far.

    Raises:
        XlsyncError: when nothing or more than one record fits.
    """
    return repository.resolve(text)[2].id


def life(repository: Repository, record_id: str) -> list[Event]:
    """Everything that happened to a record, the newest first."""
    snapshot = repository.snapshot()
    revisions = repository.log(record_id)
    rounds = snapshot.rounds()
    events: list[Event] = []
    for name in rounds:
        own = [one for one in reversed(revisions) if one.round == name]
        events += _sent(snapshot, name, record_id)
        events += _Came(repository, snapshot, name, record_id, own).events()

    def order(one: Event) -> tuple[float, int, int]:
        return _moment(one.time), rounds.index(one.round), one.issue or 0

    return sorted(events, key=order, reverse=True)


def _name(revision: Revision) -> str:
    """Who made a version, without the address."""
    return revision.author.partition(" <")[0]


def _kind(revision: Revision) -> str:
    """What a commit did, by its own word where it was a decision or took one back."""
    word = revision.message.partition(" ")[0]
    return word if word in _TOLD else _KINDS[revision.kind]


def _moment(time: str) -> float:
    return datetime.fromisoformat(time).timestamp() if time else 0.0


def _sent(snapshot: Snapshot, round_name: str, record_id: str) -> Iterator[Event]:
    entry = issued(snapshot, round_name, record_id)
    for one in entry.issues if entry else ():
        if one.reason == CORRECTED:
            continue
        kind = SENT_BACK if one.reason == RETURNED else SENT
        yield Event(one.time, round_name, kind, one.number, one.file)


@dataclass(frozen=True)
class _Came:
    """What came back of a record in a round; ``revisions`` are its versions, the oldest first."""

    repository: Repository
    snapshot: Snapshot
    round: str
    record: str
    revisions: list[Revision]

    def events(self) -> Iterator[Event]:
        """What came, with the versions that came of it, and the versions that no file tells of."""
        told: set[str | None] = set()
        for event in self._receipts():
            told.add(event.commit)
            yield event
        for event in self._decisions():
            told.add(event.commit)
            yield event
        for one in self.revisions:
            if one.commit not in told:
                kind = _kind(one)
                yield Event(
                    one.time.isoformat(),
                    self.round,
                    kind,
                    file=None if kind in _TOLD else one.path.rpartition("/")[2],
                    commit=one.commit,
                    author=_name(one),
                )

    def _decisions(self) -> Iterator[Event]:
        """What people decided, each with the version that the same commit made."""
        made: dict[tuple[str, Act], Revision] = {}
        for one in self.revisions:
            for decision in decisions_of(
                self.repository.snapshot(one.commit), self.round, self.record
            ):
                # A decision that was undone stands in the way of none that came later.
                made.setdefault((decision.time, decision.act), one)
        for decision in decisions_of(self.snapshot, self.round, self.record):
            version = made.get((decision.time, decision.act)) if decision.made else None
            yield Event(
                decision.time,
                self.round,
                decision.act.word,
                commit=version.commit if version else None,
                author=decision.by,
                decision=decision,
            )

    def _receipts(self) -> Iterator[Event]:
        for key, receipt in receipts_of(self.snapshot, self.round, holding=self.record):
            for at, form in enumerate(receipt.forms):
                if form.record == self.record:
                    made = self._event(key, receipt, form)
                    yield from self._with_version(made, form, key, at)

    def _event(self, key: str, receipt: Receipt, form: FormReceipt) -> Event:
        state, issue = form.state, form.issue
        files = self.snapshot.names(layout.received_folder(self.round, key))
        was_sent = bool(self.snapshot.names(layout.folder(layout.ISSUED, self.round)))
        is_correction = was_sent and issue is None and state is State.UPDATED
        return Event(
            receipt.received or "",
            self.round,
            CAME_AGAIN if is_correction else state.value,
            issue,
            files[0] if files else None,
            form.problems,
        )

    def _with_version(self, event: Event, form: FormReceipt, key: str, at: int) -> Iterator[Event]:
        """The event, or two of them where it waited first."""
        if form.settled:
            yield replace(event, kind=State.CONFLICT.value)
            event = replace(event, time=form.settled)
        made = self._version(key, at) if form.state in CHANGES else None
        if made is not None:
            event = replace(
                event,
                time=event.time or made.time.isoformat(),
                commit=made.commit,
                author=_name(made),
            )
        yield event

    def _version(self, key: str, at: int) -> Revision | None:
        """The version with which a form of a receipt got in: that of the same commit."""
        for one in self.revisions:
            receipt = receipt_of(self.repository.snapshot(one.commit), self.round, key)
            if receipt is not None and at < len(receipt.forms) and receipt.forms[at].accepted:
                return one
        return None
