"""Work in several processes: in order, with errors told, and none left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
from itertools import count, islice
from multiprocessing.connection import Connection

import pytest

from xlsync.base import workers
from xlsync.base.errors import XlsyncError
from xlsync.base.workers import CHUNK, processes, spread


def _double(number: int) -> int:
    return 2 * number


def _fail(number: int) -> int:
    raise XlsyncError(f"no {number}")


def _die(_: int) -> int:
    if multiprocessing.parent_process() is not None:
        os.kill(os.getpid(), signal.SIGTERM)
    return 0


def _die_while_it_answers(_: int) -> int:
    def half(connection: Connection, data: bytes) -> None:
        os.write(connection.fileno(), data[:10])
        os.kill(os.getpid(), signal.SIGKILL)

    if multiprocessing.parent_process() is not None:
        Connection._send = half  # type: ignore[attr-defined]  # noqa: SLF001 - what writes to a pipe
    return 0


def _where(_: int) -> int:
    return os.getpid()


def test_few_items_are_not_worth_a_process() -> None:
    assert processes(1) == processes(workers.WORTH_IT - 1) == 1
    assert processes(workers.WORTH_IT) == (os.cpu_count() or 1)


def test_results_come_in_order_and_items_are_not_taken_ahead_of_time() -> None:
    taken = []

    def items() -> object:
        for number in count():
            taken.append(number)
            yield number

    results = spread(_double, items(), 2)  # type: ignore[arg-type]
    assert list(islice(results, 40)) == [2 * one for one in range(40)]
    assert len(taken) <= 8 * CHUNK
    results.close()  # type: ignore[attr-defined]


def test_fewer_items_than_go_out_together_are_worked_on_here() -> None:
    assert set(spread(_where, iter(range(CHUNK - 1)), 2)) == {os.getpid()}
    assert list(spread(_where, iter(()), 2)) == []


def test_an_error_comes_out_as_it_was_raised() -> None:
    with pytest.raises(XlsyncError, match="no 1"):
        list(spread(_fail, [1, 2], 1))


def test_a_process_that_was_killed_is_said_in_one_line() -> None:
    with pytest.raises(XlsyncError, match="a process was killed"):
        list(spread(_die, count(), 1))


@pytest.mark.slow
@pytest.mark.parametrize("count_of_workers", [1, 2])
def test_so_is_one_that_was_killed_in_the_middle_of_an_answer(count_of_workers: int) -> None:
    with pytest.raises(XlsyncError, match="a process was killed"):
        list(spread(_die_while_it_answers, count(), count_of_workers))


def test_the_first_items_are_not_kept_waiting_for_processes_to_start() -> None:
    results = spread(_where, count(), 2)
    assert next(results) == os.getpid()
    assert any(one != os.getpid() for one in results)
    results.close()  # type: ignore[attr-defined]
