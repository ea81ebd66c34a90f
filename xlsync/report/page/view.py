"""What the page of changes shows: units, their projects, and the revisions of each.

Plain data without any markup, made before the template sees it; every text in it has been
through :func:`~xlsync.report.words.lines.visible`, and the template escapes it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.records import What
from xlsync.report.words.changes import Part, segments
from xlsync.report.words.deltas import summary
from xlsync.report.words.funds import Funds, funds
from xlsync.report.words.lines import visible
from xlsync.report.words.revisions import ONE_SIDED, RevisionLine, kinds_of, revisions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from xlsync.records import RecordDelta

_CONTEXT = 80
"""Characters of a long text that are shown on each side of a change."""
_SHORT = 40
"""Characters that stand beside a label."""
_BREAKS = {Part.REMOVED: "↵", Part.ADDED: "↵\n"}
"""A line break that went or came is a change that would not show by itself."""


@dataclass(frozen=True, slots=True)
class Change:
    """One revision, and its text stretch by stretch where words are marked in it."""

    revision: RevisionLine
    marked: list[tuple[Part, str]]

    @property
    def is_long(self) -> bool:
        """Whether the text needs lines of its own."""
        one = self.revision
        return max(len(one.label), len(one.old_text), len(one.new_text)) > _SHORT


@dataclass(frozen=True, slots=True)
class ChangedRecord:
    """One record that changed: its amounts of money first, then everything else.

    ``whole`` is what happened where the record as a whole is new or gone.
    """

    id: str
    title: str
    whole: What | None
    amounts: list[RevisionLine]
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class ChangedUnit:
    """The changed records of one group; the number stands for its name in addresses."""

    number: int
    name: str
    projects: list[ChangedRecord]


@dataclass(frozen=True, slots=True)
class Count:
    """To how many records something happened, and how often where that is more than once."""

    what: What
    projects: int
    revisions: int | None


@dataclass(frozen=True, slots=True)
class View:
    """Everything on the page."""

    old: str
    new: str
    forms: list[str]
    summary: str
    counts: list[Count]
    funds: list[Funds]
    units: list[ChangedUnit]

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each unit by its name."""
        return {unit.name: unit.number for unit in self.units}


def view(
    old: str, new: str, records: Sequence[RecordDelta], unit_of: Callable[[str], str] = str
) -> View:
    """The page of what changed from one side to the other; the sides are called by name.

    ``unit_of`` is the unit under which the sums count a unit.
    """
    found = revisions(records)
    sums = funds(records, unit_of)
    return View(
        old=visible(old),
        new=visible(new),
        forms=list(dict.fromkeys(visible(record.mapping.title) for record in records)),
        summary=summary(records),
        counts=_counts(found),
        funds=sums,
        units=_units(found, sums),
    )


def _units(found: Iterable[Sequence[RevisionLine]], sums: Iterable[Funds]) -> list[ChangedUnit]:
    """Every unit with a project or a sum, in the order of the projects; some have a sum alone."""
    projects: dict[str, list[ChangedRecord]] = defaultdict(list)
    for one in found:
        projects[one[0].group].append(_project(one))
    for name in (name for one in sums for name in one.groups):
        projects.setdefault(name, [])
    names = enumerate(projects, start=1)
    return [ChangedUnit(number, name, projects[name]) for number, name in names]


def _project(found: Sequence[RevisionLine]) -> ChangedRecord:
    first = found[0]
    return ChangedRecord(
        id=first.record,
        title=first.title,
        whole=first.what if first.what in ONE_SIDED else None,
        amounts=[one for one in found if _is_amount(one)],
        changes=[Change(one, _marked(one)) for one in found if not _is_amount(one)],
    )


def _is_amount(revision: RevisionLine) -> bool:
    sides = (revision.old, revision.new)
    return revision.difference is not None and not any(one and one.is_typed for one in sides)


def _marked(revision: RevisionLine) -> list[tuple[Part, str]]:
    old, new = revision.old, revision.new
    if not (old and new and old.is_typed and new.is_typed):
        return []
    return [
        (part, text.replace("\n", _BREAKS.get(part, "\n")))
        for part, text in segments(old.text, new.text, _CONTEXT)
    ]


def _counts(found: Iterable[Sequence[RevisionLine]]) -> list[Count]:
    times: dict[What, list[int]] = {}
    for one in found:
        for what in kinds_of(one):
            times.setdefault(what, []).append(sum(revision.what is what for revision in one))
    return [
        Count(what, len(times[what]), None if what in ONE_SIDED else sum(times[what]))
        for what in What
        if what in times
    ]
