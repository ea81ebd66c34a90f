"""Work on many items in several processes, in order and with little memory.

A few hundred items take a second or two, which is what starting processes costs; only more are
worth it. Items go out in chunks and results come back while later chunks are still waiting, so
neither of them piles up.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from xlsync.base.errors import XlsyncError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    Progress = Callable[[int, int], None]
    """Told how many of how many are done."""

Item = TypeVar("Item")
Result = TypeVar("Result")

WORTH_IT = 400
"""Items from which on processes are started."""

CHUNK = 32
_AHEAD = 2
"""Chunks for each process that wait or are done before their results are taken."""


def processes(count: int) -> int:
    """How many processes are worth starting for so many items; 1 for none beside this one."""
    return 1 if count < WORTH_IT else os.cpu_count() or 1


def spread(task: Callable[[Item], Result], items: Iterable[Item], workers: int) -> Iterator[Result]:
    """The results of a task that can be pickled, in the order of the items.

    Until the processes are up, which takes a second or two, the items are worked on here.

    Raises:
        XlsyncError: when a process was killed, as a system does that runs out of memory.
    """
    # Forking is not possible everywhere, and not safe where a program has threads.
    context = multiprocessing.get_context("spawn")
    rest = iter(items)
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent)
    try:
        starting = [pool.submit(_done, task, []) for _ in range(workers)]
        while not any(one.done() for one in starting):
            first = list(islice(rest, 1))
            if not first:
                return
            yield task(first[0])
        waiting: deque[Future[list[Result]]] = deque()
        while chunk := list(islice(rest, CHUNK)):
            waiting.append(pool.submit(_done, task, chunk))
            if len(waiting) > _AHEAD * workers:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    except BrokenProcessPool:
        raise XlsyncError("a process was killed while it worked; is there enough memory?") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _done(task: Callable[[Item], Result], chunk: list[Item]) -> list[Result]:
    return [task(item) for item in chunk]


def _end_with_parent() -> None:
    """Let this process end when the one that started it was killed; it would wait for ever."""

    def watch() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
