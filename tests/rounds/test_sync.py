"""Exchanging with a shared repository: in a folder, on a server, at once, and killed on the way."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from killing import exit_code, in_child, killed_at, needs_fork, touches_of
from returning import ROUND, came, changed, put_in, send, whole
from running import FORMS, invoke

from xlsync.base.errors import XlsyncError
from xlsync.repository import Repository, layout, remote, writing
from xlsync.repository.sealing import new_seal
from xlsync.rounds.sharing.syncing import Synced, sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.base.record import Record

pytestmark = pytest.mark.slow

FIRST = whole(planned_end="2023-12-31")
KILLS = int(os.environ.get("XLSYNC_TEST_KILLS", "20"))


def git(*arguments: str | Path) -> str:
    command = ["git", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


def office(folder: Path, *sent: Record) -> Path:
    """A repository of a coordinator, with a ledger of its own."""
    Repository.init(folder, {layout.SEAL: new_seal()}).close()
    git("-C", folder, "config", "user.name", folder.name)
    if sent:
        with Repository.open(folder) as repository:
            send(repository, *sent)
    return folder


def collect(folder: Path, one: Record) -> None:
    with Repository.open(folder) as repository:
        spool = repository.snapshot().spool()
        put_in(repository, [came(spool, one, 1)], spool)


def exchange(folder: Path, remote: Path | str) -> Synced:
    with Repository.open(folder) as repository:
        return sync(repository, FORMS, str(remote))


def head(folder: Path) -> str:
    return git("-C", folder, "rev-parse", "main").strip()


def goals(folder: Path) -> tuple[str, str]:
    with Repository.open(folder) as repository:
        snapshot = repository.snapshot()
        (entry,) = snapshot.records(ROUND).values()
        one = snapshot.record(entry)
    return one["annual_goal"], one["overall_goal"]


def is_whole(*folders: Path) -> bool:
    return all(git("-C", one, "fsck", "--strict", "--no-dangling") == "" for one in folders)


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A bare git repository that plain git made, with nothing in it."""
    git("init", "--quiet", "--bare", "-b", "main", tmp_path / "共享")
    return tmp_path / "共享"


@pytest.fixture
def town(tmp_path: Path, shared: Path) -> Path:
    folder = office(tmp_path / "town", FIRST)
    assert exchange(folder, shared).is_sent
    return folder


@pytest.fixture
def district(tmp_path: Path, shared: Path, town: Path) -> Path:
    assert town
    git("clone", "--quiet", "--bare", shared, tmp_path / "district")
    git("-C", tmp_path / "district", "config", "user.name", "district")
    return tmp_path / "district"


def test_two_offices_share_a_folder(town: Path, district: Path, shared: Path) -> None:
    collect(town, changed(FIRST, annual_goal="甲"))
    collect(district, changed(FIRST, overall_goal="乙"))
    sent = exchange(town, shared)
    assert (sent.joined, sent.is_sent) == ((), True)
    synced = exchange(district, shared)
    assert [one.title for one in synced.joined[0].joints] == ["预备费"]
    assert synced.is_sent
    back = exchange(town, shared)
    assert (back.joined[0].is_forward, back.is_sent) == (True, False)
    assert head(town) == head(district) == head(shared)
    assert goals(town) == ("甲", "乙")
    again = exchange(town, shared)
    assert (again.joined, again.is_sent) == ((), False)
    assert is_whole(town, district, shared)
    parents = git("-C", shared, "log", "-1", "--format=%P", "main").split()
    assert len(parents) == 2
    assert "|\\" in git("-C", shared, "log", "--graph", "--oneline", "main")


