"""The receipts of two coordinators joined: one for each file, and what became of each form in it.

Both may have collected the same file. It was received when it first came; a form counts as
accepted where one of them accepted it, unless what it says is still to be decided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.record import canonical_bytes
from xlsync.records.merged import one_sided
from xlsync.rounds.kept.documents import instant
from xlsync.rounds.kept.outcomes import State, contradiction
from xlsync.rounds.kept.receipt_documents import Receipt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsync.base.record import Json
    from xlsync.rounds.kept.receipt_documents import FormReceipt
    from xlsync.rounds.sharing.ledger import Numbers


def renumbered(receipt: Receipt, numbers: Mapping[str, Numbers]) -> Receipt:
    """A receipt with the numbers that issues have now, by record and former number."""
    return receipt.with_forms(_renumbered(one, numbers) for one in receipt.forms)


def _renumbered(form: FormReceipt, numbers: Mapping[str, Numbers]) -> FormReceipt:
    own = numbers.get(form.record or "", {})
    known = {"issue": form.issue, "copy": form.copy}
    new = {key: own[number] for key, number in known.items() if number in own}
    return form.changed(**new) if new else form


def join_receipts(
    base: Receipt | None, ours: Receipt | None, theirs: Receipt | None
) -> Receipt | None:
    """What stands of a file that one side or both received."""
    one, contradict = one_sided(base, ours, theirs)
    if not contradict:
        return one
    if ours is None or theirs is None:
        return ours or theirs
    first, second = sorted((ours, theirs), key=_order)
    counts = {len(one.forms) for one in (ours, theirs)}
    if len(counts) > 1:
        # The file was read by two versions of a form; what the first one read stands.
        return first
    olds = base.forms if base and len(base.forms) in counts else [None] * len(first.forms)
    sides = zip(olds, first.forms, second.forms, strict=True)
    joined = Receipt(first.received, first.forms, {**second.value, **first.value})
    return joined.with_forms(_join_forms(*one) for one in sides)


def _order(receipt: Receipt) -> tuple[float, bytes]:
    return instant(receipt.received), canonical_bytes(receipt.as_json())


def _join_forms(base: FormReceipt | None, first: FormReceipt, second: FormReceipt) -> FormReceipt:
    one, contradict = one_sided(base, first, second)
    if one is not None and not contradict:
        return one
    chosen = min((first, second), key=_rank)
    copies = [one.copy for one in (first, second) if one.copy is not None]
    return chosen.changed(copy=min(copies)) if copies else chosen


def _rank(form: FormReceipt) -> tuple[bool, int, bytes]:
    return not form.accepted, [*State].index(form.state), canonical_bytes(dict(form.value))


class Receipts:
    """What came of the versions of records, over all receipts of a round."""

    def __init__(self, receipts: dict[str, Receipt]) -> None:
        """Look into receipts, by the keys of their files; they are changed by :meth:`note`."""
        self.receipts = receipts
        self.changed: set[str] = set()
        self.oldest: dict[str, int] = {}
        """The first issue of each record of which a version was accepted."""
        self._places: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for key, receipt in sorted(receipts.items()):
            for at, form in enumerate(receipt.forms):
                record_id = form.record or ""
                if form.content is not None:
                    self._places.setdefault((record_id, form.content), []).append((key, at))
                if form.accepted and form.issue is not None:
                    known = self.oldest.get(record_id, form.issue)
                    self.oldest[record_id] = min(form.issue, known)

    def issue(self, record_id: str, content: str) -> int | None:
        """The issue on which an accepted version was filled in."""
        forms = self._forms(record_id, content)
        issues = [one.issue for one in forms if one.accepted and one.issue is not None]
        return min(issues, default=None)

    def first(self, record_id: str, content: str) -> str | None:
        """The key of the file in which a version came first."""
        keys = [key for key, _ in self._places.get((record_id, content), ())]
        return min(keys, key=lambda one: (instant(self.received(one)), one), default=None)

    def received(self, key: str) -> str | None:
        """When a file came."""
        return self.receipts[key].received

    def note(self, record_id: str, content: str, state: State, **more: Json) -> None:
        """Say of a version what became of it in the end."""
        is_waiting = state is State.CONFLICT
        for key, at in self._places.get((record_id, content), ()):
            forms = self.receipts[key].forms
            waits = forms[at].state in {State.CONFLICT, State.NO_BASE}
            if not (forms[at].accepted if is_waiting else waits):
                continue
            told = (contradiction(forms[at].issue),) if is_waiting else ()
            made = forms[at].became(state, *told, **more)
            self.receipts[key] = self.receipts[key].with_forms(
                (*forms[:at], made, *forms[at + 1 :])
            )
            self.changed.add(key)

    def _forms(self, record_id: str, content: str) -> list[FormReceipt]:
        places: Sequence[tuple[str, int]] = self._places.get((record_id, content), ())
        return [self.receipts[key].forms[at] for key, at in places]
