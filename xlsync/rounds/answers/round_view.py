"""What the repository knows of a round before a collection: what went out, what came, what stands.

Everything is read when it is first asked for; a collection of a few files in a large round asks
for little.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from xlsync.base.disk_map import DiskMap
from xlsync.base.errors import XlsyncError
from xlsync.base.files import safe_name
from xlsync.base.record import canonical_bytes
from xlsync.form.identity import naming_values
from xlsync.repository import layout, round_order
from xlsync.rounds.kept.claims import Borne, claimed
from xlsync.rounds.kept.documents import KeptAnswers, instant
from xlsync.rounds.kept.ledger import ledger_of, withdrawn
from xlsync.rounds.kept.receipt_documents import Receipt, receipt_of, receipts_of
from xlsync.workbook.manifest import content_mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.repository import Entry, Repository, Snapshot
    from xlsync.rounds.kept.ledger import Issue, Issued, LedgerDocument, Withdrawn
    from xlsync.rounds.kept.receipt_documents import FormReceipt
    from xlsync.rounds.returned.received_forms import IssueClaim


_KEPT = 64
"""Entries of the ledger that stay in memory."""


class Evidence(NamedTuple):
    """A form that was accepted: the key of its file, and when that came first."""

    form: FormReceipt
    key: str
    received: str | None

    def order(self) -> tuple[bool, int, float, float]:
        """The first issue first, none last; on one issue what was saved last comes first."""
        saved = -instant(self.form.saved) if self.form.saved else 0.0
        return self.form.issue is None, self.form.issue or 0, saved, instant(self.received)


class RoundView:
    """One round in one snapshot."""

    def __init__(
        self, repository: Repository, snapshot: Snapshot, round_name: str, forms: Mapping[str, Form]
    ) -> None:
        """Look at a round; nothing is read yet."""
        self.snapshot = snapshot
        self.round = round_name
        self.forms = forms
        self._repository = repository
        self._earlier: dict[str, Snapshot | None] = {}
        self._ledger: dict[str, LedgerDocument | None] = {}
        self._marks: dict[tuple[str, int], str] = {}
        self._accepted: dict[str, list[Evidence]] = {}

    # ---- what went out ----------------------------------------------------------------

    @cached_property
    def has_issues(self) -> bool:
        """Whether anything was distributed in this round."""
        return self.snapshot.has_any(layout.folder(layout.ISSUED, self.round))

    def is_issued(self, record_id: str) -> bool:
        """Whether a record went out in this round."""
        return self.issued(record_id) is not None

    def _issued_ids(self) -> list[str]:
        """The records that went out in this round, in the order of their ids."""
        names = self.snapshot.names(layout.folder(layout.ISSUED, self.round))
        return sorted(name.removesuffix(".json") for name in names)

    @cached_property
    def waiting_ids(self) -> frozenset[str]:
        """The records of which a version waits."""
        return frozenset(self.snapshot.names(layout.folder(layout.CONFLICTS, self.round)))

    def issued(self, record_id: str) -> Issued | None:
        """What went out for a record in this round."""
        is_id = layout.ID.fullmatch(record_id) is not None
        document = self._ledger_of(record_id) if is_id else None
        return document.issued if document else None

    def content(self, record_id: str, number: int) -> Record:
        """The record as an issue took it out; XlsyncError when there was no such issue."""
        document = self._ledger_of(record_id)
        entries = reversed(document.entries) if document else ()
        found = next((one.content for one in entries if one.issue.number == number), None)
        if found is None:
            raise XlsyncError(f"no issue {number} of record {record_id} in {self.round}")
        return found

    def _ledger_of(self, record_id: str) -> LedgerDocument | None:
        """The file of the ledger for a record, read once while the same record is asked for."""
        if record_id not in self._ledger:
            _make_room(self._ledger)
            self._ledger[record_id] = ledger_of(self.snapshot, self.round, record_id)
        return self._ledger[record_id]

    def identity_of(self, record_id: str, number: int) -> tuple[str, ...]:
        """The values that told a project from others when it went out."""
        content = self.content(record_id, number)
        form = self.forms.get(content["form"])
        return naming_values(form.mapping, content) if form else ()

    @cached_property
    def _owners(self) -> dict[tuple[str, ...], str]:
        return {
            self.identity_of(record_id, entry.last.number): record_id
            for record_id in self._issued_ids()
            if (entry := self.issued(record_id)) is not None
        }

    def owner(self, values: tuple[str, ...]) -> str | None:
        """The issued record that these values belong to."""
        return self._owners.get(values)

    def claimed(self, entry: Issued, claim: IssueClaim) -> Issue | None:
        """The issue that a workbook says it is; None where this repository does not hold it."""
        borne = (
            Borne(one.number, one.printed, one.base, partial(self._mark, entry.record, one.number))
            for one in entry.issues
        )
        number = claimed(claim, borne)
        return None if number is None else entry.find(number)

    def withdrawn(self, record_id: str, claim: IssueClaim) -> Withdrawn | None:
        """The workbook that was taken back, where one says it is that; see :meth:`claimed`."""
        gone = withdrawn(self.snapshot, self.round, record_id)
        borne = (Borne(one.number, one.printed, one.base, partial(str, one.mark)) for one in gone)
        number = claimed(claim, borne)
        return next((one for one in gone if one.number == number), None)

    def _mark(self, record_id: str, number: int) -> str:
        key = record_id, number
        if key not in self._marks:
            _make_room(self._marks)
            self._marks[key] = content_mark(canonical_bytes(self.content(record_id, number)))
        return self._marks[key]

    def at(self, commit: str | None) -> Snapshot | None:
        """The repository at an earlier commit; None where it lacks it."""
        if commit is None:
            return None
        if commit not in self._earlier:
            try:
                self._earlier[commit] = self._repository.snapshot(commit)
            except XlsyncError:
                # A repository that was put together from others may lack it.
                self._earlier[commit] = None
        return self._earlier[commit]

    def before(self, record_id: str, commit: str | None) -> Record | None:
        """The round's version of a record at the commit that an issue was made from."""
        snapshot = self.at(commit)
        entry = snapshot.entry(self.round, record_id) if snapshot else None
        return snapshot.record(entry) if snapshot and entry else None

    def kept(self, record_id: str, commit: str | None = None) -> KeptAnswers | None:
        """What a record was made from, now or at an earlier commit, as far as that was noted."""
        snapshot = self.snapshot if commit is None else self.at(commit)
        path = layout.merged_path(self.round, record_id)
        document = snapshot.document(path) if snapshot else None
        return None if document is None else KeptAnswers.from_json(document, path)

    # ---- what came --------------------------------------------------------------------

    def accepted_before(self, digest: str, count: int) -> list[FormReceipt | None]:
        """Of each form in a file, what its receipt says where it came before in this round.

        A file that was never received, or was read as other forms then, has none.
        """
        receipt = self.receipt(digest)
        forms = receipt.forms if receipt else ()
        return [*forms] if len(forms) == count else [None] * count

    def receipt(self, digest: str) -> Receipt | None:
        """The receipt of the file with this SHA-256."""
        return receipt_of(self.snapshot, self.round, digest)

    @cached_property
    def receipts(self) -> dict[str, Receipt]:
        """All receipts of the round, by the keys of their files."""
        return dict(receipts_of(self.snapshot, self.round))

    @cached_property
    def _accepted_keys(self) -> DiskMap[str, bytes]:
        """The keys of the files in which accepted versions came, by the record of these."""
        found: DiskMap[str, bytes] = DiskMap()
        for key, receipt in receipts_of(self.snapshot, self.round):
            came = (one for one in receipt.forms if one.accepted and one.content)
            for record_id in filter(layout.ID.fullmatch, {one.record or "" for one in came}):
                # A name that is not UTF-8 is not ours, but somebody may have put it there.
                own = key.encode(errors="surrogateescape")
                former = found.get(record_id)
                found[record_id] = own if former is None else b"%b/%b" % (former, own)
        return found

    def accepted(self, record_id: str) -> list[Evidence]:
        """Every version of a record that was accepted in this round, in the order of the keys."""
        if record_id not in self._accepted:
            _make_room(self._accepted)
            keys = self._accepted_keys.get(record_id, b"").decode(errors="surrogateescape")
            self._accepted[record_id] = [
                Evidence(form, key, receipt.received)
                for key in filter(None, keys.split("/"))
                for receipt in (self._receipt_at(key),)
                for form in receipt.forms
                if form.accepted and form.content and form.record == record_id
            ]
        return self._accepted[record_id]

    def _receipt_at(self, key: str) -> Receipt:
        path = f"{layout.folder(layout.RECEIPTS, self.round)}/{key}.json"
        return Receipt.from_json(self.snapshot.document(path), path)

    def evidence(self, record_id: str, content: str) -> Evidence | None:
        """What is known of an accepted version: on the first issue that it came on, saved last."""
        fitting = [one for one in self.accepted(record_id) if one.form.content == content]
        return min(fitting, key=Evidence.order, default=None)

    def file_name(self, key: str) -> str | None:
        """The name of a received file."""
        names = self.snapshot.names(layout.received_folder(self.round, key))
        return next(iter(sorted(names)), None)

    def is_accepted(
        self, record_id: str, issue: int | None, content: str, saved: str | None
    ) -> bool:
        """Whether a version was accepted in this round as an answer to this issue.

        Saved at another time it may be what a unit came back to.
        """
        return any(
            (one.form.issue, one.form.content) == (issue, content)
            and (saved is None or one.form.saved in {saved, None})
            for one in self.accepted(record_id)
        )

    # ---- what stands ------------------------------------------------------------------

    def entry(self, record_id: str | None) -> Entry | None:
        """The record of this round with an id; None where there is none."""
        return self.snapshot.entry(self.round, record_id) if record_id else None

    @cached_property
    def _ids(self) -> dict[tuple[str, str], str]:
        rounds = sorted(self.snapshot.rounds(), key=round_order)
        named = {
            (entry.group, entry.title): entry.id
            for name in (*rounds, self.round)
            for entry in self.snapshot.records(name).values()
        }
        for record_id in self._issued_ids():
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
        entries = self.snapshot.records(self.round).values()
        return {(entry.group, entry.title): entry.id for entry in entries}


def _make_room(kept: dict[Any, Any]) -> None:
    """Keep what one record after the other asks for again and again, and no whole round."""
    if len(kept) >= _KEPT:
        kept.clear()
