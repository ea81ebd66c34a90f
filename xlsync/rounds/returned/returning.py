"""What goes back after a collection: copies for correction, and conflicts to be decided.

A copy of an issued workbook is an issue of its own. Its content in the ledger is that of the
issue that came back, since nothing of what was refused has entered the record. A file that is
collected again gets the same copy under the same number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from operator import itemgetter
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.files import unique_names
from xlsync.base.record import canonical_bytes
from xlsync.exchange import Case, cases, copy_names, correction_copy, own_manifest
from xlsync.exchange.reading import Arrival, read_arrival
from xlsync.records.conflicts import ConflictNote
from xlsync.repository import Changes, layout
from xlsync.repository.sealing import seal_keys
from xlsync.rounds.answers.chosen import contradiction
from xlsync.rounds.answers.record_answers import RoundAnswers
from xlsync.rounds.answers.round_view import RoundView
from xlsync.rounds.kept.documents import instant
from xlsync.rounds.kept.ledger import RETURNED, LedgerEntry, ledger_of, next_issue
from xlsync.rounds.kept.outcomes import CONTRADICTS, State
from xlsync.rounds.kept.receipt_documents import put_receipt, receipt_of
from xlsync.rounds.returned.origins import Origins
from xlsync.workbook.manifest import content_mark

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from xlsync.form import Form
    from xlsync.records import Merged
    from xlsync.repository import Repository, Spool
    from xlsync.rounds.kept.outcomes import Outcome
    from xlsync.rounds.kept.receipt_documents import FormReceipt, Receipt
    from xlsync.rounds.returned.incoming import Incoming, ReceivedFile
    from xlsync.workbook.manifest import Manifest

GOES_BACK = {State.REFUSED, State.UNREADABLE}
_UNCORRECTABLE = {"S006", *CONTRADICTS}
"""What no change of a cell puts right."""


class ReturnedCopy(NamedTuple):
    """A workbook that goes back: its name and bytes, and of which unit and project it is."""

    name: str
    data: bytes
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Dispute:
    """A conflict that a person has to decide: what the workbook for it is made of."""

    form: Form
    note: ConflictNote
    merged: Merged
    key: bytes
    ours: str = ""
    """Where our version came from: file or person, and times, as far as they are known."""
    theirs: str = ""


def goes_back(outcome: Outcome) -> bool:
    """Whether a form is one that a copy for correction helps."""
    found = {one.code for one in outcome.problems}
    return outcome.state in GOES_BACK and bool(outcome.problems) and not found & _UNCORRECTABLE


def number_copies(view: RoundView, changes: Changes, outcomes: Iterable[Outcome], now: str) -> None:
    """Note in the ledger and the receipts which copies of issued workbooks are going back."""
    for outcome in sorted(outcomes, key=lambda one: (one.digest, one.place)):
        if outcome.issue is None or outcome.record_id is None or not goes_back(outcome):
            continue
        receipt = receipt_of(changes, view.round, outcome.digest)
        form = _form_of(receipt, outcome)
        ledger = ledger_of(changes, view.round, outcome.record_id)
        entry = view.issued(outcome.record_id)
        if receipt is None or form is None or form.copy or ledger is None or entry is None:
            continue
        source = entry.find(outcome.issue) or entry.last
        number = next_issue(changes, view.round, ledger.issued)
        issue = replace(source, number=number, time=now, file=None, reason=RETURNED, stated=None)
        made = LedgerEntry.of(issue, view.content(outcome.record_id, source.number))
        path = layout.issued_path(view.round, outcome.record_id)
        changes.put_document(path, ledger.with_entries((*ledger.entries, made)).as_json())
        forms = (one.changed(copy=number) if one is form else one for one in receipt.forms)
        put_receipt(changes, outcome.digest, receipt.with_forms(forms))


def copies(
    repository: Repository,
    forms: Mapping[str, Form],
    round_name: str,
    incoming: Incoming,
    outcomes: Iterable[Outcome],
) -> Iterator[ReturnedCopy]:
    """Each workbook that goes back for correction, one at a time.

    Raises:
        XlsyncError: when a copy does not say what was read.
    """
    snapshot = repository.snapshot()
    keys = seal_keys(snapshot)
    view = RoundView(repository, snapshot, round_name, forms)
    left = iter(outcomes)
    going = [
        (case, outcome, _manifest(view, case, outcome.record_id, _receipt_of(view, outcome), keys))
        for file in incoming.files
        for case, outcome in _cases(forms, file, incoming.spool, [*islice(left, len(file.forms))])
    ]
    names = copy_names(case for case, _, _ in going)
    for name, (case, outcome, manifest) in zip(names, going, strict=True):
        yield ReturnedCopy(name, correction_copy(case, manifest), outcome)


def copies_of(
    repository: Repository,
    forms: Mapping[str, Form],
    round_name: str,
    record_ids: Collection[str],
) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of the copy of what was refused last of some records, as it went back.

    It is made anew of the file that is kept. Records of which no copy went back have none.

    Raises:
        XlsyncError: when a copy does not say what was read.
    """
    snapshot = repository.snapshot()
    view, keys = RoundView(repository, snapshot, round_name, forms), seal_keys(snapshot)
    last: dict[str, tuple[float, str, FormReceipt]] = {}
    for key, receipt in view.receipts.items():
        for form in receipt.forms:
            record = form.record or ""
            if record in record_ids and form.state is State.REFUSED and form.copy:
                found = instant(receipt.received), key, form
                last[record] = max(last.get(record, found), found, key=itemgetter(0, 1))
    going = [
        (case, _manifest(view, case, form.record, form, keys))
        for _, key, form in last.values()
        for case in _kept_cases(view, key, form)
    ]
    names = copy_names(case for case, _ in going)
    for name, (case, manifest) in zip(names, going, strict=True):
        yield name, correction_copy(case, manifest)


