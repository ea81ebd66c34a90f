"""The commands merge and sync: joining what another coordinator did, and an exchange."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.base.acting import is_preview
from xlsync.cli.context import Settings, pass_settings, print_report, write_json
from xlsync.cli.ending import FOUND_ERRORS
from xlsync.cli.options import PATH, dry_run_option, forms_option, json_option, repo_option

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from xlsync.report.words.lines import Line
    from xlsync.repository import Repository
    from xlsync.rounds.sharing.joining import JoinResult
    from xlsync.rounds.sharing.syncing import Synced

_return_option = click.option(
    "--return",
    "folder",
    metavar="DIR",
    type=PATH,
    help="Write a workbook for each conflict that waits into this folder, to be decided.",
)

_removal_option = click.option(
    "--accept-removal",
    "removing",
    is_flag=True,
    help="Take it also where the other side took out half of a round or more.",
)


_originals_option = click.option(
    "--originals",
    "bringing",
    is_flag=True,
    help="Bring the originals that are lacking here, too, where they lie beside the repository.",
)


@click.command()
@click.argument("revision", metavar="REV")
@_return_option
@_removal_option
@dry_run_option
@json_option
@repo_option()
@forms_option()
@pass_settings
def merge(
    settings: Settings, revision: str, *, folder: Path | None, removing: bool, as_json: bool
) -> None:
    """Join what another coordinator did, once it was fetched with git.

    REV is the branch, tag or commit that was fetched. Records that both have changed are merged
    as collect merges what comes back; what contradicts waits for a decision. The branch moves
    on by one commit with two parents, or simply to REV where there is nothing of one's own.
    """
    from xlsync.report.words.sentences import joined_lines

    with settings.repository() as repository:
        joined = api.join(repository, revision, settings.forms, removing=removing)
        written = _written(repository, folder, settings)
    _tell(joined, joined_lines(joined, written), written, as_json=as_json)


@click.command()
@click.argument("remote", metavar="DIR|URL")
@_return_option
@_removal_option
@_originals_option
@dry_run_option
@json_option
@repo_option()
@forms_option()
@pass_settings
def sync(
    settings: Settings,
    remote: str,
    *,
    folder: Path | None,
    removing: bool,
    bringing: bool,
    as_json: bool,
) -> None:
    """Exchange everything with a repository that coordinators share.

    It lies in a folder, such as one on a network drive, or on a git server (https or ssh). What
    others have put there is fetched and joined as merge does, then what was done here is put
    there. Run it as often as you like; no git has to be installed.
    """
    from xlsync.report.words.sentences import synced_lines

    with settings.repository() as repository:
        synced = api.sync(repository, remote, settings.forms, removing=removing, bringing=bringing)
        written = _written(repository, folder, settings)
    _tell(synced, synced_lines(synced, written), written, as_json=as_json)


def _written(repository: Repository, folder: Path | None, settings: Settings) -> list[Path]:
    """The conflicts, written to be decided; in a preview those of the exchange are not there."""
    if folder is None or is_preview():
        return []
    return api.write_conflicts(repository, folder, settings.forms)


def _tell(
    result: JoinResult | Synced, lines: Iterable[Line], written: Iterable[Path], *, as_json: bool
) -> None:
    """Say what an exchange did; exit with 1 where something contradicts."""
    if as_json:
        write_json(result.as_json() | {"returned": [str(path) for path in written]})
    else:
        print_report(lines)
    if result.has_conflict:
        sys.exit(FOUND_ERRORS)
