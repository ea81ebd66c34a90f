"""A sequence of objects that lies on disk once it is large: one for each file of a round.

As many as a large round has stay in memory, where they need not be pickled.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar, overload

from xlsync.base.disk_map import DiskMap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Item = TypeVar("Item")

FEW = 1 << 14
"""Objects that are kept in memory: with a few KB each some 50 MB."""


class Shelved:
    """A frozen dataclass with slots that goes on shelves by the tens of thousands.

    It is pickled by the values of its fields: dataclasses do the same in twice the time.
    """

    __slots__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """How it is made again."""
        return type(self), tuple(getattr(self, name) for name in self.__slots__)


class Shelf(Sequence[Item]):
    """Objects that can be pickled, in the order in which they were put there.

    Each look at one may give another copy of it.

    Raises:
        XlsyncError: by every method, when the disk has no room left.
    """

    def __init__(self, items: Iterable[Item] = (), *, few: int = FEW) -> None:
        """Begin with these; with more than ``few`` it goes to the disk."""
        self._few = few
        self._kept: list[Item] | DiskMap[int, bytes] = []
        self._count = 0
        for one in items:
            self.append(one)

    def append(self, item: Item) -> None:
        """Put one more at the end."""
        if isinstance(self._kept, list):
            self._kept.append(item)
            if len(self._kept) > self._few:
                self._kept = DiskMap(enumerate(map(_dumped, self._kept)), few=0)
        else:
            self._kept[self._count] = _dumped(item)
        self._count += 1

    def __setitem__(self, at: int, item: Item) -> None:
        """Put another one in its place; IndexError where there is none."""
        place = range(self._count)[at]
        if isinstance(self._kept, list):
            self._kept[place] = item
        else:
            self._kept[place] = _dumped(item)

    @overload
    def __getitem__(self, at: int) -> Item: ...

    @overload
    def __getitem__(self, at: slice) -> list[Item]: ...

    def __getitem__(self, at: int | slice) -> Item | list[Item]:
        """One of them, or a list of some; IndexError where there is none."""
        if isinstance(self._kept, list):
            return self._kept[at]
        found = range(self._count)[at]
        if isinstance(found, range):
            return [_loaded(self._kept[one]) for one in found]
        item: Item = _loaded(self._kept[found])
        return item

    def __iter__(self) -> Iterator[Item]:
        """One after the other."""
        if isinstance(self._kept, list):
            return iter(self._kept)
        return map(_loaded, self._kept.values())

    def __len__(self) -> int:
        """How many there are."""
        return self._count

    def __eq__(self, other: object) -> bool:
        """Whether another sequence holds the same."""
        if not isinstance(other, Sequence) or len(self) != len(other):
            return NotImplemented
        return all(mine == one for mine, one in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]


def _dumped(item: object) -> bytes:
    return pickle.dumps(item, pickle.HIGHEST_PROTOCOL)


# What is unpickled here was pickled by this very process, into a file without a name.
_loaded = pickle.loads
