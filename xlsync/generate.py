"""Records to workbooks that were proven: each is read back before it is handed over."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from xlsync.errors import XlsyncError
from xlsync.filenames import unique_names
from xlsync.form.companions import companions
from xlsync.manifest import LISTS
from xlsync.problems import problem
from xlsync.reader import read
from xlsync.record import get, join
from xlsync.rules import InTree
from xlsync.sources import xlsx
from xlsync.writer import describe, splice

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from xlsync.form import Form
    from xlsync.problems import Problem
    from xlsync.record import Json, Record

_MARGIN = 2
"""Characters that a cell keeps free at its sides."""


def workbook_names(form: Form, records: Sequence[Record | None]) -> list[str]:
    """File names that people recognise, one for each record: unit, project."""
    texts = [
        "_".join(filter(None, (form.group(record), form.title(record)))) if record else ""
        for record in records
    ]
    return unique_names([text or form.mapping.title for text in texts], suffix=".xlsx")


@lru_cache(maxsize=16)
def _known_sheets(form: Form) -> xlsx.KnownSheets:
    """The sheets beside a form hold none of the record's texts, so the proof reads them once."""
    beside = companions(form, form.layout(form.capacity()))
    return dict.fromkeys((LISTS, *(one.name for one in beside)))


def unfit(form: Form, record: Record) -> list[Problem]:
    """Why no workbook can be made for a record that its model allows.

    Its levels must be in the tree that the dropdowns offer, and its amounts must fit into
    their cells, which would show ``###`` otherwise.
    """
    subject = form.subject(record)
    rules = (rule for rule in form.mapping.rules if isinstance(rule, InTree))
    problems = [one for rule in rules for one in rule.check(subject)]
    widths = form.template.columns
    for slot in form.layout(form.capacity()).slots:
        item = form.mapping.fields[slot.name]
        value = get(record, item.pointer)
        if item.type == "money" and isinstance(value, str):
            room = sum(widths[slot.area.left - 1 : slot.area.right]) - _MARGIN
            shown = f"{Decimal(value):,.2f}"
            if len(shown) > room:
                message = f"“{item.label}”的金额 {shown} 太长，单元格里显示不下。"
                problems.append(problem("X005", message, pointer=item.pointer, found=value))
    return problems


def workbook(
    form: Form,
    record: Record | None = None,
    *,
    locked: Collection[str] = (),
    password: str = "",
) -> bytes:
    """Make and prove one workbook; a record must have an id, and so must its rows.

    ``locked`` are the fields that the recipient cannot change.

    Raises:
        XlsyncError: naming record and field, when what was written does not read back.
    """
    data = splice(form, record, describe(form, record), locked=locked, password=password)
    (reading,) = read([form], xlsx.read(data, _known_sheets(form)))
    name = f"{form.title(record)!r}" if record else f"blank {form.id}"
    broken = [one for one in reading.problems if one.code[0] in "SX"]
    if broken:
        one = broken[0]
        raise XlsyncError(f"{name}: the workbook does not read back: {one.cell}: {one.message}")
    if record is not None and reading.record != record:
        pointers = ", ".join(list(_differences(record, reading.record))[:5])
        raise XlsyncError(f"{name}: the workbook would not give the record back at {pointers}")
    return data


def _differences(one: Json, other: Json, pointer: str = "") -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one | other:
            yield from _differences(get(one, join(key)), get(other, join(key)), pointer + join(key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differences(left, right, pointer + join(index))
    elif one != other:
        yield pointer or "/"
