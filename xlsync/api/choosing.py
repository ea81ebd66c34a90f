"""Conflicts that wait for a decision, and deciding them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.api.form_files import or_installed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.problems import Problem
    from xlsync.form import Forms
    from xlsync.form.mapping import FieldBase
    from xlsync.records.conflicts import Choice
    from xlsync.repository import Repository
    from xlsync.rounds.returned.returning import Dispute


def conflicts(repository: Repository, round_name: str, forms: Forms | None = None) -> list[Dispute]:
    """Every conflict of a round that waits for a decision: its form, its versions, its places."""
    from xlsync.rounds.deciding.choosing import waiting_disputes

    return waiting_disputes(repository, or_installed(forms), round_name)


def choice(
    side: str, typed: str = "", item: FieldBase | None = None
) -> tuple[Choice | None, list[Problem]]:
    """One choice: ``side`` is 库中, 返回 or 另填; with the last, ``typed`` is a value of a field.

    The result is None, with the reason, where the text is no value of the field.
    """
    from xlsync.records.conflicts import Choice, Side
    from xlsync.rounds.deciding.choosing import other_value

    if Side(side) is Side.OTHER and item is not None:
        return other_value(item, typed)
    return Choice(Side(side)), []


def decide_conflict(
    repository: Repository,
    dispute: Dispute,
    chosen: Mapping[str, Choice],
    reason: str,
    forms: Forms | None = None,
) -> list[Problem]:
    """Put what was chosen into the round, as one commit; ``chosen`` has a choice for each place.

    The result is what is wrong with the record that comes of it; with an error in it, nothing
    was written.

    Raises:
        XlsyncError: without a reason, without a choice somewhere, or when the conflict changed.
    """
    from xlsync.rounds.deciding.choosing import choose

    return choose(repository, or_installed(forms), dispute, chosen, reason)
