"""The units of a town, and what they are to be told: lists, drafts, letters, reminders."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from xlsync.api.form_files import or_installed
from xlsync.base.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.form import Form, Forms
    from xlsync.repository import Repository
    from xlsync.rounds.kept.units import UnitTree
    from xlsync.rounds.roster.export import ExportedRoster
    from xlsync.rounds.sending.distributing import Distribution
    from xlsync.rounds.sending.reminding import Reminded
    from xlsync.rounds.sending.units_list import UnitList
    from xlsync.rounds.state.notices import Notice


def units(repository: Repository) -> UnitTree:
    """The list of units that the repository keeps; an empty tree where there is none."""
    from xlsync.rounds.kept.units import unit_tree

    return unit_tree(repository.snapshot())


def read_units(path: Path) -> UnitList:
    """Read a list of units: a workbook or values set apart by commas, with a row of heads.

    The result holds the tree, and everything that is wrong with the list.
    """
    from xlsync.rounds.sending.units_list import open_units

    return open_units(path)


def keep_units(repository: Repository, tree: UnitTree) -> str | None:
    """Keep a list of units in place of the former one; the commit, None where it was the same.

    Raises:
        XlsyncError: when the repository cannot be written.
    """
    from xlsync.rounds.kept.units import keep_units

    return keep_units(repository, tree)


def write_units(path: Path, tree: UnitTree, *, force: bool = False) -> None:
    """Write a list of units as a workbook that can be changed and read in again.

    Raises:
        UsageError: when the file is not called .xlsx.
        XlsyncError: when it is there already without ``force``.
    """
    from xlsync.base.files import put_file
    from xlsync.report.books.units_book import units_workbook

    _check_workbook(path)
    put_file(path, units_workbook(tree), force=force)


def write_roster(  # noqa: PLR0913 - what can be asked of it
    repository: Repository,
    round_name: str,
    path: Path,
    forms: Forms | None = None,
    *,
    form_id: str | None = None,
    under: str | None = None,
    force: bool = False,
) -> ExportedRoster:
    """Write the projects of a round as a roster with their ids, to be changed and distributed.

    Args:
        repository: where the round is.
        round_name: a year and a name.
        path: the workbook to be written.
        forms: the forms at hand.
        form_id: which form, where the round has several.
        under: only projects of this unit and of those below it.
        force: write over a file that is there.

    Raises:
        UsageError: when the file is not called .xlsx.
        XlsyncError: when there is no such round, form or unit, or the file is there already.
    """
    from xlsync.base.files import put_file
    from xlsync.report.books.roster_book import roster_workbook
    from xlsync.rounds.roster.export import export_roster

    _check_workbook(path)
    snapshot = repository.snapshot()
    made = export_roster(or_installed(forms), snapshot, round_name, form_id, under)
    put_file(path, roster_workbook(made), force=force)
    return made


def remind(  # noqa: PLR0913 - what can be asked of a reminder
    repository: Repository,
    round_name: str,
    folder: Path | None,
    forms: Forms | None = None,
    *,
    under: str | None = None,
    sender: str | None = None,
    contact: str | None = None,
    zipped: bool = False,
    password: str = "",
    force: bool = False,
    today: date | None = None,
) -> Reminded:
    """Write a mail draft, a letter and an overview for what units still owe of a round.

    Nothing is sent. A draft carries the workbooks that never came back, and the copies for
    correction of what was refused.

    Args:
        repository: where the round is.
        round_name: a year and a name.
        folder: where the files go; None to see only what would be told.
        forms: the forms at hand.
        under: only this unit and those below it.
        sender: who signs.
        contact: to whom the workbooks are to be sent, in any words.
        zipped: put what goes to a unit into one archive.
        password: protects the sheets of the workbooks.
        force: write over files that are there.
        today: the day by which a date has passed; today by default.

    Raises:
        XlsyncError: when there is no such round or unit, it is closed, or a file is there already.
    """
    from xlsync.rounds.kept.units import unit_tree
    from xlsync.rounds.returned.returning import copies_of
    from xlsync.rounds.sending.reminding import Reminded, owed_workbooks
    from xlsync.rounds.state.closing import check_may_remind
    from xlsync.rounds.state.notices import About, documents, owed_by_units

    day = today or date.today()  # noqa: DTZ011 - the office's day
    snapshot, at_hand = repository.snapshot(), or_installed(forms)
    if folder is not None:
        check_may_remind(snapshot, round_name)
    wanted = unit_tree(snapshot).filter(under)
    about = About(round_name, documents(at_hand, snapshot, round_name), contact)
    notices = owed_by_units(snapshot, about, wanted, day)
    if folder is None or not notices:
        return Reminded(round_name, notices, [])
    from xlsync.base.files import put_file
    from xlsync.report.notices.mailing import Post, write_post
    from xlsync.report.notices.reminder_book import reminder_workbook

    post = Post(sender, day.isoformat(), zipped=zipped, force=force)
    overview = folder / f"催报一览_{day.isoformat()}.xlsx"

    def workbooks(notice: Notice) -> list[tuple[str, bytes]]:
        refused = {one.record for one in notice.items if one.record and not one.is_missing}
        owed = owed_workbooks(at_hand, snapshot, notice, password)
        return [*owed, *copies_of(repository, at_hand, round_name, refused)]

    written = write_post(folder, notices, workbooks, post)
    put_file(overview, reminder_workbook(round_name, notices, post.day), force=force)
    return Reminded(round_name, notices, [*written, overview])


def write_sent(
    repository: Repository,
    form: Form,
    done: Distribution,
    *,
    sender: str | None = None,
    zipped: bool = False,
) -> list[Path]:
    """Write a mail draft and a letter a unit for what a distribution sent, beside its folders.

    Those of an earlier distribution stay (see ``Post``). ``zipped`` puts what goes to a unit into
    one archive; ``sender`` signs.

    Raises:
        XlsyncError: when a file cannot be written.
    """
    from xlsync.base.files import within
    from xlsync.report.notices.mailing import Post, write_post
    from xlsync.rounds.state.notices import About, sent_to_units

    folder = done.wishes.folder

    def workbooks(notice: Notice) -> list[tuple[str, bytes]]:
        paths = [within(folder, one.file) for one in notice.items if one.file]
        return [(path.name, path.read_bytes()) for path in paths]

    day = date.today().isoformat()  # noqa: DTZ011 - the office's day
    post = Post(sender, day, zipped=zipped, of_many=True)
    about = About(done.wishes.round, form.mapping.title, done.wishes.contact)
    notices = sent_to_units(repository.snapshot(), about, done.sendings)
    return write_post(folder, notices, workbooks, post)


def _check_workbook(path: Path) -> None:
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path}：请以 .xlsx 命名")
