"""The house style of every sheet that is no form: reports, lists, helper sheets.

Named looks of cells, the set-up of a printed page, and the heights of rows; so that whatever a
person opens beside a form looks like one hand made it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.grid import Area
from xlsync.form.template import Style
from xlsync.workbook.heights import text_height

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from xlsync.writer.styles import Look

FONT, TITLE_FONT = "宋体", "黑体"
SIZE, TITLE_SIZE = 10.5, 16
LOWEST = 21.0
"""Points of a row that holds one line of text."""

_A4 = 9
MARGINS = {"left": 0.5, "right": 0.5, "top": 0.6, "bottom": 0.6}
_STYLE = Style(font=FONT, size=SIZE, wrap=True)
_SUM: Look = {"border": 1, "bold": True, "bg_color": "#F2F2F2", "align": "center"}
_MONEY: Look = {"align": "right", "indent": 1, "num_format": "#,##0.00"}
_LOOKS: dict[str, Look] = {
    "title": {"font_name": TITLE_FONT, "font_size": TITLE_SIZE},
    "plain": {},
    "note": {"align": "right", "font_color": "#595959"},
    "remark": {"align": "left", "font_color": "#595959"},
    "hint": {"font_color": "#1F4E79"},
    "heading": {
        "border": 1,
        "bold": True,
        "bg_color": "#D9D9D9",
        "align": "center",
        "text_wrap": True,
    },
    "label": {"border": 1, "bg_color": "#F2F2F2", "align": "center"},
    "text": {"border": 1, "text_wrap": True, "num_format": "@", "indent": 1},
    "center": {"border": 1, "align": "center", "text_wrap": True, "num_format": "@"},
    "link": {"border": 1, "align": "center", "font_color": "#0563C1", "underline": 1},
    "count": {"border": 1, "align": "center", "num_format": "0"},
    "money": {"border": 1, **_MONEY},
    "sum_text": _SUM,
    "sum_count": _SUM,
    "sum_money": {**_SUM, **_MONEY},
    "choice": {"border": 1, "align": "center", "locked": False, "num_format": "@"},
}


class House:
    """The looks of one workbook, each made once."""

    def __init__(self, workbook: xlsxwriter.Workbook, font: str | None = FONT) -> None:
        """Begin without any; ``font`` is that of the form that the sheets stand beside."""
        self.workbook = workbook
        self._font = font or FONT
        self._looks: dict[str, Format] = {}

    def look(self, name: str, **more: object) -> Format:
        """A format of the house, by name; with more of XlsxWriter's own keys if wanted."""
        key = name + str(sorted(more.items()))
        if key not in self._looks:
            base = {"font_name": self._font, "font_size": SIZE, "valign": "vcenter"}
            self._looks[key] = self.workbook.add_format(base | _LOOKS[name] | more)
        return self._looks[key]

    def tint(self, **look: object) -> Format:
        """What a conditional format changes of a cell."""
        key = str(sorted(look.items()))
        if key not in self._looks:
            self._looks[key] = self.workbook.add_format(look)
        return self._looks[key]


def set_up_page(
    worksheet: Worksheet, head: int, *, frozen_columns: int = 0, landscape: bool = True
) -> None:
    """A4, one page wide, with pages numbered; the first ``head`` rows stay in sight.

    The last of them is printed on every page, where there is one.
    """
    worksheet.hide_gridlines(2)
    worksheet.freeze_panes(head, frozen_columns)
    worksheet.set_paper(_A4)
    worksheet.fit_to_pages(1, 0)
    if landscape:
        worksheet.set_landscape()
    else:
        worksheet.set_portrait()
    worksheet.set_margins(**MARGINS)
    worksheet.center_horizontally()
    worksheet.set_footer(f'&C&"{FONT}"第 &P 页，共 &N 页')
    if head:
        worksheet.repeat_rows(head - 1)


def row_height(
    texts: Iterable[tuple[int, str]], widths: Sequence[float], lowest: float = LOWEST
) -> float:
    """The height in points in which each text can be read in its column, counted from 0."""
    needed = (
        text_height(text, Area(1, at + 1, 1, at + 1), widths, _STYLE) for at, text in texts if text
    )
    return max([lowest, *needed])
