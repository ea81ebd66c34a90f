"""Which layout of a form a copy is, where several bear the same title.

Our own sheets state it in their footer. Elsewhere the year decides, since each layout is made
for some years; what the year leaves open, or contradicts, is told and not chosen in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.problems import Severity, problem
from xlsync.base.record import get

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsync.form import Form
    from xlsync.reader.located import Reading
    from xlsync.reader.titles import Region


def stated(forms: Sequence[Form], region: Region) -> list[Form]:
    """The forms that the footer of a region states, or all where it states none."""
    cells = [cell.text for row in region.rows.values() for cell in row.values()]
    named = [form for form in forms if any(form.stated(text) is not None for text in cells)]
    return named or list(forms)


def choose(forms: Sequence[Form], readings: Sequence[Reading]) -> Reading:
    """The reading by the form that the copy is; X008 where that is not certain."""
    pairs = list(zip(forms, readings, strict=True))
    fitting = [reading for form, reading in pairs if _covers(form, reading)]
    best = min(readings, key=_weight)
    chosen = fitting[0] if len(fitting) == 1 else min(fitting or readings, key=_weight)
    if len(pairs) == 1 or (len(fitting) == 1 and _weight(best)[0] == _weight(chosen)[0]):
        return chosen
    others = "、".join(form.id for form, reading in pairs if reading is not chosen)
    if len(fitting) == 1:
        message = (
            f"已按年度读作 {chosen.form}，但内容更像同名的 {best.form}，"
            "请核对年度，或改用该年度的表重填。"
        )
    else:
        message = f"同名的表不止一种，年度未能区分，已按内容读作 {chosen.form}（另有 {others}）。"
        message += "请核对年度。"
    chosen.problems.insert(0, problem("X008", message).at(chosen.sheet, None))
    return chosen


def _covers(form: Form, reading: Reading) -> bool:
    """Whether the year that was read is one of the form's."""
    slot = form.mapping.record.year
    year = get(reading.record, form.mapping.fields[slot].pointer) if slot else None
    return isinstance(year, int) and form.mapping.years.cover(year)


def _weight(reading: Reading) -> tuple[int, int, str]:
    errors = sum(one.severity is Severity.ERROR for one in reading.problems)
    return errors, len(reading.problems), reading.form or ""
