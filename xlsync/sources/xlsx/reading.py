"""From bytes to a workbook: the order in which the parts are read, and what binds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.grid import Sheet, Workbook
from xlsync.problems import problem
from xlsync.sources.xlsx import limits
from xlsync.sources.xlsx.comments import read_comments
from xlsync.sources.xlsx.extras import report_extras
from xlsync.sources.xlsx.foreign import refuse_other_bytes, refuse_other_package
from xlsync.sources.xlsx.names import resolve_names
from xlsync.sources.xlsx.package import Fingerprint, Package
from xlsync.sources.xlsx.properties import read_properties
from xlsync.sources.xlsx.relationships import Relationship, relationships_of
from xlsync.sources.xlsx.sheet import read_sheet
from xlsync.sources.xlsx.strings import read_shared_strings
from xlsync.sources.xlsx.styles import read_styles
from xlsync.sources.xlsx.unreadable import UnreadableError, damaged
from xlsync.sources.xlsx.values import Values
from xlsync.sources.xlsx.workbook import read_workbook_part

if TYPE_CHECKING:
    from xlsync.problems import Problem
    from xlsync.sources.xlsx.workbook import SheetEntry


KnownSheets = dict[str, tuple[Fingerprint, Sheet] | None]
"""Sheets by name that were read before, with their part's fingerprint; None: not read yet."""


def read(data: bytes, known: KnownSheets | None = None) -> Workbook:
    """Read a whole .xlsx file, whatever it holds.

    ``known`` is for files of our own making: of the sheets that it names, one whose part is the
    same as last time is taken over and not read again. The caller answers for their strings
    being the same too; it must not be given for files from outside.

    Bad data never raises. A file that cannot be read gives a workbook without sheets and one
    problem: X002 (empty), X004 (another type of file) or X001 (damaged, encrypted, too large).
    In a workbook that could be read, ``problems`` names what has no place in the grid (S007) and
    parts that the file refers to and does not have (X001).
    """
    try:
        return _Reading(data, known).workbook
    except UnreadableError as error:
        return Workbook(problems=[problem(error.code, str(error))])


class _Reading:
    """One file being read."""

    def __init__(self, data: bytes, known: KnownSheets | None) -> None:
        self._known = known
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
        part = read_workbook_part(self._package, main)
        if not part.sheets:
            raise damaged(f"部件 {main} 中没有列出任何工作表")
        related = relationships_of(self._package, main)
        strings = self._related_part(related, "sharedStrings")
        styles = self._related_part(related, "styles")
        values = Values(
            strings=read_shared_strings(self._package, strings) if strings else [],
            styles=read_styles(self._package, styles) if styles else {},
            is_1904=part.is_1904,
        )
        self.workbook.problems += report_extras(self._package, related)
        by_id = {item.id: item for item in reversed(related)}
        for entry in part.sheets:
            self._read_sheet(entry, by_id.get(entry.relationship), values)
        self.workbook.names = resolve_names(part)

    def _related_part(self, related: list[Relationship], kind: str) -> str | None:
        """The workbook's part of this kind; one that is named but absent is a problem."""
        target = next((item.target for item in related if item.kind == kind), None)
        if target is not None and target not in self._package:
            self._report("X001", f"文件缺少部件 {target}，内容或格式读取不全", None)
            return None
        return target

    def _read_sheet(self, entry: SheetEntry, related: Relationship | None, values: Values) -> None:
        sheet = Sheet(entry.name, visible=entry.visible)
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
        fingerprint = self._package.fingerprint(part)
        known = self._known if self._known is not None and sheet.name in self._known else {}
        former = known.get(sheet.name)
        if former is not None and former[0] == fingerprint:
            for name in ("cells", "merges", "protected"):
                setattr(sheet, name, getattr(former[1], name))
            return
        found = read_sheet(self._package, part, values, sheet)
        self.workbook.problems += found
        if not found:
            known[sheet.name] = (fingerprint, sheet)

    def _report(self, code: str, what: str, sheet: str | None) -> None:
        message = f"{what}。请用 WPS 或 Excel 打开原文件检查，另存后再报送。"
        found: Problem = problem(code, message).at(sheet, None)
        self.workbook.problems.append(found)
