"""Submission rounds: collecting files into the repository, the state of a round, its changes."""

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
