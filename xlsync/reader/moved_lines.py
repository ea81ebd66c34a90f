"""Where the rows and columns of a layout lie on a sheet in which rows or columns were inserted.

Names of fields and tables follow their cells, and most of them say where a row has come to lie.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Address

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlsync.base.grid import Area
    from xlsync.form import Layout

NamedAreas = tuple[tuple[str, "Area"], ...]


class FieldPlace(NamedTuple):
    """The cell of a field, and what is told of it where it was moved; else empty."""

    place: Address
    told: str


class MovedLines(NamedTuple):
    """Where rows and columns of a layout lie now; so the fields, and the fixed texts.

    A field that lies nowhere is left out. A fixed text comes with the place where it was planned.
    """

    rows: dict[int, int]
    columns: dict[int, int]
    slots: dict[str, FieldPlace]
    labels: list[tuple[Address, Address, str]]


@lru_cache(maxsize=64)
def moved(layout: Layout, fields: NamedAreas, tables: NamedAreas) -> MovedLines:
    """Where a layout lies now, as most of the areas of its fields and tables say.

    Anchors lie the same in nearly every file of a form, so it is found out once.
    """
    rows, columns = _moved_lines(layout, fields, tables)

    def now(planned: Address) -> Address:
        return Address(rows[planned.row], columns[planned.column])

    homes = {slot.name: now(slot.area.first) for slot in layout.slots}
    named = {slot: area.first for slot, area in fields}
    planned = [(one.area.first, one.text) for one in layout.labels if one.text]
    labels = [(place, now(place), text) for place, text in planned]
    return MovedLines(rows, columns, dict(_field_places(homes, named)), labels)


def _field_places(
    homes: Mapping[str, Address], named: Mapping[str, Address]
) -> Iterator[tuple[str, FieldPlace]]:
    """The cell of each field, from where the layout has it now and where its name leads.

    Cut and paste takes names along and leaves labels where they are. A name that lies at the
    place of another field contradicts the label there, and the label is what people see.
    """
    every = set(homes.values())
    at_home = {place for slot, place in named.items() if place == homes[slot]}
    for slot, home in homes.items():
        place = named.get(slot)
        if place == home:
            yield slot, FieldPlace(home, "")
        elif place is not None and place not in every:
            yield slot, FieldPlace(place, f"被移到 {place.a1}，已从那里读取，请核对。")
        elif place is not None or home not in at_home:
            # Where another field has come to lie at its home, it lies where its name says.
            there = place if place is not None and home in at_home else home
            yield slot, FieldPlace(there, f"被剪切过，已按标签从 {there.a1} 读取，请核对。")


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
