"""One worksheet: its cells with their places, merges and protection.

ECMA-376 part 1, clause 18.3.1. The sheet's claim about its own size (``dimension``) is not looked
at. A place is filled once; what claims the same place again, or none that exists, is reported
with its text.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from xlsync.grid import MAX_COLUMN, MAX_ROW, Address, Area, Cell, Kind
from xlsync.problems import problem
from xlsync.sources.xlsx.formulas import shifted
from xlsync.sources.xlsx.markup import Attributes, Texts, Wanted, is_true, parse
from xlsync.sources.xlsx.strings import NOT_TEXT, RUN_TEXTS, unescape
from xlsync.sources.xlsx.styles import DEFAULT_STYLE

if TYPE_CHECKING:
    from xlsync.grid import Sheet
    from xlsync.problems import Problem
    from xlsync.sources.xlsx.package import Package
    from xlsync.sources.xlsx.values import Values

_DIGITS = "0123456789"


def read_sheet(package: Package, part: str, values: Values, sheet: Sheet) -> list[Problem]:
    """Fill ``sheet`` from its part and return what was found out of place.

    Raises :class:`UnreadableError` for a damaged part or one beyond the budget.
    """
    reader = _SheetReader(package, values, sheet)
    parse(package, part, reader.wanted())
    return reader.problems


class _SheetReader:
    """What the parser of a sheet calls, and where in the sheet it is."""

    def __init__(self, package: Package, values: Values, sheet: Sheet) -> None:
        self.problems: list[Problem] = []
        self._spend_cell = package.budget.cells.spend
        self._spend_entry = package.budget.spend_entry
        self._spend_stray = package.budget.strays.spend
        self._spend_shifted = package.budget.shifted.spend
        self._spend_text = package.budget.text.spend
        self._values = values
        self._strings = values.strings
        self._styles = values.styles
        self._sheet = sheet
        self._cells = sheet.cells
        self._columns: dict[str, int] = {}
        self._masters: dict[str, tuple[str, int, int]] = {}
        self._row = 0
        # The last reference in the row, and how many cells without one came after it.
        self._reference: str | None = None
        self._beyond = 0
        self._formula_attributes: Attributes | None = None

    def wanted(self) -> Wanted:
        return Wanted(
            records={"c": self._cell},
            texts=RUN_TEXTS | {"v", "f"},
            starts={
                "row": self._start_row,
                "f": self._start_formula,
                "mergeCell": self._merge,
                "sheetProtection": self._protection,
            },
            skipped=NOT_TEXT | {"extLst"},
        )

    def _start_row(self, attributes: Attributes) -> None:
        number = attributes.get("r", "")
        is_number = number.isdecimal() and len(number) < 10  # noqa: PLR2004 - any such is outside
        self._row = int(number) if is_number else self._row + 1
        self._reference = None
        self._beyond = 0

    def _start_formula(self, attributes: Attributes) -> None:
        self._formula_attributes = attributes

    def _cell(self, attributes: Attributes, texts: Texts) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._beyond += 1
        else:
            self._reference = reference
            self._beyond = 0
        # Formatted blank cells come by the million; they cost no more than this.
        if texts or self._formula_attributes is not None:
            self._keep(self._content(attributes, texts))

    def _keep(self, cell: Cell) -> None:
        if not cell.text and cell.formula is None:
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

    def _place(self) -> Address | None:
        """Where the cell is; None for a place that a sheet does not have.

        A cell without a reference lies right of the one before it (clause 18.3.1.4).
        """
        row, column = self._row or 1, 0
        if self._reference is not None:
            letters = self._reference.rstrip(_DIGITS)
            try:
                row = int(self._reference[len(letters) :])
                if letters not in self._columns:
                    self._columns[letters] = Address.parse(f"{letters}1").column
            except ValueError:
                return None
            column = self._columns[letters]
        column += self._beyond
        if not (0 < row <= MAX_ROW and 0 < column <= MAX_COLUMN):
            return None
        # What Address(row, column) does, in a third of the time; it runs for every cell.
        return tuple.__new__(Address, (row, column))

    def _where(self) -> str | None:
        """The place of the cell for a message: as an address, or as the file spells it."""
        address = self._place()
        return self._reference if address is None else address.a1

    def _content(self, attributes: Attributes, texts: Texts) -> Cell:
        """Make the cell; what it says twice in different words is reported."""
        style = self._styles.get(attributes.get("s", "0"), DEFAULT_STYLE)
        formula = None if self._formula_attributes is None else self._take_formula(texts)
        if len(texts) == 1 and texts[0][0] == "v":
            value, inline = texts[0][1], ""
        else:
            value, inline = self._value_and_inline(texts)
        cell_type = attributes.get("t", "n")
        kind = Kind.TEXT
        if not value:
            text = inline
        elif cell_type == "s":
            text = self._shared_string(value)
        else:
            text, kind = self._values.interpret(cell_type, value, style)
        if inline and inline != text:
            self._stray("另有一段文字", inline)
        return Cell(text, kind, style.number_format, formula, style.locked)

    def _value_and_inline(self, texts: Texts) -> tuple[str, str]:
        """The one value of a cell, as it stands, and the joined text of its inline string."""
        inline = "".join(text for name, text in texts if name == "t")
        values = [text for name, text in texts if name == "v"] or [""]
        for value in values[1:]:
            self._stray("另有一个值", value)
        return values[0], unescape(inline)

    def _take_formula(self, texts: Texts) -> str:
        """The text of the cell's formula; a shared one is made out from the first of its group."""
        attributes = self._formula_attributes or {}
        self._formula_attributes = None
        formula = unescape("".join(text for name, text in texts if name == "f"))
        if attributes.get("t") != "shared":
            return formula
        group = attributes.get("si", "")
        row, column = self._place() or (0, 0)
        if formula:
            self._masters[group] = (formula, row, column)
            return formula
        master, master_row, master_column = self._masters.get(group, ("", 0, 0))
        self._spend_shifted(len(master))
        return shifted(master, row - master_row, column - master_column)

    def _shared_string(self, index: str) -> str:
        try:
            position = int(index)
            if position >= 0:
                text = self._strings[position]
                self._spend_text(len(text))
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
            f"工作表“{self._sheet.name}”的单元格 {where or '（无地址）'} {what}。"
            "请在 WPS 或 Excel 中核对该处内容，改正后另存再报送。"
        )
        self.problems.append(problem(code, message, found=found).at(self._sheet.name, where))

    def _merge(self, attributes: Attributes) -> None:
        self._spend_entry(attributes)
        # A merge that names no area holds no text and moves none: there is nothing to report.
        with suppress(ValueError):
            self._sheet.merges.append(Area.parse(attributes.get("ref", "")))

    def _protection(self, attributes: Attributes) -> None:
        self._sheet.protected = is_true(attributes.get("sheet"))
