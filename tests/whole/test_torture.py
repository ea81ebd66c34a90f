"""The short form of the torture kit: no file ends a run, each is told, and no more than is of use.

`make torture` tries all files, in processes of their own, against the limits of time and memory.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from running import invoke, record, save
from torture.files import HOSTILE

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

MAX_OUTPUT = 4_000_000
"""Characters that are told of one file at most."""

SHORT = [
    *("entities that multiply", "an entity that reads a file", "a cell in the far corner"),
    *("a table of strings that lies", "a part that names itself", "two members of one name"),
    *("a part outside of the package", "half a workbook", "a workbook of zeros"),
    *("10,000 titles", "24 cells of signs of less", "tags nested 10,000 deep"),
    *("10,000 titles as text", "60 rows of tabs", "5,000 labels in any order"),
    *("signs that drive a terminal", "bytes of no encoding", "200,000 double keys"),
    *("a list of two million lists", "lists nested 700 deep"),
    *("lists nested 100,000 deep", "a number of a million digits", "an exponent without end"),
    *("a severity that is a list", "100,000 rows in one record", "10,000 empty records"),
    *("half a character", "a lone surrogate", "an archive in an archive in an archive"),
    *("names that lead outside", "half an archive", "a directory that lies"),
    *("a picture under the name of a workbook", "nothing at all"),
]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", SHORT)
def test_a_hostile_file_is_told_and_the_batch_goes_on(tmp_path: Path, name: str) -> None:
    file, make = HOSTILE[name]
    outside = sorted(tmp_path.parent.glob("*.txt"))
    bad = tmp_path / "a" / file
    bad.parent.mkdir()
    bad.write_bytes(make())
    good = save(tmp_path / "b.json", record())
    done = invoke("read", bad, good)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == 1
    assert len(done.stdout) < MAX_OUTPUT
    *told, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert last["record"]["project_name"] == "预备费"
    assert any(one["severity"] == "error" for line in told for one in line["problems"])
    assert sorted(tmp_path.parent.glob("*.txt")) == outside
