"""The colours of a sheet as LibreOffice exports it to HTML, conditional formats applied."""

from __future__ import annotations

from html.parser import HTMLParser

from xlsync.base.grid import Address


class _Table(HTMLParser):
    """The cells of the first table, each at its place beside those that span."""

    def __init__(self) -> None:
        super().__init__()
        self.colours: dict[str, str] = {}
        self._taken: set[Address] = set()
        self._tables = self._row = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tables += tag == "table"
        if self._tables != 1:
            return
        self._row += tag == "tr"
        if tag == "td":
            self._cell({key: value or "" for key, value in attrs})

    def _cell(self, attributes: dict[str, str]) -> None:
        column = 1
        while Address(self._row, column) in self._taken:
            column += 1
        for down in range(int(attributes.get("rowspan", "1"))):
            for right in range(int(attributes.get("colspan", "1"))):
                self._taken.add(Address(self._row + down, column + right))
        self.colours[Address(self._row, column).a1] = attributes.get("bgcolor", "")


def colours(html: str) -> dict[str, str]:
    """The colour behind each cell of the first sheet, empty for none."""
    table = _Table()
    table.feed(html)
    return table.colours
