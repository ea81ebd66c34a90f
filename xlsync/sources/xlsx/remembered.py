"""What was read of former files and may come again: bounded, and safe between threads.

The workbooks of one form share their styles, names and helper sheets, byte by byte, whoever
filled them in. Such a part is recognised before it is unpacked; what reading it cost is charged
to the file again, so every limit holds as if it had been read. What is remembered is shared
between files: whoever gets it must not change it.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from xlsync.sources.xlsx import limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsync.sources.xlsx.package import Package, Packed

Key = TypeVar("Key")
Made = TypeVar("Made")
Remade = TypeVar("Remade")


class _Kept(NamedTuple, Generic[Made]):
    made: Made
    weight: int


class Remembered(Generic[Key, Made]):
    """Things by their keys; the least recently met is forgotten first."""

    def __init__(self, most: int) -> None:
        """Remember things that weigh so many bytes in all."""
        self._most = most
        self._weight = 0
        self._kept: OrderedDict[Key, _Kept[Made]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Made | None:
        """What is remembered under a key."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            self._kept.move_to_end(key)
            return kept.made

    def keep(self, key: Key, made: Made, weight: int) -> None:
        """Remember something in place of what was there before."""
        with self._lock:
            former = self._kept.pop(key, None)
            self._weight += weight - (former.weight if former else 0)
            self._kept[key] = _Kept(made, weight)
            while self._weight > self._most:
                _, forgotten = self._kept.popitem(last=False)
                self._weight -= forgotten.weight


class _Part(NamedTuple, Generic[Remade]):
    made: Remade
    costs: tuple[int, ...]


class Recurring(Generic[Remade]):
    """What one kind of part was read to."""

    def __init__(self) -> None:
        """Remember parts by their size: packed, unpacked, and the texts they took."""
        self._parts: Remembered[Packed, _Part[Remade]] = Remembered(limits.MAX_REMEMBERED_BYTES)

    def read(
        self,
        package: Package,
        part: str,
        make: Callable[[Package, str], Remade],
        fits: Callable[[Remade], bool] = lambda _made: True,
    ) -> Remade:
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
