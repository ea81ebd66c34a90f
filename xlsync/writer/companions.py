"""Writing the sheets beside the form: the live check, how to fill in, the hidden formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.writer.strict import done

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format

    from xlsync.form.companions import Companion
    from xlsync.template import Template

_LOOKS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 14},
    "note": {"font_color": "#1F4E79"},
    "heading": {"bold": True, "border": 1, "bg_color": "#F2F2F2", "align": "center"},
    "text": {"border": 1, "text_wrap": True},
    "center": {"border": 1, "align": "center", "text_wrap": True},
    "link": {"border": 1, "align": "center", "font_color": "#0563C1", "underline": 1},
}
_ROW = 18.0


def write_companion(
    workbook: xlsxwriter.Workbook, template: Template, companion: Companion
) -> None:
    """Add one companion sheet, locked as a whole."""
    worksheet = workbook.add_worksheet(companion.name)
    looks = _formats(workbook, template) if companion.visible else {}
    for address, entry in companion.cells.items():
        row, column = address.row - 1, address.column - 1
        look = looks.get(entry.style)
        if entry.is_formula:
            done(worksheet.write_formula(row, column, f"={entry.text}", look, ""), address.a1)
        else:
            done(worksheet.write_string(row, column, entry.text, look), address.a1)
    for column, width in enumerate(companion.widths):
        done(worksheet.set_column(column, column, width), f"column {column + 1}")
    for name, area in companion.names.items():
        reference = f"='{companion.name}'!{area.absolute}"
        done(workbook.define_name(name, reference), f"defined name {name}")
    worksheet.protect()
    if not companion.visible:
        worksheet.hide()
        return
    worksheet.hide_gridlines(2)
    worksheet.freeze_panes(companion.frozen, 0)
    worksheet.set_paper(9)
    worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    worksheet.set_default_row(_ROW)


def _formats(workbook: xlsxwriter.Workbook, template: Template) -> dict[str, Format]:
    base = template.style(template.footer.style)
    font = {"font_name": base.font, "font_size": 10.5, "valign": "vcenter"}
    return {name: workbook.add_format({**font, **look}) for name, look in _LOOKS.items()}
