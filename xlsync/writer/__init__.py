"""Form and record to a locked workbook that looks like the official form."""

from xlsync.writer.contents import describe, fixed_values, prefilled
from xlsync.writer.splicing import splice
from xlsync.writer.workbook import write, write_back

__all__ = ["describe", "fixed_values", "prefilled", "splice", "write", "write_back"]
