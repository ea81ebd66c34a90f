"""Figures of reading: returned workbooks against openpyxl, side by side in one run.

The workbooks are the sample records under so many names, returned in three ways: as they were
written, with a value changed and saved by openpyxl, and opened and saved again by LibreOffice.
Ours reads every cell of every sheet, checks the record by the rules of the form and writes it as
JSON; openpyxl only loads the workbook and writes the values of the form's sheet as JSON.

All take turns, and each file is read by every way, so that whatever else the machine does hits
each of them alike; a ratio is the median of those of the turns. No file is read twice by the same
way, because ours remembers parts that it met before.
"""

from __future__ import annotations

import gc
import io
import itertools
import json
import multiprocessing
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl

from xlsync.form import Catalogue
from xlsync.form.catalogue import data_folder
from xlsync.reader import read
from xlsync.sources import xlsx
from xlsync.writer import splice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from xlsync.form import Form
    from xlsync.record import Record

_TURNS = 25
_SLOW = 2
"""Workbooks that openpyxl reads in a turn."""

_AT_ONCE = 50
"""Workbooks that LibreOffice converts in one run; with some hundred it gives up."""

_KINDS = 3
_LIBREOFFICE = "saved by LibreOffice"
_CATALOGUE = Catalogue()
_FORMS = list(_CATALOGUE)


def main(count: int) -> None:
    """Print the figures for so many workbooks, a third of each kind."""
    form, records = _samples()
    ways = {
        "ours: read, check, JSON": _ours,
        "openpyxl": lambda data: _openpyxl(data, read_only=False),
        "openpyxl read-only": lambda data: _openpyxl(data, read_only=True),
    }
    print("ms a workbook, median of turns            kB        ms   × ours   peak MB of ours")
    for kind, files in _returned(form, list(itertools.islice(records, count // _KINDS))).items():
        size = statistics.median(map(len, files)) / 1024
        print(f"{kind:<36}{size:>8.0f}{'':>18}{_peak(max(files, key=len)):>12.0f}")
        _compare(files, ways)


def _samples() -> tuple[Form, Iterator[Record]]:
    """The form of most sample records, and these over and over under names of their own."""
    files = sorted(data_folder("samples").glob("*/*/*.json"))
    records = [json.loads(file.read_text("utf-8")) for file in files]
    form = _CATALOGUE[records[0]["form"]]
    return form, _renamed(form, [one for one in records if one["form"] == form.id])


def _renamed(form: Form, records: list[Record]) -> Iterator[Record]:
    title = form.mapping.fields[form.mapping.record.title].pointer.removeprefix("/")
    for number, record in enumerate(itertools.cycle(records)):
        named = {key: value for key, value in record.items() if key != "id"}
        yield form.identified(named | {title: f"{record[title]}（{number}）"})


def _returned(form: Form, records: list[Record]) -> dict[str, list[bytes]]:
    """The workbooks of the records by the way they come back."""
    written = [splice(form, record) for record in records]
    kinds = {"as written": written, "changed and saved by openpyxl": list(map(_changed, written))}
    office = shutil.which("soffice")
    if office is None:
        print(f"{_LIBREOFFICE}: not installed, left out")
        return kinds
    return kinds | {_LIBREOFFICE: _saved_again(office, written)}


def _changed(data: bytes) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    for cell in itertools.chain.from_iterable(sheet.iter_rows()):
        if isinstance(cell.value, int | float) and not cell.protection.locked:
            cell.value += 1
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _saved_again(office: str, files: list[bytes]) -> list[bytes]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = [folder / f"{number}.xlsx" for number in range(len(files))]
        for path, data in zip(paths, files, strict=True):
            path.write_bytes(data)
        command = [
            *(office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"),
            *("--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "saved")),
        ]
        for first in range(0, len(paths), _AT_ONCE):
            some = map(str, paths[first : first + _AT_ONCE])
            subprocess.run([*command, *some], check=True, capture_output=True)
        return [(folder / "saved" / path.name).read_bytes() for path in paths]


def _ours(data: bytes) -> str:
    """What ``xlsync read`` prints of a file: records and problems, a line for each form."""
    readings = read(_FORMS, xlsx.read(data))
    problems = [[problem.as_json() for problem in one.problems] for one in readings]
    pairs = zip(readings, problems, strict=True)
    return json.dumps([(one.record, told) for one, told in pairs], ensure_ascii=False)


def _openpyxl(data: bytes, *, read_only: bool) -> str:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=read_only)
    rows = book.worksheets[0].iter_rows(values_only=True)
    texts = [[str(value) for value in row if value is not None] for row in rows]
    return json.dumps(texts, ensure_ascii=False)


def _compare(files: list[bytes], ways: Mapping[str, Callable[[bytes], object]]) -> None:
    """Each way reads its own part of the files in every turn; the first ones warm them up."""
    first, *_ = ways
    times: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way(files[0])
    share = max(1, (len(files) - 1) // _TURNS)
    for turn in range(_TURNS):
        some = files[1 + turn * share : 1 + (turn + 1) * share]
        for name, way in ways.items():
            chosen = some if name == first else some[:_SLOW]
            gc.collect()  # what the one before has left behind is not swept at this one's cost
            start = time.perf_counter()
            for data in chosen:
                way(data)
            times[name].append((time.perf_counter() - start) / max(1, len(chosen)))
    for name, taken in times.items():
        pairs = zip(taken, times[first], strict=True)
        ratio = statistics.median(one / other for one, other in pairs)
        print(f"  {name:<34}{'':>8}{statistics.median(taken) * 1000:>10.2f}{ratio:>9.1f}")


def _peak(data: bytes) -> float:
    """Megabytes that a fresh process takes at most to read a file."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_read_apart, data).result()


def _read_apart(data: bytes) -> float:
    _ours(data)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
