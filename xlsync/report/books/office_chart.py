"""The one kind of chart that the reports draw: figures of units as bars under each other.

Bars lie down, so that the names of units can be read whatever their length. Those of a few units
stand under their table; with many, the end of the page would go through the chart, which gets a
sheet of its own.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from xlsync.writer.house import FONT, SIZE, set_up_page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from xlsxwriter.chart import Chart as ChartObject
    from xlsxwriter.worksheet import Worksheet

    from xlsync.report.books.office import Book

CHART_SHEET = "图"
"""How the name of a sheet ends that holds the chart of another one."""

_COLOURS = ("#4472C4", "#ED7D31", "#70AD47", "#FFC000", "#7030A0", "#595959")
_ROW = 20
"""Pixels of a row of which no height was set."""
_PIXELS, _PADDING = 7, 5
"""Of a character, and at the sides of a column."""
_MARGIN = 130
"""Pixels of a chart beside its bars: title, legend, and the axis of money."""
_MOST = 12
"""Units whose table leaves room for the chart on its page."""
_WIDEST = 1_200
_PAGE = 700
"""Pixels across a page of A4."""
_GAP, _BAR = 14, 12
"""Pixels between units, and of each figure; a name takes as much as the two together."""


class Series(NamedTuple):
    """One colour of columns: its name, the sheet's column it stands in, and its figures."""

    name: str
    column: int
    figures: Sequence[Decimal]


class Chart(NamedTuple):
    """What is drawn: the first and last row (from 0), and the names there in the first column."""

    title: str
    rows: tuple[int, int]
    names: Sequence[str]
    series: Sequence[Series]


def draw_chart(
    book: Book, worksheet: Worksheet, what: Chart, *, at: int, widths: Sequence[float]
) -> int:
    """Draw below row ``at``, as wide as columns of these widths together, or on the next sheet.

    The last row, from 0, that is taken on this sheet is returned.
    """
    chart = book.workbook.add_chart({"type": "bar"})
    first, last = what.rows
    for index, one in enumerate(what.series):
        chart.add_series(
            {
                "name": one.name,
                "categories": [worksheet.name, first, 0, last, 0],
                "values": [worksheet.name, first, one.column, last, one.column],
                # A sheet that is written row by row no longer knows what stands in it.
                "categories_data": list(what.names),
                "values_data": [f"{figure}" for figure in one.figures],
                "fill": {"color": _COLOURS[index % len(_COLOURS)]},
                "gap": 60,
            }
        )
    plain = {"name": FONT, "size": SIZE - 1.5}
    units = {"num_font": plain, "label_position": "low", "reverse": True}
    lines = {"visible": True, "line": {"color": "#D9D9D9"}}
    legend = {"position": "bottom", "font": plain} if len(what.series) > 1 else {"none": True}
    chart.set_title({"name": what.title, "name_font": {"name": FONT, "size": SIZE + 2}})
    money = {"num_font": plain, "num_format": "#,##0", "major_gridlines": lines}
    # XlsxWriter calls the axis that lies down x, whatever it shows.
    chart.set_x_axis(money)
    chart.set_y_axis(units)
    chart.set_legend(legend)
    height = _MARGIN + len(what.names) * (_GAP + _BAR * len(what.series))
    if len(what.names) > _MOST:
        _put_on_sheet(book, worksheet, chart, height)
        return what.rows[1] + 1
    width = sum(int(one * _PIXELS + _PADDING) for one in widths)
    chart.set_size({"width": min(width, _WIDEST), "height": height})
    worksheet.insert_chart(at, 0, chart, {"object_position": 2})
    return at + ceil(height / _ROW)


def _put_on_sheet(book: Book, beside: Worksheet, chart: ChartObject, height: int) -> None:
    chart.set_size({"width": _PAGE, "height": height})
    worksheet: Worksheet = book.workbook.add_worksheet(f"{beside.name}{CHART_SHEET}")
    worksheet.insert_chart(0, 0, chart, {"object_position": 2})
    set_up_page(worksheet, 0, landscape=False)
    worksheet.fit_to_pages(1, ceil(height / (2 * _PAGE)))
