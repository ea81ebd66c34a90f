"""Where a round and its records stand, and what is taken out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.api.form_files import or_installed
from xlsync.base.acting import previewing
from xlsync.base.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from collections.abc import Collection as Container
    from pathlib import Path

    from xlsync.base.record import Record
    from xlsync.form import Forms
    from xlsync.report.export.dataset.totals import RollUp
    from xlsync.report.export.formats import Exported
    from xlsync.repository import Repository
    from xlsync.repository.originals import OriginalError
    from xlsync.rounds.checking.project_year import ProjectYear
    from xlsync.rounds.kept.outcomes import State
    from xlsync.rounds.state.life import Event
    from xlsync.rounds.state.receipts import KeptFile
    from xlsync.rounds.state.standing import Standing


def status(
    repository: Repository,
    round_name: str,
    *,
    unit: str | None = None,
    states: Container[str] = (),
    under: str | None = None,
) -> list[Standing]:
    """Where each project of a round stands, by unit and title.

    ``unit`` keeps the projects of units whose name holds that text, ``states`` those in any of
    the states 未回, 已收, 退回, 冲突, ``under`` those of one unit and of all below it.

    Raises:
        XlsyncError: when nothing went out or came in, in this round, or there is no such unit.
    """
    from xlsync.rounds.kept.units import unit_tree
    from xlsync.rounds.state.status import narrowed, standings

    snapshot = repository.snapshot()
    wanted = unit_tree(snapshot).filter(under)
    rows = [one for one in standings(snapshot, round_name) if wanted(one.group)]
    return narrowed(rows, unit, states)


def other_forms(repository: Repository, round_name: str) -> dict[State, int]:
    """How many forms came in a round that belong to none of its projects, by what they were."""
    from xlsync.rounds.state.status import others

    return others(repository.snapshot(), round_name)


def write_ledger(  # noqa: PLR0913 - what can be asked of it
    path: Path,
    round_name: str,
    rows: Sequence[Standing],
    unit_of: Callable[[str], str] = str,
    *,
    repository: Repository | None = None,
    forms: Forms | None = None,
    force: bool = False,
) -> None:
    """Write the ledger of a round as a workbook (.xlsx); with ``force`` over one that is there.

    ``unit_of`` is the unit under which the totals count a unit, see ``UnitTree.rolled``. With a
    ``repository`` the workbook has a sheet 提醒: the warnings of the projects in ``rows``, each to
    be ticked off; it is collected like any file.

    Raises:
        UsageError: when the file is called otherwise; XlsyncError when it cannot be written.
    """
    from xlsync.base.files import put_file
    from xlsync.report.books.ledger_book import LedgerWarnings, ledger_workbook
    from xlsync.repository.sealing import seal_keys
    from xlsync.rounds.checking.ticking import round_warnings

    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path}: the ledger is a workbook, name it .xlsx")
    warnings = None
    if repository is not None:
        shown = {one.record for one in rows}
        found = round_warnings(repository, or_installed(forms), round_name)
        key = next(iter(seal_keys(repository.snapshot())), None)
        warnings = LedgerWarnings([one for one in found if one.record in shown], key)
    put_file(path, ledger_workbook(round_name, rows, unit_of, warnings), force=force)


def project_year(
    repository: Repository, record: str, forms: Forms | None = None, *, year: str | None = None
) -> ProjectYear:
    """One project's year: what each round of it accepted, on whatever form, side by side.

    ``record`` is an id, the beginning of one, or a title; the last year where none is named.

    Raises:
        XlsyncError: when nothing or more than one record fits, or nothing of the year was accepted.
    """
    from xlsync.rounds.checking.project_year import project_year
    from xlsync.rounds.state.life import find_record

    found = find_record(repository, record)
    return project_year(or_installed(forms), repository.snapshot(), found, year)


def write_year(path: Path, made: ProjectYear, *, force: bool = False) -> None:
    """Write a project's year as a workbook (.xlsx) or as a page that stands alone (.html).

    Raises:
        UsageError: when the file is called otherwise; XlsyncError when it cannot be written.
    """
    from xlsync.base.files import put_file
    from xlsync.report.books.project_years import year_workbook
    from xlsync.report.page.rendering import render_year

    make = {".xlsx": year_workbook, ".html": render_year}.get(path.suffix.lower())
    if make is None:
        raise UsageError(f"{path}：全年对照请以 .xlsx 或 .html 命名")
    put_file(path, make(made), force=force)


def received(repository: Repository, round_name: str, record: str | None = None) -> list[KeptFile]:
    """The files of a round as they came, the last first; those of one project where it is named.

    Raises:
        XlsyncError: when nothing went out or came in, in this round.
    """
    from xlsync.rounds.state.receipts import received_files

    return received_files(repository.snapshot(), round_name, record)


def write_received(repository: Repository, found: Iterable[KeptFile], folder: Path) -> list[Path]:
    """Write received files into a folder, byte for byte as they came.

    Raises:
        XlsyncError: when an original is lost or damaged; all others are written all the same.
    """
    from xlsync.base.files import put_files
    from xlsync.rounds.state.receipts import check_all_read, named_files

    lost: list[OriginalError] = []
    written = put_files(folder, named_files(repository.snapshot(), found, lost))
    check_all_read(lost)
    return written


def log(repository: Repository, record: str) -> list[Event]:
    """Everything that happened to a record over all rounds, the newest first.

    ``record`` is an id, the beginning of one, a title, or a part of one.

    Raises:
        XlsyncError: when nothing or more than one record fits.
    """
    from xlsync.rounds.state.life import find_record, life

    return life(repository, find_record(repository, record))


def show(repository: Repository, record: str) -> Record:
    """The record that ``[ROUND/]RECORD[@REVISION]`` means, as canonical JSON.

    Raises:
        XlsyncError: when nothing or more than one record fits.
    """
    snapshot, _, entry = repository.resolve(record)
    return snapshot.record(entry)


def write_record(path: Path, record: Record, *, force: bool = False) -> None:
    """Write a record as the canonical bytes that a repository keeps.

    Raises:
        XlsyncError: when it cannot be written, or is there already without ``force``.
    """
    from xlsync.base.files import put_file
    from xlsync.base.record import canonical_bytes

    put_file(path, canonical_bytes(record), force=force)


def export(  # noqa: PLR0913 - what can be asked of an export
    repository: Repository,
    round_name: str,
    path: Path,
    forms: Forms | None = None,
    *,
    force: bool = False,
    under: str | None = None,
    level: int | None = None,
    is_preview: bool = False,
) -> Exported:
    """Write what a round accepted: .xlsx, .jsonl, .csv, .parquet, a folder of JSON, or a dataset.

    ``under`` keeps the projects of one unit and of all below it; ``level`` is that of the units
    by which a workbook adds up, 1 the highest. ``is_preview`` says what would be written. A folder
    that ends in .dataset, or is a dataset, is brought to what the round accepted as a whole; only
    units that changed are written.

    Raises:
        UsageError: when the file ends in none of these, or a dataset is to hold a part of a round.
        XlsyncError: when nothing was accepted, or a file is there already without ``force``.
    """
    from xlsync.report.export.formats import is_folder, is_for_dataset, update_dataset, write_export
    from xlsync.rounds.state.exporting import accepted

    if is_for_dataset(path):
        if under is not None or level is not None:
            raise UsageError("a dataset holds whole rounds; choose units when they are summed up")
        with previewing(wanted=is_preview):
            return update_dataset(repository, or_installed(forms), round_name, path, force=force)
    is_folder(path)  # a wrong name is told before anything is read
    found = accepted(or_installed(forms), repository.snapshot(), round_name, under, level)
    return write_export(found, path, force=force, is_preview=is_preview)


def roll_up(  # noqa: PLR0913 - what can be asked of sums
    datasets: Sequence[Path],
    round_name: str | None = None,
    *,
    since: str | None = None,
    items: bool = False,
    level: int | None = None,
    under: str | None = None,
) -> RollUp:
    """Add up a round of datasets that :func:`export` wrote, by default the last round.

    By dataset and, with ``level``, by the units of that level of each list of units, 1 the highest;
    ``under`` keeps one unit and all below it. ``since`` compares with an earlier round; ``items``
    counts indicators instead, and how many of them have a number for a value. Amounts are exact;
    those that are not filled in are counted, and never taken for 0.

    Raises:
        UsageError: when there is no such round or unit, or both questions are asked at once.
        XlsyncError: when a dataset is none or is damaged, or DuckDB is not installed.
    """
    from xlsync.report.export.formats import needs_arrow

    with needs_arrow():
        from xlsync.report.export.dataset.sums import roll_up
    return roll_up(datasets, round_name, since=since, items=items, level=level, under=under)


def write_roll_up(path: Path, made: RollUp, *, force: bool = False) -> None:
    """Write sums as values set apart by commas (.csv), with every amount of the forms.

    Raises:
        UsageError: when the file is called otherwise; XlsyncError when it cannot be written.
    """
    from xlsync.base.files import put_file
    from xlsync.report.export.dataset.texts import sums_csv

    if path.suffix.lower() != ".csv":
        raise UsageError(f"{path}: name a file that ends in .csv")
    put_file(path, sums_csv(made), force=force)