def test_plain_git_and_merge_come_to_the_same(town: Path, district: Path, shared: Path) -> None:
    collect(town, changed(FIRST, annual_goal="甲"))
    collect(district, changed(FIRST, overall_goal="乙"))
    git("-C", town, "push", "--quiet", shared, "main")
    with pytest.raises(subprocess.CalledProcessError):
        git("-C", district, "push", "--quiet", shared, "main")
    git("-C", district, "fetch", "--quiet", shared, "main:shared")
    result = invoke("-R", district, "merge", "shared")
    assert result.exit_code == 0, result.output
    assert "两边都有改动的项目 1 个" in result.stdout
    assert "合并 2023/一上" in result.stdout
    git("-C", district, "push", "--quiet", shared, "main")
    git("-C", town, "fetch", "--quiet", shared, "main:shared")
    result = invoke("-R", town, "merge", "shared", "--json")
    assert json.loads(result.stdout)["forward"] is True
    assert "已是最新" in invoke("-R", town, "merge", "shared").stdout
    assert goals(town) == goals(district) == ("甲", "乙")
    assert is_whole(town, district, shared)


def test_a_conflict_is_told_and_its_workbook_written(
    town: Path, district: Path, shared: Path, tmp_path: Path
) -> None:
    collect(town, changed(FIRST, annual_goal="甲"))
    collect(district, changed(FIRST, annual_goal="乙"))
    exchange(town, shared)
    result = invoke("-R", district, "sync", shared)
    assert result.exit_code == 1
    assert "其中冲突 1 个" in result.stdout
    result = invoke("-R", town, "sync", shared, "--return", tmp_path / "back", "--json")
    assert result.exit_code == 0, "the conflict is not news of this exchange"
    (path,) = json.loads(result.stdout)["returned"]
    assert path.endswith("预备费_冲突处理.xlsx")
    assert len(list((tmp_path / "back").glob("*.xlsx"))) == 1


def test_an_office_that_begins_anew_gets_everything(
    town: Path, shared: Path, tmp_path: Path
) -> None:
    collect(town, changed(FIRST, annual_goal="甲"))
    exchange(town, shared)
    new = office(tmp_path / "new")
    assert exchange(new, shared).is_sent
    assert goals(new)[0] == "甲"
    assert exchange(town, shared).joined[0].is_forward
    assert head(town) == head(new)


@pytest.mark.parametrize("kind", ["missing", "file", "working copy", "other"])
def test_what_cannot_be_shared_is_said_in_one_line(town: Path, tmp_path: Path, kind: str) -> None:
    place = tmp_path / "place"
    if kind == "file":
        place.write_text("x", encoding="utf-8")
    elif kind == "working copy":
        git("init", "--quiet", place)
    elif kind == "other":
        work = tmp_path / "work"
        git("init", "--quiet", "-b", "main", work)
        name = ("-c", "user.name=x", "-c", "user.email=x@x")
        git("-C", work, *name, "commit", "-qm", "x", "--allow-empty")
        git("clone", "--quiet", "--bare", work, place)
    before = head(town)
    result = invoke("-R", town, "sync", place)
    assert result.exit_code == 3
    assert result.stderr.startswith("xlsync: ")
    assert result.stderr.count("\n") == 1
    assert head(town) == before


def test_a_shared_folder_that_lost_an_object_is_said(
    town: Path, district: Path, shared: Path
) -> None:
    collect(district, changed(FIRST, annual_goal="甲"))
    exchange(district, shared)
    for pack in (shared / "objects" / "pack").glob("*.idx"):
        pack.unlink()
    before = head(town)
    with pytest.raises(XlsyncError):
        exchange(town, shared)
    assert head(town) == before
    assert is_whole(town)


# ---- at once, and killed ----------------------------------------------------------


@needs_fork
def test_many_at_once_all_come_through(town: Path, shared: Path, tmp_path: Path) -> None:
    offices = []
    for number in range(4):
        git("clone", "--quiet", "--bare", shared, tmp_path / f"o{number}")
        git("-C", tmp_path / f"o{number}", "config", "user.name", f"o{number}")
        offices.append(tmp_path / f"o{number}")
        one = whole(f"项目{number}")
        with Repository.open(offices[-1]) as repository:
            send(repository, one)
    children = [in_child(partial(exchange, one, shared)) for one in offices]
    assert [exit_code(child) for child in children] == [0] * 4
    assert is_whole(shared, *offices)
    exchange(town, shared)
    with Repository.open(town) as repository:
        assert len(repository.snapshot().names(f"{layout.ISSUED}/{ROUND}")) == 5


