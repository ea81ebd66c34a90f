"""The ledger: which workbooks went out for each record of a round, and what stood in them.

One JSON file a record keeps every issue with the record exactly as it went out, which is the
base on which a returned workbook is merged. A sealed workbook names its issue, so that nobody
has to guess which one came back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from xlsync.base.record import canonical_bytes
from xlsync.repository import layout
from xlsync.rounds.kept.documents import Members
from xlsync.workbook.manifest import content_mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlsync.base.record import Json, Record
    from xlsync.repository import Changes, Snapshot

DISTRIBUTED = "distribute"
RETURNED = "return"
CORRECTED = "correct"
"""Why an issue was made: to be filled in, or back to be corrected; or no workbook went out at all,
and the coordinator corrected what an earlier one had taken out."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One workbook that went out, without its content (see :func:`issued_record`).

    ``base`` is the commit that it was made from; ``file`` is its path below the folder of the
    distribution, if it had one; ``fixed`` are the values that were locked, by pointer.
    ``stated`` is the number that the workbook bears, where it has another one here: two
    coordinators had given it to two workbooks, before each knew of the other's.
    """

    number: int
    time: str
    base: str | None
    file: str | None
    reason: str = DISTRIBUTED
    fixed: Mapping[str, str] = field(default_factory=dict)
    due: str | None = None
    contact: str | None = None
    stated: int | None = None

    @classmethod
    def from_json(cls, value: Json, path: str) -> Issue:
        """Read it back; DocumentError where it is none."""
        members = Members(path, "下发台账", value)
        fixed = members.get("fixed", dict)
        if not all(isinstance(one, str) for one in fixed.values()):
            raise members.error("fixed")
        return cls(
            number=members.get("issue", int),
            time=members.required_time("time"),
            base=members.get("base", str, None),
            file=members.get("file", str, None),
            reason=members.get("reason", str),
            fixed=fixed,
            due=members.get("due", str, None),
            contact=members.get("contact", str, None),
            stated=members.get("stated", int, None),
        )

    @property
    def printed(self) -> int:
        """The number that the workbook bears."""
        return self.number if self.stated is None else self.stated

    def as_json(self, content: Record) -> Json:
        """The issue as it stands in the repository."""
        stated = {} if self.stated is None else {"stated": self.stated}
        return {
            "issue": self.number,
            **stated,
            "time": self.time,
            "base": self.base,
            "file": self.file,
            "reason": self.reason,
            "fixed": dict(sorted(self.fixed.items())),
            "due": self.due,
            "contact": self.contact,
            "content": content,
        }


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """An issue with the record as it went out; ``value`` is the JSON object as it stands."""

    issue: Issue
    content: Record
    value: Mapping[str, Json]

    @classmethod
    def from_json(cls, value: Json, path: str) -> LedgerEntry:
        """Read it back; DocumentError where it is none."""
        members = Members(path, "下发台账", value)
        return cls(Issue.from_json(value, path), members.record("content"), members.value)

    @classmethod
    def of(cls, issue: Issue, content: Record) -> LedgerEntry:
        """The entry of a workbook that goes out now."""
        return cls(issue, content, issue.as_json(content))

    def numbered(self, number: int) -> LedgerEntry:
        """The same workbook under another number; what it bears stays, and is noted."""
        printed = self.issue.printed
        rest = {key: one for key, one in self.value.items() if key not in {"issue", "stated"}}
        stated = None if printed == number else printed
        value = {"issue": number, **({"stated": printed} if stated else {}), **rest}
        return LedgerEntry(replace(self.issue, number=number, stated=stated), self.content, value)


@dataclass(frozen=True)
class LedgerDocument:
    """The file of the ledger for one record; ``value`` is the JSON object, its issues aside."""

    record: str
    form: str
    group: str
    title: str
    entries: tuple[LedgerEntry, ...]
    value: Mapping[str, Json]

    @classmethod
    def from_json(cls, value: Json, path: str) -> LedgerDocument:
        """Read it back; DocumentError where it is none."""
        members = Members(path, "下发台账", value)
        names = {key: members.get(key, str) for key in ("record", "form", "group", "title")}
        issues = members.list("issues", dict)
        if not issues:
            raise members.error("issues")
        entries = tuple(LedgerEntry.from_json(one, path) for one in issues)
        return cls(**names, entries=entries, value=members.value)

    def as_json(self) -> Record:
        """The file as it stands in the repository."""
        return {**self.value, "issues": [dict(one.value) for one in self.entries]}

    def with_entries(self, entries: Iterable[LedgerEntry]) -> LedgerDocument:
        """The same record, for which something else went out."""
        return replace(self, entries=tuple(entries))

    @cached_property
    def issued(self) -> Issued:
        """What went out, without its content."""
        issues = tuple(one.issue for one in self.entries)
        return Issued(self.record, self.form, self.group, self.title, issues)


@dataclass(frozen=True, slots=True)
class Issued:
    """Everything that went out for a record in a round, the first issue first."""

    record: str
    form: str
    group: str
    title: str
    issues: tuple[Issue, ...]

    @property
    def last(self) -> Issue:
        """The workbook that went out last."""
        return self.issues[-1]

    @property
    def distributed(self) -> Issue:
        """The workbook that a distribution sent last; copies for correction do not count."""
        sent = [one for one in self.issues if one.reason == DISTRIBUTED]
        return sent[-1] if sent else self.last

    def find(self, number: int) -> Issue | None:
        """The issue of a number, if there was one."""
        return next((one for one in self.issues if one.number == number), None)


def issues(snapshot: Snapshot, round_name: str) -> dict[str, Issued]:
    """What went out in a round, by record id; nothing for a round without a distribution.

    Raises:
        XlsyncError: when a file of the ledger is not as xlsync writes it.
    """
    folder = layout.folder(layout.ISSUED, layout.check_round(round_name))
    return {one.record: one for _, one in snapshot.facts(folder, _issued)}


def _issued(value: Record, path: str) -> Issued:
    return LedgerDocument.from_json(value, path).issued


def ledger_of(
    snapshot: Snapshot | Changes, round_name: str, record_id: str
) -> LedgerDocument | None:
    """The file of the ledger for one record; None where nothing went out."""
    path = layout.issued_path(round_name, record_id)
    document = snapshot.document(path)
    return None if document is None else LedgerDocument.from_json(document, path)


def issued(snapshot: Snapshot, round_name: str, record_id: str) -> Issued | None:
    """What went out for one record in a round."""
    document = ledger_of(snapshot, round_name, record_id)
    return document.issued if document else None


def issued_record(
    snapshot: Snapshot, round_name: str, record_id: str, number: int | None = None
) -> Record | None:
    """The record exactly as an issue took it out, or the last one; None where there is none."""
    document = ledger_of(snapshot, round_name, record_id)
    entries = reversed(document.entries) if document else ()
    contents = (one.content for one in entries if number in {None, one.issue.number})
    return next(contents, None)


def next_issue(snapshot: Snapshot | Changes, round_name: str, former: Issued | str) -> int:
    """The number of the next workbook for a record; numbers count from 1 in each round.

    ``former`` is what went out for it, or its id where nothing did. A number that was taken back
    is in somebody's hands and never given again.
    """
    record_id = former if isinstance(former, str) else former.record
    used = [one.number for one in withdrawn(snapshot, round_name, record_id)]
    return max([0, *used, *([] if isinstance(former, str) else [former.last.number])]) + 1


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A workbook that went out and was taken back: what it bears, and when that was.

    ``mark`` is the digest of the record that it took out.
    """

    number: int
    printed: int
    base: str | None
    mark: str
    time: str

    @classmethod
    def of(cls, entry: LedgerEntry, time: str) -> Withdrawn:
        """The entry of the ledger, as it is taken back now."""
        issue, content = entry.issue, canonical_bytes(entry.content)
        return cls(issue.number, issue.printed, issue.base, content_mark(content), time)

    @classmethod
    def from_json(cls, value: Json, path: str) -> Withdrawn:
        """Read it back; DocumentError where it is none."""
        members = Members(path, "撤回清单", value)
        return cls(
            members.get("issue", int),
            members.get("printed", int),
            members.get("base", str, None),
            members.get("content", str),
            members.required_time("time"),
        )

    def as_json(self) -> Json:
        """The entry as it stands in the repository."""
        return {
            "issue": self.number,
            "printed": self.printed,
            "base": self.base,
            "content": self.mark,
            "time": self.time,
        }


