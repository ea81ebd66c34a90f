"""The workbook in which a person decides what nobody else can: one row a conflict.

It shows what was sent out, what the repository has and what came back, with the changed words
marked, and takes a choice. :mod:`xlsync.records.conflicts` says what it carries about itself.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from xlsync.base.grid import Area
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
from xlsync.report.books.office import book
from xlsync.report.books.office_text import write_runs, write_text
from xlsync.report.words.changes import Part
from xlsync.report.words.conflict_lines import conflict_lines, shortened, text_of
from xlsync.report.words.lines import visible
from xlsync.rounds.returned.returning import dispute_names, disputes
from xlsync.workbook.heights import MAX_HEIGHT
from xlsync.writer.house import House, row_height, set_up_page
from xlsync.writer.styles import done

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from xlsync.form import Form
    from xlsync.records import Merged
    from xlsync.report.words.conflict_lines import ConflictLine, Spans
    from xlsync.repository import Repository

_WIDTHS = (6, 24, 34, 34, 34, 9, 28)
_ROOM = tuple(width - 2.5 for width in _WIDTHS)
"""Half-width characters that a column has for its text, which is indented."""

_CHOICE, _TYPED = 5, 6
_LAST = len(COLUMNS) - 1
_HEADING = 6
"""The row of the headings, from 1, where nothing is said of the sides' origins."""

_LOWEST = 24.0
_SHORTER = 320
"""Characters of a text that surely fit into the highest row, where all of it does not."""

_HEAD = ((1, 2, "label"), (3, 4, "text"), (5, 5, "label"), (6, 7, "text"))
"""First and last column, and look, of what stands in a row of the head."""

_HOW = (
    "下列各处，发出以后库中与返回的表作了不同的修改，要由人选定。选“库中”，保留库中的内容；"
    "选“返回”，采用返回的内容；选“另填”，采用右侧“另填内容”中填写的内容。红字是与发出时不同之处。"
    "全部选定后保存，放入收件文件夹再收集一次，即生效。"
)
_TOO_LONG = "\n（文字长，格内显示不全，全文请点开单元格查看）"
_PICK = "选“库中”“返回”或“另填”；选“另填”的，请在右侧填写。"
_PICK_ROW = "这里是整行的去留，只能选“库中”或“返回”。"
_TALL = {"align": "left", "valign": "top"}
_CHANGED = "#C00000"
_OPEN, _WRONG = "#FFF2CC", "#FFC7CE"


