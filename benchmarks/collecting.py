"""Figures of a round: so many returned workbooks collected, collected again, and the ledger."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlsync.demo.walk import SAMPLE
from xlsync.form import Catalogue
from xlsync.form.catalogue import data_folder
from xlsync.intake import read_file
from xlsync.repository import Changes, Repository
from xlsync.repository.sealing import ensure_seal, seal_keys
from xlsync.rounds import arriving, collect, standings
from xlsync.rounds.issuing import Ticket
from xlsync.rounds.ledger import DISTRIBUTED, put_issue
from xlsync.writer import splice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.form import Form

_ROUND = "2024/一上"
_UNITS = 60


@contextmanager
def _timed(what: str, count: int) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    each = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{what:<44}{seconds:>8.1f} s {count / seconds:>8.0f}/s"
        f"   peak {peak:.0f} MB, of a worker {each:.0f} MB"
    )


def _samples(forms: dict[str, Form]) -> list[dict[str, Any]]:
    folder = sorted((data_folder("samples") / SAMPLE).iterdir())
    files = [path for one in folder if one.is_dir() for path in sorted(one.glob("*.json"))]
    readings = (read_file(forms, path).readings[0] for path in files)
    return [one.record for one in readings if one.record is not None]


def _prepare(repository: Repository, forms: dict[str, Form], folder: Path, count: int) -> None:
    """A ledger of so many workbooks, and the workbooks as they come back, filled in."""
    ensure_seal(repository, _ROUND)
    snapshot = repository.snapshot()
    key = seal_keys(snapshot)[0]
    changes = Changes(snapshot, _ROUND)
    samples = _samples(forms)
    for number in range(count):
        sample = samples[number % len(samples)]
        form = forms[sample["form"]]
        names = {"project_name": f"项目{number}", "implementing_unit": f"单位{number % _UNITS}"}
        filled = {**sample, **names, "id": f"{number:012x}"}
        sent = {"form": form.id, "id": filled["id"], "year": filled["year"], **names}
        ticket = Ticket(sent, _ROUND, 1, snapshot.commit)
        issue = ticket.issue("2024-10-01T09:00:00+08:00", None, DISTRIBUTED)
        put_issue(changes, form.group(sent), form.title(sent), sent, issue)
        back = Ticket(filled, _ROUND, 1, snapshot.commit)
        (folder / f"{number}.xlsx").write_bytes(splice(form, filled, back.manifest(form, key)))
    repository.commit(changes, "send")


def main(count: int) -> None:
    """Print the figures for so many files, in one process and in two."""
    forms = {one.id: one for one in Catalogue()}
    with tempfile.TemporaryDirectory() as place:
        for number in (1, 2):
            repo, folder = Path(place, f"r{number}"), Path(place, f"in{number}")
            folder.mkdir()
            arriving.processes = lambda _, number=number: number
            with Repository.init(repo) as repository:
                with _timed(f"make {count} workbooks", count):
                    _prepare(repository, forms, folder, count)
                with _timed(f"collect them, {number} process(es)", count):
                    done = collect(repository, forms, _ROUND, [folder])
                with _timed("collect them again (nothing to do)", count):
                    collect(repository, forms, _ROUND, [folder])
                with _timed("status", count):
                    rows = standings(repository.snapshot(), _ROUND)
            print(f"{done.counts()}, {len(rows)} rows")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
