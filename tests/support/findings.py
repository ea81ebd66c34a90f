"""What a workbook's own formulas find, and what the reader finds in the same file: ``M001 D7``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.form.template import CHECKS
from xlsync.reader import read
from xlsync.sources import xlsx
from xlsync.workbook.checks import sheet_checks
from xlsync.workbook.sheet_view import FormSheetView

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from calc import Calc

    from xlsync.form import Form


def sheet_finds(calc: Calc, form: Form, capacity: Mapping[str, int]) -> list[str]:
    """What the formulas of the open workbook find, sorted.

    A formula's result is three digits of the check's number, a blank, and the cell, padded.
    """
    checks = sheet_checks(form.mapping, FormSheetView(form, form.layout(capacity)))
    computed = calc.data(CHECKS, f"A2:A{len(checks) + 1}")
    return sorted(
        f"{check.code} {str(found).split()[1]}"
        for check, (found,) in zip(checks, computed, strict=True)
        if found
    )


def reader_finds(form: Form, path: Path) -> list[str]:
    """What the reader finds, sorted; notes about how it read (S, X) do not concern the sheet."""
    (reading,) = read([form], xlsx.read(path.read_bytes()))
    return sorted(f"{one.code} {one.cell}" for one in reading.problems if one.code[0] not in "SX")
