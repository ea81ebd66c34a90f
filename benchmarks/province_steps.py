"""The steps of a province, each in a process of its own that tells what it took, as JSON."""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import time
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_cluster import Wire, counted_wire

from xlsync import api
from xlsync.base.record import canonical_bytes, put
from xlsync.demo.walk import SAMPLE
from xlsync.form.catalogue import data_folder
from xlsync.repository import Changes, Repository
from xlsync.repository.sealing import seal_keys
from xlsync.rounds.kept.ledger import issued_record, issues
from xlsync.rounds.kept.units import Unit, UnitTree
from xlsync.rounds.sending.issuing import Ticket
from xlsync.writer import splice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlsync.base.record import Record
    from xlsync.repository import Snapshot
    from xlsync.rounds.kept.ledger import Issued

    Told = dict[str, Any]

_ROUND = "2024/一上"
_TOWNS, _OFFICES = 10, 10
_SEED = 20_240


def _step(options: argparse.Namespace) -> None:
    with api.on_cluster(options.address) if options.address else nullcontext():
        started = time.process_time() + _children()
        told = _STEPS[options.step](options)
        here = time.process_time() + _children() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"here": here, "memory": memory} | told))


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _send(options: argparse.Namespace) -> Told:
    folder: Path = options.folder
    form = api.forms()[_samples()[0]["form"]]
    county = folder.name
    names = [
        [f"{county}第{town}镇", *(f"{county}第{town}镇{one}办" for one in range(_OFFICES))]
        for town in range(_TOWNS)
    ]
    units = [Unit(town[0]) for town in names]
    units += [Unit(office, town[0]) for town in names for office in town[1:]]
    with (folder / "roster.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["实施单位", "项目名称", "项目编码"])
        for number in range(options.projects):
            town = names[number % _TOWNS]
            unit = town[1 + number // _TOWNS % _OFFICES]
            rows.writerow([unit, f"项目{number}", f"{county}-{number:05}"])
    with api.init(folder / "town") as repository:
        api.keep_units(repository, UnitTree.of(units))
        made = api.distribute(
            repository, form, folder / "roster.csv", _ROUND, folder / "out", confirmed=True
        )
        return {"count": len(made.sendings)}


def _answers(folder: Path, snapshot: Snapshot) -> Iterator[tuple[str, Issued, Record]]:
    """What units say to each issue: a sample under its own names; the sum is noted."""
    samples = _samples()
    chance = random.Random(f"{_SEED} {folder.name}")  # noqa: S311 - amounts, no secrets
    expected = Decimal(0)
    for record_id, entry in sorted(issues(snapshot, _ROUND).items()):
        record = json.loads(json.dumps(chance.choice(samples))) | {"id": record_id}
        for pointer, value in entry.last.fixed.items():
            put(record, pointer, int(value) if value.isdigit() else value)
        expected += Decimal(record["funds"]["total"])
        yield record_id, entry, record
    with (folder.parent / "expected.txt").open("a", encoding="utf-8") as file:
        file.write(f"{expected}\n")


def _keep(options: argparse.Namespace) -> Told:
    """Put answers into the repository as they would be once they were collected."""
    folder: Path = options.folder
    with api.open_repository(folder / "town") as repository:
        snapshot = repository.snapshot()
        changes = Changes(snapshot, _ROUND)
        form = api.forms()[_samples()[0]["form"]]
        for record_id, _, record in _answers(folder, snapshot):
            changes.put_record(record_id, form.group(record), form.title(record), record)
        repository.commit(changes, "what came back")
    return {}


def _fill(options: argparse.Namespace) -> Told:
    """What comes back, in a folder a wave: filled in by splicing, quicker than any client."""
    folder: Path = options.folder
    form = api.forms()[_samples()[0]["form"]]
    with api.open_repository(folder / "town") as repository:
        snapshot = repository.snapshot()
        key = seal_keys(snapshot)[0]
        count = len(issues(snapshot, _ROUND))
        for number, (record_id, entry, record) in enumerate(_answers(folder, snapshot)):
            last = entry.last
            sent = issued_record(snapshot, _ROUND, record_id, last.number)
            content = canonical_bytes(sent)
            order = Ticket(content, _ROUND, last.number, last.base, last.fixed).order(form, key)
            data = splice(form, record, order.manifest, locked=order.locked)
            wave = number * options.wave // count
            # The last file of a wave comes alone.
            is_last = (number + 1) * options.wave // count > wave
            back = folder / f"wave-{wave}{'-alone' if is_last else ''}"
            back.mkdir(exist_ok=True)
            (back / f"{number}.xlsx").write_bytes(data)
    return {}


def _collect(options: argparse.Namespace) -> Told:
    folder: Path = options.folder
    wave = folder / f"wave-{options.wave}{'-alone' if options.alone else ''}"
    commit, spent = Repository.commit, [0.0]

    def timed(*arguments: Any) -> str | None:
        start = time.process_time()
        made = commit(*arguments)
        spent[0] += time.process_time() - start
        return made

    Repository.commit = timed  # type: ignore[method-assign]
    wire = counted_wire() if options.address else Wire()
    with api.open_repository(folder / "town") as repository:
        done = api.collect(repository, _ROUND, [wave])
    counts = {key.value: value for key, value in done.counts().items()}
    if counts.keys() != {"新收"}:
        raise SystemExit(f"what came back should have been accepted: {counts}")
    told = {"count": len(done.outcomes), "commit": spent[0]}
    return told | {"sent": wire.sent, "brought": wire.brought}


def _audit(options: argparse.Namespace) -> Told:
    with api.open_repository(options.folder / "town") as repository:
        return {"count": api.audit(repository, _ROUND).projects}


def _export(options: argparse.Namespace) -> Told:
    folder: Path = options.folder
    path = folder.parent / f"{folder.name}.dataset"
    with api.open_repository(folder / "town") as repository:
        api.export(repository, _ROUND, path)
    return {"bytes": sum(one.stat().st_size for one in path.rglob("*") if one.is_file())}


def _sum(options: argparse.Namespace) -> Told:
    folder: Path = options.folder
    found = sorted(folder.glob("*.dataset"))
    found = found[: options.wave or len(found)]
    made = api.roll_up(found, level=2)
    sums = [one for place, one in made.places.items() if place.unit is None]
    whole = sums[0]
    amount = whole.amounts["/funds/total"].now.amount
    told = folder / "expected.txt"
    texts = told.read_text("utf-8").split() if told.exists() else []
    expected = sum(map(Decimal, texts), Decimal(0))
    if texts and len(texts) == len(found) and amount != expected:
        raise SystemExit(f"{amount} is not {expected}")
    return {"count": whole.projects, "amount": f"{amount:,}"}


def _samples() -> list[Record]:
    paths = sorted((data_folder("samples") / SAMPLE / "一上").glob("*.json"))
    found = [json.loads(path.read_text("utf-8")) for path in paths]
    form = api.forms()[found[0]["form"]]
    made = [form.identified(one) for one in found]
    # What has errors would go back to its unit.
    return [one for one in made if not form.check(one)]


_STEPS: dict[str, Callable[[argparse.Namespace], Told]] = {
    "send": _send,
    "fill": _fill,
    "keep": _keep,
    "collect": _collect,
    "audit": _audit,
    "export": _export,
    "sum": _sum,
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", nargs="?", choices=[*_STEPS])
    parser.add_argument("--projects", type=int)
    parser.add_argument("--wave", type=int)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--address")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.step:  # `make bench` runs every script
        _step(given)
