"""Whether a copy that bears a form's title has the form's layout, or another one of that name.

Every level of government prints the declaration in a layout of its own under much the same title.
Read by the wrong form such a sheet gives amounts in wrong places and a hundred complaints about
labels that were never there; it is said once instead, and nothing is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.grid import Address
from xlsync.base.problems import problem
from xlsync.reader.located import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsync.base.problems import Problem
    from xlsync.reader.located import Located
    from xlsync.reader.titles import Region, Titles

_FEWEST = 3
_PART = 0.25
"""Labels that are missing in another layout at least, by number and as a part of all."""

_SHOWN = 6

_ADVICE = "请改用下发的表填报；若这种版式也要收，请用 xlsync forms draft 由它的空白表做出一种新表。"

_ALIKE = 5
"""Labels of one form from which on a sheet without its title is a relative of it."""


def is_other_layout(located: Located) -> bool:
    """Whether many labels of the form are missing, and much stands there that it has no place for.

    Labels that are gone alone are those of a damaged copy, other texts alone somebody's additions.
    """
    missing, strays = len(_missing(located)), len(_strays(located))
    expected = missing + len(_found(located))
    return missing >= max(_FEWEST, _PART * expected) and strays >= _FEWEST


def other_layout(region: Region, located: Sequence[Located]) -> Reading:
    """The one problem (S005) of a sheet that has the layout of none of the forms of its title."""
    best = min(located, key=lambda one: (len(_missing(one)), len(_strays(one)), one.form.id))
    first = Address(region.start, min(region.rows[region.start]))
    title = region.rows[region.start][first.column].text
    found, missing, strays = _found(best), _missing(best), _strays(best)
    forms = "、".join(one.form.id for one in located)
    message = (
        f"这是同名的另一种版式，不是 {forms} 的版式，未读入：认得 {_shown(found)}；"
        f"缺少 {_shown(missing)}；多出 {_shown(strays)}。{_ADVICE}"
    )
    sheet = best.sheet.name or None
    told = problem("S005", message, found=title).at(sheet, first.a1)
    return Reading(sheet, region.start, None, None, [told])


def untitled_layout(titles: Titles, sheet: str | None, region: Region) -> Problem | None:
    """The one problem (S005) of a sheet without a known title that has many labels of a form.

    Quoted row by row it would be a dozen complaints that say nothing of what it is.
    """
    cells = [cell.text for row in region.rows.values() for cell in row.values()]
    nearest = titles.nearest(cells)
    if nearest is None or len(nearest.labels) < _ALIKE:
        return None
    row = min(region.rows)
    first = Address(row, min(region.rows[row]))
    text = region.rows[first.row][first.column].text
    message = (
        f"没有认得的表名，但有《{nearest.title}》的栏目 {_shown(nearest.labels)}，未读入。"
        f"就是这张表的，请在表的上方写明表名；是它的另一种版式的，{_ADVICE}"
    )
    return problem("S005", message, found=text).at(sheet, first.a1)


def _found(located: Located) -> list[str]:
    fields, tables = located.form.mapping.fields, located.form.mapping.tables
    labels = [fields[slot].label for slot in located.labels]
    return labels + [tables[name].label for name in located.headings]


def _missing(located: Located) -> list[str]:
    """The labels that were said to be missing, as the message quotes them."""
    told = (one.message for one in located.problems if one.code == "S001")
    return [message.partition("“")[2].partition("”")[0] for message in told]


def _strays(located: Located) -> list[str]:
    return [one.found or "" for one in located.problems if one.code == "S007"]


def _shown(texts: Iterable[str]) -> str:
    """The first of some texts, and how many there are."""
    every = [" ".join(text.split())[:20] for text in texts]
    if not every:
        return "0 处"
    shown = "、".join(f"“{text}”" for text in every[:_SHOWN])
    return f"{shown}{'等 ' if len(every) > _SHOWN else ' '}{len(every)} 处"
