"""What a client shows by colour: wrong and doubtful cells, groups of levels, dimmed units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.grid import Area, column_letters
from xlsync.form.rules.sheet import quoted
from xlsync.workbook.manifest import DOUBTFUL, WRONG, last_row_name
from xlsync.workbook.problem_list import PLACES, SETTLED, STATES
from xlsync.writer.styles import done

if TYPE_CHECKING:
    from collections.abc import Collection

    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

    from xlsync.base.grid import Address
    from xlsync.form import Form, PlacedTable
    from xlsync.writer.styles import Look, Styles


_ALL_SIDES = ("left", "right", "top", "bottom")
_HERE = "ADDRESS(ROW(),COLUMN(),4)"


class MarkFormats:
    """The conditional formats of one form sheet.

    LibreOffice shows only the first condition of an area that holds, Excel all of them. So the
    conditions of an area exclude one another or come in order of weight, and each says
    everything that is to be seen.
    """

    def __init__(
        self,
        workbook: xlsxwriter.Workbook,
        worksheet: Worksheet,
        form: Form,
        styles: Styles,
        filled: Collection[Address] = (),
    ) -> None:
        """Begin without any mark; some cells are ``filled`` with one until it is settled."""
        self._workbook = workbook
        self._worksheet = worksheet
        self._form = form
        self._styles = styles
        self._filled = filled

    def field(self, area: Area) -> None:
        """Tint a field that the hidden formulas name as wrong or doubtful."""
        self._tint(area, {})

    def label(self, area: Area, style: str) -> None:
        """Take the mark off a label where the list of problems says that it is settled."""
        self._settle(area, self._styles.frame(style, ()))

    def table(self, table: PlacedTable) -> None:
        """Tint, dim and draw the columns of a table, down to the last row in use."""
        plan = self._form.mapping.tables[table.name]
        names = {column: name for name, column in table.columns.items()}
        same: list[str] = []
        for column, style in table.styles.items():
            area = Area(table.first, column, table.last, column)
            name = names.get(column)
            framed = self._styles.frame(style, _ALL_SIDES)
            if name is not None:
                self._tint(area, framed)
            if plan.parts and name == plan.parts[-1]:
                self._dim(area, table, framed)
            if name in plan.levels:
                same.append(_same_as_above(area))
                self._draw_level(area, table, style, f"AND({','.join(same)})")
            elif column == table.caption:
                self._draw_caption(area, table, style)
            else:
                self._mark(area, f"ROW()<={last_row_name(table.name)}", framed)

    def _tint(self, area: Area, frame: Look) -> None:
        colors = self._form.template.marks
        for name, color in ((WRONG, colors.wrong), (DOUBTFUL, colors.doubtful)):
            look = {**frame, "bg_color": color, "font_color": "#000000"}
            self._mark(area, f"COUNTIF({name},{_HERE})>0", look)
        if any(map(area.covers, self._filled)):
            self._settle(area, frame)

    def _settle(self, area: Area, look: Look) -> None:
        """Show a cell as if it had never been marked, once nothing of it is left to do."""
        listed = f"COUNTIF({PLACES},{_HERE})"
        settled = f'COUNTIFS({PLACES},{_HERE},{STATES},"{SETTLED}")={listed}'
        look = {"bg_color": "#FFFFFF", **look, "font_color": "#000000"}
        self._mark(area, f"AND({listed}>0,{settled})", look)

    def _dim(self, area: Area, table: PlacedTable, frame: Look) -> None:
        """Dim the unit where the operator says that there is no quantity."""
        plan = self._form.mapping.tables[table.name]
        codes = plan.columns[plan.parts[0]].codes
        operator = column_letters(table.columns[plan.parts[0]])
        for word in self._form.mapping.codes[codes].none if codes else ():
            look = {**frame, "bg_color": self._form.template.marks.dimmed}
            self._mark(area, f"${operator}{table.first}={quoted(word)}", look)

    def _draw_caption(self, area: Area, table: PlacedTable, style: str) -> None:
        """One frame around the column beside the rows, without lines between them."""
        last = last_row_name(table.name)
        for row, sides in ((f"ROW()={last}", ("bottom",)), (f"ROW()<{last}", ())):
            self._mark(area, row, self._styles.frame(style, ("left", "right", *sides)))

    def _draw_level(self, area: Area, table: PlacedTable, style: str, repeated: str) -> None:
        """Make repeated levels look merged, as on paper.

        A repeated level keeps its text, in the background's colour, so that every row says all
        of itself to whoever reads it.
        """
        last = last_row_name(table.name)
        for row, sides in ((f"ROW()={last}", ("bottom",)), (f"ROW()<{last}", ())):
            hidden = self._styles.frame(style, ("left", "right", *sides))
            self._mark(area, f"AND({row},{repeated})", {**hidden, "font_color": "#FFFFFF"})
            shown = self._styles.frame(style, ("left", "right", "top", *sides))
            self._mark(area, f"AND({row},NOT({repeated}))", shown)

    def _mark(self, area: Area, formula: str, look: Look) -> None:
        corners = (area.top - 1, area.left - 1, area.bottom - 1, area.right - 1)
        made = self._workbook.add_format(look)
        options = {"type": "formula", "criteria": f"={formula}", "format": made}
        done(self._worksheet.conditional_format(*corners, options), f"mark of {area.a1}")


def _same_as_above(area: Area) -> str:
    """True where a cell of a column repeats the one above."""
    here = f"${column_letters(area.left)}{area.top}"
    above = f"${column_letters(area.left)}{area.top - 1}"
    return f'IFERROR({here}<>"",FALSE),IFERROR({here}={above},FALSE)'
