"""A sequence of objects that lies on disk once it is large: one for each file of a round.

As many as a small round has stay in memory, where they need not be pickled. More are pickled one
behind the other into a file without a name, of which the memory holds where each of them begins.
"""

from __future__ import annotations

import os
import pickle
import weakref
from array import array
from collections.abc import Sequence
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING, ClassVar, Generic, NoReturn, TypeVar, overload

from xlsync.base.errors import XlsyncError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Item = TypeVar("Item")

FEW = 12_288
"""Objects that are kept in memory, some 30 MB: a round of 10,000 projects has fewer files."""


class Shelved:
    """A frozen dataclass with slots that goes on shelves by the tens of thousands.

    It is pickled by the values of its fields: dataclasses do the same in three times the time.
    """

    __slots__: tuple[str, ...] = ()
    _values: ClassVar[attrgetter[tuple[object, ...]]]

    def __init_subclass__(cls) -> None:
        """Prepare what gives the values of the fields, of which there are two at least."""
        if len(cls.__slots__) > 1:
            cls._values = attrgetter(*cls.__slots__)

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """How it is made again."""
        return type(self), self._values(self)


class Shelf(Sequence[Item]):
    """Objects that can be pickled, in the order in which they were put there.

    Each look at one may give another copy of it.

    Raises:
        XlsyncError: by every method, when the disk has no room left.
    """

    def __init__(self, items: Iterable[Item] = (), *, few: int = FEW) -> None:
        """Begin with these; with more than ``few`` it goes to the disk."""
        self._few = few
        self._kept: list[Item] | _Pile[Item] = []
        for one in items:
            self.append(one)

    def append(self, item: Item) -> None:
        """Put one more at the end."""
        self._kept.append(item)
        if isinstance(self._kept, list) and len(self._kept) > self._few:
            pile: _Pile[Item] = _Pile()
            for one in self._kept:
                pile.append(one)
            self._kept = pile

    def __setitem__(self, at: int, item: Item) -> None:
        """Put another one in its place; IndexError where there is none."""
        self._kept[range(len(self))[at]] = item

    @overload
    def __getitem__(self, at: int) -> Item: ...

    @overload
    def __getitem__(self, at: slice) -> list[Item]: ...

    def __getitem__(self, at: int | slice) -> Item | list[Item]:
        """One of them, or a list of some; IndexError where there is none."""
        found = range(len(self))[at]
        if isinstance(found, range):
            return [self._kept[one] for one in found]
        return self._kept[found]

    def __iter__(self) -> Iterator[Item]:
        """One after the other."""
        return (self._kept[at] for at in range(len(self)))

    def __len__(self) -> int:
        """How many there are."""
        return len(self._kept)

    def __eq__(self, other: object) -> bool:
        """Whether another sequence holds the same."""
        if not isinstance(other, Sequence) or len(self) != len(other):
            return NotImplemented
        return all(mine == one for mine, one in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]


class _Pile(Generic[Item]):
    """The same on disk; what was replaced stays in the file, and nothing leads there."""

    def __init__(self) -> None:
        import tempfile  # noqa: PLC0415 - only who collects much needs it

        self._file = tempfile.TemporaryFile(dir=_roomy())  # noqa: SIM115 - lives as long as the pile
        weakref.finalize(self, self._file.close)
        # Whoever shows what came of a collection may do so in another thread.
        self._lock = Lock()
        self._starts, self._sizes = array("Q"), array("Q")
        self._end = 0

    def append(self, item: Item) -> None:
        """Put one more at the end."""
        start, size = self._write(item)
        self._starts.append(start)
        self._sizes.append(size)

    def __setitem__(self, at: int, item: Item) -> None:
        self._starts[at], self._sizes[at] = self._write(item)

    def __getitem__(self, at: int) -> Item:
        try:
            with self._lock:
                self._file.seek(self._starts[at])
                data = self._file.read(self._sizes[at])
        except OSError as error:
            _refuse(error)
        item: Item = pickle.loads(data)  # noqa: S301 - pickled below, into a file without a name
        return item

    def __len__(self) -> int:
        return len(self._starts)

    def _write(self, item: Item) -> tuple[int, int]:
        data = pickle.dumps(item, pickle.HIGHEST_PROTOCOL)
        try:
            with self._lock:
                self._file.seek(self._end)
                self._file.write(data)
        except OSError as error:
            _refuse(error)
        start, self._end = self._end, self._end + len(data)
        return start, len(data)


def _roomy() -> str | None:
    """Where SQLite keeps its files, too: /tmp may be memory, /var/tmp is a disk (hier(7))."""
    place = "/var/tmp"  # noqa: S108 - a file without a name is put there
    is_usable = "TMPDIR" not in os.environ and os.access(place, os.W_OK)
    return place if is_usable else None


def _refuse(error: OSError) -> NoReturn:
    raise XlsyncError(f"临时文件写不下（{error}）；请在磁盘上腾出空间再试。") from error
