"""Deltas: one difference each, as a pair (old, new) whose kind follows from the absent side.

They are plain data. Nothing here compares or prints: ``diff`` makes deltas, ``report`` puts
them into words.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.record import MISSING

if TYPE_CHECKING:
    from xlsync.mapping import Mapping
    from xlsync.record import Json, Record


class Kind(StrEnum):
    """What happened to a value, a row or a record."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Delta:
    """One difference between two versions of a record.

    An absent side is :data:`~xlsync.record.MISSING`, which is neither null nor empty text. A
    row that is added or removed is a side as a whole; a moved row has its positions, from 1,
    as sides. The index in a row's pointer is that of the new record, or of the old one where
    the row was removed; ``row`` holds the row's id, levels and name, so that nobody has to
    rely on the index.
    """

    kind: Kind
    pointer: str
    label: str
    old: Json = MISSING
    new: Json = MISSING
    row: dict[str, Json] | None = None
    difference: str | None = None
    """New minus old with its sign, exact, where both are amounts of money."""


@dataclass(frozen=True, slots=True)
class RecordDelta:
    """Everything that changed in one record between two versions or rounds.

    ``title`` and ``group`` are those of the new version, or of the old one where the record
    was removed. A record that has a new title is ``renamed``, one that has a new group
    ``moved`` (whatever else changed in it); the deltas say all of it. ``old`` and ``new`` are
    the two versions themselves, None where the record was not there.
    """

    id: str
    title: Json
    group: Json
    kind: Kind
    mapping: Mapping
    deltas: tuple[Delta, ...]
    old: Record | None
    new: Record | None
