"""From bytes to a workbook: the order in which the parts are read, and what binds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Sheet, Workbook
from xlsync.base.problems import problem
from xlsync.sources.xlsx import limits
from xlsync.sources.xlsx.budget import UnreadableError, damaged
from xlsync.sources.xlsx.extras import read_comments, report_extras, report_links
from xlsync.sources.xlsx.foreign import refuse_other_bytes, refuse_other_package
from xlsync.sources.xlsx.package import Package
from xlsync.sources.xlsx.printed import written
from xlsync.sources.xlsx.relationships import Relationship, relationships_of
from xlsync.sources.xlsx.remembered import Recurring
from xlsync.sources.xlsx.sheet import read_sheet
from xlsync.sources.xlsx.strings import read_shared_strings
from xlsync.sources.xlsx.styles import read_styles
from xlsync.sources.xlsx.values import Values
from xlsync.sources.xlsx.workbook import read_properties, read_workbook_part, resolve_names

if TYPE_CHECKING:
    from xlsync.base.grid import Area
    from xlsync.base.problems import Problem
    from xlsync.sources.xlsx.styles import ContentStyle
    from xlsync.sources.xlsx.workbook import SheetEntry, WorkbookPart
    from xlsync.sources.xlsx.worksheet import Worksheet


class _Book(NamedTuple):
    """The workbook part, and where its defined names point."""

    part: WorkbookPart
    names: dict[str, tuple[str, Area]]


_books: Recurring[_Book] = Recurring()
_styles: Recurring[dict[str, ContentStyle]] = Recurring()
_worksheets: Recurring[Worksheet] = Recurring()


def read(data: bytes) -> Workbook:
    """Read a whole .xlsx file, whatever it holds.

    Bad data never raises. A file that cannot be read gives a workbook without sheets and one
    problem: X002 (empty), X004 (another type of file) or X001 (damaged, encrypted, too large).
    In a workbook that could be read, ``problems`` names what has no place in the grid (S007) and
    parts that the file refers to and does not have (X001).
    """
    try:
        return _Reading(data).workbook
    except UnreadableError as error:
        return Workbook(problems=[problem(error.code, str(error))])


class _Reading:
    """One file being read."""

    def __init__(self, data: bytes) -> None:
        if len(data) > limits.MAX_FILE_BYTES:
            raise UnreadableError(
                f"文件超过 {limits.MAX_FILE_BYTES // 1024 // 1024} MB，不像一份申报表，没有读取。"
                "请删除其中的图片和多余内容，另存后再报送。"
            )
        refuse_other_bytes(data)
        self.workbook = Workbook()
        self._package = Package(data)
        of_package = relationships_of(self._package)
        main = next((item.target for item in of_package if item.kind == "officeDocument"), None)
        refuse_other_package(self._package, main)
        self._read(main or "")
        self.workbook.properties = read_properties(self._package, of_package)

    def _read(self, main: str) -> None:
        book = _books.read(self._package, main, _read_book)
        if not book.part.sheets:
            raise damaged(f"部件 {main} 中没有列出任何工作表")
        related = relationships_of(self._package, main)
        strings = self._related_part(related, "sharedStrings")
        styles = self._related_part(related, "styles")
        values = Values(
            strings=read_shared_strings(self._package, strings) if strings else [],
            styles=_styles.read(self._package, styles, read_styles) if styles else {},
            is_1904=book.part.is_1904,
        )
        self.workbook.problems += report_extras(self._package, related)
        by_id = {item.id: item for item in reversed(related)}
        for entry in book.part.sheets:
            self._read_sheet(entry, by_id.get(entry.relationship), values)
        links = report_links(self._package, related, self.workbook.sheets)
        self.workbook.problems += links
        self.workbook.names = dict(book.names)

    def _related_part(self, related: list[Relationship], kind: str) -> str | None:
        """The workbook's part of this kind; one that is named but absent is a problem."""
        target = next((item.target for item in related if item.kind == kind), None)
        if target is not None and target not in self._package:
            self._report("X001", f"文件缺少部件 {target}，内容或格式读取不全", None)
            return None
        return target

    def _read_sheet(self, entry: SheetEntry, related: Relationship | None, values: Values) -> None:
        sheet = Sheet(entry.name, visible=entry.visible, is_1904=values.is_1904)
        self.workbook.sheets.append(sheet)
        if related is None or related.external or related.target not in self._package:
            self._report("X001", f"工作表“{entry.name}”的内容在文件中缺失", entry.name)
            return
        inner = relationships_of(self._package, related.target)
        if related.kind == "worksheet":
            self._read_worksheet(related.target, values, sheet)
        else:
            what = f"工作表“{entry.name}”不是普通工作表（{related.kind}），没有读入"
            self._report("S007", what, entry.name)
        self.workbook.problems += read_comments(self._package, inner, sheet)
        self.workbook.problems += report_extras(self._package, inner, entry.name)

    def _read_worksheet(self, part: str, values: Values, sheet: Sheet) -> None:
        def make(package: Package, part: str) -> Worksheet:
            return read_sheet(package, part, values, sheet.name)

        def fits(made: Worksheet) -> bool:
            return not made.problems and made.used.is_same_in(values)

        made = _worksheets.read(self._package, part, make, fits)
        sheet.cells = made.cells.copy()
        sheet.merges = made.merges.copy()
        sheet.protected = made.protected
        sheet.printed = tuple(dict.fromkeys(written(made.printed)))
        sheet.hidden_rows = frozenset(made.hidden_rows)
        sheet.hidden_columns = frozenset(made.hidden_columns)
        self.workbook.problems += made.problems

    def _report(self, code: str, what: str, sheet: str | None) -> None:
        message = f"{what}。请用 WPS 或 Excel 打开原文件检查，另存后再报送。"
        found: Problem = problem(code, message).at(sheet, None)
        self.workbook.problems.append(found)


def _read_book(package: Package, main: str) -> _Book:
    part = read_workbook_part(package, main)
    return _Book(part, resolve_names(part))
