"""Several forms of one file that say they are the same record: a sheet that was copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.reader.located import Reading


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
