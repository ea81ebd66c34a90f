"""What tests let a cluster do, and a cluster of their own: a scheduler and workers as processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SUPPORT = Path(__file__).parent
ROOT = SUPPORT.parents[1]


def double(number: int) -> int:
    return 2 * number


def slowly(number: int) -> int:
    time.sleep(0.05)
    return 2 * number


def where(_: int) -> int:
    return os.getpid()


def refuse(number: int) -> int:
    raise OSError(5, f"the disk of {number} is full")


class ProcessCluster:
    """A scheduler and its workers, started as docs/scale.md says."""

    def __init__(self, folder: Path, certificates: Path) -> None:
        self._folder, self._certificates = folder, certificates
        self._told = folder / "scheduler.json"
        words = ["scheduler", "--protocol", "tls", "--host", "127.0.0.1", "--port", "0"]
        self.scheduler = self._start(*words, "--scheduler-file", str(self._told))
        self.workers: list[subprocess.Popen[bytes]] = []
        end = time.monotonic() + 60
        while not self._told.exists() or not self._told.read_text():
            assert time.monotonic() < end, "the scheduler did not come up"
            time.sleep(0.05)
        self.address: str = json.loads(self._told.read_text())["address"]

    def add_worker(self, *before: Path) -> None:
        """Start a worker; modules are looked for in the folders ``before`` those of this tree."""
        words = ["worker", self.address, "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1"]
        self.workers.append(self._start(*words, before=before))

    def close(self) -> None:
        """End everything."""
        for one in (*self.workers, self.scheduler):
            one.kill()
            one.wait()

    def _start(self, *words: str, before: Sequence[Path] = ()) -> subprocess.Popen[bytes]:
        files = {"ca-file": "ca.pem", "cert": "cert.pem", "key": "key.pem"}
        shown = [
            part
            for option, name in files.items()
            for part in (f"--tls-{option}", str(self._certificates / name))
        ]
        path = os.pathsep.join(map(str, (*before, ROOT, SUPPORT)))
        with (self._folder / "log.txt").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--no-dashboard", *shown],
                env=os.environ | {"PYTHONPATH": path},
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )
