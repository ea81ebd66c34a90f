"""Cell formats: number format, date or not, locked or not.

ECMA-376 part 1, clauses 18.8.10 (cellXfs), 18.8.30 (numFmt) and 18.8.33 (protection).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from xlsync.sources.xlsx.dates import is_date_format
from xlsync.sources.xlsx.markup import Attributes, Wanted, is_true, parse
from xlsync.sources.xlsx.number_formats import BUILT_IN

if TYPE_CHECKING:
    from xlsync.sources.xlsx.package import Package


class Style(NamedTuple):
    """What of a cell's format concerns its content."""

    number_format: str = "General"
    is_date: bool = False
    locked: bool = True


DEFAULT_STYLE = Style()


def read_styles(package: Package, part: str) -> dict[str, Style]:
    """Return the cell formats by their index as cells give it (``s="3"`` → ``"3"``).

    Raises :class:`UnreadableError` for a damaged part.
    """
    reader = _StylesReader(package)
    parse(package, part, reader.wanted())
    return reader.styles()


@dataclass(slots=True)
class _Format:
    """One ``xf`` as it stands in the file; ``locked`` is None where it says nothing."""

    number_format: str
    parent: str
    locked: bool | None = None


class _StylesReader:
    def __init__(self, package: Package) -> None:
        self._spend_entry = package.budget.spend_entry
        self._codes = dict(BUILT_IN)
        self._parents: list[_Format] = []
        self._formats: list[_Format] = []
        self._group: list[_Format] | None = None

    def wanted(self) -> Wanted:
        return Wanted(
            starts={
                "numFmt": self._number_format,
                "cellStyleXfs": self._parents_begin,
                "cellXfs": self._formats_begin,
                "xf": self._format,
                "protection": self._protection,
            },
            # The formats inside of conditional formats concern no cell.
            skipped=frozenset({"dxfs"}),
        )

    def styles(self) -> dict[str, Style]:
        parents = {str(index): parent.locked for index, parent in enumerate(self._parents)}
        # Many formats differ in font and border only: one object serves them all.
        same: dict[tuple[str, bool], Style] = {}
        styles: dict[str, Style] = {}
        for index, item in enumerate(self._formats):
            code = self._codes.get(item.number_format, "General")
            # A format without a word on protection has that of its named style.
            locked = parents.get(item.parent) if item.locked is None else item.locked
            key = (code, locked is not False)
            if key not in same:
                same[key] = Style(code, is_date_format(code), key[1])
            styles[str(index)] = same[key]
        return styles

    def _number_format(self, attributes: Attributes) -> None:
        self._spend_entry(attributes)
        self._codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "General")

    def _parents_begin(self, _attributes: Attributes) -> None:
        self._group = self._parents

    def _formats_begin(self, _attributes: Attributes) -> None:
        self._group = self._formats

    def _format(self, attributes: Attributes) -> None:
        if self._group is not None:
            self._spend_entry(attributes)
            self._group.append(_Format(attributes.get("numFmtId", "0"), attributes.get("xfId", "")))

    def _protection(self, attributes: Attributes) -> None:
        if self._group:
            self._group[-1].locked = is_true(attributes.get("locked", "1"))
