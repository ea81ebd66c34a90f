"""Files from the browser: bounded, named safely, and gone when they were not taken."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from desk_server import BOUNDARY, MULTIPART, Server, end_of, part
from running import record, save
from starlette.requests import Request

from xlsync.desk import patience
from xlsync.desk.receiving import RefusedError, receive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

HERE = "/round/2023/二上/collecting"
MEGABYTE = b"x" * 1024 * 1024


def test_what_is_sent_is_collected_under_its_own_name(own_server: Server, tmp_path: Path) -> None:
    data = save(tmp_path / "one.json", record("新项目")).read_bytes()
    answer = own_server.upload(HERE, [("files", "../../收到/新项目.json", data)])
    assert answer.status == 303
    page = end_of(own_server, answer.headers["location"])
    assert "新收" in page
    assert "新项目.json" in page
    assert "新项目" in own_server.ask("/round/2023/二上/ledger").text


@pytest.mark.parametrize(("path", "limit"), [(HERE, 4 * 1024**3), ("/forms/draft", 64 * 1024**2)])
def test_what_says_that_it_is_too_large_is_refused_at_once(
    server: Server, path: str, limit: int
) -> None:
    head = (
        f"POST {'/forms/draft' if 'forms' in path else '/round/2023/x/collecting'} HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{server.port}\r\nCookie: {server.cookie}\r\n"
        f"Origin: {server.origin}\r\nSec-Fetch-Site: same-origin\r\n"
        f"Content-Type: {MULTIPART['Content-Type']}\r\nContent-Length: {limit + 1}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), 30) as connection:
        connection.sendall(head.encode())
        answer = connection.makefile("rb").readline().decode()
    assert " 400 " in answer


def test_what_does_not_say_how_large_it_is_ends_at_the_limit(server: Server) -> None:
    def endless() -> Iterator[bytes]:
        yield part("official", "a.xlsx", b"")[:-2]
        while True:
            yield MEGABYTE

    with pytest.raises(OSError):  # noqa: PT011 - the server hangs up while the client still sends
        server.ask("/forms/draft", method="POST", body=endless(), headers=MULTIPART)
    assert server.ask("/").status == 200


def test_what_breaks_off_leaves_nothing(server: Server) -> None:
    whole = part("files", "a.xlsx", MEGABYTE)
    head = (
        f"POST /round/2023/x/collecting HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Cookie: {server.cookie}\r\nOrigin: {server.origin}\r\nSec-Fetch-Site: same-origin\r\n"
        f"Content-Type: {MULTIPART['Content-Type']}\r\nContent-Length: {len(whole) * 2}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), 30) as connection:
        connection.sendall(head.encode() + whole)
    assert server.ask("/work").status == 200
    assert "收集 2023/x" not in server.ask("/work").text


def test_a_sender_that_falls_silent_is_given_up_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "MAX_SILENCE", 0.05)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pieces = [part("files", "a.xlsx", MEGABYTE)[:-2]]

    async def hear() -> dict[str, object]:
        if not pieces:
            await asyncio.sleep(60)
        return {"type": "http.request", "body": pieces.pop(), "more_body": True}

    headers = [(b"content-type", MULTIPART["Content-Type"].encode())]
    request = Request({"type": "http", "method": "POST", "headers": headers}, hear)
    # The browser of other tests has a loop of its own in this thread.
    with ThreadPoolExecutor() as pool, pytest.raises(RefusedError, match="没有传完"):
        pool.submit(lambda: asyncio.run(receive(request))).result()
    assert not list(tmp_path.iterdir())


def test_a_sender_that_drips_is_given_up_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "MAX_SILENCE", 0.2)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pieces = iter([part("files", "a.xlsx", MEGABYTE)[:-2]])

    async def hear() -> dict[str, object]:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": next(pieces, b"x"), "more_body": True}

    headers = [(b"content-type", MULTIPART["Content-Type"].encode())]
    request = Request({"type": "http", "method": "POST", "headers": headers}, hear)
    with ThreadPoolExecutor() as pool, pytest.raises(RefusedError, match="没有传完"):
        pool.submit(lambda: asyncio.run(receive(request))).result()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", MULTIPART["Content-Type"]),
        (b"nonsense", MULTIPART["Content-Type"]),
        (part("files", "a.xlsx", b"1"), MULTIPART["Content-Type"]),
        (f"--{BOUNDARY}\r\nbad header\r\n\r\n".encode(), MULTIPART["Content-Type"]),
        (b"{}", "application/json"),
        (b"x", "multipart/form-data"),
        (b"&".join([b"a=1"] * 30_000), "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_form_is_refused_in_a_sentence(
    server: Server, body: bytes, content_type: str
) -> None:
    answer = server.ask(HERE, method="POST", body=body, headers={"Content-Type": content_type})
    assert answer.status == 400
    assert "请" in answer.text


def test_a_folder_of_this_machine_is_read_where_it_is(own_server: Server, tmp_path: Path) -> None:
    save(tmp_path / "收到" / "one.json", record("新项目"))
    answer = own_server.send(HERE, {"path": str(tmp_path / "收到")})
    assert "新收" in end_of(own_server, answer.headers["location"])
    assert (tmp_path / "收到" / "one.json").exists()
    missing = own_server.send(HERE, {"path": str(tmp_path / "没有")})
    assert missing.status == 409
    assert "没有找到" in missing.text
    nothing = own_server.ask(
        HERE, method="POST", body=f"--{BOUNDARY}--\r\n".encode(), headers=MULTIPART
    )
    assert nothing.status == 409
    assert "没有选择文件" in nothing.text


def test_a_preview_of_a_collection_writes_nothing(own_server: Server, tmp_path: Path) -> None:
    save(tmp_path / "收到" / "one.json", record("新项目"))
    before = own_server.ask("/pulse").text
    answer = own_server.send(HERE, {"path": str(tmp_path / "收到"), "preview": "1"})
    page = end_of(own_server, answer.headers["location"])
    assert "这是预览，什么都没有记入" in page
    assert "新收" in page
    assert own_server.ask("/pulse").text == before
    assert "新项目" not in own_server.ask("/round/2023/二上/ledger").text
