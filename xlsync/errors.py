"""The one exception that a broken set-up raises.

Bad *data* never raises: it is collected as problems (see :mod:`xlsync.problems`).
"""


class XlsyncError(Exception):
    """A broken set-up, said in one line: a bad form file, no repository, an unwritable record."""
