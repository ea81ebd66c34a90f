"""How long a sender is waited for: the head of a request in one go, its body at a least rate.

A sender that drips, a byte now and then, would hold a connection and a half of a file for ever.
A browser sends a head at once, and a file from the slowest of disks much faster than asked here.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

HEAD_SECONDS = 30.0
"""Seconds in which the head of a request has to be there."""

MAX_SILENCE = 60.0
"""Seconds that are waited for so many bytes of a body:"""
LEAST_BYTES = 64 * 1024


class BodyPatience:
    """What is left of the patience with one body; each good piece of it renews it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin to wait."""
        self._clock = clock
        self._began = 0.0
        self._waited = 0.0
        self._came = 0

    def left(self) -> float:
        """Seconds for which the next piece is waited, from now on."""
        self._began = self._clock()
        return max(0.0, MAX_SILENCE - self._waited)

    def renew(self, size: int) -> None:
        """Note that a piece came; what is done with it takes no patience."""
        self._waited += self._clock() - self._began
        self._came += size
        if self._came >= LEAST_BYTES:
            self._waited, self._came = 0.0, 0


class PatientProtocol(H11Protocol):
    """HTTP for one connection, which is closed where the head of a request does not come."""

    _head: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Wait for the whole of a head from its first byte on, and no more once it is there."""
        if not self._is_answering:
            self._await_head()
        super().data_received(data)
        if self._is_answering:
            self._forget_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._forget_head()
        super().connection_lost(exc)

    @property
    def _is_answering(self) -> bool:
        """Whether a head has come, and its answer is under way."""
        cycle = self.cycle
        return cycle is not None and not cycle.response_complete

    def _await_head(self) -> None:
        if self._head is None:
            self._head = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _forget_head(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _give_up(self) -> None:
        self._head = None
        self.transport.close()
