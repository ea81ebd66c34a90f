"""What tests of collecting share: workbooks that went out, and what comes back of them.

A returned version is made as the reader would have read it, without a workbook, so that a test
can collect hundreds of them; that workbooks read so is tested where they are read.
"""

from __future__ import annotations

import copy
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from running import FORM, FORMS, record

from xlsync.base.problems import has_error
from xlsync.base.record import canonical_bytes, put
from xlsync.form.identity import naming_values
from xlsync.repository import Changes
from xlsync.rounds.kept.ledger import Issue, issued, next_issue, put_issue
from xlsync.rounds.kept.receipt_documents import receipts_of
from xlsync.rounds.returned import collecting
from xlsync.rounds.returned.acceptance import Wish
from xlsync.rounds.returned.incoming import Incoming, ReceivedFile
from xlsync.rounds.returned.received_forms import IssueClaim, ReceivedForm
from xlsync.sources.saving import Saving

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.repository import Repository, Snapshot, Spool
    from xlsync.rounds.returned.collecting import Collection

ROUND = "2023/一上"


def whole(name: str = "预备费", **changes: Json) -> Record:
    """A record without any problem, with all its ids."""
    made, _ = FORMS[FORM].canonical(record(name, **changes))
    assert made is not None
    return FORMS[FORM].identified(made)


def changed(one: Record, **changes: Json) -> Record:
    """A copy with other values; a name such as ``funds__other`` is a pointer."""
    made = copy.deepcopy(one)
    for name, value in changes.items():
        put(made, "/" + name.replace("__", "/"), value)
    return made


def send(
    repository: Repository,
    *records: Record,
    into: str = ROUND,
    reason: str = "distribute",
    fixed: Json = None,
) -> None:
    """Note in the ledger that workbooks of these records went out."""
    snapshot = repository.snapshot()
    changes = Changes(snapshot, into)
    for one in records:
        former = issued(snapshot, into, one["id"])
        number = next_issue(snapshot, into, former or one["id"])
        form = FORMS[one["form"]]
        issue = Issue(
            number, "2024-10-01T09:00:00+08:00", snapshot.commit, "a.xlsx", reason, fixed or {}
        )
        put_issue(changes, form.group(one), form.title(one), one, issue)
    repository.commit(changes, f"下发 {into}：新发 {len(records)}")


def came(
    spool: Spool,
    one: Record,
    issue: int | None,
    name: str = "表.xlsx",
    *,
    saved: str | None = None,
    saver: str | None = None,
    problems: Iterable[Problem] = (),
    is_typed: bool | None = None,
    **claim: Json,
) -> ReceivedFile:
    """A file with one form that was filled in on an issue, or on none."""
    form, data = FORMS[one["form"]], canonical_bytes(one)
    stated: dict[str, Json] = {
        "record": one["id"],
        "round": ROUND,
        "issue": issue,
        "base": None,
        "is_sealed": True,
        "is_renamed": False,
    }
    digest = hashlib.sha256(data).hexdigest()
    found = (*form.check(one), *problems)
    returned = ReceivedForm(
        place="申报表",
        form=form.id,
        states_id=True,
        problems=found,
        is_typed=issue is not None if is_typed is None else is_typed,
        record_id=one["id"],
        title=form.title(one),
        group=form.group(one),
        identity=naming_values(form.mapping, one),
        content=digest,
        blob=spool.put(data),
        claim=IssueClaim(**{**stated, **claim}) if issue is not None else None,
        year=one["year"],
        saving=Saving(saved, saver),
        is_sound=not has_error(found),
    )
    received = f"{issue} {digest} {saved} {saver}".encode()
    key = hashlib.sha256(received).hexdigest()
    return ReceivedFile(Path(name), key, spool.put(received), (returned,), is_text=False)


def put_in(
    repository: Repository,
    files: list[ReceivedFile],
    spool: Spool,
    into: str = ROUND,
    *,
    replacing: bool = False,
    correcting: bool = False,
) -> Collection:
    """Collect what came."""
    wish = Wish(replacing=replacing, correcting=correcting)
    return collecting.put_in(repository, FORMS, into, Incoming(files, spool, []), wish)


def receipts(snapshot: Snapshot, of: str = ROUND) -> list[Json]:
    """The receipts of a round as they stand in the repository."""
    return [one.as_json() for _, one in receipts_of(snapshot, of)]
