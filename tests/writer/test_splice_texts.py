"""Texts that are hard to hold: refused in the same words on both ways, or kept to the letter."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from small_form import load_form

from xlsync.base.errors import XlsyncError
from xlsync.exchange.workbooks import workbook
from xlsync.form.types.texts import MAX_LENGTH
from xlsync.reader import read
from xlsync.sources import xlsx
from xlsync.workbook.manifest import Manifest
from xlsync.writer import splice, write
from xlsync.writer.splicing.strings import escaped

if TYPE_CHECKING:
    from xlsync.base.record import Record
    from xlsync.form import Form

LONG = "字" * (MAX_LENGTH + 1)


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Form:
    return load_form(tmp_path_factory.mktemp("forms"))


@pytest.mark.parametrize(
    ("record", "manifest", "message"),
    [
        ({"who": "\x01"}, {}, r"'\x01': /who: the spreadsheet cannot hold the character U+0001"),
        ({"who": "a", "note": "\ud800"}, {}, "'a': /note: the spreadsheet cannot hold"),
        ({"note": LONG}, {}, "'trip': /note: the spreadsheet cannot hold 32768 characters"),
        ({"note": "😀" * 16384}, {}, "'trip': /note: the spreadsheet cannot hold 32768 characters"),
        ({"stops": [{"id": "r7", "task": "\uffff"}]}, {}, "/stops/r7/task: the spreadsheet cannot"),
        ({"stops": [{"id": "\x07", "task": "a"}]}, {}, "/stops: the spreadsheet cannot hold"),
        ({}, {"round": "\x1f"}, "manifest round: the spreadsheet cannot hold"),
        ({}, {"base": LONG}, "manifest base: the spreadsheet cannot hold 32768 characters"),
        ({}, {"record": "a" * 256}, "page footer: the spreadsheet cannot hold 2"),
    ],
)
def test_what_no_workbook_can_hold(
    form: Form, record: Record, manifest: dict[str, str], message: str
) -> None:
    about = Manifest(form=form.id, **manifest)
    with pytest.raises(XlsyncError) as direct:
        write(form, record, about)
    with pytest.raises(XlsyncError) as spliced:
        splice(form, record, about)
    assert message in str(spliced.value)
    assert str(spliced.value) == str(direct.value)


@pytest.mark.parametrize("text", ["字" * MAX_LENGTH, "😀" * (MAX_LENGTH // 2), "&" * MAX_LENGTH])
def test_the_longest_text_is_held(form: Form, text: str) -> None:
    assert note(form, text) == text


@pytest.mark.parametrize(
    "text", ["<r>粗体</r>", "<r><t>1</t></r>", "_x000D_x000A_", "a_x0041_x0042_"]
)
def test_two_kinds_of_texts_that_xlsxwriter_gets_wrong(form: Form, text: str) -> None:
    """It takes the first for XML of its own, and escapes only one of two joined escapes."""
    assert note(form, text) == text
    assert read_back(form, splice(form, {"note": text})) == text
    assert write(form, {"note": text}) != splice(form, {"note": text})
    strings = "xl/sharedStrings.xml"
    assert part(write(form, {"note": text}), strings) != part(splice(form, {"note": text}), strings)


def test_a_record_of_such_texts_is_proven(form: Form) -> None:
    record = form.identified({"form": form.id, "who": "_x000D_x000A_", "note": "<r>粗体</r>"})
    assert workbook(form, record)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("\r", "_x000D_"),
        ("_x000D_", "_x005F_x000D_"),
        ("_x000d_", "_x005F_x000d_"),
        ("_x000D_x000A_", "_x005F_x000D_x005F_x000A_"),
        ("_x00_ _X0041_ x0041_", "_x00_ _X0041_ x0041_"),
    ],
)
def test_escapes(text: str, content: str) -> None:
    assert escaped(text) == content


def note(form: Form, text: str) -> str:
    """What openpyxl finds in a spliced workbook."""
    sheet = load_workbook(io.BytesIO(splice(form, {"note": text})))[form.template.sheet]
    return str(sheet["B9"].value)


def read_back(form: Form, data: bytes) -> str:
    """What our own reader finds."""
    (reading,) = read([form], xlsx.read(data))
    assert reading.record is not None
    return reading.record["note"]


def part(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.read(name)
