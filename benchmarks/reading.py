"""Figures of reading: returned workbooks against openpyxl, side by side in one run.

The workbooks are the sample records with other texts, amounts and rows in each of them, returned
in three ways: as they were written, with a value changed and saved by openpyxl, and opened and
saved again by LibreOffice.
Every way does the whole job: all cells of all sheets, the record checked by the rules of the form,
and both as JSON; that all ways come to the same record is seen to first. What differs is who
opens the file, so the line of openpyxl alone says what it takes to load it and nothing else. Its
read-only mode does not tell merges, comments and protection, so it can't do all of the job.

One line more says what it takes to unpack, to hash and to parse a file and do nothing with it.

All take turns, so that whatever else the machine does hits each of them alike; a ratio is the
median of those of the turns. Ours reads some twenty files a turn, openpyxl three of them, and no
file is read twice by the same way, because ours remembers parts that it met before. The last line
takes all kinds together, as a folder has them.
"""

from __future__ import annotations

import datetime as dt
import gc
import hashlib
import io
import itertools
import json
import multiprocessing
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import openpyxl

from xlsync.base.grid import Address, Area, Cell, Kind, Sheet, Workbook
from xlsync.base.record import get, put
from xlsync.form import Catalogue
from xlsync.form.catalogue import data_folder
from xlsync.reader import read
from xlsync.sources import xlsx
from xlsync.writer import splice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from xlsync.base.record import Record
    from xlsync.form import Form

_TURNS = 8
_SLOW = 3
"""Workbooks that openpyxl reads in a turn."""

_OURS = "ours: read, check, JSON"
_FLOOR = "floor: unpack, hash, parse"
"""What no reader of all cells gets around; our own unpacks and parses less, since it remembers."""

