"""The blank form's sheet is the one that was looked at and found good.

A change that is meant is looked at in the diff of ``tests/golden``, which this remakes::

    XLSYNC_REMAKE_GOLDEN=1 .venv/bin/python -m pytest tests/test_workbook_golden.py
"""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from xlsync.form import Catalogue
from xlsync.writer import write

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMS = {form.id: form for form in Catalogue()}
GOLDEN = Path(__file__).parents[1] / "golden"
NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def normalised(data: bytes) -> str:
    """The first sheet, one element a line, texts in place of their numbers in the list."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sheet = ET.fromstring(package.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own
        strings = ET.fromstring(package.read("xl/sharedStrings.xml"))  # noqa: S314 - our own
    texts = ["".join(item.itertext()) for item in strings.iter(f"{NS}si")]
    for cell in sheet.iter(f"{NS}c"):
        if cell.get("t") == "s":
            cell[0].text = repr(texts[int(cell[0].text or "")])
    return "\n".join(_lines(sheet, "")) + "\n"


def _lines(element: ET.Element, indent: str) -> Iterator[str]:
    attributes = "".join(f' {key.rpartition("}")[2]}="{one}"' for key, one in element.items())
    yield f"{indent}{element.tag.removeprefix(NS)}{attributes} {element.text or ''}".rstrip()
    for child in element:
        yield from _lines(child, f"{indent}  ")


@pytest.mark.parametrize("form_id", FORMS)
def test_the_blank_sheet_is_as_before(form_id: str) -> None:
    path = GOLDEN / f"{form_id}.txt"
    made = normalised(write(FORMS[form_id]))
    if os.environ.get("XLSYNC_REMAKE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(made, encoding="utf-8", newline="\n")
    assert made == path.read_text(encoding="utf-8")
