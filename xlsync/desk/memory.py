"""Which repository was open last, so that a page that is started without one finds it again."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from xlsync import api
from xlsync.api import XlsyncError

_LONGEST = 4096


def last_folder() -> Path | None:
    """The repository that was open last; None where none was, or it is gone."""
    try:
        text = _file().read_text(encoding="utf-8")[:_LONGEST].strip()
        folder = Path(text)
        return folder if text and folder.is_dir() else None
    except (OSError, ValueError):
        return None


def remember_folder(folder: Path) -> None:
    """Note which repository is open; where that cannot be noted, the page asks the next time."""
    try:
        api.write_text(_file(), f"{folder}\n")
    except XlsyncError:
        return


def _file() -> Path:
    """A file of this user, where each system keeps such files."""
    if sys.platform == "win32":
        base = os.environ.get("APPDATA") or Path.home()
    else:
        base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "xlsync" / "desk.txt"
