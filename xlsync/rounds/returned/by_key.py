"""Files to those who read them elsewhere: by their SHA-256 where both reach one store, else whole.

Each file has to be put into the store anyway. Whether everybody reaches it is asked once, with the
first file; a worker that cannot have a file later costs its reading here, and from then on files
go whole. What the store answers is compared with the SHA-256.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from xlsync.base.workers import each_elsewhere, spread
from xlsync.repository.originals import DamagedError
from xlsync.repository.shared_store import fetched, unreached
from xlsync.sources.finding import Arrival

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from xlsync.repository import ObjectID, Spool
    from xlsync.repository.shared_store import SharedStore

Made = TypeVar("Made")

_FILES, _BYTES = 32, 8 * 1024 * 1024
"""What is put into the store, and fetched from there, at a time."""

_CHUNK = 8
"""Times that which go to a worker together: 256 files."""


class SpooledFile(NamedTuple):
    """A file that is being read: its bytes are in the spool."""

    path: Path
    digest: str
    blob: ObjectID | None
    is_named: bool


class _StoredFile(NamedTuple):
    path: Path
    digest: str


class _Unreached(NamedTuple):
    reason: str


@dataclass(frozen=True, slots=True)
class _FromStore(Generic[Made]):
    """Reading files that a store has, as it is sent to another machine."""

    read: Callable[[Arrival], Made]
    address: str

    def __call__(self, files: Sequence[Arrival | _StoredFile]) -> list[Made | _Unreached]:
        """Read each file; of one that cannot be had, say why."""
        digests = [one.digest for one in files if isinstance(one, _StoredFile)]
        found = dict(zip(digests, fetched(self.address, digests), strict=True)) if digests else {}
        return [self._read(one, found) for one in files]

    def _read(
        self, file: Arrival | _StoredFile, found: dict[str, bytes | str]
    ) -> Made | _Unreached:
        if isinstance(file, Arrival):
            return self.read(file)
        data = found[file.digest]
        return _Unreached(data) if isinstance(data, str) else self.read(Arrival(file.path, data))


class KeyReading:
    """One collection's way to its workers; ``reason`` says why files go whole, where they do."""

    def __init__(self, store: SharedStore, spool: Spool) -> None:
        """Put files into a store, and keep at hand what the spool holds."""
        self.reason = ""
        self._store, self._spool = store, spool
        self._is_asked = False

    def read(
        self,
        read: Callable[[Arrival], Made],
        files: Iterable[tuple[Arrival, SpooledFile]],
        workers: int,
    ) -> Iterator[Made]:
        """What a task that can be pickled makes of each file, in their order.

        Raises:
            DamagedError: when the store answers something else than was put there.
            XlsyncError: when the store takes no files, or the workers are lost.
        """
        waiting: deque[SpooledFile] = deque()

        def sent() -> Iterator[list[Arrival | _StoredFile]]:
            for batch in _batches(files):
                waiting.extend(kept for _, kept in batch)
                yield self._sent(batch)

        task = _FromStore(read, self._store.address)
        for made in spread(task, sent(), workers, _CHUNK):
            for one in made:
                file = waiting.popleft()
                if isinstance(one, _Unreached):
                    self.reason = self.reason or one.reason
                    yield read(self._at_hand(file))
                else:
                    yield one

    def _at_hand(self, file: SpooledFile) -> Arrival:
        return Arrival(file.path, self._spool.data(file.blob) if file.blob else b"")

    def _sent(self, batch: list[tuple[Arrival, SpooledFile]]) -> list[Arrival | _StoredFile]:
        held = {kept.digest: arrival.data for arrival, kept in batch if _is_whole(arrival)}
        if held and not self.reason:
            self._store.put(self._spool, [(one, data) for one, data in held.items() if data])
            if not self._is_asked:
                self._is_asked, self.reason = True, self._asked(next(iter(held)))
        if self.reason:
            return [arrival for arrival, _ in batch]
        return [
            _StoredFile(kept.path, kept.digest) if _is_whole(arrival) else arrival
            for arrival, kept in batch
        ]

    def _asked(self, digest: str) -> str:
        """Why some worker cannot have a file of the store; empty where all of them can."""
        for told in each_elsewhere(partial(unreached, self._store.address, digest)):
            if isinstance(told, DamagedError):
                raise told
            if told:
                return str(told)
        return ""


def _is_whole(arrival: Arrival) -> bool:
    return bool(arrival.data) and arrival.problem is None


def _batches(
    files: Iterable[tuple[Arrival, SpooledFile]],
) -> Iterator[list[tuple[Arrival, SpooledFile]]]:
    batch, size = [], 0
    for one in files:
        batch.append(one)
        size += len(one[0].data or b"")
        if len(batch) >= _FILES or size >= _BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
