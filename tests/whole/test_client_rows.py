"""What staff do to the rows, cells and sheets of the form in a real office program.

The same hands in LibreOffice (whichever ``XLSYNC_SOFFICE`` names) and in the engine of ONLYOFFICE.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest
from clients import onlyoffice
from reading_samples import FILLED, FORM, read_text, record_of

from xlsync.base.files import write_file
from xlsync.base.grid import Address
from xlsync.exchange.workbooks import workbook
from xlsync.form.template import CHECK, HELP
from xlsync.reader import read
from xlsync.sources import xlsx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from calc import Calc

    Step = dict[str, object]
    Work = Callable[[list[Step]], bytes]

    from xlsync.base.record import Record
    from xlsync.reader import Reading

pytestmark = pytest.mark.client

RECORD = FORM.identified(record_of(read_text(FILLED)[0]))
SHEET = FORM.template.sheet
LAYOUT = FORM.layout(FORM.capacity())
(TABLE,) = LAYOUT.tables
PLACES = {slot.name: slot.area.first.a1 for slot in LAYOUT.slots}
FIRST = TABLE.first
NEW = {
    "level1": "产出指标",
    "level2": "质量指标",
    "level3": "水草清除率",
    "operator": "≥",
    "value": "90",
    "unit": "%",
}
_WATERMARK = "Unregistered Version"
"""What the engine of ONLYOFFICE draws on every sheet that is not protected."""


def unprotected(data: bytes) -> bytes:
    """A workbook of which somebody has lifted the protection."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if "worksheets/sheet" in name:
                content = re.sub(rb"<sheetProtection[^>]*/>", b"", content)
            new.writestr(name, content)
    return made.getvalue()


def in_libreoffice(calc: Calc, folder: Path) -> Work:
    def work(steps: list[Step]) -> bytes:
        calc.open(folder / "form.xlsx")
        for step in steps:
            match step:
                case {"put": cells}:
                    for cell, text in cells.items():
                        calc.type(SHEET, cell, text)
                case {"delete": row}:
                    calc.act("delete_rows", sheet=SHEET, row=row, count=1)
                case {"insert": row}:
                    calc.act("insert_rows", sheet=SHEET, row=row, count=1)
                case {"cut": source, "to": target}:
                    calc.act("cut", sheet=SHEET, area=source, target=target)
                case {"rename": old, "as": new}:
                    calc.act("rename_sheet", sheet=old, name=new)
        calc.save(folder / "saved.xlsx")
        return (folder / "saved.xlsx").read_bytes()

    return work


# Each step as its engine does it; what it types goes the way of a paste.
_ENGINE = """
import json, sys, docbuilder
source, target, steps = sys.argv[1:]
builder = docbuilder.CDocBuilder()
builder.OpenFile(source, "")
script = '''
const form = Api.GetSheets()[0];
for (const step of STEPS) {
  if (step.put) for (const at in step.put) form.GetRange(at).SetValue(step.put[at]);
  if (step.delete) form.GetRows(String(step.delete)).Delete("up");
  if (step.insert) form.GetRows(String(step.insert)).Insert("down");
  if (step.cut) form.GetRange(step.cut).Cut(form.GetRange(step.to));
  if (step.rename) Api.GetSheet(step.rename).SetName(step.as);
}
'''
assert builder.ExecuteCommand(script.replace("STEPS", steps))
builder.SaveFile("xlsx", target)
builder.CloseFile()
"""


def in_onlyoffice(folder: Path) -> Work:
    python = onlyoffice()

    def work(steps: list[Step]) -> bytes:
        source, target = folder / "form.xlsx", folder / "saved.xlsx"
        command = [python, "-c", _ENGINE, str(source), str(target), json.dumps(steps)]
        done = subprocess.run(command, capture_output=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return target.read_bytes()

    return work


@pytest.fixture(params=["libreoffice", "onlyoffice"])
def work(request: pytest.FixtureRequest, tmp_path: Path) -> Work:
    """Do some steps to the form and save it."""
    write_file(tmp_path / "form.xlsx", unprotected(workbook(FORM, RECORD)))
    if request.param == "onlyoffice":
        return in_onlyoffice(tmp_path)
    return in_libreoffice(request.getfixturevalue("calc"), tmp_path)


def typed_into(row: int) -> dict[str, str]:
    """The new row, cell by cell."""
    return {Address(row, TABLE.columns[name]).a1: text for name, text in NEW.items()}


def reading_of(data: bytes) -> Reading:
    (reading,) = read([FORM], xlsx.read(data))
    reading.problems = [one for one in reading.problems if _WATERMARK not in (one.found or "")]
    return reading


def errors(reading: Reading) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in reading.problems if one.severity == "error"]


def names(record: Record) -> list[str]:
    return [row["level3"] for row in record["indicators"]]


def test_what_is_typed_into_an_empty_row_stays(work: Work) -> None:
    row = FIRST + len(RECORD["indicators"])
    cells = typed_into(row)
    reading = reading_of(work([{"put": cells}]))
    assert names(record_of(reading)) == [*names(RECORD), "水草清除率"]
    assert errors(reading) == []


def test_a_row_that_was_deleted_is_gone_and_the_rest_stays(work: Work) -> None:
    reading = reading_of(work([{"delete": FIRST + 1}]))
    expected = names(RECORD)
    del expected[1]
    assert names(record_of(reading)) == expected
    assert record_of(reading)["funds"] == RECORD["funds"]
    assert errors(reading) == []


def test_a_row_that_was_inserted_and_filled_in_is_read(work: Work) -> None:
    row = FIRST + 1
    cells = typed_into(row)
    reading = reading_of(work([{"insert": row}, {"put": cells}]))
    expected = names(RECORD)
    expected.insert(1, "水草清除率")
    assert names(record_of(reading)) == expected
    assert errors(reading) == []


def test_amounts_that_were_cut_and_pasted_are_read_as_the_sheet_shows_them(work: Work) -> None:
    fiscal, other = PLACES["funds_fiscal"], PLACES["funds_other"]
    reading = reading_of(work([{"cut": fiscal, "to": other}]))
    funds = record_of(reading)["funds"]
    assert (funds["fiscal"], funds["other"]) == (None, RECORD["funds"]["fiscal"])
    assert PLACES["funds_total"] in [cell for _, cell in errors(reading)]


def test_helper_sheets_are_known_whatever_they_are_called(work: Work) -> None:
    steps = [{"rename": CHECK, "as": "检查"}, {"rename": HELP, "as": "说明 (2)"}]
    reading = reading_of(work(steps))
    assert record_of(reading) == RECORD
    assert errors(reading) == []
