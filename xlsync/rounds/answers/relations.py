"""What one answer to a record is to another: successor, parallel, contradiction or older.

The evidence stands inside the files, see :mod:`xlsync.rounds.answers.settling`: what each changed
on the coordinator's last statement, its own time of saving, its saver, and the issue that it
answers.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.record import canonical_bytes
from xlsync.records import compare, merge
from xlsync.rounds.kept.documents import instant

if TYPE_CHECKING:
    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.form.mapping import Mapping as FormMapping
    from xlsync.records import Delta, Merged
    from xlsync.rounds.kept.documents import WaitingVersion

    Key = tuple[int | None, str, str]


class Relation(StrEnum):
    """What the second of two answers is to the first."""

    SUCCESSOR = "successor"
    PARALLEL = "parallel"
    CONTRADICTION = "contradiction"
    OLDER = "older"


@dataclass(frozen=True)
class Answer:
    """A record as it was filled in on an issue.

    ``base`` is the record that the issue took out, ``saved`` the document's own time of saving
    (ISO, with zone) and ``saver`` who saved it, None where the file does not say. ``is_sealed``
    says that the workbook is known to be one of ours. ``is_new`` are answers that are collected
    now, ``waits`` those that waited so far, ``is_superseded`` those that a later one has
    taken the place of. ``received`` is when it was collected first. ``content`` is the SHA-256 of
    the record, found where it is not known already; ``is_sound`` says that it is known to break no
    rule of its form.
    """

    issue: int | None
    base: Record
    record: Record
    saved: str | None = None
    saver: str | None = None
    is_sealed: bool = True
    is_new: bool = False
    waits: bool = False
    is_superseded: bool = False
    received: str | None = None
    content: str = ""
    is_sound: bool = False

    def __post_init__(self) -> None:
        """Find out the digest once, for this answer and for all that are made of it."""
        if not self.content:
            object.__setattr__(self, "content", digest(self.record))

    @classmethod
    def waiting(cls, one: WaitingVersion, base: Record) -> Answer:
        """A version that waits, as the answer to an issue that took out ``base``."""
        return cls(
            one.issue,
            base,
            one.theirs,
            saved=one.saved,
            saver=one.saver,
            is_sealed=one.is_sealed,
            waits=True,
            received=one.received,
        )

    @cached_property
    def key(self) -> Key:
        """What tells an answer from others to the same record: it may say the same once more."""
        return self.issue, self.content, self.saved or ""


@dataclass(frozen=True)
class CoordinatorStatement:
    """What the coordinator said last, and what stood before it was said.

    ``record`` is what it says; ``issue`` the number of the workbook that took it out, None for a
    correction or a decision; ``over`` what the answers had come to until then, None where there
    was none; ``time`` when it was said; ``saved`` the last time of saving among the answers that
    it knew, ``closed`` the digests of these. ``stands`` says that it is the round's version of
    the record, also before any answer is put on it.
    """

    record: Record
    issue: int | None = None
    over: Record | None = None
    time: str | None = None
    saved: str | None = None
    closed: frozenset[str] = frozenset()
    stands: bool = False


def digest(record: Record) -> str:
    """The SHA-256 by which a version of a record is known."""
    return hashlib.sha256(canonical_bytes(record)).hexdigest()


def differences(mapping: FormMapping, old: Record | None, new: Record | None) -> list[Delta]:
    """Every place in which two versions differ, ids of rows aside; nothing without an old one."""
    return [] if old is None or new is None else compare(mapping, old, new)


class _Pair(NamedTuple):
    """Two answers put on the statement, the first against the second."""

    first_knows: bool
    """Whether the first keeps or changes every place that the second changed."""
    second_knows: bool
    clashes: int
    """Places that both changed, each in another way."""


@dataclass
class Relations:
    """The answers to one record, put on what the coordinator said last."""

    form: Form
    said: CoordinatorStatement
    _put: dict[Key, Record | None] = field(default_factory=dict)
    _pairs: dict[tuple[Key, Key], _Pair | None] = field(default_factory=dict)

    # ---- one answer and the statement ---------------------------------------------------

    def on_statement(self, one: Answer) -> Record | None:
        """The statement with what an answer changed; None where the two contradict each other."""
        if one.key not in self._put:
            self._put[one.key] = self._merged(one)
        return self._put[one.key]

    def _merged(self, one: Answer) -> Record | None:
        base = self._base(one)
        if base == self.said.record:
            return one.record
        merged = merge(self.form.mapping, base, self.said.record, one.record)
        return None if merged.conflicts and not self._precedes(one) else merged.record

    def _base(self, one: Answer) -> Record:
        """From what an answer began, as far as it shows: answers that it knows, or its issue."""
        over = self.said.over
        if over is None or one.issue == self.said.issue or one.base == self.said.record:
            return one.base
        return over if self._knows(one.record, over, one.base).first_knows else one.base

    def _precedes(self, one: Answer) -> bool:
        """Whether an answer was saved before the coordinator spoke."""
        if one.saved is None or self.said.time is None:
            return False
        return instant(one.saved) < instant(self.said.time)

    def is_closed(self, one: Answer) -> bool:
        """Whether the answers that the statement knew say all of this one, or said it later."""
        over = self.said.over
        if over is None or one.issue == self.said.issue:
            return False
        pair = self._knows(over, one.record, one.base)
        if not pair.first_knows:
            return False
        is_earlier = None not in {one.saved, self.said.saved} and (
            instant(one.saved) < instant(self.said.saved)
        )
        return is_earlier or not pair.clashes

    # ---- two answers --------------------------------------------------------------------

    def relation(self, first: Answer, second: Answer) -> Relation:
        """What the second answer is to the first: a successor only where it is the later one."""
        pair = self._pair(first, second)
        if pair is None:
            return Relation.CONTRADICTION
        if first.is_sealed != second.is_sealed:
            return self._unsealed(first, second, pair)
        later = self._is_later(first, second)
        if later is None:
            return self._untimed(first, second, pair)
        if later:
            return self._later(first, second, pair, is_timed=_are_timed(first, second))
        turned = _Pair(pair.second_knows, pair.first_knows, pair.clashes)
        found = self._later(second, first, turned, is_timed=_are_timed(first, second))
        return _turned(found)

    def _later(self, first: Answer, second: Answer, pair: _Pair, *, is_timed: bool) -> Relation:
        """What the second is, which is known to be the later one."""
        if pair.second_knows:
            is_stranger = _are_strangers(first, second) and self._keeps_nothing(first, pair)
            return Relation.CONTRADICTION if is_stranger else Relation.SUCCESSOR
        if pair.clashes:
            return Relation.CONTRADICTION
        if not pair.first_knows:
            return Relation.PARALLEL
        # All that the second changed stands in the first: it took the rest back, or is a draft.
        took_back = is_timed and self.on_statement(second) != self.said.record
        return Relation.SUCCESSOR if took_back else Relation.OLDER

    def _untimed(self, first: Answer, second: Answer, pair: _Pair) -> Relation:
        """The same where the files tell neither times nor different issues."""
        if pair.clashes:
            # What one of them says in place of the other only the order of their coming can tell.
            came_later = first.is_new != second.is_new
            knows = pair.second_knows if second.is_new else pair.first_knows
            is_stranger = _are_strangers(first, second) and self._keeps_nothing(first, pair)
            if not came_later or not knows or is_stranger:
                return Relation.CONTRADICTION
            return Relation.SUCCESSOR if second.is_new else Relation.OLDER
        if pair.first_knows and pair.second_knows:
            return Relation.SUCCESSOR if order_of(first) < order_of(second) else Relation.OLDER
        if pair.second_knows:
            return Relation.SUCCESSOR
        return Relation.OLDER if pair.first_knows else Relation.PARALLEL

    def _unsealed(self, first: Answer, second: Answer, pair: _Pair) -> Relation:
        """What nobody sealed takes no place of what was sealed, and is not put together with it."""
        sealed_knows = pair.first_knows if first.is_sealed else pair.second_knows
        is_later = self._is_later(first, second)
        if is_later is None and first.is_new != second.is_new:
            is_later = second.is_new
        sealed_is_later = is_later is (not first.is_sealed)
        if sealed_knows and (not pair.clashes or sealed_is_later):
            return Relation.OLDER if first.is_sealed else Relation.SUCCESSOR
        return Relation.CONTRADICTION

    @staticmethod
    def _is_later(first: Answer, second: Answer) -> bool | None:
        """Whether the files say that the second is the later one; None where they do not."""
        if _are_timed(first, second):
            return instant(first.saved) < instant(second.saved)
        if None not in {first.issue, second.issue} and first.issue != second.issue:
            return (first.issue or 0) < (second.issue or 0)
        return None

    def _keeps_nothing(self, first: Answer, pair: _Pair) -> bool:
        """Whether of all that the first changed nothing stands in the other as the first has it."""
        if not pair.clashes:
            return False
        put_on = self.on_statement(first)
        changed = len(differences(self.form.mapping, self.said.record, put_on))
        return pair.clashes >= changed

    def _pair(self, first: Answer, second: Answer) -> _Pair | None:
        """How two answers compare; None where they have no ground in common."""
        key = first.key, second.key
        if key not in self._pairs:
            one, other = self.on_statement(first), self.on_statement(second)
            if one is not None and other is not None:
                found = self._knows(one, other, self.said.record)
            elif first.base == second.base:
                found = self._knows(first.record, second.record, first.base)
            else:
                found = None
            self._pairs[key] = found
            if found is not None:
                turned = _Pair(found.second_knows, found.first_knows, found.clashes)
                self._pairs[key[::-1]] = turned
        return self._pairs[key]

    def _knows(self, first: Record, second: Record, base: Record) -> _Pair:
        mapping = self.form.mapping
        one, other = merge(mapping, base, first, second), merge(mapping, base, second, first)
        return _Pair(
            _say_the_same(mapping, one, first),
            _say_the_same(mapping, other, second),
            len(one.conflicts),
        )


def order_of(one: Answer) -> tuple[int, str, str]:
    """An order of answers that says nothing of which is the later one."""
    return one.issue or 0, one.content, one.saved or ""


def _are_timed(first: Answer, second: Answer) -> bool:
    if first.saved is None or second.saved is None:
        return False
    return instant(first.saved) != instant(second.saved)


def _are_strangers(first: Answer, second: Answer) -> bool:
    """Whether two answers are known to be saved by two people."""
    return None not in {first.saver, second.saver} and first.saver != second.saver


def _turned(found: Relation) -> Relation:
    """A relation seen from the other side."""
    turned = {Relation.SUCCESSOR: Relation.OLDER, Relation.OLDER: Relation.SUCCESSOR}
    return turned.get(found, found)


def _say_the_same(mapping: FormMapping, merged: Merged, record: Record) -> bool:
    """Whether a merge brought nothing to a record; ids of rows say nothing."""
    return merged.record == record or not compare(mapping, record, merged.record)
