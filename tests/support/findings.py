"""What a workbook's own formulas find, and what the reader finds in the same file: ``M001 D7``."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def sheet_finds(calc: Calc, form: Form, capacity: Mapping[str, int]) -> list[str]:
    """What the formulas of the open workbook find, sorted."""
    layout = form.layout(capacity)
    names = next(one for one in companions(form, layout) if one.name == CHECKS).names
    texts = (str(calc.data(CHECKS, names[name].a1)[0][0]) for name in (WRONG, DOUBTFUL))
    return named_findings(form, capacity, "".join(texts))


def named_findings(form: Form, capacity: Mapping[str, int], found: str) -> list[str]:
    """The findings that a text of the hidden sheet says, sorted."""
    known = HiddenChecks(form, form.layout(capacity)).findings()
    codes = {one.begins.rstrip(): f"{one.code} {one.place.a1}" for one in known}
    assert len(found) % WIDTH == 0
    each = (found[at : at + WIDTH].rstrip() for at in range(0, len(found), WIDTH))
    return sorted(codes[one] for one in each)


def reader_finds(form: Form, path: Path) -> list[str]:
    """What the reader finds, sorted; notes about how it read (S, X) do not concern the sheet."""
    (reading,) = read([form], xlsx.read(path.read_bytes()))
    return sorted(f"{one.code} {one.cell}" for one in reading.problems if one.code[0] not in "SX")
