"""Long work: it runs beside the page, goes on when the page is closed, and can be stopped."""

from __future__ import annotations

import errno
import threading
import time
import traceback
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from xlsync.api import XlsyncError, in_chinese

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_KEPT = 50
"""Jobs that are remembered; the oldest that ended goes first."""


class Stage(StrEnum):
    """Where a job is."""

    RUNNING = "进行中"
    DONE = "完成"
    STOPPED = "已停止"
    FAILED = "未完成"


_STOPPED = "已按要求停止，版本库没有改动。可以重新开始。"


class StoppedError(Exception):
    """Raised inside of a job once somebody wants it to stop; says where not all is as it was."""


@dataclass
class Job:
    """One piece of work.

    ``lines`` are what it has to show so far, as data for the page ``view``; ``result`` is what it
    came to, and ``where`` the page on which that is shown.
    """

    number: int
    title: str
    view: str
    round: str | None = None
    stage: Stage = Stage.RUNNING
    done: int = 0
    total: int = 0
    message: str = ""
    lines: list[Any] = field(default_factory=list)
    result: Any = None
    began: float = field(default_factory=time.time)
    ended: float | None = None
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def is_running(self) -> bool:
        """Whether it has not come to an end."""
        return self.stage is Stage.RUNNING

    @property
    def is_stopping(self) -> bool:
        """Whether somebody asked it to stop."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask it to stop at its next step."""
        self._stop.set()

    def step(self, done: int, total: int) -> None:
        """Note how far it is, and end it here where that is wanted.

        Raises:
            StoppedError: when it is to stop.
        """
        self.done, self.total = done, total
        if self._stop.is_set():
            raise StoppedError

    def tell(self, line: object) -> None:
        """Add a line to what it shows."""
        self.lines.append(line)


class Jobs:
    """All jobs of this run of the page."""

    def __init__(self) -> None:
        """Begin without any."""
        self._jobs: dict[int, Job] = {}
        self._threads: dict[int, threading.Thread] = {}
        self._lock = threading.Lock()
        self._last = 0

    def __iter__(self) -> Iterator[Job]:
        """The newest first."""
        with self._lock:
            return iter(sorted(self._jobs.values(), key=lambda one: -one.number))

    def find(self, number: int) -> Job | None:
        """The job of a number."""
        return self._jobs.get(number)

    def running(self) -> list[Job]:
        """What goes on now."""
        return [one for one in self if one.is_running]

    def start(
        self, title: str, view: str, work: Callable[[Job], Any], *, round_name: str | None = None
    ) -> Job:
        """Begin a job; ``work`` is called in a thread of its own, and returns the result."""
        with self._lock:
            self._last += 1
            job = Job(self._last, title, view, round_name)
            self._jobs[job.number] = job
            self._forget()
        # Not waited for at the end of the program: see `stop_all`, which gives each some time.
        thread = threading.Thread(target=_run, args=(job, work), daemon=True, name=title)
        self._threads[job.number] = thread
        thread.start()
        return job

    def stop_all(self, seconds: float) -> None:
        """Ask every job to stop, and wait a while for them to come to an end."""
        until = time.monotonic() + seconds
        for job in self.running():
            job.stop()
        for thread in list(self._threads.values()):
            thread.join(max(0.0, until - time.monotonic()))

    def _forget(self) -> None:
        ended = sorted(number for number, one in self._jobs.items() if not one.is_running)
        for number in ended[: max(0, len(self._jobs) - _KEPT)]:
            del self._jobs[number]
            self._threads.pop(number, None)


_REASONS = {
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EFBIG: "文件太大，磁盘放不下",
    errno.EROFS: "磁盘是只读的",
    errno.EACCES: "没有权限，或文件被别的程序占用",
    errno.EPERM: "没有权限，或文件被别的程序占用",
    errno.EBUSY: "文件被别的程序占用",
    errno.ENOENT: "文件或文件夹不在了",
}


def disk_trouble(error: OSError) -> str:
    """What went wrong with a disk or a file, and what a person can do."""
    reason = _REASONS.get(error.errno or 0, error.strerror or error)
    return f"磁盘或文件出错：{reason}。请腾出空间、关掉占用文件的程序，再试一次。"


def trouble_told(error: XlsyncError | OSError) -> str:
    """What went wrong, as a person reads it."""
    return in_chinese(str(error)) if isinstance(error, XlsyncError) else disk_trouble(error)


def _run(job: Job, work: Callable[[Job], Any]) -> None:
    try:
        job.result = work(job)
        stage = Stage.DONE
    except StoppedError as stopped:
        stage, job.message = Stage.STOPPED, str(stopped) or _STOPPED
    except XlsyncError as error:
        stage, job.message = Stage.FAILED, trouble_told(error)
    except MemoryError:
        stage, job.message = Stage.FAILED, "内存不够。请关掉别的程序，或分几批再做。"
    except OSError as error:
        stage = Stage.FAILED
        job.message = f"{disk_trouble(error)}这项工作没有完成。"
    except Exception:  # noqa: BLE001 - a fault of ours must not leave a page that waits for ever
        traceback.print_exc()
        stage = Stage.FAILED
        job.message = "程序出错，这项工作没有完成，版本库没有改动。出错的细节在启动窗口里。"
    job.ended = time.time()
    job.stage = stage
