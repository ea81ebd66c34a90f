"""Tables as offices print them: what all workbooks of reports share.

A title over the table, a grey head that stays in sight and is printed on every page, thin
borders, A4 landscape one page wide, and the same bytes for the same content.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from contextlib import contextmanager
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.utility import xl_range

from xlsync.base.errors import XlsyncError
from xlsync.base.files import TEMPORARY
from xlsync.report.books.office_text import write_text
from xlsync.report.words.lines import visible
from xlsync.writer.house import (
    FONT,
    MARGINS,
    SIZE,
    TITLE_FONT,
    TITLE_SIZE,
    House,
    row_height,
    set_up_page,
)
from xlsync.writer.styles import done, warnings_are_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import IO

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    Value = str | int | Decimal | dt.date | None

TITLE_ROW, NOTE_ROW, HEAD_ROW = 0, 1, 2
"""Rows, from 0, of a sheet with one table."""
FIRST_ROW = HEAD_ROW + 1

_WIDE = 200
"""Characters beside each other that nobody can read any more once they are shrunk to one page."""
_USUAL_WIDTH = 14
"""Characters of a column of which nothing else is known yet."""
_NAMES = 2
"""Columns that are printed on every page of a table that takes several beside each other."""
_HEIGHTS = {TITLE_ROW: 32, NOTE_ROW: 20, HEAD_ROW: 30}
_MOST_NAMES = 80
"""Characters that these columns may take of each page."""
_LONGEST_HEADER = 200
"""Characters of a title above a page, which holds 255 with its looks."""
_HEADER_MARGIN = 0.9
_DIGITS = 15
"""Significant digits of a number that a spreadsheet keeps."""
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
# Without it the clock would stand in the file.
_CREATED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)


class ReportColumn(NamedTuple):
    """A column of a table: heading, width in characters, and the look of its cells."""

    head: str
    width: float
    look: str = "text"


class Book(House):
    """A workbook of reports in the making: the looks of the house, and tables."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        """Begin without any sheet."""
        super().__init__(workbook)
        self._titles: dict[str, tuple[str, str]] = {}

    def sheet(self, name: str, title: str, note: str, columns: Sequence[ReportColumn]) -> Worksheet:
        """A sheet with title, note, head and print set-up; its table begins in ``FIRST_ROW``."""
        worksheet: Worksheet = self.workbook.add_worksheet(name)
        self._titles[name] = visible(title), visible(note)
        last = len(columns) - 1
        # Over several pages beside each other, the middle of the sheet is where two pages meet.
        place = "left" if len(columns) * _USUAL_WIDTH > _WIDE else "center"
        for row, text, look in ((TITLE_ROW, title, "title"), (NOTE_ROW, note, "note")):
            worksheet.set_row(row, _HEIGHTS[row])
            side = {"align": place} if look == "title" or place == "left" else {}
            style = self.look(look, **side)
            if last:
                done(worksheet.merge_range(row, 0, row, last, "", style), text)
            write_text(worksheet, row, 0, visible(text), style)
        worksheet.set_row(HEAD_ROW, _HEIGHTS[HEAD_ROW])
        for at, column in enumerate(columns):
            write_text(worksheet, HEAD_ROW, at, column.head, self.look("heading"))
        set_up_page(worksheet, FIRST_ROW)
        worksheet.repeat_rows(TITLE_ROW, HEAD_ROW)
        self.widths(worksheet, [column.width for column in columns])
        return worksheet

    @staticmethod
    def widths(worksheet: Worksheet, widths: Sequence[float], names: int = _NAMES) -> int:
        """Set the widths of all columns, and how many pages of A4 it takes to read them.

        The first ``names`` columns are printed on each of several pages, which are returned.
        """
        for at, width in enumerate(widths):
            done(worksheet.set_column(at, at, width), f"column {at + 1}")
        if sum(widths) <= _WIDE:
            return 1
        names = names if sum(widths[:names]) <= _MOST_NAMES else _NAMES
        again = min(sum(widths[:names]), _MOST_NAMES)
        pages = ceil((sum(widths) - again) / (_WIDE - again))
        worksheet.fit_to_pages(pages, 0)
        done(worksheet.repeat_columns(0, names - 1), "repeated columns")
        return pages

    def title_above(self, worksheet: Worksheet, last_row: int, last_column: int) -> None:
        """Print title and note above every page in place of their rows.

        Where a table goes over several pages beside each other, a title in its rows is cut off
        at the columns that are printed again.
        """
        title, note = (one.replace("&", "&&") for one in self._titles[worksheet.name])
        if len(title) > _LONGEST_HEADER:
            title = f"{title[:_LONGEST_HEADER].rstrip('&')}…"
        # The size comes first: behind it a title that begins with a digit would be read as one.
        text = f'&C&{TITLE_SIZE}&"{TITLE_FONT},Regular"{title}'
        if note:
            text += f'&R&{SIZE:.0f}&"{FONT},Regular"{note}'
        done(worksheet.set_header(text), "header")
        worksheet.set_margins(**{**MARGINS, "top": _HEADER_MARGIN})
        worksheet.repeat_rows(HEAD_ROW)
        done(worksheet.print_area(HEAD_ROW, 0, last_row, last_column), "print area")

    def rows(
        self,
        worksheet: Worksheet,
        columns: Sequence[ReportColumn],
        rows: Iterable[Sequence[Value]],
        first: int = FIRST_ROW,
    ) -> int:
        """Write rows of a table under each other; the number of the row after the last."""
        widths = [column.width for column in columns]
        count = 0
        for values in rows:
            for at, (column, value) in enumerate(zip(columns, values, strict=True)):
                self.cell(worksheet, first + count, at, value, column.look)
            texts = [(at, visible(one)) for at, one in enumerate(values) if isinstance(one, str)]
            worksheet.set_row(first + count, row_height(texts, widths))
            count += 1
        return first + count

    def cell(self, worksheet: Worksheet, row: int, column: int, value: Value, look: str) -> None:
        """Write one value on one line of text, with nothing hidden in it."""
        shown = visible(value) if isinstance(value, str) else value
        self.write(worksheet, row, column, shown, self.look(look))

    @staticmethod
    def write(worksheet: Worksheet, row: int, column: int, value: Value, style: Format) -> None:
        """Write one value: text as it is, a number as a number, None as an empty cell."""
        if value is None:
            done(worksheet.write_blank(row, column, None, style), "blank")
        elif isinstance(value, str):
            write_text(worksheet, row, column, value, style)
        elif isinstance(value, dt.date):
            done(worksheet.write_datetime(row, column, value, style), str(value))
        elif _is_exact(value):
            done(worksheet.write_number(row, column, value, style), str(value))
        else:
            write_text(worksheet, row, column, f"{value:,}", style)

    @staticmethod
    def total(
        worksheet: Worksheet, rows: tuple[int, int], column: int, value: Decimal, style: Format
    ) -> None:
        """Write below some rows what they add up to, as a formula with its result."""
        first, last = rows
        if not _is_exact(value):
            write_text(worksheet, last + 1, column, f"{value:,}", style)
            return
        formula = f"=SUM({xl_range(first, column, last, column)})"
        code = worksheet.write_formula(last + 1, column, formula, style, value)
        done(code, formula)


def _is_exact(value: Decimal | int) -> bool:
    """Whether a cell keeps the number; as another one it would be wrong without a word."""
    return len(Decimal(value).normalize().as_tuple().digits) <= _DIGITS


@contextmanager
def book(title: str, target: IO[bytes], *, by_rows: bool = False) -> Iterator[Book]:
    """A workbook that is in the target once the block has ended.

    ``by_rows`` keeps no more than one row of each sheet in memory: then rows are written from
    top to bottom, each from its beginning, and none is written to once the next has begun.

    Raises:
        XlsyncError: when the spreadsheet cannot hold what was written.
    """
    with warnings_are_errors(), tempfile.TemporaryDirectory(prefix=TEMPORARY) as folder:
        way = {"constant_memory": True, "tmpdir": folder} if by_rows else {"in_memory": True}
        workbook = xlsxwriter.Workbook(target, _OPTIONS | way)
        workbook.set_properties({"title": visible(title), "created": _CREATED})
        try:
            yield Book(workbook)
            workbook.close()
        except XlsxWriterException as error:
            raise XlsyncError(f"the workbook cannot be written: {error}") from None
        finally:
            for worksheet in workbook.worksheets() if by_rows else ():
                # Left open where something failed, and in the way of removing the folder.
                worksheet.row_data_fh.close()
