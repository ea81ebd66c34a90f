"""Deltas: one difference each, as a pair (old, new) whose kind follows from the absent side."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.base.record import MISSING
from xlsync.form.types import TYPES
from xlsync.form.types.numbers import MoneyType, plain_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.record import Json, Record
    from xlsync.form.locate import Location
    from xlsync.form.mapping import Mapping


def exact_text(value: Json) -> str:
    """The value as text that is the same for the same JSON alone; key order does not count."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def same(old: Json, new: Json) -> bool:
    """Whether two values, either of which may be absent, are the same JSON."""
    if old is MISSING or new is MISSING:
        return old is new
    if isinstance(old, str) and isinstance(new, str):
        return old == new
    return exact_text(old) == exact_text(new)


def is_same_number(old: Json, new: Json) -> bool:
    """Whether two texts are one number, however spelled (``85`` and ``85.00``)."""
    if not (isinstance(old, str) and isinstance(new, str)):
        return False
    before, after = plain_number(old), plain_number(new)
    return before is not None and before == after


def kind_of(old: Json, new: Json) -> ChangeKind:
    """What happened, as the absent side tells it."""
    if old is MISSING:
        return ChangeKind.ADDED
    return ChangeKind.REMOVED if new is MISSING else ChangeKind.CHANGED


def difference(type_name: str | None, old: Json, new: Json) -> str | None:
    """New minus old, as ``+200000.00``, when the type is money and both sides are amounts."""
    money = TYPES.get(type_name or "")
    if not (isinstance(money, MoneyType) and isinstance(old, str) and isinstance(new, str)):
        return None
    try:
        amount = Decimal(money.canonical(new)) - Decimal(money.canonical(old))
    except ValueError:
        return None
    return f"{amount:+}"


def value_deltas(at: Location, label: str, old: Json, new: Json) -> Iterator[Delta]:
    """One delta when the two values differ, else none."""
    if not same(old, new):
        by = difference(at.item.type if at.item else None, old, new)
        yield Delta(kind_of(old, new), at, label, old, new, difference=by)


class ChangeKind(StrEnum):
    """What happened to a value, a row or a record."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Delta:
    """One difference between two versions of a record.

    An absent side is :data:`~xlsync.base.record.MISSING`, which is neither null nor empty text. A
    row that is added or removed is a side as a whole; a moved row has its positions, from 1,
    as sides. ``at`` says where: the row's position is that of the new record, or of the old
    one where the row was removed; ``row`` holds the row's id, levels and name, so that nobody
    has to rely on the position.
    """

    kind: ChangeKind
    at: Location
    label: str
    old: Json = MISSING
    new: Json = MISSING
    row: dict[str, Json] | None = None
    difference: str | None = None
    """New minus old with its sign, exact, where both are amounts of money."""

    @property
    def pointer(self) -> str:
        """The pointer of what differs."""
        return self.at.pointer


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
    kind: ChangeKind
    mapping: Mapping
    deltas: tuple[Delta, ...]
    old: Record | None
    new: Record | None
