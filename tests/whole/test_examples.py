"""Every folder of ``samples/`` is a test; ``samples/README.md`` says how to add one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from reading_samples import FORMS, ROOT
from running import invoke

from xlsync.base.record import canonical_bytes
from xlsync.exchange.reading import read_record
from xlsync.exchange.workbooks import workbook
from xlsync.reader import read
from xlsync.sources import xlsx

if TYPE_CHECKING:
    from pathlib import Path

SAMPLES = sorted(path for path in (ROOT / "samples").iterdir() if path.is_dir())
ORDER = "一二三四五六七八九"
ROUNDS = [path for sample in SAMPLES for path in sample.iterdir() if path.is_dir()]
RECORDS = sorted(path for folder in ROUNDS for path in folder.glob("*.json"))
READ = "read.jsonl"
DIFF = "diff.json"


def sources(sample: Path) -> list[Path]:
    return sorted(path for path in sample.iterdir() if path.suffix in {".txt", ".xlsx"})


def rounds(sample: Path) -> list[Path]:
    return sorted(
        (path for path in sample.iterdir() if path.is_dir()),
        key=lambda path: ORDER.index(path.name[0]),
    )


WITH_SOURCES = [sample for sample in SAMPLES if sources(sample)]
WITH_ROUNDS = [sample for sample in SAMPLES if len(rounds(sample)) > 1]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "samples").as_posix()


@pytest.fixture
def remake(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--remake-examples"))


def compare(expected: Path, text: str, *, remake: bool) -> None:
    if remake:
        expected.write_text(text, encoding="utf-8", newline="\n")
    assert expected.is_file(), "make it with --remake-examples"
    assert text == expected.read_text(encoding="utf-8")


def test_every_folder_says_something() -> None:
    assert SAMPLES
    assert all(
        sources(sample) or rounds(sample) or (sample / "season.toml").is_file()
        for sample in SAMPLES  # test_season.py plays the seasons
    )
    table = (ROOT / "samples" / "README.md").read_text(encoding="utf-8")
    assert not [sample.name for sample in SAMPLES if f"| `{sample.name}` |" not in table]


@pytest.mark.parametrize("sample", WITH_SOURCES, ids=name_of)
def test_files_read_as_expected(
    sample: Path, monkeypatch: pytest.MonkeyPatch, *, remake: bool
) -> None:
    monkeypatch.chdir(sample)
    result = invoke("read", *(path.name for path in sources(sample)))
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    has_error = any(one["severity"] == "error" for line in lines for one in line["problems"])
    assert result.exit_code == has_error
    compare(sample / READ, result.stdout, remake=remake)


@pytest.mark.parametrize("sample", WITH_ROUNDS, ids=name_of)
def test_rounds_differ_as_expected(sample: Path, *, remake: bool) -> None:
    first, *_, last = rounds(sample)
    result = invoke("diff", first, last, "--json")
    assert result.exit_code == 0
    compare(sample / DIFF, result.stdout, remake=remake)


@pytest.mark.parametrize("path", RECORDS, ids=name_of)
def test_a_record_is_canonical_and_survives_its_workbook(path: Path) -> None:
    data = path.read_bytes()
    reading = read_record(FORMS, json.loads(data))
    assert reading.record is not None, reading.problems
    assert canonical_bytes(reading.record) == data
    form = FORMS[reading.record["form"]]
    (again,) = read([*FORMS.values()], xlsx.read(workbook(form, reading.record)))
    assert again.record == reading.record
    assert [one.code for one in again.problems] == [one.code for one in form.check(reading.record)]
