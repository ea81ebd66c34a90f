"""Two values of one place: whether they differ, of what kind that is, and by how much.

JSON is stricter than Python here: 1, 1.0 and true are three values, and absent, null and
empty text are three more.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

from xlsync.diff.delta import Delta, Kind
from xlsync.record import MISSING
from xlsync.types import TYPES
from xlsync.types.numbers import MoneyType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.record import Json


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


def kind_of(old: Json, new: Json) -> Kind:
    """What happened, as the absent side tells it."""
    if old is MISSING:
        return Kind.ADDED
    return Kind.REMOVED if new is MISSING else Kind.CHANGED


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


def value_deltas(
    pointer: str, label: str, old: Json, new: Json, *, type_name: str | None = None
) -> Iterator[Delta]:
    """One delta when the two values differ, else none."""
    if not same(old, new):
        by = difference(type_name, old, new)
        yield Delta(kind_of(old, new), pointer, label, old, new, difference=by)
