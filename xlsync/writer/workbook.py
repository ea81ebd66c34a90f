"""The whole workbook: the form's sheet filled in, the lists behind its dropdowns, the manifest."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import TYPE_CHECKING

import xlsxwriter

from xlsync.base.grid import Area
from xlsync.form.template import LISTS, SHEET
from xlsync.workbook.checks import total_formula, totals
from xlsync.workbook.heights import Heights
from xlsync.workbook.helper_sheets import companions
from xlsync.workbook.lists import option_lists
from xlsync.workbook.manifest import field_name, table_name
from xlsync.workbook.results import computation
from xlsync.writer.contents import Total, contents, describe, for_correction
from xlsync.writer.helper_sheets import write_companion
from xlsync.writer.problem_list import mark_colors, write_returned
from xlsync.writer.sheet import FormSheet
from xlsync.writer.styles import Styles, done, warnings_are_errors

if TYPE_CHECKING:
    from collections.abc import Collection

    from xlsync.base.record import Record
    from xlsync.form import Form, Layout
    from xlsync.workbook.manifest import Manifest
    from xlsync.workbook.problem_list import Returned
    from xlsync.writer.contents import Contents, FilledPlace

_FONT = "宋体"
"""What column widths are counted in; every Chinese office machine has it."""

_OTHER_FONTS = re.compile('<a:font script="(?!Hans)[^>]*/>')
_LOOKS = re.compile("<a:fmtScheme .*</a:fmtScheme>", re.DOTALL)
_FILL = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
_FLAT = "".join(
    f"<a:{name}>{look * 3}</a:{name}>"
    for name, look in {
        "fillStyleLst": _FILL,
        "lnStyleLst": f"<a:ln>{_FILL}</a:ln>",
        "effectStyleLst": "<a:effectStyle><a:effectLst/></a:effectStyle>",
        "bgFillStyleLst": _FILL,
    }.items()
)
"""The least that a theme has to say of drawings, of which a form has none (ECMA-376 part 1,
20.1.4.1.14).
"""

_CREATED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_OPTIONS = {
    "in_memory": True,
    "default_column_width": 72,  # pixels, and 18 of a row: what 宋体 of 11 points makes of them
    "default_row_height": 18,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


class _UnlistedNames(xlsxwriter.Workbook):  # type: ignore[misc] # XlsxWriter has no types
    """A workbook whose properties do not list its defined names a second time."""

    def _extract_named_ranges(self, _names: object) -> list[str]:
        return []


def fill(sheet: FormSheet, contents: Contents) -> None:
    """Put contents into the cells of a sheet that was drawn for as many rows.

    Raises:
        XlsyncError: when XlsxWriter refuses a cell.
    """
    for filled in contents.cells:
        if isinstance(filled.content, str):
            sheet.text(filled.area, filled.content)
        elif filled.content is not None:
            _write(sheet, filled)
    for row, height in enumerate(contents.heights):
        done(sheet.worksheet.set_row(row, height), f"row {row + 1}")
    row, column = contents.start.row - 1, contents.start.column - 1
    sheet.worksheet.set_selection(row, column, row, column)
    sheet.worksheet.set_footer(contents.page_footer)
    # Only where the number of pages is left open, LibreOffice keeps to where they begin.
    sheet.worksheet.fit_to_pages(1, 0 if contents.page_starts else 1)
    sheet.worksheet.set_h_pagebreaks([row - 1 for row in contents.page_starts])


def _write(sheet: FormSheet, filled: FilledPlace) -> None:
    """A cell that holds no text."""
    area, content = filled.area, filled.content
    row, column, look = area.top - 1, area.left - 1, sheet.looks[area.first]
    if isinstance(content, Total):
        parts = totals(sheet.form.mapping)[content.slot]
        formula = f"={total_formula(sheet.view, parts)}"
        shown = "" if content.shown is None else content.shown
        done(sheet.worksheet.write_formula(row, column, formula, look, shown), area.a1)
    elif isinstance(content, dt.date):
        done(sheet.worksheet.write_datetime(row, column, content, look), area.a1)
    else:
        done(sheet.worksheet.write_number(row, column, content, look), area.a1)


def write(
    form: Form,
    record: Record | None = None,
    manifest: Manifest | None = None,
    *,
    locked: Collection[str] = (),
    password: str = "",
) -> bytes:
    """Make the workbook of a record in canonical form with all its ids, or a blank one.

    ``locked`` are the slots that the recipient cannot change.

    Raises:
        XlsyncError: when the spreadsheet cannot hold what the form or record asks for.
    """
    layout = form.layout(form.capacity(record))
    manifest = manifest or describe(form, record)
    filled = contents(form, layout, Heights(form, layout), record, manifest)
    return assemble(form, layout, filled, locked=locked, password=password)


def write_back(
    form: Form, record: Record, manifest: Manifest, returned: Returned, *, password: str = ""
) -> bytes:
    """Make the workbook that goes back for correction.

    Raises:
        XlsyncError: when the spreadsheet cannot hold what it is to carry.
    """
    layout = form.layout(form.capacity(record))
    heights = Heights(form, layout)
    filled = contents(form, layout, heights, record, manifest)
    filled = for_correction(form, filled, layout, heights, returned)
    return assemble(form, layout, filled, locked=returned.locked, password=password)


def assemble(
    form: Form, layout: Layout, filled: Contents, *, locked: Collection[str] = (), password: str
) -> bytes:
    """Make the workbook that holds these contents.

    What belongs to the form is written first and what a record says last, so that the shared
    strings of every record begin with the same ones.

    Raises:
        XlsyncError: when XlsxWriter refuses any of it.
    """
    buffer = io.BytesIO()
    with warnings_are_errors():
        font = form.template.style(form.template.footer.style).font or _FONT
        fonts = {"default_format_properties": {"font_name": font, "font_size": 11}}
        workbook = _UnlistedNames(buffer, _OPTIONS | fonts)
        workbook.use_custom_theme(io.StringIO(_plain(workbook.theme_xml)))
        fills = mark_colors(form, filled.returned)
        results = computation(form, layout).all(filled.results)
        sheet = FormSheet(workbook, form, layout, Styles(workbook, form.template), fills)
        sheet.draw(locked, password)
        if filled.returned is not None:
            write_returned(workbook, sheet, filled.returned)
        for companion in companions(form, layout):
            told = results.get(companion.name, {})
            write_companion(workbook, form.template, companion, told)
        _define_names(workbook, form, layout)
        _write_lists(workbook, form)
        for place, result in results[form.template.sheet].items():
            sheet.computed(place, result)
        fill(sheet, filled)
        _write_manifest(workbook, filled.manifest)
        _set_properties(workbook, form, filled.stated)
        workbook.close()
    return buffer.getvalue()


def _plain(theme: str) -> str:
    """A theme without fonts for other scripts, and without looks of drawings."""
    theme = _OTHER_FONTS.sub("", theme)
    return _LOOKS.sub(f'<a:fmtScheme name="Office">{_FLAT}</a:fmtScheme>', theme)


def _define_names(workbook: xlsxwriter.Workbook, form: Form, layout: Layout) -> None:
    areas = {field_name(slot.name): slot.area for slot in layout.slots}
    areas |= {table_name(table.name): table.area for table in layout.tables}
    for name, area in areas.items():
        reference = f"='{form.template.sheet}'!{area.absolute}"
        done(workbook.define_name(name, reference), f"defined name {name}")


def _write_lists(workbook: xlsxwriter.Workbook, form: Form) -> None:
    worksheet = workbook.add_worksheet(LISTS)
    for column, (name, options) in enumerate(option_lists(form)):
        for row, option in enumerate(options):
            done(worksheet.write_string(row, column, option), f"option {option}")
        area = Area(1, column + 1, max(1, len(options)), column + 1)
        reference = f"='{LISTS}'!{area.absolute}"
        done(workbook.define_name(name, reference), f"defined name {name}")
    worksheet.protect()
    worksheet.hide()


def _write_manifest(workbook: xlsxwriter.Workbook, pairs: list[tuple[str, str]]) -> None:
    worksheet = workbook.add_worksheet(SHEET)
    for row, (key, value) in enumerate(pairs):
        done(worksheet.write_string(row, 0, key), f"manifest {key}")
        done(worksheet.write_string(row, 1, value), f"manifest {key}")
    worksheet.protect()
    worksheet.very_hidden()


def _set_properties(workbook: xlsxwriter.Workbook, form: Form, stated: str) -> None:
    workbook.set_properties(
        {"title": form.mapping.title, "category": f"xlsync:{stated}", "created": _CREATED}
    )
    workbook.set_custom_property("xlsync", stated, "text")
