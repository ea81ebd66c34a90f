"""Figures of the page: how soon it is up, how long a ledger of 10,000 takes, first results.

Told are seconds, and where the machine's mood matters how often as long as something plain in the
same turn: a program that only imports the web server, a request for the page's style alone, the
whole collection whose first results are waited for.
"""

from __future__ import annotations

import http.client
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from xlsync import api
from xlsync.base.record import put
from xlsync.repository import Changes
from xlsync.rounds.kept.ledger import Issue, put_issue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.record import Record

_TURNS = 5
_ROUND = "2023/一上"
_UNITS = 200
_COLLECTED = 500
_LOOK = 2
"""Seconds for which somebody looks at the first page before he goes on."""
_DESK = [sys.executable, "-m", "xlsync", "desk", "--no-browser"]
_FORMS = api.forms()
_PLAIN = [sys.executable, "-c", "import uvicorn, starlette.applications, jinja2"]


class Client:
    """One browser at a page: it has the key of its first address."""

    def __init__(self, address: str) -> None:
        """Take the key along."""
        self.port = urlsplit(address).port or 0
        self.headers = {
            "Cookie": f"xlsync-{self.port}={address.partition('=')[2]}",
            "Origin": f"http://127.0.0.1:{self.port}",
            "Sec-Fetch-Site": "same-origin",
        }

    def ask(self, path: str, body: str | None = None) -> http.client.HTTPResponse:
        """The answer of the page, not read yet."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        method = "POST" if body else "GET"
        connection.request(method, quote(path, safe="/?=&%"), body, self.headers | kind)
        return connection.getresponse()

    def seconds(self, path: str) -> float:
        """How long a page takes, the way there and back included."""
        start = time.perf_counter()
        answer = self.ask(path)
        answer.read()
        assert answer.status == 200, path  # noqa: S101, PLR2004 - what is measured
        return time.perf_counter() - start


@contextmanager
def _served(folder: Path) -> Iterator[tuple[Client, float]]:
    """A page, and the seconds until its first one was there."""
    start = time.perf_counter()
    with subprocess.Popen([*_DESK, "-R", str(folder)], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None  # noqa: S101 - asked for above
        client = Client(server.stdout.readline().strip())
        client.seconds("/")
        yield client, time.perf_counter() - start
        server.terminate()


def _record(number: int) -> Record:
    """A filled form of the samples under a name of its own."""
    known = _samples()
    made: Record = {**known[number % len(known)], "id": f"{number:012x}"}
    form = _FORMS.find(str(made["form"]))
    put(made, form.mapping.fields[form.mapping.record.title].pointer, f"项目{number}")
    put(made, form.mapping.fields[form.mapping.record.group].pointer, f"单位{number % _UNITS}")
    return made


def _samples(found: list[Record] = []) -> list[Record]:  # noqa: B006 - read once
    if not found:
        sample = Path(__file__).parents[1] / "samples" / "changzheng-2023" / "forms.txt"
        found += [one.record for file in api.read(sample) for one in file.readings if one.record]
    return found


def _fill(folder: Path, count: int) -> None:
    """A round in which so many projects went out, and most of them came back."""
    with api.init(folder) as repository:
        changes = Changes(repository.snapshot(), _ROUND)
        time_sent = "2023-10-01T09:00:00+08:00"
        for number in range(count):
            record, group, title = _record(number), f"单位{number % _UNITS}", f"项目{number}"
            issue = Issue(number=1, time=time_sent, base=None, file="a.xlsx", reason="distribute",
                          fixed={})  # fmt: skip
            put_issue(changes, group, title, record, issue)
            if number % 10:
                changes.put_record(record["id"], group, title, record)
        repository.commit(changes, "fill")


def _start(folder: Path) -> None:
    pages, plain = [], []
    for _ in range(_TURNS):
        start = time.perf_counter()
        subprocess.run(_PLAIN, check=True)
        plain.append(time.perf_counter() - start)
        with _served(folder) as (_, seconds):
            pages.append(seconds)
    ratio = statistics.median(one / other for one, other in zip(pages, plain, strict=True))
    print(f"page up: {statistics.median(pages):.2f} s, {ratio:.1f} × importing the web server")


def _ledger(folder: Path, count: int) -> None:
    ledger = f"/round/{_ROUND}/ledger"
    with _served(folder) as (client, _):
        time.sleep(_LOOK)
        print(f"ledger of {count}, {_LOOK} s after the first page: {client.seconds(ledger):.2f} s")
    with _served(folder) as (client, _):
        first = client.seconds(ledger)
        moved = statistics.median(_after_change(folder, client, turn) for turn in range(_TURNS))
        for number, place in enumerate(("warnings", "totals"), start=_TURNS):
            path = f"/round/{_ROUND}/{place}"
            seconds = client.seconds(path), _after_change(folder, client, number, path)
            print(f"{place} of {count}: {seconds[0]:.2f} s, after a change {seconds[1]:.2f} s")
        print(f"ledger of {count}, at once: {first:.2f} s, after a change {first / moved:.1f} ×"
              f" as fast: {moved:.2f} s")  # fmt: skip
        for path in (ledger, f"{ledger}?state=未回&sort=title&page=3", f"{ledger}?text=99",
                     f"/round/{_ROUND}/reviewing", "/"):  # fmt: skip
            times = [client.seconds(path) for _ in range(_TURNS)]
            plain = statistics.median(client.seconds("/static/desk.svg") for _ in range(_TURNS))
            print(f"  {path}: {statistics.median(times):.3f} s, {times[0] / plain:.0f} × an icon")


def _after_change(
    folder: Path, client: Client, number: int, path: str = f"/round/{_ROUND}/ledger"
) -> float:
    """How long a page takes once somebody else has changed a record."""
    with api.open_repository(folder) as repository:
        changes = Changes(repository.snapshot(), _ROUND)
        entry = list(changes.snapshot.records(_ROUND).values())[number]
        record = changes.snapshot.record(entry)
        changes.put_record(entry.id, f"{entry.group}改", entry.title, record)
        repository.commit(changes, "move")
    return client.seconds(path)


def _first_results(folder: Path) -> None:
    records = [_record(number) for number in range(_COLLECTED)]
    form = _FORMS.find(str(records[0]["form"]))
    fitting = [one for one in records if one["form"] == form.id]
    list(api.write_workbooks(form, fitting, folder / "来"))
    api.init(folder / "new").close()
    with _served(folder / "new") as (client, _):
        start = time.perf_counter()
        answer = client.ask(f"/round/{_ROUND}/collecting", urlencode({"path": str(folder / "来")}))
        events = client.ask(f"{answer.headers['location']}/events")
        first = 0.0
        while line := events.readline():
            if line.startswith(b"event: line") and not first:
                first = time.perf_counter() - start
            if line.startswith(b"event: end"):
                break
        whole = time.perf_counter() - start
    print(f"{len(fitting)} workbooks: first results after {first:.2f} s, all after {whole:.1f} s")


def main(count: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _fill(folder / "r", count)
        _start(folder / "r")
        _ledger(folder / "r", count)
        _first_results(folder)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
