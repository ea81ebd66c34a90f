"""What a record puts into its workbook, decided once for every way of writing one.

XlsxWriter writes a workbook cell by cell, and splicing mends a package that XlsxWriter made
before. Both take from here what stands in which cell, which totals the sheet adds up by itself,
how high the rows are, where the cursor waits, and what the workbook says about itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from xlsync.base.errors import XlsyncError
from xlsync.base.grid import Address, Area
from xlsync.base.record import MISSING, get, join, rows_at
from xlsync.form.codes import is_plain, on_cell
from xlsync.form.types.texts import MAX_LENGTH, UNWRITABLE, length_on_sheet
from xlsync.workbook.checks import totals
from xlsync.workbook.manifest import PAGE, Manifest, kept_mark, page_key, room_key
from xlsync.workbook.pages import RowHeights, paged
from xlsync.workbook.results import computation

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlsync.base.record import Json, Record
    from xlsync.form import Form, Layout
    from xlsync.form.mapping import FieldBase
    from xlsync.form.mapping import Mapping as FormMapping
    from xlsync.workbook.heights import Heights
    from xlsync.workbook.pages import Pages
    from xlsync.workbook.problem_list import Returned
    from xlsync.workbook.results import Results

_MAX_STATED = 255


"""Characters of a page footer or a document property (Excel's specification and limits)."""


class Total(NamedTuple):
    """A sum that the sheet fills in: the field, and what it amounts to now."""

    slot: str
    shown: float | None


Content: TypeAlias = "str | float | dt.date | Total | None"


class FilledPlace(NamedTuple):
    """A place of the sheet, the style of its text in the template, and what stands in it."""

    area: Area
    style: str | None
    content: Content


@dataclass(frozen=True, slots=True)
class Contents:
    """All of a workbook that depends on its record.

    ``cells`` are every field, blank ones too, and the cells of tables that hold something.
    ``page_starts`` are the rows at which a printed page begins, but the first one. ``stated`` is
    what the document's properties carry, ``manifest`` what its hidden sheet does, ``returned``
    what a copy for correction carries besides.
    """

    cells: list[FilledPlace]
    heights: list[float]
    page_starts: list[int]
    start: Address
    page_footer: str
    stated: str
    manifest: list[tuple[str, str]]
    results: Results
    returned: Returned | None = None


def contents(
    form: Form, layout: Layout, heights: Heights, record: Record | None, manifest: Manifest
) -> Contents:
    """Decide what stands where in the workbook of a record, or in a blank one.

    Raises:
        XlsyncError: naming record and place of a text that no spreadsheet can hold, or of a
            table that the layout has too few rows for.
    """
    record = record or {}
    footer = form.footer(manifest.record, manifest.round, manifest.issue)
    try:
        fields = form.mapping.fields
        values = [get(record, fields[slot.name].pointer) for slot in layout.slots]
        cells = [*_fields(form, layout, record, values), *_rows(form, layout, record)]
        cells.append(
            FilledPlace(layout.footer, form.template.footer.style, _held(footer, "footer"))
        )
        pages = _paged(form, layout, heights, cells)
        pairs = [
            (key, _held(value, f"manifest {key}"))
            for key, value in manifest.pairs(_rooms(layout, pages))
        ]
        page_footer = f"&L&8{footer.replace('&', '&&')}&R{form.template.page.footer}"
        return Contents(
            cells=cells,
            heights=pages.heights,
            page_starts=pages.starts,
            start=_start(layout, values),
            page_footer=_held(page_footer, "page footer", limit=_MAX_STATED),
            stated=_held(manifest.brief(), "document property", limit=_MAX_STATED),
            manifest=pairs,
            results=_results(form, layout, cells, pairs),
        )
    except ValueError as error:
        raise XlsyncError(f"{form.title(record) or form.id!r}: {error}") from None


def _results(
    form: Form, layout: Layout, cells: Sequence[FilledPlace], pairs: Sequence[tuple[str, str]]
) -> Results:
    """What formulas show with these cells filled, as far as it is not that of the blank form."""
    values = ((one.area.first, _value(one.content)) for one in cells)
    return computation(form, layout).changes(values, pairs)


def _value(content: Content) -> str | float | dt.date | None:
    """What a cell shows of its content."""
    if isinstance(content, Total):
        return "" if content.shown is None else content.shown
    return content


def _paged(form: Form, layout: Layout, heights: Heights, cells: Sequence[FilledPlace]) -> Pages:
    """The rows as high as these cells need, on pages."""
    template = form.template
    needed = heights.needed(cells)
    rows = RowHeights(heights.grown(needed), needed, _last_used(layout, cells))
    return paged(layout, template.page, template.columns, rows)


def _last_used(layout: Layout, cells: Iterable[FilledPlace]) -> int:
    """The last row of a table in which something stands, 0 where there is none."""
    items = [table.items for table in layout.tables]
    used = 0
    for area, _, _ in cells:
        if area.bottom > used and any(one.covers(area.first) for one in items):
            used = area.bottom
    return used


def _rooms(layout: Layout, pages: Pages) -> Iterator[tuple[str, str]]:
    """Where pages begin, and the rows of fields that are higher than the template has them."""
    heights = pages.heights
    for row in pages.starts:
        yield page_key(row), PAGE
    for slot in layout.slots:
        row = slot.area.top - 1
        if heights[row] > layout.heights[row]:
            yield room_key(slot.name), f"{heights[row]:g}"


def for_correction(
    form: Form, filled: Contents, layout: Layout, heights: Heights, returned: Returned
) -> Contents:
    """The contents of a copy that goes back: what was typed stands in place of what was read."""
    typed = returned.typed
    cells = [one._replace(content=typed.get(one.area.first, one.content)) for one in filled.cells]
    known = {one.area.first for one in cells}
    for address in typed.keys() - known:
        (styles,) = (one.styles for one in layout.tables if one.area.covers(address))
        area = Area(*address, *address)
        cells.append(FilledPlace(area, styles[address.column], typed[address]))
    pages = _paged(form, layout, heights, cells)
    return replace(
        filled,
        cells=cells,
        heights=pages.heights,
        page_starts=pages.starts,
        results=_results(form, layout, cells, filled.manifest),
        start=min(returned.comments, default=filled.start),
        returned=returned,
    )


@lru_cache(maxsize=64)
def _totals(form: Form) -> Mapping[str, list[str]]:
    """The sums of a form, found in its rules once for all of its records."""
    return totals(form.mapping)


def _fields(
    form: Form, layout: Layout, record: Record, values: Iterable[Json]
) -> Iterator[FilledPlace]:
    """Every field; ``values`` are those of the record, in the order of the layout."""
    mapping, sums = form.mapping, _totals(form)
    for slot, value in zip(layout.slots, values, strict=True):
        item = mapping.fields[slot.name]
        content: Content = _content(mapping, item, value, item.pointer)
        if slot.name in sums and _adds_up(form, record, value, sums[slot.name]):
            content = Total(slot.name, content if isinstance(content, float) else None)
        yield FilledPlace(slot.area, slot.style, content)


def _adds_up(form: Form, record: Record, value: Json, parts: list[str]) -> bool:
    """Whether a total says nothing else now than what the sheet would fill in."""
    values = (get(record, form.mapping.fields[part].pointer) for part in parts)
    known = [Decimal(part) for part in values if part and part is not MISSING]
    if value is None or value is MISSING:
        return not known
    return bool(known) and Decimal(value) == sum(known)


def _rows(form: Form, layout: Layout, record: Record) -> Iterator[FilledPlace]:
    """The items of every table, each with its id in the hidden column."""
    places = form.item_rows(record)
    shared: set[Address] = set()
    for table in layout.tables:
        plan = form.mapping.tables[table.name]
        items = rows_at(record, plan.pointer)
        ready = table.last - table.first + 1
        if (needed := max(places[table.name], default=-1) + 1) > ready:
            raise ValueError(f"{plan.pointer}: {needed} rows, only {ready} stand ready")
        for at, item in zip(places[table.name], items, strict=True):
            row = table.first + at
            for name, column in table.columns.items():
                place = (plan.pointer, item["id"], name)
                content = _content(form.mapping, plan.columns[name], item.get(name), *place)
                if content is None or (name in table.shared and Address(row, column) in shared):
                    continue
                if name in table.shared:
                    shared.add(Address(row, column))
                yield FilledPlace(Area(row, column, row, column), table.styles[column], content)
            ids = Area(row, table.ids, row, table.ids)
            yield FilledPlace(ids, None, _held(item["id"], plan.pointer))


def _content(mapping: FormMapping, item: FieldBase, value: Json, *place: str) -> Content:
    """A value as a cell holds it; see :func:`xlsync.form.codes.on_cell`."""
    content = on_cell(mapping, item, value)
    if isinstance(content, str):
        return _held(content, *place)
    return float(content) if isinstance(content, Decimal) else content


def _start(layout: Layout, values: Iterable[Json]) -> Address:
    """The first empty field, or the first of all."""
    pairs = zip(layout.slots, values, strict=True)
    empty = [slot.area.first for slot, value in pairs if not _is_filled(value)]
    return min(empty or [slot.area.first for slot in layout.slots])


def _is_filled(value: Json) -> bool:
    return value is not None and value is not MISSING and value != ""


def _held(text: str, *place: str, limit: int = MAX_LENGTH) -> str:
    """The text, if a spreadsheet can hold it; the place is made a pointer where it cannot."""
    cannot = ""
    if bad := UNWRITABLE.search(text):
        cannot = f"the character U+{ord(bad[0]):04X}"
    elif len(text) > limit // 2 and (length := length_on_sheet(text)) > limit:
        cannot = f"{length} characters, only {limit}"
    if cannot:
        raise ValueError(f"{_pointer(*place)}: the spreadsheet cannot hold {cannot}")
    return text


def describe(form: Form, record: Record | None = None) -> Manifest:
    """The manifest for a record in canonical form, or for a blank workbook."""
    if record is None:
        return Manifest(form=form.id)
    absent, empty, blank = set(), set(), set()
    for place, value, is_level in _values(form, record):
        if value is MISSING:
            absent.add(_pointer(*place))
        elif value == "":
            empty.add(_pointer(*place))
        elif value is None and is_level:
            blank.add(_pointer(*place))
    return Manifest(
        form=form.id,
        record=record.get("id"),
        absent=frozenset(absent),
        empty=frozenset(empty),
        blank=frozenset(blank),
        kept=frozenset(_kept(form, record)),
    )


def fixed_values(form: Form, record: Record, slots: Iterable[str]) -> dict[str, str]:
    """What fields say that the recipient must not change: texts of the record by pointer."""
    pointers = (form.mapping.fields[slot].pointer for slot in slots)
    values = ((pointer, get(record, pointer)) for pointer in pointers)
    return {pointer: str(value) for pointer, value in values if _is_filled(value)}


def prefilled(form: Form, record: Record) -> str | None:
    """How many fields are filled in for a recipient who has begun nothing yet.

    None where rows of a table are filled in too: then the form counts as begun. Totals that the
    sheet adds up do not count, since nobody types them.
    """
    if any(
        get(record, table.pointer) not in (None, MISSING, [])
        for table in form.mapping.tables.values()
    ):
        return None
    sums = _totals(form)
    typed = (item.pointer for slot, item in form.mapping.fields.items() if slot not in sums)
    return str(sum(_is_filled(get(record, pointer)) for pointer in typed))


def _kept(form: Form, record: Record) -> Iterator[str]:
    """The values of quantities that would be taken apart if somebody had typed them."""
    for table in form.mapping.tables.values():
        if table.quantity is None:
            continue
        for row in rows_at(record, table.pointer):
            value = row.get(table.quantity.value)
            if isinstance(value, str) and not is_plain(form.mapping, table, value):
                yield kept_mark(f"{table.pointer}{join(row['id'], table.quantity.value)}", value)


def _pointer(first: str, *parts: str) -> str:
    """The pointer of a place: a field, or a table with the id of a row and a column."""
    return f"{first}{join(*parts)}"


def _values(form: Form, record: Record) -> Iterator[tuple[tuple[str, ...], Json, bool]]:
    """Every place of the form, its value, and whether it is a level of a table."""
    for item in form.mapping.fields.values():
        yield (item.pointer,), get(record, item.pointer), False
    for table in form.mapping.tables.values():
        rows = get(record, table.pointer)
        if not isinstance(rows, list):
            yield (table.pointer,), rows, False
            continue
        for row in rows:
            for name in table.columns:
                place = (table.pointer, row["id"], name)
                yield place, row.get(name, MISSING), name in table.levels
