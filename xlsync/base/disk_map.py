"""Mappings that lie on disk once they are large, for what a round has as much of as projects.

One is a plain mapping in memory at first: for the most part it stays one, which is much faster.
Then it becomes a private database of SQLite's, in a temporary file that nobody else sees and that
is gone with the process.
"""

from __future__ import annotations

import weakref
from collections.abc import ItemsView, MutableMapping, ValuesView
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from xlsync.base.errors import XlsyncError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

Key = TypeVar("Key", str, bytes, int)
Value = TypeVar("Value", bound=str | bytes)

FEW = 12_288
"""Entries that are kept in memory, some 3 MB: a round of 10,000 projects has fewer."""

SEVERAL = 5 * FEW
"""The same where each project has several entries."""

_CACHE = 1024
"""Kilobytes of memory that one on disk takes at most."""

_AT_ONCE = 256
"""Entries that are read together."""


class DiskMap(MutableMapping[Key, Value]):
    """A mapping of plain keys to plain values, in the order of its keys (texts as UTF-8).

    It may be changed while somebody goes through it; what is put there meanwhile may be seen then,
    or not.

    Raises:
        XlsyncError: by every method, when the disk has no room left.
    """

    def __init__(self, entries: Iterable[tuple[Key, Value]] = (), *, few: int = FEW) -> None:
        """Begin with these entries; with more than ``few`` it goes to the disk."""
        self._few = few
        self._kept: dict[Key, Value] | _Table[Key, Value] = {}
        for key, value in entries:
            self[key] = value

    def __setitem__(self, key: Key, value: Value) -> None:
        """Put a value in place of a former one."""
        self._kept[key] = value
        if isinstance(self._kept, dict) and len(self._kept) > self._few:
            self._kept = _Table(self._kept)

    def add(self, key: Key, value: Value) -> bool:
        """Put an entry where there is none of its key; whether it was put."""
        if not isinstance(self._kept, dict):
            return self._kept.add(key, value)
        is_new = key not in self._kept
        if is_new:
            self[key] = value
        return is_new

    def __getitem__(self, key: Key) -> Value:
        """The value of a key; KeyError where there is none."""
        return self._kept[key]

    def __delitem__(self, key: Key) -> None:
        """Take an entry away; KeyError where there is none."""
        del self._kept[key]

    def __contains__(self, key: object) -> bool:
        """Whether there is such a key."""
        return key in self._kept

    def __len__(self) -> int:
        """How many entries there are."""
        return len(self._kept)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._kept)

    def __iter__(self) -> Iterator[Key]:
        """The keys, in order."""
        return (key for key, _ in self.rows())

    def items(self) -> ItemsView[Key, Value]:
        """Keys and values, in the order of the keys."""
        return _DiskItems(self)

    def values(self) -> ValuesView[Value]:
        """The values, in the order of the keys."""
        return _DiskValues(self)

    def rows(self) -> Iterator[tuple[Key, Value]]:
        """Keys and values, in the order of the keys."""
        if not isinstance(self._kept, dict):
            yield from self._kept.rows()
            return
        for key in sorted(self._kept):
            value = self._kept.get(key)
            if value is not None:
                yield key, value


class _Table(MutableMapping[Key, Value]):
    """The same on disk."""

    def __init__(self, entries: dict[Key, Value]) -> None:
        import sqlite3  # noqa: PLC0415 - only who collects much needs it

        # Whoever shows what came of a collection may do so in another thread.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._database.close)
        self._error = sqlite3.Error
        for setting in (f"cache_size=-{_CACHE}", "journal_mode=OFF", "synchronous=OFF"):
            self._run(f"PRAGMA {setting}")
        self._run("CREATE TABLE entries (key PRIMARY KEY, value) WITHOUT ROWID")
        self._run("BEGIN")
        for key in sorted(entries):
            self[key] = entries[key]

    def __setitem__(self, key: Key, value: Value) -> None:
        self._run("REPLACE INTO entries VALUES (?, ?)", key, value)

    def add(self, key: Key, value: Value) -> bool:
        """Put an entry where there is none of its key; whether it was put."""
        return bool(self._run("INSERT OR IGNORE INTO entries VALUES (?, ?)", key, value).rowcount)

    def __getitem__(self, key: Key) -> Value:
        found = self._run("SELECT value FROM entries WHERE key = ?", key).fetchone()
        if found is None:
            raise KeyError(key)
        value: Value = found[0]
        return value

    def __delitem__(self, key: Key) -> None:
        if not self._run("DELETE FROM entries WHERE key = ?", key).rowcount:
            raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return self._run("SELECT 1 FROM entries WHERE key = ?", key).fetchone() is not None

    def __len__(self) -> int:
        count: int = self._run("SELECT count(*) FROM entries").fetchone()[0]
        return count

    def __bool__(self) -> bool:
        return self._run("SELECT 1 FROM entries LIMIT 1").fetchone() is not None

    def __iter__(self) -> Iterator[Key]:
        return (key for key, _ in self.rows())

    def rows(self) -> Iterator[tuple[Key, Value]]:
        """Keys and values, in the order of the keys."""
        # Read piece by piece: an open query would not know what is changed meanwhile.
        after: tuple[Key, ...] = ()
        while True:
            where = "WHERE key > ?" if after else ""
            query = f"SELECT key, value FROM entries {where} ORDER BY key LIMIT {_AT_ONCE}"  # noqa: S608 - nothing of others in it
            rows = self._run(query, *after).fetchall()
            yield from rows
            if len(rows) < _AT_ONCE:
                return
            after = (rows[-1][0],)

    def _run(self, query: str, *values: object) -> sqlite3.Cursor:
        try:
            return self._database.execute(query, values)
        except self._error as error:
            _refuse(error)


class _DiskItems(ItemsView[Key, Value]):
    """Keys and values, read together."""

    _mapping: DiskMap[Key, Value]

    def __iter__(self) -> Iterator[tuple[Key, Value]]:
        return self._mapping.rows()


class _DiskValues(ValuesView[Value]):
    """The values, read with their keys."""

    _mapping: DiskMap[Any, Value]

    def __iter__(self) -> Iterator[Value]:
        return (value for _, value in self._mapping.rows())


def _refuse(error: Exception) -> NoReturn:
    raise XlsyncError(f"临时文件写不下（{error}）；请在磁盘上腾出空间再试。") from error
