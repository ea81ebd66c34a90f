"""A sequence of objects that lies on disk once it is large: one for each file of a round."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar, overload

from xlsync.base.disk_map import DiskMap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Item = TypeVar("Item")


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

    Each look at one gives another copy of it.

    Raises:
        XlsyncError: by every method, when the disk has no room left.
    """

    def __init__(self, items: Iterable[Item] = ()) -> None:
        """Begin with these."""
        self._kept: DiskMap[int, bytes] = DiskMap()
        self._count = 0
        for one in items:
            self.append(one)

    def append(self, item: Item) -> None:
        """Put one more at the end."""
        self._kept[self._count] = pickle.dumps(item, pickle.HIGHEST_PROTOCOL)
        self._count += 1

    def __setitem__(self, at: int, item: Item) -> None:
        """Put another one in its place; IndexError where there is none."""
        self._kept[range(self._count)[at]] = pickle.dumps(item, pickle.HIGHEST_PROTOCOL)

    @overload
    def __getitem__(self, at: int) -> Item: ...

    @overload
    def __getitem__(self, at: slice) -> list[Item]: ...

    def __getitem__(self, at: int | slice) -> Item | list[Item]:
        """One of them, or a list of some; IndexError where there is none."""
        found = range(self._count)[at]
        if isinstance(found, range):
            return [_loaded(self._kept[one]) for one in found]
        item: Item = _loaded(self._kept[found])
        return item

    def __iter__(self) -> Iterator[Item]:
        """One after the other."""
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


# What is unpickled here was pickled by this very process, into a file without a name.
_loaded = pickle.loads
