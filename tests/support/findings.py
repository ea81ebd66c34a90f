"""What a workbook's own formulas find, and what the reader finds in the same file: ``M001 D7``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.grid import Area
from xlsync.form.template import CHECKS
from xlsync.reader import read
from xlsync.sources import xlsx
from xlsync.workbook.helper_sheets import companions
from xlsync.workbook.hidden_checks import WIDTH, HiddenChecks
from xlsync.workbook.manifest import DOUBTFUL, WRONG

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from calc import Calc

    from xlsync.form import Form
    from xlsync.workbook.results import Results


def sheet_finds(calc: Calc, form: Form, capacity: Mapping[str, int]) -> list[str]:
    """What the formulas of the open workbook find, sorted."""
    layout = form.layout(capacity)
    names = next(one for one in companions(form, layout) if one.name == CHECKS).names
    texts = (str(calc.data(CHECKS, names[name].a1)[0][0]) for name in (WRONG, DOUBTFUL))
    return named_findings(form, capacity, "".join(texts))


def results_apart(calc: Calc, form: Form, results: Results) -> list[str]:
    """The cells of the open workbook that do not show these results, each with both."""
    apart = []
    for sheet, cells in results.items():
        area = Area(1, 1, max(at.row for at in cells), max(at.column for at in cells))
        shown = calc.data(sheet, area.a1)
        for at, result in cells.items():
            value = shown[at.row - 1][at.column - 1]
            if value != result or isinstance(value, str) != isinstance(result, str):
                apart.append(f"{form.id} {sheet} {at.a1}: {value!r}, not {result!r}")
    return apart


def named_findings(form: Form, capacity: Mapping[str, int], found: str) -> list[str]:
    """The findings that a text of the hidden sheet says, sorted."""
    known = HiddenChecks(form, form.layout(capacity)).findings()
    codes = {one.text: f"{one.code} {one.place.a1}" for one in known}
    assert len(found) % WIDTH == 0
    each = (found[at : at + WIDTH] for at in range(0, len(found), WIDTH))
    return sorted(codes[one] for one in each)


def reader_finds(form: Form, path: Path) -> list[str]:
    """What the reader finds, sorted; notes about how it read (S, X) do not concern the sheet."""
    (reading,) = read([form], xlsx.read(path.read_bytes()))
    return sorted(f"{one.code} {one.cell}" for one in reading.problems if one.code[0] not in "SX")
