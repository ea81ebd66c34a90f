"""A command in a process of its own: how it ended, how long it took, how much room it needed."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

MAX_SECONDS, MAX_MEGABYTES = 60, 4096
"""Processor time and address space after which any command is given up."""

# A process inherits the peak of memory of the one that starts it; this one is small.
_LAUNCHER = f"""
import json, resource, subprocess, sys

def bounded():
    resource.setrlimit(resource.RLIMIT_CPU, ({MAX_SECONDS}, {MAX_SECONDS}))
    resource.setrlimit(resource.RLIMIT_AS, ({MAX_MEGABYTES} << 20, {MAX_MEGABYTES} << 20))

done = subprocess.run(sys.argv[1:], capture_output=True, preexec_fn=bounded)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
json.dump({{
    "code": done.returncode,
    "seconds": used.ru_utime + used.ru_stime,
    "megabytes": used.ru_maxrss // 1024,
    "stdout": done.stdout.decode("utf-8", "replace"),
    "stderr": done.stderr.decode("utf-8", "replace"),
}}, sys.stdout)
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended: its exit code, processor time, peak of memory, and what it said."""

    code: int
    seconds: float
    megabytes: int
    stdout: str
    stderr: str

    @property
    def is_traceback(self) -> bool:
        """Whether it ended in an error that nobody caught, or was given up."""
        return self.code < 0 or "Traceback" in self.stderr


def ran(*command: str) -> Ran:
    """Run a command to its end, within limits."""
    launcher = [sys.executable, "-c", _LAUNCHER, *command]
    done = subprocess.run(launcher, capture_output=True, check=True)
    return Ran(**json.loads(done.stdout))


def xlsync(*words: str) -> Ran:
    """Run a command of xlsync."""
    return ran(sys.executable, "-m", "xlsync", *words)
