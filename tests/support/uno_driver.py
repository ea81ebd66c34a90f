"""Hands and eyes in a running LibreOffice: keys as they are pressed, cells as they are shown.

Run by the Python for which Debian's ``python3-uno`` is built, with the name of a pipe; as code,
since a tree of another system has its own Python, but not our files. A request is a line of JSON
on stdin (``{"do": "type", …}``), the answer one on stdout; ``tests/support/calc.py`` is the other
side.

The dispatcher's ``.uno:EnterString`` and the cells of the API write past validations and locks'
messages. Only the input line of the window asks them, so keys are posted to the window of the
cells (``XToolkitRobot``), where they take the way of a key that was pressed. No display is
needed: LibreOffice draws into memory.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import uno
import unohelper
from com.sun.star.awt import KeyEvent, XCallback
from com.sun.star.awt.Key import DELETE, DOWN, ESCAPE, HOME, RETURN, TAB
from com.sun.star.awt.KeyModifier import MOD2
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

if TYPE_CHECKING:
    from collections.abc import Iterator

Uno = Any
"""Objects of LibreOffice have no types here."""

_ALERT, _POPUP, _LIST_ITEM, _BUTTON, _LABEL = 1, 21, 33, 44, 86
"""``AccessibleRole``: a message box, a list or hint that floats, an entry, a button, a text."""

_OK = ("OK", "确定")
"""How the button that agrees is named, by the language of LibreOffice."""

_WAIT = 20.0
_LIST_WAIT = 2.0
_ROUNDS = 3
_HIGH = 300
"""Windows of bars and headings are lower."""


class Passed(unohelper.Base, XCallback):
    """Is called once everything that was posted before has been worked off."""

    def __init__(self) -> None:
        self.event = threading.Event()

    def notify(self, _data: object) -> None:
        self.event.set()


class Driver:
    """One LibreOffice and the document that is open in it."""

    def __init__(self, pipe: str) -> None:
        resolver = uno.getComponentContext().ServiceManager.createInstance(
            "com.sun.star.bridge.UnoUrlResolver"
        )
        self.context = _patiently(
            lambda: resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        )
        self.desktop = self._service("com.sun.star.frame.Desktop")
        self.toolkit = self._service("com.sun.star.awt.Toolkit")
        self.callback = self._service("com.sun.star.awt.AsyncCallback")
        self.document: Uno = None
        self.pane: Uno = None

    # ---- documents ---------------------------------------------------------

    def open(self, path: str, *, hidden: bool = False) -> None:
        self.close()
        url = uno.systemPathToFileUrl(path)
        self.document = self.desktop.loadComponentFromURL(
            url, "_blank", 0, (_property("Hidden", hidden),)
        )
        self._passed()
        if not hidden:
            self.pane = _pane(self.document.CurrentController.Frame.ComponentWindow)

    def save(self, path: str, filter_name: str) -> None:
        url = uno.systemPathToFileUrl(path)
        self.document.storeToURL(url, (_property("FilterName", filter_name),))

    def close(self) -> None:
        if self.document is not None:
            self.document.close(True)  # noqa: FBT003 - UNO knows no keywords
            self.document = None

    # ---- looking -----------------------------------------------------------

    def shown(self, sheet: str, cell: str) -> str:
        return self._cell(sheet, cell).String

    def formula(self, sheet: str, cell: str) -> str:
        return self._cell(sheet, cell).Formula

    def data(self, sheet: str, area: str) -> list[list[float | str]]:
        """The values of an area."""
        return [list(row) for row in self._cell(sheet, area).getDataArray()]

    def protected(self, sheet: str) -> bool:
        return self.document.Sheets.getByName(sheet).isProtected()

    def options(self, sheet: str, cell: str) -> list[str]:
        """What the dropdown of a cell offers, read from the list that it opens."""
        window, texts = self._dropdown(sheet, cell)
        if window is not None:
            self._key(window, code=ESCAPE)
        return texts

    # ---- doing -------------------------------------------------------------

    def put(self, sheet: str, values: dict[str, str | float | None]) -> None:
        """Fill cells without being asked, as a paste does."""
        self.document.enableAutomaticCalculation(False)  # noqa: FBT003 - UNO knows no keywords
        for place, value in values.items():
            cell = self._cell(sheet, place)
            if isinstance(value, str):
                cell.String = value
            elif value is None:
                cell.String = ""
            else:
                cell.Value = value
        self.document.enableAutomaticCalculation(True)  # noqa: FBT003

    def compute_all(self) -> None:
        """Compute every formula, whatever is thought to be known."""
        self.document.calculateAll()

    def compute(self, sheet: str, cell: str, formula: str) -> None:
        """Put a formula into a cell, as a paste from another workbook does."""
        self._cell(sheet, cell).Formula = formula

    def type(self, sheet: str, cell: str, text: str) -> str:
        """Type into a cell and press Enter; the answer is the message, if there is one.

        A refusal is closed; where the message lets the text stay, OK is pressed.
        """
        self._go(sheet, cell)
        for character in text:
            self._press(character)
            if refusal := self._message():
                return refusal
        self._press(code=RETURN)
        return self._message()

    def clear(self, sheet: str, cell: str) -> str:
        """Press Delete on a cell."""
        self._go(sheet, cell)
        self._press(code=DELETE)
        return self._message()

    def choose(self, sheet: str, cell: str, text: str) -> None:
        """Take an entry from the dropdown of a cell."""
        window, texts = self._dropdown(sheet, cell)
        for code in (DOWN, HOME):  # the first entry is only looked at until the choice moves
            self._key(window, code=code)
        for _ in range(texts.index(text)):
            self._key(window, code=DOWN)
        self._key(window, code=RETURN)

    def jump(self, sheet: str, cell: str, target: str) -> tuple[str, str]:
        """Go where a link in a cell leads; the answer is the sheet and the cell where that is."""
        self._go(sheet, cell)
        controller = self.document.CurrentController
        dispatcher = self._service("com.sun.star.frame.DispatchHelper")
        mark = (_property("Bookmark", target),)
        dispatcher.executeDispatch(controller.Frame, ".uno:JumpToMark", "", 0, mark)
        self._passed()
        return controller.ActiveSheet.Name, self._place()

    # ---- what else people do to a workbook ---------------------------------

    def unprotect(self, sheet: str) -> None:
        self.document.Sheets.getByName(sheet).unprotect("")

    def insert_rows(self, sheet: str, row: int, count: int) -> None:
        self.document.Sheets.getByName(sheet).Rows.insertByIndex(row - 1, count)

    def delete_rows(self, sheet: str, row: int, count: int) -> None:
        self.document.Sheets.getByName(sheet).Rows.removeByIndex(row - 1, count)

    def insert_column(self, sheet: str, column: int) -> None:
        self.document.Sheets.getByName(sheet).Columns.insertByIndex(column - 1, 1)

    def hide_rows(self, sheet: str, row: int, count: int) -> None:
        rows = self.document.Sheets.getByName(sheet).Rows
        for at in range(row - 1, row - 1 + count):
            rows.getByIndex(at).IsVisible = False

    def merge(self, sheet: str, area: str, *, joined: bool) -> None:
        self._cell(sheet, area).merge(joined)

    def cut(self, sheet: str, area: str, target: str) -> None:
        """Cut an area and paste it elsewhere on its sheet."""
        source, place = self._cell(sheet, area), self._cell(sheet, target)
        where = self.document.Sheets.getByName(sheet)
        where.moveRange(place.CellAddress, source.RangeAddress)

    def copy_area(self, sheet: str, area: str, target_sheet: str, target: str) -> None:
        """Copy an area and paste it over another, with formats and validations."""
        place = self._cell(target_sheet, target)
        source = self._cell(sheet, area)
        self.document.Sheets.getByName(target_sheet).copyRange(
            place.CellAddress, source.RangeAddress
        )

    def sort(self, sheet: str, area: str, column: int) -> None:
        """Sort the rows of an area by its n-th column, from 0."""
        field = uno.createUnoStruct("com.sun.star.table.TableSortField")
        field.Field, field.IsAscending = column, True
        fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
        uno.invoke(self._cell(sheet, area), "sort", ((_property("SortFields", fields),),))

    def comment(self, sheet: str, cell: str, text: str) -> None:
        where = self.document.Sheets.getByName(sheet)
        where.Annotations.insertNew(self._cell(sheet, cell).CellAddress, text)

    def rename_sheet(self, sheet: str, name: str) -> None:
        self.document.Sheets.getByName(sheet).Name = name

    def add_sheet(self, name: str, place: int) -> None:
        self.document.Sheets.insertNewByName(name, place)

    def copy_sheet(self, sheet: str, name: str, place: int) -> None:
        self.document.Sheets.copyByName(sheet, name, place)

    def move_sheet(self, sheet: str, place: int) -> None:
        self.document.Sheets.moveByName(sheet, place)

    def delete_sheet(self, sheet: str) -> None:
        self.document.Sheets.removeByName(sheet)

    def show_sheets(self) -> None:
        for name in self.document.Sheets.ElementNames:
            self.document.Sheets.getByName(name).IsVisible = True

    def delete_names(self) -> None:
        for name in self.document.NamedRanges.ElementNames:
            self.document.NamedRanges.removeByName(name)

    def take_sheet(self, path: str, sheet: str, place: int) -> None:
        """Copy a sheet of another file into this one."""
        url = uno.systemPathToFileUrl(path)
        hidden = (_property("Hidden", True),)  # noqa: FBT003 - UNO knows no keywords
        other = self.desktop.loadComponentFromURL(url, "_blank", 0, hidden)
        sheets = self.document.Sheets
        sheets.importSheet(other, sheet, min(place, sheets.Count))
        other.close(True)  # noqa: FBT003

    def new(self) -> None:
        """A new, empty document."""
        self.close()
        self.document = self.desktop.loadComponentFromURL(
            "private:factory/scalc",
            "_blank",
            0,
            (_property("Hidden", True),),  # noqa: FBT003
        )

    def tab(self, times: int) -> list[str]:
        """Where the cursor is at first, and after each press of Tab."""
        places = [self._place()]
        for _ in range(times):
            self._press(code=TAB)
            places.append(self._place())
        return places

    # ---- how ---------------------------------------------------------------

    def _service(self, name: str) -> Uno:
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)

    def _cell(self, sheet: str, place: str) -> Uno:
        return self.document.Sheets.getByName(sheet).getCellRangeByName(place)

    def _go(self, sheet: str, cell: str) -> None:
        controller = self.document.CurrentController
        controller.setActiveSheet(self.document.Sheets.getByName(sheet))
        controller.select(self._cell(sheet, cell))

    def _place(self) -> str:
        return self.document.CurrentSelection.AbsoluteName.rpartition(".")[2].replace("$", "")

    def _dropdown(self, sheet: str, cell: str) -> tuple[Uno, list[str]]:
        """Open the dropdown of a cell: its window, if there is a list, and the entries."""
        self._go(sheet, cell)
        self._press(code=DOWN, modifiers=MOD2)
        until = time.monotonic() + _LIST_WAIT
        while time.monotonic() < until:
            for window in self._top_windows(_POPUP):
                items = [
                    one for one in _below(window.AccessibleContext) if _role(one) == _LIST_ITEM
                ]
                if items:
                    return window, [one.AccessibleName for one in items]
            time.sleep(0.05)
        return None, []

    def _press(self, character: str = "\0", *, code: int = 0, modifiers: int = 0) -> None:
        self._key(self.pane, character, code=code, modifiers=modifiers)

    def _key(
        self, window: Uno, character: str = "\0", *, code: int = 0, modifiers: int = 0
    ) -> None:
        event = KeyEvent()
        event.Source = window
        event.KeyChar = uno.Char(character)
        event.KeyCode = code
        event.Modifiers = modifiers
        self.toolkit.keyPress(event)
        self._passed()

    def _passed(self) -> None:
        """Wait until LibreOffice has done what was posted, or waits for an answer itself.

        What a key sets off is posted in its turn, and behind a single callback in LibreOffice 25.2.
        """
        for _ in range(_ROUNDS):
            passed = Passed()
            self.callback.addCallback(passed, None)
            if not passed.event.wait(_WAIT):
                raise TimeoutError("LibreOffice does not answer")

    def _message(self) -> str:
        """The text of the message box that is open, which is answered; empty without one.

        A refusal has one button only. Where there is a choice, OK is pressed, and what was typed
        stays; by its action, since a key that is posted to the box does not reach the button.
        """
        for box in self._top_windows(_ALERT):
            parts = list(_below(box.AccessibleContext))
            text = " ".join(one.AccessibleName for one in parts if _role(one) == _LABEL)
            buttons = [one for one in parts if _role(one) == _BUTTON]
            if len(buttons) > 1:
                accept = next(one for one in buttons if one.AccessibleName.startswith(_OK))
                accept.doAccessibleAction(0)
                self._passed()
            else:
                self._key(box, code=ESCAPE)
                self._press(code=ESCAPE)
            return text
        return ""

    def _top_windows(self, role: int) -> list[Uno]:
        """Windows of a kind; never the document's own, which has a child for every cell."""
        windows = [self.toolkit.getTopWindow(at) for at in range(self.toolkit.TopWindowCount)]
        return [one for one in windows if _role(one.AccessibleContext) == role]


def _role(context: Uno) -> int:
    return int(context.AccessibleRole)


def _pane(window: Uno) -> Uno:
    """The window of the cells: the widest of the high ones that hold no other window."""
    high = [one for one in _inside(window) if one.PosSize.Height > _HIGH]
    return max((one for one in high if not _windows(one)), key=lambda one: one.PosSize.Width)


def _windows(window: Uno) -> tuple[Uno, ...]:
    return window.getWindows() if hasattr(window, "getWindows") else ()


def _inside(window: Uno) -> Iterator[Uno]:
    yield window
    for child in _windows(window):
        yield from _inside(child)


def _below(context: Uno) -> Iterator[Uno]:
    yield context
    for at in range(context.AccessibleChildCount):
        yield from _below(context.getAccessibleChild(at).AccessibleContext)


def _property(name: str, value: object) -> Uno:
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def _patiently(connect: Uno) -> Uno:
    """LibreOffice takes a second or two until it listens."""
    until = time.monotonic() + _WAIT
    while True:
        try:
            return connect()
        except NoConnectException:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def main() -> None:
    driver = Driver(sys.argv[1])
    for line in sys.stdin:
        request = json.loads(line)
        answer = getattr(driver, request.pop("do"))(**request)
        print(json.dumps(answer), flush=True)  # noqa: T201 - the answer goes to stdout


if __name__ == "__main__":
    main()
