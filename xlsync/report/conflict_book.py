"""The workbook in which a person decides what nobody else can: one row a conflict.

It shows what was sent out, what the repository has and what came back, with the changed words
marked, and takes a choice. :mod:`xlsync.records.conflicts` says what it carries about itself.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from xlsync.base.grid import Area
from xlsync.form.template import Style
from xlsync.records.conflicts import (
    COLUMNS,
    NOTE,
    ROW_SIDES_NAME,
    SHEET,
    SIDES_NAME,
    ConflictNote,
    ConflictRow,
    Side,
    mark,
    progress,
)
from xlsync.report.changes import Part
from xlsync.report.conflict_lines import conflict_lines, shortened, text_of
from xlsync.report.lines import visible
from xlsync.report.office import book
from xlsync.report.office_text import write_runs, write_text
from xlsync.rounds.returning import dispute_names, disputes
from xlsync.workbook.heights import MAX_HEIGHT, text_height
from xlsync.writer.styles import done

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from xlsync.form import Form
    from xlsync.records import Merged
    from xlsync.report.conflict_lines import ConflictLine, Spans
    from xlsync.repository import Repository

_WIDTHS = (6, 24, 34, 34, 34, 9, 28)
_ROOM = tuple(width - 2.5 for width in _WIDTHS)
"""Half-width characters that a column has for its text, which is indented."""

_CHOICE, _TYPED = 5, 6
_LAST = len(COLUMNS) - 1
_HEADING = 6
"""The row of the headings, from 1."""

_SIZE = 10.5
_LOWEST = 24.0
_SHORTER = 320
"""Characters of a text that surely fit into the highest row, where all of it does not."""

_HEAD = ((1, 2, "label"), (3, 4, "value"), (5, 5, "label"), (6, 7, "value"))
"""First and last column, and look, of what stands in a row of the head."""

_HOW = (
    "下列各处，发出以后库中与返回的表作了不同的修改，要由人选定。选“库中”，保留库中的内容；"
    "选“返回”，采用返回的内容；选“另填”，采用右侧“另填内容”中填写的内容。红字是与发出时不同之处。"
    "全部选定后保存，放入收件文件夹再收集一次，即生效。"
)
_TOO_LONG = "\n（文字长，格内显示不全，全文请点开单元格查看）"
_PICK = "选“库中”“返回”或“另填”；选“另填”的，请在右侧填写。"
_PICK_ROW = "这里是整行的去留，只能选“库中”或“返回”。"
_LOOKS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 16, "align": "center"},
    "label": {"border": 1, "bg_color": "#F2F2F2", "align": "center"},
    "value": {"border": 1, "text_wrap": True, "indent": 1},
    "how": {"text_wrap": True, "font_color": "#1F4E79"},
    "progress": {"bold": True, "font_color": "#1F4E79"},
    "heading": {"border": 1, "bold": True, "bg_color": "#D9E2F3", "align": "center"},
    "number": {"border": 1, "align": "center"},
    "text": {"border": 1, "text_wrap": True, "indent": 1},
    "tall": {"border": 1, "text_wrap": True, "indent": 1, "align": "left", "valign": "top"},
    "choice": {"border": 1, "align": "center", "locked": False, "num_format": "@"},
    "changed": {"font_color": "#C00000"},
    "open": {"bg_color": "#FFF2CC"},
    "wrong": {"bg_color": "#FFC7CE"},
}


def conflict_workbook(form: Form, note: ConflictNote, merged: Merged, key: bytes) -> bytes:
    """Make the workbook for the conflicts that a merge left open; the key seals its note.

    The note is a new one (``ConflictNote.between``) of the two versions that were merged.

    Raises:
        XlsyncError: when the spreadsheet cannot hold it.
    """
    buffer = io.BytesIO()
    with book(f"{form.mapping.title}——{SHEET}", buffer) as made:
        sheet = _ConflictSheet(made.workbook, form, note, merged)
        sheet.write()
        whole = replace(note, texts=tuple(sheet.fixed), lines=tuple(sheet.noted))
        _write_note(made.workbook, whole.sealed(key))
    return buffer.getvalue()


def _write_note(workbook: xlsxwriter.Workbook, note: ConflictNote) -> None:
    """Put the note on its hidden sheet, and beside it what can be chosen."""
    worksheet = workbook.add_worksheet(NOTE)
    for row, pair in enumerate(note.pairs()):
        for column, text in enumerate(pair):
            done(worksheet.write_string(row, column, text), f"note {pair[0]}")
    for row, side in enumerate(Side):
        done(worksheet.write_string(row, 3, side.value), f"choice {side}")
    for name, sides in ((SIDES_NAME, len(Side)), (ROW_SIDES_NAME, len(Side) - 1)):
        reference = f"='{NOTE}'!{Area(1, 4, sides, 4).absolute}"
        done(workbook.define_name(name, reference), f"defined name {name}")
    worksheet.protect()
    worksheet.very_hidden()


class _ConflictSheet:
    """The sheet that a person sees; ``fixed`` and ``noted`` are what the note says of it."""

    def __init__(
        self, workbook: xlsxwriter.Workbook, form: Form, note: ConflictNote, merged: Merged
    ) -> None:
        self.form = form
        self.note = note
        self.merged = merged
        self.lines = conflict_lines(form.mapping, merged)
        self.worksheet: Worksheet = workbook.add_worksheet(SHEET)
        self.fixed: list[str] = []
        self.noted: list[ConflictRow] = []
        font = form.template.style(form.template.footer.style).font
        self.base = {"font_name": font, "font_size": _SIZE, "valign": "vcenter"}
        self.workbook = workbook
        self.formats = {
            name: workbook.add_format(look if name in {"open", "wrong"} else self.base | look)
            for name, look in _LOOKS.items()
        }
        self.typed: dict[str, Format] = {}

    def write(self) -> None:
        """Head, conflicts, locks and pages."""
        self._head()
        for number, line in enumerate(self.lines, start=1):
            self._line(_HEADING + number, number, line)
        self._conditions()
        self.worksheet.protect("", {"format_rows": True, "format_columns": True})
        self._pages()

    def _head(self) -> None:
        """Title, whose record it is, what to do, how far it is done, headings."""
        plan, naming = self.form.mapping.fields, self.form.mapping.record
        title, group = plan[naming.title].label, plan[naming.group].label
        record = self.merged.record
        self._across(Area(1, 1, 1, 7), f"{self.form.mapping.title}——{SHEET}", "title")
        rows = (
            (title, self.form.title(record), group, self.form.group(record)),
            ("轮次", self.note.round, "编号", self.note.record),
        )
        for row, texts in enumerate(rows, start=2):
            for (left, right, look), text in zip(_HEAD, texts, strict=True):
                self._across(Area(row, left, row, right), text, look)
        whole = Area(4, 1, 4, len(COLUMNS))
        self._across(whole, _HOW, "how")
        self._progress()
        for column, text in enumerate(COLUMNS):
            self._fixed(_HEADING, column, text, "heading")
            done(self.worksheet.set_column(column, column, _WIDTHS[column]), text)
        needed = text_height(_HOW, whole, _WIDTHS, Style(size=_SIZE))
        for row, height in enumerate((34, _LOWEST, _LOWEST, needed, _LOWEST, _LOWEST)):
            self.worksheet.set_row(row, height)

    def _progress(self) -> None:
        count = len(self.lines)
        column = _CHOICE + 1
        chosen = Area(_HEADING + 1, column, _HEADING + max(1, count), column).absolute
        figure = "#"
        formula = f'="{progress(figure, count)}"'.replace(figure, f'"&COUNTA({chosen})&"')
        place = (_HEADING - 2, 0)
        shown = progress("0", count)
        code = self.worksheet.write_formula(*place, formula, self.formats["progress"], shown)
        done(code, "progress")

    def _across(self, area: Area, text: str, look: str) -> None:
        """Write a fixed text over some columns of a row."""
        if area.left == area.right:
            self._fixed(area.top, area.left - 1, text, look)
            return
        text = visible(text)
        self.fixed.append(mark(text))
        place = (area.top - 1, area.left - 1, area.bottom - 1, area.right - 1)
        done(self.worksheet.merge_range(*place, "", self.formats[look]), area.a1)
        write_text(self.worksheet, *place[:2], text, self.formats[look])

    def _fixed(self, row: int, column: int, text: str, look: str) -> None:
        text = visible(text)
        self.fixed.append(mark(text))
        write_text(self.worksheet, row - 1, column, text, self.formats[look])

    def _line(self, row: int, number: int, line: ConflictLine) -> None:
        sides: list[Spans] = [((Part.SAME, line.place),), line.base, line.ours, line.theirs]
        height = self._height(row, sides)
        if height >= MAX_HEIGHT:
            sides = [shortened(spans, _SHORTER) for spans in sides]
            height = self._height(row, sides)
        look = "text"
        if height >= MAX_HEIGHT:
            sides[0] = ((Part.SAME, line.place + _TOO_LONG),)
            look = "tall"
        self.worksheet.set_row(row - 1, height)
        done(self.worksheet.write_number(row - 1, 0, number, self.formats["number"]), f"{number}")
        for column, spans in enumerate(sides, start=1):
            self._write(row, column, spans, look)
        done(self.worksheet.write_blank(row - 1, _CHOICE, None, self.formats["choice"]), f"{row}")
        typed = self._typed(line)
        done(self.worksheet.write_blank(row - 1, _TYPED, None, typed), f"{row}")
        self._dropdown(row, is_row=line.typed is None)
        marks = tuple(mark(text_of(spans)) for spans in sides)
        self.noted.append(ConflictRow(line.pointer, marks))

    def _height(self, row: int, sides: list[Spans]) -> float:
        style = Style(size=_SIZE)
        needed = (
            text_height(text_of(spans), Area(row, column, row, column), _ROOM, style)
            for column, spans in enumerate(sides, start=2)
        )
        return max(_LOWEST, *needed)

    def _write(self, row: int, column: int, spans: Spans, look: str) -> None:
        whole, changed = self.formats[look], self.formats["changed"]
        runs = [(changed if part is Part.ADDED else whole, text) for part, text in spans]
        write_runs(self.worksheet, row - 1, column, runs, whole)

    def _typed(self, line: ConflictLine) -> Format:
        """The format of the cell for another value; where there can be none, it is locked."""
        key = line.number_format if line.typed else ""
        if key not in self.typed:
            look: dict[str, object] = {"border": 1, "text_wrap": True}
            look |= {"num_format": key, "locked": False} if key else {"bg_color": "#D9D9D9"}
            self.typed[key] = self.workbook.add_format(self.base | look)
        return self.typed[key]

    def _dropdown(self, row: int, *, is_row: bool) -> None:
        options = {
            "validate": "list",
            "source": f"={ROW_SIDES_NAME if is_row else SIDES_NAME}",
            "input_title": COLUMNS[_CHOICE],
            "input_message": _PICK_ROW if is_row else _PICK,
            "error_title": COLUMNS[_CHOICE],
            "error_message": _PICK_ROW if is_row else _PICK,
        }
        done(self.worksheet.data_validation(row - 1, _CHOICE, row - 1, _CHOICE, options), f"{row}")

    def _conditions(self) -> None:
        """Colour what is still open, and what another value was typed for and not chosen."""
        first, last = _HEADING, _HEADING + len(self.lines) - 1
        if last < first:
            return
        row = first + 1
        odd = f'=($F{row}="{Side.OTHER.value}")<>(LEN($G{row})>0)'
        for column, formula, look in (
            (_TYPED, odd, "wrong"),
            (_CHOICE, f"=LEN($F{row})=0", "open"),
        ):
            options = {"type": "formula", "criteria": formula, "format": self.formats[look]}
            code = self.worksheet.conditional_format(first, column, last, column, options)
            done(code, f"condition {formula}")

    def _pages(self) -> None:
        worksheet = self.worksheet
        worksheet.hide_gridlines(2)
        worksheet.freeze_panes(_HEADING, 2)
        worksheet.set_paper(9)
        worksheet.set_landscape()
        worksheet.fit_to_pages(1, 0)
        worksheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        worksheet.center_horizontally()
        worksheet.repeat_rows(_HEADING - 1)
        worksheet.print_area(0, 0, _HEADING + len(self.lines) - 1, _LAST)
        worksheet.set_footer("&C第 &P 页，共 &N 页")
        done(worksheet.set_selection(_HEADING, _CHOICE, _HEADING, _CHOICE), "selection")


def conflict_workbooks(
    repository: Repository,
    forms: Mapping[str, Form],
    waiting: Iterable[tuple[str, Iterable[str]]],
) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of a workbook for each conflict that waits for a decision.

    ``waiting`` are rounds, each with the ids of records of which something may wait.
    """
    found = [
        one for name, record_ids in waiting for one in disputes(repository, forms, name, record_ids)
    ]
    for name, one in zip(dispute_names(found), found, strict=True):
        yield name, conflict_workbook(one.form, one.note, one.merged, one.key)
