"""The door: what docs/api.md shows runs, and names are there and imported when used."""

from __future__ import annotations

import ast
import doctest
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import xlsync
from xlsync import api

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "api.md"


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    monkeypatch.chdir(tmp_path)
    text = GUIDE.read_text(encoding="utf-8").replace("…", "...").replace("```", "")
    test = doctest.DocTestParser().get_doctest(text, {}, "api.md", str(GUIDE), 0)
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(test, out=told.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(told)
    assert len(test.examples) > 30


@pytest.mark.parametrize("name", xlsync.__all__)
def test_a_name_of_the_package_is_there_and_explained(name: str) -> None:
    found = getattr(xlsync, name)
    assert found.__doc__
    assert name in GUIDE.read_text(encoding="utf-8")


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = xlsync.nothing


@pytest.mark.parametrize("name", api.__all__)
def test_every_name_of_the_door_is_explained(name: str) -> None:
    assert getattr(api, name).__doc__


def test_the_door_imports_nothing_heavy() -> None:
    code = "import sys, xlsync.api; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, cwd=ROOT
    ).stdout.split()
    heavy = {"pydantic", "dulwich", "openpyxl", "xlsxwriter", "rich", "jinja2", "python_calamine"}
    assert not heavy & set(loaded)


def test_the_command_line_has_no_way_around_the_door() -> None:
    """It may also ask what reports look like; whatever it does goes through the API."""
    rooms = ("api", "cli", "report", "demo", "desk", "base.acting", "base.errors", "base.language")
    allowed = tuple(f"xlsync.{room}" for room in rooms)
    for path in (ROOT / "xlsync" / "cli").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        typing = {
            id(inner)
            for one in ast.walk(tree)
            if isinstance(one, ast.If) and ast.unparse(one.test) == "TYPE_CHECKING"
            for inner in ast.walk(one)
        }
        for one in ast.walk(tree):
            if isinstance(one, ast.ImportFrom) and id(one) not in typing:
                module = one.module or ""
                is_own = module.partition(".")[0] == "xlsync" and module != "xlsync"
                assert not is_own or module.startswith(allowed), f"{path.name}: {module}"
