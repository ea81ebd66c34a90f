"""The records of a round as its rules go through them, once or several times.

Of a record only that is kept which rules of rounds ask, on disk where there are many: a round may
have fifty thousand. Each turn makes the objects anew.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from xlsync.base.disk_map import DiskMap
from xlsync.base.errors import XlsyncError
from xlsync.base.record import get
from xlsync.form.rules.of_rounds import RoundRuleBase
from xlsync.form.types import comparable
from xlsync.records import amount_of
from xlsync.rounds.checking.asked_records import asked_elsewhere, asked_of
from xlsync.rounds.kept.findings import Project
from xlsync.rounds.state.exporting import counted_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from decimal import Decimal

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.repository import Entry, Snapshot

Rule = TypeVar("Rule", bound=RoundRuleBase)


class AuditedRecord(NamedTuple):
    """A record of the round, as far as rules of rounds ask; ``at`` is its place among all."""

    at: int
    entry: Entry
    form: Form
    record: Record

    @property
    def project(self) -> Project:
        """How findings name it."""
        form = self.form
        return Project(self.entry.id, form.group(self.record), form.title(self.record))

    def amount(self, slot: str) -> Decimal | None:
        """An amount in 元; None where there is none."""
        item = self.form.mapping.fields[slot]
        return amount_of(get(self.record, item.pointer), item.type)

    def text(self, slot: str) -> str:
        """A value as such texts are compared, empty where there is none."""
        value = get(self.record, self.form.mapping.fields[slot].pointer)
        return comparable(str(value)) if value not in {None, ""} else ""

    def rules(self, kind: type[Rule]) -> list[Rule]:
        """The rules of rounds of one kind that its form has."""
        return rules_of(self.form, kind)


class AuditedRecords:
    """The records of a round that count, in the order of the roster, by their places in it."""

    def __init__(self, forms: Mapping[str, Form], snapshot: Snapshot, round_name: str) -> None:
        """List them; none is read yet."""
        self.forms, self.snapshot, self.round = forms, snapshot, round_name
        self.ids = counted_ids(snapshot, round_name)
        self._asked: DiskMap[int, bytes] = DiskMap()

    def __len__(self) -> int:
        """How many there are."""
        return len(self.ids)

    def __iter__(self) -> Iterator[AuditedRecord]:
        """All of them."""
        return self.some(range(len(self)))

    def some(self, places: Iterable[int]) -> Iterator[AuditedRecord]:
        """Those at some places, in this order.

        Raises:
            XlsyncError: when the form of one is missing.
        """
        for at in places:
            entry = self.entry(at)
            kept = self._asked.get(at)
            asked: Record = self._read(at, entry) if kept is None else pickle.loads(kept)  # noqa: S301 - pickled below, into a file without a name
            yield AuditedRecord(at, entry, self.form(asked), asked)

    def entry(self, at: int) -> Entry:
        """The names of one, which need no reading."""
        entry = self.snapshot.entry(self.round, self.ids[at])
        if entry is None:
            raise AssertionError("a snapshot never changes")
        return entry

    def form(self, record: Record) -> Form:
        """The form of a record; XlsyncError where it is missing."""
        form = self.forms.get(str(record.get("form")))
        if form is None:
            raise XlsyncError(f"没有安装表 {record.get('form')}，不能核查这一轮")
        return form

    def ask_all(self) -> None:
        """Let a cluster, where there is one, find out what is asked of all records."""
        entries = map(self.entry, range(len(self)))
        found = asked_elsewhere(self.forms, self.snapshot, entries, len(self))
        for at, asked in enumerate(found):
            if asked is not None:
                self._keep(at, asked)

    def _read(self, at: int, entry: Entry) -> Record:
        whole = self.snapshot.record(entry)
        asked = asked_of(self.form(whole), whole)
        self._keep(at, asked)
        return asked

    def _keep(self, at: int, asked: Record) -> None:
        self._asked[at] = pickle.dumps(asked)


def rules_of(form: Form, kind: type[Rule]) -> list[Rule]:
    """The rules of rounds of one kind that a form has."""
    return [one for one in form.mapping.round_rules if isinstance(one, kind)]
