"""The files that an export is made of: one, or one for each form, or one for each record."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from xlsync.base.files import (
    make_folder,
    new_file,
    refuse_existing,
    safe_name,
    unique_names,
    write_file,
)
from xlsync.report.export_text import write_records, write_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import IO

    from xlsync.rounds.exporting import Accepted, FormRecords

    Part = tuple[Path, Callable[[IO[bytes]], None]]
    """A file, and what fills it."""


def write_parts(parts: Sequence[Part], *, force: bool) -> None:
    """Write files of which there are all or, if one cannot be written, none.

    Raises:
        XlsyncError: when one cannot be written, or is there already and may not be replaced.
    """
    if not force:
        refuse_existing(path for path, _ in parts)
    make_folder(parts[0][0].parent)
    with ExitStack() as stack:
        for path, write in parts:
            write(stack.enter_context(new_file(path)))


def form_parts(
    accepted: Accepted, path: Path, write: Callable[[FormRecords, IO[bytes]], None]
) -> list[Part]:
    """One file a form; where there are several forms, each file is called after its form."""
    return [(one, partial(write, records)) for one, records in _by_form(accepted, path)]


def table_parts(accepted: Accepted, path: Path) -> list[Part]:
    """One file a form with its records, and one for each of its tables, called after that."""
    parts: list[Part] = []
    for one, records in _by_form(accepted, path):
        parts.append((one, partial(write_records, records)))
        tables = list(records.form.mapping.tables.values())
        names = unique_names(f"{one.stem}_{safe_name(table.label)}" for table in tables)
        parts += [
            (one.with_name(name + path.suffix), partial(write_rows, records, table))
            for table, name in zip(tables, names, strict=True)
        ]
    return parts


def write_folder(accepted: Accepted, folder: Path, *, force: bool) -> int:
    """Write every record as canonical JSON into a folder for each unit; how many there are.

    Raises:
        XlsyncError: when one cannot be written, or is there already and may not be replaced.
    """
    entries = accepted.entries
    # Behind rounds/YEAR/NAME a path says unit, title and id.
    paths = [folder.joinpath(*PurePosixPath(entry.path).parts[3:]) for entry in entries]
    if not force:
        refuse_existing(paths)
    for unit in {path.parent for path in paths}:
        make_folder(unit)
    for path, entry in zip(paths, entries, strict=True):
        write_file(path, accepted.snapshot.record_bytes(entry))
    return len(paths)


def _by_form(accepted: Accepted, path: Path) -> Iterator[tuple[Path, FormRecords]]:
    for records in accepted.forms:
        name = f"{path.stem}_{records.form.id}{path.suffix}"
        yield (path if len(accepted.forms) == 1 else path.with_name(name)), records
