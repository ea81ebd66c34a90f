"""An export: its formats by the ending of a file, and the files that it is made of."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from xlsync.base.errors import UsageError
from xlsync.base.files import (
    make_folder,
    new_file,
    refuse_existing,
    safe_name,
    unique_names,
    within,
    write_file,
)
from xlsync.base.lazy import importing
from xlsync.report.export.dataset import MARKER
from xlsync.report.export.text import write_array, write_lines, write_records, write_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import IO

    from xlsync.form import Form
    from xlsync.report.export.dataset.writing import DatasetChange
    from xlsync.repository import Repository
    from xlsync.rounds.state.exporting import Accepted, FormRecords

    Part = tuple[Path, Callable[[IO[bytes]], None]]
    """A file, and what fills it."""


@dataclass(frozen=True, slots=True)
class Exported:
    """The files or the folder that were written, and how many projects wait for a decision.

    ``cancelled`` counts projects that are not in it because they were cancelled; ``dataset`` is
    what changed in a dataset, if that was written.
    """

    paths: list[Path]
    disputed: int
    cancelled: int = 0
    dataset: DatasetChange | None = None


DATASET = ".dataset"
"""How the name of a folder ends that is to become a dataset for analysis."""


def is_for_dataset(path: Path) -> bool:
    """Whether an export to this path brings a dataset up to date: by its name, or what it is."""
    return path.suffix.lower() == DATASET or (path / MARKER).is_file()


def is_folder(path: Path) -> bool:
    """Whether an export to this path is a folder of records.

    Raises:
        UsageError: when it is a file that ends in none of the formats.
    """
    if path.is_dir() or not path.suffix:
        return True
    if path.suffix.lower() not in FORMATS:
        known = ", ".join([*FORMATS, DATASET])
        raise UsageError(f"{path}: name a file that ends in {known}, or a folder")
    return False


def write_export(
    accepted: Accepted, path: Path, *, force: bool = False, is_preview: bool = False
) -> Exported:
    """Write what a round accepted into a file, in the format of its ending, or into a folder.

    ``is_preview`` says which files it would be, and writes nothing.

    Raises:
        UsageError: as :func:`is_folder` does.
        XlsyncError: when a file cannot be written, is there already and may not be replaced, or
            what writes the format is not installed.
    """
    if is_folder(path):
        if not is_preview:
            write_folder(accepted, path, force=force)
        return Exported([path], accepted.disputed, accepted.cancelled)
    parts = FORMATS[path.suffix.lower()](accepted, path)
    if is_preview:
        refuse_existing(one for one, _ in parts if not force)
    else:
        write_parts(parts, force=force)
    return Exported([one for one, _ in parts], accepted.disputed, accepted.cancelled)


def update_dataset(
    repository: Repository,
    forms: Mapping[str, Form],
    round_name: str,
    folder: Path,
    *,
    force: bool,
) -> Exported:
    """Bring a round of a dataset to what the repository says now.

    Raises:
        XlsyncError: as ``report.dataset.writing.write_dataset`` does, or without pyarrow.
    """
    with needs_arrow():
        from xlsync.report.export.dataset.writing import write_dataset  # noqa: PLC0415 - an extra
    made = write_dataset(repository, forms, round_name, folder, force=force)
    return Exported([folder], made.disputed, made.cancelled, made)


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
    paths = [within(folder, entry.path.split("/", 3)[3]) for entry in entries]
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


def _workbook(accepted: Accepted, path: Path) -> list[Part]:
    from xlsync.report.export.summary_book import write_summary  # noqa: PLC0415 - slow to import

    return [(path, partial(write_summary, accepted))]


def _lines(accepted: Accepted, path: Path) -> list[Part]:
    return [(path, partial(write_lines, accepted))]


def _array(accepted: Accepted, path: Path) -> list[Part]:
    return [(path, partial(write_array, accepted))]


def _parquet(accepted: Accepted, path: Path) -> list[Part]:
    with needs_arrow():
        from xlsync.report.export.parquet import write_parquet  # noqa: PLC0415 - an extra
    return form_parts(accepted, path, write_parquet)


def needs_arrow() -> AbstractContextManager[None]:
    """Import what needs pyarrow; XlsyncError where that is not installed."""
    message = "Parquet needs pyarrow, which is not installed: pip install 'xlsync[parquet]'"
    return importing("pyarrow", otherwise=message)


FORMATS: dict[str, Callable[[Accepted, Path], list[Part]]] = {
    ".xlsx": _workbook,
    ".json": _array,
    ".jsonl": _lines,
    ".csv": table_parts,
    ".parquet": _parquet,
}
"""The formats by the ending of a file; each says which files it makes, and what fills them."""
