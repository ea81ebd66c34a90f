"""What a merge gives: one record, the places where a person must choose, and where rows belong."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import eq
from typing import TYPE_CHECKING, TypeVar

from xlsync.base.record import MISSING, put
from xlsync.records.delta import same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from xlsync.base.record import Json, Record

Side = TypeVar("Side")

ENVELOPE = ("form", "id")
"""What a record says of itself before its fields."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One place that both sides changed, each in another way.

    The pointer names a row by its id, since rows move: ``/indicators/3f2a/value``, or
    ``/indicators/3f2a`` for a row that one side removed and the other changed. An absent side
    is :data:`~xlsync.base.record.MISSING`; so is a base that nobody knows.
    """

    pointer: str
    base: Json
    ours: Json
    theirs: Json


@dataclass(frozen=True, slots=True)
class RowOrder:
    """The ids of a table's rows in their merged order, those that only a choice brings among them.

    ``when_empty`` is what stands in the record where no row is left: an empty list, or
    :data:`~xlsync.base.record.MISSING`.
    """

    order: tuple[str, ...]
    when_empty: Json


@dataclass(frozen=True, slots=True)
class Merged:
    """Ours, with everything of theirs that does not contradict it; at a conflict: ours.

    ``tables`` has a plan for each table of the form, by the table's pointer.
    """

    record: Record
    conflicts: tuple[Conflict, ...] = ()
    tables: Mapping[str, RowOrder] = field(default_factory=dict)


def settled(base: Json, ours: Json, theirs: Json, *, known: bool = True) -> tuple[Json, bool]:
    """The value that three versions come to, and whether they contradict each other.

    Where the base is not ``known``, every difference does.
    """
    if known:
        return one_sided(base, ours, theirs, same)
    return ours, not same(ours, theirs)


def one_sided(
    base: Side, ours: Side, theirs: Side, equal: Callable[[Side, Side], bool] = eq
) -> tuple[Side, bool]:
    """What three versions of anything come to where one side alone changed it.

    Ours, and True, where both did, each in its way.
    """
    if equal(ours, theirs) or equal(theirs, base):
        return ours, False
    if equal(ours, base):
        return theirs, False
    return ours, True


def assembled(places: Iterable[tuple[str, Json]]) -> Record:
    """A record of what stands at pointers, in their order; what is absent leaves no trace."""
    record: Record = {}
    for pointer, value in places:
        put(record, pointer, value)
    return _present(record)


def _present(record: Record) -> Record:
    members = {
        key: _present(value) if isinstance(value, dict) else value for key, value in record.items()
    }
    return {key: value for key, value in members.items() if value is not MISSING and value != {}}