def _kept_cases(view: RoundView, key: str, form: FormReceipt) -> Iterator[Case]:
    """What a kept file says of one form, with what was told of it."""
    file = next((one for one in view.snapshot.received(view.round) if one.key == key), None)
    receipt = view.receipts[key]
    if file is None:
        return
    arrival = Arrival(Path(file.name), view.snapshot.received_bytes(file))
    reading = read_arrival(view.forms, arrival)
    if len(reading.readings) != len(receipt.forms):
        return
    wanted = {
        id(one)
        for one, of_receipt in zip(reading.readings, receipt.forms, strict=True)
        if of_receipt is form
    }
    stem = PurePath(file.name).stem
    for case in cases(view.forms, reading.readings, stem, is_text=reading.is_text):
        if id(case.reading) in wanted and case.record is not None:
            yield replace(case, problems=form.problems)


def _cases(
    forms: Mapping[str, Form], file: ReceivedFile, spool: Spool, own: list[Outcome]
) -> Iterator[tuple[Case, Outcome]]:
    """What a file says that goes back; ``own`` are the outcomes of its forms."""
    if file.blob is None or not any(goes_back(one) for one in own):
        return
    arrival = Arrival(file.path, spool.data(file.blob))
    readings = read_arrival(forms, arrival).readings
    of_reading = {id(one): outcome for one, outcome in zip(readings, own, strict=False)}
    for case in cases(forms, readings, PurePath(file.path).stem, is_text=file.is_text):
        outcome = of_reading.get(id(case.reading))
        if outcome is not None and goes_back(outcome) and case.record is not None:
            yield replace(case, problems=outcome.problems), outcome


def _receipt_of(view: RoundView, outcome: Outcome) -> FormReceipt | None:
    return _form_of(receipt_of(view.snapshot, view.round, outcome.digest), outcome)


def _manifest(
    view: RoundView,
    case: Case,
    record_id: str | None,
    form: FormReceipt | None,
    keys: list[bytes],
) -> Manifest:
    """What a copy says of itself; sealed as an issue of its own where it is one."""
    made = own_manifest(case)
    entry = view.issued(record_id or "")
    issue = entry.find(form.copy or 0) if entry and form else None
    if issue is None:
        return made
    made = replace(
        made,
        record=record_id,
        round=view.round,
        issue=str(issue.printed),
        base=issue.base,
        fixed=dict(issue.fixed),
        due=issue.due,
        contact=issue.contact,
        content=content_mark(canonical_bytes(view.content(record_id or "", issue.number))),
    )
    return made.sealed(keys[0]) if keys else made


def _form_of(receipt: Receipt | None, outcome: Outcome) -> FormReceipt | None:
    """The form of a receipt that an outcome is about."""
    own = (one for one in (receipt.forms if receipt else ()) if one.place == outcome.place)
    return next((one for one in own if one.content == outcome.content), None)


def disputes(
    repository: Repository,
    forms: Mapping[str, Form],
    round_name: str,
    record_ids: Iterable[str],
) -> list[Dispute]:
    """The conflicts of records that wait for a decision, in the order of the records."""
    snapshot = repository.snapshot()
    view = RoundView(repository, snapshot, round_name, forms)
    answers, origins = RoundAnswers(view, Changes(snapshot, round_name)), Origins(view, repository)
    key = next(iter(seal_keys(snapshot)), b"")
    found = []
    for record_id in sorted(set(record_ids)):
        for _, waiting in sorted(answers.waiting(record_id).items()):
            if waiting.claim is not None:
                continue
            theirs, ours = waiting.theirs, answers.standing(record_id) or {}
            form = forms[theirs["form"]]
            note = ConflictNote.between(round_name, ours, theirs)
            merged = contradiction(form, waiting, ours)
            said = origins.of(ours, waiting, merged.conflicts)
            found.append(Dispute(form, note, merged, key, *said))
    return found


def dispute_names(found: Iterable[Dispute]) -> list[str]:
    """File names that people recognise, one for each conflict."""
    records = ((one.form, one.merged.record) for one in found)
    texts = [f"{form.group(record)}_{form.title(record)}" for form, record in records]
    return unique_names(texts, suffix="_冲突处理.xlsx")
