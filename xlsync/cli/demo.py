"""The command that walks the whole way on the samples."""

from __future__ import annotations

from pathlib import Path

import click

from xlsync.cli.context import Settings, print_report


@click.command()
@click.argument("folder", metavar="[DIR]", default="xlsync-demo", type=click.Path(path_type=Path))
@click.pass_obj
def demo(settings: Settings, folder: Path) -> None:
    """Walk the whole way on the sixteen sample forms; everything it makes stays in DIR."""
    from xlsync.demo import run

    run(settings.forms, folder, print_report)
