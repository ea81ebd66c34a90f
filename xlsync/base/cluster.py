"""Work on other machines: a cluster of dask.distributed does what processes of this one would.

Only ``tls://`` is spoken, where both sides show a certificate of the cluster's own authority: who
may send work may run any program there. Every worker must be this version of xlsync with the same
Python; that is asked first, and again with each chunk, since workers may join later. A worker that
is lost costs its chunks, which others do again; where nothing answers any more, that is an error
of one line, and the next run begins where this one began.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import sys
from concurrent.futures import CancelledError, Executor
from concurrent.futures import Future as LocalFuture
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from xlsync import __version__
from xlsync.base.errors import UsageError, XlsyncError
from xlsync.base.lazy import importing
from xlsync.base.workers import Crew, working_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from distributed import Client, Future, Security

    Stamp = tuple[str, str, str]
    """The versions of xlsync and of Python, and the digest of xlsync's code."""

Made = TypeVar("Made")

CERTIFICATES = "XLSYNC_CLUSTER_CERTS"

CHUNK = 256
"""Items that go out together: a task costs a cluster 8 to 18 ms, a form 2 to 8."""

_ADDRESS = re.compile(r"tls://(?:[\w.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")
_FILES = ("ca.pem", "cert.pem", "key.pem")
_PATIENCE = 30.0
"""Seconds in which a scheduler has to answer, and in which a worker has to be there."""
_SHOWN = 3
_SETTINGS = {"distributed.admin.large-graph-warning-threshold": "1GB"}
"""Our tasks carry the files, some 12 MB each, and are few: no reason for dask to warn."""
_LOGGERS = ("distributed", "tornado", "asyncio")