@needs_fork
def test_a_kill_at_any_touch_of_the_disk_leaves_both_whole(
    town: Path, district: Path, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_PATIENCE", 0.0)
    collect(town, changed(FIRST, annual_goal="甲"))
    collect(district, changed(FIRST, overall_goal="乙"))
    exchange(town, shared)
    # What is imported once stays imported in the children.
    exchange(shutil.copytree(district, tmp_path / "warm"), shutil.copytree(shared, tmp_path / "w"))
    copies = shutil.copytree(district, tmp_path / "all"), shutil.copytree(shared, tmp_path / "a")
    count = touches_of(lambda: exchange(*copies), tmp_path / "count")
    chance = random.Random(7)  # noqa: S311 - where to kill, not a secret
    kills = 0
    for trial in range(KILLS):
        mine = shutil.copytree(district, tmp_path / f"d{trial}")
        place = shutil.copytree(shared, tmp_path / f"s{trial}")
        code = killed_at(chance.randint(1, count), partial(exchange, mine, place))
        kills += code == -signal.SIGKILL
        assert is_whole(mine, place)
        exchange(mine, place)
        assert head(mine) == head(place)
        assert goals(mine) == ("甲", "乙")
        assert is_whole(mine, place)
        shutil.rmtree(mine)
        shutil.rmtree(place)
    assert kills > KILLS / 2


# ---- a server ---------------------------------------------------------------------


class _Backend(http.server.BaseHTTPRequestHandler):
    """What a git server is: `git http-backend` behind a web server."""

    root: Path

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "REMOTE_USER": "somebody",
            "REMOTE_ADDR": "127.0.0.1",
        }
        body = self._body()
        environment["CONTENT_LENGTH"] = str(len(body))
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=environment, capture_output=True, check=False
        )
        heads, _, content = done.stdout.partition(b"\r\n\r\n")
        lines = [line.split(": ", 1) for line in heads.decode().split("\r\n")]
        status = next((value for key, value in lines if key == "Status"), "200 OK")
        self.send_response(int(status.split()[0]))
        for key, value in lines:
            if key != "Status":
                self.send_header(key, value)
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815 - the name that the library asks for

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def log_message(self, *_: object) -> None:
        """Nothing to be seen."""


@pytest.fixture
def server(shared: Path) -> Iterator[str]:
    git("-C", shared, "config", "http.receivepack", "true")
    made = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), type("Backend", (_Backend,), {"root": shared.parent})
    )
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    with contextlib.closing(made.socket):
        yield f"http://127.0.0.1:{made.server_port}/{shared.name}"
        made.shutdown()
        thread.join()


def test_two_offices_share_a_server(town: Path, district: Path, shared: Path, server: str) -> None:
    collect(town, changed(FIRST, annual_goal="甲"))
    collect(district, changed(FIRST, overall_goal="乙"))
    assert exchange(town, server).is_sent
    assert len(exchange(district, server).joined[0].joints) == 1
    assert exchange(town, server).joined[0].is_forward
    assert head(town) == head(district) == head(shared)
    assert goals(town) == ("甲", "乙")
    assert is_whole(town, district, shared)


def test_a_server_that_refuses_is_said_without_the_password(town: Path, server: str) -> None:
    for place in (
        server.rpartition("/")[0].replace("://", "://me:secret@") + "/nothing",
        "http://me:secret@127.0.0.1:9/nowhere",
    ):
        result = invoke("-R", town, "sync", place)
        assert result.exit_code == 3
        assert "secret" not in result.output
        assert result.stderr.count("\n") == 1


