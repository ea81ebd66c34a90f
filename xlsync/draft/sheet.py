"""All that is known of a sheet that becomes a form: how it is drawn, and what it probably means.

Where an official form prints operator, value and unit into one column, each of them needs a
column of its own to be chosen and checked; on paper the three still look like one.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Area
from xlsync.draft.known import Known
from xlsync.draft.meaning import meaning
from xlsync.draft.regions import regions
from xlsync.draft.tables import PARTS, meant_tables
from xlsync.workbook.heights import line_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlsync.draft.meaning import Meaning
    from xlsync.draft.official import Official, OfficialCell
    from xlsync.draft.regions import Regions
    from xlsync.draft.tables import MeantTable
    from xlsync.form import Form

_SIGNED = re.compile(r"(?:[^：:\s]{2,24}[：:]\s*)+")
_LABEL = re.compile(r"[^：:\s]+[：:]")

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


def with_signatures(official: Official) -> Official:
    """The sheet with a place of its own for what is written behind labels in their own cell.

    Such lines are those of signatures, ``填报人：        单位负责人：        填报日期：``.
    """
    places = [part for one in official.places for part in _signatures(official, one)]
    return replace(official, places=places)


def _signatures(official: Official, place: OfficialCell) -> Iterator[OfficialCell]:
    """The labels of a line with an empty place behind each; the place itself where it is none."""
    area = place.area
    texts = _LABEL.findall(place.text) if _SIGNED.fullmatch(place.text) else []
    columns = range(area.left, area.right + 1)
    if not texts or len(columns) < 2 * len(texts) or _labels_another(official, place):
        yield place
        return
    bounds = [area.left + len(columns) * at // len(texts) for at in range(len(texts) + 1)]
    for text, (left, end) in zip(texts, pairwise(bounds), strict=True):
        widths = accumulate(official.columns[left - 1 : end - 1])
        enough = next((at for at, all_ in enumerate(widths) if all_ >= line_width(text)), end)
        first = min(left + enough + 1, end - 1)
        yield replace(place, area=area._replace(left=left, right=first - 1), text=text)
        yield replace(place, area=area._replace(left=first, right=end - 1), text="", is_cut=True)


def _labels_another(official: Official, place: OfficialCell) -> bool:
    """Whether an empty place to the right or beneath is what a text with a colon labels."""
    area = place.area
    return area.top != area.bottom or any(
        not one.text
        and (
            (one.area.left == area.right + 1 and one.area.top <= area.top <= one.area.bottom)
            or (one.area.top == area.bottom + 1 and one.area.left == area.left)
        )
        for one in official.places
    )


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
    official = with_signatures(_without_footer(official, forms))
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