Times = dict[str, list[float]]
"""Milliseconds a workbook by way, one for each turn."""

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
        _OURS: _ours,
        _FLOOR: _floor,
        "openpyxl: the same": _by_openpyxl,
        "openpyxl read-only: nearly that": lambda data: _by_openpyxl(data, read_only=True),
        "openpyxl: loading alone": lambda data: openpyxl.load_workbook(io.BytesIO(data)),
    }
    print("ms a workbook, median of turns            kB        ms   × ours   peak MB of ours")
    times: list[Times] = []
    for kind, files in _returned(form, list(itertools.islice(records, count // _KINDS))).items():
        size = statistics.median(map(len, files)) / 1024
        print(f"{kind:<36}{size:>8.0f}{'':>18}{_peak(max(files, key=len)):>12.0f}")
        if _record(_ours(files[0])) != _record(_by_openpyxl(files[0])):
            raise SystemExit("the two ways do not come to the same record")
        times.append(_compare(files, ways))
        _show(times[-1])
    print(f"all {len(times)} kinds")
    _show({way: _means([one[way] for one in times]) for way in ways})


def _samples() -> tuple[Form, Iterator[Record]]:
    """The form of most sample records, and records of it that are all filled in differently."""
    files = sorted(data_folder("samples").glob("*/*/*.json"))
    records = [json.loads(file.read_text("utf-8")) for file in files]
    form = _CATALOGUE[records[0]["form"]]
    return form, _varied(form, [one for one in records if one["form"] == form.id])


def _varied(form: Form, records: list[Record]) -> Iterator[Record]:
    """Records as different units fill them in: own texts, own amounts, own rows.

    Any rows of all samples come together, so that many records break rules, as they do in life.
    """
    chance = random.Random(1)  # noqa: S311 - the same records in every run
    mapping = form.mapping
    pools = {
        table.pointer: [row for record in records for row in get(record, table.pointer)]
        for table in mapping.tables.values()
    }
    for number, record in enumerate(itertools.cycle(records)):
        made = json.loads(json.dumps(record))
        made.pop("id", None)
        for item in mapping.fields.values():
            value = get(made, item.pointer)
            if isinstance(value, str) and item.codes is None:
                put(made, item.pointer, _another(item.type, value, number))
        for table in mapping.tables.values():
            rows = chance.sample(pools[table.pointer], chance.randint(6, 20))
            put(made, table.pointer, [_renamed(row, table.name, number) for row in rows])
        yield form.identified(made)


def _renamed(row: Record, name: str, number: int) -> Record:
    """A row under a name of its own, to be given an id of its own."""
    return {key: value for key, value in row.items() if key != "id"} | {
        name: f"{row[name]}{number}"
    }


def _another(kind: str, value: str, number: int) -> str:
    """Another value of a type; sums stay sums."""
    if kind == "money":
        return str(Decimal(value) * (number + 1))
    return value if kind == "date" else f"{value}（{number}）"


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
    return _told(xlsx.read(data))


def _floor(data: bytes) -> object:
    """Every part unpacked and run through expat, which calls nobody; and the hash of the file."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            expat.ParserCreate().Parse(package.read(name), True)  # noqa: FBT003 - by position
    return hashlib.sha256(data).hexdigest()


def _told(workbook: Workbook) -> str:
    """What ``xlsync read`` prints of a file: records and problems, a line for each form."""
    readings = read(_FORMS, workbook)
    problems = [[problem.as_json() for problem in one.problems] for one in readings]
    pairs = zip(readings, problems, strict=True)
    return json.dumps([(one.record, told) for one, told in pairs], ensure_ascii=False)


def _record(told: str) -> object:
    ((record, _problems),) = json.loads(told)
    return record


def _by_openpyxl(data: bytes, *, read_only: bool = False) -> str:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=read_only)
    properties = {"category": book.properties.category or ""}
    made = Workbook([_sheet(one, read_only=read_only) for one in book.worksheets], {}, properties)
    for name, defined in book.defined_names.items():
        for title, area in defined.destinations:
            made.names[name] = (title, Area.parse(area))
    return _told(made)


def _sheet(sheet: Any, *, read_only: bool) -> Sheet:  # noqa: ANN401 - one of two unlike classes
    made = Sheet(sheet.title, visible=sheet.sheet_state == "visible")
    for cell in itertools.chain.from_iterable(sheet.iter_rows()):
        if cell.value is not None:
            made.cells[Address(cell.row, cell.column)] = _cell(cell)
        if not read_only and cell.comment:
            made.comments[Address(cell.row, cell.column)] = cell.comment.text
    if not read_only:
        made.protected = sheet.protection.sheet
        corners = [one.bounds for one in sheet.merged_cells.ranges]
        made.merges = [Area(top, left, bottom, right) for left, top, right, bottom in corners]
    return made


def _cell(cell: Any) -> Cell:  # noqa: ANN401 - one of two unlike classes
    value, form = cell.value, (cell.number_format, None, cell.protection.locked)
    if cell.data_type == "f":
        return Cell("", Kind.TEXT, cell.number_format, value.removeprefix("="), form[2])
    if isinstance(value, dt.datetime):
        return Cell(value.date().isoformat(), Kind.DATE, *form)
    if isinstance(value, bool):
        return Cell(str(value).upper(), Kind.BOOLEAN, *form)
    return Cell(str(value), Kind.NUMBER if isinstance(value, int | float) else Kind.TEXT, *form)


def _compare(files: list[bytes], ways: Mapping[str, Callable[[bytes], object]]) -> Times:
    """Each way reads its own part of the files in every turn; the first ones warm them up."""
    times: Times = {name: [] for name in ways}
    for way in ways.values():
        way(files[0])
    share = max(1, (len(files) - 1) // _TURNS)
    for turn in range(_TURNS):
        some = files[1 + turn * share : 1 + (turn + 1) * share]
        for name, way in ways.items():
            chosen = some if name in {_OURS, _FLOOR} else some[:_SLOW]
            gc.collect()  # what the one before has left behind is not swept at this one's cost
            start = time.perf_counter()
            for data in chosen:
                way(data)
            times[name].append((time.perf_counter() - start) / max(1, len(chosen)) * 1000)
    return times


def _means(kinds: list[list[float]]) -> list[float]:
    """The mean of all kinds for each turn."""
    return [*map(statistics.mean, zip(*kinds, strict=True))]


def _show(times: Times) -> None:
    for name, taken in times.items():
        pairs = zip(taken, times[_OURS], strict=True)
        ratio = statistics.median(one / other for one, other in pairs)
        print(f"  {name:<34}{'':>8}{statistics.median(taken):>10.2f}{ratio:>9.1f}")


def _peak(data: bytes) -> float:
    """Megabytes that a fresh process takes at most to read a file."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_read_apart, data).result()


def _read_apart(data: bytes) -> float:
    _ours(data)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
