"""A repository in a fresh folder, away from the git configuration of whoever runs the tests."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from xlsync.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(folder))
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with Repository.init(tmp_path / "库") as made:
        yield made


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    """Run the real git in the repository, or in another folder."""

    def run(*arguments: str, folder: Path | None = None) -> str:
        command = ["git", "-c", "core.quotepath=off", "-c", "user.name=G", "-c", "user.email=g@h"]
        done = subprocess.run(
            [*command, *arguments],
            cwd=folder or tmp_path / "库",
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
