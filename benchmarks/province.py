"""A province, county by county: what a project costs on a cluster, and what grows with a county.

A round of ``--counties`` × ``--projects`` (100 × 2,000 are a province of 200,000) is made from the
samples. For each county there is a repository, a list of units (towns, and offices below them), and
workbooks that are sent out by a scheduler and workers on this machine, over TLS. Of the first
``--collected`` counties (default: all) the workbooks come back filled in and are collected in
waves, on the cluster too; of the others the records alone are put into the repository, which is
not measured. Each county is exported to its dataset, then its files are removed: any machine can
hold 100 MB, and 2 KB for each project of the province.

After each wave one more file is collected alone: that is what a commit, and everything around it,
costs as the repository grows; *commit* is the part of it that git takes. Times are processor time,
which a busy machine disturbs least. Each step is a process of its own, so that its peak of memory
is its own. At the end the datasets are added up (where there are fewer than ``--datasets``, copies
of them, too) and all figures are carried to ``--target`` projects.

What is done is told on stderr, the tables come on stdout at the end. Stopped by SIGTERM or Ctrl+C,
it prints the tables of what was done until then.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from local_cluster import LocalProcesses, make_certificates

if TYPE_CHECKING:
    from province_steps import Told

_STEPS = Path(__file__).with_name("province_steps.py")
_TICKS = os.sysconf("SC_CLK_TCK")


def main(options: argparse.Namespace) -> None:
    """Print the figures of a province or a part of it, and what the whole would take."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    found = _Found()
    try:
        with tempfile.TemporaryDirectory(dir=options.folder, ignore_cleanup_errors=True) as name:
            _work(Path(name), options, found)
    except KeyboardInterrupt:
        print(f"stopped after {found.counties} of {options.counties} counties", flush=True)
    _print(options, found)


@dataclass
class _Found:
    """What was measured so far: figures by name, the rows of growth, and lines about sums."""

    counties: int = 0
    figures: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    growth: list[str] = field(default_factory=list)
    sums: list[str] = field(default_factory=list)


def _work(place: Path, options: argparse.Namespace, found: _Found) -> None:
    os.environ["XLSYNC_CLUSTER_CERTS"] = str(make_certificates(place / "certificates"))
    start = time.monotonic()
    with LocalProcesses(place / "cluster", place / "certificates") as cluster:
        for _ in range(options.workers):
            cluster.add_worker()
        cluster.wait()
        for county in range(options.counties):
            is_collected = options.collected is None or county < options.collected
            _county(place, county, options, cluster, found, is_collected=is_collected)
            found.counties += 1
            minutes = (time.monotonic() - start) / 60
            last = {name: values[-1] * 1000 for name, values in found.figures.items()}
            _say(
                f"{found.counties} of {options.counties} counties after {minutes:.0f} min: sent "
                f"{last['send']:.1f} ms a project, exported {last['export']:.1f} ms"
            )
    _sum_up(place, options, found)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _county(  # noqa: PLR0913 - what a county is made of
    place: Path,
    county: int,
    options: argparse.Namespace,
    cluster: LocalProcesses,
    found: _Found,
    *,
    is_collected: bool,
) -> None:
    folder = place / f"county-{county:03}"
    folder.mkdir()
    sent = _run("send", folder, options.projects, cluster)
    figures = found.figures
    figures["send"].append((sent["here"] + sent["workers"]) / options.projects)
    shutil.rmtree(folder / "out")
    if is_collected:
        _collected(folder, options, cluster, found)
    else:
        _run("keep", folder, options.projects, None)
    made = _run("export", folder, options.projects, None)
    figures["export"].append(made["here"] / options.projects)
    figures["dataset"].append(made["bytes"] / options.projects)
    shutil.rmtree(folder)


def _collected(
    folder: Path, options: argparse.Namespace, cluster: LocalProcesses, found: _Found
) -> None:
    """Let the workbooks of a county come back in waves; audit it here and on the cluster."""
    figures = found.figures
    _run("fill", folder, options.projects, None, options.waves)
    for wave in range(options.waves):
        done = _run("collect", folder, options.projects, cluster, wave)
        alone = _run("collect", folder, options.projects, None, wave, "--alone")
        for name in ("here", "workers", "sent", "brought"):
            figures[name].append(done[name] / done["count"])
        held = options.projects * (wave + 1) // options.waves
        row = (
            f"| {folder.name[-3:]} | {held:,} | {alone['here']:.2f} | {alone['commit'] * 1000:.0f}"
        )
        row += f" | {done['memory']:.0f} | {_worker_memory(cluster):.0f} |"
        found.growth.append(row)
        _say(row)
    size = sum(one.stat().st_size for one in (folder / "town").rglob("*") if one.is_file())
    figures["repository"].append(size / options.projects)
    audits = [_run("audit", folder, options.projects, one) for one in (None, cluster)]
    figures["audit"].append(audits[0]["here"] / options.projects)
    figures["audit here"].append(audits[1]["here"] / options.projects)
    figures["audit workers"].append(audits[1]["workers"] / options.projects)


