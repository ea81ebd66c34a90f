"""Parts that come in file after file: what was read from them is remembered.

The workbooks of one form share their styles, names and companion sheets, byte by byte, whoever
filled them in. Such a part is recognised before it is unpacked. What reading it cost is charged
to the file again, so every limit holds as if it had been read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from xlsync.sources.xlsx import limits
from xlsync.sources.xlsx.remembered import Remembered

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsync.sources.xlsx.package import Package, Packed

Made = TypeVar("Made")


class _Part(NamedTuple, Generic[Made]):
    made: Made
    costs: tuple[int, ...]


class Recurring(Generic[Made]):
    """What one kind of part was read to."""

    def __init__(self) -> None:
        """Remember parts by their size: packed, unpacked, and the texts they took."""
        self._parts: Remembered[Packed, _Part[Made]] = Remembered(limits.MAX_REMEMBERED_BYTES)

    def read(
        self,
        package: Package,
        part: str,
        make: Callable[[Package, str], Made],
        fits: Callable[[Made], bool] = lambda _made: True,
    ) -> Made:
        """What ``make`` gives for a part, made anew where it was not met before.

        ``fits`` says whether something remembered holds for this file too, and whether
        something new is fit to be remembered. What is given is shared between files: nobody
        may change it. Raises what ``make`` raises.
        """
        key = package.packed(part)
        known = self._parts.get(key)
        if known is not None and fits(known.made):
            package.budget.charge(known.costs)
            return known.made
        before, text = package.budget.levels(), package.budget.text.left
        made = make(package, part)
        if fits(made):
            weight = len(key[0]) + key[2] + text - package.budget.text.left
            self._parts.keep(key, _Part(made, package.budget.since(before)), weight)
        return made
