"""The records of one round joined: what both sides say stands, what contradicts waits.

A record goes by its id, whatever its title and its path. What both changed is merged on the
version from which they parted, as a collection merges what comes back; where there is no such
version, on what went out first of all that was answered. Of two versions that contradict each
other, or that break a rule of the form together, the one that came first stays, and the other
waits until a person has chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import XlsyncError
from xlsync.base.problems import has_error
from xlsync.base.record import canonical_bytes
from xlsync.records import merge
from xlsync.repository import layout
from xlsync.rounds.joining_ledger import instant
from xlsync.rounds.outcomes import State
from xlsync.rounds.versions import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.repository import Entry, Snapshot
    from xlsync.rounds.joining_receipts import Receipts

    Waiting = dict[str, Record]


class Stand(NamedTuple):
    """A record as it stands after a join, and where."""

    path: str
    record: Record


@dataclass(frozen=True)
class Records:
    """Joins the records of one round, one after the other.

    ``sent`` gives what an issue took out, or the last one; ``files`` the names of a received file
    by its key. With ``is_inner`` what no rule decides stays as the first side has it.
    """

    round: str
    forms: Mapping[str, Form]
    sides: tuple[Snapshot, Snapshot, Snapshot]
    receipts: Receipts
    sent: Callable[[str, int | None], Record | None]
    files: Callable[[str], list[str]]
    is_inner: bool

    def join(self, record_id: str) -> tuple[Stand | None, Waiting]:
        """What stands of a record, and the version that now waits, by its path."""
        entries = [side.records(self.round).get(record_id) for side in self.sides]
        base, ours, theirs = (one.blob if one else None for one in entries)
        if theirs in {ours, base, None} and ours is not None:
            return self._stand(entries, 1), {}
        if ours in {base, None}:
            return self._stand(entries, 2), {}
        return self._merge(record_id, entries)

    def _stand(self, entries: list[Entry | None], number: int) -> Stand | None:
        """One side's version; where only the other one moved it, there."""
        entry, other = entries[number], entries[3 - number]
        if entry is None:
            return None
        base = entries[0].path if entries[0] else None
        path = entry.path
        if other is not None and entry.path == base:
            path = other.path
        elif other is not None and other.path != base and other.blob == entry.blob:
            path = min(entry.path, other.path)
        return Stand(path, self.sides[number].record(entry))

    def _merge(self, record_id: str, entries: list[Entry | None]) -> tuple[Stand | None, Waiting]:
        base, *versions = (
            side.record(entry) if entry else None
            for side, entry in zip(self.sides, entries, strict=True)
        )
        found = [one for one in versions if one is not None]
        first, second = sorted(found, key=lambda one: self._came(record_id, one))
        if first["form"] != second["form"]:
            if not self.is_inner:
                raise XlsyncError(
                    f"{self.round}: record {record_id} is of form {first['form']} on one side and "
                    f"of form {second['form']} on the other; make it one form on one of them"
                )
            return self.placed(first), {}
        form = self.form(first)
        if base is None:
            base = self.sent(record_id, self.receipts.oldest.get(record_id))
        if base is not None and base.get("form") != form.id:
            base = None
        merged = merge(form.mapping, base, *sorted(found, key=lambda one: self._on(record_id, one)))
        if not merged.conflicts and not has_error(form.check(merged.record)):
            return self.placed(merged.record), {}
        return self.placed(first), self._waiting(record_id, base, second)

    def form(self, record: Record) -> Form:
        """The form of a record; XlsyncError where it is not at hand."""
        if record["form"] not in self.forms:
            raise XlsyncError(f"no form {record['form']!r} is installed that could merge a record")
        return self.forms[record["form"]]

    def placed(self, record: Record) -> Stand:
        """A record at the path that its names give it."""
        form = self.form(record)
        names = form.group(record), form.title(record)
        return Stand(layout.record_path(self.round, record["id"], *names), record)

    def _came(self, record_id: str, record: Record) -> tuple[float, str]:
        content = digest(record)
        key = self.receipts.first(record_id, content)
        return instant(self.receipts.received(key) if key else None), content

    def _on(self, record_id: str, record: Record) -> tuple[int, str]:
        """The order in which a collection puts versions together."""
        content = digest(record)
        return self.receipts.issue(record_id, content) or 0, content

    def _waiting(self, record_id: str, base: Record | None, version: Record) -> Waiting:
        content = digest(version)
        key = self.receipts.first(record_id, content)
        path = layout.conflict_path(self.round, record_id, content)
        waiting = {
            "issue": self.receipts.issue(record_id, content),
            "base": base,
            "theirs": version,
            "file": next(iter(self.files(key)), None) if key else None,
            "received": self.receipts.received(key) if key else None,
            "receipt": key,
        }
        self.receipts.note(record_id, content, State.CONFLICT)
        return {path: waiting}

    def let_in(self, stand: Stand | None, waiting: Waiting, moment: str) -> Stand | None:
        """Let in what waits and contradicts nothing any more; it is taken out of ``waiting``."""
        if stand is None:
            return None
        for path, one in sorted(waiting.items()):
            made = self._together(stand.record, one)
            if made is None:
                continue
            del waiting[path]
            is_new = made != stand.record
            state = State.MERGED if is_new else State.UNCHANGED
            self.receipts.note(made["id"], digest(one["theirs"]), state, settled=moment)
            # What has got in may let in what was looked at before it.
            return self.let_in(self.placed(made) if is_new else stand, waiting, moment)
        return stand

    def _together(self, standing: Record, waiting: Record) -> Record | None:
        theirs = waiting["theirs"]
        if standing == theirs:
            return standing
        if {standing["form"], (waiting["base"] or theirs)["form"]} != {theirs["form"]}:
            return None
        form = self.form(standing)
        merged = merge(form.mapping, waiting["base"], standing, theirs)
        if merged.conflicts:
            return None
        is_new = merged.record != standing
        return None if is_new and has_error(form.check(merged.record)) else merged.record


def join_merged(
    stand: Stand | None,
    records: Iterable[Record | None],
    documents: Iterable[Record | None],
) -> Record | None:
    """From which versions the standing record was put together, as far as one side knows it.

    A record that only the join has put together starts anew from what it is.
    """
    base, *own = documents
    fitting = [
        document
        for document, record in zip(own, records, strict=True)
        if stand is not None and record == stand.record
    ]
    if len(fitting) > 1 and base in fitting:
        fitting.remove(base)
    known = [one for one in fitting if one is not None]
    return min(known, key=canonical_bytes, default=None)