def withdrawn(
    snapshot: Snapshot | Changes, round_name: str, record_id: str
) -> tuple[Withdrawn, ...]:
    """The workbooks of a record that were taken back, the first one first.

    Raises:
        DocumentError: when the document is not as xlsync writes it.
    """
    path = layout.withdrawn_path(round_name, record_id)
    document = snapshot.document(path)
    if document is None:
        return ()
    found = Members(path, "撤回清单", document).list("issues", dict)
    return tuple(Withdrawn.from_json(one, path) for one in found)


def put_issue(changes: Changes, group: str, title: str, content: Record, issue: Issue) -> None:
    """Note in the ledger that a workbook went out; ``content`` is a record with its id and form.

    An issue of a number that was noted in the same changes is noted anew.
    """
    former = ledger_of(changes.snapshot, changes.round, content["id"])
    entries = (*(former.entries if former else ()), LedgerEntry.of(issue, content))
    head = {"record": content["id"], "form": content["form"], "group": group, "title": title}
    made = LedgerDocument(**head, entries=entries, value=head)
    changes.put_document(layout.issued_path(changes.round, content["id"]), made.as_json())


def put_order(changes: Changes, record_ids: Iterable[str]) -> None:
    """Keep the order of a roster; what stood in former ones and not in this comes last."""
    path = layout.roster_path(changes.round)
    former = (changes.document(path) or {"records": []})["records"]
    changes.put_document(path, {"records": list(dict.fromkeys([*record_ids, *former]))})


def roster_order(snapshot: Snapshot, round_name: str) -> dict[str, int]:
    """The position of each record in the roster of a round; none where there was no roster."""
    path = layout.roster_path(round_name)
    document = snapshot.document(path)
    found = Members(path, "名册顺序", document).list("records", str) if document is not None else []
    return {one: at for at, one in enumerate(found)}


def statement(entry: Issued) -> Issue:
    """The issue that says what the coordinator said last.

    A copy that went back for correction repeats what an earlier issue said.
    """
    said = [one for one in entry.issues if one.reason != RETURNED]
    return said[-1] if said else entry.last
