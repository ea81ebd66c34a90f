"""Figures of writing: spliced workbooks against XlsxWriter and openpyxl, side by side in one run.

All fill the sample records into the same form, in turns that take a few workbooks each, so that
whatever else the machine does hits each of them alike; a ratio is the median of those of the
turns. Each way makes the manifest as well. What is proven is read back and compared, as
``xlsync generate`` does; the other figures are without that.
"""

from __future__ import annotations

import itertools
import json
import multiprocessing
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

from xlsync.demo.staff import type_in
from xlsync.exchange.workbooks import workbook
from xlsync.form import Catalogue
from xlsync.form.catalogue import data_folder
from xlsync.writer import splice, write
from xlsync.writer.splicing import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xlsync.base.record import Record
    from xlsync.form import Form

    Way = Callable[[Form, Record], bytes]

_SLOW = 2
"""Workbooks that a slow way makes in a turn."""

_TURNS = 25
_CHUNK = 32
_ROUNDS = 3
_WAYS: dict[str, Way] = {"spliced": splice, "proven": workbook}


def main(count: int) -> None:
    """Print the figures for so many spliced workbooks."""
    form, records = _samples()
    start = time.perf_counter()
    compiled(form, form.capacity())
    print(f"compiled once a form: {(time.perf_counter() - start) * 1000:.0f} ms\n")
    blank = write(form)
    print("ms a workbook, median of turns                        ms   × spliced   × proven")
    _compare(
        form,
        itertools.cycle(records),
        {
            "spliced": (splice, max(1, count // _TURNS)),
            "proven (spliced, read back and compared)": (workbook, _SLOW * 2),
            "XlsxWriter in memory": (write, _SLOW),
            "openpyxl load, fill, save": (lambda form, one: type_in(form, blank, one), _SLOW),
        },
    )
    _check(form, records)
    print(f"\n{count} workbooks          1 process   2 processes   scaling")
    for name in _WAYS:
        _scale(name, form, records, count if name == "spliced" else count // 10)


def _samples() -> tuple[Form, list[Record]]:
    """The form of the sample records, and these with all their ids."""
    files = sorted(data_folder("samples").glob("*/*/*.json"))
    records = [json.loads(file.read_text("utf-8")) for file in files]
    form = Catalogue()[records[0]["form"]]
    return form, [form.identified(record) for record in records]


def _compare(form: Form, records: Iterator[Record], ways: dict[str, tuple[Way, int]]) -> None:
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(_TURNS):
        for name, (way, count) in ways.items():
            some = list(itertools.islice(records, count))
            start = time.perf_counter()
            for record in some:
                way(form, record)
            times[name].append((time.perf_counter() - start) / count)
    spliced, proven = list(times.values())[:2]
    for name, taken in times.items():
        ratios = f"{_ratio(taken, spliced):>10.1f}{_ratio(taken, proven):>11.1f}"
        print(f"{name:<45}{statistics.median(taken) * 1000:>11.2f}{ratios}")


def _ratio(one: Sequence[float], other: Sequence[float]) -> float:
    return statistics.median(left / right for left, right in zip(one, other, strict=True))


def _check(form: Form, records: list[Record]) -> None:
    """Sizes against XlsxWriter's, and whether the same record gives the same bytes again."""
    made = [splice(form, record) for record in records]
    ratio = statistics.median(
        len(one) / len(write(form, record)) for one, record in zip(made, records, strict=True)
    )
    is_same = made == [splice(form, record) for record in records]
    print(f"\nfile size: {ratio:.3f} of XlsxWriter's; the same bytes again: {is_same}")


def _scale(name: str, form: Form, records: list[Record], count: int) -> None:
    """One process against two, in turns; the workbooks are handed to the first process."""
    chosen = list(itertools.islice(itertools.cycle(records), count))
    chunks = [chosen[first : first + _CHUNK] for first in range(0, count, _CHUNK)]
    times: tuple[list[float], list[float]] = ([], [])
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        jobs = [(name, form.id, chunk) for chunk in chunks]
        list(pool.map(_made, [(name, form.id, records[:1])] * 4))  # start them, let them compile
        for _ in range(_ROUNDS):
            start = time.perf_counter()
            alone = [_WAYS[name](form, record) for record in chosen]
            middle = time.perf_counter()
            together = [one for part in pool.map(_made, jobs) for one in part]
            end = time.perf_counter()
            times[0].append(middle - start)
            times[1].append(end - middle)
            if alone != together:
                raise SystemExit("two processes made other bytes than one")
    one, two = map(statistics.median, times)
    print(f"{name} ({count}){one:>20.2f} s{two:>12.2f} s{_ratio(*times):>10.2f}")


_CATALOGUE = Catalogue()


def _made(job: tuple[str, str, list[Record]]) -> list[bytes]:
    """The workbooks of a chunk of records, in a process that keeps the form compiled."""
    name, form_id, records = job
    return [_WAYS[name](_CATALOGUE[form_id], record) for record in records]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
