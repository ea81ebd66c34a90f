"""A library of usual items: made from rounds, written as a workbook to be curated, taken back."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from xlsync.api.form_files import or_installed
from xlsync.base.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from xlsync.form import Forms
    from xlsync.form.library import Library
    from xlsync.repository import Repository
    from xlsync.rounds.sending.library import BuiltLibrary
    from xlsync.rounds.sending.library_curating import TakenLibrary


def build_library(
    repository: Repository,
    rounds: Iterable[str],
    forms: Forms | None = None,
    *,
    form_id: str | None = None,
    former: Library | None = None,
) -> BuiltLibrary:
    """Draw a library of usual items from what rounds accepted; nothing is written.

    ``form_id`` names the form whose tree the items are to fit, where the rounds have several. What
    a person did to a ``former`` library stays: dropped names, and entries written or changed.

    Raises:
        XlsyncError: when there is no such round or form, nothing was accepted, or trees differ.
    """
    from xlsync.rounds.sending.library import build_library

    at_hand = or_installed(forms)
    form = None if form_id is None else at_hand.find(form_id)
    return build_library(at_hand, repository.snapshot(), rounds, form, former)


def read_library(path: Path) -> Library:
    """A library as it stands in a file (TOML).

    Raises:
        FormError: naming key and place of what is wrong in it.
    """
    from xlsync.form.library import Library
    from xlsync.form.loading import load_toml

    return load_toml(path, Library)


def write_library(path: Path, library: Library, remark: str = "", *, force: bool = False) -> None:
    """Write a library as a file (TOML) that mappings name; ``remark`` stands above it.

    Raises:
        UsageError: when the file is not called .toml.
        XlsyncError: when it cannot be written, or is there already without ``force``.
    """
    from xlsync.base.files import put_file
    from xlsync.rounds.sending.library import library_text

    if path.suffix.lower() != ".toml":
        raise UsageError(f"{path}：指标库请以 .toml 命名")
    put_file(path, library_text(library, remark).encode(), force=force)


def write_library_review(path: Path, library: Library, *, force: bool = False) -> None:
    """Write a library as a workbook (.xlsx) on which a person curates it.

    Raises:
        UsageError: when the file is not called .xlsx.
        XlsyncError: when it cannot be written, or is there already without ``force``.
    """
    from xlsync.base.files import put_file
    from xlsync.report.books.library_book import library_workbook

    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path}：指标库整理表请以 .xlsx 命名")
    put_file(path, library_workbook(library), force=force)


def take_library(book: Path, path: Path, *, is_preview: bool = False) -> TakenLibrary:
    """Take a curated workbook into the file of its library; remarks at its head stay.

    Nothing is written where something is wrong with the workbook, nothing changed, or
    ``is_preview``.

    Raises:
        FormError: when the file of the library is wrong.
        XlsyncError: when it cannot be written.
    """
    from xlsync.rounds.sending.library_curating import take_library

    made = take_library(read_library(path), book)
    if made.changes and not made.is_refused and not is_preview:
        lines = path.read_text(encoding="utf-8").splitlines()
        remark = [one[1:] for one in takewhile(lambda one: one.startswith("#"), lines)]
        write_library(path, made.library, "\n".join(remark), force=True)
    return made