@contextmanager
def on_cluster(address: str) -> Iterator[None]:
    """Let a cluster work meanwhile, where there are items enough.

    The certificates are those of the folder that ``XLSYNC_CLUSTER_CERTS`` names, or those of
    dask's own configuration.

    Raises:
        UsageError: when the address is none of ``tls://``.
        XlsyncError: when the cluster does not answer, has no workers, or some of another version.
    """
    if not _ADDRESS.fullmatch(address):
        raise UsageError(
            f"{address}: name the scheduler as tls://HOST:PORT; "
            "other connections are not authenticated"
        )
    message = "a cluster needs dask.distributed: pip install 'xlsync[cluster]'"
    with importing("dask", "distributed", otherwise=message):
        import dask  # noqa: PLC0415 - an extra
        from distributed import Client  # noqa: PLC0415
    with _quiet(), dask.config.set(_SETTINGS):
        try:
            client = Client(address, security=_security(), timeout=_PATIENCE, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise _unreachable(address, error) from None
        try:
            hands = _checked(client, address)
            crew = Crew(_ClusterExecutor(client), hands, CHUNK, partial(_asked_each, client))
            with working_with(crew):
                yield
        finally:
            client.close(timeout=5)


def _unreachable(address: str, error: BaseException) -> XlsyncError:
    reason = str(error).partition("\n")[0] or type(error).__name__
    return XlsyncError(
        f"the cluster {address} does not answer ({reason}); "
        "is it there, and are the certificates of the same authority?"
    )


def _security() -> Security:
    """What this side shows, and by which authority it knows the other."""
    from distributed import Security  # noqa: PLC0415 - an extra

    folder = os.environ.get(CERTIFICATES)
    if not folder:
        found = Security(require_encryption=True)
        if found.tls_ca_file and found.tls_client_cert:
            return found
        raise XlsyncError(
            f"set {CERTIFICATES} to the folder with {', '.join(_FILES)} of the cluster "
            "(docs/scale.md says how they are made)"
        )
    paths = [Path(folder) / name for name in _FILES]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise XlsyncError(f"{folder}: there is no {', '.join(missing)} in this folder")
    authority, certificate, key = map(str, paths)
    return Security(
        tls_ca_file=authority,
        tls_client_cert=certificate,
        tls_client_key=key,
        require_encryption=True,
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what dask says of lost connections off the screen; here it is said in one line."""
    # Each of them has a level and a handler of its own.
    names = [one for one in logging.root.manager.loggerDict if one.split(".")[0] in _LOGGERS]
    loggers = [logging.getLogger(name) for name in (*names, *_LOGGERS)]
    levels = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for one, level in zip(loggers, levels, strict=True):
            one.setLevel(level)


# ---- which version works there ----------------------------------------------------------


@lru_cache(maxsize=1)
def stamp() -> Stamp:
    """What has to be the same on all machines."""
    made = hashlib.sha256()
    package = Path(__file__).resolve().parents[1]
    for path in sorted(package.rglob("*.py")):
        made.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    python = ".".join(map(str, sys.version_info[:2]))
    return __version__, python, made.hexdigest()[:12]


def _checked(client: Client, address: str) -> int:
    """How many tasks the cluster does at a time, once all its workers are known to be alike."""
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError:
        raise XlsyncError(f"the cluster {address} has no workers") from None
    ours = stamp()
    try:
        found = client.run(stamp, on_error="return")
    except (OSError, TimeoutError, CancelledError) as error:
        raise _unreachable(address, error) from None
    others = {place: theirs for place, theirs in found.items() if theirs != ours}
    if others:
        shown = [f"{place} {_told(theirs)}" for place, theirs in sorted(others.items())[:_SHOWN]]
        raise _other_version(_told(ours), ", ".join(shown), len(others))
    return sum(client.nthreads().values())


def _asked_each(client: Client, task: Callable[[], object]) -> list[object]:
    """What came of a task at each worker; one without an answer is told as an error."""
    try:
        return [*client.run(task, on_error="return").values()]
    except (OSError, TimeoutError, CancelledError) as error:
        raise _lost(error) from None


def _told(found: object) -> str:
    if not isinstance(found, tuple | list):
        return "without xlsync, or with one that cannot say its version"
    version, python, code = found
    return f"xlsync {version} ({code}), Python {python}"


def _other_version(ours: str, theirs: str, count: int) -> XlsyncError:
    return XlsyncError(
        f"{count} workers of the cluster are not as this machine ({ours}): {theirs}; "
        "install the same xlsync and Python on all of them"
    )


def _check_stamp(wanted: Stamp) -> None:
    if stamp() != wanted:
        raise _other_version(_told(wanted), _told(stamp()), 1)


def _done_there(
    wanted: Stamp,
    work: Callable[..., Made],
    *arguments: Any,
) -> tuple[Made | None, BaseException | None]:
    """What came of some work, or what it raised, which is none of the cluster's own errors."""
    try:
        _check_stamp(wanted)
        return work(*arguments), None
    except Exception as error:  # noqa: BLE001 - it is raised again where the work was asked for
        return None, error


# ---- an executor ------------------------------------------------------------------------


class _ClusterExecutor(Executor):
    """The cluster as an executor: what is submitted is done once, by whichever worker lives."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def submit(self, fn: Callable[..., Made], /, *args: Any, **kwargs: Any) -> _ClusterFuture[Made]:
        """Send work to the cluster."""
        work = partial(_done_there, stamp(), fn, *args, **kwargs)
        try:
            sent = self._client.submit(work, pure=False)
        except (OSError, ValueError, CancelledError) as error:
            raise _lost(error) from None
        return _ClusterFuture(self._client, sent)


class _ClusterFuture(LocalFuture[Made]):
    """What will come of some work on a cluster."""

    def __init__(self, client: Client, sent: Future) -> None:
        super().__init__()
        self._client, self._sent = client, sent

    def result(self, timeout: float | None = None) -> Made:
        """What came of it; XlsyncError where the cluster is lost.

        A cluster without any worker is waited for as long as one may take to come back.
        """
        from distributed import KilledWorker  # noqa: PLC0415 - an extra
        from distributed.client import FutureCancelledError  # noqa: PLC0415

        patience = _PATIENCE if timeout is None else timeout
        while True:
            try:
                made, error = self._sent.result(timeout=patience)
            except KilledWorker:
                message = "workers of the cluster die of the same files; have they enough memory?"
                raise XlsyncError(message) from None
            except (FutureCancelledError, CancelledError, OSError) as lost:
                if isinstance(lost, TimeoutError) and timeout is None and self._is_worked_on():
                    continue
                raise _lost(lost) from None
            self._sent.release()
            if error is not None:
                raise error
            return cast("Made", made)

    def cancel(self) -> bool:
        """Take the work back; nobody waits for it any more."""
        try:
            self._sent.cancel()
        except (OSError, CancelledError, TimeoutError, AttributeError):
            return False
        return True

    def _is_worked_on(self) -> bool:
        """Whether the cluster answers and has anybody to work."""
        if self._client.status != "running":
            return False
        try:
            return bool(self._client.nthreads())
        except (OSError, TimeoutError, CancelledError):
            return False


def _lost(error: BaseException) -> XlsyncError:
    if isinstance(error, TimeoutError):
        return XlsyncError("the cluster has no workers left; run this again")
    return XlsyncError("the scheduler of the cluster is gone; run this again")
