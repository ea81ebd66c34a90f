"""The door: everything that xlsync does, as functions for programs.

The command line and the local page call these functions and no others. They return typed values
and write nothing but the files that they are told to write; nothing here prints or exits. What is
wrong with data comes back as :class:`Problem`; a broken set-up raises :class:`XlsyncError`, and a
question that makes no sense :class:`UsageError`. What people read of the results is made by
``xlsync.report``. Heavy modules are imported by the function that needs them.

Where ``forms`` is None, the installed forms serve. A repository is opened by the caller, in a
``with`` block.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlsync.base.errors import FormError, UsageError, XlsyncError
from xlsync.base.problems import Problem, Severity, has_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from collections.abc import Collection as Container

    from xlsync.base.record import Record
    from xlsync.draft import Draft
    from xlsync.exchange.reading import FileReading
    from xlsync.form import Form, Forms
    from xlsync.records import Carried, RecordDelta
    from xlsync.report.export import Exported
    from xlsync.repository import Repository
    from xlsync.rounds import Collection, Standing, State
    from xlsync.rounds.distributing import Distribution
    from xlsync.rounds.joining import Joined
    from xlsync.rounds.life import Event
    from xlsync.rounds.receipts import Kept
    from xlsync.rounds.returning import Correction
    from xlsync.rounds.sides import Comparison
    from xlsync.rounds.syncing import Synced

    Progress = Callable[[int, int], None]
    """Told how many of how many are done."""

__all__ = [
    "FormError",
    "Problem",
    "Severity",
    "UsageError",
    "XlsyncError",
    "carry_over",
    "check_forms",
    "collect",
    "compare",
    "compare_rounds",
    "compare_sides",
    "corrections",
    "distribute",
    "draft_form",
    "export",
    "fitting_records",
    "forms",
    "generate",
    "has_error",
    "init",
    "join",
    "log",
    "open_repository",
    "other_forms",
    "read",
    "read_files",
    "received",
    "rounds",
    "show",
    "status",
    "sync",
    "workbook_names",
    "write_conflicts",
    "write_ledger",
    "write_page",
    "write_received",
    "write_returned",
    "write_revisions",
]


def forms(folder: Path | None = None) -> Forms:
    """Every form at hand by its id, each loaded when it is first asked for.

    ``folder`` holds ``templates/`` and ``mappings/`` of your own, which come before the installed
    forms of the same name.

    Raises:
        XlsyncError: when the folder is none; FormError later, when a form's file is wrong.
    """
    from xlsync.form import Forms

    return Forms(folder)


def check_forms(folder: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """Each form of a folder, with everything that is wrong with it: file, table, key.

    A form without a mistake in its files is put to the proof: a blank workbook is made and read.

    Raises:
        XlsyncError: when the folder holds no form.
    """
    from xlsync.form import Catalogue

    catalogue = Catalogue(folder)
    for form_id in catalogue.own():
        try:
            form = catalogue[form_id]
        except XlsyncError as error:
            yield form_id, error.mistakes if isinstance(error, FormError) else [str(error)]
            continue
        try:
            generate(form)
        except XlsyncError as error:
            yield form_id, [f"{form.template_path}: {error}"]
        else:
            yield form_id, []


def draft_form(
    official: Path, form_id: str = "draft", *, sheet: str | None = None, forms: Forms | None = None
) -> Draft:
    """Draft template and mapping from an official blank workbook, to be corrected by hand.

    Raises:
        XlsyncError: when the workbook cannot be read, or nothing in it is to be filled in.
    """
    from xlsync.draft import draft

    return draft(official, form_id, sheet, _or_installed(forms).values())


def read(path: Path | str, forms: Forms | None = None) -> list[FileReading]:
    """Read a file, every file of a folder or of a zip archive: one entry a file.

    Each entry has ``path``, ``is_text`` and ``readings``: for each form found ``form`` (its id),
    ``sheet``, ``record`` (None where it could not be made) and ``problems``. Bad data never raises.
    """
    return list(read_files([Path(path)], forms))


def read_files(
    paths: Iterable[Path], forms: Forms | None = None, progress: Progress | None = None
) -> Iterator[FileReading]:
    """Read one file after the other, so that the first can be told before the last is read."""
    from xlsync.exchange.reading import read_files

    return read_files(_or_installed(forms), paths, progress)


def generate(
    form: Form, record: Record | None = None, *, locked: Container[str] = (), password: str = ""
) -> bytes:
    """A workbook to fill in: blank, or with a record in it. It is read back before it is given.

    ``locked`` are names of fields that the recipient cannot change.

    Raises:
        XlsyncError: when the record does not fit the form; UsageError for an unknown field.
    """
    from xlsync.exchange.workbooks import check_locked, workbook

    check_locked(form, locked)
    return workbook(form, record, locked=locked, password=password)


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

    at_hand = _or_installed(forms)
    return carry_over(Migrations(at_hand, at_hand.folder), form, record, year)


def corrections(
    files: Iterable[FileReading], forms: Forms | None = None, *, password: str = ""
) -> Iterator[Correction]:
    """The workbooks that go back to be corrected: what was typed, with the problems marked."""
    from xlsync.rounds.returning import corrections

    return corrections(_or_installed(forms), files, password)


def compare(
    old: Record | None, new: Record | None, forms: Forms | None = None
) -> RecordDelta | None:
    """What changed between two versions of a record; None where nothing did.

    Raises:
        XlsyncError: when its form is not at hand, or both are None.
    """
    from xlsync.rounds.comparing import compare_versions

    return compare_versions(_or_installed(forms), old, new)


def compare_rounds(
    repository: Repository, old: str, new: str, forms: Forms | None = None
) -> list[RecordDelta]:
    """Every record that differs between two rounds, by unit and title.

    Raises:
        XlsyncError: when one of the rounds does not exist.
    """
    from xlsync.rounds import compare_rounds

    return compare_rounds(_or_installed(forms), repository.snapshot(), old, new)


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
    from xlsync.rounds.sides import compare_sides

    return compare_sides(_or_installed(forms), old, new, repository, progress)


def write_page(
    path: Path, sides: tuple[str, str], deltas: Sequence[RecordDelta], *, force: bool = False
) -> None:
    """Write changes as a page that stands alone; ``sides`` are what old and new are called.

    Raises:
        XlsyncError: when it cannot be written, or is there already without ``force``.
    """
    from xlsync.base.files import put_file
    from xlsync.report.page import render

    put_file(path, render(*sides, deltas), force=force)


def write_revisions(
    path: Path, sides: tuple[str, str], deltas: Sequence[RecordDelta], *, force: bool = False
) -> None:
    """Write changes as a workbook, old beside new; as :func:`write_page` otherwise."""
    from xlsync.base.files import put_file
    from xlsync.report.revision_book import revision_workbook

    put_file(path, revision_workbook(*sides, deltas), force=force)


def init(path: Path | str) -> Repository:
    """Make a repository in a folder that is new or empty, and open it.

    Raises:
        XlsyncError: when the folder holds something, or cannot be made.
    """
    from xlsync.repository import Repository
    from xlsync.repository.layout import SEAL
    from xlsync.repository.sealing import new_seal

    return Repository.init(path, {SEAL: new_seal()})


def open_repository(path: Path | str) -> Repository:
    """Open a repository; use it in a ``with`` block.

    Raises:
        XlsyncError: when there is none, it is not ours, or a newer xlsync wrote it.
    """
    from xlsync.repository import Repository

    return Repository.open(path)


def rounds(repository: Repository) -> list[str]:
    """The rounds in which something went out or came in, the earliest first."""
    return repository.snapshot().rounds()


def distribute(  # noqa: PLR0913 - what can be asked of a distribution
    repository: Repository,
    form: Form,
    roster: Path,
    round_name: str,
    folder: Path,
    *,
    last: str | None = None,
    due: str | None = None,
    contact: str | None = None,
    password: str = "",
    again: bool = False,
    force: bool = False,
    forms: Forms | None = None,
    progress: Progress | None = None,
) -> Distribution:
    """Write a workbook for each project of a roster into a folder, and note what went out.

    Args:
        repository: where it is noted.
        form: the form that goes out.
        roster: the list of projects, a row each: a workbook, or text.
        round_name: a year and a name, such as ``2024/一上``.
        folder: gets a folder for each unit.
        last: a round whose answers are filled in.
        due: an ISO date, until which workbooks are to come back.
        contact: to whom, in any words.
        password: protects the sheets.
        again: make the workbooks of unchanged projects too.
        force: write over files that were changed since.
        forms: the forms at hand, for answers that are carried over from another form.
        progress: told how many of how many workbooks are made.

    Returns:
        what went out; ``problems`` holds what is wrong with the roster, and where that has an
        error nothing was written.

    Raises:
        XlsyncError: when a file would be lost, or the repository cannot be written.
    """
    from xlsync.records import Migrations
    from xlsync.rounds.distributing import distribute
    from xlsync.rounds.roster import open_roster
    from xlsync.rounds.sendings import Wishes

    at_hand = _or_installed(forms)
    migrations = Migrations(at_hand, at_hand.folder)
    wishes = Wishes(
        round=round_name,
        folder=folder,
        last=last,
        due=due,
        contact=contact,
        password=password,
        again=again,
        force=force,
        migrations=migrations,
    )
    return distribute(repository, form, open_roster(form, roster), wishes, progress or _unseen)


def collect(  # noqa: PLR0913 - what can be asked of a collection
    repository: Repository,
    round_name: str,
    paths: Iterable[Path],
    forms: Forms | None = None,
    *,
    returning: bool = False,
    replacing: bool = False,
    progress: Progress | None = None,
) -> Collection:
    """Read returned files, folders and archives into a round, as one commit.

    ``returning`` prepares what goes back, for :func:`write_returned`; ``replacing`` lets a file
    take the place of what it contradicts. The result has an outcome for each form in each file.

    Raises:
        XlsyncError: when the round's name is none, or the repository cannot be written.
    """
    from xlsync.rounds import collect

    return collect(
        repository,
        _or_installed(forms),
        round_name,
        paths,
        progress or _unseen,
        returning=returning,
        replacing=replacing,
    )


def write_returned(
    repository: Repository, collection: Collection, folder: Path, forms: Forms | None = None
) -> list[Path]:
    """Write what goes back after a collection: copies to correct, conflicts to decide.

    One that is there already is written anew: the same file gives the same copy.

    Raises:
        XlsyncError: when one cannot be written, or does not say what was read.
    """
    from xlsync.base.files import put_files

    made = put_files(folder, collection.copies)
    waiting = [(collection.round, collection.disputed())]
    return made + _write_conflicts(repository, folder, _or_installed(forms), waiting)


def write_conflicts(repository: Repository, folder: Path, forms: Forms | None = None) -> list[Path]:
    """Write a workbook for each conflict of any round that waits for a decision.

    Raises:
        XlsyncError: when one cannot be written.
    """
    from xlsync.repository.layout import CONFLICTS

    snapshot = repository.snapshot()
    waiting = [(name, snapshot.names(f"{CONFLICTS}/{name}")) for name in snapshot.rounds()]
    return _write_conflicts(repository, folder, _or_installed(forms), waiting)


def _write_conflicts(
    repository: Repository,
    folder: Path,
    forms: Forms,
    waiting: Iterable[tuple[str, Iterable[str]]],
) -> list[Path]:
    from xlsync.base.files import put_files
    from xlsync.report.conflict_book import conflict_workbooks

    return put_files(folder, conflict_workbooks(repository, forms, waiting))


def status(
    repository: Repository,
    round_name: str,
    *,
    unit: str | None = None,
    states: Container[str] = (),
) -> list[Standing]:
    """Where each project of a round stands, by unit and title.

    ``unit`` keeps the projects of units whose name holds that text, ``states`` those in any of
    the states 未回, 已收, 退回, 冲突.

    Raises:
        XlsyncError: when nothing went out or came in, in this round.
    """
    from xlsync.rounds.status import narrowed, standings

    return narrowed(standings(repository.snapshot(), round_name), unit, states)


def other_forms(repository: Repository, round_name: str) -> dict[State, int]:
    """How many forms came in a round that belong to none of its projects, by what they were."""
    from xlsync.rounds.status import others

    return others(repository.snapshot(), round_name)


def write_ledger(path: Path, round_name: str, rows: Sequence[Standing]) -> None:
    """Write the ledger of a round as a workbook (.xlsx), over one that is there.

    Raises:
        UsageError: when the file is called otherwise; XlsyncError when it cannot be written.
    """
    from xlsync.base.files import put_file
    from xlsync.report.ledger_book import ledger_workbook

    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path}: the ledger is a workbook, name it .xlsx")
    put_file(path, ledger_workbook(round_name, rows), force=True)


def received(repository: Repository, round_name: str, record: str | None = None) -> list[Kept]:
    """The files of a round as they came, the last first; those of one project where it is named.

    Raises:
        XlsyncError: when nothing went out or came in, in this round.
    """
    from xlsync.rounds.receipts import received_files

    return received_files(repository.snapshot(), round_name, record)


def write_received(repository: Repository, found: Iterable[Kept], folder: Path) -> list[Path]:
    """Write received files into a folder, byte for byte as they came."""
    from xlsync.base.files import put_files
    from xlsync.rounds.receipts import named_files

    return put_files(folder, named_files(repository.snapshot(), found))


def log(repository: Repository, record: str) -> list[Event]:
    """Everything that happened to a record over all rounds, the newest first.

    ``record`` is an id, the beginning of one, a title, or a part of one.

    Raises:
        XlsyncError: when nothing or more than one record fits.
    """
    from xlsync.rounds.life import find_record, life

    return life(repository, find_record(repository, record))


def show(repository: Repository, record: str) -> Record:
    """The record that ``[ROUND/]RECORD[@REVISION]`` means, as canonical JSON.

    Raises:
        XlsyncError: when nothing or more than one record fits.
    """
    snapshot, _, entry = repository.resolve(record)
    return snapshot.record(entry)


def export(
    repository: Repository,
    round_name: str,
    path: Path,
    forms: Forms | None = None,
    *,
    force: bool = False,
) -> Exported:
    """Write what a round accepted: .xlsx, .jsonl, .csv, .parquet, or a folder of JSON.

    Raises:
        UsageError: when the file ends in none of these.
        XlsyncError: when nothing was accepted, or a file is there already without ``force``.
    """
    from xlsync.report.export import is_folder, write_export
    from xlsync.rounds.exporting import accepted

    is_folder(path)  # a wrong name is told before anything is read
    found = accepted(_or_installed(forms), repository.snapshot(), round_name)
    return write_export(found, path, force=force)


def join(repository: Repository, revision: str, forms: Forms | None = None) -> Joined:
    """Join what another coordinator did, once it was fetched: a branch, tag or commit.

    Raises:
        XlsyncError: when there is no such line, or the two cannot be joined.
    """
    from xlsync.rounds.joining import join

    return join(repository, _or_installed(forms), revision)


def sync(repository: Repository, location: str, forms: Forms | None = None) -> Synced:
    """Exchange everything with a repository in a folder or at a URL.

    Raises:
        XlsyncError: when it cannot be reached, read or written.
    """
    from xlsync.rounds.syncing import sync

    return sync(repository, _or_installed(forms), location)


def _or_installed(given: Forms | None) -> Forms:
    """The forms that were given, or the installed ones."""
    return forms() if given is None else given


def _unseen(_done: int, _all: int) -> None:
    """Progress that nobody watches."""
