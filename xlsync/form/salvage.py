"""What can be saved of a record that does not fit its model, so that a person can mend it.

Places that are wrong are taken out, and what stood there is kept as text. Where more is wrong
than single places, nothing is saved.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING

from xlsync.base.grid import Cell
from xlsync.base.record import get, join, split

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.form.form import Form


def salvage(
    form: Form, value: Json, misfits: Iterable[Problem]
) -> tuple[Record | None, dict[str, Cell]]:
    """The record without its misfits, identified, and what stood in places that a sheet has.

    The record is None where more than single places would have to go.
    """
    left = copy.deepcopy(value)
    typed: dict[str, Cell] = {}
    for pointer in (one.pointer or "" for one in misfits):
        *parents, last = split(pointer) or [""]
        target = get(left, join(*parents))
        if not isinstance(target, dict) or last not in target:
            return None, {}
        if form.mapping.locate(pointer).item is not None:
            typed[pointer] = Cell(text_at(value, pointer))
            target[last] = None
        else:
            del target[last]
    record, _ = form.canonical(left)
    return (None, {}) if record is None else (form.identified(record), typed)


def text_at(value: Json, pointer: str) -> str:
    """What stands at a pointer, as text: a text as it is, anything else as JSON."""
    found = get(value, pointer)
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, default=str)
