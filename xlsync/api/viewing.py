"""What a page shows beyond what the command line prints: received files, names, totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.api.form_files import or_installed

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.exchange.reading import FileReading
    from xlsync.form import Forms
    from xlsync.reader import Reading
    from xlsync.report.export.totals import FormTotals
    from xlsync.repository import Repository
    from xlsync.rounds.state.receipts import KeptFile


def is_round(text: str) -> bool:
    """Whether a text names a round: a year and a name, such as ``2024/一上``."""
    from xlsync.repository import is_round

    return is_round(text)


def safe_name(text: str, *, suffix: str = "") -> str:
    """A file name that says what the text says, on every system."""
    from xlsync.base.files import safe_name

    return safe_name(text, suffix=suffix)


def write_text(path: Path, text: str) -> Path:
    """Write a text file, over one that is there, and give its path.

    Raises:
        XlsyncError: when it cannot be written.
    """
    from xlsync.base.files import put_file

    put_file(path, text.encode("utf-8"), force=True)
    return path


def reread(
    repository: Repository, round_name: str, key: str, forms: Forms | None = None
) -> tuple[KeptFile, FileReading]:
    """A received file by its SHA-256 or the beginning of it: its receipt, and what stands in it.

    Raises:
        XlsyncError: when the round has no such file.
    """
    from xlsync.rounds.state.receipts import reread

    return reread(repository.snapshot(), or_installed(forms), round_name, key)


def typed_texts(reading: Reading) -> dict[str, str]:
    """What was typed where no value could be read, by pointer."""
    from xlsync.form.types import cell_text

    return {
        pointer: cell_text(cell)
        for pointer, cell in reading.typed.items()
        if pointer in reading.unread
    }


def totals(repository: Repository, round_name: str, forms: Forms | None = None) -> list[FormTotals]:
    """Projects and amounts of a round by unit, for each form; none where nothing was accepted.

    Raises:
        XlsyncError: when there is no such round, or a form is not at hand.
    """
    from xlsync.report.export.totals import totals_of
    from xlsync.rounds.state.status import check_known

    snapshot = repository.snapshot()
    check_known(snapshot, round_name)
    return totals_of(or_installed(forms), snapshot, round_name)
