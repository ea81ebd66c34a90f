"""Grid to records: one reading for each form found in a workbook or text.

A workbook of ours is read by its manifest and names; everything else, and ours where these
are gone, by labels. Nothing is dropped: what belongs to no form is a reading without one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from xlsync.base.grid import Address
from xlsync.base.problems import Severity, problem
from xlsync.reader.choosing import choose, stated
from xlsync.reader.labels import locate_by_labels
from xlsync.reader.layouts import is_other_layout, other_layout, untitled_layout
from xlsync.reader.located import Reading, summed
from xlsync.reader.manifests import read_carriers
from xlsync.reader.margins import is_head, note_lines
from xlsync.reader.other_sheets import (
    is_check_line,
    note_on_sheet,
    report_other_sheets,
    shortened,
    stray_comments,
    without_companions,
)
from xlsync.reader.our_sheets import is_beside, locate_ours
from xlsync.reader.prefilled import report_copies
from xlsync.reader.problem_list import without_returns
from xlsync.reader.shown import report_shown
from xlsync.reader.titles import Titles
from xlsync.reader.units import closing_lines, is_unit_line, take_unit_lines
from xlsync.reader.values import read_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlsync.base.grid import Sheet, Workbook
    from xlsync.base.problems import Problem
    from xlsync.form import Form
    from xlsync.reader.located import Located
    from xlsync.reader.manifests import Carriers
    from xlsync.reader.titles import Region, Row

__all__ = ["Reading", "read"]

MOST_FORMS = 500
"""Forms of one file that are found by their labels; more of them come in several files."""

MOST_CELLS = 10_000
"""Cells of one form that is found by its labels; one with a thousand rows has half as many."""

MOST_CHARACTERS = 1_000_000
"""Characters of one form that is found by its labels, thirty times what its longest cell holds."""


def read(forms: Sequence[Form], workbook: Workbook, *, by_rules: bool = True) -> list[Reading]:
    """Read every form in a workbook.

    Problems are in the order of the sheet; those of the file itself come first, with the
    first reading. A file without any form gives one reading that says so (X003). Without
    ``by_rules`` records are not checked by the rules of their forms.
    """
    workbook = without_returns(workbook)
    take_unit_lines(workbook)
    carriers = read_carriers(workbook)
    readings = list(_of_ours(forms, workbook, carriers, by_rules=by_rules))
    if not readings:
        sheets = workbook.sheets if workbook.is_text else without_companions(forms, workbook)
        titles = _titles(tuple(forms))
        about, notes = _about_forms(titles, sheets)
        said = tuple(
            filter(is_unit_line, (one.text for sheet in notes for one in sheet.cells.values()))
        )
        for sheet in about:
            sheet.beside += said
        readings = list(_by_labels(titles, about, carriers, by_rules=by_rules))
        for sheet in notes:
            readings[0].problems += note_on_sheet(sheet)
        if carriers.hidden is not None and readings:
            message = "填报格的名称不见了或被移动，已按标签读取，请核对。"
            readings[0].problems.insert(0, problem("S008", message).at(readings[0].sheet, None))
    for changed in report_shown(forms, workbook, readings):
        _sorted(changed)
    report_copies(readings)
    if not any(one.form or _is_another_form(one) for one in readings):
        readings = [_nothing_found(forms, workbook), *readings]
    readings[0].problems[:0] = workbook.problems
    return readings


@lru_cache(maxsize=8)
def _titles(forms: tuple[Form, ...]) -> Titles:
    """The titles of some forms, collected once for all files."""
    return Titles(forms)


def _about_forms(titles: Titles, sheets: list[Sheet]) -> tuple[list[Sheet], list[Sheet]]:
    """The sheets on which forms stand, or their relatives, and those that say nothing of any.

    Where no sheet has a form, nothing tells which of them was meant, so all of them are looked at.
    """
    if len(sheets) == 1:
        return sheets, []
    regions = {sheet.name: list(titles.regions(sheet)) for sheet in sheets}
    if not any(region.forms for of_sheet in regions.values() for region in of_sheet):
        return sheets, []
    begun = {
        name
        for name, of_sheet in regions.items()
        if any(region.forms or region.relative is not None for region in of_sheet)
    }
    about = [sheet for sheet in sheets if sheet.name in begun]
    return about, [sheet for sheet in sheets if sheet.name not in begun]


def _of_ours(
    forms: Sequence[Form], workbook: Workbook, carriers: Carriers, *, by_rules: bool
) -> Iterator[Reading]:
    """The sheets of ours, then every other sheet on which a form stands."""
    ours = locate_ours(forms, carriers, workbook)
    if not ours:
        return
    titles, taken = _titles(tuple(forms)), {located.sheet.name for located, _ in ours}
    others = [one for one in workbook.sheets if one.name not in taken and not is_beside(one.name)]
    filled = [one for one in others if any(region.forms for region in titles.regions(one))]
    apart = taken | {one.name for one in filled}
    (first, layout), *_ = ours
    beside = [one for one in workbook.sheets if one is first.sheet or one.name not in apart]
    report_other_sheets(first, layout, replace(workbook, sheets=beside), carriers.sheet)
    for located, _ in ours:
        yield _sorted(read_values(located, by_rules=by_rules))
    yield from _by_labels(titles, filled, carriers, alone=False, by_rules=by_rules)


def _by_labels(
    titles: Titles,
    sheets: Iterable[Sheet],
    carriers: Carriers,
    *,
    alone: bool = True,
    by_rules: bool,
) -> Iterator[Reading]:
    regions = [(sheet, region) for sheet in sheets for region in titles.regions(sheet)]
    notes: list[Problem] = []
    last: Reading | None = None
    alone = alone and sum(bool(region.forms) for _, region in regions) == 1
    outside = [*_texts_outside(regions)]
    if sum(bool(region.forms) for _, region in regions) > MOST_FORMS:
        yield _too_many(regions)
        return
    for number, (sheet, region) in enumerate(regions):
        before = regions[number - 1][1] if number and regions[number - 1][0] is sheet else None
        above = [*outside, *(closing_lines(before) if before else ())]
        if region.forms and (told := _too_large(region)):
            place = f"A{region.start}"
            found = problem("X001", told).at(sheet.name or None, place)
            yield Reading(sheet.name or None, region.start, None, None, [found])
        elif region.forms:
            known = carriers if alone else None
            named = stated(region.forms, region)
            if known is not None and len(named) > 1:
                named = known.named(named)
            every = [locate_by_labels(form, sheet, region, above) for form in named]
            of_ours = any(one.record_id is not None for one in every) or (
                known is not None and known.manifest is not None
            )
            located = [one for one in every if of_ours or not is_other_layout(one)]
            if located:
                readings = [_of_region(one, region, known, by_rules=by_rules) for one in located]
                chosen = choose([one.form for one in located], readings)
                chosen.problems[:0] = notes
                last = chosen
                yield chosen
            else:
                yield other_layout(region, every)
            notes = []
        elif region.helper is not None and last is not None:
            last.problems.append(_helper(sheet, region))
        elif _is_letterhead(regions[number : number + 2]):
            notes = list(note_lines(sheet.name or None, _uncomputed(region.rows)))
        elif (reading := _without_form(titles, sheet, region)).problems:
            yield reading


def _texts_outside(regions: Iterable[tuple[Sheet, Region]]) -> Iterator[str]:
    """What stands beside all forms of a file, where the unit of their amounts may be said."""
    for _, region in regions:
        if not region.forms and region.relative is None:
            yield from (cell.text for row in region.rows.values() for cell in row.values())


def _of_region(
    located: Located, region: Region, carriers: Carriers | None, *, by_rules: bool
) -> Reading:
    """The form of a region; ``carriers`` speak of it where it is the only one."""
    if carriers is not None:
        located.manifest, told = carriers.of_sheet(located.form, located.sheet)
        located.problems += told
    located.problems += stray_comments(located.sheet, region.comments)
    return _sorted(read_values(located, by_rules=by_rules))


def _too_many(regions: Sequence[tuple[Sheet, Region]]) -> Reading:
    """The one problem (X001) of a file with more forms than anybody sends in one."""
    count = sum(bool(region.forms) for _, region in regions)
    message = f"文件里有 {count:,} 份表，多于 {MOST_FORMS} 份，未读入。请拆分成几个文件后再提交。"
    name = regions[0][0].name or None
    return Reading(name, 1, None, None, [problem("X001", message).at(name, None)])


def _too_large(region: Region) -> str:
    """What is said of a form that holds more than any form does; empty for others."""
    for count, of_what, most in (
        (region.size, "个有内容的单元格和批注", MOST_CELLS),
        (region.length, "个字", MOST_CHARACTERS),
    ):
        if count > most:
            return (
                f"这张表里有 {count:,} {of_what}，多于一张表可能有的 {most:,} 个，"
                "未读入。请只保留要报送的内容后再提交。"
            )
    return ""


def _is_letterhead(regions: Sequence[tuple[Sheet, Region]]) -> bool:
    """Whether the first of two regions is a few lines right above a form on the same sheet."""
    (sheet, region), *behind = regions
    is_above = any(below is sheet and one.forms for below, one in behind)
    return is_above and region.relative is None and not region.comments and is_head(region.rows)


def _without_form(titles: Titles, sheet: Sheet, region: Region) -> Reading:
    """Rows that belong to no form: another form by name (S005), or stray text (S007)."""
    problems: list[Problem] = []
    name = sheet.name or None
    if region.relative is not None:
        first = Address(region.start, min(region.rows[region.start]))
        message = f"这是《{region.relative}》，不是要收的表，未读入。"
        found = region.rows[region.start][first.column].text
        problems.append(problem("S005", message, found=found).at(name, first.a1))
    elif (told := untitled_layout(titles, name, region)) is not None:
        problems.append(told)
    else:
        problems += summed(_stray_rows(name, region))
    problems += stray_comments(sheet, region.comments)
    return Reading(name, min(region.rows, default=region.start), None, None, problems)


def _uncomputed(rows: dict[int, Row]) -> dict[int, Row]:
    """Rows without the line above a form of ours, which computes itself."""
    return {
        number: {column: cell for column, cell in row.items() if not is_check_line(cell)}
        for number, row in rows.items()
    }


def _helper(sheet: Sheet, region: Region) -> Problem:
    """Quote one of our helper sheets that came behind its form, as a whole workbook is printed."""
    rows = ("\t".join(cell.text for cell in row.values()) for row in region.rows.values())
    message = f"从这一行起是“{region.helper}”，不是填报内容，没有读入，请看一下是否有另写的内容。"
    one = problem("S012", message, found=shortened("\n".join(rows)))
    return one.at(sheet.name or None, Address(region.start, min(region.rows[region.start])).a1)


def _stray_rows(name: str | None, region: Region) -> Iterator[Problem]:
    for number, row in _uncomputed(region.rows).items():
        cells = [cell for cell in row.values() if not is_unit_line(cell.text)]
        if text := "\t".join(cell.text or f"={cell.formula}" for cell in cells):
            message = "这里的文字不属于任何一张表，未读入。"
            place = Address(number, min(row)).a1
            yield problem("S007", message, found=text).at(name, place)


def _is_another_form(reading: Reading) -> bool:
    """Whether a sheet was told to be no form that can be read, which is answer enough."""
    return any(one.code in {"S005", "X001"} for one in reading.problems)


def _nothing_found(forms: Sequence[Form], workbook: Workbook) -> Reading:
    problems: list[Problem] = []
    if not any(one.severity is Severity.ERROR for one in workbook.problems):
        names = dict.fromkeys(form.mapping.title for form in forms)
        titles = "、".join(f"《{name}》" for name in names)
        problems.append(problem("X003", f"没有找到要收的表，认得的表有：{titles}。"))
    return Reading(None, 1, None, None, problems)


def _sorted(reading: Reading) -> Reading:
    """Problems in reading order: without a cell first, those of other sheets last."""
    reading.problems.sort(
        key=lambda one: (
            one.sheet != reading.sheet,
            one.sheet or "",
            Address.parse(one.cell) if one.cell else Address(0, 0),
            one.code,
        )
    )
    return reading
