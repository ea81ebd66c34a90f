"""Parts that come in file after file: what was read from them is remembered.

The workbooks of one form share their styles, names and companion sheets, byte by byte, whoever
filled them in. Such a part is recognised before it is unpacked. What reading it cost is charged
to the file again, so every limit holds as if it had been read.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from xlsync.sources.xlsx import limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsync.sources.xlsx.package import Package, Packed

Made = TypeVar("Made")


class _Kept(NamedTuple, Generic[Made]):
    made: Made
    costs: tuple[int, ...]
    weight: int


class Recurring(Generic[Made]):
    """What one kind of part was read to; the least recently met is forgotten first."""

    def __init__(self, most: int = limits.MAX_REMEMBERED_BYTES) -> None:
        """Remember parts of so many bytes in all: packed, unpacked, and the texts they took."""
        self._most = most
        self._weight = 0
        self._kept: OrderedDict[Packed, _Kept[Made]] = OrderedDict()
        self._lock = Lock()

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
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
        if kept is not None and fits(kept.made):
            package.budget.charge(kept.costs)
            return kept.made
        before, text = package.budget.levels(), package.budget.text.left
        made = make(package, part)
        after = package.budget.levels()
        if fits(made):
            costs = tuple(one - other for one, other in zip(before, after, strict=True))
            weight = len(key[0]) + key[2] + text - package.budget.text.left
            self._keep(key, _Kept(made, costs, weight))
        return made

    def _keep(self, key: Packed, one: _Kept[Made]) -> None:
        with self._lock:
            former = self._kept.pop(key, None)
            self._weight += one.weight - (former.weight if former else 0)
            self._kept[key] = one
            while self._weight > self._most:
                _, forgotten = self._kept.popitem(last=False)
                self._weight -= forgotten.weight
