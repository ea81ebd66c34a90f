"""The form's own sheet: labels, slots, tables, heights, locks and print set-up."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from xlsync.form.checks import entry_limits, total_formula, totals
from xlsync.form.companions import check_line
from xlsync.form.sheetview import FormSheetView
from xlsync.grid import Area
from xlsync.record import MISSING, get
from xlsync.types import TYPES
from xlsync.writer.controls import apply, field_control, level_control, name_control
from xlsync.writer.heights import text_height
from xlsync.writer.marks import Marks
from xlsync.writer.strict import done

if TYPE_CHECKING:
    from collections.abc import Collection

    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from xlsync.form import Form, PlacedSlot, PlacedTable
    from xlsync.mapping import FieldBase
    from xlsync.record import Json, Record
    from xlsync.writer.styles import Styles

_PAPERS = {"A3": 8, "A4": 9}
_INCH = 25.4

TEXT_FORMAT = "@"

UNCOMPUTED = "用 WPS 表格或 Excel 打开后，这里显示填报情况。"
"""What the check line says in a viewer that does not compute."""


class FormSheet:
    """The sheet of one form for one record, or blank."""

    def __init__(
        self, workbook: xlsxwriter.Workbook, form: Form, record: Record | None, styles: Styles
    ) -> None:
        """Add the sheet to the workbook; it is empty until :meth:`write`."""
        self.form = form
        self.record = record or {}
        self.styles = styles
        self.layout = form.layout(form.capacity(record))
        self.view = FormSheetView(form, self.layout, local=True)
        self.limits = entry_limits(form.mapping, self.view)
        self.totals = totals(form.mapping)
        self.heights = list(self.layout.heights)
        self.widths = form.template.columns
        self.worksheet: Worksheet = workbook.add_worksheet(form.template.sheet)
        self.marks = Marks(workbook, self.worksheet, form, styles)

    def write(self, footer: str, locked: Collection[str] = (), password: str = "") -> None:
        """Fill the sheet; ``footer`` is the line below the form, ``locked`` are fixed slots."""
        self.check_line()
        for label in self.layout.labels:
            bare = any(
                label.area.overlaps(table.area) and not label.area.overlaps(table.heading)
                for table in self.layout.tables
            )
            look = self.styles.label(label.style, bare=bare)
            self.text(label.area, label.text, look, label.style)
        for slot in self.layout.slots:
            self.slot(slot, locked=slot.name in locked)
        for table in self.layout.tables:
            self.table(table)
        style = self.form.template.footer.style
        self.text(self.layout.footer, footer, self.styles.label(style), style)
        self.sizes()
        self.page(footer)
        self.start()
        self.worksheet.protect(password, {"format_rows": True})

    def check_line(self) -> None:
        """The line above the form; what it says is a formula."""
        style = self.form.template.check.style
        look = self.styles.label(style)
        area = self.layout.check
        self.merge(area, look)
        place = (area.top - 1, area.left - 1)
        formula = f"={check_line()}"
        done(self.worksheet.write_formula(*place, formula, look, UNCOMPUTED), area.a1)

    def sizes(self) -> None:
        """Heights of rows, widths of columns; the column of row ids is hidden."""
        for row, height in enumerate(self.heights):
            done(self.worksheet.set_row(row, height), f"row {row + 1}")
        for column, width in enumerate(self.widths):
            done(self.worksheet.set_column(column, column, width), f"column {column + 1}")
        ids = len(self.widths)
        done(self.worksheet.set_column(ids, ids, None, None, {"hidden": True}), "row ids")

    def start(self) -> None:
        """The check line stays in sight; the cursor waits in the first empty field."""
        self.worksheet.freeze_panes(self.layout.check.bottom, 0)
        fields = self.form.mapping.fields
        empty = [
            slot.area.first
            for slot in self.layout.slots
            if get(self.record, fields[slot.name].pointer) in {None, MISSING, ""}
        ]
        row, column = min(empty or [slot.area.first for slot in self.layout.slots])
        self.worksheet.set_selection(row - 1, column - 1, row - 1, column - 1)

    def slot(self, slot: PlacedSlot, *, locked: bool) -> None:
        """One fillable place with its value or total, its validation and its marks."""
        item = self.form.mapping.fields[slot.name]
        number_format = TYPES[item.type].number_format
        look = self.styles.input(slot.style, number_format, locked=locked)
        value = get(self.record, item.pointer)
        if self.adds_up(slot.name, value):
            self.merge(slot.area, look)
            place = (slot.area.top - 1, slot.area.left - 1)
            formula = f"={total_formula(self.view, self.totals[slot.name])}"
            shown = float(Decimal(value)) if isinstance(value, str) else ""
            done(self.worksheet.write_formula(*place, formula, look, shown), slot.area.a1)
        else:
            self.value(slot.area, item, value, look, slot.style)
        limit = self.limits.get(slot.name)
        apply(self.worksheet, slot.area, field_control(self.form.mapping, item, limit))
        self.marks.field(slot.area)

    def adds_up(self, slot: str, value: Json) -> bool:
        """Whether a field is a total that the sheet can fill in, and says nothing else now."""
        if slot not in self.totals:
            return False
        fields = self.form.mapping.fields
        parts = [get(self.record, fields[part].pointer) for part in self.totals[slot]]
        known = [Decimal(part) for part in parts if part and part is not MISSING]
        if value is None or value is MISSING:
            return not known
        return bool(known) and Decimal(value) == sum(known)

    def table(self, table: PlacedTable) -> None:
        """All rows of a table, the spare ones blank, with their validations."""
        plan = self.form.mapping.tables[table.name]
        rows = get(self.record, plan.pointer)
        items = rows if isinstance(rows, list) else []
        for index, row in enumerate(range(table.first, table.last + 1)):
            item = items[index] if index < len(items) else {}
            self.table_row(table, row, item)
        for name, column in table.columns.items():
            area = Area(table.first, column, table.last, column)
            control = field_control(self.form.mapping, plan.columns[name])
            if name in plan.levels:
                level = plan.levels.index(name)
                control = level_control(plan, level, table.columns, table.first)
            elif name == plan.name and table.name in self.form.libraries:
                control = name_control(table.name, plan, table.columns, table.first)
            apply(self.worksheet, area, control)
        texts = [
            Area(table.first, column, table.last, column).a1
            for name, column in table.columns.items()
            if TYPES[plan.columns[name].type].number_format == TEXT_FORMAT
        ]
        done(self.worksheet.ignore_errors({"number_stored_as_text": " ".join(texts)}), "text cells")
        self.marks.table(table)

    def table_row(self, table: PlacedTable, row: int, item: Record) -> None:
        """One row: its inputs, the borders between them, its id in the hidden column."""
        plan = self.form.mapping.tables[table.name]
        inputs = {column: name for name, column in table.columns.items()}
        for column, style in table.styles.items():
            area = Area(row, column, row, column)
            name = inputs.get(column)
            if name is not None:
                kind = plan.columns[name]
                cell_format = self.styles.input(style, TYPES[kind.type].number_format, bare=True)
                self.value(area, kind, item.get(name), cell_format, style)
            elif column != table.caption or row != table.first:
                cell_format = self.styles.label(style, bare=True)
                done(self.worksheet.write_blank(row - 1, column - 1, None, cell_format), area.a1)
        if item:
            done(self.worksheet.write_string(row - 1, len(self.widths), item["id"]), "row id")

    def value(
        self, area: Area, item: FieldBase, value: Json, cell_format: Format, style: str
    ) -> None:
        """A value in its place; blank for null, absent and empty text alike."""
        if value in {None, MISSING, ""}:
            self.text(area, "", cell_format, style)
            return
        content = TYPES[item.type].content(value)
        if isinstance(content, str):
            self.text(area, content, cell_format, style)
            return
        self.merge(area, cell_format)
        row, column = area.top - 1, area.left - 1
        if isinstance(content, dt.date):
            done(self.worksheet.write_datetime(row, column, content, cell_format), area.a1)
        else:
            number = float(content) if isinstance(content, Decimal) else content
            done(self.worksheet.write_number(row, column, number, cell_format), area.a1)

    def text(self, area: Area, text: str, cell_format: Format, style: str) -> None:
        """A text in its place; its row grows where the text needs it."""
        self.merge(area, cell_format)
        row, column = area.top - 1, area.left - 1
        if not text:
            done(self.worksheet.write_blank(row, column, None, cell_format), area.a1)
            return
        done(self.worksheet.write_string(row, column, text, cell_format), area.a1)
        look = self.form.template.style(style)
        if area.top == area.bottom and look.wrap:
            needed = text_height(text, area, self.widths, look)
            self.heights[area.top - 1] = max(self.heights[area.top - 1], needed)

    def merge(self, area: Area, cell_format: Format) -> None:
        """Merge the cells of an area that has more than one."""
        if area.first != (area.bottom, area.right):
            corners = (area.top - 1, area.left - 1, area.bottom - 1, area.right - 1)
            done(self.worksheet.merge_range(*corners, "", cell_format), area.a1)

    def page(self, footer: str) -> None:
        """Paper, margins, one page wide, heading rows on every page, page numbers."""
        page = self.form.template.page
        worksheet = self.worksheet
        worksheet.set_paper(_PAPERS[page.paper])
        if page.orientation == "landscape":
            worksheet.set_landscape()
        else:
            worksheet.set_portrait()
        worksheet.set_margins(**{side: width / _INCH for side, width in page.margins.items()})
        worksheet.fit_to_pages(1, 0)
        worksheet.center_horizontally()
        worksheet.hide_gridlines(2)
        worksheet.set_footer(f"&L&8{footer.replace('&', '&&')}&R{page.footer}")
        worksheet.print_area(
            self.layout.check.bottom, 0, len(self.heights) - 1, len(self.widths) - 1
        )
        for table in self.layout.tables:
            worksheet.repeat_rows(table.heading.top - 1, table.heading.bottom - 1)
