"""A round as a roster: its projects with their ids, and the fields that the roster fixed.

What is written can be changed and distributed again; unchanged, it sends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.base.errors import MistypedError, unknown_name
from xlsync.base.record import MISSING, get
from xlsync.form.types import MoneyType
from xlsync.rounds.kept.decisions import cancelled
from xlsync.rounds.kept.ledger import issued_record, issues, roster_order
from xlsync.rounds.kept.units import unit_tree
from xlsync.rounds.state.status import check_known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.form.mapping import FormField
    from xlsync.form.types.base import Content
    from xlsync.repository import Snapshot


@dataclass(frozen=True, slots=True)
class RosterColumn:
    """A column of an exported roster: its head, and the field below it; None for the id."""

    head: str
    item: FormField | None


@dataclass(frozen=True, slots=True)
class ExportedRoster:
    """Heads and rows; an empty place is None. ``left_out`` counts cancelled projects."""

    round: str
    columns: list[RosterColumn]
    rows: list[list[Content | None]]
    left_out: int


def export_roster(
    forms: Mapping[str, Form],
    snapshot: Snapshot,
    round_name: str,
    form_id: str | None = None,
    under: str | None = None,
) -> ExportedRoster:
    """The roster of a round as it stands now, in the order of the last one.

    Raises:
        XlsyncError: when there is no such round or unit, or it has several forms and none is named.
    """
    check_known(snapshot, round_name)
    ledger, held = issues(snapshot, round_name), snapshot.records(round_name)
    records: dict[str, Record] = {}
    for record_id in {**ledger, **held}:
        entry = held.get(record_id)
        record = snapshot.record(entry) if entry else issued_record(snapshot, round_name, record_id)
        if record is not None:
            records[record_id] = record
    form = _form(forms, {str(one.get("form")) for one in records.values()}, form_id)
    out, wanted = cancelled(snapshot, round_name), unit_tree(snapshot).filter(under)
    kept = {
        record_id: record
        for record_id, record in records.items()
        if record.get("form") == form.id and wanted(form.group(record))
    }
    fixed = {
        pointer
        for one in ledger.values()
        if one.record in kept
        for pointer in one.distributed.fixed
    }
    columns = _columns(form, fixed)
    order = roster_order(snapshot, round_name)
    last = len(order)
    rows = [
        [_content(one, record_id, kept[record_id]) for one in columns]
        for record_id in sorted(
            kept,
            key=lambda one: (order.get(one, last), form.group(kept[one]), form.title(kept[one])),
        )
        if record_id not in out
    ]
    return ExportedRoster(round_name, columns, rows, len(kept) - len(rows))


def _form(forms: Mapping[str, Form], used: set[str], wanted: str | None) -> Form:
    if wanted is None and len(used) != 1:
        raise MistypedError(f"这一轮有几种表：{'、'.join(sorted(used))}，请用 --form 指明一种")
    form_id = wanted or used.pop()
    if form_id not in forms:
        raise unknown_name("form", form_id, sorted(used & set(forms)) or sorted(forms))
    return forms[form_id]


def _columns(form: Form, fixed: set[str]) -> list[RosterColumn]:
    """The id, then what tells projects apart, then what else was fixed; the year is the round's."""
    mapping = form.mapping
    plan = mapping.record
    slots = [
        slot
        for slot, item in mapping.fields.items()
        if slot != plan.year and (slot in plan.identity or item.pointer in fixed or not fixed)
    ]
    first = [plan.group, *(one for one in plan.identity if one != plan.group)]
    ordered = [*first, *(one for one in slots if one not in first)]
    head = plan.id_labels[0] if plan.id_labels else "id"
    items = [mapping.fields[slot] for slot in ordered]
    return [RosterColumn(head, None), *(RosterColumn(_head(form, one), one) for one in items)]


def _head(form: Form, item: FormField) -> str:
    """A head by which the field is found again, with the unit of an amount."""
    above = f"{form.mapping.fields[item.below].label}-" if item.below else ""
    unit = f"（{item.counted_in}）" if isinstance(item.kind, MoneyType) else ""
    return f"{above}{item.label}{unit}"


def _content(column: RosterColumn, record_id: str, record: Record) -> Content | None:
    if column.item is None:
        return record_id
    value: Json = get(record, column.item.pointer)
    is_blank = value is None or value is MISSING or value == ""
    return None if is_blank else column.item.kind.content(value)
