"""A repository and its rounds: what goes out, comes in, and is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.api.form_files import or_installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from xlsync.base.workers import Progress
    from xlsync.form import Form, Forms
    from xlsync.repository import Facts, Repository
    from xlsync.rounds.returned.collecting import Collection
    from xlsync.rounds.returned.incoming import ReceivedFile
    from xlsync.rounds.sending.distributing import Distribution
    from xlsync.rounds.sharing.joining import JoinResult
    from xlsync.rounds.sharing.syncing import Meeting, Synced
    from xlsync.rounds.state.notices import Notice


def init(path: Path | str) -> Repository:
    """Make a repository in a folder that is new or empty, and open it.

    Raises:
        XlsyncError: when the folder holds something, or cannot be made.
    """
    from xlsync.repository import Repository
    from xlsync.repository.layout import SEAL
    from xlsync.repository.sealing import new_seal

    return Repository.init(path, {SEAL: new_seal()})


def facts() -> Facts:
    """An empty memory for :func:`open_repository`."""
    from xlsync.repository import Facts

    return Facts()


def open_repository(path: Path | str, facts: Facts | None = None) -> Repository:
    """Open a repository; use it in a ``with`` block.

    A program that opens it again and again gives the same :func:`facts` each time: of what was
    read before, only files that changed are read anew.

    Raises:
        XlsyncError: when there is none, it is not ours, or a newer xlsync wrote it.
    """
    from xlsync.repository import Repository

    return Repository.open(path, facts)


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
    is_new: bool = False,
    confirmed: bool = False,
    is_preview: bool = False,
    under: str | None = None,
    columns: Mapping[int, str] | None = None,
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
        is_new: begin a round that the repository does not have, where it has others.
        confirmed: a person has seen what is doubtful about the roster.
        is_preview: find out what would happen, and write nothing.
        under: only projects of this unit, and of those below it in the list of units.
        columns: what columns of the roster are, by their numbers from 1, where their heads do not
            say it: a name of :func:`column_choices`, or nothing to leave one alone.
        forms: the forms at hand, for answers that are carried over from another form.
        progress: told how many of how many workbooks are made.

    Returns:
        what went out; ``problems`` holds what is wrong with the roster, and where that has an
        error, or ``doubts`` that are not confirmed, nothing was written and ``held`` is true.

    Raises:
        XlsyncError: when there is no such round, a file would be lost, or the repository cannot
            be written.
    """
    from xlsync.records import Migrations
    from xlsync.rounds.roster import open_roster
    from xlsync.rounds.sending.distributing import distribute
    from xlsync.rounds.sending.sendings import Wishes
    from xlsync.rounds.state.overview import check_may_begin

    check_may_begin(repository.snapshot(), round_name, is_new=is_new)
    at_hand = or_installed(forms)
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
        confirmed=confirmed,
        is_preview=is_preview,
        under=under,
    )
    read = open_roster(form, roster, columns)
    return distribute(repository, form, read, wishes, progress or _unseen)


def on_cluster(address: str) -> AbstractContextManager[None]:
    """Let a cluster of dask.distributed do meanwhile what processes of this machine would.

    ``address`` is ``tls://HOST:PORT``; ``XLSYNC_CLUSTER_CERTS`` names the folder of certificates
    (docs/scale.md). Few items, and what a repository has to be at hand for, are still done here.

    Raises:
        UsageError: when the address is none of ``tls://``.
        XlsyncError: when the cluster does not answer, has no workers, or some of another version;
            and inside the block, when it is lost while it works.
    """
    from xlsync.base.cluster import on_cluster

    return on_cluster(address)


def column_choices(form: Form) -> dict[str, str]:
    """What a column of a roster may be, by name: each field and ``id``, as people call it."""
    from xlsync.rounds.roster import column_choices

    return column_choices(form)


def collect(  # noqa: PLR0913 - what can be asked of a collection
    repository: Repository,
    round_name: str,
    paths: Iterable[Path],
    forms: Forms | None = None,
    *,
    returning: bool = False,
    replacing: bool = False,
    is_new: bool = False,
    correcting: bool = False,
    is_preview: bool = False,
    progress: Progress | None = None,
    told: Callable[[ReceivedFile], None] | None = None,
) -> Collection:
    """Read returned files, folders and archives into a round, as one commit.

    ``returning`` prepares what goes back, for :func:`write_returned`; ``replacing`` lets a file
    count as it is, whole, where it is the only one of its record; ``correcting`` takes records
    that answer no issue (JSON, text) as corrections by the coordinator; ``is_new`` begins a round
    that the repository does not have, where it has others; ``is_preview`` writes nothing. Review
    workbooks and ledgers are taken first. The
    result has an outcome for each form in each file. ``told`` is given each file as soon as it is
    read, before it is known what becomes of it.

    Raises:
        XlsyncError: when there is no such round, or the repository cannot be written.
    """
    from xlsync.rounds.returned.collecting import collect
    from xlsync.rounds.state.overview import check_may_begin

    check_may_begin(repository.snapshot(), round_name, is_new=is_new)
    return collect(
        repository,
        or_installed(forms),
        round_name,
        paths,
        progress or _unseen,
        returning=returning,
        replacing=replacing,
        correcting=correcting,
        is_preview=is_preview,
        told=told,
    )


