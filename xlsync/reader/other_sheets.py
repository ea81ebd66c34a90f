"""What stands beside the form: other sheets and comments, of ours or of somebody else.

Our own companion sheets are known cell by cell; whatever else is there is quoted, because
nothing typed may be lost.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import compress
from operator import is_not
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Address
from xlsync.base.problems import problem
from xlsync.form.template import CHECKS, LISTS, SHEET
from xlsync.reader.labels import stray
from xlsync.reader.located import Located, summed
from xlsync.reader.totals import plain
from xlsync.workbook.formulas import said
from xlsync.workbook.helper_sheet import HelperCell
from xlsync.workbook.helper_sheets import check_line, companions
from xlsync.workbook.lists import option_lists
from xlsync.workbook.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from xlsync.base.grid import Cell, Sheet, Workbook
    from xlsync.base.problems import Problem
    from xlsync.form import Form, Layout

_KEY_AND_VALUE = 2
_KEY = "format"
_KEY_PLACES = tuple(Address(row, 1) for row in range(1, 200))
"""A manifest says what it is behind the heights of the form's rows."""

_LEAST_ALIKE = 4
"""Texts that must stand where ours do before a sheet of another name is taken for one of ours."""

_LONGEST_QUOTE = 8_000
"""Characters of a sheet of notes that are quoted."""


class _Companions:
    """What xlsync itself has put on the sheets beside a form."""

    def __init__(
        self,
        form: Form,
        layout: Layout,
        sheets: Iterable[Sheet],
        stated: StatedManifest | None = None,
    ) -> None:
        self.form, self.layout = form, layout
        self.stated = stated
        self.left = _left(form, layout)
        self.cells = _cells(form, layout)
        self.names = {sheet.name: self._name(sheet) for sheet in sheets}

    def _name(self, sheet: Sheet) -> str | None:
        """Which of our sheets this is, whatever it is called now; None for any other."""
        if sheet.name in self.cells or sheet.name == SHEET:
            return sheet.name
        if self._is_manifest(sheet):
            return SHEET
        for name, fixed in _fixed(self.form, self.layout).items():
            if len(sheet.cells) * 2 <= len(fixed):
                continue
            same = sum(sheet.text(address) == text for address, text in fixed.items())
            if same >= _LEAST_ALIKE and same * 2 > len(fixed):
                return name
        return None

    def _is_manifest(self, sheet: Sheet) -> bool:
        """Whether a sheet is a manifest that nobody has changed."""
        is_known = self.stated is not None and self.stated.sheet is sheet
        return is_known or _manifest_of(sheet) is not None

    def expected(self, sheet: Sheet, address: Address) -> HelperCell | None:
        """What stands in a cell when nobody has touched it; a manifest vouches for itself."""
        return self.cells.get(self.names.get(sheet.name) or "", {}).get(address)

    def touched(self, sheet: Sheet) -> Iterator[tuple[Address, Cell]]:
        """The cells that hold anything but what we put there."""
        name = self.names.get(sheet.name) or ""
        # Nearly every sheet is as we left it, and all of them have two thousand cells in a file.
        if name in self.left and self.left[name].is_as(sheet):
            return
        vouched = _KEY_AND_VALUE if name == SHEET and self._is_manifest(sheet) else 0
        for address, cell in sheet.cells.items():
            if address.column > vouched and not self.is_untouched(sheet, address, cell):
                yield address, cell

    def is_untouched(self, sheet: Sheet, address: Address, cell: Cell) -> bool:
        """Whether a cell holds what we put there; formulas count by their place alone."""
        if self.names.get(sheet.name) == CHECKS:
            # Results of formulas that are gone, or of those of a former version, say nothing.
            is_result = sheet.values_only and not sheet.visible
            if is_result or cell.formula is not None:
                return True
            if cell.text in _hidden_texts(self.form, self.layout):
                return True
        entry = self.expected(sheet, address)
        if entry is None:
            return not cell.text.strip() and cell.formula is None
        if entry.is_formula:
            return sheet.values_only or cell.formula is not None or not cell.text.strip()
        return entry.text == cell.text


