"""The round's version of each record, and how another returned version gets into it.

Every version of an issued workbook is merged on what that issue took out. The record is made
anew from all versions that were accepted, in an order of their own, so that it does not matter
in which order they came. A version that contradicts them waits, and enters nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from xlsync.base.problems import has_error
from xlsync.base.record import canonical_bytes
from xlsync.records import merge
from xlsync.repository import layout
from xlsync.rounds.known import Taken
from xlsync.rounds.ledger import statement
from xlsync.rounds.outcomes import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.repository import Changes
    from xlsync.rounds.known import Known


CONTRADICTS = "B004"
"""The code of the problem that a version has while it waits."""


@dataclass(frozen=True)
class Version:
    """A record as it was filled in on an issue."""

    issue: int
    record: Record

    @cached_property
    def content(self) -> str:
        """The SHA-256 of the record."""
        return digest(self.record)


def digest(record: Record) -> str:
    """The SHA-256 by which a version of a record is known."""
    return hashlib.sha256(canonical_bytes(record)).hexdigest()


class Versions:
    """The records of a round while a collection goes on."""

    def __init__(self, known: Known, changes: Changes, now: str = "") -> None:
        """Begin with what the snapshot holds; ``now`` is the time of what happens."""
        self.known = known
        self.changes = changes
        self.now = now
        self.settled: dict[tuple[str, str], State] = {}
        """Versions that waited and got in, or came to nothing, by record and content."""
        self._merged: dict[str, Record | None] = {}
        self._waiting: dict[str, dict[str, Record]] = {}

    # ---- what comes in ------------------------------------------------------------------

    def replace(self, record: Record) -> State:
        """Take a record that is no answer to any issue: it says all that there is to say."""
        record_id = record["id"]
        former = self.changes.record(record_id)
        if former == record:
            return State.UNCHANGED
        self._put(record)
        self._keep_merged(record_id, None)
        self._reconsider(record_id)
        return State.UPDATED if former is not None else State.NEW

    def take(self, version: Version) -> State:
        """Take what came back of an issue: :attr:`State.CONFLICT` where it cannot get in."""
        record_id = version.record["id"]
        state = self._try(version)
        if state is not State.CONFLICT:
            self.known.accept(Taken(record_id, version.issue, version.content))
        if state not in {State.CONFLICT, State.UNCHANGED}:
            self._reconsider(record_id)
        return state

    def wait(self, version: Version, file: str, receipt: str) -> None:
        """Keep a version that contradicts the others until somebody has chosen."""
        record_id, content = version.record["id"], version.content
        path = layout.conflict_path(self.known.round, record_id, content)
        waiting = self.waiting(record_id)
        if path not in waiting:
            waiting[path] = {
                "issue": version.issue,
                "base": self.known.content(record_id, version.issue),
                "theirs": version.record,
                "file": file,
                "received": self.now,
                "receipt": receipt,
            }
            self.changes.put_document(path, waiting[path])

    def waiting(self, record_id: str) -> dict[str, Record]:
        """The versions of a record that wait, by their paths."""
        if record_id not in self._waiting:
            folder = layout.conflict_folder(self.known.round, record_id)
            found = self.known.snapshot.documents(folder)
            self._waiting[record_id] = {f"{folder}/{name}": one for name, one in found}
        return self._waiting[record_id]

    def standing(self, record_id: str) -> Record | None:
        """The round's version of a record, or what went out last where nothing came yet."""
        return self.changes.record(record_id) or self._said(record_id)

    def resolve(self, record_id: str, path: str, record: Record) -> None:
        """Put in place what a person chose where a version waited."""
        self._put(record)
        self._keep_merged(record_id, None)
        self._close(record_id, path, State.MERGED)
        self._reconsider(record_id)

    # ---- how it gets in -----------------------------------------------------------------

    def _try(self, version: Version) -> State:
        record_id = version.record["id"]
        form = self.known.forms[version.record["form"]]
        base = self.known.content(record_id, version.issue)
        current = self.changes.record(record_id)
        if current is not None and self._brings_nothing(form, base, current, version.record):
            return State.UNCHANGED
        start, versions = self._lineage(record_id, current)
        versions = [one for one in versions if one.record != self._base(one)]
        if not versions and start == base:
            made = version.record
            self._keep_merged(record_id, None)
        else:
            versions.append(version)
            together = self._fold(form, start, versions)
            if together is None or has_error(form.check(together)):
                return State.CONFLICT
            made = together
            kept = {"start": start, "versions": [_as_json(one) for one in _ordered(versions)]}
            self._keep_merged(record_id, kept)
        self._put(made)
        if current is None:
            return State.NEW
        return State.UPDATED if made == version.record else State.MERGED

    @staticmethod
    def _brings_nothing(form: Form, base: Record, ours: Record, theirs: Record) -> bool:
        if ours == theirs:
            return True
        merged = merge(form.mapping, base, ours, theirs)
        return not merged.conflicts and merged.record == ours

    def _lineage(self, record_id: str, current: Record | None) -> tuple[Record, list[Version]]:
        """What a record was made from: where it started, and the versions that went into it."""
        said = self._said(record_id)
        if said is None:
            raise AssertionError("only an answer to an issue is merged")
        # What stood there when the workbook went out, the workbook took out with it.
        if current is None or self._went_out_from(record_id) == current:
            return said, []
        kept = self._kept_merged(record_id)
        if kept is not None:
            return kept["start"], [Version(one["issue"], one["record"]) for one in kept["versions"]]
        filled = self.known.issue_of(record_id, digest(current))
        return (current, []) if filled is None else (said, [Version(filled, current)])

    def _said(self, record_id: str) -> Record | None:
        """What went out last for a record, copies for correction aside."""
        entry = self.known.issued(record_id)
        return self.known.content(record_id, statement(entry).number) if entry else None

    def _went_out_from(self, record_id: str) -> Record | None:
        """The round's version of a record when that went out."""
        entry = self.known.issued(record_id)
        return self.known.before(record_id, statement(entry).base) if entry else None

    def _fold(self, form: Form, start: Record, versions: Iterable[Version]) -> Record | None:
        """Everything that the versions say; None where two of them contradict each other."""
        record = start
        for one in _ordered(versions):
            merged = merge(form.mapping, self._base(one), record, one.record)
            if merged.conflicts:
                return None
            record = merged.record
        return record

    def _base(self, version: Version) -> Record:
        return self.known.content(version.record["id"], version.issue)

    def _reconsider(self, record_id: str) -> None:
        """Look again at what waits, now that the record has moved on."""
        while closed := self._let_in(record_id):
            path, state = closed
            self._close(record_id, path, state)

    def _let_in(self, record_id: str) -> tuple[str, State] | None:
        """Let one of the waiting versions in, if any can be."""
        for path, one in sorted(self.waiting(record_id).items()):
            # What another coordinator made of several issues answers none: a person has to choose.
            if one["issue"] is None:
                if self.changes.record(record_id) == one["theirs"]:
                    return path, State.UNCHANGED
                continue
            state = self._try(Version(one["issue"], one["theirs"]))
            if state is not State.CONFLICT:
                return path, state
        return None

    def _close(self, record_id: str, path: str, state: State) -> None:
        one = self.waiting(record_id).pop(path)
        version = Version(one["issue"], one["theirs"])
        self.changes.drop(path)
        self.settled[record_id, version.content] = state
        self.known.accept(Taken(record_id, version.issue, version.content))
        if one["receipt"] is not None:
            self._note(one["receipt"], record_id, version.content, state)

    def _note(self, receipt: str, record_id: str, content: str, state: State) -> None:
        """Say in the receipt of a file that it got in at last."""
        path = layout.receipt_path(self.known.round, receipt)
        document: Json = self.changes.document(path)
        for form in document["forms"] if document else ():
            if (form["record"], form["content"]) == (record_id, content):
                left = [found for found in form["problems"] if found["code"] != CONTRADICTS]
                form.update(state=state.value, accepted=True, problems=left, settled=self.now)
                self.changes.put_document(path, document)

    # ---- where it is kept ---------------------------------------------------------------

    def _put(self, record: Record) -> None:
        form = self.known.forms[record["form"]]
        names = form.group(record), form.title(record)
        self.changes.put_record(record["id"], *names, record)

    def _kept_merged(self, record_id: str) -> Record | None:
        if record_id not in self._merged:
            path = layout.merged_path(self.known.round, record_id)
            self._merged[record_id] = self.known.snapshot.document(path)
        return self._merged[record_id]

    def _keep_merged(self, record_id: str, made: Record | None) -> None:
        if made == self._kept_merged(record_id):
            return
        self._merged[record_id] = made
        path = layout.merged_path(self.known.round, record_id)
        if made is None:
            self.changes.drop(path)
        else:
            self.changes.put_document(path, made)


def _ordered(versions: Iterable[Version]) -> Iterator[Version]:
    return iter(sorted(versions, key=lambda one: (one.issue, one.content)))


def _as_json(version: Version) -> Json:
    return {"issue": version.issue, "record": version.record}
