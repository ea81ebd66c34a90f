"""Workbooks by the thousand: the package is compiled once a form, then mended for each record.

XlsxWriter builds the blank workbook; :class:`~xlsync.writer.splicing.compiled.Compiled` keeps
its members deflated and knows the few places in them that depend on a record.
"""

from xlsync.writer.splicing.compiled import Compiled, compiled, splice

__all__ = ["Compiled", "compiled", "splice"]
