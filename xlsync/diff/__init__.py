"""What changed between two versions of a record: record × record → deltas.

Start with :mod:`xlsync.diff.compare`. How rows of a table find their partners stands in
:mod:`xlsync.diff.matching`, what a delta is in :mod:`xlsync.diff.delta`.
"""

from xlsync.diff.compare import compare, compare_record
from xlsync.diff.delta import Delta, Kind, RecordDelta

__all__ = ["Delta", "Kind", "RecordDelta", "compare", "compare_record"]
