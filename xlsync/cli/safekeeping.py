"""The commands check, backup, recover, upgrade: what keeps a repository safe and readable."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.base.acting import is_preview
from xlsync.cli.context import Settings, pass_settings, print_report, write_json
from xlsync.cli.ending import FOUND_ERRORS
from xlsync.cli.options import PATH, dry_run_option, force_option, json_option, repo_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.option(
    "--tidy",
    "is_tidying",
    is_flag=True,
    help="Remove what killed writes have left in the repository's own folder of originals "
    "two weeks ago or longer.",
)
@json_option
@dry_run_option
@repo_option()
@pass_settings
def check(settings: Settings, *, is_tidying: bool, as_json: bool) -> None:
    """Verify the repository whole.

    Every object of the history is read and compared with its name; so are the records, receipts
    and originals of the last version. Exit code 1 when something is wrong.

    Where originals lie beside the repository, files that nothing in it names are told; --tidy
    removes them.
    """
    from xlsync.report.words.sentences import soundness_lines

    with settings.repository() as repository:
        found = api.check(repository, tidy=is_tidying)
    if as_json:
        unneeded = found.unneeded.as_json() if found.unneeded else None
        write_json(asdict(found) | {"unneeded": unneeded})
    else:
        print_report(soundness_lines(found, is_tidying=is_tidying))
    if not found.is_sound:
        sys.exit(FOUND_ERRORS)


@click.command()
@click.argument("file", metavar="FILE", type=PATH)
@force_option
@dry_run_option
@repo_option()
@pass_settings
def backup(settings: Settings, file: Path, *, force: bool) -> None:
    """Write the whole repository, with its history and all originals, into one file.

    The file is read back before it counts. It is a git bundle: `git clone FILE` reads it too. Where
    originals lie beside the repository, it is a tar file of the bundle and of them; exit code 1
    when one of them is lost.
    """
    with settings.repository() as repository:
        lost = api.backup(repository, file, force=force)
    told = f"将备份到 {file}。" if is_preview() else f"已备份到 {file}，并已读回核对。"
    click.echo(told)
    for one in lost:
        click.echo(f"备份里没有：{one}")
    if lost:
        sys.exit(FOUND_ERRORS)


@click.command()
@click.argument("file", metavar="FILE", type=PATH)
@click.argument("folder", metavar="DIR", type=PATH)
@dry_run_option
def recover(file: Path, folder: Path) -> None:
    """Make a repository of a backup, in a folder DIR that is new or empty."""
    if is_preview():
        api.check_backup(file, folder)
        click.echo(f"备份完整，可以恢复到 {folder.resolve()}。")
        return
    api.recover(file, folder).close()
    click.echo(f"已恢复到 {folder.resolve()}；可用 `xlsync -R {folder} check` 检查。")


@click.command()
@click.option(
    "--originals",
    "place",
    metavar="PLACE",
    help="Keep received files beside git from now on: `beside`, or an address (s3://…).",
)
@json_option
@dry_run_option
@repo_option()
@pass_settings
def upgrade(settings: Settings, place: str | None, *, as_json: bool) -> None:
    """Bring the repository to the newest format.

    One commit holds the same as the one before, which is compared file by file first; nothing
    that stands in the history is changed. Whoever shares the repository needs a version of
    xlsync that knows the format: let them update first.

    With --originals the files that came stand no longer in git, but in a folder of the repository
    or in a store that several share; git keeps their SHA-256. A clone is small then, and `sync`
    exchanges them. An address has to be named in your own settings too (git config --global
    --add xlsync.originals ADDRESS), and needs xlsync[store].
    """
    from xlsync.report.words.sentences import upgraded_lines

    if place:
        api.check_originals_place(place)
    with settings.repository() as repository:
        done = api.upgrade(repository)
        moved = api.move_originals(repository, place) if place else None
    if as_json:
        write_json(done.as_json() | {"originals": moved.as_json() if moved else None})
    else:
        print_report(upgraded_lines(done, moved))
