"""Which answer counts: the rules, as one function of what came and what the coordinator said.

An answer states a whole form, filled in on an issue. Of two answers the later one is told by
evidence inside the files: by their own times of saving; else by the issues that they answer; else
by what they say, where one has all that the other changed and more. Where the files cannot tell,
the order in which they were collected does, and of two that came together, or at two offices,
neither is the later one.

A later answer that keeps or changes every place that the earlier one changed is its *successor* and
counts whole. One that does not know some of them and touches other places is *parallel*: both are
merged. One that changes a place differently and does not know the rest is a *contradiction* and
waits. What was saved before the answer that succeeds it is *older* and changes nothing.

The coordinator's last *statement* (an issue, a correction, a decision) is what all answers are put
on. It stands above answers that were saved before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.base.problems import has_error
from xlsync.records import merge
from xlsync.rounds.answers.relations import (
    Answer,
    CoordinatorStatement,
    Relation,
    Relations,
    differences,
    digest,
    order_of,
)
from xlsync.rounds.kept.documents import instant
from xlsync.rounds.kept.outcomes import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.rounds.answers.relations import Key

__all__ = [
    "Answer",
    "CoordinatorStatement",
    "Fate",
    "Settlement",
    "differences",
    "digest",
    "settle",
]


class Fate(StrEnum):
    """What becomes of an answer."""

    COUNTS = "counts"
    OLDER = "older"
    WAITS = "waits"


@dataclass(frozen=True)
class Settlement:
    """What the answers come to: the record, and the fate of each answer by its key.

    ``merged`` are the answers that the record was put together from, in their order;
    ``superseded`` those of which another one that counted has taken the place. An older answer
    that is not among them counts as little, but only as long as its successor waits.
    """

    record: Record | None
    fates: Mapping[Key, Fate] = field(default_factory=dict)
    merged: tuple[Answer, ...] = ()
    superseded: frozenset[Key] = frozenset()

    def ended(self, one: Answer, said: Record) -> State | None:
        """What became of an answer that waited on a statement; None as long as it waits.

        It may have been saved twice: it waits as long as one of those that say the same does.
        """
        found = {fate for key, fate in self.fates.items() if key[1] == one.content}
        if Fate.WAITS in found:
            return None
        if Fate.COUNTS not in found:
            return State.OLDER
        return State.UNCHANGED if self.record in (one.record, said) else State.MERGED


def settle(form: Form, said: CoordinatorStatement, answers: Iterable[Answer]) -> Settlement:
    """What a record comes to, and what becomes of each answer.

    The order in which the answers are given plays no part. A record that is put together keeps
    the rules of the form, or is not put together.
    """
    return _Rules(form, said, sorted(answers, key=_rank)).settle()


def _rank(one: Answer) -> tuple[bool, bool, bool, float, int, float, str]:
    """Which of answers that contradict each other stands: what counts already, the first first."""
    return (
        not one.is_sealed,
        one.waits,
        one.is_new,
        instant(one.received),
        one.issue or 0,
        instant(one.saved),
        one.content,
    )


@dataclass
class _Rules:
    form: Form
    said: CoordinatorStatement
    answers: list[Answer]

    def __post_init__(self) -> None:
        self.relations = Relations(self.form, self.said)

    def settle(self) -> Settlement:
        live = [one for one in self.answers if not one.is_superseded]
        followers = {one.key: self._followers(one) for one in live}
        heads = [
            one for one in live if not followers[one.key] and not self.relations.is_closed(one)
        ]
        counted, waiting = self._accept([], heads)
        # What only waits takes nothing away: the answer that it would succeed counts until then.
        gone = self._gone(live, followers, {one.key for one in counted})
        kept = [one for one in live if followers[one.key] and one.key not in gone]
        counted, _ = self._accept(counted, kept)
        fates = {one.key: Fate.OLDER for one in self.answers}
        fates |= {one.key: Fate.WAITS for one in waiting}
        fates |= {one.key: Fate.COUNTS for one in counted}
        record = self._together(counted) if counted else self._said_alone()
        return Settlement(record, fates, tuple(counted), frozenset(gone))

    def _gone(
        self, live: Sequence[Answer], followers: Mapping[Key, list[Key]], counted: set[Key]
    ) -> set[Key]:
        """The answers of which one that counts took the place, or one that it took that of."""
        gone = {one.key for one in self.answers if one.is_superseded}
        gone |= {one.key for one in live if self.relations.is_closed(one)}
        while more := {
            one.key
            for one in live
            if one.key not in gone | counted and not (gone | counted).isdisjoint(followers[one.key])
        }:
            gone |= more
        return gone

    def _said_alone(self) -> Record | None:
        """What the coordinator said, where it stands without an answer.

        An issue that breaks a rule of the form goes out for the unit to mend; what had been
        accepted before stands until it does.
        """
        said, over = self.said.record, self.said.over
        if not self.said.stands:
            return None
        is_broken = over is not None and has_error(self.form.check(said))
        return over if over is not None and is_broken else said

    def _followers(self, one: Answer) -> list[Key]:
        """The answers that know everything of this one."""
        return [
            other.key
            for other in self.answers
            if other.key != one.key and self.relations.relation(one, other) is Relation.SUCCESSOR
        ]

    def _accept(
        self, counted: list[Answer], candidates: Sequence[Answer]
    ) -> tuple[list[Answer], list[Answer]]:
        """Those that can be put together, the first first; and those that cannot."""
        counted, waiting = [*counted], []
        for one in candidates:
            is_clear = self.relations.on_statement(one) is not None and not any(
                self.relations.relation(other, one) is Relation.CONTRADICTION for other in counted
            )
            together = self._together([*counted, one]) if is_clear else None
            if together is None or self._breaks_a_rule(together, one):
                waiting.append(one)
            else:
                counted.append(one)
        return counted, waiting

    def _breaks_a_rule(self, record: Record, last: Answer) -> bool:
        """Whether a record has an error; the last answer, alone, may be known to have none."""
        is_known = record is last.record and last.is_sound and record["form"] == self.form.id
        return not is_known and has_error(self.form.check(record))

    def _together(self, answers: Sequence[Answer]) -> Record | None:
        """What answers say together, on the statement; None where two contradict each other."""
        record = self.said.record
        for at, one in enumerate(sorted(answers, key=order_of)):
            put_on = self.relations.on_statement(one)
            if put_on is None:
                return None
            if at == 0:
                record = put_on
                continue
            merged = merge(self.form.mapping, self.said.record, record, put_on)
            if merged.conflicts:
                return None
            record = merged.record
        return record
