"""What a client shows by colour: wrong and doubtful cells, groups of levels, dimmed units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.grid import Area, column_letters
from xlsync.form.rules.sheet import quoted
from xlsync.workbook.formulas import is_among
from xlsync.workbook.manifest import DOUBTFUL, WRONG, middles_name, starts_name
from xlsync.workbook.problem_list import PLACES, SETTLED, STATES
from xlsync.writer.styles import done

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

    from xlsync.base.grid import Address
    from xlsync.form import Form, PlacedTable
    from xlsync.writer.styles import Look, Styles


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

    def inputs(self, areas: Sequence[Area]) -> None:
        """Tint the places that the hidden formulas name as wrong or doubtful, all in one."""
        self._tint(areas, {})

    def label(self, area: Area, style: str) -> None:
        """Take the mark off a label where the list of problems says that it is settled."""
        self._settle([area], self._styles.frame(style, ()))

    def table(self, table: PlacedTable) -> list[Area]:
        """Tint and dim the unit, and make repeated levels look merged; the columns left over."""
        plan = self._form.mapping.tables[table.name]
        others: list[Area] = []
        for name, column in table.own.items():
            area = Area(table.first, column, table.last, column)
            if name in plan.levels:
                level = plan.levels.index(name)
                self._draw_level(area._replace(bottom=table.last - 1), table, level, ("top",))
                self._draw_level(area._replace(top=table.last), table, level, ("top", "bottom"))
            elif plan.parts and name == plan.parts[-1]:
                box = area._replace(right=self._end_of_box(table, column))
                column_here = f"COLUMN(${column_letters(column)}{table.first})"
                self._tint([box], {}, f"ADDRESS(ROW(),{column_here},4)")
                self._dim(box, table)
            else:
                others.append(area)
        return others

    def _end_of_box(self, table: PlacedTable, column: int) -> int:
        """The last of the columns over which the text of a column is centred."""
        across = {
            one
            for one, style in table.styles.items()
            if self._form.template.style(style).align == "across"
        }
        end = column
        while end in across and end + 1 in across.difference(table.columns.values()):
            end += 1
        return end

    def _tint(self, areas: Sequence[Area], frame: Look, place: str = _HERE) -> None:
        colors = self._form.template.marks
        for name, color in ((WRONG, colors.wrong), (DOUBTFUL, colors.doubtful)):
            look = {**frame, "bg_color": color, "font_color": "#000000"}
            self._mark(areas, is_among(place, name), look)
        if any(area.covers(one) for area in areas for one in self._filled):
            self._settle(areas, frame, place)

    def _settle(self, areas: Sequence[Area], look: Look, place: str = _HERE) -> None:
        """Show a cell as if it had never been marked, once nothing of it is left to do."""
        listed = f"COUNTIF({PLACES},{place})"
        settled = f'COUNTIFS({PLACES},{place},{STATES},"{SETTLED}")={listed}'
        look = {"bg_color": "#FFFFFF", **look, "font_color": "#000000"}
        self._mark(areas, f"AND({listed}>0,{settled})", look)

    def _dim(self, area: Area, table: PlacedTable) -> None:
        """Dim the unit where the operator says that there is no quantity."""
        plan = self._form.mapping.tables[table.name]
        codes = plan.columns[plan.parts[0]].codes
        operator = column_letters(table.columns[plan.parts[0]])
        for word in self._form.mapping.codes[codes].none if codes else ():
            look: Look = {"bg_color": self._form.template.marks.dimmed}
            self._mark([area], f"${operator}{table.first}={quoted(word)}", look)

    def _draw_level(
        self, area: Area, table: PlacedTable, level: int, sides: Collection[str]
    ) -> None:
        """Make repeated levels look merged, as on paper: a line above, the text in the middle.

        A repeated level keeps its text, in the background's colour, so that every row says all
        of itself to whoever reads it. A row that somebody added is none of ours, and shows its
        text unless the one above or below has the same.
        """
        here, above, below = (
            f"${column_letters(area.left)}{area.top + step}" for step in (0, -1, 1)
        )
        middles = middles_name(table.name, level)
        begins = f"COUNTIF({starts_name(table.name, level)},ROW())>0"
        repeats = f"IFERROR({here}={above},FALSE),IFERROR({here}={below},FALSE)"
        hidden = f"COUNTIF({middles},ROW())=0,OR({repeats})"
        style = table.styles[area.left]
        line = self._styles.frame(style, ("left", "right", *sides))
        white: Look = {"font_color": "#FFFFFF"}
        self._tint([area], line)
        self._mark([area], f"AND({begins},{hidden})", line | white)
        self._mark([area], begins, line)
        self._mark([area], f"AND({hidden})", white)

    def _mark(self, areas: Sequence[Area], formula: str, look: Look) -> None:
        """A condition on some areas; its relative references count from the first one."""
        area = areas[0]
        corners = (area.top - 1, area.left - 1, area.bottom - 1, area.right - 1)
        made = self._workbook.add_format(look)
        options = {"type": "formula", "criteria": f"={formula}", "format": made}
        if len(areas) > 1:
            options["multi_range"] = " ".join(one.a1 for one in areas)
        done(self._worksheet.conditional_format(*corners, options), f"mark of {area.a1}")
