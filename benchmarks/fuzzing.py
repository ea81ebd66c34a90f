"""Fuzz the readers of files that come from outside, guided by what code an input reaches.

`python benchmarks/fuzzing.py TARGET [FOLDER] [-max_total_time=3600 …]` with atheris installed: it
is in no extra, since it has wheels for few machines. The options are those of libFuzzer, FOLDER
keeps what was worth keeping. Without a target it lists them. A finding is an error that a reader
should have told as a problem, and becomes a test of that reader.
"""

from __future__ import annotations

import io
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))


class FoundError(Exception):
    """A reader failed where it should have told a problem."""


@cache
def _package(kind: str) -> dict[str, bytes]:
    """The parts of a small package of ours, each of which is fuzzed by itself."""
    from torture.files import document, parts, spreadsheet  # noqa: PLC0415 - set up once

    from xlsync import api  # noqa: PLC0415

    if kind == "xlsx":
        data = api.generate(api.forms().find("project-goal-2023")).data
    elif kind == "docx":
        data = document(
            "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>项</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        )
    elif kind == "ods":
        data = spreadsheet("<table:table table:name='a'><table:table-row/></table:table>")
    else:
        return {name: text.encode() for name, text in parts().items()}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(kind: str, data: bytes) -> bytes:
    """A package with one part replaced: the first byte says which, the rest is its text."""
    parts = dict(_package(kind))
    names = sorted(parts)
    if data:
        parts[names[data[0] % len(names)]] = data[1:]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def whole(ending: str) -> Callable[[bytes], None]:
    """Read bytes as a file of this ending, to the end: grid, labels, values, rules."""

    def read(data: bytes) -> None:
        from xlsync import api  # noqa: PLC0415
        from xlsync.exchange.reading import Arrival, read_arrival  # noqa: PLC0415

        found = read_arrival(api.forms(), Arrival(Path(f"a{ending}"), data))
        for reading in found.readings:
            for one in reading.problems:
                if "读取这份文件时出错" in one.message:
                    raise FoundError(one.message, one.found)

    return read


def parsed(module: str) -> Callable[[bytes], None]:
    """Read bytes by a reader that runs in a process of its own; then the forms in its grid."""

    def read(data: bytes) -> None:
        from importlib import import_module  # noqa: PLC0415

        from xlsync import api  # noqa: PLC0415
        from xlsync.reader import read as read_forms  # noqa: PLC0415
        from xlsync.sources.xlsx.budget import UnreadableError  # noqa: PLC0415

        try:
            workbook = import_module(f"xlsync.sources.{module}").read(data)
        except (UnreadableError, MemoryError, RecursionError):
            return
        read_forms(list(api.forms().values()), workbook)

    return read


def manifest(data: bytes) -> None:
    """Read pairs of keys and values as the hidden sheet of a workbook that says what it is."""
    from xlsync.workbook.manifest import Manifest  # noqa: PLC0415

    lines = data.decode("utf-8", "replace").split("\n")
    pairs = [(key, value) for key, _, value in (line.partition("\t") for line in lines)]
    Manifest.from_pairs(tuple(pairs))
    Manifest.from_brief(lines[0])


TARGETS: dict[str, Callable[[bytes], None]] = {
    "xlsx": lambda data: whole(".xlsx")(packed("xlsx", data)),
    "parts": lambda data: whole(".xlsx")(packed("parts", data)),
    "text": whole(".txt"),
    "json": whole(".json"),
    "roster": whole(".csv"),
    "docx": lambda data: parsed("docx")(packed("docx", data)),
    "ods": lambda data: parsed("opendocument")(packed("ods", data)),
    "pdf": parsed("pdf"),
    "html": parsed("web_page"),
    "xml": parsed("xml_sheet"),
    "manifest": manifest,
}
"""What is fuzzed; of a package, one part at a time."""


def seeds(target: str) -> list[bytes]:
    """Inputs to begin with."""
    if target in {"xlsx", "parts", "docx", "ods"}:
        parts = _package(target)
        return [bytes([at]) + parts[name] for at, name in enumerate(sorted(parts))]
    if target == "manifest":
        from xlsync.workbook.manifest import Manifest  # noqa: PLC0415

        one = Manifest("project-goal-2023", "3f2a", "2023/一上", "00", "1", fixed={"/a": "b"})
        pairs = one.sealed(b"key").pairs()
        return ["\n".join("\t".join(pair) for pair in pairs).encode(), one.brief().encode()]
    endings = {"text": ".txt", "json": ".json", "roster": ".csv", "html": ".html", "pdf": ".pdf"}
    found = (ROOT / "samples").rglob(f"*{endings.get(target, '.none')}")
    return [path.read_bytes() for path in sorted(found)[:20]] or [b"a\tb"]


def main(words: list[str]) -> None:
    """Fuzz one target until something is found or the time is over."""
    if not words or words[0] not in TARGETS:
        print("\n".join(TARGETS))
        return
    import atheris  # noqa: PLC0415 - only here, and seldom installed

    target, options = TARGETS[words[0]], words[1:]
    with atheris.instrument_imports(include=["xlsync", "pdfminer", "pdfplumber"]):
        target(b"")
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(seeds(words[0])):
            Path(folder, f"{number:03}").write_bytes(data)
        kept = [one for one in options if not one.startswith("-")]
        flags = [one for one in options if one.startswith("-")]
        atheris.Setup(
            [
                sys.argv[0],
                *kept,
                folder,
                "-len_control=0",
                "-timeout=30",
                "-rss_limit_mb=1500",
                *flags,
            ],
            target,
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
