"""Where the rows and columns of a layout lie on a sheet in which rows or columns were inserted.

Names of fields and tables follow their cells, and most of them say where a row has come to lie.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.grid import Area
    from xlsync.form import Layout

NamedAreas = tuple[tuple[str, "Area"], ...]


class MovedLines(NamedTuple):
    """Where rows and columns of a layout lie now; so the fields, and the fixed texts.

    A fixed text comes with the place where it was planned.
    """

    rows: dict[int, int]
    columns: dict[int, int]
    slots: dict[str, Address]
    labels: list[tuple[Address, Address, str]]


@lru_cache(maxsize=64)
def moved(layout: Layout, fields: NamedAreas, tables: NamedAreas) -> MovedLines:
    """Where a layout lies now, as most of the areas of its fields and tables say.

    Anchors lie the same in nearly every file of a form, so it is found out once.
    """
    rows, columns = _moved_lines(layout, fields, tables)

    def now(planned: Address) -> Address:
        return Address(rows[planned.row], columns[planned.column])

    slots = {slot.name: now(slot.area.first) for slot in layout.slots}
    planned = [(one.area.first, one.text) for one in layout.labels if one.text]
    return MovedLines(rows, columns, slots, [(place, now(place), text) for place, text in planned])


def _moved_lines(
    layout: Layout, fields: NamedAreas, tables: NamedAreas
) -> tuple[dict[int, int], dict[int, int]]:
    """Where rows and columns of the layout lie now."""
    rows: dict[int, Counter[int]] = {}
    columns: dict[int, Counter[int]] = {}
    areas = dict(fields)
    pairs = [(slot.area, areas[slot.name]) for slot in layout.slots if slot.name in areas]
    now = dict(tables)
    pairs += [(table.area, now[table.name]) for table in layout.tables]
    for planned, actual in pairs:
        rows.setdefault(planned.top, Counter())[actual.top] += 1
        columns.setdefault(planned.left, Counter())[actual.left] += 1
    for table in layout.tables:
        actual = now[table.name]
        for row in range(table.area.top, table.area.bottom + 1):
            rows.setdefault(row, Counter())[actual.top + row - table.area.top] += 1
    return (
        _filled(_elected(rows), len(layout.heights)),
        _filled(_elected(columns), layout.width),
    )


def _elected(lines: dict[int, Counter[int]]) -> dict[int, int]:
    """Where most anchors of each line lie; among as many, where most lines have moved so far."""
    shifts: Counter[int] = Counter()
    for line, votes in lines.items():
        for now, count in votes.items():
            shifts[now - line] += count
    return {
        line: min(votes, key=lambda now: (-votes[now], -shifts[now - line], now))
        for line, votes in lines.items()
    }


def _filled(lines: dict[int, int], count: int) -> dict[int, int]:
    """Lines without an anchor lie as far from the next anchored one as they were planned."""
    return dict(_offsets(lines, count))


def _offsets(lines: dict[int, int], count: int) -> Iterator[tuple[int, int]]:
    anchored = sorted(lines)
    for line in range(1, count + 1):
        nearest = next((one for one in anchored if one >= line), anchored[-1])
        yield line, lines[nearest] + line - nearest
