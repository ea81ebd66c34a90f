"""Records to workbooks that were proven: each is read back before it is handed over."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import XlsyncError
from xlsync.base.files import unique_names
from xlsync.base.problems import problem
from xlsync.base.record import differences, get
from xlsync.base.workers import processes, spread
from xlsync.form.packing import PackedForms
from xlsync.form.rules import InTree
from xlsync.form.types.units import told
from xlsync.reader import read
from xlsync.sources import xlsx
from xlsync.writer import describe, fixed_values, splice

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from xlsync.base.problems import Problem
    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.form.fields import FormField
    from xlsync.reader import Reading
    from xlsync.workbook.manifest import Manifest

_MARGIN = 2
"""Characters that a cell keeps free at its sides."""


def workbook_names(form: Form, records: Sequence[Record | None]) -> list[str]:
    """File names that people recognise, one for each record: unit, project."""
    texts = [
        "_".join(filter(None, (form.group(record), form.title(record)))) if record else ""
        for record in records
    ]
    return unique_names([text or form.mapping.title for text in texts], suffix=".xlsx")


def unfit(form: Form, record: Record) -> list[Problem]:
    """Why no workbook can be made for a record that its model allows.

    Its levels must be in the tree that the dropdowns offer, or be left open, and its amounts
    must fit into their cells, which would show ``###`` otherwise.
    """
    subject = form.subject(record)
    levels, amounts = _limits(form)
    problems = [one for rule in levels for one in rule.check(subject) if one.found is not None]
    for item, room in amounts:
        value = get(record, item.pointer)
        if isinstance(value, str):
            shown = told(Decimal(value), item.counted_in).partition(" ")[0]
            if len(shown) > room:
                message = f"“{item.label}”的金额 {shown} 太长，单元格里显示不下。"
                problems.append(problem("X005", message, pointer=item.pointer, found=value))
    return problems


@lru_cache(maxsize=64)
def _limits(form: Form) -> tuple[list[InTree], list[tuple[FormField, float]]]:
    """The rules about levels of a form, and its amounts with the characters that a cell shows."""
    levels = [rule for rule in form.mapping.rules if isinstance(rule, InTree)]
    widths = form.template.columns
    return levels, [
        (item, sum(widths[slot.area.left - 1 : slot.area.right]) - _MARGIN)
        for slot in form.layout(form.capacity()).slots
        if (item := form.mapping.fields[slot.name]).type == "money"
    ]


def fitting_records(form: Form, readings: Iterable[Reading]) -> Iterator[Record]:
    """The records that a workbook can be made for; the others get problems that say why not."""
    for reading in readings:
        if reading.record is None:
            continue
        if reading.form != form.id:
            message = f"这份记录属于表 {reading.form}，不是 {form.id}，没有生成工作簿。"
            reading.problems.append(problem("X005", message, pointer="/form"))
        elif found := unfit(form, reading.record):
            known = {(one.code, one.pointer) for one in reading.problems}
            reading.problems += [one for one in found if (one.code, one.pointer) not in known]
        else:
            yield reading.record


def workbook(
    form: Form,
    record: Record | None = None,
    *,
    manifest: Manifest | None = None,
    locked: Collection[str] = (),
    password: str = "",
) -> bytes:
    """Make and prove one workbook; a record must have an id, and so must its rows.

    ``locked`` are the slots of fields that the recipient cannot change; without a ``manifest``
    it says what stands in them.

    Raises:
        XlsyncError: naming record and field, when what was written does not read back.
    """
    if manifest is None:
        fixed = fixed_values(form, record or {}, locked)
        manifest = replace(describe(form, record), fixed=fixed)
    data = splice(form, record, manifest, locked=locked, password=password)
    # What the rules say of a record does not hang on its way through a workbook.
    (reading,) = read([form], xlsx.read(data), by_rules=False)
    name = f"{form.title(record)!r}" if record else f"blank {form.id}"
    broken = [one for one in reading.problems if one.code[0] in "SX"]
    if broken:
        one = broken[0]
        raise XlsyncError(f"{name}: the workbook does not read back: {one.cell}: {one.message}")
    if record is not None and reading.record != record:
        pointers = ", ".join(list(differences(record, reading.record))[:5])
        raise XlsyncError(f"{name}: the workbook would not give the record back at {pointers}")
    if reading.manifest != manifest:
        raise XlsyncError(f"{name}: the workbook would not say what it is")
    return data


class Order(NamedTuple):
    """One workbook to be made: its record, what it says of itself, the fields that are locked."""

    record: Record
    manifest: Manifest
    locked: frozenset[str]


def workbooks(
    form: Form, orders: Iterable[Order], count: int, password: str = ""
) -> Iterator[bytes]:
    """Make and prove workbooks in their order, in several processes where ``count`` is large.

    Raises:
        XlsyncError: as :func:`workbook` does; those before it were given out.
    """
    workers = processes(count)
    if workers == 1:
        for order in orders:
            yield _made(form, password, order)
    else:
        packed = PackedForms.of([form])
        yield from spread(partial(_made_apart, packed, password), orders, workers)


def _made_apart(packed: PackedForms, password: str, order: Order) -> bytes:
    (form,) = packed.forms().values()
    return _made(form, password, order)


def _made(form: Form, password: str, order: Order) -> bytes:
    record, manifest, locked = order
    return workbook(form, record, manifest=manifest, locked=locked, password=password)
