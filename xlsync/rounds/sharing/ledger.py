"""The ledgers of two coordinators joined: every issue of both, each under a number of its own.

A workbook that went out cannot be called back, so its issue is known by what it bears: its
number, the commit that it was made from, and what stood in it. Where both had given one number
to two workbooks, all are numbered anew in the order in which they went out; an issue whose
workbook bears another number says so (``stated``). The numbers follow from the issues alone, so
both coordinators come to the same ones.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.record import canonical_bytes
from xlsync.rounds.kept.documents import instant
from xlsync.rounds.kept.receipt_documents import receipts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsync.repository import Snapshot
    from xlsync.rounds.kept.ledger import LedgerDocument, LedgerEntry

    Numbers = dict[int, int]


class United(NamedTuple):
    """A file of the ledger, and for the file of each side the number that its issues have now."""

    document: LedgerDocument
    numbers: list[Numbers]

    @property
    def is_renumbered(self) -> bool:
        """Whether an issue has another number than a side knew it by."""
        return any(old != new for side in self.numbers for old, new in side.items())


def unite(sides: Iterable[LedgerDocument | None]) -> United:
    """Join the files of one record; a side may have none."""
    documents = list(sides)
    found: dict[str, LedgerEntry] = {}
    for document in filter(None, documents):
        for one in document.entries:
            key = _key(one)
            # One workbook that both have made is one, and went out when it first did.
            found[key] = min(found.get(key, one), one, key=_order)
    entries = list(found.values())
    printed = [one.issue.printed for one in entries]
    is_clash = len(set(printed)) < len(printed)
    ordered = sorted(entries, key=_order if is_clash else _printed)
    by_key: dict[str, int] = {}
    for one in ordered:
        by_key[_key(one)] = max(_printed(one), max(by_key.values(), default=0) + 1)
    head = max(filter(None, documents), key=lambda one: _recency(one, by_key))
    document = head.with_entries(one.numbered(by_key[_key(one)]) for one in ordered)
    maps = [
        {one.issue.number: by_key[_key(one)] for one in side.entries} if side else {}
        for side in documents
    ]
    return United(document, maps)


def was_answered(
    sides: Sequence[Snapshot],
    round_name: str,
    record_id: str,
    ledgers: Sequence[LedgerDocument | None],
) -> bool:
    """Whether one side took a workbook back to which an answer came at the other.

    Then it did not know; the workbook stays, as one that was answered does in an undoing. Of both
    sequences the first is where the two parted.
    """
    base, *own = ({one.issue.number for one in doc.entries} if doc else set() for doc in ledgers)
    gone = base - (own[0] & own[1])
    if not gone:
        return False
    known = {key for key, _ in receipts_of(sides[0], round_name)}
    return any(
        form.record == record_id and form.issue in gone
        for side in sides[1:]
        for key, receipt in receipts_of(side, round_name)
        if key not in known
        for form in receipt.forms
    )


def _printed(entry: LedgerEntry) -> int:
    return entry.issue.printed


def _key(entry: LedgerEntry) -> str:
    """What a workbook bears: by this it is told from any other, whatever its number is here."""
    borne = {key: one for key, one in entry.value.items() if key not in {"time", "file", "stated"}}
    return hashlib.sha256(canonical_bytes({**borne, "issue": _printed(entry)})).hexdigest()


def _order(entry: LedgerEntry) -> tuple[float, int, str, str]:
    return instant(entry.issue.time), _printed(entry), _key(entry), entry.issue.file or ""


def _recency(document: LedgerDocument, by_key: dict[str, int]) -> tuple[int, bytes]:
    """Whose names and form stand: those of the side that sent the last workbook."""
    last = max(by_key[_key(one)] for one in document.entries)
    return last, canonical_bytes(document.as_json())
