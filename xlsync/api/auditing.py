"""Auditing a round by rules beyond one record, and the ceiling list that they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.api.form_files import or_installed
from xlsync.base.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.form import Forms
    from xlsync.repository import Repository
    from xlsync.rounds.kept.findings import Audit
    from xlsync.rounds.sending.ceilings import CeilingLine, CeilingList


def audit(
    repository: Repository,
    round_name: str,
    forms: Forms | None = None,
    *,
    under: str | None = None,
) -> Audit:
    """Ask the rules of rounds that the forms have of what a round accepted.

    ``under`` keeps what is found about one unit and all below it; sums count all units.

    Raises:
        XlsyncError: when there is no such round or unit, or a form of it is missing.
    """
    from xlsync.rounds.checking.auditing import audit
    from xlsync.rounds.kept.units import unit_tree

    snapshot = repository.snapshot()
    return audit(or_installed(forms), snapshot, round_name, unit_tree(snapshot).filter(under))


def write_audit(path: Path, made: Audit, *, force: bool = False) -> None:
    """Write an audit as a workbook (.xlsx), by unit; with ``force`` over one that is there.

    Raises:
        UsageError: when the file is not called .xlsx.
        XlsyncError: when it cannot be written, or is there already without ``force``.
    """
    from xlsync.base.files import put_file
    from xlsync.report.books.audits import audit_workbook

    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path}：核查结果是工作簿，文件名请以 .xlsx 结尾")
    put_file(path, audit_workbook(made), force=force)


def read_ceilings(repository: Repository, path: Path, forms: Forms | None = None) -> CeilingList:
    """Read a ceiling list (控制数): a row a unit, a column for each heading that a rule names.

    The result holds the ceilings in 元, and everything that is wrong with the list.
    """
    from xlsync.rounds.sending.ceilings import check_units, open_ceilings

    found = open_ceilings(or_installed(forms), path)
    check_units(repository.snapshot(), found)
    return found


def keep_ceilings(
    repository: Repository,
    round_name: str,
    lines: list[CeilingLine],
    *,
    is_new: bool = False,
    is_preview: bool = False,
) -> str | None:
    """Keep the ceilings of a round in place of the former ones.

    The commit is returned, None where they were the same or ``is_preview`` writes nothing.

    Raises:
        XlsyncError: when the repository has other rounds and not this one (unless ``is_new``), or
            cannot be written.
    """
    from xlsync.rounds.sending.ceilings import keep_ceilings

    return keep_ceilings(repository, round_name, lines, is_new=is_new, is_preview=is_preview)


def ceilings(repository: Repository, round_name: str) -> list[CeilingLine]:
    """The ceilings that are kept for a round; none where there is no list.

    Raises:
        UsageError: when there is no such round.
    """
    from xlsync.rounds.sending.ceilings import ceilings
    from xlsync.rounds.state.status import check_known

    snapshot = repository.snapshot()
    check_known(snapshot, round_name)
    return ceilings(snapshot, round_name)