def _sum_up(place: Path, options: argparse.Namespace, found: _Found) -> None:
    """Add up what was made; and copies of it, where the province has more counties."""
    made = _run("sum", place, options.projects, None)
    if made["count"] != options.counties * options.projects:
        raise SystemExit(f"{made['count']} projects are in the sums")
    originals = sorted(place.glob("*.dataset"))
    few, many = _run("sum", place, options.projects, None, 1), made
    found.sums.append(
        f"{made['count']:,} projects in {len(originals)} datasets: {made['here']:.1f} s, "
        f"{made['memory']:.0f} MB; {made['amount']} 元, as the records say to the cent."
    )
    if len(originals) < max(options.datasets, 2):
        copies = place / "copies"
        for number in range(max(options.datasets, 2)):
            source = originals[number % len(originals)]
            shutil.copytree(source, copies / f"{number:03}.dataset")
        few, many = (_run("sum", copies, options.projects, None, one) for one in (1, 0))
        found.sums.append(
            f"{many['count']:,} projects in {max(options.datasets, 2)} copies: "
            f"{many['here']:.1f} s, {many['memory']:.0f} MB."
        )
    # What is the same for one dataset and for all of them is no cost of a project.
    found.figures["sum"].append((many["here"] - few["here"]) / (many["count"] - few["count"]))


_ROWS = (
    ("send", "sent out, each workbook proven by reading it back", "workers and coordinator"),
    ("workers", "collected: read, checked", "workers"),
    ("here", "collected: found, sent there, kept, settled, committed", "coordinator's machine"),
    ("export", "exported to the dataset, in processes of this machine", "coordinator's machine"),
    ("audit", "audited without a cluster", "coordinator's machine"),
    ("audit here", "audited with one", "coordinator's machine"),
    ("audit workers", "audited with one", "workers"),
    ("sum", "added up (`sum --level 2`), the start aside", "province"),
)


def _print(options: argparse.Namespace, found: _Found) -> None:
    """The tables of benchmarks/README.md, and what they come to for the whole."""
    mean = {name: sum(values) / len(values) for name, values in found.figures.items()}
    collected = len(found.figures["repository"])
    done = found.counties * options.projects
    print(f"\n{done:,} projects in {found.counties} counties sent out and exported,", end=" ")
    print(f"those of {collected} collected, {options.workers} workers over TLS.\n")
    print("| of a project | processor time | where |\n|---|---|---|")
    for name, what, where in _ROWS:
        if name in mean:
            print(f"| {what} | {mean[name] * 1000:.2f} ms | {where} |")
    if collected:
        print(f"| on the way to the cluster; back | {mean['sent'] / 1000:.1f} KB;", end=" ")
        print(f"{mean['brought'] / 1000:.1f} KB | |")
        print(f"| in the repository | {mean['repository'] / 1000:.1f} KB | |")
    if "dataset" in mean:
        print(f"| in the dataset | {mean['dataset'] / 1000:.1f} KB | |")
    if found.growth:
        print("\n| county | projects held | one file more, s | commit, ms | peak here, MB", end="")
        print(" | peak of a worker, MB |\n|---|---|---|---|---|---|")
        print("\n".join(found.growth))
    print("", *found.sums, sep="\n")
    _extrapolate(options, {name: value * options.target for name, value in mean.items()})


def _extrapolate(options: argparse.Namespace, whole: dict[str, float]) -> None:
    print(f"\n**Carried forward to {options.target:,} projects, not measured**:")
    if "send" in whole:
        print(f"{whole['send'] / 3600:.1f} h of processors to send,", end=" ")
    if "workers" in whole:
        print(
            f"{whole['workers'] / 3600:.1f} h of workers and {whole['here'] / 3600:.1f} h of",
            end=" ",
        )
        print(f"coordinators' machines to collect, {whole['repository'] / 1e9:.0f} GB", end=" ")
        print("of repositories,", end=" ")
    if "export" in whole:
        print(f"{whole['export'] / 60:.0f} min to export,", end=" ")
        print(f"{whole['dataset'] / 1e9:.1f} GB of datasets,", end=" ")
    if "sum" in whole:
        print(f"{whole['sum']:.0f} s to add up,", end=" ")
    print("\nfor forms like the samples, as they were written; repositories of at most")
    print(f"{options.projects:,} projects; processors like these; no time of people.")


def _run(
    step: str,
    folder: Path,
    count: int,
    cluster: LocalProcesses | None,
    wave: int = 0,
    *more: str,
) -> Told:
    """Let a process do a step; what it tells, and what the workers worked meanwhile."""
    command = [sys.executable, str(_STEPS), step, "--projects", str(count)]
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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counties", type=int, default=1, help="100 are the province")
    parser.add_argument("--projects", type=int, default=2_000, help="of a county")
    parser.add_argument("--collected", type=int, help="counties whose workbooks come back")
    parser.add_argument("--waves", type=int, default=4, help="in which workbooks come back")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--datasets", type=int, default=100, help="to add up at the end")
    parser.add_argument("--target", type=int, default=500_000, help="projects to carry forward to")
    parser.add_argument("--folder", type=Path, help="where counties are made, one after the other")
    main(parser.parse_args())
