"""Who may talk to the page: this machine, by this page's name, with this page's key.

Every request passes here before anything else looks at it. The rules are those of a local server
that a browser full of foreign pages can reach too: the Host header defeats names that were bound
to 127.0.0.1 later (DNS rebinding), ``Sec-Fetch-Site`` and ``Origin`` defeat requests that another
page makes, and the key defeats other programs and other users of the machine.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from starlette.datastructures import URL, Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

KEY = "key"
"""The name of the key in the first address."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
}
_READING = {"GET", "HEAD"}
_OPEN = "/static/"
"""What anybody may load: style and script hold nothing of anybody's."""


@dataclass(frozen=True)
class AccessKeys:
    """The key of one run, and the names by which this page may be called."""

    port: int
    key: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def origin(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        """The first address, which lets its browser in."""
        return f"{self.origin}/?{KEY}={self.key}"

    @property
    def cookie(self) -> str:
        """The cookie's name: browsers do not keep the ports of one machine apart."""
        return f"xlsync-{self.port}"

    @property
    def hosts(self) -> set[str]:
        """What a Host header may say."""
        names = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        return names | ({"127.0.0.1", "localhost"} if self.port == 80 else set())  # noqa: PLR2004

    def fits(self, given: str) -> bool:
        """Whether this is the key; takes the same time whatever was given."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.key.encode())


class Guard:
    """The outermost layer of the page; ``refuse`` makes the page that says why not."""

    def __init__(
        self, app: ASGIApp, keys: AccessKeys, refuse: Callable[[int, str, str], Response]
    ) -> None:
        """Stand before ``app``."""
        self.app = app
        self.keys = keys
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Content-Security-Policy", POLICY)
                # Asked for anew each time, but kept: else going back would lose what was typed.
                headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        answer = self._answer(scope)
        await (answer or self.app)(scope, receive, guarded)

    def _answer(self, scope: Scope) -> Response | None:
        """The answer to a request that goes no further."""
        headers, url = Headers(scope=scope), URL(scope=scope)
        if headers.get("host", "") not in self.keys.hosts:
            return self.refuse(421, "网址不对", f"请用启动时给出的网址打开：{self.keys.origin}")
        is_reading = scope["method"] in _READING
        if is_reading and scope["path"].startswith(_OPEN):
            return None
        given = scope["path"] == "/" and is_reading and _query_key(url)
        if given and self.keys.fits(given):
            return self._let_in()
        if not (self._is_from_here(headers, is_reading=is_reading) and self._has_cookie(headers)):
            return self.refuse(
                403,
                "请从启动时给出的网址进入",
                "在运行 xlsync desk 的窗口里，第一行就是网址，请把它整行复制到浏览器；"
                "窗口已经关掉的，请重新启动。已经做完的工作都在版本库里，没有丢失。",
            )
        return None

    def _let_in(self) -> Response:
        """A page that goes on to the first one; a redirect would not bear a strict cookie."""
        response = Response(_ENTER, media_type="text/html")
        response.set_cookie(self.keys.cookie, self.keys.key, httponly=True, samesite="strict")
        return response

    def _is_from_here(self, headers: Headers, *, is_reading: bool) -> bool:
        """Whether a request was made by this page, or by a person (reading only)."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        own = {f"http://{host}" for host in self.keys.hosts}
        if origin is not None and origin not in own:
            return False
        if is_reading:
            return site in {None, "none", "same-origin"}
        return site == "same-origin" or (site is None and origin is not None)

    def _has_cookie(self, headers: Headers) -> bool:
        cookies = SimpleCookie()
        try:
            cookies.load(headers.get("cookie", ""))
        except CookieError:
            return False
        given = cookies.get(self.keys.cookie)
        return given is not None and self.keys.fits(given.value)


def _query_key(url: URL) -> str:
    from urllib.parse import parse_qs  # noqa: PLC0415 - of the first request alone

    return parse_qs(url.query).get(KEY, [""])[0]


def see_other(path: str) -> Response:
    """After a form was sent, a page that may be loaded again."""
    return RedirectResponse(path, status_code=303)


_ENTER = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>xlsync</title>'
    '<meta http-equiv="refresh" content="0;url=/"><p><a href="/">打开工作台</a></p></html>'
)
