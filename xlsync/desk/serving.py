"""Starting the page: it listens before its address is told, and ends without losing anything."""

from __future__ import annotations

import contextlib
import errno
import shutil
import signal
import socket
import sys
import tempfile
import threading
import webbrowser
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from xlsync import api
from xlsync.api import XlsyncError
from xlsync.desk.guarding import AccessKeys
from xlsync.desk.memory import last_folder
from xlsync.desk.state import Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_HOST = "127.0.0.1"
_WAITING = 128
_ENDING = [getattr(signal, one) for one in ("SIGTERM", "SIGHUP") if hasattr(signal, one)]
_PATIENCE = 3
"""Seconds that open connections and running jobs get at the end."""


def serve(
    folder: Path | None,
    forms_folder: Path | None,
    *,
    port: int,
    browser: bool,
    tell: Callable[[str], None],
) -> None:
    """Serve the page until it is closed; ``tell`` is given its address first.

    Without a ``folder``, the current one is taken if it is a repository, else the one that was
    open last. Where there is none, the page asks.

    Raises:
        XlsyncError: when the port is taken, or no port can be had.
    """
    listening = _listen(port)
    keys = AccessKeys(listening.getsockname()[1])
    tell(keys.address)
    shown = _opened(keys.address) if browser else contextlib.nullcontext()
    with _told_to_end(), contextlib.closing(listening), shown:
        folders = [folder] if folder else [Path.cwd(), last_folder()]
        desk = Desk(
            keys, _repository(folders), forms_folder, suggested=folder, trouble=_trouble(folder)
        )
        _run(desk, listening)


def _repository(folders: Sequence[Path | None]) -> Path | None:
    """The first of these folders that is a repository."""
    for one in folders:
        if one is not None:
            with contextlib.suppress(XlsyncError):
                api.open_repository(one).close()
                return one
    return None


def _trouble(folder: Path | None) -> str:
    """What is wrong with a folder that was named and holds something; empty for nothing."""
    try:
        if folder is not None and any(folder.iterdir()):
            api.open_repository(folder).close()
    except OSError:
        return ""
    except XlsyncError as error:
        return api.in_chinese(str(error))
    return ""


def _run(desk: Desk, listening: socket.socket) -> None:
    import uvicorn  # noqa: PLC0415 - the address is told first

    from xlsync.desk.patience import PatientProtocol  # noqa: PLC0415 - the address is told first
    from xlsync.desk.routes import application  # noqa: PLC0415 - the address is told first

    config = uvicorn.Config(
        application(desk),
        http=PatientProtocol,
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        server_header=False,
        # An open event stream would hold the program for ever.
        timeout_graceful_shutdown=_PATIENCE,
    )
    server = uvicorn.Server(config)

    def close() -> None:
        server.should_exit = True

    desk.close = close
    if hasattr(signal, "SIGHUP") and threading.current_thread() is threading.main_thread():
        # The server takes the other signals itself; an exception may get lost in its loop.
        signal.signal(signal.SIGHUP, server.handle_exit)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
    finally:
        desk.jobs.stop_all(_PATIENCE)
        desk.leave()


def _listen(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":  # there, SO_REUSEADDR would let two programs have one port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((_HOST, port))
        made.listen(_WAITING)
    except (OSError, OverflowError) as error:
        made.close()
        if isinstance(error, OSError) and error.errno in {errno.EADDRINUSE, errno.EACCES}:
            message = f"端口 {port} 已被别的程序占用。请去掉 --port，或换一个端口号。"
        else:
            message = f"端口 {port} 不能用：{error}。请去掉 --port，或换一个端口号。"
        raise XlsyncError(message) from None
    return made


@contextlib.contextmanager
def _opened(address: str) -> Iterator[None]:
    """Open a browser at the page.

    It is given a file that only this user can read, and that goes on to the page: the address
    itself would stand in the list of programs, which every user of the machine can see.
    """
    folder = Path(tempfile.mkdtemp(prefix="xlsync-desk-"))
    try:
        file = folder / "xlsync.html"
        file.write_text(
            '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>xlsync</title>'
            f'<meta http-equiv="refresh" content="0;url={escape(address)}">'
            f'<p><a href="{escape(address)}">打开工作台</a></p></html>',
            encoding="utf-8",
        )
        webbrowser.open(file.as_uri())
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _told_to_end() -> Iterator[None]:
    """End as by Ctrl+C where the system or a terminal that is closed tells the program to end.

    The server passes such a signal on once it is down; by default that would be the end of the
    program before it has removed what lies on the disk.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_number: int, _frame: object) -> None:
        for one in _ENDING:  # while it cleans up, it has been told already
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    former = {one: signal.signal(one, end) for one in _ENDING}
    try:
        yield
    finally:
        for one, handler in former.items():
            signal.signal(one, handler)
