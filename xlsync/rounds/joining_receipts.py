"""The receipts of two coordinators joined: one for each file, and what became of each form in it.

Both may have collected the same file. It was received when it first came; a form counts as
accepted where one of them accepted it, unless what it says is still to be decided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.record import canonical_bytes
from xlsync.rounds.documents import instant
from xlsync.rounds.outcomes import CONTRADICTS, State, contradiction
from xlsync.rounds.status import state_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsync.base.record import Json, Record
    from xlsync.rounds.joining_ledger import Numbers

_COPY = "copy"


def renumbered(receipt: Record, numbers: Mapping[str, Numbers]) -> Record:
    """A receipt with the numbers that issues have now, by record and former number."""
    return {**receipt, "forms": [_renumbered(one, numbers) for one in receipt["forms"]]}


def _renumbered(form: Json, numbers: Mapping[str, Numbers]) -> Json:
    own = numbers.get(form["record"] or "", {})
    return {
        key: own.get(value, value) if key in {"issue", _COPY} and value is not None else value
        for key, value in form.items()
    }


def join_receipts(base: Record | None, ours: Record | None, theirs: Record | None) -> Record | None:
    """What stands of a file that one side or both received."""
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    if ours is None or theirs is None:
        return ours or theirs
    first, second = sorted((ours, theirs), key=_order)
    counts = {len(one["forms"]) for one in (ours, theirs)}
    if len(counts) > 1:
        # The file was read by two versions of a form; what the first one read stands.
        return first
    olds = base["forms"] if base and len(base["forms"]) in counts else [None] * len(first["forms"])
    sides = zip(olds, first["forms"], second["forms"], strict=True)
    return {**second, **first, "forms": [_join_forms(*one) for one in sides]}


def _order(receipt: Record) -> tuple[float, bytes]:
    return instant(receipt.get("received")), canonical_bytes(receipt)


def _join_forms(base: Json, first: Json, second: Json) -> Json:
    if second in (first, base):
        return first
    if base == first:
        return second
    chosen = min((first, second), key=_rank)
    copies = [one[_COPY] for one in (first, second) if _COPY in one]
    return {**chosen, _COPY: min(copies)} if copies else chosen


def _rank(form: Json) -> tuple[bool, int, bytes]:
    return not form["accepted"], [*State].index(state_of(form)), canonical_bytes(form)


class Receipts:
    """What came of the versions of records, over all receipts of a round."""

    def __init__(self, receipts: dict[str, Record]) -> None:
        """Look into receipts, by the keys of their files; they are changed by :meth:`note`."""
        self.receipts = receipts
        self.changed: set[str] = set()
        self.oldest: dict[str, int] = {}
        """The first issue of each record of which a version was accepted."""
        self._places: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for key, receipt in sorted(receipts.items()):
            for at, form in enumerate(receipt["forms"]):
                if form["content"] is not None:
                    place = form["record"], form["content"]
                    self._places.setdefault(place, []).append((key, at))
                issue, record_id = form.get("issue"), form["record"]
                if form["accepted"] and issue is not None:
                    self.oldest[record_id] = min(issue, self.oldest.get(record_id, issue))

    def issue(self, record_id: str, content: str) -> int | None:
        """The issue on which an accepted version was filled in."""
        forms = self._forms(record_id, content)
        issues = [one["issue"] for one in forms if one["accepted"] and one.get("issue") is not None]
        return min(issues, default=None)

    def first(self, record_id: str, content: str) -> str | None:
        """The key of the file in which a version came first."""
        keys = [key for key, _ in self._places.get((record_id, content), ())]
        return min(keys, key=lambda one: (instant(self.received(one)), one), default=None)

    def received(self, key: str) -> str | None:
        """When a file came."""
        time: str | None = self.receipts[key].get("received")
        return time

    def note(self, record_id: str, content: str, state: State, **more: Json) -> None:
        """Say of a version what became of it in the end."""
        is_waiting = state is State.CONFLICT
        for key, at in self._places.get((record_id, content), ()):
            forms = self.receipts[key]["forms"]
            waits = state_of(forms[at]) in {State.CONFLICT, State.NO_BASE}
            if not (forms[at]["accepted"] if is_waiting else waits):
                continue
            left = [one for one in forms[at]["problems"] if one["code"] not in CONTRADICTS]
            told = contradiction(forms[at].get("issue")).as_json()
            left += [told] if is_waiting else []
            made = {"state": state.value, "accepted": not is_waiting, "problems": left, **more}
            self.receipts[key] = {
                **self.receipts[key],
                "forms": [*forms[:at], {**forms[at], **made}, *forms[at + 1 :]],
            }
            self.changed.add(key)

    def _forms(self, record_id: str, content: str) -> list[Json]:
        places: Sequence[tuple[str, int]] = self._places.get((record_id, content), ())
        return [self.receipts[key]["forms"][at] for key, at in places]