@lru_cache(maxsize=64)
def _cells(form: Form, layout: Layout) -> dict[str, Mapping[Address, HelperCell]]:
    """The cells of each helper sheet by its name; nobody may change them."""
    sheets: dict[str, Mapping[Address, HelperCell]] = {
        one.name: one.cells for one in companions(form, layout)
    }
    return {**sheets, LISTS: _list_cells(form)}


@lru_cache(maxsize=64)
def _fixed(form: Form, layout: Layout) -> dict[str, dict[Address, str]]:
    """The texts of each helper sheet that are the same in every state of it, by their places."""
    return {
        name: {at: one.text for at, one in cells.items() if one.text and not one.is_formula}
        for name, cells in _cells(form, layout).items()
    }


class _Left:
    """A helper sheet as programs save it where nobody has touched it, row by row."""

    def __init__(self, cells: Mapping[Address, HelperCell]) -> None:
        entries = [one for one in sorted(cells.items()) if one[1].is_formula or one[1].text]
        self._places = [address for address, _ in entries]
        self._texts = [None if entry.is_formula else entry.text for _, entry in entries]
        self._met: tuple[list[Address], list[Cell]] = ([], [])

    def is_as(self, sheet: Sheet) -> bool:
        """Whether a sheet is so; formulas count by their places alone."""
        places, cells = list(sheet.cells), list(sheet.cells.values())
        # Sheets that are equal to one of a former file but for some values share its other cells.
        met_places, met = self._met
        if places == met_places:
            is_other = list(map(is_not, cells, met))
            changed, former = compress(cells, is_other), compress(met, is_other)
            is_same = _fixed_texts(changed) == _fixed_texts(former)
        else:
            is_same = places == self._places and _fixed_texts(cells) == self._texts
        if is_same:
            self._met = places, cells
        return is_same


def _fixed_texts(cells: Iterable[Cell]) -> list[str | None]:
    """The texts of some cells, None of formulas, whose results say nothing."""
    return [None if cell.formula is not None else cell.text for cell in cells]


@lru_cache(maxsize=64)
def _left(form: Form, layout: Layout) -> dict[str, _Left]:
    """The helper sheets as they are left alone, by their names."""
    return {name: _Left(cells) for name, cells in _cells(form, layout).items()}


class StatedManifest(NamedTuple):
    """A manifest and the sheet on which it stands."""

    sheet: Sheet
    manifest: Manifest


def read_manifest(workbook: Workbook) -> StatedManifest | None:
    """The manifest of a workbook of ours, or None where there is none or it was changed."""
    named = [sheet for sheet in workbook.sheets if sheet.name == SHEET]
    for sheet in named or workbook.sheets:
        manifest = _manifest_of(sheet)
        if manifest is not None:
            return StatedManifest(sheet, manifest)
    return None


def _manifest_of(sheet: Sheet) -> Manifest | None:
    """The manifest that a sheet is, whatever it is called: its check vouches for it."""
    if not any(sheet.text(address) == _KEY for address in _KEY_PLACES):
        return None
    places = ((Address(row, 1), Address(row, 2)) for row in sheet.rows())
    return Manifest.from_pairs((sheet.text(key), sheet.text(value)) for key, value in places)


def report_other_sheets(
    located: Located, layout: Layout, workbook: Workbook, stated: StatedManifest | None
) -> None:
    """Content of every other sheet that we did not put there (S007, S008)."""
    sheets = [one for one in workbook.sheets if one is not located.sheet]
    ours = _Companions(located.form, layout, sheets, stated)
    for sheet in sheets:
        name = ours.names[sheet.name]
        if name is None:
            located.problems.extend(note_on_sheet(sheet))
            continue
        if name != sheet.name:
            message = (
                f"工作表“{sheet.name}”的内容就是“{name}”，可能改了名或是副本，不影响表内数据，"
                "不用再填在那里。"
            )
            located.problems.append(problem("S008", message).at(sheet.name, None))
        beside = Located(located.form, sheet, 1)
        for address, cell in sorted(ours.touched(sheet)):
            _report_cell(beside, address, cell, ours.expected(sheet, address))
        located.problems.extend(summed(beside.problems))
        located.problems.extend(stray_comments(sheet, sheet.comments))


