"""The command desk: the coordinator's page on this machine."""

from __future__ import annotations

import click

from xlsync.cli.context import Settings, pass_settings
from xlsync.cli.options import forms_option, repo_option


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="N",
    help="The port; without one, any that is free.",
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser; print the address only.")
@repo_option()
@forms_option()
@pass_settings
def desk(settings: Settings, *, port: int, no_browser: bool) -> None:
    """Serve the coordinator's page on this machine, and open it in the browser.

    Only this machine can see it, and only who has the address that is printed first. Without a
    repository, the page offers to make one or to open one. It ends with Ctrl+C, or by its own
    button.
    """
    from xlsync.desk import serve

    serve(
        settings.repo,
        settings.forms_folder,
        port=port,
        browser=not no_browser,
        tell=click.echo,
    )
