"""What goes wrong with a machine: each is a sentence in the page, and nothing is lost."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
import resource
import shutil
import signal
import socket
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from desk_server import Server, end_of, serving
from running import invoke, record, save

from xlsync import api
from xlsync.desk import state
from xlsync.desk.guarding import AccessKeys
from xlsync.desk.state import Desk

pytestmark = pytest.mark.slow

NAME = "2023/二上"
HERE = f"/round/{NAME}/collecting"
CHINESE = re.compile(r"[一-鿿]")


def said(server: Server, path: str) -> str:
    """What a page says is wrong: a sentence of Chinese without a trace of the program."""
    answer = server.ask(path)
    assert answer.status in {409, 500}, path
    found = re.search(r'class="card wrong".*?<p>(.*?)</p>', answer.text, re.DOTALL)
    assert found, path
    assert CHINESE.search(found[1])
    assert "Traceback" not in answer.text
    return found[1]


def text_of(page: str) -> str:
    """The words of a page."""
    return re.sub(r"<[^>]+>|\s+", " ", page.partition("<main")[2])


def heads(town: Path) -> str:
    with api.open_repository(town) as repository:
        return str(repository.snapshot().commit)


def many(folder: Path, count: int) -> Path:
    for number in range(count):
        save(folder / f"{number}.json", record(f"项目{number}"))
    return folder


@pytest.mark.parametrize("harm", ["gone", "torn", "empty"])
def test_a_broken_repository_is_said_on_every_page(
    own_server: Server, town: Path, harm: str
) -> None:
    assert own_server.ask("/").status == 200
    # A file that shrinks while it is read ends a program: what is made ready behind the first page
    # is there once this is.
    assert own_server.ask(f"/round/{NAME}/ledger").status == 200
    if harm == "gone":
        shutil.rmtree(town)
    for path in [*town.rglob("*.pack"), *town.rglob("packed-refs")] if harm != "gone" else []:
        path.chmod(0o600)
        path.write_bytes(b"" if harm == "empty" else path.read_bytes()[:200])
    for page in ("/", f"/round/{NAME}/ledger", f"/round/{NAME}/reviewing", "/undo", "/units"):
        assert said(own_server, page)
    assert own_server.ask("/open").status == 200, "another one can be opened"
    assert own_server.ask("/pulse").status == 200


def test_a_file_that_is_locked_is_told_and_the_others_count(
    own_server: Server, tmp_path: Path
) -> None:
    save(tmp_path / "来" / "one.json", record("新项目"))
    # Nobody can keep a file from root, but a link to nowhere cannot be opened either.
    (tmp_path / "来" / "占用.xlsx").symlink_to(tmp_path / "nowhere")
    answer = own_server.send(HERE, {"path": str(tmp_path / "来")})
    page = text_of(end_of(own_server, answer.headers["location"]))
    assert "无法读取" in page
    assert "占用.xlsx" in page
    assert "打不开" in page
    assert "新收" in page


def test_a_file_that_cannot_be_written_is_said_and_the_collection_stands(
    own_server: Server, town: Path, tmp_path: Path
) -> None:
    (town.parent / f"{town.name}-退回").write_text("in the way")
    bad = save(tmp_path / "来" / "bad.json", record("坏项目", planned_end="2020-01-01"))
    answer = own_server.send(HERE, {"path": str(bad.parent)})
    page = end_of(own_server, answer.headers["location"])
    assert "收集完成" in page, text_of(page)
    told = re.findall(r'class="doubt">要发回的工作簿没有写出来：(.*?)</p>', page, re.DOTALL)
    assert CHINESE.search(told[0])
    assert "bad.json" in own_server.ask(HERE).text
    (town.parent / f"{town.name}-退回").unlink()
    again = own_server.send(HERE, {"path": str(bad.parent)})
    assert "下载要发回的 1 份" in end_of(own_server, again.headers["location"])


def test_a_full_disk_is_said_and_the_page_goes_on(own_server: Server, town: Path) -> None:
    before = heads(town)
    pid = own_server.process.pid
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (100_000, hard))
    answer = own_server.upload(HERE, [("files", "a.xlsx", b"x" * 1_000_000)])
    assert answer.status == 400
    assert "文件存不下来" in answer.text
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
    assert own_server.ask("/").status == 200
    assert heads(town) == before


def test_a_killed_worker_is_said_and_nothing_is_half_done(
    own_server: Server, town: Path, tmp_path: Path
) -> None:
    before = heads(town)
    answer = own_server.send(HERE, {"path": str(many(tmp_path / "来", 1500))})
    killed = kill_a_worker(own_server.process.pid)
    page = end_of(own_server, answer.headers["location"])
    assert killed
    assert "一个工作进程中途被终止" in page, text_of(page)
    assert heads(town) == before
    assert own_server.ask("/").status == 200


def kill_a_worker(parent: int) -> bool:
    """Kill one of the processes that read files, once there is one at work."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for task in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                stat = (task / "stat").read_text().rpartition(")")[2].split()
                words = (task / "cmdline").read_bytes()
                if int(stat[1]) == parent and b"spawn_main" in words:
                    time.sleep(0.5)
                    signal.pidfd_send_signal(pidfd(int(task.name)), signal.SIGKILL)
                    return True
        time.sleep(0.05)
    return False


