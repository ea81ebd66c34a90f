"""Filled forms as one PDF to be printed: every form on its pages, a bookmark for each.

LibreOffice lays the pages out, since the form is a workbook and nothing else knows how a
spreadsheet prints; it runs in a profile of its own and is ended when it takes too long.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import XlsyncError
from xlsync.base.lazy import importing
from xlsync.base.workers import is_elsewhere, processes, spread
from xlsync.exchange.workbooks import workbook
from xlsync.form.packing import PackedForms
from xlsync.workbook.manifest import DOUBTFUL, WRONG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlsync.base.record import Record
    from xlsync.base.workers import Progress
    from xlsync.form import Form

_NAMES = ("soffice", "libreoffice")
_PLACES = (
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
_BATCH = 20
"""Workbooks for which LibreOffice is started once."""
_SECONDS = 20
"""For each workbook of a batch, and as much again to start."""
_SHEET = re.compile(rb"<sheet\b[^>]*>")
_FOUND = re.compile(rf'(<definedName name="(?:{WRONG}|{DOUBTFUL})">)[^<]*'.encode())
_BOOK = "xl/workbook.xml"


class PrintedForm(NamedTuple):
    """One filled form that is to be printed, and the names that its bookmark bears."""

    form: Form
    record: Record
    group: str
    title: str


def find_office() -> str:
    """The program that lays pages out.

    Raises:
        XlsyncError: when LibreOffice is not installed.
    """
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    found = found or next((one for one in _PLACES if Path(one).is_file()), None)
    if found is None:
        raise XlsyncError("打印需要 LibreOffice，这台电脑上没有找到；请安装后再试")
    return found


def print_forms(items: Sequence[PrintedForm], progress: Progress) -> bytes:
    """All forms in their order as one PDF, with a bookmark a unit and one a project below it.

    ``progress`` is told how many of how many are laid out.

    Raises:
        XlsyncError: when LibreOffice or pypdf is missing, or LibreOffice cannot do it.
    """
    if not is_elsewhere():
        find_office()
    with importing("pypdf", otherwise="打印需要 pypdf，没有安装：pip install 'xlsync[print]'"):
        from pypdf import PdfReader, PdfWriter  # noqa: PLC0415 - an extra
    made = PdfWriter()
    units: dict[str, object] = {}
    for number, (one, data) in enumerate(zip(items, _pages(items, progress), strict=True)):
        page = len(made.pages)
        made.append(PdfReader(io.BytesIO(data)), import_outline=False)
        if one.group not in units:
            units[one.group] = made.add_outline_item(one.group, page)
        made.add_outline_item(one.title or str(number + 1), page, parent=units[one.group])  # type: ignore[arg-type]
    buffer = io.BytesIO()
    made.write(buffer)
    return buffer.getvalue()


def _pages(items: Sequence[PrintedForm], progress: Progress) -> Iterator[bytes]:
    """The PDF of each form, in batches; those of a cluster lay out several at a time."""
    progress(0, len(items))
    forms = {one.form.id: one.form for one in items}
    layout = _Layout(PackedForms.of(forms.values()))
    batches = [items[start : start + _BATCH] for start in range(0, len(items), _BATCH)]
    orders = [[(one.form.id, one.record) for one in batch] for batch in batches]
    hands = processes(len(orders), worth_it=2) if is_elsewhere() else 1
    done = 0
    for made in map(layout, orders) if hands == 1 else spread(layout, orders, hands, chunk=1):
        yield from made
        done += len(made)
        progress(done, len(items))


@dataclass(frozen=True, slots=True)
class _Layout:
    """Laying out a batch, as it is sent to another machine, with the forms in it."""

    forms: PackedForms

    def __call__(self, batch: Sequence[tuple[str, Record]]) -> list[bytes]:
        """The PDF of each record of a form."""
        forms = self.forms.forms()
        with tempfile.TemporaryDirectory(prefix="xlsync-print-") as folder:
            items = [(forms[form_id], record) for form_id, record in batch]
            return [*_converted(find_office(), Path(folder), items)]


def _converted(office: str, folder: Path, items: Iterable[tuple[Form, Record]]) -> Iterator[bytes]:
    names = []
    for number, (form, record) in enumerate(items):
        path = folder / f"{number:04}.xlsx"
        path.write_bytes(form_alone(workbook(form, record)))
        names.append(path)
    profile = (folder / "profile").as_uri()
    command = [office, f"-env:UserInstallation={profile}", "--headless", "--norestore"]
    command += ["--convert-to", "pdf", "--outdir", str(folder), *map(str, names)]
    try:
        subprocess.run(  # noqa: S603 - the program is LibreOffice, the files are ours
            command, check=True, capture_output=True, timeout=_SECONDS * (len(names) + 1)
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise XlsyncError(f"LibreOffice 没有排出页面：{error}") from None
    for path in names:
        made = path.with_suffix(".pdf")
        if not made.is_file():
            raise XlsyncError(f"LibreOffice 没有排出第 {int(path.stem) + 1} 份")
        yield made.read_bytes()


def form_alone(data: bytes) -> bytes:
    """A workbook of ours of which only the sheet of the form is printed, without any tint."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, _FOUND.sub(rb'\1""', _hidden(content)) if name == _BOOK else content)
    return buffer.getvalue()


def _hidden(content: bytes) -> bytes:
    """The list of sheets with all but the first one hidden."""
    seen = iter(range(len(content)))

    def hide(match: re.Match[bytes]) -> bytes:
        is_first = next(seen) == 0
        text = match[0]
        if is_first or b"state=" in text:
            return text
        return text.replace(b"<sheet ", b'<sheet state="hidden" ')

    return _SHEET.sub(hide, content)
