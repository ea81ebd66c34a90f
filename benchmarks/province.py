"""A province, county by county: what a project costs on a cluster, and what grows with a county.

A round of ``--counties`` × ``--projects`` (100 × 2,000 are a province of 200,000) is made from the
samples: for each county a repository, a list of units (towns, and offices below them), workbooks
sent out, filled in and collected in waves by a scheduler and workers on this machine, over TLS. A
county is a shard: once it is collected and exported to its dataset its files are removed, so that
any machine can hold the next one. One county is the default: a part of the province.

After each wave one more file is collected alone: that is what a commit, and everything around it,
costs as the repository grows; *commit* is the part of it that git takes. Times are processor time,
which a busy machine disturbs least. Each step is a process of its own, so that its peak of memory
is its own. At the end the datasets are added up, copies of them, too, and all figures are carried
to ``--target`` projects, with what that takes for granted.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_cluster import LocalProcesses, make_certificates

from xlsync import api
from xlsync.base.record import put
from xlsync.demo.walk import SAMPLE
from xlsync.form.catalogue import data_folder
from xlsync.repository import Repository
from xlsync.repository.sealing import seal_keys
from xlsync.rounds.kept.ledger import issued_record, issues
from xlsync.rounds.kept.units import Unit, UnitTree
from xlsync.rounds.sending.issuing import Ticket
from xlsync.writer import splice

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsync.base.record import Record

    Told = dict[str, Any]

_ROUND = "2024/一上"
_TOWNS, _OFFICES = 10, 10
_SEED = 20_240
_TICKS = os.sysconf("SC_CLK_TCK")


def main(options: argparse.Namespace) -> None:
    """Print the figures of a part of the province, and what the whole would take."""
    figures: defaultdict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        place = Path(name)
        os.environ["XLSYNC_CLUSTER_CERTS"] = str(make_certificates(place / "certificates"))
        with LocalProcesses(place / "cluster", place / "certificates") as cluster:
            for _ in range(options.workers):
                cluster.add_worker()
            cluster.wait()
            print(
                f"{'county':<8}{'projects held':>14}{'collect: ms here':>18}{'ms of workers':>15}"
                f"{'one file more, s':>18}{'commit, ms':>12}{'MB here':>9}{'MB a worker':>13}"
            )
            for county in range(options.counties):
                _county(place, county, options, cluster, figures)
        _sum_up(place, options, figures)
    _extrapolate(options, figures)


def _county(
    place: Path,
    county: int,
    options: argparse.Namespace,
    cluster: LocalProcesses,
    figures: defaultdict[str, list[float]],
) -> None:
    folder = place / f"county-{county:03}"
    folder.mkdir()
    sent = _run("send", folder, options.projects, cluster)
    figures["send"].append((sent["here"] + sent["workers"]) / options.projects)
    _run("fill", folder, options.projects, cluster, options.waves)
    for wave in range(options.waves):
        done = _run("collect", folder, options.projects, cluster, wave)
        alone = _run("collect", folder, options.projects, None, wave, "--alone")
        here, theirs = done["here"] / done["count"], done["workers"] / done["count"]
        figures["here"].append(here)
        figures["workers"].append(theirs)
        figures["alone"].append(alone["here"])
        figures["memory"].append(done["memory"])
        held = options.projects * (wave + 1) // options.waves
        print(
            f"{county:<8}{held:>14,}{here * 1000:>18.1f}{theirs * 1000:>15.1f}"
            f"{alone['here']:>18.2f}{alone['commit'] * 1000:>12.0f}"
            f"{done['memory']:>9.0f}{_worker_memory(cluster):>13.0f}",
            flush=True,
        )
    size = sum(one.stat().st_size for one in (folder / "town").rglob("*") if one.is_file())
    figures["repository"].append(size / options.projects)
    made = _run("export", folder, options.projects, None)
    figures["export"].append(made["here"] / options.projects)
    figures["dataset"].append(made["bytes"] / options.projects)
    shutil.rmtree(folder)


def _sum_up(
    place: Path, options: argparse.Namespace, figures: defaultdict[str, list[float]]
) -> None:
    """Add up what was made, and so many copies of it as the province has counties."""
    made = _run("sum", place, options.projects, None)
    if made["count"] != options.counties * options.projects:
        raise SystemExit(f"{made['count']} projects are in the sums")
    print(
        f"\nsum over {options.counties} datasets: {made['here']:.2f} s, "
        f"{made['memory']:.0f} MB; {made['amount']} 元, as the records say"
    )
    originals = sorted(place.glob("*.dataset"))
    copies = place / "copies"
    for number in range(max(options.datasets, 2)):
        source = originals[number % len(originals)]
        shutil.copytree(source, copies / f"{number:03}.dataset")
    few, many = (_run("sum", copies, options.projects, None, one) for one in (1, 0))
    # What is the same for one dataset and for all of them is no cost of a project.
    cost = (many["here"] - few["here"]) / (many["count"] - few["count"])
    figures["sum"].append(cost)
    print(
        f"sum over {max(options.datasets, 2)} copies, {many['count']:,} projects: "
        f"{many['here']:.2f} s, {many['memory']:.0f} MB"
    )


def _extrapolate(options: argparse.Namespace, figures: dict[str, list[float]]) -> None:
    mean = {name: sum(values) / len(values) for name, values in figures.items()}
    cost = {name: f"{value * 1000:.2f} ms" for name, value in mean.items()}
    size = {name: f"{mean[name] / 1000:.1f} KB" for name in ("repository", "dataset")}
    print(f"\na project: sent {cost['send']}; collected {cost['here']} here,")
    print(f"  {cost['workers']} of workers; exported {cost['export']}, added up {cost['sum']};")
    print(f"  {size['repository']} in the repository, {size['dataset']} in the dataset")
    whole = {name: value * options.target for name, value in mean.items()}
    print(f"\n{options.target:,} projects, carried forward (not measured):")
    print(f"  sent: {whole['send'] / 3600:.1f} h of processors")
    print(
        f"  collected: {whole['here'] / 3600:.1f} h of coordinators' machines, each its county's,"
    )
    print(f"    and {whole['workers'] / 3600:.1f} h of workers")
    print(f"  exported: {whole['export'] / 60:.0f} min; added up: {whole['sum']:.0f} s")
    print(f"  {whole['repository'] / 1e9:.0f} GB of repositories,", end=" ")
    print(f"{whole['dataset'] / 1e9:.1f} GB of datasets")
    print("This takes for granted: forms like the samples, as they were written; repositories of")
    print(f"  at most {options.projects:,} projects; processors like these; a network that carries")
    print("  some 50 KB a form; no time of people.")


def _run(
    step: str,
    folder: Path,
    count: int,
    cluster: LocalProcesses | None,
    wave: int = 0,
    *more: str,
) -> Told:
    """Let a process do a step; what it tells, and what the workers worked meanwhile."""
    command = [sys.executable, __file__, "--step", step, "--projects", str(count)]
    command += ["--wave", str(wave), *more, "--folder", str(folder)]
    if cluster is not None:
        command += ["--address", cluster.address]
    before = _worked(cluster)
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8")
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told | {"workers": _worked(cluster) - before}


def _worked(cluster: LocalProcesses | None) -> float:
    """Processor time that the workers have used so far."""
    seconds = 0.0
    for one in cluster.workers if cluster else ():
        parts = Path(f"/proc/{one.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        seconds += (int(parts[11]) + int(parts[12])) / _TICKS
    return seconds


def _worker_memory(cluster: LocalProcesses) -> float:
    """The peak of the largest worker, in MB."""
    peaks = [0.0]
    for one in cluster.workers:
        text = Path(f"/proc/{one.pid}/status").read_text("utf-8")
        peaks.append(int(text.partition("VmHWM:")[2].split()[0]) / 1024)
    return max(peaks)


# ---- in a process of its own ------------------------------------------------------


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


def _fill(options: argparse.Namespace) -> Told:
    """What comes back, in a folder a wave: filled in by splicing, quicker than any client."""
    folder: Path = options.folder
    samples = _samples()
    form = api.forms()[samples[0]["form"]]
    chance = random.Random(_SEED)  # noqa: S311 - amounts, no secrets
    expected = Decimal(0)
    with api.open_repository(folder / "town") as repository:
        snapshot = repository.snapshot()
        key = seal_keys(snapshot)[0]
        entries = sorted(issues(snapshot, _ROUND).items())
        for number, (record_id, entry) in enumerate(entries):
            record = json.loads(json.dumps(chance.choice(samples))) | {"id": record_id}
            last = entry.last
            for pointer, value in last.fixed.items():
                put(record, pointer, int(value) if value.isdigit() else value)
            sent = issued_record(snapshot, _ROUND, record_id, last.number)
            order = Ticket(sent, _ROUND, last.number, last.base, last.fixed).order(form, key)
            data = splice(form, record, order.manifest, locked=order.locked)
            expected += Decimal(record["funds"]["total"])
            wave = number * options.wave // len(entries)
            # The last file of a wave comes alone.
            is_last = (number + 1) * options.wave // len(entries) > wave
            back = folder / f"wave-{wave}{'-alone' if is_last else ''}"
            back.mkdir(exist_ok=True)
            (back / f"{number}.xlsx").write_bytes(data)
    with (folder.parent / "expected.txt").open("a", encoding="utf-8") as file:
        file.write(f"{expected}\n")
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
    with api.open_repository(folder / "town") as repository:
        done = api.collect(repository, _ROUND, [wave])
    counts = {key.value: value for key, value in done.counts().items()}
    if counts.keys() != {"新收"}:
        raise SystemExit(f"what came back should have been accepted: {counts}")
    return {"count": len(done.outcomes), "commit": spent[0]}


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
    if texts and amount != expected:
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
    "collect": _collect,
    "export": _export,
    "sum": _sum,
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counties", type=int, default=1, help="100 are the province")
    parser.add_argument("--projects", type=int, default=2_000, help="of a county")
    parser.add_argument("--waves", type=int, default=4, help="in which workbooks come back")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--datasets", type=int, default=100, help="copies to add up at the end")
    parser.add_argument("--target", type=int, default=500_000, help="projects to carry forward to")
    parser.add_argument("--folder", type=Path, help="where counties are made, one after the other")
    parser.add_argument("--step", choices=[*_STEPS], help=argparse.SUPPRESS)
    parser.add_argument("--wave", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--address", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        _step(given)
    else:
        main(given)
