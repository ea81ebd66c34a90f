"""What tests share that is dear to start."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from calc import Calc, running
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# What the code says itself is asserted; tests of the language ask for Chinese.
os.environ["XLSYNC_LANG"] = "en"

# A busy machine is no failure: what is slow shows in benchmarks/.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    help_text = "write the expected files of samples/ anew"
    parser.addoption("--remake-examples", action="store_true", help=help_text)


@pytest.fixture(scope="session")
def calc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calc]:
    """The one LibreOffice of the run."""
    with running(tmp_path_factory.mktemp("calc")) as program:
        yield program
