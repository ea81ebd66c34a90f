"""A browser that walks the page as a person would, and what must hold on every page."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clients import chromium, missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desk_server import Server
    from playwright.sync_api import Browser, BrowserContext, Page

_AXE = "XLSYNC_AXE"
"""Where axe.min.js lies; without it, beside the programs that npm installed for everybody."""

WIDE, NARROW = {"width": 1200, "height": 800}, {"width": 360, "height": 740}


@contextmanager
def browsing() -> Iterator[Browser]:
    """The machine's own browser, without a window; the test is skipped where none can be driven."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("Playwright")
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


class Visitor:
    """One window at the page; it notes what goes wrong and what leaves the machine."""

    def __init__(self, context: BrowserContext, server: Server) -> None:
        self.server = server
        self.page: Page = context.new_page()
        self.page.set_default_timeout(60_000)
        self.troubles: list[str] = []
        self.strangers: list[str] = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("dialog", lambda dialog: self.troubles.append(dialog.message))
        self.page.on("request", lambda request: self._note(request.url))
        self.page.goto(server.address)
        self.page.wait_for_url(re.compile(rf"{re.escape(server.origin)}/(open|\?all=1)?$"))

    def _note(self, url: str) -> None:
        if not url.startswith((f"{self.server.origin}/", "data:", "blob:")):
            self.strangers.append(url)

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.server.origin}{path}")
        return self.page

    def width(self) -> int:
        """How wide the page is drawn; more than the window means that it has to be pushed."""
        wide: int = self.page.evaluate("() => document.documentElement.scrollWidth")
        return wide


@contextmanager
def visiting(browser: Browser, server: Server, **options: Any) -> Iterator[Visitor]:
    """A window of its own; whatever went wrong in it fails the test."""
    context = browser.new_context(viewport=options.pop("viewport", WIDE), **options)
    visitor = Visitor(context, server)
    try:
        yield visitor
        assert not visitor.troubles
        assert not visitor.strangers
    finally:
        context.close()


def axe() -> str:
    """The checker of accessibility that npm knows as axe-core."""
    places = [os.environ.get(_AXE, ""), "/usr/lib/node_modules/axe-core/axe.min.js"]
    npm = shutil.which("npm")
    places += [str(Path(npm).parents[1] / "lib/node_modules/axe-core/axe.min.js")] if npm else []
    found = next((one for one in places if one and Path(one).is_file()), None)
    if found is None:
        missing("axe-core")
    return Path(str(found)).read_text(encoding="utf-8")


def faults(page: Page, script: str) -> list[str]:
    """What axe finds that is serious; it is run as a debugger would, past the page's policy."""
    page.evaluate(script)
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes'][:2]]}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
