"""What changed between two versions of a record: record × record → deltas.

Start with :mod:`xlsync.diff.compare`. How rows of a table find their partners stands in
:mod:`xlsync.diff.matching`, what a delta is in :mod:`xlsync.diff.delta`, and what it means to
people in :mod:`xlsync.diff.happening`.
"""

from xlsync.diff.compare import compare, compare_record
from xlsync.diff.delta import Delta, Kind, RecordDelta
from xlsync.diff.happening import What, amount_change, amount_of, what_happened
from xlsync.diff.places import Places

__all__ = [
    "Delta",
    "Kind",
    "Places",
    "RecordDelta",
    "What",
    "amount_change",
    "amount_of",
    "compare",
    "compare_record",
    "what_happened",
]
