"""Values that the recipient was not to change: compared with what the manifest states of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.problems import problem
from xlsync.record import MISSING, get

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.manifest import Manifest
    from xlsync.mapping import Mapping
    from xlsync.problems import Problem
    from xlsync.record import Record


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
