"""Senders that drip are given up; slow ones that get on are not. Time is a number here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from xlsync.desk.patience import (
    HEAD_SECONDS,
    LEAST_BYTES,
    MAX_SILENCE,
    BodyPatience,
    PatientProtocol,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_LONG = 100_000
"""Pieces of a body; many more than patience lasts for."""


@dataclass
class FakeClock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def pieces_taken(clock: FakeClock, size: int, pause: float, work: float = 0.0) -> int:
    """How many pieces of that size, one each so many seconds, are taken before it is given up."""
    patience = BodyPatience(clock)
    for number in range(_LONG):
        if pause > patience.left():
            return number
        clock.now += pause
        patience.renew(size)
        clock.now += work
    return _LONG


@pytest.mark.parametrize(
    ("size", "pause", "taken"),
    [
        (1, 1.0, MAX_SILENCE),
        (1, 59.0, 1),
        (LEAST_BYTES - 1, 40.0, 1),
        (0, 0.001, MAX_SILENCE * 1000),
        (2 * 1024, 1.0, _LONG),
        (LEAST_BYTES, 59.0, _LONG),
    ],
)
def test_a_body_is_waited_for_as_long_as_it_gets_on(size: int, pause: float, taken: float) -> None:
    assert abs(pieces_taken(FakeClock(), size, pause) - taken) <= 1


def test_what_is_done_with_a_piece_takes_no_patience() -> None:
    slow_disk = 30.0
    assert pieces_taken(FakeClock(), LEAST_BYTES // 2, 1.0, slow_disk) == _LONG
    assert pieces_taken(FakeClock(), 1, 1.0, slow_disk) == MAX_SILENCE


@dataclass
class FakeTimer:
    due: float
    act: Callable[[], None]
    is_cancelled: bool = False

    def cancel(self) -> None:
        self.is_cancelled = True


@dataclass
class FakeLoop:
    """A loop whose time goes on when it is told so, and in which no answer is ever made."""

    now: float = 0.0
    timers: list[FakeTimer] = field(default_factory=list)

    def call_later(self, seconds: float, act: Callable[[], None]) -> FakeTimer:
        self.timers.append(FakeTimer(self.now + seconds, act))
        return self.timers[-1]

    def create_task(self, work: Coroutine[Any, Any, None], **_: object) -> FakeTask:
        work.close()
        return FakeTask()

    def wait(self, seconds: float) -> None:
        self.now += seconds
        for one in [one for one in self.timers if one.due <= self.now]:
            self.timers.remove(one)
            if not one.is_cancelled:
                one.act()


class FakeTask:
    def add_done_callback(self, _: object) -> None:
        pass


class FakeTransport:
    is_closed = False

    def get_extra_info(self, _: str) -> None:
        return None

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None:
        pass

    resume_reading = pause_reading


@dataclass
class Connection:
    """One connection to a page that answers when it is told so."""

    loop: FakeLoop = field(default_factory=FakeLoop)
    transport: Any = field(default_factory=FakeTransport)

    def __post_init__(self) -> None:
        config = uvicorn.Config(lambda: None, http=PatientProtocol, log_config=None)
        loop: Any = self.loop
        self.protocol = PatientProtocol(config, ServerState(), {}, loop)
        self.protocol.connection_made(self.transport)

    def hear(self, data: bytes) -> None:
        self.protocol.data_received(data)

    def answer(self) -> None:
        self.protocol.cycle.response_complete = True
        self.protocol.on_response_complete()


HEAD = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
BODY = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000\r\n\r\n"


def test_a_head_that_drips_is_given_up() -> None:
    one = Connection()
    for at in range(len(HEAD) - 1):
        one.loop.wait(1.0)
        if one.transport.is_closed:
            break
        one.hear(HEAD[at : at + 1])
    assert one.transport.is_closed
    assert one.loop.now == HEAD_SECONDS


def test_a_connection_that_says_nothing_is_given_up() -> None:
    one = Connection()
    one.loop.wait(HEAD_SECONDS - 1)
    assert not one.transport.is_closed
    one.loop.wait(1)
    assert one.transport.is_closed


@pytest.mark.parametrize("request_head", [HEAD, BODY])
def test_a_long_answer_and_a_long_body_are_not_the_heads_business(request_head: bytes) -> None:
    one = Connection()
    one.hear(request_head[:10])
    one.loop.wait(HEAD_SECONDS - 1)
    one.hear(request_head[10:])
    for _ in range(10):
        one.loop.wait(HEAD_SECONDS)
        if request_head is BODY:
            one.hear(b"piece")
    assert not one.transport.is_closed


def test_what_drips_on_after_the_answer_is_given_up_too() -> None:
    one = Connection()
    one.hear(BODY)
    one.answer()
    one.hear(b"x")
    for _ in range(int(HEAD_SECONDS)):
        one.loop.wait(1.0)
        if not one.transport.is_closed:
            one.hear(b"x")
    assert one.transport.is_closed


def test_a_connection_that_was_lost_is_waited_for_no_more() -> None:
    one = Connection()
    one.hear(HEAD[:5])
    one.protocol.connection_lost(None)
    assert all(timer.is_cancelled for timer in one.loop.timers)
