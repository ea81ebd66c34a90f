"""The one exception that a broken set-up raises.

Bad *data* never raises: it is collected as problems (see :mod:`xlsync.base.problems`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class XlsyncError(Exception):
    """A broken set-up, said in one line: a bad form file, no repository, an unwritable record."""


class UsageError(XlsyncError):
    """A question that makes no sense, whatever the data: an unknown field, an empty name."""


class FormError(XlsyncError):
    """What is wrong with a form's files: all of it in ``mistakes``, the first of it in the line."""

    SHOWN = 5
    """Mistakes that are told at once; more of them do not fit a line."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        """Each mistake begins with its file and a colon; then come table and key."""
        self.mistakes = tuple(mistakes)
        shown, last = [], ""
        for mistake in self.mistakes[: self.SHOWN]:
            file, _, rest = mistake.partition(": ")
            shown.append(rest if file == last else mistake)
            last = file
        if len(self.mistakes) > self.SHOWN:
            shown.append(f"and {len(self.mistakes) - self.SHOWN} more")
        super().__init__("; ".join(shown))
