"""A form that is refused comes back as it was sent, with the reason at the field that it is about.

A page that takes a form raises what is wrong like everything below it; :mod:`endpoints` then asks
the page to show the form again. Only files have to be chosen anew: browsers keep none.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlsync.api import MistypedError, XlsyncError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class FieldError(XlsyncError):
    """What is wrong with one field of a form; ``at`` is the id of that field on the page."""

    def __init__(self, message: str, *, at: str) -> None:
        """Say it there."""
        super().__init__(message)
        self.at = at


@dataclass(frozen=True)
class Refusal:
    """Why a form was not taken, in Chinese, and what had been typed; ``at`` is as in FieldError.

    Without ``at`` it is about the form as a whole, and stands at the top of the page.
    """

    message: str
    at: str = ""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def typed(self, name: str, otherwise: str = "") -> str:
        """What was sent under a name; ``otherwise`` where nothing was."""
        found = self.values.get(name)
        return found[-1] if found else otherwise

    def has(self, name: str, value: str) -> bool:
        """Whether something was ticked."""
        return value in self.values.get(name, ())


@contextmanager
def mistyped_at(at: str) -> Iterator[None]:
    """Let what cannot be meant be said at the field where it was typed."""
    try:
        yield
    except MistypedError as error:
        raise FieldError(str(error), at=at) from error