def test_a_branch_that_moves_between_is_fetched_again(
    town: Path, district: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect(town, changed(FIRST, annual_goal="甲"))
    collect(district, changed(FIRST, overall_goal="乙"))
    whole_push = Repository.push
    others = [town]

    def push(self: Repository, location: str, former: str | None) -> bool:
        if others:
            # In this very moment another office is faster.
            git("-C", others.pop(), "push", "--quiet", shared, "main")
        return whole_push(self, location, former)

    monkeypatch.setattr(Repository, "push", push)
    synced = exchange(district, shared)
    assert synced.is_sent
    assert len(synced.joined) == 1
    assert goals(district) == ("甲", "乙")
    assert head(shared) == head(district)


# ---- a server that says nothing, and git's own housekeeping -------------------------


def test_a_server_that_says_nothing_is_given_up(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "SILENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        result = invoke("-R", town, "sync", f"http://127.0.0.1:{port}/shared")
    assert (result.exit_code, result.stderr.count("\n")) == (3, 1)
    assert "没有应答" in result.stderr
    assert is_whole(town)


@pytest.mark.skipif(os.name == "nt", reason="pipes cannot be waited for there")
def test_a_silent_ssh_is_given_up_and_ended(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "SILENCE", 0.5)
    program = tmp_path / "bin" / "ssh"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho $$ > "$(dirname "$0")/pid"\nexec sleep 600\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    result = invoke("-R", town, "sync", "somebody@nowhere:shared")
    assert (result.exit_code, result.stderr.count("\n")) == (3, 1)
    assert "没有应答" in result.stderr
    pid = int((program.parent / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_sync_after_git_gc_with_a_bitmap_works(town: Path, district: Path, shared: Path) -> None:
    for one in (town, shared):
        git("-C", one, "-c", "repack.writeBitmaps=true", "gc", "--quiet")
        assert list((one / "objects" / "pack").glob("*.bitmap"))
    collect(town, changed(FIRST, annual_goal="甲"))
    exchange(town, shared)
    collect(district, changed(FIRST, overall_goal="乙"))
    exchange(district, shared)
    exchange(town, shared)
    assert goals(town) == goals(district) == ("甲", "乙")
    assert is_whole(town, district, shared)


def test_a_protocol_without_proof_of_who_answers_is_refused(town: Path) -> None:
    result = invoke("-R", town, "sync", "git://127.0.0.1/shared")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "ssh://" in result.stderr


def _push(shared: Path, place: Path, change: str) -> None:
    """A commit that somebody made with git in the shared repository."""
    git("clone", "--quiet", shared, place)
    subprocess.run(["sh", "-ec", change], cwd=place, check=True)
    git("-C", place, "add", "--all")
    git("-C", place, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "--quiet", "-m", "x")
    git("-C", place, "push", "--quiet", "origin", "HEAD:main")


@pytest.mark.parametrize("is_forward", [True, False])
def test_a_commit_that_takes_everything_away_is_asked_for(
    town: Path,
    shared: Path,
    tmp_path: Path,
    is_forward: bool,  # noqa: FBT001 - a case
) -> None:
    collect(town, changed(FIRST, annual_goal="甲"))
    exchange(town, shared)
    _push(shared, tmp_path / "clone", "git rm -rq rounds issued")
    if not is_forward:
        collect(town, changed(FIRST, overall_goal="乙"))
    before = head(town)
    result = invoke("-R", town, "sync", shared)
    assert (result.exit_code, result.stderr.count("\n")) == (3, 1)
    assert "删去了 1 个项目中的 1 个" in result.stderr
    assert head(town) == before
    result = invoke("-R", town, "sync", shared, "--accept-removal")
    assert result.exit_code == 0, result.output
    assert "对方删去了 1 个项目" in result.stdout


def test_a_single_project_that_was_taken_away_is_told(
    town: Path, shared: Path, tmp_path: Path
) -> None:
    with Repository.open(town) as repository:
        send(repository, *(whole(f"项目{number}") for number in range(3)))
    exchange(town, shared)
    _push(shared, tmp_path / "clone", 'cd issued/*/*; git rm -q "$(ls */* | head -1)"')
    result = invoke("-R", town, "sync", shared)
    assert result.exit_code == 0, result.output
    assert "对方删去了 1 个项目" in result.stdout
