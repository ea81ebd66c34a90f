"""A repository with two rounds, the page that shows it, and a browser that walks it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from desk_browser import browsing
from desk_server import Server, serving
from running import SAMPLES

from xlsync import api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def season(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which two rounds came in; tests that write take a copy."""
    folder = tmp_path_factory.mktemp("season") / "repository"
    with api.init(folder) as repository:
        api.collect(repository, "2023/一上", [SAMPLES / "一上"])
        api.collect(
            repository, "2023/二上", [SAMPLES / "二上", SAMPLES / "spoilt.json"], is_new=True
        )
    return folder


@pytest.fixture(scope="session")
def server(season: Path) -> Iterator[Server]:
    """The page of that repository, for tests that only read."""
    with serving(season) as made:
        yield made


@pytest.fixture
def town(season: Path, tmp_path: Path) -> Path:
    """A copy of that repository, to write into."""
    return shutil.copytree(season, tmp_path / "town")


@pytest.fixture
def own_server(town: Path) -> Iterator[Server]:
    """The page of the copy."""
    with serving(town) as made:
        yield made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one browser of the run."""
    with browsing() as made:
        yield made
