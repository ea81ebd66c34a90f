"""The one exception that a broken set-up raises.

Bad *data* never raises: it is collected as problems (see :mod:`xlsync.base.problems`).
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class XlsyncError(Exception):
    """A broken set-up, said in one line: a bad form file, no repository, an unwritable record."""


class RemovalError(XlsyncError):
    """Another coordinator took out half of a round or more, and nobody said that this is meant."""


class UnseenError(XlsyncError):
    """Something has changed since somebody was shown what would be done."""


class UsageError(XlsyncError):
    """A question that makes no sense, whatever the data: an unknown field, an empty name."""


class MistypedError(UsageError):
    """What was written cannot be meant: a name of nothing or of several, no value of its field.

    The line says it all, so that nobody needs to be told how the command is called.
    """


class UnknownNameError(MistypedError):
    """A name that does not exist, told with those that do; see :func:`unknown_name`."""


_NAMED = 10
"""Names that are told at once."""


def unknown_name(what: str, name: str, known: Iterable[str], remark: str = "") -> UnknownNameError:
    """What is said of a round, form, unit or project that does not exist: the names that do.

    Those that resemble it come first; ``remark`` says what else can be done.
    """
    names = list(dict.fromkeys(known))
    first = get_close_matches(name, names, n=3, cutoff=0.4)
    shown = [*first, *(one for one in names if one not in first)][:_NAMED]
    more = f"等 {len(names)} 个" if len(names) > len(shown) else ""
    if not names:
        return UnknownNameError(f"unknown {what} {name}; there is none yet{remark}")
    return UnknownNameError(f"unknown {what} {name}; there are: {'、'.join(shown)}{more}{remark}")


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
