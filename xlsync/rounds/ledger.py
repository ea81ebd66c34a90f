"""The ledger: which workbooks went out for each record of a round, and what stood in them.

One JSON file a record keeps every issue with the record exactly as it went out, which is the
base on which a returned workbook is merged. A sealed workbook names its issue, so that nobody
has to guess which one came back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.repository import layout

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
    folder = f"{layout.ISSUED}/{layout.check_round(round_name)}"
    found = (_issued(f"{folder}/{name}", one) for name, one in snapshot.documents(folder))
    return {one.record: one for one in found}


def issued(snapshot: Snapshot, round_name: str, record_id: str) -> Issued | None:
    """What went out for one record in a round."""
    path = layout.issued_path(round_name, record_id)
    document = snapshot.document(path)
    return _issued(path, document) if document else None


def issued_record(
    snapshot: Snapshot, round_name: str, record_id: str, number: int | None = None
) -> Record | None:
    """The record exactly as an issue took it out, or the last one; None where there is none."""
    path = layout.issued_path(round_name, record_id)
    document = snapshot.document(path)
    if document is None:
        return None
    _issued(path, document)
    contents = (
        one["content"] for one in reversed(document["issues"]) if number in {None, one["issue"]}
    )
    return next(contents, None)


def next_issue(former: Issued | None) -> int:
    """The number of the next workbook for a record; numbers count from 1 in each round."""
    return former.last.number + 1 if former else 1


def put_issue(changes: Changes, group: str, title: str, content: Record, issue: Issue) -> None:
    """Note in the ledger that a workbook went out; ``content`` is a record with its id and form.

    An issue of a number that was noted in the same changes is noted anew.
    """
    path = layout.issued_path(changes.round, content["id"])
    former = changes.snapshot.document(path) or {"issues": []}
    changes.put_document(
        path,
        {
            "record": content["id"],
            "form": content["form"],
            "group": group,
            "title": title,
            "issues": [*former["issues"], issue.as_json(content)],
        },
    )


def put_order(changes: Changes, record_ids: Iterable[str]) -> None:
    """Keep the order of a roster; what stood in former ones and not in this comes last."""
    path = layout.roster_path(changes.round)
    former = (changes.document(path) or {"records": []})["records"]
    changes.put_document(path, {"records": list(dict.fromkeys([*record_ids, *former]))})


def roster_order(snapshot: Snapshot, round_name: str) -> dict[str, int]:
    """The position of each record in the roster of a round; none where there was no roster."""
    document = snapshot.document(layout.roster_path(round_name)) or {}
    records = document.get("records")
    return {one: at for at, one in enumerate(records if isinstance(records, list) else [])}


def _issued(path: str, document: Record) -> Issued:
    try:
        entries = tuple(
            Issue(
                number=one["issue"],
                time=one["time"],
                base=one["base"],
                file=one["file"],
                reason=one["reason"],
                fixed=one["fixed"],
                due=one["due"],
                contact=one["contact"],
                stated=one.get("stated"),
            )
            for one in document["issues"]
        )
        names = {key: document[key] for key in ("record", "form", "group", "title")}
        return Issued(**names, issues=entries)
    except (KeyError, TypeError) as error:
        raise XlsyncError(f"{path} in the repository is no file of the ledger: {error}") from None


def statement(entry: Issued) -> Issue:
    """The issue that says what the coordinator said last.

    A copy that went back for correction repeats what an earlier issue said.
    """
    said = [one for one in entry.issues if one.reason != RETURNED]
    return said[-1] if said else entry.last
