"""Which layout of a form a copy is, where several bear the same title.

Our own sheets state it in their footer. Elsewhere the labels that stand there decide, then the
year, since each layout is made for some years; what they leave open, or contradict, is told and
not chosen in silence, and what nothing tells apart is not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.problems import Severity, problem
from xlsync.base.record import get
from xlsync.reader.located import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsync.base.record import Json
    from xlsync.form import Form
    from xlsync.reader.titles import Region


def stated(forms: Sequence[Form], region: Region) -> list[Form]:
    """The forms that the footer of a region states, or all where it states none."""
    cells = [cell.text for row in region.rows.values() for cell in row.values()]
    named = [form for form in forms if any(form.stated(text) is not None for text in cells)]
    return named or list(forms)


def choose(forms: Sequence[Form], readings: Sequence[Reading]) -> Reading:
    """The reading by the form that the copy is; X008 where that is not certain.

    What stands there decides first: a form whose labels are all there is none whose labels are
    missing. Where labels, year and content leave open what is to be read, nothing is (S005).
    """
    pairs = list(zip(forms, readings, strict=True))
    least = min(_misfits(reading) for reading in readings)
    alike = [pair for pair in pairs if _misfits(pair[1]) == least]
    if len(alike) == 1:
        return alike[0][1]
    fitting = [reading for form, reading in alike if _covers(form, reading)]
    best, *others = sorted((reading for _, reading in alike), key=_weight)
    if len(fitting) == 1:
        (chosen,) = fitting
        if _weight(best)[0] == _weight(chosen)[0]:
            return chosen
        message = (
            f"已按年度读作 {chosen.form}，但内容更像同名的 {best.form}，"
            "请核对年度，或改用该年度的表重填。"
        )
    else:
        chosen, *others = sorted(fitting or [best, *others], key=_weight)
        named = "、".join(one.form or "" for one in others)
        if _weight(others[0])[:2] == _weight(chosen)[:2] and _says(others[0]) != _says(chosen):
            return _open(chosen, named)
        message = f"同名的表不止一种，年度未能区分，已按内容读作 {chosen.form}（另有 {named}）。"
        message += "请核对年度和金额单位。"
    chosen.problems.insert(0, problem("X008", message).at(chosen.sheet, None))
    return chosen


def _open(one: Reading, others: str) -> Reading:
    """The reading of a copy that may be either of several forms."""
    message = (
        f"同名的表有 {one.form}、{others}，标签、年度和内容都分不清是哪一种，未读入。"
        "请写明年度和金额单位，或改用下发的表填报。"
    )
    return Reading(one.sheet, one.start, None, None, [problem("S005", message).at(one.sheet, None)])


def _says(reading: Reading) -> dict[str, Json]:
    """What a record holds, whatever its form is called."""
    return {key: value for key, value in (reading.record or {}).items() if key != "form"}


def _misfits(reading: Reading) -> int:
    """How many labels of the form are missing, and how much stands where it has no place."""
    return sum(one.code in {"S001", "S007"} for one in reading.problems)


def _covers(form: Form, reading: Reading) -> bool:
    """Whether the year that was read is one of the form's."""
    slot = form.mapping.record.year
    year = get(reading.record, form.mapping.fields[slot].pointer) if slot else None
    return isinstance(year, int) and form.mapping.years.cover(year)


def _weight(reading: Reading) -> tuple[int, int, str]:
    errors = sum(one.severity is Severity.ERROR for one in reading.problems)
    return errors, len(reading.problems), reading.form or ""
