"""The answers to each record of a round: what they were, what came, and what they come to.

What the rules (:mod:`xlsync.rounds.answers.settling`) say of a record is put into the changes of a
collection: the record itself, the answers that it was made from, those that wait, and a note in
the receipt of each answer that had waited.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xlsync.repository import layout
from xlsync.rounds.answers.record_state import RecordState, follows, kept, record_state
from xlsync.rounds.answers.settling import Answer, CoordinatorStatement, Fate, Settlement, digest
from xlsync.rounds.kept.documents import WaitingVersion, instant
from xlsync.rounds.kept.ledger import statement
from xlsync.rounds.kept.outcomes import State, contradiction
from xlsync.rounds.kept.receipt_documents import put_receipt, receipt_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.repository import Changes
    from xlsync.rounds.answers.relations import Key
    from xlsync.rounds.answers.round_view import RoundView


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """The file in which an answer came: its name, and the key of its receipt."""

    file: str | None
    receipt: str | None


class RoundAnswers:
    """The records of a round while a collection goes on."""

    def __init__(self, view: RoundView, changes: Changes, now: str = "") -> None:
        """Begin with what the snapshot holds; ``now`` is the time of what happens."""
        self.view = view
        self.changes = changes
        self.now = now
        self.ended: dict[tuple[str, str], State] = {}
        """RoundAnswers that waited and came to an end, by record and content."""
        self._states: dict[str, RecordState] = {}
        self._waiting: dict[str, dict[str, WaitingVersion]] = {}

    # ---- what stands --------------------------------------------------------------------

    def waiting(self, record_id: str) -> dict[str, WaitingVersion]:
        """The versions of a record that wait, by their paths."""
        if record_id not in self._waiting:
            folder = layout.conflict_folder(self.view.round, record_id)
            is_any = record_id in self.view.waiting_ids
            found = self.view.snapshot.documents(folder) if is_any else ()
            self._waiting[record_id] = {
                f"{folder}/{name}": WaitingVersion.from_json(one, f"{folder}/{name}")
                for name, one in found
            }
        return self._waiting[record_id]

    def standing(self, record_id: str) -> Record | None:
        """The round's version of a record, or what went out last where nothing came yet."""
        found = self.changes.record(record_id)
        if found is not None:
            return found
        entry = self.view.issued(record_id)
        return self.view.content(record_id, statement(entry).number) if entry else None

    def state(self, record_id: str) -> RecordState:
        """What was said of a record, and the answers that were put on it or wait."""
        if record_id not in self._states:
            self._states[record_id] = self._loaded(record_id)
        return self._states[record_id]

    def forget(self, record_id: str) -> None:
        """Let go of a record to which nothing more happens: its versions take ten kilobytes."""
        self._states.pop(record_id, None)
        self._waiting.pop(record_id, None)

    def _loaded(self, record_id: str) -> RecordState:
        found = record_state(self.view, record_id, self.changes.record(record_id))
        waits = (
            Answer.waiting(one, one.base or self.view.content(record_id, one.issue))
            for one in self.waiting(record_id).values()
            if one.issue is not None and one.claim is None
        )
        return replace(found, answers=(*found.answers, *waits))

    # ---- what happens -------------------------------------------------------------------

    def take(self, record_id: str, came: Mapping[Key, tuple[Answer, AnswerFile]]) -> Settlement:
        """Put what came of a record beside the answers that are known, and settle them."""
        state = self.state(record_id)
        known = {one.key for one in state.answers}
        new = [one for key, (one, _) in came.items() if key not in known]
        sources = {key: source for key, (_, source) in came.items()}
        return self._settle(record_id, replace(state, answers=(*state.answers, *new)), sources)

    def replace(self, record_id: str, answer: Answer) -> Settlement:
        """Let an answer count as it is, whole, in place of everything that came before."""
        others = [one for one in self.state(record_id).answers if one.key != answer.key]
        for path, one in [*self.waiting(record_id).items()]:
            if one.claim is None:
                is_this = digest(one.theirs) == answer.content
                self._end(record_id, path, State.UPDATED if is_this else State.OLDER)
        said = CoordinatorStatement(
            answer.base, answer.issue, closed=frozenset(one.content for one in others)
        )
        return self._settle(record_id, RecordState(said, (answer,)), {})

    def correct(self, record: Record, *, ending: str | None = None) -> State:
        """Take what the coordinator says of a record: a correction, or what was decided.

        ``ending`` is the path of the version that waited for the decision.
        """
        record_id = record["id"]
        former = self.changes.record(record_id)
        if former == record and ending is None:
            return State.UNCHANGED
        if self.view.issued(record_id) is None:
            self._put(record)
            self._end_equal(record_id, record)
            return State.UPDATED if former is not None else State.NEW
        state = self.state(record_id)
        if ending is not None:
            decided = self.waiting(record_id)[ending]
            content = digest(decided.theirs)
            kept = tuple(one for one in state.answers if one.content != content or not one.waits)
            state = replace(state, answers=kept)
            self._end(record_id, ending, State.MERGED)
        open_answers = [one for one in state.answers if not one.waits]
        times = [one.saved for one in open_answers if one.saved] + [state.said.saved]
        said = CoordinatorStatement(
            record,
            over=self._answered(record, state),
            time=self.now or None,
            saved=max(filter(None, times), key=instant, default=None),
            closed=state.said.closed | {one.content for one in open_answers},
            stands=True,
        )
        waits = tuple(one for one in state.answers if one.waits)
        self._settle(record_id, RecordState(said, waits), {})
        self._end_equal(record_id, record)
        return State.UPDATED if former is not None else State.NEW

    def _answered(self, record: Record, state: RecordState) -> Record | None:
        """What the answers say without the coordinator's corrections."""
        said = state.said
        form = self.view.forms[record["form"]]
        if said.issue is not None or said.over is None:
            is_same_form: bool = said.record["form"] == record["form"]
            return state.settled(form).record if is_same_form else None
        below = replace(said, record=said.over, over=None)
        return RecordState(below, state.answers).settled(form).record

    def wait(self, record_id: str, version: WaitingVersion) -> None:
        """Keep a version until somebody has chosen, or until its issue is known here."""
        content = digest(version.theirs)
        path = layout.conflict_path(self.view.round, record_id, content)
        former = self.waiting(record_id).get(path)
        is_later = version.saved is not None and (
            former is None or instant(former.saved) < instant(version.saved)
        )
        if former is not None and not is_later:
            return
        if former is not None and former.receipt not in {None, version.receipt}:
            # What was saved twice waits once, as it was saved last.
            self._note(former.receipt, record_id, content, State.OLDER, settled=self.now)
        self.waiting(record_id)[path] = version
        self.changes.put_document(path, version.as_json())

    # ---- what comes of it ---------------------------------------------------------------

    def _settle(
        self, record_id: str, state: RecordState, sources: Mapping[Key, AnswerFile]
    ) -> Settlement:
        form = self.view.forms[state.said.record["form"]]
        found = state.settled(form)
        if found.record is not None:
            self._put(found.record)
        counted = {one.key for one in found.merged}
        answers = []
        for one in state.answers:
            fate = found.fates[one.key]
            path = layout.conflict_path(self.view.round, record_id, one.content)
            if fate is Fate.WAITS:
                self._let_wait(record_id, one, sources.get(one.key))
                if not one.is_new and not one.waits:
                    self._note_waiting(record_id, one)
            elif path in self.waiting(record_id) and (ended := found.ended(one, state.said.record)):
                self._end(record_id, path, ended)
            answers.append(
                replace(
                    one,
                    is_new=False,
                    waits=fate is Fate.WAITS,
                    is_superseded=one.key in found.superseded,
                    received=one.received or self.now or None,
                )
            )
        said_again = {
            (one.issue, one.content) for one in answers if found.fates[one.key] is not Fate.OLDER
        }
        answers = [
            one
            for one in answers
            if found.fates[one.key] is not Fate.OLDER or (one.issue, one.content) not in said_again
        ]
        made = RecordState(state.said, tuple(answers))
        self._states[record_id] = made
        self._keep(record_id, made, found.record, counted)
        return found

    def _let_wait(self, record_id: str, one: Answer, source: AnswerFile | None) -> None:
        evidence = None if source else self.view.evidence(record_id, one.content)
        if source is None and evidence is not None:
            source = AnswerFile(self.view.file_name(evidence.key), evidence.key)
        self.wait(
            record_id,
            WaitingVersion(
                issue=one.issue,
                base=one.base,
                theirs=one.record,
                file=source.file if source else None,
                received=one.received or (evidence.received if evidence else None) or self.now,
                receipt=source.receipt if source else None,
                saved=one.saved,
                saver=one.saver,
                is_sealed=one.is_sealed,
            ),
        )

    def _note_waiting(self, record_id: str, one: Answer) -> None:
        """Say in the receipt of an accepted answer that it waits now."""
        evidence = self.view.evidence(record_id, one.content)
        if evidence is None:
            return
        self._note(evidence.key, record_id, one.content, State.CONFLICT, contradiction(one.issue))

    def _end_equal(self, record_id: str, record: Record) -> None:
        """Close what waited on no issue and says what stands now."""
        for path, one in [*self.waiting(record_id).items()]:
            if one.theirs == record:
                self._end(record_id, path, State.UNCHANGED)

    def _end(self, record_id: str, path: str, state: State) -> None:
        one = self.waiting(record_id).pop(path)
        self.changes.drop(path)
        self.ended[record_id, digest(one.theirs)] = state
        if one.receipt is not None:
            self._note(one.receipt, record_id, digest(one.theirs), state, settled=self.now)

    def _note(
        self,
        key: str,
        record_id: str,
        content: str,
        state: State,
        *told: Problem,
        **more: Json,
    ) -> None:
        """Say in the receipt of a file what became of it in the end."""
        receipt = receipt_of(self.changes, self.view.round, key)
        if receipt is not None:
            forms = (
                one.became(state, *told, **more) if one.is_of(record_id, content) else one
                for one in receipt.forms
            )
            put_receipt(self.changes, key, receipt.with_forms(forms))

    # ---- where it is kept ---------------------------------------------------------------

    def _put(self, record: Record) -> None:
        form = self.view.forms[record["form"]]
        names = form.group(record), form.title(record)
        self.changes.put_record(record["id"], *names, record)

    def _keep(
        self, record_id: str, state: RecordState, record: Record | None, counted: set[Key]
    ) -> None:
        """Note what the record was made from, where ledger and receipts do not say it."""
        path = layout.merged_path(self.view.round, record_id)
        entry = self.view.issued(record_id)
        known = [one for one in state.answers if not one.waits]
        if entry is None or follows(self.view, entry, state.said, known, record):
            self.changes.drop(path)
            return
        made = kept(state.said, known, statement(entry).number)
        if counted or state.said.stands:
            self.changes.put_document(path, made.as_json())
