"""Papers of a round: all filled forms as one PDF; what a reviewer sees, and his word on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.api.form_files import or_installed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from xlsync.base.workers import Progress
    from xlsync.form import Forms
    from xlsync.report.books.review_book import ReviewRow
    from xlsync.repository import Repository
    from xlsync.rounds.checking.papers import PaperTaken
    from xlsync.rounds.checking.reviewing import Word


def print_round(  # noqa: PLR0913 - what can be asked of a print
    repository: Repository,
    round_name: str,
    path: Path,
    forms: Forms | None = None,
    *,
    unit: str | None = None,
    under: str | None = None,
    force: bool = False,
    is_preview: bool = False,
    progress: Progress | None = None,
) -> int:
    """Write what a round accepted as one PDF, in the order of the roster; how many forms it holds.

    ``unit`` leaves only units whose name holds this text, ``under`` one unit of the list of units
    and all below it. There is a bookmark for each unit and each project.

    Raises:
        XlsyncError: when nothing was accepted, LibreOffice or pypdf is not there, or the file
            cannot be written or is there already without ``force``.
    """
    from xlsync.base.files import put_file, refuse_existing
    from xlsync.exchange.printing import PrintedForm, print_forms
    from xlsync.rounds.state.exporting import accepted, by_roster

    if not force:
        refuse_existing([path])
    found = accepted(or_installed(forms), repository.snapshot(), round_name, under)
    items = [
        PrintedForm(form, record, form.group(record), form.title(record))
        for form, _, record in by_roster(found, unit)
    ]
    if is_preview:
        return len(items)
    data = print_forms(items, progress or (lambda _, __: None)) if items else None
    if data is not None:
        put_file(path, data, force=force)
    return len(items)


def write_review(  # noqa: PLR0913 - what can be asked of a review
    repository: Repository,
    round_name: str,
    folder: Path,
    forms: Forms | None = None,
    *,
    unit: str | None = None,
    force: bool = False,
    is_preview: bool = False,
) -> Path:
    """Write the workbook on which a reviewer says what he thinks of each project; its path.

    It is collected like any file; a word counts for the content that the reviewer saw. With
    ``is_preview`` nothing is written.

    Raises:
        XlsyncError: when nothing was accepted, or it cannot be written or is there already
            without ``force``.
    """
    from xlsync.base.files import put_file, refuse_existing, safe_name
    from xlsync.report.books.review_book import review_workbook
    from xlsync.repository.sealing import ensure_seal, seal_keys
    from xlsync.rounds.state.exporting import accepted
    from xlsync.rounds.state.status import check_unit

    if not is_preview:
        ensure_seal(repository, round_name)
    snapshot = repository.snapshot()
    found = accepted(or_installed(forms), snapshot, round_name)
    name = f"审核意见表_{round_name.replace('/', '-')}{f'_{unit}' if unit else ''}"
    path = folder / safe_name(name, suffix=".xlsx")
    check_unit(unit, (entry.group for entry in found.entries))
    if is_preview:
        refuse_existing([path][force:])
        return path
    put_file(path, review_workbook(found, seal_keys(snapshot)[0], unit), force=force)
    return path


def review_rows(
    repository: Repository,
    round_name: str,
    records: Iterable[str],
    forms: Forms | None = None,
) -> list[ReviewRow]:
    """What a reviewer has to see of some accepted records of a round, by their ids.

    One that was not accepted, or whose form is not at hand, is left out.
    """
    from xlsync.report.books.review_book import review_row

    snapshot, at_hand = repository.snapshot(), or_installed(forms)
    entries = snapshot.records(round_name)
    found = [entries[one] for one in records if one in entries]
    named = ((one, at_hand.get(str(snapshot.record(one).get("form")))) for one in found)
    return [review_row(form, snapshot, round_name, one) for one, form in named if form]


def review(
    repository: Repository, round_name: str, words: Sequence[Word], *, by: str | None = None
) -> PaperTaken:
    """Take a reviewer's words, each bound to the content that was seen, as one commit.

    ``words`` are :class:`xlsync.rounds.checking.reviewing.Word`; see :func:`review_word`. Where a
    record has changed since, its word is not taken, and a problem of the result says so.

    Raises:
        XlsyncError: when there is no such round, or a verdict is none or lacks its reason.
    """
    from xlsync.rounds.checking.reviewing import put_review
    from xlsync.rounds.state.receipts import now

    return put_review(repository, round_name, words, now(), by=by)


def review_word(record: str, verdict: str, reason: str, saw: str) -> Word:
    """A word for :func:`review`: 通过, 有条件通过 or 退回; ``saw`` is that of the row seen."""
    from xlsync.rounds.checking.reviewing import Word

    return Word(record, verdict, reason.strip(), saw)
