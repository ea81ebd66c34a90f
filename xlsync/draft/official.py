"""An official blank workbook as its author drew it: places, looks, sizes, print set-up.

openpyxl reads it, since the file comes from a finance bureau and is opened by the author of a
form, not by whoever collects. What a form's template cannot say is left out and remarked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from zipfile import BadZipFile

from xlsync.base.errors import MistypedError, XlsyncError
from xlsync.base.grid import Address, Area
from xlsync.draft.looks import Look, look_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from openpyxl.cell import Cell, MergedCell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.dimensions import ColumnDimension
    from openpyxl.worksheet.worksheet import Worksheet

MAX_BYTES = 16 * 1024 * 1024
MAX_COLUMNS = 100
MAX_ROWS = 1000
"""An official form comes nowhere near; what is larger is a list or a mistake."""

_DEFAULT_WIDTH = 8.43
_DEFAULT_HEIGHT = 15.0
_NARROWEST = 0.5
_LEADING = 1.4
_HIGHEST = 409.0
_PIXELS = 7
_PADDING = 5
"""Pixels of a character of the standard font, and more of each column (ECMA-376 18.3.1.13)."""
_MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class OfficialCell:
    """A single cell or a merged area; ``is_open`` says that a protected sheet lets it be filled.

    ``options`` are those of its dropdown, where it has one. ``is_cut`` says that on paper it is
    the rest of the cell of its label: ``填报人：        日期：``.
    """

    area: Area
    text: str
    look: Look
    is_open: bool = False
    options: tuple[str, ...] = ()
    is_cut: bool = False


class PageSetup(NamedTuple):
    """Print set-up as a template says it; margins in millimetres."""

    paper: str
    orientation: str
    margins: dict[str, float]
    footer: str


@dataclass(slots=True)
class Official:
    """One sheet; ``places`` lie on rows and columns that count from 1, hidden ones taken out."""

    sheet: str
    columns: list[float]
    heights: list[float]
    places: list[OfficialCell]
    page: PageSetup
    remarks: list[str] = field(default_factory=list)

    def on_row(self, row: int) -> list[OfficialCell]:
        """What lies on a row, from left to right."""
        return [one for one in self.places if one.area.top <= row <= one.area.bottom]


def read_official(path: Path, sheet_name: str | None = None) -> Official:
    """Read one sheet of an official blank workbook, by default the first that is visible.

    Raises:
        XlsyncError: when there is no such file or sheet, or it is no .xlsx workbook.
    """
    workbook = _load(path)
    sheet = _sheet(path, workbook, sheet_name)
    used = _used(path, sheet)
    rows = [row for row in range(used.top, used.bottom + 1) if not _is_hidden_row(sheet, row)]
    columns = [
        column
        for column in range(used.left, used.right + 1)
        if not _is_hidden_column(sheet, column)
    ]
    made = Official(
        sheet=sheet.title,
        columns=[_width(sheet, column) for column in columns],
        heights=[],
        places=[],
        page=_page(sheet),
    )
    made.places = sorted(_places(workbook, sheet, rows, columns), key=lambda one: one.area)
    made.heights = [
        _height(sheet, row) or _needed(made.on_row(number))
        for number, row in enumerate(rows, start=1)
    ]
    if sheet.conditional_formatting:
        made.remarks.append("官方表中的条件格式没有带入，请核对边框和底色。")
    return made


def _load(path: Path) -> Workbook:
    import openpyxl  # noqa: PLC0415 - slow to import, and only this needs it
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        if path.stat().st_size > MAX_BYTES:
            raise XlsyncError(f"{path}: larger than {MAX_BYTES} bytes, this is no blank form")
        return openpyxl.load_workbook(path)
    except OSError as error:
        raise XlsyncError(f"{path}: cannot read: {error.strerror or error}") from None
    except (InvalidFileException, BadZipFile, KeyError, ValueError, TypeError):
        raise XlsyncError(f"{path}: no .xlsx workbook that can be read") from None


def _sheet(path: Path, workbook: Workbook, name: str | None) -> Worksheet:
    sheets = workbook.worksheets
    if name is None:
        visible = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
        if not visible:
            raise XlsyncError(f"{path}: no sheet with cells")
        return visible[0]
    for sheet in sheets:
        if sheet.title == name:
            return sheet
    known = ", ".join(sheet.title for sheet in sheets)
    raise MistypedError(f"{path}: no sheet {name!r}; there are: {known}")


def _used(path: Path, sheet: Worksheet) -> Area:
    """The printed area, or whatever holds a text, a border or a merge."""
    printed = str(sheet.print_area or "")
    if printed and "," not in printed:
        used = Area.parse(printed.rpartition("!")[2])
    else:
        used = _drawn(path, sheet)
    if used.right - used.left >= MAX_COLUMNS or used.bottom - used.top >= MAX_ROWS:
        raise XlsyncError(f"{path}: {used.a1} is too large for a form")
    return used


def _drawn(path: Path, sheet: Worksheet) -> Area:
    if sheet.max_column > MAX_COLUMNS or sheet.max_row > MAX_ROWS:
        raise XlsyncError(f"{path}: {sheet.dimensions} is too large for a form")
    corners = [Area.parse(str(one)) for one in sheet.merged_cells.ranges]
    corners += [
        Area.parse(cell.coordinate)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None or look_of([cell]).border
    ]
    if not corners:
        raise XlsyncError(f"{path}: the sheet {sheet.title!r} is empty")
    return Area(
        min(one.top for one in corners),
        min(one.left for one in corners),
        max(one.bottom for one in corners),
        max(one.right for one in corners),
    )


def _places(
    workbook: Workbook, sheet: Worksheet, rows: list[int], columns: list[int]
) -> Iterator[OfficialCell]:
    """Every place, on the rows and columns that are kept."""
    new_row = {row: number for number, row in enumerate(rows, start=1)}
    new_column = {column: number for number, column in enumerate(columns, start=1)}
    merges = [Area.parse(str(one)) for one in sheet.merged_cells.ranges]
    merged = {address for area in merges for address in area.cells()}
    single = (
        Area(row, column, row, column)
        for row in rows
        for column in columns
        if Address(row, column) not in merged
    )
    options = dict(_options(workbook, sheet))
    for area in (*merges, *single):
        kept_rows = [new_row[row] for row in range(area.top, area.bottom + 1) if row in new_row]
        kept_columns = [
            new_column[column]
            for column in range(area.left, area.right + 1)
            if column in new_column
        ]
        if not kept_rows or not kept_columns:
            continue
        cells = [sheet.cell(*address) for address in area.cells()]
        yield OfficialCell(
            area=Area(kept_rows[0], kept_columns[0], kept_rows[-1], kept_columns[-1]),
            text=_text(cells[0]),
            look=look_of(cells),
            is_open=bool(sheet.protection.sheet) and not cells[0].protection.locked,
            options=options.get(area.first, ()),
        )


def _text(cell: Cell | MergedCell) -> str:
    """A fixed text; a formula computes something that is no part of the form."""
    value = cell.value
    if value is None or cell.data_type == "f":
        return ""
    return str(value).replace("\r\n", "\n").replace("_x000D_", "").strip()


def _options(workbook: Workbook, sheet: Worksheet) -> Iterator[tuple[Address, tuple[str, ...]]]:
    for one in sheet.data_validations.dataValidation:
        if one.type != "list" or not one.formula1:
            continue
        options = _listed(workbook, sheet, str(one.formula1))
        if options:
            for area in one.sqref.ranges:
                yield Address(area.min_row, area.min_col), options


def _listed(workbook: Workbook, sheet: Worksheet, formula: str) -> tuple[str, ...]:
    """The options that a list formula names: typed into it, a range, or a name for one."""
    if formula.startswith('"'):
        return tuple(filter(None, (one.strip() for one in formula.strip('"').split(","))))
    target = formula
    if formula in workbook.defined_names:
        target = str(workbook.defined_names[formula].attr_text)
    name, _, reference = target.rpartition("!")
    name = name.strip("'")
    source = workbook[name] if name in workbook.sheetnames else sheet
    try:
        area = Area.parse(reference)
    except ValueError:
        return ()
    if area.bottom - area.top >= MAX_ROWS or area.right != area.left:
        return ()
    return tuple(filter(None, (_text(source.cell(*address)) for address in area.cells())))


def _is_hidden_row(sheet: Worksheet, row: int) -> bool:
    return row in sheet.row_dimensions and bool(sheet.row_dimensions[row].hidden)


def _is_hidden_column(sheet: Worksheet, column: int) -> bool:
    return any(one.hidden for one in _dimensions(sheet, column))


def _dimensions(sheet: Worksheet, column: int) -> Iterator[ColumnDimension]:
    """What the file says of the columns among which this one is."""
    for one in sheet.column_dimensions.values():
        if one.min and one.max and one.min <= column <= one.max:
            yield one


def _width(sheet: Worksheet, column: int) -> float:
    """Characters of the standard font, without the padding that the file counts in."""
    for one in _dimensions(sheet, column):
        if one.width:
            return max(_NARROWEST, round((float(one.width) * _PIXELS - _PADDING) / _PIXELS, 2))
    return float(sheet.sheet_format.defaultColWidth or _DEFAULT_WIDTH)


def _height(sheet: Worksheet, row: int) -> float | None:
    """The height of a row where the file says one."""
    own = sheet.row_dimensions[row].height if row in sheet.row_dimensions else None
    return min(_HIGHEST, float(own)) if own else None


def _needed(places: list[OfficialCell]) -> float:
    """The height that an office program gives a row by itself: that of its largest font."""
    sizes = [one.look.size or 0 for one in places if one.text]
    return max([_DEFAULT_HEIGHT, *(round(size * _LEADING, 2) for size in sizes)])


def _page(sheet: Worksheet) -> PageSetup:
    margins = sheet.page_margins
    footer = sheet.oddFooter
    parts = (footer.left.text, footer.center.text, footer.right.text) if footer else ()
    return PageSetup(
        paper="A3" if str(sheet.page_setup.paperSize) == str(sheet.PAPERSIZE_A3) else "A4",
        orientation="landscape" if sheet.page_setup.orientation == "landscape" else "portrait",
        margins={
            side: round(min(100.0, getattr(margins, side) * _MM_PER_INCH), 1)
            for side in ("left", "right", "top", "bottom")
        },
        footer=next((part for part in parts if part and "&P" in part.upper()), ""),
    )
