"""The checks that join a template to a mapping: every slot has a field, every field a slot.

A mistake is a pair: which of the two files it is in, and a text that names table and key.
"""

from __future__ import annotations

from itertools import chain, combinations
from typing import TYPE_CHECKING, NamedTuple

from xlsync.form.template import RESERVED, BesideBlock, FixedBlock
from xlsync.form.types.units import said_by_label, said_unit

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from xlsync.form.layout import Layout
    from xlsync.form.mapping import Mapping
    from xlsync.form.template import TableBlock, Template

QUANTITY = "quantity"
"""What a heading says that stands over operator, value and unit together."""

Mistake = tuple[str, str]


class _NamedPlace(NamedTuple):
    """A place of the template that refers to the mapping by a name."""

    where: str
    kind: str
    name: str | None
    known: Container[str]
    style: str


def pairing_mistakes(template: Template, mapping: Mapping) -> list[Mistake]:
    """What is wrong between the two files."""
    if template.form != mapping.form:
        return [("template", f"form: {template.form!r} is not the mapping's {mapping.form!r}")]
    if template.sheet in RESERVED:
        return [("template", f"sheet: {template.sheet!r} is the name of a sheet beside the form")]
    places = list(_places(template, mapping))
    slots = [place.name for place in places if place.name and place.kind != "label"]
    return [
        *(("template", text) for place in places for text in _misplaced(place, template)),
        *(
            ("template", f"slot {name!r} has two places")
            for name in sorted(set(slots))
            if slots.count(name) > 1
        ),
        *(
            ("mapping", f"{name}: the template has no slot for it")
            for name in _unplaced(mapping, slots)
        ),
        *(
            ("mapping", f"labels.{name}: the template does not print it")
            for name in mapping.labels
            if all(place.name != name for place in places)
        ),
        *(("mapping", text) for text in _unit_mistakes(template, mapping)),
        *(("template", text) for text in _unshared(template, mapping)),
    ]


def placing_mistakes(layout: Layout) -> list[Mistake]:
    """Areas that overlap or lie outside the sheet of a blank form."""
    areas = list(layout.areas())
    overlaps = (
        f"on the whole sheet, {one} {area.a1} and {two} {other.a1} overlap"
        for (one, area), (two, other) in combinations(areas, 2)
        if area.overlaps(other)
    )
    outside = (
        f"on the whole sheet, {what} {area.a1} lies outside its columns and rows"
        for what, area in areas
        if area.right > layout.width or area.bottom > len(layout.heights)
    )
    return [("template", text) for text in chain(overlaps, outside)]


def _unit_mistakes(template: Template, mapping: Mapping) -> Iterator[str]:
    """Units that the sheet prints and no amount is counted in, so that one would be misread."""
    columns = (item for table in mapping.tables.values() for item in table.columns.values())
    amounts = [one for one in (*mapping.fields.values(), *columns) if one.type == "money"]
    counted = {one.counted_in for one in amounts}
    for item in amounts:
        said = said_by_label(item.label)
        if said is not None and said.unit != item.counted_in:
            unit = item.counted_in
            yield f"{item.label!r} says {said.unit}, but its amounts are in {unit}: set `unit`"
    for text in _printed(template):
        said = said_unit(text)
        if amounts and said is not None and said.unit not in counted:
            shown = " ".join(text.split())
            yield f"the template prints {shown!r}, but no amount is in {said.unit}: set `unit`"


def _printed(template: Template) -> Iterator[str]:
    for block in template.blocks:
        for label in block.labels if isinstance(block, FixedBlock) else block.headings:
            yield label.text or ""


def _unshared(template: Template, mapping: Mapping) -> Iterator[str]:
    """Columns that two tables cannot have in the same cells: they mean another thing in each."""
    for number, block in enumerate(template.blocks, start=1):
        if not isinstance(block, BesideBlock):
            continue
        tables = [mapping.tables.get(name) for name in (block.beside, block.table)]
        for name in block.shares:
            plans = [table.columns.get(name) for table in tables if table is not None]
            texts = [plan and (plan.label, plan.type, plan.codes) for plan in plans]
            trees = {table.tree if name in table.levels else None for table in tables if table}
            if len(plans) < len(tables) or None in texts or len({*texts}) > 1 or len(trees) > 1:
                yield (
                    f"blocks[{number}].shares: {name!r} is not the same column in "
                    f"{block.beside!r} and {block.table!r} (label, type, codes, tree)"
                )


def _misplaced(place: _NamedPlace, template: Template) -> Iterator[str]:
    if place.style not in template.styles:
        yield f"{place.where}: there is no style {place.style!r}"
    if place.name is not None and place.name not in place.known:
        kind = "field or column" if place.kind == "label" else place.kind
        yield f"{place.where}: {place.name!r} is no {kind} of the mapping"


def _unplaced(mapping: Mapping, slots: list[str]) -> Iterator[str]:
    for name in mapping.fields:
        if name not in slots:
            yield f"fields.{name}"
    for name, table in mapping.tables.items():
        if name not in slots:
            yield f"tables.{name}"
            continue
        for column in table.columns:
            if f"{name}.{column}" not in slots:
                yield f"tables.{name}.columns.{column}"


def _places(template: Template, mapping: Mapping) -> Iterator[_NamedPlace]:
    for number, block in enumerate(template.blocks, start=1):
        where = f"blocks[{number}]"
        if isinstance(block, FixedBlock):
            named = {*mapping.fields, *mapping.labels}
            for index, label in enumerate(block.labels, start=1):
                place = f"{where}.labels[{index}]"
                yield _NamedPlace(place, "label", label.of, named, label.style)
            for index, slot in enumerate(block.slots, start=1):
                place = f"{where}.slots[{index}]"
                yield _NamedPlace(place, "field", slot.slot, mapping.fields, slot.style)
        else:
            yield from _table_places(where, block, mapping)
    yield _NamedPlace("check", "label", None, (), template.check.style)
    yield _NamedPlace("footer", "label", None, (), template.footer.style)


def _table_places(
    where: str, block: TableBlock | BesideBlock, mapping: Mapping
) -> Iterator[_NamedPlace]:
    caption = block.columns[0] if isinstance(block, BesideBlock) else block.caption
    yield _NamedPlace(f"{where}.table", "table", block.table, mapping.tables, caption.style)
    table = mapping.tables.get(block.table)
    if table is None:
        return
    columns = list(table.columns)
    for index, label in enumerate(block.headings, start=1):
        place = f"{where}.headings[{index}]"
        joined = [QUANTITY] if table.quantity else []
        yield _NamedPlace(place, "label", label.of, [*columns, *joined], label.style)
    known = [f"{block.table}.{name}" for name in columns]
    for name in block.shares if isinstance(block, BesideBlock) else ():
        shared = f"{block.table}.{name}"
        yield _NamedPlace(f"{where}.shares", "column", shared, known, caption.style)
    for index, column in enumerate(block.columns, start=1):
        slot = f"{block.table}.{column.slot}" if column.slot else None
        yield _NamedPlace(f"{where}.columns[{index}]", "column", slot, known, column.style)
