"""Writing the sheets beside the form: the live check, how to fill in, the hidden formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.grid import Area, column_letters
from xlsync.form.template import Style
from xlsync.workbook.heights import text_height
from xlsync.writer.styles import done

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

    from xlsync.form.template import Template
    from xlsync.workbook.helper_sheet import Companion
    from xlsync.writer.styles import Look

_LOOKS: dict[str, Look] = {
    "title": {"bold": True, "font_size": 14},
    "note": {"font_color": "#1F4E79"},
    "heading": {"bold": True, "border": 1, "bg_color": "#F2F2F2", "align": "center"},
    "text": {"border": 1, "text_wrap": True},
    "center": {"border": 1, "align": "center", "text_wrap": True},
    "link": {"border": 1, "align": "center", "font_color": "#0563C1", "underline": 1},
}
_SIZE = 10.5
_LOWEST = 18.0
_WRAPPED = {"text", "center"}


def write_companion(
    workbook: xlsxwriter.Workbook, template: Template, companion: Companion
) -> None:
    """Add one companion sheet, locked as a whole."""
    worksheet = workbook.add_worksheet(companion.name)
    _write_cells(workbook, worksheet, template, companion)
    for column, width in enumerate(companion.widths):
        done(worksheet.set_column(column, column, width), f"column {column + 1}")
    for name, area in companion.names.items():
        reference = f"='{companion.name}'!{area.absolute}"
        done(workbook.define_name(name, reference), f"defined name {name}")
    worksheet.protect()
    if not companion.visible:
        worksheet.hide()
        return
    for row, height in _heights(companion).items():
        done(worksheet.set_row(row - 1, height), f"row {row}")
    worksheet.hide_gridlines(2)
    worksheet.freeze_panes(companion.frozen, 0)
    worksheet.set_paper(9)
    worksheet.set_portrait()
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(companion.frozen - 1)


def _write_cells(
    workbook: xlsxwriter.Workbook,
    worksheet: Worksheet,
    template: Template,
    companion: Companion,
) -> None:
    font = {"font_name": template.style(template.footer.style).font}
    base = {**font, "font_size": _SIZE, "valign": "vcenter"}
    framed = {name: workbook.add_format({**base, **look}) for name, look in _LOOKS.items()}
    bare = {
        name: workbook.add_format({**base, **look, "border": 0}) for name, look in _LOOKS.items()
    }
    for address, entry in companion.cells.items():
        row, column = address.row - 1, address.column - 1
        is_live = companion.live is not None and companion.live.covers(address)
        look = (bare if is_live else framed)[entry.style] if companion.visible else None
        if entry.is_formula:
            formula = f"={entry.text}"
            done(worksheet.write_formula(row, column, formula, look, entry.uncomputed), address.a1)
        else:
            done(worksheet.write_string(row, column, entry.text, look), address.a1)
    if companion.live is not None:
        _draw_live(workbook, worksheet, companion.live)


def _draw_live(workbook: xlsxwriter.Workbook, worksheet: Worksheet, area: Area) -> None:
    corners = (area.top - 1, area.left - 1, area.bottom - 1, area.right - 1)
    is_filled = f'=${column_letters(area.left)}{area.top}<>""'
    frame = workbook.add_format({"border": 1})
    options = {"type": "formula", "criteria": is_filled, "format": frame}
    done(worksheet.conditional_format(*corners, options), f"frame of {area.a1}")


def _heights(companion: Companion) -> dict[int, float]:
    """Rows high enough for their fixed texts."""
    style = Style(size=_SIZE)
    heights: dict[int, float] = {}
    for address, entry in companion.cells.items():
        needed = _LOWEST
        if entry.style in _WRAPPED and not entry.is_formula:
            place = Area(*address, *address)
            needed = text_height(entry.text, place, companion.widths, style)
        heights[address.row] = max(heights.get(address.row, _LOWEST), needed)
    return heights
