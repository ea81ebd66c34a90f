"""What this user did before: folders that were open, columns of rosters, with whom one shares."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from xlsync import api
from xlsync.api import XlsyncError

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from xlsync.rounds.roster import ReadColumn

_FOLDER, _COLUMNS, _SHARED = "desk.txt", "columns.json", "shared.json"
_LONGEST = 4096
_MOST_BYTES = 1024 * 1024


def last_folder() -> Path | None:
    """The repository that was open last; None where none was, or it is gone."""
    try:
        text = _file(_FOLDER).read_text(encoding="utf-8")[:_LONGEST].strip()
        folder = Path(text)
        return folder if text and folder.is_dir() else None
    except (OSError, ValueError):
        return None


def remember_folder(folder: Path) -> None:
    """Note which repository is open; where that cannot be noted, the page asks the next time."""
    try:
        api.write_text(_file(_FOLDER), f"{folder}\n")
    except XlsyncError:
        return


def usual_columns(
    form_id: str, columns: Sequence[ReadColumn], choices: Container[str]
) -> list[tuple[ReadColumn, str]]:
    """The columns that somebody chose to be something else than they are read as, and what.

    ``choices`` are the names that a column may have. What would make one name stand twice, or
    stands below a head that does, is not among them.
    """
    known, heads = _known_columns(form_id), Counter(one.head for one in columns)
    found = [
        (one, known[one.head])
        for one in columns
        if heads[one.head] == 1
        and known.get(one.head, one.field or "") != (one.field or "")
        and (not known[one.head] or known[one.head] in choices)
    ]
    changed = {one.number for one, _ in found}
    taken = Counter(one.field for one in columns if one.number not in changed)
    taken.update(name for _, name in found)
    return [(one, name) for one, name in found if not name or taken[name] == 1]


def remember_columns(form_id: str, chosen: Mapping[str, str]) -> None:
    """Note what columns were chosen to be; where it cannot be noted, one chooses again.

    ``chosen`` are names by the heads of the columns, empty for one that is left alone.
    """
    _note(_COLUMNS, form_id, {**_known_columns(form_id), **chosen})


def shared_with(folder: Path) -> str:
    """The repository that one shared with the last time: a folder or a URL; empty for none."""
    found = _notes(_SHARED).get(str(folder.resolve()))
    return found if isinstance(found, str) else ""


def remember_shared(folder: Path, location: str) -> None:
    """Note with which repository one shares, unless that would keep a password."""
    if not urlsplit(location).password:
        _note(_SHARED, str(folder.resolve()), location)


def _known_columns(form_id: str) -> dict[str, str]:
    found = _notes(_COLUMNS).get(form_id)
    columns = found.items() if isinstance(found, dict) else ()
    return {head: name for head, name in columns if isinstance(name, str)}


def _note(name: str, key: str, value: object) -> None:
    everything = {**_notes(name), key: value}
    try:
        api.write_text(_file(name), json.dumps(everything, ensure_ascii=False, indent=1))
    except XlsyncError:
        return


def _notes(name: str) -> dict[str, object]:
    try:
        with _file(name).open(encoding="utf-8") as file:
            found = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _file(name: str) -> Path:
    """A file of this user, where each system keeps such files."""
    if sys.platform == "win32":
        base = os.environ.get("APPDATA") or Path.home()
    else:
        base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "xlsync" / name
