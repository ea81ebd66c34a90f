"""All that is known of a sheet that becomes a form: how it is drawn, and what it probably means.

Where an official form prints operator, value and unit into one column, each of them needs a
column of its own to be chosen and checked; on paper the three still look like one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Area
from xlsync.draft.known import Known
from xlsync.draft.meaning import meaning
from xlsync.draft.regions import regions
from xlsync.draft.tables import PARTS, meant_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.draft.meaning import Meaning
    from xlsync.draft.official import Official
    from xlsync.draft.regions import Regions
    from xlsync.draft.tables import MeantTable
    from xlsync.form import Form

_SHARES = {2: (0.5, 0.5), 3: (0.3, 0.4, 0.3)}


def with_parts(official: Official, area: Area, parts: int) -> Official:
    """The sheet with at least so many columns under an area; the widest of them is cut."""
    missing = parts - (area.right - area.left + 1)
    if missing <= 0:
        return official
    columns = official.columns
    widest = max(range(area.left, area.right + 1), key=lambda column: columns[column - 1])
    width = columns[widest - 1]
    cut = [round(width * share, 2) for share in _SHARES[missing + 1]]
    return replace(
        official,
        columns=[*columns[: widest - 1], *cut, *columns[widest:]],
        places=[replace(one, area=_moved(one.area, widest, missing)) for one in official.places],
    )


def _moved(area: Area, column: int, more: int) -> Area:
    """An area after a column became several."""
    left = area.left + (more if area.left > column else 0)
    right = area.right + (more if area.right >= column else 0)
    return Area(area.top, left, area.bottom, right)


class Understood(NamedTuple):
    """A sheet taken apart and named; ``tables`` are those of ``found``."""

    official: Official
    found: Regions
    closest: Form | None
    meaning: Meaning
    tables: list[MeantTable]


def understand(official: Official, forms: Iterable[Form]) -> Understood:
    """Take a sheet apart and name its parts after the forms at hand."""
    forms = list(forms)
    official = _without_footer(official, forms)
    found = regions(official)
    known = Known(forms, found)
    tables = meant_tables(found.tables, known.forms)
    for number in range(len(tables)):
        joined = tables[number].joined
        if joined is not None:
            official = with_parts(official, joined.area, len(PARTS))
            found = regions(official)
            tables = meant_tables(found.tables, known.forms)
    return Understood(official, found, known.closest, meaning(found, known), tables)


def _without_footer(official: Official, forms: Iterable[Form]) -> Official:
    """The sheet without the line that xlsync itself writes below a form."""
    last = len(official.heights)
    texts = [one.text for one in official.on_row(last) if one.text]
    if not any(form.stated_id(text) is not None for text in texts for form in forms):
        return official
    kept = [one for one in official.places if one.area.bottom < last]
    return replace(official, heights=official.heights[:-1], places=kept)
