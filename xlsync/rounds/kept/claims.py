"""What a workbook says of the issue that it is, held against the ledger: one rule for all.

Two coordinators may give one number to two workbooks, and make both from one commit. So a number
alone is not believed where the workbook says more: what stood in it when it went out decides, or,
where an older one does not say that, the commit that it was made from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from xlsync.base.problems import problem
from xlsync.base.record import MISSING, get
from xlsync.form.types import comparable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from xlsync.base.problems import Problem
    from xlsync.base.record import Record
    from xlsync.form import Form


class Claim(Protocol):
    """What a workbook bears: its number, the commit that it was made from, what stood in it."""

    @property
    def issue(self) -> int | None:
        """The number that is printed on it."""

    @property
    def base(self) -> str | None:
        """The commit."""

    @property
    def content(self) -> str | None:
        """The digest of the record that it took out."""


class Borne(NamedTuple):
    """What the workbook of an issue bears; ``mark`` gives the digest of what it took out."""

    number: int
    printed: int
    base: str | None
    mark: Callable[[], str]


def claimed(claim: Claim, issues: Iterable[Borne]) -> int | None:
    """The number here of the issue that a workbook says it is; None where it is not here."""
    same = [one for one in issues if one.printed == claim.issue]
    marked = [one for one in same if claim.content is not None and one.mark() == claim.content]
    if claim.base is None:
        return next((one.number for one in marked or same), None)
    based = [one for one in (same if claim.content is None else marked) if one.base == claim.base]
    return next((one.number for one in based or marked), None)


def locked_changes(form: Form, record: Record, fixed: Mapping[str, str]) -> list[Problem]:
    """An error (B006) for each locked value that is not as it went out.

    The ledger says what went out, whatever the workbook says of itself.
    """
    labels = {item.pointer: item.label for item in form.mapping.fields.values()}
    wrong = []
    for pointer, given in sorted(fixed.items()):
        value = get(record, pointer)
        returned = "" if value is None or value is MISSING else str(value)
        if comparable(returned) != comparable(given):
            message = (
                f"“{labels.get(pointer, pointer)}”是下发时锁定的内容，下发的是“{given}”，"
                f"收到的是“{returned or '空白'}”。请改回下发的内容；确需更改的，请统筹人更正。"
            )
            wrong.append(problem("B006", message, pointer=pointer, found=returned or None))
    return wrong
