"""LibreOffice Calc as a person uses it: opened, typed into, looked at, saved.

One program serves all tests. It is driven by ``uno_driver.py``, which the Python of the same
system runs, since the modules of LibreOffice are built for that one alone.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from uuid import uuid4

from clients import missing, soffice, uno_python

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

XLSX = "Calc MS Excel 2007 XML"
HTML = "HTML (StarCalc)"
"""Names of LibreOffice's filters; in HTML a cell has the colours that its conditions give it."""

_DRIVER = Path(__file__).with_name("uno_driver.py")

# A Chinese office machine; words are not completed from other cells, so that what is typed counts.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>zh-CN</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Input">
<prop oor:name="AutoInput" oor:op="fuse"><value>false</value></prop></item>
</oor:items>
"""

Value = str | float | None


@dataclass(frozen=True, slots=True)
class Calc:
    """A running LibreOffice with one document open at a time."""

    requests: IO[str]
    answers: IO[str]

    def open(self, path: Path, *, hidden: bool = False) -> None:
        """Open a workbook; only one that is not hidden can be typed into."""
        self._ask("open", path=str(path.resolve()), hidden=hidden)

    def save(self, path: Path, filter_name: str = XLSX) -> None:
        self._ask("save", path=str(path.resolve()), filter_name=filter_name)

    def shown(self, sheet: str, cell: str) -> str:
        """What a person sees in a cell."""
        return str(self._ask("shown", sheet=sheet, cell=cell))

    def formula(self, sheet: str, cell: str) -> str:
        return str(self._ask("formula", sheet=sheet, cell=cell))

    def data(self, sheet: str, area: str) -> list[list[float | str]]:
        """The values of an area: texts and numbers."""
        found: list[list[float | str]] = self._ask("data", sheet=sheet, area=area)
        return found

    def protected(self, sheet: str) -> bool:
        return bool(self._ask("protected", sheet=sheet))

    def jump(self, sheet: str, cell: str, target: str) -> tuple[str, str]:
        """Go where a link in a cell leads: the sheet and the cell where that is."""
        name, place = self._ask("jump", sheet=sheet, cell=cell, target=target)
        return name, place

    def options(self, sheet: str, cell: str) -> list[str]:
        """What the dropdown of a cell offers."""
        found: list[str] = self._ask("options", sheet=sheet, cell=cell)
        return found

    def choose(self, sheet: str, cell: str, text: str) -> None:
        """Take an entry from the dropdown of a cell."""
        self._ask("choose", sheet=sheet, cell=cell, text=text)

    def type(self, sheet: str, cell: str, text: str) -> str:
        """Type into a cell; the answer is the text of the message, empty without one.

        A message that lets the text stay is answered with OK.
        """
        return str(self._ask("type", sheet=sheet, cell=cell, text=text))

    def clear(self, sheet: str, cell: str) -> None:
        """Press Delete on a cell."""
        self._ask("clear", sheet=sheet, cell=cell)

    def put(self, sheet: str, values: Mapping[str, Value]) -> None:
        """Fill cells without being asked, as a paste does."""
        self._ask("put", sheet=sheet, values=values)

    def compute(self, sheet: str, cell: str, formula: str) -> None:
        """Put a formula into a cell, as a paste from another workbook does."""
        self._ask("compute", sheet=sheet, cell=cell, formula=formula)

    def act(self, do: str, **what: object) -> None:
        """Do anything else that the driver can, such as inserting rows or copying a sheet."""
        self._ask(do, **what)

    def tab(self, times: int) -> list[str]:
        """The cells that the cursor visits, from where it is, by so many presses of Tab."""
        found: list[str] = self._ask("tab", times=times)
        return found

    def _ask(self, do: str, **what: object) -> Any:  # noqa: ANN401 - what JSON brings
        print(json.dumps({"do": do, **what}), file=self.requests, flush=True)
        line = self.answers.readline()
        assert line, f"the driver of LibreOffice has failed at {do} {what}; see its stderr"
        return json.loads(line)


@contextmanager
def running(folder: Path) -> Iterator[Calc]:
    """Start LibreOffice with a profile of its own in a folder, and end it afterwards."""
    program, python = soffice(), uno_python()
    _need_uno(python)
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    pipe = f"xlsync{uuid4().hex}"
    command = [
        program,
        f"-env:UserInstallation={profile.resolve().as_uri()}",
        f"--accept=pipe,name={pipe};urp",
        *("--nologo", "--norestore", "--nodefault", "--nofirststartwizard"),
    ]
    # Drawn into memory, but not --headless: that would answer every message box by itself.
    screen = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
    office = subprocess.Popen(
        command,
        env=screen | {"SAL_USE_VCLPLUGIN": "svp"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        with subprocess.Popen(
            [python, "-c", _DRIVER.read_text(encoding="utf-8"), pipe],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        ) as driver:
            assert driver.stdin
            assert driver.stdout
            yield Calc(driver.stdin, driver.stdout)
    finally:
        os.killpg(office.pid, signal.SIGKILL)
        office.wait()


def _need_uno(python: str) -> None:
    asked = subprocess.run([python, "-c", "import uno"], capture_output=True, check=False)
    if asked.returncode:
        missing("python3-uno")