def write_returned(  # noqa: PLR0913 - what can be asked of it
    repository: Repository,
    collection: Collection,
    folder: Path,
    forms: Forms | None = None,
    *,
    mailed: bool = False,
    zipped: bool = False,
    sender: str | None = None,
    contact: str | None = None,
) -> list[Path]:
    """Write what goes back after a collection: copies to correct, conflicts to decide.

    The same file gives the same copy; where another one of its name is there, a number keeps the
    two apart. ``mailed`` writes a mail draft and a letter a unit too, with its copies; ``zipped``
    puts what goes to a unit into one archive; ``sender`` signs, answers go to ``contact``.

    Raises:
        XlsyncError: when one cannot be written, or does not say what was read.
    """
    from xlsync.base.files import put_files
    from xlsync.rounds.state.notices import About, documents, returned_to_units

    at_hand = or_installed(forms)
    outcomes = []

    def going() -> Iterator[tuple[str, bytes]]:
        for one in collection.copies:
            outcomes.append(one.outcome)
            yield one.name, one.data

    made = put_files(folder, going())
    waiting = [(collection.round, collection.disputed())]
    conflicts = _write_conflicts(repository, folder, at_hand, waiting)
    if not (mailed or zipped) or not made:
        return made + conflicts
    snapshot = repository.snapshot()
    about = About(collection.round, documents(at_hand, snapshot, collection.round), contact)
    names = (path.name for path in made)
    notices = returned_to_units(snapshot, about, zip(outcomes, names, strict=True))
    return made + conflicts + _write_drafts(folder, notices, sender, zipped=zipped)


def _write_drafts(
    folder: Path, notices: Sequence[Notice], sender: str | None, *, zipped: bool
) -> list[Path]:
    """A draft and a letter a unit for workbooks that stand in the folder."""
    from datetime import date

    from xlsync.report.notices.mailing import Post, write_post

    def workbooks(notice: Notice) -> list[tuple[str, bytes]]:
        return [(one.file, (folder / one.file).read_bytes()) for one in notice.items if one.file]

    day = date.today().isoformat()  # noqa: DTZ011 - the office's day
    return write_post(folder, notices, workbooks, Post(sender, day, zipped=zipped, of_many=True))


def write_conflicts(repository: Repository, folder: Path, forms: Forms | None = None) -> list[Path]:
    """Write a workbook for each conflict of any round that waits for a decision.

    Raises:
        XlsyncError: when one cannot be written.
    """
    from xlsync.repository.layout import CONFLICTS

    snapshot = repository.snapshot()
    waiting = [(name, snapshot.names(f"{CONFLICTS}/{name}")) for name in snapshot.rounds()]
    return _write_conflicts(repository, folder, or_installed(forms), waiting)


def _write_conflicts(
    repository: Repository,
    folder: Path,
    forms: Forms,
    waiting: Iterable[tuple[str, Iterable[str]]],
) -> list[Path]:
    from xlsync.base.files import put_files
    from xlsync.report.books.conflict_book import conflict_workbooks

    return put_files(folder, conflict_workbooks(repository, forms, waiting))


def join(
    repository: Repository, revision: str, forms: Forms | None = None, *, removing: bool = False
) -> JoinResult:
    """Join what another coordinator did, once it was fetched: a branch, tag or commit.

    ``removing`` takes it also where it took out half of a round or more.

    Raises:
        XlsyncError: when there is no such line, or the two cannot be joined.
    """
    from xlsync.rounds.sharing.joining import join

    return join(repository, or_installed(forms), revision, removing=removing)


def sync(  # noqa: PLR0913 - what can be asked of an exchange
    repository: Repository,
    location: str,
    forms: Forms | None = None,
    *,
    removing: bool = False,
    bringing: bool = False,
    is_preview: bool = False,
    agreed: Meeting | None = None,
    progress: Progress | None = None,
) -> Synced:
    """Exchange everything with a repository in a folder or at a URL; see :func:`join`.

    ``removing`` takes it also where the others took out half of a round or more, ``bringing``
    also originals that are lacking here. With ``is_preview`` nothing is joined or sent; what is
    returned says where both ``met``, and given as ``agreed`` that makes sure that nothing else
    is done than what was seen. ``progress`` is told before each step; what it raises ends it.

    Raises:
        RemovalError: when they did, and ``removing`` does not say that this is meant.
        UnseenError: when one of the two does not stand where it was agreed.
        XlsyncError: when it cannot be reached, read or written.
    """
    from xlsync.base.acting import previewing
    from xlsync.rounds.sharing.syncing import sync

    with previewing(wanted=is_preview):
        return sync(
            repository,
            or_installed(forms),
            location,
            removing=removing,
            bringing=bringing,
            agreed=agreed,
            progress=progress or _unseen,
        )


def _unseen(_done: int, _all: int) -> None:
    """Progress that nobody watches."""
