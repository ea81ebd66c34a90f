"""One round joined: the documents that both sides have changed, as they stand together.

First the ledgers, since they say which numbers the issues have; then receipts, records and
waiting versions of both sides, read with these numbers. What one side alone has changed is
taken as it is, and not even read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from xlsync.base.record import canonical_bytes
from xlsync.repository import layout
from xlsync.repository.sealing import seal_keys
from xlsync.rounds.answers.record_state import record_state
from xlsync.rounds.answers.round_view import RoundView
from xlsync.rounds.kept.documents import WaitingVersion, instant
from xlsync.rounds.kept.ledger import RETURNED, ledger_of, statement
from xlsync.rounds.kept.outcomes import change_text, changes_as_json
from xlsync.rounds.kept.receipt_documents import receipt_of, receipts_of
from xlsync.rounds.sharing.claims import found_issue
from xlsync.rounds.sharing.ledger import unite, was_answered
from xlsync.rounds.sharing.receipts import Receipts, join_receipts, renumbered
from xlsync.rounds.sharing.records import Records
from xlsync.rounds.sharing.states import SideState, renumbered_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.records import Delta
    from xlsync.repository import Difference, Fork, Repository
    from xlsync.rounds.answers.settling import Answer
    from xlsync.rounds.kept.ledger import LedgerDocument
    from xlsync.rounds.kept.receipt_documents import Receipt
    from xlsync.rounds.sharing.ledger import Numbers
    from xlsync.rounds.sharing.records import JoinedRecord, Waiting

    Stated = tuple[tuple[int, int], ...]

_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class Joint:
    """A record that both sides had changed; ``waits`` says that a version of it waits since.

    ``renumbered`` are the numbers that workbooks bear, each with that of the issue.
    """

    round: str
    record: str
    group: str
    title: str
    waits: bool
    renumbered: Stated = ()
    changes: tuple[tuple[Delta, ...], tuple[Delta, ...]] = ((), ())
    """In which places the record is not as ours, and not as theirs."""

    @property
    def word(self) -> str:
        """What happened, in a word."""
        return "冲突" if self.waits else "合并"

    def as_json(self) -> Json:
        """The record as ``xlsync merge --json`` prints it."""
        return {
            "round": self.round,
            "record": self.record,
            "group": self.group,
            "title": self.title,
            "conflict": self.waits,
            "renumbered": [{"printed": old, "issue": new} for old, new in self.renumbered],
            "changes": dict(
                zip(("ours", "theirs"), map(changes_as_json, self.changes), strict=True)
            ),
        }

    def told(self) -> Iterator[str]:
        """Each place that is not as a side had it, as people read it."""
        for side, changes in zip(("本库", "对方"), self.changes, strict=True):
            for one in changes:
                yield f"{side} {self.group} {self.title} {change_text(one)}"


class RoundJoin:
    """Puts one round together."""

    def __init__(
        self, repository: Repository, fork: Fork, forms: Mapping[str, Form], name: str
    ) -> None:
        """Look at a round; what differs in it is told by :meth:`add`."""
        self.repository = repository
        self.fork = fork
        self.forms = forms
        self.round = name
        self.sides = (fork.base, fork.ours, fork.theirs)
        self.joints: list[Joint] = []
        self._differing: set[str] = set()
        self._ledgers: set[str] = set()
        self._keys: set[str] = set()
        self._two_sided: set[str] = set()
        self._considered: set[str] = set()
        self._made: dict[str, Record | None] = {}
        self._sent: dict[str, LedgerDocument | None] = {}
        self._numbers: list[dict[str, Numbers]] = [{}, {}, {}]

    def add(self, found: Difference) -> bool:
        """Take note of a path that differs; whether this round says what stands there.

        Where it does not, what the one side has stands that changed it.
        """
        top, _, _, *rest = found.path.split("/")
        name = rest[-1].removesuffix(_SUFFIX)
        is_named = rest[-1].endswith(_SUFFIX) and layout.ID.fullmatch(name) is not None
        is_ours = True
        match top, len(rest):
            case layout.ROUNDS, 2 if (record := layout.read_record_name(rest[-1])) is not None:
                self._differing.add(record.id)
            case layout.ISSUED, 1 if is_named:
                self._ledgers.add(name)
            case layout.RECEIPTS, 1 if is_named:
                self._keys.add(name)
                self._two_sided |= set() if found.is_of_one_side else {name}
            case layout.MERGED, 1 if is_named:
                self._considered |= set() if found.is_of_one_side else {name}
            case layout.CONFLICTS, 2 if is_named and layout.ID.fullmatch(rest[0]):
                self._considered.add(rest[0])
            case _:
                is_ours = False
        return is_ours and not found.is_of_one_side

    def documents(self) -> dict[str, Record | None]:
        """What stands by path, beside what one side alone has changed; None for nothing."""
        ledgers = {one: self._join_ledger(one) for one in sorted(self._ledgers)}
        renumbered_ids = set().union(*self._numbers)
        renumbered_keys = self._keys_of(renumbered_ids)
        self._keys |= renumbered_keys
        considered = self._considered | renumbered_ids | self._both_changed
        # An issue that came from the other side may be the one that an answer waited for.
        changed = self._differing | self._ledgers
        considered |= {one for one in changed if self._held_waiting(one)}
        for key in sorted(self._two_sided | renumbered_keys):
            receipt = self._receipt(key)
            self._made[layout.receipt_path(self.round, key)] = (
                receipt.as_json() if receipt else None
            )
        for record_id in sorted(considered):
            self._join_record(record_id, ledgers.get(record_id, ()))
        for key in self.receipts.changed if considered else ():
            made = self.receipts.receipts[key].as_json()
            self._made[layout.receipt_path(self.round, key)] = made
        return self._made

    @cached_property
    def _both_changed(self) -> set[str]:
        """The records that both sides have changed or moved, each in its way."""
        base, ours, theirs = (side.records(self.round) for side in self.sides)
        return {
            one
            for one in self._differing
            if len({base.get(one), ours.get(one), theirs.get(one)}) > 2  # noqa: PLR2004 - all three
        }

    # ---- what went out, what came -------------------------------------------------------

    def _join_ledger(self, record_id: str) -> Stated:
        """Put the ledgers of a record together; the numbers of workbooks that have others now."""
        path = layout.issued_path(self.round, record_id)
        base, ours, theirs = sides = [ledger_of(one, self.round, record_id) for one in self.sides]
        if base in (ours, theirs) and not was_answered(self.sides, self.round, record_id, sides):
            self._sent[record_id] = theirs if base == ours else ours
            return ()
        united = unite(sides)
        self._made[path] = united.document.as_json()
        self._sent[record_id] = united.document
        if united.is_renumbered:
            for numbers, of_side in zip(self._numbers, united.numbers, strict=True):
                numbers[record_id] = of_side
        issues = united.document.issued.issues
        return tuple((one.stated, one.number) for one in issues if one.stated is not None)

    def _issue(self, record_id: str, number: int | None) -> Record | None:
        """The record as an issue took it out, by default the last that was no copy."""
        ledger = self._sent.get(record_id) or ledger_of(self.fork.ours, self.round, record_id)
        contents = (
            one.content
            for one in reversed(ledger.entries if ledger else ())
            if (one.issue.reason != RETURNED if number is None else one.issue.number == number)
        )
        return next(contents, None)

    def _keys_of(self, ids: set[str]) -> set[str]:
        """The receipts that speak of some records."""
        return {
            key
            for side in (self.sides[1:] if ids else ())
            for key, receipt in receipts_of(side, self.round)
            if any(form.record in ids for form in receipt.forms)
        }

    def _receipt(self, key: str) -> Receipt | None:
        found = (receipt_of(side, self.round, key) for side in self.sides)
        sides = zip(found, self._numbers, strict=True)
        return join_receipts(*(one and renumbered(one, numbers) for one, numbers in sides))

    @cached_property
    def receipts(self) -> Receipts:
        """All receipts of the round as both sides have them together."""
        found = dict(receipts_of(self.fork.ours, self.round))
        for key in self._keys:
            made = self._receipt(key)
            found.pop(key, None)
            if made is not None:
                found[key] = made
        return Receipts(found)

    def _files(self, key: str) -> list[str]:
        folder = layout.received_folder(self.round, key)
        return sorted({name for side in self.sides[1:] for name in side.names(folder)})

    # ---- what stands, what waits --------------------------------------------------------

    @cached_property
    def _records(self) -> Records:
        return Records(
            self.round,
            self.forms,
            self.sides,
            self.receipts,
            self._issue,
            self._files,
            self._states,
            self.fork.moment,
            is_inner=self.fork.is_inner,
        )

    @cached_property
    def _views(self) -> list[RoundView]:
        return [RoundView(self.repository, one, self.round, self.forms) for one in self.sides]

    def _states(self, record_id: str) -> list[SideState | None]:
        """What each side knows of a record, with the numbers that issues have now."""
        found: list[SideState | None] = []
        for view, numbers in zip(self._views, self._numbers, strict=True):
            entry, current = view.issued(record_id), view.entry(record_id)
            if entry is None:
                found.append(None)
                continue
            record = view.snapshot.record(current) if current else None
            own = numbers.get(record_id, {})
            state = renumbered_state(record_state(view, record_id, record), own)
            last = statement(entry).number
            found.append(SideState(state, own.get(last, last)))
        return found

    def _join_record(self, record_id: str, stated: Stated) -> None:
        entries = [side.records(self.round).get(record_id) for side in self.sides]
        waiting, new = self._claimed(record_id, self._waiting(record_id))
        made = self._records.join(record_id, waiting, new)
        for entry in entries[1:]:
            if entry is not None:
                self._made[entry.path] = None
        if made.stand is not None:
            self._made[made.stand.path] = made.stand.record
        path = layout.merged_path(self.round, record_id)
        self._made[path] = made.answers.as_json() if made.answers else None
        self._made |= dict.fromkeys(self._held_waiting(record_id))
        self._made |= {place: one.as_json() for place, one in made.waiting.items()}
        if record_id in self._both_changed or stated or new or any(made.changes):
            self._tell(record_id, made, stated)

    def _claimed(self, record_id: str, waiting: Waiting) -> tuple[Waiting, list[Answer]]:
        """What waits without its issue, and what has found it now in the ledger of both."""
        left, found = {}, []
        for path, one in waiting.items():
            answer = self._found(record_id, one)
            if answer is None:
                left[path] = one
            else:
                found.append(answer)
        return left, found

    def _found(self, record_id: str, one: WaitingVersion) -> Answer | None:
        """The answer to an issue that was not known where it was collected."""
        ledger = self._sent.get(record_id) or self._ledger(record_id)
        form = self.forms.get(one.theirs["form"])
        if ledger is None or form is None:
            return None
        keys = [key for side in self.sides[1:] for key in seal_keys(side)]
        return found_issue(form, one, ledger.entries, keys)

    def _ledger(self, record_id: str) -> LedgerDocument | None:
        """What went out for a record, as either side knows it."""
        found = (ledger_of(side, self.round, record_id) for side in self.sides[1:])
        return next(filter(None, found), None)

    def _tell(self, record_id: str, made: JoinedRecord, stated: Stated) -> None:
        stand = made.stand
        if stand is not None:
            form = self._records.form(stand.record)
            names = form.group(stand.record), form.title(stand.record)
        else:
            ledger = self._sent.get(record_id) or self._ledger(record_id)
            names = (ledger.group, ledger.title) if ledger else ("", "")
        waits = made.new_conflict
        self.joints.append(Joint(self.round, record_id, *names, waits, stated, made.changes))

    def _held_waiting(self, record_id: str) -> list[str]:
        folder = layout.conflict_folder(self.round, record_id)
        names = {name for side in self.sides[1:] for name in side.names(folder)}
        return sorted(f"{folder}/{name}" for name in names)

    def _waiting(self, record_id: str) -> Waiting:
        """The versions that wait on a side, and that neither side has brought to an end."""
        found = {}
        for path in self._held_waiting(record_id):
            base, *own = self._versions(path, record_id)
            if base is not None and None in own:
                continue
            present = [one for one in own if one is not None]
            found[path] = WaitingVersion.from_json(min(present, key=_order), path)
        return found

    def _versions(self, path: str, record_id: str) -> list[Record | None]:
        """A waiting version of each side, with the numbers that issues have now."""
        found = []
        for side, numbers in zip(self.sides, self._numbers, strict=True):
            document = side.document(path)
            found.append(document and _renumbered(document, numbers.get(record_id, {})))
        return found


def _order(waiting: Record) -> tuple[float, bytes]:
    return instant(waiting["received"]), canonical_bytes(waiting)


def _renumbered(version: Json, numbers: Numbers) -> Json:
    return {**version, "issue": numbers.get(version["issue"], version["issue"])}
