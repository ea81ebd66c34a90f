"""The coordinator's page as a process of its own, and a visitor who sends what a test wants."""

from __future__ import annotations

import http.client
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from running import PROGRAM, settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_TIMEOUT = 60
_PATIENCE = 240
"""Seconds for a job, on a machine that does other things too."""


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode()


@dataclass
class Server:
    """A running page; ``address`` is the first one, with its key."""

    address: str
    process: subprocess.Popen[str]

    @property
    def origin(self) -> str:
        return self.address.partition("/?")[0]

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    @property
    def cookie(self) -> str:
        return f"xlsync-{self.port}={self.address.partition('=')[2]}"

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | Iterator[bytes] | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Send what the page's own browser would, apart from the headers that are given."""
        own: dict[str, str | None] = {
            "Host": f"127.0.0.1:{self.port}",
            "Cookie": self.cookie,
            "Sec-Fetch-Site": "same-origin",
            "Origin": self.origin if method == "POST" else None,
            **(headers or {}),
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_TIMEOUT)
        try:
            sent = {name: value for name, value in own.items() if value is not None}
            connection.request(method, quote(path, safe="/?=&%@.-"), body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.headers), answer.read())
        finally:
            connection.close()

    def send(self, path: str, values: Mapping[str, str], **headers: str | None) -> Answer:
        """Send a form without files."""
        form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self.ask(path, method="POST", body=urlencode(values).encode(), headers=form)

    def upload(self, path: str, files: Sequence[tuple[str, str, bytes]], **values: str) -> Answer:
        """Send files, each with the name of its field and its own, and values by their fields."""
        body = multipart(files, values)
        return self.ask(path, method="POST", body=body, headers=MULTIPART)


BOUNDARY = "xlsync-test-boundary"
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def part(field: str, name: str, data: bytes) -> bytes:
    head = f'Content-Disposition: form-data; name="{field}"; filename="{name}"'
    return f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + data + b"\r\n"


def multipart(
    files: Sequence[tuple[str, str, bytes]], values: Mapping[str, str] | None = None
) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    fields = "".join(head % pair for pair in (values or {}).items()).encode()
    return fields + b"".join(part(*one) for one in files) + f"--{BOUNDARY}--\r\n".encode()


def end_of(server: Server, location: str) -> str:
    """The page of a job once it has ended."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        page = server.ask(location).text
        if "data-events" not in page:
            return page
        time.sleep(0.1)
    raise AssertionError("the job goes on and on")


@contextmanager
def serving(folder: Path, *arguments: str, home: Path | None = None) -> Iterator[Server]:
    """The page of the repository in a folder, until the block ends."""
    named = [*PROGRAM, "desk", "--no-browser", "-R", str(folder), *arguments]
    environment = settings(XDG_CONFIG_HOME=str((home or folder).parent / "config"))
    with subprocess.Popen(named, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, "the page did not start"
        try:
            yield Server(address, process)
        finally:
            process.terminate()
            process.wait(timeout=_TIMEOUT)
