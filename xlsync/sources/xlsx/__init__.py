"""Reading .xlsx: bytes of unknown origin in, a :class:`xlsync.base.grid.Workbook` out.

The files come back by mail from hundreds of offices and from many programs, so this reader
trusts nothing: it streams every part through the limits of :mod:`.limits` and turns what it
cannot read into a problem. Start with :mod:`.reading`, which puts the pieces together.
"""

from xlsync.sources.xlsx.reading import read

__all__ = ["read"]
