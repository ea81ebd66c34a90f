"""What changed: between records, rounds, files; and the reports on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.api.form_files import or_installed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from xlsync.base.record import Record
    from xlsync.base.workers import Progress
    from xlsync.form import Forms
    from xlsync.records import RecordDelta
    from xlsync.repository import Repository
    from xlsync.rounds.state.sides import Comparison


def compare(
    old: Record | None, new: Record | None, forms: Forms | None = None
) -> RecordDelta | None:
    """What changed between two versions of a record; None where nothing did.

    Raises:
        XlsyncError: when its form is not at hand, or both are None.
    """
    from xlsync.rounds.state.comparing import compare_versions

    return compare_versions(or_installed(forms), old, new)


def compare_rounds(
    repository: Repository, old: str, new: str, forms: Forms | None = None
) -> list[RecordDelta]:
    """Every record that differs between two rounds, by unit and title.

    Raises:
        XlsyncError: when one of the rounds does not exist.
    """
    from xlsync.rounds.state.comparing import compare_rounds

    return compare_rounds(or_installed(forms), repository.snapshot(), old, new)


def compare_sides(
    old: str,
    new: str,
    repository: Path,
    forms: Forms | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """What changed between two of: a file, a folder, a round, ``[ROUND/]RECORD[@REVISION]``.

    ``repository`` is the folder of one, opened only where a side is no file.

    Raises:
        XlsyncError: when a side is nothing of that; UsageError when it is empty.
    """
    from xlsync.rounds.state.sides import compare_sides

    return compare_sides(or_installed(forms), old, new, repository, progress)


def write_page(
    path: Path,
    sides: tuple[str, str],
    deltas: Sequence[RecordDelta],
    unit_of: Callable[[str], str] = str,
    *,
    force: bool = False,
) -> None:
    """Write changes as a page that stands alone; ``sides`` are what old and new are called.

    ``unit_of`` is the unit under which the sums count a unit, see ``UnitTree.rolled``.

    Raises:
        XlsyncError: when it cannot be written, or is there already without ``force``.
    """
    from xlsync.base.files import refuse_existing, write_file
    from xlsync.report.page.rendering import render

    if not force:
        refuse_existing([path])
    write_file(path, render(*sides, deltas, unit_of))


def write_revisions(
    path: Path,
    sides: tuple[str, str],
    deltas: Sequence[RecordDelta],
    unit_of: Callable[[str], str] = str,
    *,
    force: bool = False,
) -> None:
    """Write changes as a workbook, old beside new; as :func:`write_page` otherwise."""
    from xlsync.base.files import put_file
    from xlsync.report.books.revision_book import revision_workbook

    put_file(path, revision_workbook(*sides, deltas, unit_of), force=force)
