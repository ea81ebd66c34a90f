"""Workbooks in which a person decides where versions contradict each other, written to a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from xlsync.cli.context import Settings
    from xlsync.repository import Repository


def write_conflicts(
    settings: Settings,
    repository: Repository,
    folder: Path,
    waiting: Iterable[tuple[str, Iterable[str]]],
) -> list[Path]:
    """Write a workbook for each conflict; one that is there already is written anew.

    ``waiting`` are rounds, each with the ids of records of which something may wait.
    """
    from xlsync.base.files import write_file
    from xlsync.report.conflict_book import conflict_workbook
    from xlsync.rounds.returning import dispute_names, disputes

    found = [
        one
        for name, record_ids in waiting
        for one in disputes(repository, settings.forms, name, record_ids)
    ]
    written = []
    for name, one in zip(dispute_names(found), found, strict=True):
        write_file(folder / name, conflict_workbook(one.form, one.note, one.merged, one.key))
        written.append(folder / name)
    return written
