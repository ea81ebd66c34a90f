"""Submission rounds: collecting files into the repository, the state of a round, its changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.lazy import lazy

if TYPE_CHECKING:
    from xlsync.rounds.collecting import Collection, collect
    from xlsync.rounds.comparing import compare_records, compare_rounds, round_records
    from xlsync.rounds.outcomes import Outcome, State
    from xlsync.rounds.standing import Standing
    from xlsync.rounds.status import standings

__all__ = [
    "Collection",
    "Outcome",
    "Standing",
    "State",
    "collect",
    "compare_records",
    "compare_rounds",
    "round_records",
    "standings",
]

__getattr__ = lazy(
    __name__,
    {
        "xlsync.rounds.collecting": ["Collection", "collect"],
        "xlsync.rounds.comparing": ["compare_records", "compare_rounds", "round_records"],
        "xlsync.rounds.outcomes": ["Outcome", "State"],
        "xlsync.rounds.standing": ["Standing"],
        "xlsync.rounds.status": ["standings"],
    },
)
