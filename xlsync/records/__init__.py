"""What changed between two versions of a record: record × record → deltas.

Start with :mod:`xlsync.records.compare`. How rows of a table find their partners stands in
:mod:`xlsync.records.matching`, what a delta is in :mod:`xlsync.records.delta`, and what it means to
people in :mod:`xlsync.records.revisions`.
"""

from xlsync.records.carrying import Carried, Remark, carry
from xlsync.records.compare import compare, compare_record
from xlsync.records.delta import Delta, Kind, RecordDelta
from xlsync.records.merged import Conflict, Merged
from xlsync.records.merging import merge, resolve
from xlsync.records.migrations import Migrations, carry_over
from xlsync.records.revisions import What, amount_change, amount_of, what_happened

__all__ = [
    "Carried",
    "Conflict",
    "Delta",
    "Kind",
    "Merged",
    "Migrations",
    "RecordDelta",
    "Remark",
    "What",
    "amount_change",
    "amount_of",
    "carry",
    "carry_over",
    "compare",
    "compare_record",
    "merge",
    "resolve",
    "what_happened",
]
