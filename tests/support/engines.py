"""Programs that compute a workbook, besides LibreOffice: what its hidden sheet says in each.

The workbooks of a run are computed together, because starting a program takes longer.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from clients import missing, ssconvert

from xlsync.base.grid import Kind
from xlsync.sources import xlsx
from xlsync.workbook.manifest import DOUBTFUL, WRONG

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calc import Value

    from xlsync.base.grid import Cell, Workbook

_TOOLS = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "xlsync-ci"
"""Where ``.ci/run`` installs what is no package of the system."""

_SHEET = "xl/worksheets/sheet1.xml"
_TIMEOUT = 240
_DAY_ZERO = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a day of a sheet has no zone

# Dates are the serial numbers of Excel; TRUE and FALSE have to be made known.
_SCRIPT = """
const {HyperFormula} = require(process.argv[1]);
const answers = [];
for (const book of JSON.parse(require('fs').readFileSync(0, 'utf8'))) {
  const options = {licenseKey: 'gpl-v3', nullDate: {year: 1899, month: 12, day: 30}};
  const made = HyperFormula.buildFromSheets(book.sheets, options, book.names);
  answers.push(book.asked.map(name => made.getNamedExpressionValue(name)));
}
console.log(JSON.stringify(answers));
"""

# It computes nothing as it opens a workbook; with the first entry, what depends on that and what
# has no result yet. Nobody tells it to compute all again, so neither do the tests.
_BUILDER = """
import json, sys
import docbuilder
answers = []
for book in json.load(sys.stdin):
    builder = docbuilder.CDocBuilder()
    builder.OpenFile(book["path"], "")
    api = builder.GetContext().GetGlobal()["Api"]
    sheet, at = book["touched"]
    touched = api.Call("GetSheet", sheet).Call("GetRange", at)
    touched.Call("SetValue", touched.Call("GetValue").ToString())
    cells = [api.Call("GetSheet", sheet).Call("GetRange", at) for sheet, at in book["asked"]]
    answers.append([cell.Call("GetValue").ToString() for cell in cells])
    builder.CloseFile()
print(json.dumps(answers))
"""


def with_values(workbook: bytes, values: Mapping[str, Value]) -> bytes:
    """A workbook of ours with values typed into cells of its form."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as package,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as changed,
    ):
        for name in package.namelist():
            content = package.read(name)
            if name == _SHEET:
                sheet = content.decode()
                for place, value in values.items():
                    sheet = _typed(sheet, place, value)
                content = sheet.encode()
            changed.writestr(name, content)
    return buffer.getvalue()


def _typed(sheet: str, place: str, value: Value) -> str:
    cell = re.compile(rf'<c r="{place}"( s="\d+")?(?:/>|[^/>]*>.*?</c>)')
    if value is None:
        made = rf'<c r="{place}"\1/>'
    elif isinstance(value, str):
        text = escape(value).replace("\\", r"\\")
        content = f'<is><t xml:space="preserve">{text}</t></is>'
        made = rf'<c r="{place}"\1 t="inlineStr">{content}</c>'
    else:
        made = rf'<c r="{place}"\1><v>{value}</v></c>'
    sheet, count = cell.subn(made, sheet, count=1)
    assert count, f"{place} is no cell of the form"
    return sheet


def gnumeric(workbooks: Sequence[bytes], folder: Path) -> list[str]:
    """The findings as Gnumeric computes them."""
    program = ssconvert()
    found = []
    for number, data in enumerate(workbooks):
        source, made = folder / f"{number}.xlsx", folder / f"{number}-made.xlsx"
        source.write_bytes(data)
        command = [program, "--recalc", str(source), str(made)]
        subprocess.run(command, capture_output=True, timeout=_TIMEOUT, check=True)
        computed = xlsx.read(made.read_bytes())
        found.append("".join(_at(computed, name).text for name in (WRONG, DOUBTFUL)))
    return found


def hyperformula(workbooks: Sequence[bytes]) -> list[str]:
    """The findings as HyperFormula computes them, in Node."""
    node = shutil.which("node")
    package = _TOOLS / "node_modules" / "hyperformula"
    if node is None or not package.exists():
        missing("HyperFormula")
    asked = json.dumps([_book(xlsx.read(data)) for data in workbooks])
    command = [str(node), "-e", _SCRIPT, str(package)]
    done = subprocess.run(
        command, input=asked, capture_output=True, timeout=_TIMEOUT, check=True, text=True
    )
    return ["".join(texts) for texts in json.loads(done.stdout)]


def onlyoffice(workbooks: Sequence[bytes], folder: Path, touched: tuple[str, str]) -> list[str]:
    """The findings as the spreadsheet editor of ONLYOFFICE computes them.

    A cell with a text is ``touched``: its text is entered again.
    """
    python = _TOOLS / "onlyoffice" / "bin" / "python"
    if not python.exists():
        missing("ONLYOFFICE's document builder")
    asked = []
    for number, data in enumerate(workbooks):
        path = folder / f"{number}.xlsx"
        path.write_bytes(data)
        places = (xlsx.read(data).names[name] for name in (WRONG, DOUBTFUL))
        cells = [(sheet, at.a1) for sheet, at in places]
        asked.append({"path": str(path), "asked": cells, "touched": touched})
    done = subprocess.run(
        [str(python), "-c", _BUILDER],
        input=json.dumps(asked),
        capture_output=True,
        timeout=_TIMEOUT,
        check=True,
        text=True,
    )
    return ["".join(texts) for texts in json.loads(done.stdout)]


def _at(workbook: Workbook, name: str) -> Cell:
    sheet, area = workbook.names[name]
    return next(one for one in workbook.sheets if one.name == sheet).cells[area.first]


def _book(workbook: Workbook) -> dict[str, object]:
    """A workbook as HyperFormula takes it: rows of values and formulas, and the names."""
    sheets = {}
    for sheet in workbook.sheets:
        bottom = max((at.row for at in sheet.cells), default=1)
        right = max((at.column for at in sheet.cells), default=1)
        rows: list[list[object]] = [[None] * right for _ in range(bottom)]
        for at, cell in sheet.cells.items():
            rows[at.row - 1][at.column - 1] = _content(cell)
        sheets[sheet.name] = rows
    names = [
        {"name": name, "expression": f"='{sheet}'!{area.absolute}"}
        for name, (sheet, area) in workbook.names.items()
    ]
    return {"sheets": sheets, "names": names, "asked": [WRONG, DOUBTFUL]}


def _content(cell: Cell) -> object:
    if cell.formula is not None:
        return f"={cell.formula}"
    if cell.kind is Kind.DATE:
        return (dt.datetime.fromisoformat(cell.text) - _DAY_ZERO) / dt.timedelta(days=1)
    # An apostrophe keeps a text from being taken for anything else.
    return float(cell.text) if cell.kind is Kind.NUMBER else f"'{cell.text}"
