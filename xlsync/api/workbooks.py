"""Files that hold forms: read, made, filled with what another form says, sent back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlsync.api.form_files import or_installed

if TYPE_CHECKING:
    from collections.abc import Collection as Container
    from collections.abc import Iterable, Iterator, Sequence

    from xlsync.base.record import Record
    from xlsync.base.workers import Progress
    from xlsync.exchange.corrections import CorrectionCopy
    from xlsync.exchange.reading import FileReading
    from xlsync.form import Form, Forms
    from xlsync.records import Carried, Remark


def read(path: Path | str, forms: Forms | None = None) -> list[FileReading]:
    """Read a file, every file of a folder or of a zip archive: one entry a file.

    Each entry has ``path``, ``is_text`` and ``readings``: for each form found ``form`` (its id),
    ``sheet``, ``record`` (None where it could not be made) and ``problems``. Bad data never raises.
    """
    return list(read_files([Path(path)], forms))


def read_files(
    paths: Iterable[Path],
    forms: Forms | None = None,
    progress: Progress | None = None,
    passed: list[Path] | None = None,
) -> Iterator[FileReading]:
    """Read one file after the other, so that the first can be told before the last is read.

    ``passed`` takes the files that systems and office programs left there.
    """
    from xlsync.exchange.reading import read_files

    return read_files(or_installed(forms), paths, progress, passed)


def generate(
    form: Form, record: Record | None = None, *, locked: Container[str] = (), password: str = ""
) -> bytes:
    """A workbook to fill in: blank, or with a record in it. It is read back before it is given.

    ``locked`` are names of fields that the recipient cannot change, see :func:`check_fields`.

    Raises:
        XlsyncError: when the record does not fit the form; MistypedError for an unknown field.
    """
    from xlsync.exchange.workbooks import workbook

    return workbook(form, record, locked=check_fields(form, locked), password=password)


def fitting_records(form: Form, files: Iterable[FileReading]) -> list[Record]:
    """The records of what was read that a workbook of the form can be made for.

    The others get problems that say why not, among those of their readings.
    """
    from xlsync.exchange.workbooks import fitting_records

    return [record for file in files for record in fitting_records(form, file.readings)]


def workbook_names(form: Form, records: Sequence[Record | None]) -> list[str]:
    """File names that people recognise, one for each record, all different."""
    from xlsync.exchange.workbooks import workbook_names

    return workbook_names(form, records)


def write_workbooks(  # noqa: PLR0913 - what can be asked of workbooks
    form: Form,
    records: Sequence[Record | None],
    folder: Path,
    *,
    locked: Container[str] = (),
    password: str = "",
    force: bool = False,
    progress: Progress | None = None,
) -> Iterator[Path]:
    """Write a workbook for each record into a folder (None: a blank one); the path of each.

    Raises:
        XlsyncError: as :func:`generate` does; when one is there already without ``force``.
    """
    from xlsync.base.files import make_folder, refuse_existing, write_file
    from xlsync.exchange.workbooks import workbook, workbook_names

    slots = check_fields(form, locked)
    paths = [folder / name for name in workbook_names(form, records)]
    make_folder(folder)
    if not force:
        refuse_existing(paths)
    for number, (path, record) in enumerate(zip(paths, records, strict=True), start=1):
        write_file(path, workbook(form, record, locked=slots, password=password))
        if progress:
            progress(number, len(paths))
        yield path


def check_fields(form: Form, names: Container[str]) -> list[str]:
    """The slots of the fields of a form that are meant: by label, slot or pointer of each.

    Raises:
        MistypedError: naming the first that is none or one of several, and those that there are.
    """
    from xlsync.form.field_names import field_meant

    return [field_meant(form.mapping, name) for name in names]


def carry_over(
    form: Form,
    record: Record,
    *,
    year: int | None = None,
    forms: Forms | None = None,
) -> Carried:
    """A record of another form, such as that of last year, as one of this form.

    Its ``record``, and in ``left`` what has no place there, with the reason.

    Raises:
        XlsyncError: when no migration leads from one to the other.
    """
    from xlsync.records import Migrations, carry_over

    at_hand = or_installed(forms)
    return carry_over(Migrations(at_hand, at_hand.folder), form, record, year)


def carry_over_files(
    form: Form,
    files: Iterable[FileReading],
    *,
    year: int | None = None,
    forms: Forms | None = None,
) -> list[tuple[str, Sequence[Remark]]]:
    """Put records of the form in the place of those that were read; title and what was left.

    Raises:
        XlsyncError: as :func:`carry_over` does.
    """
    told: list[tuple[str, Sequence[Remark]]] = []
    for file in files:
        for reading in file.readings:
            if reading.record is not None:
                carried = carry_over(form, reading.record, year=year, forms=forms)
                reading.form, reading.record = form.id, carried.record
                told.append((form.title(carried.record), carried.left))
    return told


def corrections(
    files: Iterable[FileReading],
    forms: Forms | None = None,
    *,
    password: str = "",
    with_warnings: bool = False,
) -> Iterator[CorrectionCopy]:
    """The workbooks that go back to be corrected: what was typed, with the problems marked.

    One for each form with errors; ``with_warnings`` adds forms that have warnings alone.
    """
    from xlsync.exchange.corrections import corrections

    return corrections(or_installed(forms), files, password, with_warnings=with_warnings)


def write_corrections(  # noqa: PLR0913 - what can be asked of copies
    files: Iterable[FileReading],
    folder: Path,
    forms: Forms | None = None,
    *,
    password: str = "",
    with_warnings: bool = False,
    force: bool = False,
) -> Iterator[tuple[CorrectionCopy, Path | None]]:
    """The same, each written into a folder; its path, None where no workbook could be made.

    Raises:
        XlsyncError: when one cannot be written, or is there already without ``force``.
    """
    from xlsync.base.files import make_folder, refuse_existing, write_file
    from xlsync.exchange.corrections import corrections

    def check(names: list[str]) -> None:
        make_folder(folder)
        if not force:
            refuse_existing(folder / name for name in names)

    made = corrections(or_installed(forms), files, password, check, with_warnings=with_warnings)
    for one in made:
        path = folder / one.name if one.name and one.data is not None else None
        if path and one.data is not None:
            write_file(path, one.data)
        yield one, path
