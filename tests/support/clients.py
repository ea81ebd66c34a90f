"""Programs of users that tests drive: where they are, how they open a file and save it again."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

REQUIRED = "XLSYNC_REQUIRE_CLIENTS"
"""Set where the programs have to be there: what is skipped elsewhere fails."""

OFFICE = "XLSYNC_SOFFICE"
"""Names another LibreOffice than the system's, to run the tests of clients in that one as well."""

UNO_PYTHON = "XLSYNC_UNO_PYTHON"
"""Names the Python that has the modules of that LibreOffice."""

ONLYOFFICE = "XLSYNC_ONLYOFFICE"
"""Names the Python that has ``document-builder``: the engine of ONLYOFFICE, 100 MB under the AGPL,
which therefore is no dependency of the tests."""

_XLSX = "xlsx:Calc MS Excel 2007 XML"
_TIMEOUT = 240


def missing(program: str) -> None:
    """Skip the test that needs a program, or fail it where programs are required."""
    if os.environ.get(REQUIRED):
        pytest.fail(f"{program} is not installed, and {REQUIRED} is set")
    pytest.skip(f"{program} is not installed")


def soffice() -> str:
    """The path of LibreOffice's program: the one that is named, or else the system's."""
    found = shutil.which(os.environ.get(OFFICE) or "soffice") or shutil.which("libreoffice")
    if found is None:
        missing("LibreOffice")
    return str(found)


def ssconvert() -> str:
    """The converter of Gnumeric; the test is skipped where there is none."""
    program = shutil.which("ssconvert")
    if program is None:
        missing("Gnumeric")
    return str(program)


def uno_python() -> str:
    """The Python that drives :func:`soffice`."""
    return os.environ.get(UNO_PYTHON) or "/usr/bin/python3"


def onlyoffice() -> str:
    """The Python that drives the engine of ONLYOFFICE: the one named, or that of ``.ci/run``."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    found = shutil.which(os.environ.get(ONLYOFFICE) or cache / "xlsync-ci/onlyoffice/bin/python")
    if found is None:
        missing("document-builder")
    return str(found)


def chromium() -> str:
    """The path of a browser of that family."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        missing("Chromium")
    return str(found)


def browse(address: str, folder: Path, *, do: str = "--dump-dom") -> str:
    """Let the browser open an address without a window, in a profile of its own.

    The result is what stands in the page once its scripts have run, unless it is told to make a
    picture or a PDF instead.
    """
    # A sandbox inside that of a container is refused; the pages are our own.
    switches = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}")
    command = [chromium(), *switches, do, address]
    done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode()


def convert(files: Iterable[Path], folder: Path, *, to: str = _XLSX) -> list[Path]:
    """Let one run of LibreOffice open files and save them again, in the order of the files.

    It gets a profile of its own: with that of the user, or of another run, it would hand the
    work to the program that is already open, and be done before that one is.
    """
    sources = list(files)
    made = folder / "made"
    made.mkdir(parents=True)
    command = [
        soffice(),
        f"-env:UserInstallation={(folder / 'profile').resolve().as_uri()}",
        "--headless",
        "--convert-to",
        to,
        "--outdir",
        str(made),
        *map(str, sources),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    ending = to.partition(":")[0]
    results = [made / f"{source.stem}.{ending}" for source in sources]
    lost = [path.name for path in results if not path.is_file()]
    assert not lost, f"LibreOffice did not save {lost}:\n{done.stdout}\n{done.stderr}"
    return results
