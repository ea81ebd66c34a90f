"""Work on many items in several processes, in order and with little memory.

A few hundred items take a second or two, which is what starting processes costs; only more are
worth it. Items go out in chunks and results come back while later chunks are still waiting, so
neither of them piles up. Where a crew works elsewhere (:mod:`xlsync.base.cluster`), it gets the
chunks instead of processes of this machine.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import chain, islice
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from xlsync.base.errors import XlsyncError
from xlsync.base.garbage import look_seldom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor, Future

    Progress = Callable[[int, int], None]
    """Told how many of how many are done."""

Item = TypeVar("Item")
Result = TypeVar("Result")

WORTH_IT = 400
"""Items from which on processes are started."""

CHUNK = 32
_AHEAD = 2
"""Chunks for each process that wait or are done before their results are taken."""

_GRACE = 5.0
"""Seconds in which a pool has to notice by itself that one of its processes is gone."""


class Crew(NamedTuple):
    """Who works elsewhere: an executor, how many at a time, how many items they get at once.

    ``ask_each`` lets each of them do something, and tells what came of it, errors too.
    """

    executor: Executor
    hands: int
    chunk: int
    ask_each: Callable[[Callable[[], object]], list[object]]


_CREW: ContextVar[Crew | None] = ContextVar("crew", default=None)


@contextmanager
def working_with(crew: Crew) -> Iterator[None]:
    """Let a crew do meanwhile what is worth more than this process."""
    token = _CREW.set(crew)
    try:
        yield
    finally:
        _CREW.reset(token)


def processes(count: int, worth_it: int | None = None) -> int:
    """How many processes are worth starting for so many items; 1 for none beside this one."""
    if count < (WORTH_IT if worth_it is None else worth_it):
        return 1
    crew = _CREW.get()
    # One process elsewhere is still one beside this.
    return (os.cpu_count() or 1) if crew is None else max(2, crew.hands)


def is_elsewhere() -> bool:
    """Whether a crew works elsewhere."""
    return _CREW.get() is not None


def each_elsewhere(task: Callable[[], object]) -> list[object]:
    """What came of a task that can be pickled at each of a crew, errors too; empty without one.

    Raises:
        XlsyncError: when the crew is lost.
    """
    crew = _CREW.get()
    return [] if crew is None else crew.ask_each(task)


def spread(
    task: Callable[[Item], Result],
    items: Iterable[Item],
    workers: int,
    chunk: int | None = None,
) -> Iterator[Result]:
    """The results of a task that can be pickled, in the order of the items.

    ``chunk`` is how many items go out together, where they are of an unusual size. Of processes of
    this machine the first take a second or two to start; until then items are worked on here, and
    so are fewer than a chunk.

    Raises:
        XlsyncError: when a process was killed, as a system does that runs out of memory, or the
            crew is lost.
    """
    crew = _CREW.get()
    if crew is not None:
        yield from _in_chunks(crew.executor, task, iter(items), chunk or crew.chunk, crew.hands)
    else:
        yield from _spread_here(task, iter(items), workers, chunk or CHUNK)


def _spread_here(
    task: Callable[[Item], Result], items: Iterator[Item], workers: int, chunk: int
) -> Iterator[Result]:
    # How many items come may not be known before: files of a folder may all have been read once.
    begun = list(islice(items, chunk))
    if len(begun) < chunk:
        yield from map(task, begun)
        return
    items = chain(begun, items)
    # Forking is not possible everywhere, and not safe where a program has threads.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)
    is_over = threading.Event()
    try:
        starting = [pool.submit(_done, task, []) for _ in range(workers)]
        _watch(pool, is_over)
        while not any(one.done() for one in starting):
            first = list(islice(items, 1))
            if not first:
                return
            yield task(first[0])
        yield from _in_chunks(pool, task, items, chunk, workers)
    except BrokenProcessPool:
        raise XlsyncError("a process was killed while it worked; is there enough memory?") from None
    finally:
        pool.shutdown(cancel_futures=True)
        is_over.set()


def _watch(pool: ProcessPoolExecutor, is_over: threading.Event) -> None:
    """Let a pool end once one of its processes is gone, where it does not by itself.

    A process that is killed in the middle of an answer leaves the pool reading the rest of it. That
    ends when nobody has the pipe open for writing: neither this process nor the others.
    """
    # Nothing public tells the processes of a pool, or closes its own copy of that end.
    children = list(pool._processes.values())  # noqa: SLF001
    pool._result_queue._writer.close()  # type: ignore[attr-defined]  # noqa: SLF001

    def end_with_one() -> None:
        wait([one.sentinel for one in children])
        if not is_over.wait(_GRACE):
            for one in children:
                one.kill()

    threading.Thread(target=end_with_one, daemon=True).start()


def _in_chunks(
    executor: Executor,
    task: Callable[[Item], Result],
    items: Iterator[Item],
    size: int,
    hands: int,
) -> Iterator[Result]:
    waiting: deque[Future[list[Result]]] = deque()
    try:
        while chunk := list(islice(items, size)):
            waiting.append(executor.submit(_done, task, chunk))
            if len(waiting) > _AHEAD * hands:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        for one in waiting:
            one.cancel()


def _done(task: Callable[[Item], Result], chunk: list[Item]) -> list[Result]:
    return [task(item) for item in chunk]


def _begin() -> None:
    look_seldom()
    _end_with_parent()


def _end_with_parent() -> None:
    """Let this process end when the one that started it was killed; it would wait for ever."""

    def watch() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
