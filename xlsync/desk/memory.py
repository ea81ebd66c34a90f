"""What this user did before: which repository was open last, what columns of rosters were."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from xlsync import api
from xlsync.api import XlsyncError

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from xlsync.rounds.roster import ReadColumn

_FOLDER, _COLUMNS = "desk.txt", "columns.json"
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
    everything = {**_all_columns(), form_id: {**_known_columns(form_id), **chosen}}
    try:
        api.write_text(_file(_COLUMNS), json.dumps(everything, ensure_ascii=False, indent=1))
    except XlsyncError:
        return


def _known_columns(form_id: str) -> dict[str, str]:
    found = _all_columns().get(form_id)
    columns = found.items() if isinstance(found, dict) else ()
    return {head: name for head, name in columns if isinstance(name, str)}


def _all_columns() -> dict[str, object]:
    try:
        with _file(_COLUMNS).open(encoding="utf-8") as file:
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