def conflict_workbook(
    form: Form,
    note: ConflictNote,
    merged: Merged,
    key: bytes,
    origins: Sequence[tuple[str, str]] = (),
) -> bytes:
    """Make the workbook for the conflicts that a merge left open; the key seals its note.

    The note is a new one (``ConflictNote.between``) of the two versions that were merged;
    ``origins`` say of each side in words which file it came in, saved when and by whom.

    Raises:
        XlsyncError: when the spreadsheet cannot hold it.
    """
    buffer = io.BytesIO()
    with book(f"{form.mapping.title}——{SHEET}", buffer) as made:
        sheet = _ConflictSheet(made.workbook, form, note, merged, origins)
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
        self,
        workbook: xlsxwriter.Workbook,
        form: Form,
        note: ConflictNote,
        merged: Merged,
        origins: Sequence[tuple[str, str]],
    ) -> None:
        self.form = form
        self.note = note
        self.merged = merged
        self.origins = origins
        self.heading = _HEADING + len(origins)
        self.lines = conflict_lines(form.mapping, merged)
        self.worksheet: Worksheet = workbook.add_worksheet(SHEET)
        self.fixed: list[str] = []
        self.noted: list[ConflictRow] = []
        self.house = House(workbook, form.template.style(form.template.footer.style).font)

    def write(self) -> None:
        """Head, conflicts, locks and pages."""
        self._head()
        for number, line in enumerate(self.lines, start=1):
            self._line(self.heading + number, number, line)
        self._conditions()
        self.worksheet.protect("", {"format_rows": True, "format_columns": True})
        self._pages()

    def _head(self) -> None:
        """Title, whose record it is, what to do, how far it is done, headings."""
        plan, naming = self.form.mapping.fields, self.form.mapping.record
        title, group = plan[naming.title].label, plan[naming.group].label
        record = self.merged.record
        self._across(
            Area(1, 1, 1, 7), f"{self.form.mapping.title}——{SHEET}", "title", align="center"
        )
        rows = (
            (title, self.form.title(record), group, self.form.group(record)),
            ("轮次", self.note.round, "编号", self.note.record),
        )
        for row, texts in enumerate(rows, start=2):
            for (left, right, look), text in zip(_HEAD, texts, strict=True):
                self._across(Area(row, left, row, right), text, look)
        for row, (side, text) in enumerate(self.origins, start=4):
            self._across(Area(row, 1, row, 2), side, _HEAD[0][2])
            self._across(Area(row, 3, row, len(COLUMNS)), text, _HEAD[1][2])
        how = 4 + len(self.origins)
        whole = Area(how, 1, how, len(COLUMNS))
        self._across(whole, _HOW, "hint", text_wrap=True)
        self._progress()
        for column, text in enumerate(COLUMNS):
            self._fixed(self.heading, column, text, "heading")
            done(self.worksheet.set_column(column, column, _WIDTHS[column]), text)
        needed = row_height([(0, _HOW)], [sum(_WIDTHS)])
        room = [sum(_ROOM[_HEAD[1][0] - 1 :])]
        above = (row_height([(0, text)], room, _LOWEST) for _, text in self.origins)
        for row, height in enumerate((34, _LOWEST, _LOWEST, *above, needed, _LOWEST, _LOWEST)):
            self.worksheet.set_row(row, height)

    def _progress(self) -> None:
        count = len(self.lines)
        column = _CHOICE + 1
        chosen = Area(self.heading + 1, column, self.heading + max(1, count), column).absolute
        figure = "#"
        formula = f'="{progress(figure, count)}"'.replace(figure, f'"&COUNTA({chosen})&"')
        place = (self.heading - 2, 0)
        shown = progress("0", count)
        code = self.worksheet.write_formula(
            *place, formula, self.house.look("hint", bold=True), shown
        )
        done(code, "progress")

    def _across(self, area: Area, text: str, look: str, **more: object) -> None:
        """Write a fixed text over some columns of a row."""
        if area.left == area.right:
            self._fixed(area.top, area.left - 1, text, look)
            return
        style = self.house.look(look, **more)
        text = visible(text)
        self.fixed.append(mark(text))
        place = (area.top - 1, area.left - 1, area.bottom - 1, area.right - 1)
        done(self.worksheet.merge_range(*place, "", style), area.a1)
        write_text(self.worksheet, *place[:2], text, style)

    def _fixed(self, row: int, column: int, text: str, look: str) -> None:
        text = visible(text)
        self.fixed.append(mark(text))
        write_text(self.worksheet, row - 1, column, text, self.house.look(look))

    def _line(self, row: int, number: int, line: ConflictLine) -> None:
        sides: list[Spans] = [((Part.SAME, line.place),), line.base, line.ours, line.theirs]
        height = self._height(sides)
        if height >= MAX_HEIGHT:
            sides = [shortened(spans, _SHORTER) for spans in sides]
            height = self._height(sides)
        look = self.house.look("text")
        if height >= MAX_HEIGHT:
            sides[0] = ((Part.SAME, line.place + _TOO_LONG),)
            look = self.house.look("text", **_TALL)
        self.worksheet.set_row(row - 1, height)
        done(self.worksheet.write_number(row - 1, 0, number, self.house.look("count")), f"{number}")
        for column, spans in enumerate(sides, start=1):
            self._write(row, column, spans, look)
        done(
            self.worksheet.write_blank(row - 1, _CHOICE, None, self.house.look("choice")), f"{row}"
        )
        typed = self._typed(line)
        done(self.worksheet.write_blank(row - 1, _TYPED, None, typed), f"{row}")
        self._dropdown(row, is_row=line.typed is None)
        marks = tuple(mark(text_of(spans)) for spans in sides)
        self.noted.append(ConflictRow(line.pointer, marks))

    @staticmethod
    def _height(sides: list[Spans]) -> float:
        texts = enumerate((text_of(spans) for spans in sides), start=1)
        return row_height(texts, _ROOM, _LOWEST)

    def _write(self, row: int, column: int, spans: Spans, look: Format) -> None:
        changed = self.house.look("plain", font_color=_CHANGED)
        runs = [(changed if part is Part.ADDED else look, text) for part, text in spans]
        write_runs(self.worksheet, row - 1, column, runs, look)

    def _typed(self, line: ConflictLine) -> Format:
        """The format of the cell for another value; where there can be none, it is locked."""
        key = line.number_format if line.typed else ""
        if not key:
            return self.house.look("text", bg_color="#D9D9D9")
        return self.house.look("text", num_format=key, locked=False)

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
        first, last = self.heading, self.heading + len(self.lines) - 1
        if last < first:
            return
        row = first + 1
        odd = f'=($F{row}="{Side.OTHER.value}")<>(LEN($G{row})>0)'
        for column, formula, color in (
            (_TYPED, odd, _WRONG),
            (_CHOICE, f"=LEN($F{row})=0", _OPEN),
        ):
            options = {
                "type": "formula",
                "criteria": formula,
                "format": self.house.tint(bg_color=color),
            }
            code = self.worksheet.conditional_format(first, column, last, column, options)
            done(code, f"condition {formula}")

    def _pages(self) -> None:
        worksheet = self.worksheet
        set_up_page(worksheet, self.heading, frozen_columns=2)
        worksheet.print_area(0, 0, self.heading + len(self.lines) - 1, _LAST)
        done(worksheet.set_selection(self.heading, _CHOICE, self.heading, _CHOICE), "selection")


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
        sides = ((f"“{Side.OURS}”来自", one.ours), (f"“{Side.THEIRS}”来自", one.theirs))
        origins = [(side, text) for side, text in sides if text]
        yield name, conflict_workbook(one.form, one.note, one.merged, one.key, origins)
