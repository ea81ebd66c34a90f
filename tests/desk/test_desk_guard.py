"""Who gets in: this machine, this page's name, this page's key; everybody else is told why not."""

from __future__ import annotations

import re
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest
from running import PROGRAM, settings

if TYPE_CHECKING:
    from pathlib import Path

    from desk_server import Server

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_it_listens_before_it_tells_its_address_and_on_this_machine_alone(server: Server) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?key=[\w-]{43}", server.address)
    with socket.create_connection(("127.0.0.1", server.port)):
        pass
    with (
        pytest.raises(ConnectionRefusedError),
        socket.create_connection((_other_address(), server.port), 2),
    ):
        pass


def _other_address() -> str:
    """An address of this machine that is not the one the page listens on."""
    return "127.0.0.2"


def test_the_first_address_gives_a_strict_cookie_that_no_script_can_read(server: Server) -> None:
    answer = server.ask("/" + server.address.partition("/?")[2].join(["?", ""]),
                        headers={"Cookie": None, "Sec-Fetch-Site": "cross-site"})  # fmt: skip
    assert answer.status == 200
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": None}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Cookie": None}, 403),
        ({"Cookie": "xlsync-1=x"}, 403),
        ({"Cookie": "\x7f;;="}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Host": "127.0.0.1.evil.example:80"}, 421),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_a_page_is_for_its_own_browser(
    server: Server, headers: dict[str, str | None], status: int
) -> None:
    answer = server.ask("/", headers=headers)
    assert answer.status == status
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    if status != 200:
        assert "网址" in answer.text
        assert "2023" not in answer.text


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": None, "Origin": None}, True),
        ({"Sec-Fetch-Site": None}, False),
        ({"Origin": "http://127.0.0.1:1"}, True),
        ({"Cookie": None}, True),
        ({}, False),
    ],
)
def test_only_the_page_itself_sends_forms(
    server: Server, headers: dict[str, str | None], *, refused: bool
) -> None:
    answer = server.send("/work/999/stop", {}, **headers)
    assert answer.status == (403 if refused else 404)


def test_a_wrong_key_opens_nothing(server: Server) -> None:
    answer = server.ask("/?key=" + "x" * 43, headers={"Cookie": None})
    assert answer.status == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/static/../state.py",
        "/static/%2e%2e/state.py",
        "/static/..%2fstate.py",
        "/round/2023/一上/returned/..%2f..%2fHEAD",
        "/round/2023/一上/returned/%2e%2e",
        "/round/2023/一上/received/..%2f..%2fHEAD/original",
        "/round/..%2f../一上/ledger",
        "/nowhere",
        "/round/2023/一上/project/none",
        "/work/7",
        "/forms/..%2f",
    ],
)
def test_nothing_outside_is_served(server: Server, path: str) -> None:
    answer = server.ask(path)
    assert answer.status in {404, 409}
    assert "没有" in answer.text or "不" in answer.text or answer.text == "Not Found"


def test_a_port_that_is_taken_is_told_in_one_line(season: Path, server: Server) -> None:
    done = subprocess.run(
        [*PROGRAM, "desk", "--no-browser", "-R", str(season), "--port", str(server.port)],
        capture_output=True,
        text=True,
        env=settings(),
        check=False,
    )
    assert done.returncode == 3
    assert "已被别的程序占用" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not done.stdout
