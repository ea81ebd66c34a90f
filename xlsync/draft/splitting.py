"""A column cut in several, with everything that lies on it.

Where an official form prints operator, value and unit into one column, each of them needs a
column of its own to be chosen and checked; on paper the three still look like one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlsync.grid import Area

if TYPE_CHECKING:
    from xlsync.draft.official import Official

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
