"""What the reader knows of a workbook that went out: values that were fixed, and copied sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.problems import problem
from xlsync.base.record import MISSING, get

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlsync.base.problems import Problem
    from xlsync.base.record import Record
    from xlsync.form.mapping import Mapping
    from xlsync.reader.located import Reading
    from xlsync.workbook.manifest import Manifest


def report_copies(readings: Iterable[Reading]) -> None:
    """Say of every further form with an id that another one in the file states too (S008).

    None of them is preferred: each is read, and whoever collects them sees whether they differ.
    """
    first: dict[str, Reading] = {}
    for reading in readings:
        if reading.record is None or not reading.states_id:
            continue
        other = first.setdefault(reading.record["id"], reading)
        if other is not reading:
            where = f"工作表“{other.sheet}”" if other.sheet else f"第 {other.start} 行起的表"
            is_same = other.record == reading.record
            what = "内容相同" if is_same else "内容不同"
            message = f"编号与{where}相同，{what}，两份都已读取，请只保留要报送的一份。"
            reading.problems.insert(0, problem("S008", message).at(reading.sheet, None))


def changed_values(mapping: Mapping, manifest: Manifest, record: Record) -> Iterator[Problem]:
    """One finding (S008) for each fixed value that came back as another one."""
    labels = {item.pointer: item.label for item in mapping.fields.values()}
    for pointer, given in sorted(manifest.fixed.items()):
        value = get(record, pointer)
        returned = "" if value is None or value is MISSING else str(value)
        if returned != given:
            said = f"改为“{returned}”" if returned else "清空"
            message = (
                f"“{labels.get(pointer, pointer)}”是预先填好、不应改动的内容，"
                f"原为“{given}”，被{said}，请核对。"
            )
            yield problem("S008", message, pointer=pointer, found=returned or None)
