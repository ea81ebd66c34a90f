"""The form's own sheet without any record: labels, blank places, locks and print set-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.grid import Address, Area
from xlsync.workbook.checks import entry_limits
from xlsync.workbook.helper_sheets import check_line
from xlsync.workbook.pages import MILLIMETRES, printed
from xlsync.workbook.sheet_view import FormReferences
from xlsync.writer.controls import apply, field_control, level_control, name_control
from xlsync.writer.marks import MarkFormats
from xlsync.writer.styles import COMPUTED_FORMAT, TEXT_FORMAT, Sides, done

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from xlsync.form import Form, Layout, PlacedSlot, PlacedTable
    from xlsync.workbook.results import Result
    from xlsync.writer.styles import Styles

_PAPERS = {"A3": 8, "A4": 9}
"""Numbers of paper sizes (ECMA-376 part 1, 18.3.1.63)."""


class FormSheet:
    """The sheet of one form with so many rows in its tables.

    ``looks`` are the formats of all cells, for whoever fills them; a filled cell keeps its own.
    """

    def __init__(
        self,
        workbook: xlsxwriter.Workbook,
        form: Form,
        layout: Layout,
        styles: Styles,
        fills: Mapping[Address, str] | None = None,
    ) -> None:
        """Add the sheet to the workbook; it is empty until :meth:`draw`.

        ``fills`` are the colours of cells that are marked from the beginning.
        """
        self.form = form
        self.layout = layout
        self.styles = styles
        self.view = FormReferences(form, layout)
        self.limits = entry_limits(form.mapping, self.view)
        self.widths = form.template.columns
        self.worksheet: Worksheet = workbook.add_worksheet(form.template.sheet)
        self.fills = fills or {}
        self.marks = MarkFormats(workbook, self.worksheet, form, styles, self.fills.keys())
        self.looks: dict[Address, Format] = {}

    def draw(self, locked: Collection[str] = (), password: str = "") -> None:
        """Draw the blank form; ``locked`` are the slots that cannot be changed."""
        self.check_line()
        for label in self.layout.labels:
            fill = self.fills.get(label.area.first)
            beside = any(label.area.overlaps(table.items) for table in self.layout.tables)
            sides: Sides = ("left", "right", "top") if beside else None
            self.blank(label.area, self.styles.label(label.style, sides=sides, fill=fill))
            if label.text:
                self.text(label.area, label.text)
            if fill:
                self.marks.label(label.area, label.style)
        for slot in self.layout.slots:
            self.slot(slot, locked=slot.name in locked)
        inputs = [slot.area for slot in self.layout.slots]
        texts: list[Area] = []
        for table in self.layout.tables:
            inputs += self.table(table)
            texts += self.text_columns(table)
        if texts:  # a second call would take the place of the first
            ranges = " ".join(area.a1 for area in texts)
            done(self.worksheet.ignore_errors({"number_stored_as_text": ranges}), "text cells")
        self.marks.inputs(inputs)
        self.blank(self.layout.footer, self.styles.label(self.form.template.footer.style))
        self.columns()
        self.page()
        self.worksheet.protect(password, {"format_rows": True})

    def check_line(self) -> None:
        """The place of the line above the form, which stays in sight."""
        area = self.layout.check
        style = self.form.template.check.style
        self.blank(area, self.styles.input(style, COMPUTED_FORMAT, locked=True))
        self.worksheet.freeze_panes(area.bottom, 0)

    def computed(self, place: Address, result: Result) -> None:
        """The formula of that line, with what it shows."""
        formula, look = f"={check_line()}", self.looks[place]
        row, column = place.row - 1, place.column - 1
        done(self.worksheet.write_formula(row, column, formula, look, result), place.a1)

    def columns(self) -> None:
        """Widths of columns; the columns of row ids are hidden."""
        for column, width in enumerate(self.widths):
            done(self.worksheet.set_column(column, column, width), f"column {column + 1}")
        first = self.layout.width
        last = max((table.ids for table in self.layout.tables), default=first + 1) - 1
        done(self.worksheet.set_column(first, last, None, None, {"hidden": True}), "row ids")

    def slot(self, slot: PlacedSlot, *, locked: bool) -> None:
        """One fillable place with its validation."""
        item = self.form.mapping.fields[slot.name]
        number_format = item.kind.number_format
        fill = self.fills.get(slot.area.first)
        look = self.styles.input(slot.style, number_format, locked=locked, fill=fill)
        self.blank(slot.area, look)
        limit = self.limits.get(slot.name)
        apply(self.worksheet, slot.area, field_control(self.form.mapping, item, limit))

    def table(self, table: PlacedTable) -> list[Area]:
        """All rows of a table with their validations; the columns that have no mark yet."""
        plan = self.form.mapping.tables[table.name]
        for row in range(table.first, table.last + 1):
            self.table_row(table, row)
        for name, column in table.own.items():
            area = Area(table.first, column, table.last, column)
            control = field_control(self.form.mapping, plan.columns[name])
            if name in plan.levels:
                level = plan.levels.index(name)
                control = level_control(plan, level, table.columns, table.first)
            elif name == plan.name and table.name in self.form.libraries:
                control = name_control(table.name, plan, table.columns, table.first)
            apply(self.worksheet, area, control)
        return self.marks.table(table)

    def text_columns(self, table: PlacedTable) -> Iterator[Area]:
        """The columns of a table where a number may stand as a text."""
        columns = self.form.mapping.tables[table.name].columns
        for name, column in table.own.items():
            if columns[name].kind.number_format == TEXT_FORMAT:
                yield Area(table.first, column, table.last, column)

    def table_row(self, table: PlacedTable, row: int) -> None:
        """One row: its inputs, the hidden place of its id.

        Between the rows of the caption and of the levels there are lines only where the marks
        draw them.
        """
        plan = self.form.mapping.tables[table.name]
        joined: Sides = ("left", "right", "bottom") if row == table.last else ("left", "right")
        inputs = {column: name for name, column in table.own.items()}
        of_box: str | None = None
        for column, style in table.drawn.items():
            name = inputs.get(column)
            if name is not None:
                number_format = plan.columns[name].kind.number_format
                of_box = fill = self.fills.get(Address(row, column))
                sides = joined if name in plan.levels else None
                look = self.styles.input(style, number_format, sides=sides, fill=fill)
            elif column == table.caption and row == table.first:
                continue
            else:
                # A text that is centred over several cells has its mark in all of them.
                is_across = self.form.template.style(style).align == "across"
                of_box = of_box if is_across else None
                sides = joined if column == table.caption else None
                look = self.styles.label(style, sides=sides, fill=of_box)
            self.blank(Area(row, column, row, column), look)
        self.blank(Area(row, table.ids, row, table.ids), self.styles.hidden())

    def blank(self, area: Area, look: Format) -> None:
        """A place with its format and nothing in it; more than one cell are merged."""
        self.looks[area.first] = look
        if area.first != (area.bottom, area.right):
            corners = (area.top - 1, area.left - 1, area.bottom - 1, area.right - 1)
            done(self.worksheet.merge_range(*corners, "", look), area.a1)
        place = (area.top - 1, area.left - 1)
        done(self.worksheet.write_blank(*place, None, look), area.a1)

    def text(self, area: Area, text: str) -> None:
        """A text in a place that was drawn before."""
        place = (area.top - 1, area.left - 1)
        done(self.worksheet.write_string(*place, text, self.looks[area.first]), area.a1)

    def page(self) -> None:
        """Paper, margins, one page wide, heading rows on every page."""
        page = self.form.template.page
        worksheet = self.worksheet
        worksheet.set_paper(_PAPERS[page.paper])
        if page.orientation == "landscape":
            worksheet.set_landscape()
        else:
            worksheet.set_portrait()
        worksheet.set_margins(**{side: width / MILLIMETRES for side, width in page.margins.items()})
        worksheet.center_horizontally()
        worksheet.hide_gridlines(2)
        first, last = printed(self.layout)
        worksheet.print_area(first - 1, 0, last - 1, self.layout.width - 1)
        for table in self.layout.tables:
            worksheet.repeat_rows(table.heading.top - 1, table.heading.bottom - 1)
