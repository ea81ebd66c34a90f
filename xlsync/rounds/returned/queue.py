"""The forms of a collection in the order in which they are settled, not that of their files.

There are as many as a round has projects, so they lie on disk, and one after the other is taken
up again when it is its turn.
"""

from __future__ import annotations

from enum import Enum
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.disk_map import DiskMap
from xlsync.rounds.kept.outcomes import Outcome, State, refused_for
from xlsync.rounds.returned.outcome_shelf import Outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlsync.rounds.returned.incoming import ReceivedFile
    from xlsync.rounds.returned.received_forms import ReceivedForm


class Turn(Enum):
    """When a form is settled: a choice between versions, one alone, with all of its record."""

    CHOICE = 1
    ALONE = 2
    ANSWER = 3


class QueuedForm(NamedTuple):
    """One form on its way: its file, and what is known of it so far; ``at`` is its place of all."""

    at: int
    file: ReceivedFile
    form: ReceivedForm
    outcome: Outcome

    @property
    def answers(self) -> bool:
        """Whether it is to be taken as an answer."""
        return is_answer(self.form, self.outcome)


def is_answer(form: ReceivedForm, outcome: Outcome) -> bool:
    """Whether a form is to be taken as an answer, as far as that is known."""
    return outcome.state is State.NEW and form.choices is None


class Queue:
    """All forms, of which the outcome is known, or stands where it will be."""

    def __init__(self, files: Sequence[ReceivedFile]) -> None:
        """Begin without the forms of these files."""
        self.outcomes = Outcomes()
        self._files = files
        self._waiting: dict[Turn, DiskMap[str, str]] = {turn: DiskMap() for turn in Turn}
        """Keys in the order in which forms are settled, with the numbers of form and file."""
        self._unnumbered: DiskMap[str, str] = DiskMap()
        """What each answer without an issue says, by its record."""

    def add(self, number: int, place: int, outcome: Outcome, turn: Turn | None) -> None:
        """Add a form by the number of its file and its place there; None: nothing is to be done."""
        at = len(self.outcomes)
        self.outcomes.append(outcome)
        if turn is None:
            return
        issue, content, record = outcome.issue or 0, outcome.content or "", outcome.record_id or ""
        # Before which others it is settled: the file itself comes last.
        order = f"{issue:09}\n{content}\n{record}\n{at:09}"
        key = f"{record}\n{order}" if turn is Turn.ANSWER else order
        self._waiting[turn][key] = f"{at} {number} {place}"
        if turn is not Turn.CHOICE and outcome.issue is None and content:
            self._unnumbered[f"{record}\n{at:09}"] = content

    def refuse_rivals(self) -> None:
        """Refuse the versions of a record that differ and that no issue tells apart (S006)."""
        for _, group in groupby(self._unnumbered.items(), _record_of):
            versions = [*group]
            if len({content for _, content in versions}) > 1:
                places = [int(key.rpartition("\n")[2]) for key, _ in versions]
                rivals = [self.outcomes[at] for at in places]
                for at, one in zip(places, rivals, strict=True):
                    self.outcomes[at] = refused_for(one, rivals)

    def items(self, turn: Turn) -> Iterator[QueuedForm]:
        """The forms whose turn it is, one after the other."""
        return map(self._item, self._waiting[turn].values())

    def records(self) -> Iterator[tuple[str, list[QueuedForm]]]:
        """The records that are answered, each with all its answers."""
        for record_id, group in groupby(self._waiting[Turn.ANSWER].items(), _record_of):
            found = [self._item(value) for _, value in group]
            yield record_id, [one for one in found if one.answers]

    def _item(self, value: str) -> QueuedForm:
        at, number, place = map(int, value.split())
        file = self._files[number]
        return QueuedForm(at, file, file.forms[place], self.outcomes[at])


def _record_of(entry: tuple[str, str]) -> str:
    """The record with which a key begins."""
    return entry[0].partition("\n")[0]
