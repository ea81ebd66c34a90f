"""What was read of former files and may come again: bounded, and safe between threads.

What is remembered is shared between files: whoever gets it must not change it.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

Key = TypeVar("Key")
Made = TypeVar("Made")


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
