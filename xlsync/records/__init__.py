"""Two or three versions of a record: what changed, merged, or carried over to another form.

Comparing begins in :mod:`xlsync.records.compare`; how rows of a table find their partners stands
in :mod:`xlsync.records.matching`, what a delta is in :mod:`xlsync.records.delta`, and what it
means to people in :mod:`xlsync.records.revisions`. Merging (base × ours × theirs) begins in
:mod:`xlsync.records.merging`; where both sides said something else, a person chooses in a
conflict workbook (:mod:`xlsync.records.conflicts`).
"""

from xlsync.records.carrying import Carried, Remark, carry
from xlsync.records.compare import compare, compare_record
from xlsync.records.delta import ChangeKind, Delta, RecordDelta
from xlsync.records.merged import Conflict, Merged
from xlsync.records.merging import merge, resolve
from xlsync.records.migrations import Migrations, carry_over
from xlsync.records.revisions import What, amount_change, amount_of, what_happened

__all__ = [
    "Carried",
    "ChangeKind",
    "Conflict",
    "Delta",
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