def without_companions(forms: Iterable[Form], workbook: Workbook) -> list[Sheet]:
    """The sheets of a workbook without what we put beside a form ourselves."""
    sheets = workbook.sheets
    for form in forms:
        ours = _Companions(form, form.layout(form.capacity()), workbook.sheets)
        if any(ours.names.values()):
            sheets = [_without(ours, sheet) for sheet in sheets]
    return sheets


def _without(ours: _Companions, sheet: Sheet) -> Sheet:
    if ours.names.get(sheet.name) is None:
        return sheet
    return replace(sheet, cells=dict(ours.touched(sheet)))


def note_on_sheet(sheet: Sheet) -> Iterator[Problem]:
    """Quote a sheet that is none of ours and no form: notes, or what a program puts there (S012).

    It says nothing of the form, so it keeps none from being accepted; but somebody wrote it.
    """
    texts = [
        (address, f"批注：{text}" if is_comment else text)
        for address, text, is_comment in sorted(_said(sheet))
    ]
    if not texts:
        return
    lines = [text if len(texts) == 1 else f"{address.a1} {text}" for address, text in texts]
    message = (
        f"工作表“{sheet.name}”不是要收的表，上面有 {len(lines)} 处内容，没有读入，"
        "请看一下是否有应填进表内的内容。"
    )
    found = shortened("\n".join(lines))
    yield problem("S012", message, found=found).at(sheet.name, texts[0][0].a1)


def shortened(text: str) -> str:
    """A text as it is quoted: whole, unless it is far longer than a note."""
    if len(text) <= _LONGEST_QUOTE:
        return text
    return f"{text[:_LONGEST_QUOTE]}……（从略，全文见原文件）"


def _said(sheet: Sheet) -> Iterator[tuple[Address, str, bool]]:
    """The texts and comments of a sheet, by their places."""
    for address, cell in sheet.cells.items():
        if text := cell.text.strip() or (f"={cell.formula}" if cell.formula else ""):
            yield address, text, False
    for address, comment in sheet.comments.items():
        yield address, comment, True


def stray_comments(sheet: Sheet, comments: Mapping[Address, str]) -> Iterator[Problem]:
    """Quote comments (S007)."""
    message = "批注不属于表内内容，未读入，请把要说的话填入相应栏目，再删除批注。"
    return summed(
        problem("S007", message, found=comment).at(sheet.name or None, address.a1)
        for address, comment in sorted(comments.items())
    )


def is_check_line(cell: Cell) -> bool:
    """Whether a cell is the line above our own form, which computes itself."""
    return cell.formula is not None and plain(cell.formula) == plain(check_line())


def _report_cell(
    beside: Located, address: Address, cell: Cell, expected: HelperCell | None
) -> None:
    if expected is None or not expected.is_formula:
        beside.problems.append(stray(beside.sheet.name or None, address, cell))
    else:
        message = f"自动检查的公式被改为“{cell.text}”，检查结果可能不准，表内数据不受影响。"
        beside.report(problem("S008", message, found=cell.text), address)


@lru_cache(maxsize=64)
def _hidden_texts(form: Form, layout: Layout) -> frozenset[str]:
    """Texts of the hidden formulas, which move when rows are inserted into the form."""
    return frozenset(said(form, layout))


@lru_cache(maxsize=16)
def _list_cells(form: Form) -> dict[Address, HelperCell]:
    return {
        Address(row, column): HelperCell(option)
        for column, (_, options) in enumerate(option_lists(form), start=1)
        for row, option in enumerate(options, start=1)
    }
