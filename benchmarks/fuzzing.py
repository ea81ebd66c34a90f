"""Fuzz the readers of files that come from outside, guided by what code an input reaches.

`python benchmarks/fuzzing.py TARGET [FOLDER] [-max_total_time=3600 …]` with atheris installed: it
is in no extra, since it has wheels for few machines. The options are those of libFuzzer, FOLDER
keeps what was worth keeping. Without a target it lists them. A finding is an error that a reader
should have told as a problem, and becomes a test of that reader. tests/corpus holds a small part
of what hours of it kept; tests/whole/test_fuzzing.py reads that with the same targets.
"""

from __future__ import annotations

import io
import json
import re
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsync.base.record import Record

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "tests" / "support")]

_SAMPLE = ROOT / "samples" / "changzheng-2023"


class FoundError(Exception):
    """A reader failed where it should have told a problem."""


def _record() -> Record:
    """A form of the samples."""
    record: Record = json.loads(min(_SAMPLE.glob("一上/*.json")).read_bytes())
    return record


@cache
def _package(kind: str) -> dict[str, bytes]:
    """The parts of a package with a form in it, each of which is fuzzed by itself."""
    import carriers  # noqa: PLC0415 - set up once

    from xlsync import api  # noqa: PLC0415

    if kind == "parts":
        from torture.files import parts  # noqa: PLC0415

        return {name: text.encode() for name, text in parts().items()}
    if kind == "xlsx":
        form = api.forms().find("project-goal-2023")
        data = api.generate(form, _record())
    else:
        rows = carriers.rows_of_record(_record())
        makers = {"docx": carriers.as_docx, "ods": carriers.as_ods, "xlsb": carriers.as_xlsb}
        data = makers[kind](rows)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(kind: str, parts: dict[str, bytes]) -> bytes:
    """A package with some parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**_package(kind), **parts}.items():
            archive.writestr(name, content)
    return out.getvalue()


def one_part(kind: str, data: bytes) -> bytes:
    """A package with one part replaced: the first byte says which, the rest is its text."""
    names = sorted(_package(kind))
    return packed(kind, {names[data[0] % len(names)]: data[1:]} if data else {})


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

        reader = import_module(f"xlsync.sources.{module}")
        try:
            workbook = reader.read(data)
        except Exception:  # noqa: BLE001 - whatever ends that process is told (X001)
            return
        read_forms(list(api.forms().values()), workbook)

    return read


def manifest(data: bytes) -> None:
    """Read pairs of keys and values as the hidden sheet of a workbook that says what it is.

    The check over the pairs is made to fit: what lies behind it is of interest.
    """
    from xlsync.workbook import manifest as known  # noqa: PLC0415

    lines = data.decode("utf-8", "replace").split("\n")
    pairs = [(key, value) for key, _, value in (line.partition("\t") for line in lines)]
    kind = dict(pairs).get("format", known.FORMAT)
    pairs.append(("check", known._digest(pairs, kind)))  # noqa: SLF001
    known.Manifest.from_pairs(tuple(pairs))
    known.Manifest.from_brief(lines[0])
    sheets = re.findall(rb'<sheet name="([^"]*)"', _package("xlsx")["xl/workbook.xml"])
    part = f"xl/worksheets/sheet{sheets.index(b'_xlsync') + 1}.xml"
    whole(".xlsx")(packed("xlsx", {part: _sheet_of(pairs)}))


def _sheet_of(pairs: list[tuple[str, str]]) -> bytes:
    """A sheet with two columns of texts."""
    rows = (
        f'<row r="{at}">{_cell(f"A{at}", key)}{_cell(f"B{at}", value)}</row>'
        for at, (key, value) in enumerate(pairs, start=1)
    )
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    made = f'<worksheet xmlns="{space}"><sheetData>{"".join(rows)}</sheetData></worksheet>'
    return made.encode("utf-8", "replace")


def _cell(address: str, text: str) -> str:
    legal = re.sub(r"[^\t\r -\ud7ff\ue000-\ufffd]", "?", text)
    return f'<c r="{address}" t="inlineStr"><is><t>{escape(legal)}</t></is></c>'


TARGETS: dict[str, Callable[[bytes], None]] = {
    "xlsx": lambda data: whole(".xlsx")(one_part("xlsx", data)),
    "parts": lambda data: whole(".xlsx")(one_part("parts", data)),
    "text": whole(".txt"),
    "json": whole(".json"),
    "csv": whole(".csv"),
    "docx": lambda data: parsed("docx")(one_part("docx", data)),
    "ods": lambda data: parsed("opendocument")(one_part("ods", data)),
    "xlsb": lambda data: parsed("xlsb")(one_part("xlsb", data)),
    "pdf": parsed("pdf"),
    "html": parsed("web_page"),
    "xml": parsed("xml_sheet"),
    "manifest": manifest,
}
"""What is fuzzed; of a package, one part at a time."""


def seeds(target: str) -> list[bytes]:
    """Inputs to begin with: a form as this carrier holds it."""
    import carriers  # noqa: PLC0415

    from xlsync.workbook.manifest import Manifest  # noqa: PLC0415

    if target in {"xlsx", "parts", "docx", "ods", "xlsb"}:
        parts = _package(target)
        return [bytes([at]) + parts[name] for at, name in enumerate(sorted(parts))]
    if target == "manifest":
        one = Manifest("project-goal-2023", "3f2a", "2023/一上", "00", "1", fixed={"/a": "b"})
        return ["\n".join("\t".join(pair) for pair in one.sealed(b"key").pairs()).encode()]
    records = sorted(_SAMPLE.glob("一上/*.json"))
    if target == "json":
        return [path.read_bytes() for path in records]
    rows = carriers.rows_of_record(_record())
    makers = {"pdf": carriers.as_pdf, "html": carriers.as_html, "xml": carriers.as_xml}
    return [makers.get(target, carriers.as_text)(rows)]


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
