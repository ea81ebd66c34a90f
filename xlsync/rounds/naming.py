"""Where workbooks go below the folder of a distribution: a folder a unit, a file a project.

A project keeps its file as long as it keeps its names, whatever else comes into the roster.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from xlsync.filenames import unique_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xlsync.rounds.ledger import Issued
    from xlsync.rounds.sendings import Sending

_SUFFIX = ".xlsx"


def name_files(sendings: Sequence[Sending], ledger: Mapping[str, Issued]) -> None:
    """Give every sending its file, as a path with ``/`` below the folder of the distribution."""
    folders = {one.group: path.parent.name for one in ledger.values() if (path := _file(one))}
    groups = sorted({one.group for one in sendings} - folders.keys())
    taken = list(dict.fromkeys(folders.values()))
    folders |= dict(zip(groups, unique_names([*taken, *groups])[len(taken) :], strict=True))
    held: dict[str, list[str]] = {}
    for one in ledger.values():
        if path := _file(one):
            held.setdefault(path.parent.name, []).append(path.stem)
    waiting: dict[str, list[Sending]] = {}
    for sending in sorted(sendings, key=lambda one: one.record):
        former = sending.former
        path = _file(former) if former else None
        if former and path and (former.group, former.title) == (sending.group, sending.title):
            sending.file = path.as_posix()
        else:
            waiting.setdefault(folders[sending.group], []).append(sending)
    for folder, new in waiting.items():
        stems = held.get(folder, [])
        names = unique_names([*stems, *(one.title for one in new)], suffix=_SUFFIX)
        for sending, name in zip(new, names[len(stems) :], strict=True):
            sending.file = f"{folder}/{name}"


def _file(former: Issued) -> PurePosixPath | None:
    """The file that went out last for a record, if it is below the folder of a distribution."""
    file = former.distributed.file
    return PurePosixPath(file) if file and file.count("/") == 1 else None