def pidfd(pid: int) -> int:
    import os

    return os.pidfd_open(pid)


def test_a_job_is_stopped_and_nothing_is_half_done(
    own_server: Server, town: Path, tmp_path: Path
) -> None:
    before = heads(town)
    answer = own_server.send(HERE, {"path": str(many(tmp_path / "来", 300))})
    location = answer.headers["location"]
    assert own_server.send(f"{location}/stop", {}).status == 303
    page = end_of(own_server, location)
    assert "已按要求停止，版本库没有改动" in page
    assert heads(town) == before


def test_a_job_goes_on_when_the_browser_is_closed(own_server: Server, tmp_path: Path) -> None:
    answer = own_server.send(HERE, {"path": str(many(tmp_path / "来", 60))})
    location = answer.headers["location"]
    head = (
        f"GET {location}/events HTTP/1.1\r\nHost: 127.0.0.1:{own_server.port}\r\n"
        f"Cookie: {own_server.cookie}\r\nSec-Fetch-Site: same-origin\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", own_server.port), 30) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert "收集完成" in end_of(own_server, location)
    told = own_server.ask(f"{location}/events", headers={"Last-Event-ID": "59"}).text
    lines = [one for one in told.splitlines() if one.startswith('data: "<tr>')]
    assert len(lines) == 1, "a browser that was asleep gets what it has not seen"
    assert "项目" in json.loads(lines[0].removeprefix("data: "))


def test_two_windows_and_the_command_line_work_at_once(
    own_server: Server, town: Path, tmp_path: Path
) -> None:
    first = json.loads(own_server.ask("/pulse").text)["commit"]
    answer = own_server.send(HERE, {"path": str(many(tmp_path / "甲", 120))})
    other = own_server.send(
        HERE, {"path": str(save(tmp_path / "乙" / "a.json", record("乙项目")).parent)}
    )
    done = invoke("-R", town, "collect", NAME, save(tmp_path / "丙" / "a.json", record("丙项目")))
    assert done.exit_code == 0, done.output
    for one in (answer, other):
        assert "收集完成" in end_of(own_server, one.headers["location"])
    assert json.loads(own_server.ask("/pulse").text)["commit"] != first
    with api.open_repository(town) as repository:
        titles = {one.title for one in api.status(repository, NAME)}
    assert {"乙项目", "丙项目", "项目0", "项目119"} <= titles


def test_a_folder_that_is_no_repository_is_said_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "别的").mkdir()
    (tmp_path / "别的" / "表.txt").write_text("x")
    with serving(tmp_path / "别的", home=tmp_path / "x") as server:
        page = server.ask("/open")
        assert page.status == 409
        assert CHINESE.search(re.findall(r'class="wrong"[^>]*>(.*?)</p>', page.text)[0])


def test_the_page_is_started_anew_where_it_was(town: Path, tmp_path: Path) -> None:
    with serving(town, home=tmp_path / "x") as server:
        server.process.kill()
        server.process.wait()
    with serving(town, home=tmp_path / "x") as server:
        assert NAME in server.ask("/").text


def test_the_button_closes_the_page(town: Path) -> None:
    with serving(town) as server:
        assert "已经关闭" in server.send("/close", {}).text
        assert server.process.wait(30) == 0


@pytest.mark.parametrize("how", ["button", "SIGINT", "SIGTERM", "SIGHUP"])
def test_what_waited_is_gone_from_the_disk_once_the_page_is_closed(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    place = tmp_path / "tmp"
    place.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(place))
    roster = "项目名称,实施单位\n修路,财政所\n".encode()
    official = api.generate(api.forms().find("project-goal-2026"))
    with serving(town) as server:
        for path, field, file, data, values in (
            (f"/round/{NAME}/sending", "roster", "名册.csv", roster, {"form": "project-goal-2023"}),
            ("/forms/draft", "official", "空白.xlsx", official, {"id": "goal-2030"}),
        ):
            answer = server.upload(path, [(field, file, data)], **values)
            assert answer.status == 303, answer.text
            assert server.ask(answer.headers["location"]).status == 200
        assert list(place.glob("*/**/*.csv"))
        if how == "button":
            server.send("/close", {})
        elif hasattr(signal, how) and sys.platform != "win32":
            server.process.send_signal(getattr(signal, how))
        else:
            pytest.skip("this system has no such signal")
        assert server.process.wait(30) == 0
    assert not list(place.glob("xlsync-desk-*"))


def test_a_page_that_is_left_open_knows_the_next_day(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(AccessKeys(1), town)
    asked: list[object] = []
    with desk.repository() as repository:
        for day in (1, 1, 2):
            today = SimpleNamespace(today=lambda day=day: dt.date(2026, 1, day))
            monkeypatch.setattr(state, "dt", SimpleNamespace(date=today))
            desk.remember(repository, asked.append)
    assert len(asked) == 2
