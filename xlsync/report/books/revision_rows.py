"""The rows of the 修订对照表: what stood there beside what stands there, with the changes marked.

A text that is too long for one row of a page loses stretches that stayed the same, and where
that is not enough it goes on in further rows, so that paper shows every word that changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from xlsync.report.books.office_text import CUT
from xlsync.report.words.changes import Part, segments
from xlsync.report.words.revisions import revisions
from xlsync.workbook.heights import line_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from xlsync.records import RecordDelta
    from xlsync.report.words.revisions import RevisionLine

    Spans = list[tuple[Part, str]]
    """A text, stretch by stretch."""

_CONTEXT = 60
"""Characters of a very long text that are shown on each side of a change."""

_MOST_LINES = 18
"""Lines of a row; two such rows fit on a page."""

_BREAKS = {Part.REMOVED: "↵\n", Part.ADDED: "↵\n", Part.CUT: ""}
"""A line break that went or came is a change that would not show by itself."""


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """One row. ``lines`` is how many lines its texts need; a number of None goes on above."""

    number: int | None
    group: str
    title: str
    what: str
    label: str
    old: Spans
    new: Spans
    difference: Decimal | None
    lines: int
    is_first: bool
    """Whether a project begins here."""


class Rooms(NamedTuple):
    """Half-width characters that the columns have for their texts."""

    group: float
    title: float
    label: float
    side: float


def revision_rows(records: Sequence[RecordDelta], rooms: Rooms) -> Iterator[RevisionRow]:
    """The rows of all records, numbered by revision."""
    number = 0
    for found in revisions(records):
        for at, revision in enumerate(found):
            number += 1
            yield from _rows(revision, number, rooms, is_first=at == 0)


def _rows(
    revision: RevisionLine, number: int, rooms: Rooms, *, is_first: bool
) -> Iterator[RevisionRow]:
    old, new = _sides(revision, None)
    if max(_lines(old, rooms.side), _lines(new, rooms.side)) > _MOST_LINES:
        old, new = _sides(revision, _CONTEXT)
    nothing: Spans = []
    pages = zip_longest(_pages(old, rooms.side), _pages(new, rooms.side), fillvalue=nothing)
    for at, sides in enumerate(pages):
        label = f"{revision.label}（续）" if at else revision.label
        names = (revision.group, rooms.group), (revision.title, rooms.title), (label, rooms.label)
        yield RevisionRow(
            number=None if at else number,
            group=revision.group,
            title=revision.title,
            what=revision.what,
            label=label,
            old=sides[0],
            new=sides[1],
            difference=None if at else revision.difference,
            lines=max(
                *(_lines(_plain(text), room) for text, room in names),
                *(_lines(side, rooms.side) for side in sides),
            ),
            is_first=is_first and not at,
        )


def _sides(revision: RevisionLine, context: int | None) -> tuple[Spans, Spans]:
    if revision.difference is not None:
        return _plain(revision.old_text), _plain(revision.new_text)
    stretches = [
        (part, CUT if part is Part.CUT else text.replace("\n", _BREAKS.get(part, "\n")))
        for part, text in segments(revision.old_text, revision.new_text, context)
    ]
    old = [one for one in stretches if one[0] is not Part.ADDED]
    return old, [one for one in stretches if one[0] is not Part.REMOVED]


def _plain(text: str) -> Spans:
    return [(Part.SAME, text)] if text else []


def _lines(spans: Spans, width: float) -> int:
    """How many lines a cell of that width makes of a text."""
    return sum(1 for _ in _broken(spans, width))


def _pages(spans: Spans, width: float) -> Iterator[Spans]:
    """The text in pieces of no more lines than a row takes, at least one."""
    page: Spans = []
    for at, line in enumerate(_broken(spans, width)):
        if at and at % _MOST_LINES == 0:
            yield page
            page = []
        for part, text in line:
            if page and page[-1][0] is part:
                page[-1] = (part, page[-1][1] + text)
            else:
                page.append((part, text))
    yield page


def _broken(spans: Spans, width: float) -> Iterator[Spans]:
    """The lines that a cell makes of a text; a line break stands at the end of its line."""
    line: Spans = []
    used = 0
    for part, text in spans:
        start = 0
        for at, character in enumerate(text):
            size = line_width(character)
            if used + size > width:
                line.append((part, text[start:at]))
                yield line
                line, used, start = [], 0, at
            used += size
            if character == "\n":
                line.append((part, text[start : at + 1]))
                yield line
                line, used, start = [], 0, at + 1
        line.append((part, text[start:]))
    yield line
