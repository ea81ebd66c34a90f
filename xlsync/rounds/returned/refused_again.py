"""Files that were refused before and came again: which of them a newer file has settled.

What was told once and put right by another file is not told again, also where the newer file
gets in beside the refused one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlsync.rounds.kept.documents import instant
from xlsync.rounds.kept.outcomes import Outcome, State

if TYPE_CHECKING:
    from xlsync.rounds.answers.round_view import Evidence, RoundView
    from xlsync.rounds.kept.receipt_documents import FormReceipt


class RefusedAgain:
    """The forms of one collection that were refused before and are refused now."""

    def __init__(self, view: RoundView) -> None:
        """Begin with none."""
        self._view = view
        self._open: set[str] = set()
        """Their records, as long as nothing that was accepted settles them."""
        self._got_in: set[str] = set()
        """Those of these records of which another form gets in now."""

    def first(self, outcome: Outcome, before: FormReceipt | None) -> Outcome:
        """A refused form before any record is touched: settled where its record got in since."""
        if not _was_refused(before) or outcome.record_id is None:
            return outcome
        if self._was_settled(outcome, outcome.record_id):
            return _settled(outcome)
        self._open.add(outcome.record_id)
        return outcome

    def note(self, outcome: Outcome) -> None:
        """Hear what became of a form of this collection."""
        if outcome.is_accepted and outcome.record_id in self._open:
            self._got_in.add(outcome.record_id)

    def asks(self, outcome: Outcome) -> bool:
        """Whether it matters what was told of this form before."""
        return outcome.state is State.REFUSED and outcome.record_id in self._got_in

    def in_the_end(self, outcome: Outcome, before: FormReceipt | None) -> Outcome:
        """What is told of a form of which :meth:`asks` says that it may be settled by now."""
        return _settled(outcome) if _was_refused(before) else outcome

    def _was_settled(self, outcome: Outcome, record_id: str) -> bool:
        receipt = self._view.receipt(outcome.digest)
        came = instant(receipt.received) if receipt else float("inf")

        def is_later(one: Evidence) -> bool:
            if one.received is None:
                return False
            if instant(one.received) != came or not (one.form.saved and outcome.saving.time):
                return instant(one.received) > came
            # Both came in one collection, where only the files say which is the newer one.
            return instant(one.form.saved) > instant(outcome.saving.time)

        return any(map(is_later, self._view.accepted(record_id)))


def _was_refused(before: FormReceipt | None) -> bool:
    return before is not None and not before.accepted


def _settled(outcome: Outcome) -> Outcome:
    return replace(outcome, state=State.SETTLED, problems=())
