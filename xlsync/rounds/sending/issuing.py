"""One workbook on its way out: what it says of itself, sealed, and how it is told again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from xlsync.exchange.workbooks import Order
from xlsync.rounds.kept.ledger import Issue
from xlsync.workbook.manifest import content_mark
from xlsync.writer import describe, prefilled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.workbook.manifest import Manifest


@dataclass(frozen=True)
class Ticket:
    """A workbook that is going out for a record: in which round, as which issue, from where.

    ``content`` is the record in canonical bytes, ``base`` the commit that it is made from,
    ``fixed`` the values by pointer that its recipient must not change, ``due`` an ISO date,
    ``contact`` any text.
    """

    content: bytes
    round: str
    number: int
    base: str | None
    fixed: Mapping[str, str] = field(default_factory=dict)
    due: str | None = None
    contact: str | None = None

    @cached_property
    def record(self) -> Record:
        """The record itself."""
        made: Record = json.loads(self.content)
        return made

    def manifest(self, form: Form, key: bytes) -> Manifest:
        """What the workbook says of itself, sealed."""
        described = replace(
            describe(form, self.record),
            round=self.round,
            issue=str(self.number),
            base=self.base,
            prefilled=prefilled(form, self.record),
            due=self.due,
            contact=self.contact,
            fixed=dict(self.fixed),
            content=content_mark(self.content),
        )
        return described.sealed(key)

    def order(self, form: Form, key: bytes) -> Order:
        """What is asked of those who make workbooks."""
        return Order(self.record, self.manifest(form, key), locked_slots(form, self.fixed))

    def issue(self, time: str, file: str | None, reason: str) -> Issue:
        """The line of the ledger, without its content."""
        return Issue(self.number, time, self.base, file, reason, self.fixed, self.due, self.contact)

    def fingerprint(self) -> str:
        """Tells whether two tickets make the same workbook, whatever commit they were made from."""
        about = (self.round, self.number, sorted(self.fixed.items()), self.due, self.contact)
        return hashlib.sha256(self.content + repr(about).encode()).hexdigest()


def locked_slots(form: Form, fixed: Iterable[str]) -> frozenset[str]:
    """The fields of some pointers."""
    pointers = set(fixed)
    return frozenset(slot for slot, item in form.mapping.fields.items() if item.pointer in pointers)
