"""Figures of whole rounds: so many projects sent out, collected, looked at, and compared.

Each step runs in a process of its own, so that its memory is its own: the peak of that process,
and that of the largest process that works for it. Sending and collecting run once in one process
and once in two, in repositories of their own.

Seconds depend on the machine and on who else works on it. So there is the time of the processors
as well, and a reference runs right before and after each step: the workbooks of the samples, which
never change, unpacked, hashed and parsed, over and over. ``× reference`` is the time of the
processors for a project, that for one workbook of the reference being 1. The step *floor* does the
same with the returned workbooks: what cannot be avoided of a collection. *Floor of sending* does
it with those that were sent, and before it packs what each has of its own, and writes the file.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from xlsync.base.garbage import look_seldom
from xlsync.base.record import canonical_bytes, put
from xlsync.demo.walk import SAMPLE
from xlsync.form import Catalogue
from xlsync.form.catalogue import data_folder
from xlsync.report.export.formats import write_export
from xlsync.repository import Changes, Repository, layout
from xlsync.repository.objects import Objects
from xlsync.repository.sealing import new_seal, seal_keys
from xlsync.rounds.kept.ledger import issued_record, issues
from xlsync.rounds.returned.collecting import collect
from xlsync.rounds.roster import open_roster
from xlsync.rounds.sending.distributing import distribute
from xlsync.rounds.sending.issuing import Ticket
from xlsync.rounds.sending.sendings import Wishes
from xlsync.rounds.state.comparing import compare_rounds
from xlsync.rounds.state.exporting import accepted
from xlsync.rounds.state.status import standings
from xlsync.writer import splice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from xlsync.base.record import Record
    from xlsync.form import Form

_FIRST, _LATER = "2024/一上", "2024/二上"
_UNITS = 60
_CHANGED = 20
"""One record of so many is another one in the second round: 5 %."""

_REFERENCE = 0.5
"""Seconds that the reference runs each time."""

_FORMS = {one.id: one for one in Catalogue()}
_SAMPLES = sorted((data_folder("samples") / SAMPLE / "一上").glob("*.json"))


def main(count: int) -> None:
    """Print the figures for so many projects."""
    heads = f"{'seconds':>34}{'a second':>10}{'processors, s':>15}{'× reference':>13}"
    print(f"{count} projects{heads}   peak memory")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _write_roster(folder / "roster.csv", count)
        for workers in (1, 2):
            Repository.init(folder / f"r{workers}", {layout.SEAL: new_seal()}).close()
            _run("send", folder, count, workers)
            _run("fill", folder, count, workers)
            _run("collect", folder, count, workers)
        for step in ("collect again", *_FLOORS, "status", *_EXPORTS, "second round", "diff"):
            _run(step, folder, count, 2)


def _write_roster(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["实施单位", "项目名称", "项目编码"])
        rows.writerows([f"单位{one % _UNITS}", f"项目{one}", f"p-{one:05}"] for one in range(count))


def _run(step: str, folder: Path, count: int, workers: int) -> None:
    """Let a process do a step, and print what it tells."""
    command = [sys.executable, __file__, "--step", step, "--workers", str(workers), str(folder)]
    before = _reference()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    unit = (before + _reference()) / 2
    told = json.loads(done.stdout.splitlines()[-1])
    who = f", {workers} process{'es' if workers > 1 else ''}" if step in {"send", "collect"} else ""
    memory = f"{told['own']:.0f} MB"
    if told["worker"]:
        memory += f", and {told['worker']:.0f} MB in each of {workers}"
    seconds = told["seconds"]
    busy = told["busy"]
    figures = f"{seconds:>18.1f}{count / seconds:>10.0f}{busy:>15.1f}{busy / count / unit:>13.1f}"
    print(f"{step + who:<30}{figures}   {memory}  {told['note']}", flush=True)


def _reference() -> float:
    """Time of the processor for one workbook of the samples: unpacked, hashed and parsed."""
    files = [path.read_bytes() for path in sorted(data_folder("samples").rglob("*.xlsx"))]
    done, start = 0, time.process_time()
    while time.process_time() - start < _REFERENCE:
        for data in files:
            _unavoidable(data)
        done += len(files)
    return (time.process_time() - start) / done


def _unavoidable(data: bytes, others: Mapping[str, int] | None = None) -> None:
    """Unpack, hash and parse a workbook; pack parts that are not as in ``others`` (by checksum)."""
    hashlib.sha256(data).digest()
    hashlib.sha1(data, usedforsecurity=False).digest()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.infolist():
            content = archive.read(part)
            if others is not None and others.get(part.filename) != part.CRC:
                zlib.compress(content)
            expat.ParserCreate().Parse(content, True)  # noqa: FBT003 - the last piece


# ---- in a process of its own ------------------------------------------------------


def _step(step: str, folder: Path, workers: int) -> None:
    os.cpu_count = lambda: workers
    look_seldom()  # as the command does
    notes: list[str] = []
    start, before = time.perf_counter(), time.process_time()
    with Repository.open(folder / f"r{workers}") as repository:
        _STEPS[step](repository, folder, workers, notes)
    seconds = time.perf_counter() - start
    workers_used = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {
        "seconds": seconds,
        "busy": time.process_time() - before + workers_used.ru_utime + workers_used.ru_stime,
        "own": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "worker": workers_used.ru_maxrss / 1024,
        "note": " ".join(notes),
    }
    print(json.dumps(told))


def _send(repository: Repository, folder: Path, workers: int, notes: list[str]) -> None:
    form = _form()
    roster = open_roster(form, folder / "roster.csv")
    done = distribute(repository, form, roster, Wishes(_FIRST, folder / f"out{workers}"))
    notes.append(str({key.value: value for key, value in done.counts().items()}))


def _fill(repository: Repository, folder: Path, workers: int, _: list[str]) -> None:
    """What comes back: filled in by splicing, which is quicker than any client."""
    form, snapshot = _form(), repository.snapshot()
    key = seal_keys(snapshot)[0]
    samples = _samples()
    back = folder / f"back{workers}"
    back.mkdir()
    for number, (record_id, entry) in enumerate(sorted(issues(snapshot, _FIRST).items())):
        last = entry.last
        record = samples[number % len(samples)] | {"id": record_id}
        for pointer, value in last.fixed.items():
            put(record, pointer, int(value) if value.isdigit() else value)
        # What the workbook says of itself is what went out; what stands in it is what came back.
        sent = issued_record(snapshot, _FIRST, record_id, last.number)
        content = canonical_bytes(sent)
        order = Ticket(content, _FIRST, last.number, last.base, last.fixed).order(form, key)
        data = splice(form, record, order.manifest, locked=order.locked)
        (back / f"{number}.xlsx").write_bytes(data)


def _collect(repository: Repository, folder: Path, workers: int, notes: list[str]) -> None:
    done = collect(repository, _FORMS, _FIRST, [folder / f"back{workers}"])
    counts = {key.value: value for key, value in done.counts().items()}
    if not counts.keys() <= {"新收", "未变"}:
        raise SystemExit(f"what came back should have been accepted: {counts}")
    notes.append(str(counts))


def _floor(_: Repository, folder: Path, workers: int, __: list[str]) -> None:
    for path in sorted((folder / f"back{workers}").iterdir()):
        _unavoidable(path.read_bytes())


def _floor_of_sending(_: Repository, folder: Path, workers: int, __: list[str]) -> None:
    sent = sorted((folder / f"out{workers}").rglob("*.xlsx"))
    with zipfile.ZipFile(sent[0]) as archive:
        first = {part.filename: part.CRC for part in archive.infolist()}
    for path in sent:
        data = path.read_bytes()
        (folder / "written.xlsx").write_bytes(data)
        _unavoidable(data, first)


def _export(repository: Repository, path: Path, notes: list[str]) -> None:
    made = write_export(accepted(_FORMS, repository.snapshot(), _FIRST), path)
    notes.append(f"{sum(one.stat().st_size for one in made.paths) / 1e6:.1f} MB")


def _status(repository: Repository, _: Path, __: int, notes: list[str]) -> None:
    rows = standings(repository.snapshot(), _FIRST)
    notes.append(f"{len(rows)} rows")


def _second(repository: Repository, _: Path, __: int, ___: list[str]) -> None:
    """The same records in a second round, one of twenty changed."""
    form, snapshot = _form(), repository.snapshot()
    changes = Changes(snapshot, _LATER)
    for number, entry in enumerate(snapshot.records(_FIRST).values()):
        record = snapshot.record(entry)
        if number % _CHANGED == 0:
            record["annual_goal"] += "（已调整）"
        changes.put_record(entry.id, form.group(record), form.title(record), record)
    repository.commit(changes, "second round")


def _diff(repository: Repository, _: Path, __: int, notes: list[str]) -> None:
    with _counted() as read:
        deltas = compare_rounds(_FORMS, repository.snapshot(), _FIRST, _LATER)
    notes.append(f"{len(deltas)} changed, {read['Blob']} files and {read['Tree']} folders read")


@contextmanager
def _counted() -> Iterator[dict[str, int]]:
    """Count the objects that are read from the repository."""
    read = {"Blob": 0, "Tree": 0, "Commit": 0}
    whole = Objects._load  # noqa: SLF001 - the one way to every object

    def load(self: Objects, sha: Any) -> Any:  # noqa: ANN401 - git's objects
        found = whole(self, sha)
        read[type(found).__name__] += 1
        return found

    Objects._load = load  # type: ignore[method-assign]  # noqa: SLF001 - as above
    yield read
    Objects._load = whole  # type: ignore[method-assign]  # noqa: SLF001 - as above


def _form() -> Form:
    return _FORMS[json.loads(_SAMPLES[0].read_text("utf-8"))["form"]]


def _samples() -> list[Record]:
    found = (json.loads(path.read_text("utf-8")) for path in _SAMPLES)
    form = _form()
    made = [form.identified(one) for one in found]
    # What has errors would go back to its unit.
    return [one for one in made if not form.check(one)]


_FLOORS = ("floor", "floor of sending")
_EXPORTS = ("export .xlsx", "export .parquet", "export .jsonl")


def _exporter(step: str) -> Callable[..., None]:
    ending = step.partition(" ")[2]
    return lambda repository, folder, _, notes: _export(repository, folder / f"all{ending}", notes)


_STEPS: dict[str, Callable[..., None]] = {
    "send": _send,
    "fill": _fill,
    "collect": _collect,
    "collect again": _collect,
    "floor": _floor,
    "floor of sending": _floor_of_sending,
    "status": _status,
    **{one: _exporter(one) for one in _EXPORTS},
    "second round": _second,
    "diff": _diff,
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=1_000, help="10,000 is the full figure")
    parser.add_argument("--step", choices=[*_STEPS], help=argparse.SUPPRESS)
    parser.add_argument("--workers", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("folder", nargs="?", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        _step(options.step, options.folder, options.workers)
    else:
        main(options.projects)
