"""What becomes of everything that a collection took in, settled in an order of its own.

The names of files and the order in which they were given decide nothing: what was chosen where
versions contradicted each other comes first, then records that answer no issue, then the answers
by issue and content.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.problems import has_error, problem
from xlsync.rounds.belonging import placed
from xlsync.rounds.deciding import decide, prefer
from xlsync.rounds.known import Known, Taken
from xlsync.rounds.outcomes import Outcome, State, first_outcome, refused_for
from xlsync.rounds.receipts import keep_file
from xlsync.rounds.versions import CONTRADICTS, Version, Versions, digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.problems import Problem
    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.repository import Changes, Repository
    from xlsync.rounds.arriving import Came, Returned


class _Item(NamedTuple):
    """One form on its way: its file, its place in it, and what is known of it so far."""

    file: int
    number: int
    form: Returned
    outcome: Outcome

    def order(self) -> tuple[int, str, str, int]:
        """Before which others it is settled, whatever the files are called."""
        outcome = self.outcome
        return outcome.issue or 0, outcome.content or "", outcome.record_id or "", self.number


class Settling:
    """One attempt to put files into a round."""

    def __init__(
        self,
        repository: Repository,
        changes: Changes,
        forms: Mapping[str, Form],
        now: str,
        *,
        replacing: bool = False,
    ) -> None:
        """Settle into these changes; ``now`` is the time at which new files were received.

        Where it is ``replacing``, a version that contradicts what stands takes its place,
        unless another version of the same record comes with it.
        """
        self.changes = changes
        self.known = Known(repository, changes.snapshot, changes.round, forms)
        self.versions = Versions(self.known, changes, now)
        self.now = now
        self._is_replacing = replacing
        self._versions_of: dict[str, set[str]] = {}

    def settle(self, files: list[Came]) -> list[Outcome]:
        """The outcome of every form of every file, in the order of the files."""
        items = [
            _Item(at, number, form, self._first(file, form, was_accepted=accepted))
            for at, file in enumerate(files)
            for number, (form, accepted) in enumerate(
                zip(file.forms, self.known.was_accepted(file.digest, len(file.forms)), strict=True)
            )
        ]
        items = _without_rivals(items)
        for _, _, _, one in items:
            if one.state is State.NEW and one.record_id and one.content:
                self._versions_of.setdefault(one.record_id, set()).add(one.content)
        settled = {
            item[:2]: self._settle(files[item.file], item)
            for item in sorted(items, key=_Item.order)
        }
        outcomes = {place: self._in_the_end(one) for place, one in settled.items()}
        for at, file in enumerate(files):
            of_file = [outcomes[at, number] for number in range(len(file.forms))]
            keep_file(self.changes, file, of_file, self.now)
        return [outcomes[item[:2]] for item in items]

    def resolved(self) -> tuple[str, ...]:
        """The titles of records on which a waiting version came to an end."""
        found = {record_id for record_id, _ in self.versions.settled}
        records = (self.versions.standing(record_id) or {} for record_id in found)
        return tuple(sorted(self.known.forms[one["form"]].title(one) for one in records))

    def _first(self, file: Came, form: Returned, *, was_accepted: bool) -> Outcome:
        """What can be said of a form before any record is touched; NEW stands for acceptable."""
        outcome = first_outcome(file, form)
        if form.receipt is not None:
            return outcome.settled(State.UNCHANGED)
        if form.choices is not None:
            outcome = self._named(outcome)
            return outcome.settled(State.UNCHANGED) if was_accepted else outcome
        if form.content is None:
            foreign = any(one.code == "S005" for one in form.problems)
            return outcome.settled(State.OTHER_FORM if foreign else State.UNREADABLE)
        if not form.states_id:
            outcome = self._under_known_id(form, outcome)
        outcome = placed(self.known, form, outcome)
        if outcome.state is not State.NEW:
            return outcome
        if was_accepted:
            return outcome.settled(State.UNCHANGED)
        return outcome.settled(State.REFUSED) if has_error(outcome.problems) else outcome

    def _named(self, outcome: Outcome) -> Outcome:
        """The same with the names of its record; a conflict workbook does not tell them."""
        entry = self.known.records.get(outcome.record_id or "")
        return replace(outcome, group=entry.group, title=entry.title) if entry else outcome

    def _under_known_id(self, form: Returned, outcome: Outcome) -> Outcome:
        """The same under the id that its record bears already, if there is one."""
        known = self.known.id_of(outcome.group, outcome.title)
        if known is None or known == form.record_id:
            return outcome
        return replace(
            outcome, record_id=known, content=digest({**self._record(form), "id": known})
        )

    def _record(self, form: Returned) -> Record:
        if form.blob is None:
            raise AssertionError("only a form with a record gets here")
        record: Record = json.loads(self.changes.spool.data(form.blob))
        return record

    def _settle(self, file: Came, item: _Item) -> Outcome:
        """Put an acceptable record into the round and say what that did."""
        outcome = item.outcome
        if outcome.state is not State.NEW or outcome.record_id is None:
            return outcome
        if item.form.choices is not None:
            return decide(self.versions, item.form.choices, outcome)
        record = {**self._record(item.form), "id": outcome.record_id}
        if outcome.issue is None:
            return outcome.settled(self.versions.replace(record))
        return self._answer(file, outcome, Version(outcome.issue, record))

    def _answer(self, file: Came, outcome: Outcome, version: Version) -> Outcome:
        """Merge what answers an issue, or keep it waiting."""
        record_id = version.record["id"]
        if Taken(record_id, version.issue, version.content) in self.known.taken:
            return outcome.settled(State.UNCHANGED)
        state = self.versions.take(version)
        if state is not State.CONFLICT:
            return outcome.settled(state)
        self.versions.wait(version, file.path.name, file.digest)
        is_alone = len(self._versions_of[record_id]) == 1
        if self._is_replacing and is_alone and prefer(self.versions, record_id, version.content):
            return outcome.settled(State.UPDATED)
        return outcome.settled(state, contradiction(version.issue))

    def _in_the_end(self, outcome: Outcome) -> Outcome:
        """What waited at first may have got in behind another file."""
        key = outcome.record_id or "", outcome.content or ""
        state = self.versions.settled.get(key)
        if outcome.state is not State.CONFLICT or state is None:
            return outcome
        problems = tuple(one for one in outcome.problems if one.code != CONTRADICTS)
        return replace(outcome, state=state, problems=problems)


def contradiction(issue: int | None) -> Problem:
    """What is said of a version while it waits (B004)."""
    base = f"（都以第 {issue} 次下发的表为底）" if issue else ""
    message = (
        f"与本轮已收的内容对同一处改法不同{base}，或合在一起后有错误；本份没有采用，等待裁定。"
    )
    return problem(CONTRADICTS, message)


def _without_rivals(items: list[_Item]) -> list[_Item]:
    """Refuse the versions of a record that differ and that no issue tells apart (S006)."""
    versions: dict[str, list[Outcome]] = {}
    for one in items:
        if one.outcome.state is State.NEW and one.outcome.issue is None and one.outcome.content:
            versions.setdefault(one.outcome.record_id or "", []).append(one.outcome)
    rivals = {
        record_id: found
        for record_id, found in versions.items()
        if len({one.content for one in found}) > 1
    }
    return [
        one._replace(outcome=refused_for(one.outcome, found))
        if one.outcome in (found := rivals.get(one.outcome.record_id or "", []))
        else one
        for one in items
    ]
