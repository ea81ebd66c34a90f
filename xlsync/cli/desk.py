"""The command desk: the coordinator's page on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from xlsync.base.acting import is_preview
from xlsync.cli.context import Settings, pass_settings
from xlsync.cli.options import PATH, dry_run_option, forms_option, repo_option

_DESKTOP = Path()


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="N",
    help="The port; without one, any that is free.",
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser; print the address only.")
@click.option(
    "--shortcut",
    "shortcut",
    metavar="[DIR]",
    is_flag=False,
    flag_value=str(_DESKTOP),
    type=PATH,
    help="Write a file that starts the page by a double click, and end; by default on the desktop.",
)
@click.option(
    "--force", is_flag=True, help="With --shortcut: write over one that is there already."
)
@dry_run_option
@repo_option()
@forms_option()
@pass_settings
def desk(
    settings: Settings, *, port: int, no_browser: bool, shortcut: Path | None, force: bool
) -> None:
    """Serve the coordinator's page on this machine, and open it in the browser.

    Only this machine can see it, and only who has the address that is printed first. Without a
    repository, the page offers to make one or to open one. It ends with Ctrl+C, or by its own
    button.
    """
    from xlsync.desk import serve, write_shortcut

    # Without a word on where the repository is, the page may ask.
    folder = None if settings.repo == Path() else settings.repo.resolve()
    forms = settings.forms_folder.resolve() if settings.forms_folder else None
    if shortcut is not None:
        named = ["--repo", str(folder)] if folder else []
        named += ["--forms", str(forms)] if forms else []
        target = None if shortcut == _DESKTOP else shortcut
        click.echo(str(write_shortcut(target, ["desk", *named], force=force)))
        return
    if is_preview():
        return
    serve(folder, forms, port=port, browser=not no_browser, tell=click.echo)
