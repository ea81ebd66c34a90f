"""What a copy for correction carries beside the form: the list of problems, and comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.grid import Area
from xlsync.base.problems import Severity
from xlsync.form.template import PROBLEMS
from xlsync.workbook.problem_list import (
    COLUMNS,
    DIGEST_COLUMN,
    PLACES,
    SETTLED,
    STATE,
    STATE_COLUMN,
    STATES,
    TO_CHECK,
    TO_DO,
    row_digest,
)
from xlsync.writer.house import LOWEST, House, row_height, set_up_page
from xlsync.writer.styles import COMPUTED_FORMAT, done

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from xlsync.base.grid import Address
    from xlsync.form import Form
    from xlsync.workbook.problem_list import Listed, Returned
    from xlsync.writer.sheet import FormSheet

_WIDTHS = (6, 7, 14, 24, 62, 32, 9)
_PLACE, _LABEL, _MESSAGE, _FOUND = 2, 3, 4, 5
_HEAD = 4
"""The row of headings; the lines above it say what the list is."""

_HOW = "点“位置”可跳到要改的单元格。改好后保存，原样发回；本表、颜色和批注都不用删除。"
_TAB = "#C00000"
_TITLE_HEIGHT = 30.0
_COMMENT_WIDTH = 320
_COMMENT_LINE = 18
_LETTERS_A_LINE = 24
_TALLEST = 400


def mark_colors(form: Form, returned: Returned | None) -> dict[Address, str]:
    """The colour of every marked cell."""
    colors = form.template.marks
    return {
        address: colors.wrong if severity is Severity.ERROR else colors.doubtful
        for address, severity in (returned.marks if returned else {}).items()
    }


def write_returned(workbook: xlsxwriter.Workbook, sheet: FormSheet, returned: Returned) -> None:
    """Add the list beside a form's sheet, and its comments to the sheet.

    Raises:
        XlsyncError: when XlsxWriter refuses any of it.
    """
    for address, text in returned.comments.items():
        lines = sum(1 + len(line) // _LETTERS_A_LINE for line in text.split("\n"))
        options = {
            "author": "xlsync",
            "x_scale": 1,
            "width": _COMMENT_WIDTH,
            "height": min(_TALLEST, (lines + 1) * _COMMENT_LINE),
            "font_size": 9,
        }
        place = (address.row - 1, address.column - 1)
        done(sheet.worksheet.write_comment(*place, text, options), f"comment on {address.a1}")
    _List(workbook, sheet.form, returned).write()


class _List:
    """The sheet of the list."""

    def __init__(self, workbook: xlsxwriter.Workbook, form: Form, returned: Returned) -> None:
        self._workbook = workbook
        self._house = House(workbook, form.template.style(form.template.footer.style).font)
        self._form = form
        self._returned = returned
        self._sheet: Worksheet = workbook.add_worksheet(PROBLEMS)

    def write(self) -> None:
        """Title, notes, headings, one row a problem; locked, but open to a filter."""
        title = f"{self._form.mapping.title}——{PROBLEMS}"
        lines = ((title, "title"), (self._returned.note, "plain"), (_HOW, "hint"))
        for row, (text, name) in enumerate(lines):
            look = self._house.look(name)
            done(self._sheet.set_row(row, _TITLE_HEIGHT if name == "title" else LOWEST), text)
            done(self._sheet.write_string(row, 0, text, look), f"row {row + 1}")
            self._vouch(row, (text, "", "", "", "", ""))
        heading = self._house.look("heading")
        for column, text in enumerate((*COLUMNS, STATE)):
            done(self._sheet.write_string(_HEAD - 1, column, text, heading), text)
        self._vouch(_HEAD - 1, COLUMNS)
        done(self._sheet.set_row(_HEAD - 1, LOWEST), "headings")
        self._write_rows()
        self._set_up()

    def _write_rows(self) -> None:
        center, wrapped, link = (self._house.look(one) for one in ("center", "text", "link"))
        figure = self._house.look("center", num_format=COMPUTED_FORMAT)
        colors = self._form.template.marks
        looks = {_LABEL: wrapped, _MESSAGE: wrapped, _FOUND: wrapped}
        for row, one in enumerate(self._returned.rows, start=_HEAD):
            done(self._sheet.write_number(row, 0, row - _HEAD + 1, figure), f"row {row + 1}")
            for column, text in enumerate(one.texts, start=1):
                look = looks.get(column, center)
                if column == _PLACE and one.target is not None:
                    self._link(row, text, one.target, link)
                else:
                    done(self._sheet.write_string(row, column, text, look), f"row {row + 1}")
            self._write_state(row, one, figure)
            self._vouch(row, (str(row - _HEAD + 1), *one.texts))
            done(self._sheet.set_row(row, _height(one)), f"row {row + 1}")
        last = _HEAD + len(self._returned.rows)
        area = (_HEAD, STATE_COLUMN - 1, last - 1, STATE_COLUMN - 1)
        for state, color in ((TO_DO, colors.wrong), (TO_CHECK, colors.doubtful)):
            tint = {"format": self._house.tint(bg_color=color)}
            is_state = {"type": "cell", "criteria": "==", "value": f'"{state}"', **tint}
            done(self._sheet.conditional_format(*area, is_state), "states")
        for name, column in ((PLACES, _PLACE + 1), (STATES, STATE_COLUMN)):
            reference = f"='{PROBLEMS}'!{Area(_HEAD + 1, column, last, column).absolute}"
            done(self._workbook.define_name(name, reference), f"defined name {name}")
        done(self._sheet.autofilter(_HEAD - 1, 0, last - 1, STATE_COLUMN - 1), "filter")

    def _link(self, row: int, text: str, target: Address, look: Format) -> None:
        url = f"internal:'{self._form.template.sheet}'!{target.a1}"
        done(self._sheet.write_url(row, _PLACE, url, look, text), f"row {row + 1}")

    def _write_state(self, row: int, one: Listed, look: Format) -> None:
        place = (row, STATE_COLUMN - 1)
        if one.open is None:
            done(self._sheet.write_blank(*place, None, look), f"row {row + 1}")
            return
        formula = f'=IF({one.open},"{one.to_do}","{SETTLED}")'
        done(self._sheet.write_formula(*place, formula, look, one.to_do), f"row {row + 1}")

    def _vouch(self, row: int, texts: tuple[str, ...]) -> None:
        """Put the digest of a row's texts into the hidden column."""
        done(self._sheet.write_string(row, DIGEST_COLUMN - 1, row_digest(texts)), f"row {row + 1}")

    def _set_up(self) -> None:
        for column, width in enumerate(_WIDTHS):
            done(self._sheet.set_column(column, column, width), f"column {column + 1}")
        hidden = DIGEST_COLUMN - 1
        done(self._sheet.set_column(hidden, hidden, None, None, {"hidden": True}), "digests")
        self._sheet.protect("", {"autofilter": True, "format_rows": True, "format_columns": True})
        self._sheet.set_tab_color(_TAB)
        set_up_page(self._sheet, _HEAD)
        self._sheet.print_area(0, 0, _HEAD + len(self._returned.rows) - 1, STATE_COLUMN - 1)


def _height(one: Listed) -> float:
    """A row high enough for its texts."""
    return row_height(enumerate(one.texts, start=1), _WIDTHS)
