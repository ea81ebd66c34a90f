"""The records of one round joined: what both sides say stands, what contradicts waits.

A record goes by its id, whatever its title and its path. Where the coordinators' last statement is
the same on both sides, or one of them alone has said something new, the answers of both sides are
settled together by the rules that a collection keeps to (:mod:`xlsync.rounds.answers.settling`).
Where both have said something new, the records are merged on the version from which they parted: of
two that contradict each other, or that break a rule of the form together, the one that came first
stays, and the other waits until a person has chosen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import XlsyncError
from xlsync.base.problems import has_error
from xlsync.base.record import canonical_bytes
from xlsync.records import merge
from xlsync.repository import layout
from xlsync.rounds.answers.record_state import RecordState, kept
from xlsync.rounds.answers.settling import (
    Answer,
    CoordinatorStatement,
    Fate,
    differences,
    digest,
    settle,
)
from xlsync.rounds.kept.documents import WaitingVersion, instant
from xlsync.rounds.kept.outcomes import State
from xlsync.rounds.sharing.states import SideState, together, union

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.records import Delta
    from xlsync.repository import Entry, Snapshot
    from xlsync.rounds.kept.documents import KeptAnswers
    from xlsync.rounds.sharing.receipts import Receipts

    Waiting = dict[str, WaitingVersion]


class Stand(NamedTuple):
    """A record as it stands after a join, and where."""

    path: str
    record: Record


@dataclass(frozen=True)
class JoinedRecord:
    """What a record comes to: where it stands, what waits by its path, what it was made from.

    ``changes`` are the places in which it is not as a side had it, ours first.
    """

    stand: Stand | None
    waiting: Waiting
    answers: KeptAnswers | None = None
    new_conflict: bool = False
    changes: tuple[tuple[Delta, ...], tuple[Delta, ...]] = ((), ())


@dataclass(frozen=True)
class Records:
    """Joins the records of one round, one after the other.

    ``sent`` gives what an issue took out, or the last one; ``files`` the names of a received file
    by its key; ``states`` what each side knows of a record, the base first. With ``is_inner`` what
    no rule decides stays as the first side has it. ``moment`` is when the join happens.
    """

    round: str
    forms: Mapping[str, Form]
    sides: tuple[Snapshot, Snapshot, Snapshot]
    receipts: Receipts
    sent: Callable[[str, int | None], Record | None]
    files: Callable[[str], list[str]]
    states: Callable[[str], list[SideState | None]]
    moment: str
    is_inner: bool

    def join(self, record_id: str, waiting: Waiting, new: Sequence[Answer] = ()) -> JoinedRecord:
        """What stands of a record, and what waits.

        ``waiting`` are the versions that wait on a side, ``new`` those that have waited for their
        issue and need not any more.
        """
        entries = [side.records(self.round).get(record_id) for side in self.sides]
        base, ours, theirs = (one.blob if one else None for one in entries)
        is_of_one_side = theirs in {ours, base, None} or ours in {base, None}
        number = 1 if theirs in {ours, base, None} and ours is not None else 2
        sides = self.states(record_id)
        answering = [one for one in waiting.values() if one.issue is not None]
        both = together(sides)
        if is_of_one_side and not answering and not new:
            stand = self._stand(entries, number)
            # Where both have the same record, that side's account counts that knows the last issue.
            able = sides[1:] if ours == theirs else [sides[number]]
            left = self._left(stand, waiting)
            return JoinedRecord(stand, left, self._last_account(able, stand))
        if both is None:
            return self._merged(record_id, entries, waiting, new)
        made = self._settled(record_id, both, waiting, new)
        return replace(made, changes=self._changes(entries, made))

    # ---- by the answers of both sides ---------------------------------------------------

    def _settled(
        self, record_id: str, side: SideState, waiting: Waiting, new: Sequence[Answer]
    ) -> JoinedRecord:
        said = side.state.said
        form = self.form(said.record)
        known = {one.key for one in side.state.answers}
        waits = [
            Answer.waiting(one, one.base)
            for one in waiting.values()
            if one.issue is not None and one.theirs["form"] == form.id and one.base is not None
        ]
        answers = [*side.state.answers]
        answers += [one for one in union([*waits, *new]) if one.key not in known]
        found = settle(form, said, answers)
        left = {path: one for path, one in waiting.items() if one.issue is None}
        new_conflict = False
        settled: list[Answer] = []
        let_in: list[Delta] = []
        for one in answers:
            fate = found.fates[one.key]
            path = layout.conflict_path(self.round, record_id, one.content)
            if fate is Fate.WAITS:
                new_conflict = new_conflict or path not in waiting
                left[path] = waiting.get(path) or self._waiting(record_id, one)
                self.receipts.note(record_id, one.content, State.CONFLICT)
            elif (path in waiting or one in new) and (ended := found.ended(one, said.record)):
                more = {"issue": one.issue} if one in new else {}
                self.receipts.note(record_id, one.content, ended, settled=self.moment, **more)
                if one in new and fate is Fate.COUNTS and found.record is not None:
                    let_in += differences(form.mapping, one.record, found.record)
            settled.append(
                replace(
                    one,
                    is_new=False,
                    waits=fate is Fate.WAITS,
                    is_superseded=one.key in found.superseded,
                )
            )
        stand = self.placed(found.record) if found.record is not None else None
        after = RecordState(said, tuple(one for one in settled if not one.waits))
        made = self._kept(replace(side, state=after), stand)
        changes = (), tuple(let_in)
        return JoinedRecord(stand, self._left(stand, left), made, new_conflict, changes)

    def _kept(self, side: SideState | None, stand: Stand | None) -> KeptAnswers | None:
        """What a record was made from, where ledger and receipts do not say it."""
        if side is None or stand is None:
            return None
        said, answers = side.state.said, [one for one in side.state.answers if not one.waits]
        is_plain = said.issue == side.last_issue and said.over is None and not said.stands
        if is_plain and len(answers) == 1 and answers[0].record == stand.record:
            return None
        if not answers and said.record == stand.record and said.over is None:
            return None
        return kept(said, answers, side.last_issue)

    def _last_account(
        self, sides: Iterable[SideState | None], stand: Stand | None
    ) -> KeptAnswers | None:
        """What a record was made from, of the side that took account of the last issue."""

        def order(one: tuple[int, KeptAnswers | None]) -> tuple[int, bytes]:
            last, made = one
            return last, canonical_bytes(made.as_json() if made else None)

        found = [(one.last_issue, self._kept(one, stand)) for one in sides if one is not None]
        return max(found, key=order)[1] if found else None

    def _left(self, stand: Stand | None, waiting: Waiting) -> Waiting:
        """What still waits: not what stands now, word for word."""
        left = {}
        for path, one in waiting.items():
            if stand is not None and one.theirs == stand.record:
                content = digest(one.theirs)
                self.receipts.note(
                    stand.record["id"], content, State.UNCHANGED, settled=self.moment
                )
            else:
                left[path] = one
        return left

    # ---- by the records -----------------------------------------------------------------

    def _stand(self, entries: list[Entry | None], number: int) -> Stand | None:
        """One side's version; where only the other one moved it, there."""
        entry, other = entries[number], entries[3 - number]
        if entry is None:
            return None
        base = entries[0].path if entries[0] else None
        path = entry.path
        if other is not None and entry.path == base:
            path = other.path
        elif other is not None and other.path != base and other.blob == entry.blob:
            path = min(entry.path, other.path)
        return Stand(path, self.sides[number].record(entry))

    def _merged(
        self,
        record_id: str,
        entries: list[Entry | None],
        waiting: Waiting,
        new: Sequence[Answer],
    ) -> JoinedRecord:
        base, *versions = (
            side.record(entry) if entry else None
            for side, entry in zip(self.sides, entries, strict=True)
        )
        found = [one for one in versions if one is not None]
        if not found:
            return JoinedRecord(None, waiting)
        first, second = sorted([*found, *found][:2], key=lambda one: self._came(record_id, one))
        if first["form"] != second["form"]:
            if not self.is_inner:
                raise XlsyncError(
                    f"{self.round}: record {record_id} is of form {first['form']} on one side and "
                    f"of form {second['form']} on the other; make it one form on one of them"
                )
            return JoinedRecord(self.placed(first), waiting)
        form = self.form(first)
        if base is None:
            base = self.sent(record_id, self.receipts.oldest.get(record_id))
        if base is not None and base.get("form") != form.id:
            base = None
        record, new_conflict = first, False
        if len(found) > 1:
            ordered = sorted(found, key=lambda one: self._on(record_id, one))
            merged = merge(form.mapping, base, *ordered)
            if not merged.conflicts and not has_error(form.check(merged.record)):
                record = merged.record
            else:
                new_conflict = True
                path, version = self._second(record_id, base, second)
                waiting = {**waiting, path: version}
        side = SideState(RecordState(CoordinatorStatement(record, stands=True)), 0)
        made = self._settled(record_id, side, waiting, new)
        return replace(
            made,
            answers=None,
            new_conflict=made.new_conflict or (new_conflict and bool(made.waiting)),
            changes=self._changes(entries, made),
        )

    def _changes(
        self, entries: list[Entry | None], made: JoinedRecord
    ) -> tuple[tuple[Delta, ...], tuple[Delta, ...]]:
        """In which places a record is not as ours, and not as theirs or what was let in says."""
        if made.stand is None:
            return (), ()
        record = made.stand.record
        mapping = self.form(record).mapping
        ours, theirs = (
            tuple(differences(mapping, side.record(entry) if entry else None, record))
            for side, entry in zip(self.sides[1:], entries[1:], strict=True)
        )
        return ours, (*theirs, *made.changes[1])

    def form(self, record: Record) -> Form:
        """The form of a record; XlsyncError where it is not at hand."""
        if record["form"] not in self.forms:
            raise XlsyncError(f"no form {record['form']!r} is installed that could merge a record")
        return self.forms[record["form"]]

    def placed(self, record: Record) -> Stand:
        """A record at the path that its names give it."""
        form = self.form(record)
        names = form.group(record), form.title(record)
        return Stand(layout.record_path(self.round, record["id"], *names), record)

    def _came(self, record_id: str, record: Record) -> tuple[float, str]:
        content = digest(record)
        key = self.receipts.first(record_id, content)
        return instant(self.receipts.received(key) if key else None), content

    def _on(self, record_id: str, record: Record) -> tuple[int, str]:
        """The order in which a collection puts versions together."""
        content = digest(record)
        return self.receipts.issue(record_id, content) or 0, content

    def _second(
        self, record_id: str, base: Record | None, version: Record
    ) -> tuple[str, WaitingVersion]:
        """The version that waits where two records contradict each other, and its path."""
        content = digest(version)
        issue = self.receipts.issue(record_id, content)
        self.receipts.note(record_id, content, State.CONFLICT)
        path = layout.conflict_path(self.round, record_id, content)
        return path, self._from_receipt(record_id, version, WaitingVersion(issue, base, version))

    def _waiting(self, record_id: str, one: Answer) -> WaitingVersion:
        made = WaitingVersion(
            one.issue,
            one.base,
            one.record,
            saved=one.saved,
            saver=one.saver,
            is_sealed=one.is_sealed,
        )
        return self._from_receipt(record_id, one.record, made)

    def _from_receipt(
        self, record_id: str, version: Record, waiting: WaitingVersion
    ) -> WaitingVersion:
        """A waiting version with the file in which it came."""
        key = self.receipts.first(record_id, digest(version))
        if key is None:
            return waiting
        name, received = next(iter(self.files(key)), None), self.receipts.received(key)
        return replace(waiting, file=name, received=received, receipt=key)
