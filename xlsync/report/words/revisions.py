"""What happened to records as revisions: where, what stood there, what stands there now.

A revision is what a person would call one change, and may be several deltas: operator, value
and unit of a row are one quantity, both its levels one place. Terminal, page and workbook all
show revisions; the JSON for programs keeps to the deltas.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xlsync.base.record import MISSING, get
from xlsync.records import ChangeKind, What, amount_change, what_happened
from xlsync.report.words.wording import WordedValue, Wording, name_of, part, quantity, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from xlsync.base.record import Json
    from xlsync.records import Delta, RecordDelta

ONE_SIDED = frozenset({What.NEW, What.DROPPED})
"""What happens to a record as a whole."""


_ORDER = {what: place for place, what in enumerate(What)}
# Amounts stay in the order of the form, whether they went up or down.
_ORDER[What.LESS_FUNDS] = _ORDER[What.MORE_FUNDS]


@dataclass(frozen=True, slots=True)
class RevisionLine:
    """One change of one record, in words; nothing in any text is hidden.

    ``label`` is a field's label or the path of levels, and name, of a row; it is empty where a
    new or gone record has nothing to tell. A side is None where there was, or is, no such row
    or record. ``difference`` is new minus old where that is an amount of money.
    """

    record: str
    group: str
    title: str
    what: What
    label: str
    old: WordedValue | None
    new: WordedValue | None
    difference: Decimal | None = None

    @property
    def old_text(self) -> str:
        """The old side, empty where there is none."""
        return self.old.text if self.old else ""

    @property
    def new_text(self) -> str:
        """The new side, empty where there is none."""
        return self.new.text if self.new else ""


def revisions(records: Iterable[RecordDelta]) -> list[list[RevisionLine]]:
    """The revisions of each record, in the order of :class:`~xlsync.records.What`; never none."""
    wordings: dict[str, Wording] = {}
    made = []
    for record in records:
        wording = wordings.setdefault(record.mapping.form, Wording(record.mapping))
        made.append(sorted(_of(wording, record), key=lambda one: _ORDER[one.what]))
    return made


def kinds_of(found: Sequence[RevisionLine]) -> list[What]:
    """What happened to a record, each kind once."""
    found_kinds = {one.what for one in found}
    return [what for what in What if what in found_kinds]


def _of(wording: Wording, record: RecordDelta) -> Iterator[RevisionLine]:
    plain = RevisionLine(
        name_of(record.id), name_of(record.group), name_of(record.title), What.OTHER, "", None, None
    )
    if record.old is None or record.new is None:
        what = What.NEW if record.old is None else What.DROPPED
        yield from _in_short(wording, record, replace(plain, what=what))
        return
    for (what, _), deltas in _gathered(record).items():
        for revision in _in_words(wording, what, deltas, record.new):
            yield replace(revision, record=plain.record, group=plain.group, title=plain.title)


def _in_short(wording: Wording, record: RecordDelta, plain: RevisionLine) -> Iterator[RevisionLine]:
    """What a new or gone record amounts to: its totals, and how many rows it has."""
    present = record.new if record.old is None else record.old
    told: list[tuple[str, WordedValue, Decimal | None]] = []
    for label, field in wording.amounts:
        sides = (MISSING if one is None else get(one, field.pointer) for one in _sides(record))
        by = amount_change(field.type, *sides)
        if by is not None:
            told.append((label, WordedValue(f"{abs(by):,}"), by))
    for label, table in wording.tables:
        rows = get(present, table.pointer)
        if isinstance(rows, list) and rows:
            told.append((label, WordedValue(f"{len(rows)} 条"), None))
    for label, side, by in told:
        old, new = (None, side) if record.old is None else (side, None)
        yield replace(plain, label=label, old=old, new=new, difference=by)
    if not told:
        yield plain


def _sides(record: RecordDelta) -> tuple[Json, Json]:
    return record.old, record.new


def _gathered(record: RecordDelta) -> dict[tuple[What, tuple[str, ...]], list[Delta]]:
    """The deltas that are told as one revision: the quantity of a row, or its levels."""
    gathered: dict[tuple[What, tuple[str, ...]], list[Delta]] = {}
    for delta in record.deltas:
        what = what_happened(record, delta)
        row = delta.at.row_pointer
        is_part = what in {What.ROW_VALUE, What.ROW_MOVED} and row != delta.pointer
        place = (row or "", "") if is_part else (delta.pointer,)
        gathered.setdefault((what, place), []).append(delta)
    return gathered


def _in_words(
    wording: Wording, what: What, deltas: Sequence[Delta], record: Json
) -> Iterator[RevisionLine]:
    first = deltas[0]
    if first.at.row_table is None:
        yield _value(wording, what, first, wording.label(first))
    elif first.at.is_row:
        yield _row(wording, what, first)
    elif what is What.ROW_MOVED:
        yield _level(wording, deltas)
    elif what is What.ROW_RENAMED:
        yield _value(wording, what, first, wording.levels(first))
    else:
        whole = _quantity(wording, deltas, record) if what is What.ROW_VALUE else None
        if whole is not None:
            yield whole
            return
        for delta in deltas:
            label = f"{wording.path(delta)} {wording.label(delta)}"
            yield _value(wording, what, delta, label)


def _made(
    what: What,
    label: str,
    old: WordedValue | None,
    new: WordedValue | None,
    by: Decimal | None = None,
) -> RevisionLine:
    return RevisionLine("", "", "", what, label, old, new, by)


def _value(wording: Wording, what: What, delta: Delta, label: str) -> RevisionLine:
    field = delta.at.item
    by = amount_change(field.type, delta.old, delta.new) if field else None
    old, new = (wording.side(delta, side) for side in (delta.old, delta.new))
    if old.text == new.text:
        # The number 5 and the text 5 are two values, and so are null and a text like its sign.
        old, new = (WordedValue(quoted(side)) for side in (old, new))
    return _made(what, label, old, new, by)


def _row(wording: Wording, what: What, delta: Delta) -> RevisionLine:
    """A row that is new, gone, or at another place among the others."""
    if delta.kind is ChangeKind.MOVED:
        # Between rows that were added and removed, a row can be moved to the number it had.
        hint = "（与其他条的先后有变）" if delta.old == delta.new else ""
        old, new = WordedValue(f"第{delta.old}条"), WordedValue(f"第{delta.new}条{hint}")
        return _made(what, wording.path(delta), old, new)
    row = delta.old if delta.new is MISSING else delta.new
    text = f"{wording.name(delta)} {wording.rest_of_row(delta, row)}".rstrip()
    sides = (None, WordedValue(text)) if delta.old is MISSING else (WordedValue(text), None)
    return _made(what, wording.levels(delta), *sides)


def _level(wording: Wording, deltas: Sequence[Delta]) -> RevisionLine:
    """A row that now stands under other levels."""
    first = deltas[0]
    before = {delta.at.column or "": delta.old for delta in deltas}
    was = replace(first, row={**(first.row or {}), **before})
    old, new = (WordedValue(wording.levels(delta)) for delta in (was, first))
    return _made(What.ROW_MOVED, wording.name(first), old, new)


def _quantity(wording: Wording, deltas: Sequence[Delta], record: Json) -> RevisionLine | None:
    """A row's quantity before and after; None where only its parts show what changed."""
    table = deltas[0].at.row_table
    row = get(record, deltas[0].at.row_pointer or "")
    if table is None:
        return None
    if any((part(delta.old) or "") == (part(delta.new) or "") for delta in deltas):
        return None
    was = {**row, **{delta.at.column or "": delta.old for delta in deltas}}
    old, new = (quantity(table, one) for one in (was, row))
    if old == new or not (old and new):
        return None
    return _made(What.ROW_VALUE, wording.path(deltas[0]), WordedValue(old), WordedValue(new))
