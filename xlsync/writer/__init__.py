"""Form and record to a locked workbook that looks like the official form."""

from xlsync.writer.describe import describe
from xlsync.writer.splicing import splice
from xlsync.writer.workbook import write

__all__ = ["describe", "splice", "write"]
