"""Records that began from one and went apart, as two people edit copies of a form."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from diff_sample import MAPPING
from hypothesis import strategies as st
from record_strategies import records

from xlsync.base.record import MISSING, get, put
from xlsync.form.identity import identified
from xlsync.form.model import canonical, record_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsync.base.record import Json, Record
    from xlsync.form import Form

    Three = tuple[Record, Record, Record]

MODEL = record_model(MAPPING)
ID = "r-1"

_CELLS: dict[str, st.SearchStrategy[Json]] = {
    "top": st.sampled_from(["办公", "车辆"]),
    "sub": st.sampled_from(["文具", "设备"]),
    "what": st.sampled_from(["笔", "笔 ", "中性笔数量", "中性笔总数量", "纸", "", None]),
    "count": st.sampled_from(["1", "2", "", None]),
    "price": st.sampled_from(["1.00", None]),
}
_FIELDS: dict[str, list[Json]] = {
    "/name": ["甲", "乙", "", None],
    "/unit": ["一", "二"],
    "/year": [1, 2, None],
    "/cost/total": ["1.00", "2.00", None],
    "/cost/rest": ["1.00", "2.00"],
}
_ROW = st.fixed_dictionaries({}, optional=_CELLS)
_PLACES = st.integers(0, 5)


def in_order(record: Record) -> Record | None:
    """The record in canonical form, with all ids; None where it can have none."""
    made, _ = canonical(MODEL, MAPPING, record)
    return None if made is None else identified(MAPPING, made)


# ---- edits of the small form ------------------------------------------------------


def _set_field(record: Record, _place: int, field: tuple[str, Json]) -> None:
    put(record, *field)


def _set_cell(record: Record, place: int, cell: tuple[str, Json]) -> None:
    if rows := record.get("items"):
        rows[place % len(rows)][cell[0]] = cell[1]


def _add_row(record: Record, place: int, row: Record) -> None:
    record.setdefault("items", []).insert(place, copy.deepcopy(row))


def _remove_row(record: Record, place: int, _: Json) -> None:
    if rows := record.get("items"):
        del rows[place % len(rows)]


def _move_row(record: Record, place: int, where: int) -> None:
    if rows := record.get("items"):
        rows.insert(where, rows.pop(place % len(rows)))


def _lose_ids(record: Record, _place: int, _: Json) -> None:
    """As a form does that comes back as text."""
    for row in record.get("items", []):
        row.pop("id", None)


def _swap_ids(record: Record, _place: int, _: Json) -> None:
    """As rows do that are copied over one another."""
    rows = [row for row in record.get("items", []) if "id" in row]
    if len(rows) > 1:
        rows[0]["id"], rows[-1]["id"] = rows[-1]["id"], rows[0]["id"]


def _drop_table(record: Record, _place: int, _: Json) -> None:
    record.pop("items", None)


_FIELD = st.sampled_from([*_FIELDS]).flatmap(
    lambda pointer: st.tuples(st.just(pointer), st.sampled_from(_FIELDS[pointer]))
)
_CELL = st.sampled_from([*_CELLS]).flatmap(lambda name: st.tuples(st.just(name), _CELLS[name]))


def _op(act: Callable[..., None], argument: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return st.tuples(st.just(act), _PLACES, argument)


_OPS = st.one_of(
    _op(_set_field, _FIELD),
    _op(_set_cell, _CELL),
    _op(_add_row, _ROW),
    _op(_remove_row, st.none()),
    _op(_move_row, _PLACES),
    _op(_lose_ids, st.none()),
    _op(_swap_ids, st.none()),
    _op(_drop_table, st.none()),
)


def _edited(record: Record, ops: list[tuple[Callable[..., None], int, Json]]) -> Record:
    for act, place, argument in ops:
        changed = copy.deepcopy(record)
        act(changed, place, argument)
        record = in_order(changed) or record
    return record


def small_records() -> st.SearchStrategy[Record]:
    """Records of the sample form, with rows that are easily taken for one another."""
    blank: Record = {"form": MAPPING.form, "id": ID}
    add = st.lists(_op(_add_row, _ROW) | _op(_set_field, _FIELD), max_size=8)
    return add.map(lambda ops: _edited(blank, ops))


def small_three() -> st.SearchStrategy[Three]:
    """A record of the sample form, and two that somebody made of it."""
    edits = st.lists(_OPS, max_size=5)
    return st.tuples(small_records(), edits, edits).map(
        lambda made: (made[0], _edited(made[0], made[1]), _edited(made[0], made[2]))
    )


# ---- any form ---------------------------------------------------------------------


def any_three(form: Form) -> st.SearchStrategy[Three]:
    """A record of any form, and two that took some fields and rows from others."""
    sources = st.lists(records(form), min_size=3, max_size=3)
    takes = st.lists(st.booleans(), min_size=8, max_size=8)
    return st.tuples(sources, takes, takes).map(
        lambda made: (
            made[0][0] | {"id": ID},
            _mixed(form, made[0][0], made[0][1], made[1]),
            _mixed(form, made[0][0], made[0][2], made[2]),
        )
    )


def _mixed(form: Form, base: Record, other: Record, takes: list[bool]) -> Record:
    record = copy.deepcopy(base) | {"id": ID}
    pointers = [one.pointer for one in form.mapping.fields.values()]
    for at, pointer in enumerate(pointers):
        if takes[at % len(takes)] and get(other, pointer) is not MISSING:
            put(record, pointer, get(other, pointer))
    for table in form.mapping.tables.values():
        ours, theirs = (get(one, table.pointer) for one in (base, other))
        if MISSING not in (ours, theirs):
            kept = [row for at, row in enumerate(ours) if takes[at % len(takes)]]
            added = [dict(row, id=None) for row in theirs[: len(ours) - len(kept)]]
            for row in added:
                del row["id"]
            put(record, table.pointer, [*kept, *added])
    made, problems = form.canonical(record)
    assert made is not None, problems
    return form.identified(made)
