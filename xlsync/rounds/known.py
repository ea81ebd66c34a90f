"""What the repository knows of a round before a collection: what went out, what came, what stands.

Everything is read when it is first asked for; a collection of a few files in a large round asks
for little.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from xlsync.base.errors import XlsyncError
from xlsync.base.files import safe_name
from xlsync.form.identity import naming_values
from xlsync.repository import layout, round_order
from xlsync.rounds.ledger import Issued, issued, issued_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.repository import Repository, Snapshot


_KEPT = 64
"""Entries of the ledger that stay in memory."""


class Taken(NamedTuple):
    """A version that was accepted: of which record, filled in on which issue, saying what."""

    record: str
    issue: int | None
    content: str


class Known:
    """One round in one snapshot."""

    def __init__(
        self, repository: Repository, snapshot: Snapshot, round_name: str, forms: Mapping[str, Form]
    ) -> None:
        """Look at a round; nothing is read yet but the names of its records."""
        self.snapshot = snapshot
        self.round = round_name
        self.forms = forms
        self.records = snapshot.records(round_name)
        self._repository = repository
        self._earlier: dict[str, Snapshot | None] = {}
        self._issued: dict[str, Issued | None] = {}
        self._contents: dict[tuple[str, int], Record] = {}

    # ---- what went out ----------------------------------------------------------------

    @cached_property
    def issued_ids(self) -> frozenset[str]:
        """The records that went out in this round; none where nothing was distributed."""
        names = self.snapshot.names(f"{layout.ISSUED}/{self.round}")
        return frozenset(name.removesuffix(".json") for name in names)

    def issued(self, record_id: str) -> Issued | None:
        """What went out for a record in this round."""
        if record_id not in self.issued_ids:
            return None
        if record_id not in self._issued:
            _make_room(self._issued)
            self._issued[record_id] = issued(self.snapshot, self.round, record_id)
        return self._issued[record_id]

    def content(self, record_id: str, number: int) -> Record:
        """The record as an issue took it out; XlsyncError when there was no such issue."""
        key = record_id, number
        if key not in self._contents:
            _make_room(self._contents)
            found = issued_record(self.snapshot, self.round, record_id, number)
            if found is None:
                raise XlsyncError(f"no issue {number} of record {record_id} in {self.round}")
            self._contents[key] = found
        return self._contents[key]

    def identity_of(self, record_id: str, number: int) -> tuple[str, ...]:
        """The values that told a project from others when it went out."""
        content = self.content(record_id, number)
        form = self.forms.get(content["form"])
        return naming_values(form.mapping, content) if form else ()

    @cached_property
    def _owners(self) -> dict[tuple[str, ...], str]:
        return {
            self.identity_of(record_id, entry.last.number): record_id
            for record_id in sorted(self.issued_ids)
            if (entry := self.issued(record_id)) is not None
        }

    def owner(self, values: tuple[str, ...]) -> str | None:
        """The issued record that these values belong to."""
        return self._owners.get(values)

    def before(self, record_id: str, commit: str | None) -> Record | None:
        """The round's version of a record at the commit that an issue was made from."""
        if commit is None:
            return None
        if commit not in self._earlier:
            try:
                self._earlier[commit] = self._repository.snapshot(commit)
            except XlsyncError:
                # A repository that was put together from others may lack it.
                self._earlier[commit] = None
        snapshot = self._earlier[commit]
        entry = snapshot.records(self.round).get(record_id) if snapshot else None
        return snapshot.record(entry) if snapshot and entry else None

    # ---- what came --------------------------------------------------------------------

    def was_accepted(self, digest: str, count: int) -> list[bool]:
        """Of each form in a file, whether the very same was collected in this round and accepted.

        A file that was never received, or was read as other forms then, has none.
        """
        receipt = self.snapshot.receipt(self.round, digest)
        forms = receipt["forms"] if receipt else []
        return [form["accepted"] for form in forms] if len(forms) == count else [False] * count

    @cached_property
    def taken(self) -> set[Taken]:
        """Every version that was accepted in this round."""
        return {
            Taken(form["record"], form.get("issue"), form["content"])
            for receipt in self.snapshot.receipts(self.round)
            for form in receipt["forms"]
            if form["accepted"] and form["content"]
        }

    def accept(self, one: Taken) -> None:
        """Note a version that is accepted now."""
        self.taken.add(one)
        if one.issue is not None:
            self._issues.setdefault((one.record, one.content), one.issue)

    def issue_of(self, record_id: str, content: str) -> int | None:
        """The issue on which an accepted version was filled in, where it was on one."""
        return self._issues.get((record_id, content))

    @cached_property
    def _issues(self) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = {}
        for one in self.taken:
            if one.issue is not None:
                key = one.record, one.content
                found[key] = min(one.issue, found.get(key, one.issue))
        return found

    # ---- what stands ------------------------------------------------------------------

    @cached_property
    def _ids(self) -> dict[tuple[str, str], str]:
        rounds = sorted(self.snapshot.rounds(), key=round_order)
        named = {
            (entry.group, entry.title): entry.id
            for name in (*rounds, self.round)
            for entry in self.snapshot.records(name).values()
        }
        for record_id in sorted(self.issued_ids):
            entry = self.issued(record_id)
            if entry is not None:
                named[safe_name(entry.group), safe_name(entry.title)] = record_id
        return named

    def id_of(self, group: str, title: str) -> str | None:
        """The id of the record that bears these names, the latest round first."""
        return self._ids.get((safe_name(group), safe_name(title)))

    def namesake(self, group: str, title: str) -> str | None:
        """The id of the record of this round that bears these names."""
        return self._namesakes.get((safe_name(group), safe_name(title)))

    @cached_property
    def _namesakes(self) -> dict[tuple[str, str], str]:
        return {(entry.group, entry.title): entry.id for entry in self.records.values()}


def _make_room(kept: dict[Any, Any]) -> None:
    """Keep what one record after the other asks for again and again, and no whole round."""
    if len(kept) >= _KEPT:
        kept.clear()
