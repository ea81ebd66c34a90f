"""A cluster on this machine over TLS, as docs/scale.md says: a scheduler and some workers."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs" / "scale.md"
_SECONDS = 60
"""In which a scheduler has to come up."""
_FORGOTTEN = "20 minutes"
"""Without work, after which a scheduler ends that nobody ended; its workers follow it."""


def make_certificates(folder: Path) -> Path:
    """Certificates of an authority of their own, by the commands of the guide."""
    folder.mkdir(parents=True)
    for command in re.findall(r"^openssl .*$", GUIDE.read_text("utf-8"), re.MULTILINE):
        subprocess.run(shlex.split(command), cwd=folder, check=True, capture_output=True)
    return folder


@dataclass
class Wire:
    """Bytes that this process sent to a scheduler, and that came from there."""

    sent: int = 0
    brought: int = 0


def counted_wire() -> Wire:
    """Count from now on what this process says to a cluster, before it is encrypted."""
    from distributed.comm import tcp  # noqa: PLC0415 - heavy, and an extra

    made = Wire()
    write, unpack = tcp.TCP.write, tcp.from_frames

    async def counted_write(*given: object, **named: object) -> int:
        size: int = await write(*given, **named)
        made.sent += size
        return size

    async def counted_read(frames: list[Any], *given: object, **named: object) -> object:
        made.brought += sum(memoryview(one).nbytes for one in frames)
        return await unpack(frames, *given, **named)

    tcp.TCP.write, tcp.from_frames = counted_write, counted_read
    return made


class LocalProcesses:
    """A scheduler, and workers that are added one by one; modules are looked for in ``paths``."""

    def __init__(self, folder: Path, certificates: Path, paths: Sequence[Path] = (ROOT,)) -> None:
        """Start the scheduler, and wait until it says where it is."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._certificates, self._paths = folder, certificates, paths
        told = folder / "scheduler.json"
        words = ["scheduler", "--protocol", "tls", "--host", "127.0.0.1", "--port", "0"]
        words += ["--idle-timeout", _FORGOTTEN]
        self.scheduler = self._start([*words, "--scheduler-file", str(told)], paths)
        self.workers: list[subprocess.Popen[bytes]] = []
        end = time.monotonic() + _SECONDS
        while not told.exists() or not told.read_text("utf-8"):
            if time.monotonic() > end or self.scheduler.poll() is not None:
                raise SystemExit((folder / "log.txt").read_text("utf-8")[-2000:])
            time.sleep(0.05)
        self.address: str = json.loads(told.read_text("utf-8"))["address"]

    def add_worker(self, *before: Path) -> None:
        """Start a worker; modules are looked for in the folders ``before`` all others."""
        words = ["worker", self.address, "--nthreads", "1", "--no-nanny", "--host", "127.0.0.1"]
        self.workers.append(self._start(words, [*before, *self._paths]))

    def wait(self) -> None:
        """Wait until the scheduler knows all workers."""
        for one in range(_SECONDS * 20):
            log = (self._folder / "log.txt").read_text("utf-8", errors="replace")
            if log.count("Registered to:") >= len(self.workers):
                return
            time.sleep(0.05 if one else 0)
        raise SystemExit("the workers did not come up")

    def close(self) -> None:
        """End everything."""
        for one in (*self.workers, self.scheduler):
            one.kill()
            one.wait()

    def __enter__(self) -> Self:
        """Work with it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End everything."""
        self.close()

    def _start(self, words: list[str], paths: Sequence[Path]) -> subprocess.Popen[bytes]:
        files = {"ca-file": "ca.pem", "cert": "cert.pem", "key": "key.pem"}
        shown = [
            part
            for option, name in files.items()
            for part in (f"--tls-{option}", str(self._certificates / name))
        ]
        with (self._folder / "log.txt").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--no-dashboard", *shown],
                env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))},
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )
