"""One worksheet: its cells with their places, merges and protection.

ECMA-376 part 1, clause 18.3.1. The sheet's claim about its own size (``dimension``) is not looked
at. A place is filled once; what claims the same place again, or none that exists, is reported
with its text.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import MAX_COLUMN, Area, Kind
from xlsync.base.problems import problem
from xlsync.sources.xlsx import limits, plain
from xlsync.sources.xlsx import skeletons as moulds
from xlsync.sources.xlsx.blank_rows import without_blank_rows
from xlsync.sources.xlsx.formulas import shifted
from xlsync.sources.xlsx.markup import Attributes, Texts, Wanted, is_true, parse, parse_rest
from xlsync.sources.xlsx.remembered import Remembered
from xlsync.sources.xlsx.spelling import unescape
from xlsync.sources.xlsx.strings import NOT_TEXT, RUN_TEXTS, Runs
from xlsync.sources.xlsx.values import SHARED, interpret, made_cell, plain_cell
from xlsync.sources.xlsx.worksheet import LONGEST_REFERENCE, Used, Worksheet, address, start

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.base.grid import Address, Cell
    from xlsync.sources.xlsx.package import Package
    from xlsync.sources.xlsx.strings import Text
    from xlsync.sources.xlsx.styles import ContentStyle
    from xlsync.sources.xlsx.values import Values

_INLINE = "inlineStr"
_PRINTED = frozenset(
    f"{page}{place}" for page in ("odd", "even", "first") for place in ("Header", "Footer")
)


class _Frame(NamedTuple):
    """What a sheet says around its rows, all of them plain."""

    merges: list[Area]
    protected: bool
    hidden_columns: set[int]


_frames: Remembered[bytes, _Frame] = Remembered(limits.MAX_REMEMBERED_BYTES)
"""The same in every sheet of a layout, however its rows are filled in."""


def read_sheet(package: Package, part: str, values: Values, name: str) -> Worksheet:
    """Read the part of a sheet with that name.

    Raises :class:`UnreadableError` for a damaged part or one beyond the budget.
    """
    whole = package.whole(part)
    reader = _SheetReader(package, values, name)
    if whole is None:
        parse(package, part, reader.wanted(), without_blank_rows)
        return reader.sheet
    pressed = moulds.Pressed.of(whole)
    known = moulds.cast(pressed, values, package.budget)
    if known is not None:
        return known
    before, cut = package.budget.levels(), plain.cut_rows(whole)
    if frame := _frames.get(cut.rest):
        package.budget.spend_markup(whole)
        reader.plain_rows_in(frame, cut.pieces[0])
    else:
        parse_rest(package, part, cut, reader.wanted(), reader.plain_rows)
    is_kept = len(cut.pieces) == 1 and reader.is_plain and not reader.sheet.problems
    if is_kept and frame is None:
        made = reader.sheet
        kept = _Frame([*made.merges], made.protected, {*made.hidden_columns})
        _frames.keep(cut.rest, kept, len(cut.rest))
    reader.sheet.printed += cut.printed
    reader.merged(cut.merges)
    if is_kept:
        costs = package.budget.since(before)
        moulds.keep(pressed, cut.pieces[0], reader.sheet, values, costs)
    return reader.sheet


@lru_cache(maxsize=4096)
def _area(reference: str) -> Area | None:
    """A merged area; one that names none holds no text and moves none: there is nothing to say."""
    try:
        return Area.parse(reference)
    except ValueError:
        return None


class _SheetReader:
    """What the parser of a sheet calls, and where in the sheet it is."""

    def __init__(self, package: Package, values: Values, name: str) -> None:
        self.sheet = Worksheet(Used(values.is_1904))
        self._has_plain_rows = self._has_other_rows = False
        self._name = name
        self._spend_cell = package.budget.cells.spend
        self._spend_entry = package.budget.spend_entry
        self._spend_merges = package.budget.entries.spend
        self._spend_stray = package.budget.strays.spend
        self._spend_shifted = package.budget.shifted.spend
        self._spend_text = package.budget.text.spend
        self._values = values
        self._strings = values.strings
        self._styles = self.sheet.used.styles
        self._used = self.sheet.used
        self._cells = self.sheet.cells
        self._runs = Runs()
        self._is_row_hidden = False
        self._masters: dict[str, tuple[str, int, int]] = {}
        self._row = 0
        # The last reference in the row, and how many cells without one came after it.
        self._reference: str | None = None
        self._beyond = 0
        self._formula_attributes: Attributes | None = None

    def wanted(self) -> Wanted:
        return Wanted(
            records={"c": self._cell, **dict.fromkeys(_PRINTED, self._print)},
            texts=RUN_TEXTS | _PRINTED | {"v", "f"},
            starts={
                **self._runs.starts(),
                "col": self._columns,
                "row": self._start_row,
                "f": self._start_formula,
                "mergeCell": self._merge,
                "sheetProtection": self._protection,
            },
            skipped=NOT_TEXT | {"extLst"},
        )

    @property
    def is_plain(self) -> bool:
        """Whether all cells stood in plain rows."""
        return self._has_plain_rows and not self._has_other_rows

    def plain_rows(self, rows: list[plain.PlainRow]) -> None:
        """Keep the cells of some rows that the parser does not see."""
        self._has_plain_rows = True
        styles, cells, is_1904 = self._styles, self._cells, self._values.is_1904
        texts, before = 0, len(cells)
        spelled = chain.from_iterable(row.cells for row in rows)
        for reference, place, style, cell_type, group, formula, has_value, text in spelled:
            kind = cell_type if has_value and text else _INLINE
            look = styles.get(style) or self._style(style)
            self._reference = reference
            content = self._shared_string(text) if kind == SHARED else text
            texts += len(content) + len(formula or "")
            what = self._shared_formula(group, formula or "", place) if group else formula
            cell = plain_cell(kind, look, what, content, is_1904=is_1904)
            if place is None or place in cells:
                self._keep(cell)
            elif cell is not None:
                cells[place] = cell
        self.sheet.hidden_rows.update(row.number for row in rows if row.is_hidden)
        self._spend_text(texts)
        self._spend_cell(len(cells) - before)
        self._row, self._reference = rows[-1].number, rows[-1].last
        self._beyond = 0

    def plain_rows_in(self, frame: _Frame, rows: list[plain.PlainRow]) -> None:
        """Keep the cells of a sheet that is known but for its rows."""
        self._spend_merges(len(frame.merges))
        self.sheet.merges += frame.merges
        self.sheet.protected = frame.protected
        self.sheet.hidden_columns |= frame.hidden_columns
        self.plain_rows(rows)

    def _start_row(self, attributes: Attributes) -> None:
        self._has_other_rows = True
        self._formula_attributes = None  # a formula outside of the rows is that of no cell
        number = attributes.get("r", "")
        is_number = number.isdecimal() and len(number) < 10  # noqa: PLR2004 - any such is outside
        self._row = int(number) if is_number else self._row + 1
        is_flat = attributes.get("ht") in {"0", "0.0"}
        self._is_row_hidden = is_true(attributes.get("hidden")) or is_flat
        self._reference = None
        self._beyond = 0

    def _start_formula(self, attributes: Attributes) -> None:
        self._formula_attributes = attributes

    def _cell(self, attributes: Attributes, texts: Texts) -> None:
        self._has_other_rows = True
        reference = attributes.get("r")
        if reference is None:
            self._beyond += 1
        else:
            self._reference = reference
            self._beyond = 0
        # Formatted blank cells come by the million; they cost no more than this.
        if texts or self._formula_attributes is not None:
            self._keep(self._content(attributes, texts))

    def _keep(self, cell: Cell | None) -> None:
        if cell is None:
            return
        self._spend_cell()
        content = cell.text or f"={cell.formula}"
        address = self._place()
        if address is None:
            self._stray("的位置不在工作表内", content)
        elif address in self._cells:
            self._stray("出现两次", content)
        else:
            self._cells[address] = cell
            if self._is_row_hidden:
                self.sheet.hidden_rows.add(address.row)

    def _place(self) -> Address | None:
        """Where the cell is; None for a place that a sheet does not have.

        A cell without a reference lies right of the one before it (clause 18.3.1.4).
        """
        if self._reference is None:
            return address(self._row or 1, self._beyond)
        first = start(self._reference) if len(self._reference) <= LONGEST_REFERENCE else None
        if first is None or not self._beyond:
            return first
        return address(first.row, first.column + self._beyond)

    def _where(self) -> str | None:
        """The place of the cell for a message: as an address, or as the file spells it."""
        address = self._place()
        return self._reference if address is None else address.a1

    def _content(self, attributes: Attributes, texts: Texts) -> Cell | None:
        """Make the cell, none of nothing; what it says twice in different words is reported."""
        style = self._style(attributes.get("s", "0"))
        formula = None if self._formula_attributes is None else self._take_formula(texts)
        inline: Text = ""
        if len(texts) == 1 and texts[0][0] == "v":
            value = texts[0][1]
        else:
            value, inline = self._value_and_inline(texts)
        cell_type = attributes.get("t", "n")
        kind, content = Kind.TEXT, inline
        if value and cell_type == SHARED:
            content = self._shared_string(value)
            self._spend_text(len(content))
        elif value:
            content, kind = interpret(cell_type, value, style, is_1904=self._values.is_1904)
        if inline and inline != content:
            self._stray("另有一段文字", inline if isinstance(inline, str) else inline.text)
        return made_cell(content, kind, style, formula)

    def _style(self, number: str) -> ContentStyle:
        style = self._styles.get(number)
        if style is None:
            style = self._styles[number] = self._values.style(number)
        return style

    def _value_and_inline(self, texts: Texts) -> tuple[str, Text]:
        """The one value of a cell, as it stands, and the text of its inline string."""
        inline = self._runs.take(texts)
        values = [text for name, text in texts if name == "v"] or [""]
        for value in values[1:]:
            self._stray("另有一个值", value)
        return values[0], inline

    def _take_formula(self, texts: Texts) -> str:
        """The text of the cell's formula; a shared one is made out from the first of its group."""
        attributes = self._formula_attributes or {}
        self._formula_attributes = None
        formula = unescape("".join(text for name, text in texts if name == "f"))
        if attributes.get("t") != "shared":
            return formula
        return self._shared_formula(attributes.get("si", ""), formula, self._place())

    def _shared_formula(self, group: str, formula: str, place: Address | None) -> str:
        """What the formula of the first cell of a group says at a place; it may be that cell."""
        row, column = place or (0, 0)
        if formula:
            self._masters[group] = (formula, row, column)
            return formula
        master, master_row, master_column = self._masters.get(group, ("", 0, 0))
        self._spend_shifted(len(master))
        return shifted(master, row - master_row, column - master_column)

    def _shared_string(self, index: str) -> Text:
        try:
            position = int(index)
            if position >= 0:
                text = self._strings[position]
                self._used.numbers.append(position)
                self._used.texts.append(text)
                return text
        except (ValueError, IndexError):
            pass
        self._report("X001", "引用的文字在文件中不存在，内容已丢失", index)
        return ""

    def _stray(self, what: str, text: str) -> None:
        self._report("S007", f"{what}，多出的内容没有读入", text)

    def _report(self, code: str, what: str, found: str) -> None:
        where = self._where()
        self._spend_stray()
        self._spend_text(len(where or ""))
        message = (
            f"工作表“{self._name}”的单元格 {where or '（无地址）'} {what}。"
            "请在 WPS 或 Excel 中核对该处内容，改正后另存再报送。"
        )
        found_here = problem(code, message, found=found).at(self._name, where)
        self.sheet.problems.append(found_here)

    def _print(self, _attributes: Attributes, texts: Texts) -> None:
        """Keep a line at the head or the foot of printed pages."""
        self.sheet.printed += [unescape(text) for _, text in texts]

    def _columns(self, attributes: Attributes) -> None:
        """Note the columns that are hidden, of those that a sheet has."""
        if not is_true(attributes.get("hidden")) and attributes.get("width") != "0":
            return
        with suppress(ValueError):
            first, last = int(attributes.get("min", "")), int(attributes.get("max", ""))
            self.sheet.hidden_columns.update(range(max(1, first), min(last, MAX_COLUMN) + 1))

    def _merge(self, attributes: Attributes) -> None:
        self._spend_entry(attributes)
        area = _area(attributes.get("ref", ""))
        self.sheet.merges += [area] if area else []

    def merged(self, references: Iterable[str]) -> None:
        """Keep the merged areas that the parser did not see."""
        for reference in references:
            self._merge({"ref": reference})

    def _protection(self, attributes: Attributes) -> None:
        self.sheet.protected = is_true(attributes.get("sheet"))
