"""Compare two versions of one record, as its mapping describes it.

Fields come first and tables after them, in the order of the mapping; keys that the mapping
does not know (the record's own id, keys of another version of the form) come last, so that
nothing that differs goes unsaid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.record import MISSING, get, join
from xlsync.records.delta import ChangeKind, Delta, RecordDelta, same, value_deltas
from xlsync.records.tables import compare_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from xlsync.base.record import Json, Record
    from xlsync.form.mapping import Mapping, Table


def compare(mapping: Mapping, old: Record | None, new: Record | None) -> list[Delta]:
    """All differences between two versions of a record; None is a record that is not there.

    The records need not be valid: what is no table where a table should be is compared as
    a whole. Of rows, a difference in the id alone is not told (see ``matching.content``).
    """
    return list(_deltas(mapping, old or {}, new or {}))


def compare_record(
    mapping: Mapping, record_id: str, old: Record | None, new: Record | None
) -> RecordDelta | None:
    """What became of the record with this id, or None when nothing changed."""
    deltas = compare(mapping, old, new)
    if not deltas and (old is None) == (new is None):
        return None
    last = new if new is not None else old
    title, group = (
        None if (value := get(last, mapping.fields[name].pointer)) is MISSING else value
        for name in (mapping.record.title, mapping.record.group)
    )
    kind = _record_kind(mapping, old, new)
    return RecordDelta(record_id, title, group, kind, mapping, tuple(deltas), old, new)


def _record_kind(mapping: Mapping, old: Record | None, new: Record | None) -> ChangeKind:
    if old is None:
        return ChangeKind.ADDED
    if new is None:
        return ChangeKind.REMOVED
    for kind, name in (
        (ChangeKind.MOVED, mapping.record.group),
        (ChangeKind.RENAMED, mapping.record.title),
    ):
        pointer = mapping.fields[name].pointer
        if not same(get(old, pointer), get(new, pointer)):
            return kind
    return ChangeKind.CHANGED


def _deltas(mapping: Mapping, old: Record, new: Record) -> Iterator[Delta]:
    known: set[str] = set()
    for field in mapping.fields.values():
        known.add(field.pointer)
        sides = get(old, field.pointer), get(new, field.pointer)
        yield from value_deltas(mapping.locate(field.pointer), field.label, *sides)
    for table in mapping.tables.values():
        known.add(table.pointer)
        yield from _table(mapping, table, get(old, table.pointer), get(new, table.pointer))
    yield from _beyond(mapping, known, "", old, new)


def _table(mapping: Mapping, table: Table, old: Json, new: Json) -> Iterator[Delta]:
    before, after = ([] if side is MISSING else side for side in (old, new))
    if (before or after) and _are_rows(before) and _are_rows(after):
        yield from compare_rows(mapping, table, before, after)
    else:
        yield from value_deltas(mapping.locate(table.pointer), table.label, old, new)


def _are_rows(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _beyond(
    mapping: Mapping, known: Collection[str], place: str, old: Record, new: Record
) -> Iterator[Delta]:
    for key in {**old, **new}:
        pointer = place + join(key)
        if pointer in known:
            continue
        before, after = old.get(key, MISSING), new.get(key, MISSING)
        holds_known = any(other.startswith(f"{pointer}/") for other in known)
        if _go_deeper(before, after, holds_known=holds_known):
            inner = ({} if side is MISSING else side for side in (before, after))
            yield from _beyond(mapping, known, pointer, *inner)
        else:
            yield from value_deltas(mapping.locate(pointer), pointer, before, after)


def _go_deeper(old: Json, new: Json, *, holds_known: bool) -> bool:
    """Whether two sides are told apart by what they hold, and not as a whole."""
    if isinstance(old, dict) and isinstance(new, dict):
        return True
    present = new if old is MISSING else old
    one_is_absent = old is MISSING or new is MISSING
    return one_is_absent and isinstance(present, dict) and bool(present) and holds_known
