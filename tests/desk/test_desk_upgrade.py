"""A repository of an older format in the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk_server import serving
from old_formats import in_format

from xlsync import api

if TYPE_CHECKING:
    from pathlib import Path


def test_a_repository_of_the_old_format_is_upgraded_by_a_button(tmp_path: Path) -> None:
    with in_format(1):
        api.init(tmp_path / "库").close()
    with serving(tmp_path / "库") as server:
        assert 'action="/upgrade"' in server.ask("/").text
        answer = server.send("/upgrade", {})
        assert (answer.status, answer.headers["location"]) == (303, "/")
        assert "/upgrade" not in server.ask("/").text
    with api.open_repository(tmp_path / "库") as repository:
        assert not api.is_outdated(repository)
