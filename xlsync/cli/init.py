"""The command init: a new repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.base.acting import is_preview
from xlsync.cli.context import Settings, pass_settings
from xlsync.cli.options import PATH, dry_run_option, repo_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=PATH)
@dry_run_option
@repo_option()
@pass_settings
def init(settings: Settings, folder: Path | None) -> None:
    """Make a new, empty repository.

    DIR is a folder that is new or empty; by default that of -R, or the current folder. The
    repository is a bare git repository: it can be cloned, pushed and pulled with git.
    """
    target = folder or settings.repo
    if is_preview():
        api.refuse_full(target)
        click.echo(f"将建立版本库：{target.resolve()}")
        return
    api.init(target).close()
    click.echo(f"版本库已建立：{target.resolve()}")
