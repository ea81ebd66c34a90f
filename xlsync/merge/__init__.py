"""Three versions of a record to one: base × ours × theirs.

Start with :mod:`xlsync.merge.three`. Which rows are the same row stands in
:mod:`xlsync.merge.rows`; where both sides said something else, a person chooses in a conflict
workbook, which :mod:`xlsync.merge.choices` describes and :mod:`xlsync.merge.reading` reads.
"""

from xlsync.merge.merged import Conflict, Merged
from xlsync.merge.resolving import resolve
from xlsync.merge.three import merge

__all__ = ["Conflict", "Merged", "merge", "resolve"]
