"""What becomes of everything that a collection took in, settled record by record.

The names of files and the order in which they were given decide nothing. What was chosen where
versions contradicted each other comes first, then what the coordinator says, then the answers to
each record, all of them at once.
"""

from __future__ import annotations

import json
from array import array
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xlsync.base.problems import has_error
from xlsync.rounds.answers.chosen import decide
from xlsync.rounds.answers.record_answers import AnswerFile, RoundAnswers
from xlsync.rounds.answers.round_view import RoundView
from xlsync.rounds.answers.settling import Answer, Fate, differences, digest
from xlsync.rounds.kept.documents import ClaimedIssue, WaitingVersion, instant
from xlsync.rounds.kept.outcomes import (
    Outcome,
    State,
    first_outcome,
    merged_from,
    older,
    saving_of,
    why_it_waits,
)
from xlsync.rounds.returned.attribution import attribute, check_locked
from xlsync.rounds.returned.queue import Queue, QueuedForm, Turn, is_answer
from xlsync.rounds.returned.refused_again import RefusedAgain
from xlsync.rounds.state.closing import closed, unless_closed
from xlsync.rounds.state.receipts import keep_file
from xlsync.sources.saving import Saving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.repository import Changes, Repository
    from xlsync.rounds.answers.settling import Settlement
    from xlsync.rounds.kept.receipt_documents import FormReceipt
    from xlsync.rounds.returned.incoming import ReceivedFile
    from xlsync.rounds.returned.outcome_shelf import Outcomes
    from xlsync.rounds.returned.received_forms import ReceivedForm


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person who collects says of the files.

    ``replacing``: each file counts as it is, whole, where it is the only one of its record.
    ``correcting``: what answers no issue is the coordinator's own correction.
    """

    replacing: bool = False
    correcting: bool = False


class Acceptance:
    """One attempt to put files into a round."""

    def __init__(
        self,
        repository: Repository,
        changes: Changes,
        forms: Mapping[str, Form],
        now: str,
        wish: Wish | None = None,
    ) -> None:
        """Settle into these changes; ``now`` is when new files were received."""
        self.changes = changes
        self.view = RoundView(repository, changes.snapshot, changes.round, forms)
        self.answers = RoundAnswers(self.view, changes, now)
        self.now = now
        self._refused = RefusedAgain(self.view)
        self._closing = closed(changes.snapshot, changes.round)
        self._wish = wish or Wish()

    def settle(self, files: Sequence[ReceivedFile]) -> Outcomes:
        """The outcome of every form of every file, in the order of the files."""
        queue, left = self._queued(files)
        queue.refuse_rivals()
        outcomes = queue.outcomes
        for at, outcome in self._settled(queue):
            outcomes[at] = outcome
            self._refused.note(outcome)
        for number, start in zip(*left, strict=True):
            self._keep(files[number], start, outcomes)
        return outcomes

    def _settled(self, queue: Queue) -> Iterator[tuple[int, Outcome]]:
        """What becomes of each form whose turn comes, with its place of all."""
        for item in queue.items(Turn.CHOICE):
            if item.form.choices is not None:
                yield item.at, decide(self.answers, item.form.choices, item.outcome)
        for item in queue.items(Turn.ALONE):
            if item.answers:
                yield item.at, self._correct(item)
            elif item.outcome.state is State.NO_BASE:
                self._keep_unknown(item)
        for record_id, items in queue.records():
            yield from self._answered(record_id, items).items()
            self.answers.forget(record_id)

    def _queued(self, files: Sequence[ReceivedFile]) -> tuple[Queue, tuple[array[int], array[int]]]:
        """All forms, and the files about which something may change, each with its first form."""
        queue = Queue(files)
        left = array("Q"), array("Q")
        for number, file in enumerate(files):
            start, firsts = len(queue.outcomes), []
            former = self._former(file)
            for place, (form, before) in enumerate(zip(file.forms, former, strict=True)):
                first = self._first(file, form, before)
                first = unless_closed(first, self._closing, self.view.round)
                queue.add(number, place, first, self._turn(form, first))
                firsts.append(first)
            if file.is_known:
                keep_file(self.changes, file, firsts, self.now)
                continue
            for numbers, one in zip(left, (number, start), strict=True):
                numbers.append(one)
        return queue, left

    def _keep(self, file: ReceivedFile, start: int, outcomes: Outcomes) -> None:
        """Keep a file with what became of its forms in the end; ``start`` is the first of them."""
        own = outcomes[start : start + len(file.forms)]
        for at, one in enumerate(own):
            if self._refused.asks(one):
                own[at] = self._refused.in_the_end(one, self._former(file)[at])
            else:
                own[at] = self._in_the_end(one)
            if own[at] is not one:
                outcomes[start + at] = own[at]
        keep_file(self.changes, file, own, self.now)

    def resolved(self) -> tuple[str, ...]:
        """The titles of records on which a waiting version came to an end."""
        found = {record_id for record_id, _ in self.answers.ended}
        records = (self.answers.standing(record_id) or {} for record_id in found)
        return tuple(sorted(self.view.forms[one["form"]].title(one) for one in records if one))

    # ---- before any record is touched ---------------------------------------------------

    def _former(self, file: ReceivedFile) -> Sequence[FormReceipt | None]:
        """Of each form in a file, what was kept where it came before."""
        count = len(file.forms)
        return [None] * count if file.is_known else self.view.accepted_before(file.digest, count)

    def _turn(self, form: ReceivedForm, outcome: Outcome) -> Turn | None:
        """When a form is settled; None where nothing more is to be done."""
        if outcome.state is State.NEW and form.choices is not None:
            return Turn.CHOICE
        if is_answer(form, outcome) and outcome.record_id is not None:
            return Turn.ALONE if self._is_statement(form, outcome) else Turn.ANSWER
        return Turn.ALONE if outcome.state is State.NO_BASE else None

    def _first(self, file: ReceivedFile, form: ReceivedForm, before: FormReceipt | None) -> Outcome:
        """What can be said of a form before any record is touched; NEW stands for acceptable."""
        outcome = first_outcome(file, form)
        was_accepted = before is not None and before.accepted
        if form.known is not None:
            return outcome
        if form.choices is not None:
            outcome = self._named(outcome)
            return outcome.settled(State.UNCHANGED) if was_accepted else outcome
        if form.content is None:
            foreign = any(one.code == "S005" for one in form.problems)
            return outcome.settled(State.OTHER_FORM if foreign else State.UNREADABLE)
        if not form.states_id:
            outcome = self._under_known_id(form, outcome)
        outcome = self._checked(form, attribute(self.view, form, outcome))
        if outcome.state is State.NEW and was_accepted:
            is_again = self._wish.replacing and file.is_named
            return outcome if is_again else outcome.settled(State.UNCHANGED)
        if outcome.state is State.NEW and has_error(outcome.problems):
            outcome = outcome.settled(State.REFUSED)
        return self._refused.first(outcome, before) if outcome.state is State.REFUSED else outcome

    def _checked(self, form: ReceivedForm, outcome: Outcome) -> Outcome:
        """The same with an error for each locked value that is not as it went out."""
        entry = self.view.issued(outcome.record_id or "")
        if outcome.state is not State.NEW or entry is None or self._is_correction(form, outcome):
            return outcome
        issue = (entry.find(outcome.issue) if outcome.issue else None) or entry.last
        record = self._record(form)
        return check_locked(self.view.forms[record["form"]], outcome, record, issue)

    def _named(self, outcome: Outcome) -> Outcome:
        """The same with the names of its record; a conflict workbook does not tell them."""
        entry = self.view.entry(outcome.record_id)
        return replace(outcome, group=entry.group, title=entry.title) if entry else outcome

    def _under_known_id(self, form: ReceivedForm, outcome: Outcome) -> Outcome:
        """The same under the id that its record bears already, if there is one."""
        known = self.view.id_of(outcome.group, outcome.title)
        if known is None or known == form.record_id:
            return outcome
        return replace(
            outcome, record_id=known, content=digest({**self._record(form), "id": known})
        )

    def _record(self, form: ReceivedForm) -> Record:
        if form.blob is None:
            raise AssertionError("only a form with a record gets here")
        record: Record = json.loads(self.changes.spool.data(form.blob))
        return record

    # ---- what the coordinator says ------------------------------------------------------

    def _is_correction(self, form: ReceivedForm, outcome: Outcome) -> bool:
        return self._wish.correcting and outcome.issue is None and not form.is_typed

    def _is_statement(self, form: ReceivedForm, outcome: Outcome) -> bool:
        """Whether it replaces what stands: a correction, or a record of a round without issues."""
        is_sent = self.view.is_issued(outcome.record_id or "")
        return not is_sent or self._is_correction(form, outcome)

    def _correct(self, item: QueuedForm) -> Outcome:
        outcome = replace(item.outcome, is_sealed=True)
        record = {**self._record(item.form), "id": outcome.record_id}
        former = self.changes.record(record["id"])
        evidence = self.view.evidence(record["id"], digest(former)) if former else None
        if former is not None and evidence is not None and former != record:
            stands = Saving(evidence.form.saved, evidence.form.saver)
            mine = outcome.saving.time
            if stands.time and mine and instant(mine) < instant(stands.time):
                return outcome.settled(State.OLDER, older(outcome.saving, stands))
        return self._with_changes(outcome.settled(self.answers.correct(record)), former)

    def _with_changes(self, outcome: Outcome, former: Record | None) -> Outcome:
        """The same with every place that it changed in the record."""
        if former is None:
            return outcome
        after = self.changes.record(outcome.record_id or "")
        if after is None or former == after or former["form"] != after["form"]:
            return outcome
        mapping = self.view.forms[after["form"]].mapping
        return replace(outcome, changes=tuple(differences(mapping, former, after)))

    # ---- what the units say -------------------------------------------------------------

    def _answer(self, record_id: str, item: QueuedForm) -> Answer:
        outcome = item.outcome
        issue = outcome.issue
        if issue is None:
            entry = self.view.issued(record_id)
            if entry is None:
                raise AssertionError("only a record that went out is answered")
            issue = entry.last.number
        return Answer(
            issue,
            self.view.content(record_id, issue),
            {**self._record(item.form), "id": record_id},
            saved=outcome.saving.time,
            saver=outcome.saving.by,
            is_sealed=outcome.is_sealed,
            is_new=True,
            content=outcome.content or "",
            is_sound=item.form.is_sound,
        )

    def _answered(self, record_id: str, items: list[QueuedForm]) -> dict[int, Outcome]:
        """Put all answers to one record into the round, and say what each of them did."""
        made: dict[int, Outcome] = {}
        answers = {item.at: self._answer(record_id, item) for item in items}
        left = []
        for item in items:
            one = answers[item.at]
            known_as = item.outcome.issue, one.content, one.saved
            is_known = self.view.is_accepted(record_id, *known_as)
            if is_known and not (self._wish.replacing and item.file.is_named):
                made[item.at] = item.outcome.settled(State.UNCHANGED)
            else:
                left.append(item)
        if not left:
            return made
        former = self.changes.record(record_id)
        sources = {item.at: AnswerFile(item.file.path.name, item.file.digest) for item in left}
        came = {answers[at].key: (answers[at], source) for at, source in sources.items()}
        if self._wish.replacing and len(came) == 1:
            ((answer, _),) = came.values()
            settlement = self.answers.replace(record_id, answer)
        else:
            settlement = self.answers.take(record_id, came)
        for item in left:
            made[item.at] = self._fate(item, answers[item.at], settlement, former)
        return made

    def _fate(
        self, item: QueuedForm, answer: Answer, settlement: Settlement, former: Record | None
    ) -> Outcome:
        """What one answer did, in the words that people read."""
        # A newer issue may change the record now, whatever becomes of this answer: it is told.
        outcome, record = self._with_changes(item.outcome, former), settlement.record
        fate = settlement.fates[answer.key]
        others = [one for one in settlement.merged if one.key != answer.key]
        if fate is Fate.WAITS:
            return outcome.settled(State.CONFLICT, why_it_waits(answer, others))
        says_the_same = answer.record == record
        if says_the_same and (former == record or fate is Fate.OLDER):
            return outcome.settled(State.UNCHANGED)
        if former == record and fate is Fate.COUNTS:
            return outcome.settled(State.UNCHANGED)
        if fate is Fate.OLDER or record is None:
            stands = saving_of(others)
            return outcome.settled(State.OLDER, older(outcome.saving, stands))
        is_first = former is None and settlement.merged[0].key == answer.key
        if record == answer.record:
            return outcome.settled(State.NEW if is_first else State.UPDATED)
        mapping = self.view.forms[record["form"]].mapping
        taken = differences(mapping, answer.record, record)
        return outcome.settled(State.NEW if is_first else State.MERGED, *merged_from(taken))

    def _keep_unknown(self, item: QueuedForm) -> None:
        """Keep an answer whose issue this repository does not hold until it does."""
        claim, outcome = item.form.claim, item.outcome
        if claim is None or claim.issue is None or outcome.record_id is None:
            return
        self.answers.wait(
            outcome.record_id,
            WaitingVersion(
                issue=None,
                base=None,
                theirs={**self._record(item.form), "id": outcome.record_id},
                file=item.file.path.name,
                received=self.now,
                receipt=item.file.digest,
                saved=outcome.saving.time,
                saver=outcome.saving.by,
                is_sealed=claim.is_sealed,
                claim=ClaimedIssue(claim.issue, claim.base, claim.content, claim.manifest),
            ),
        )

    def _in_the_end(self, outcome: Outcome) -> Outcome:
        """What waited at first may have got in behind another file."""
        key = outcome.record_id or "", outcome.content or ""
        state = self.answers.ended.get(key)
        if outcome.state is not State.CONFLICT or state is None:
            return outcome
        return outcome.became(state)
