"""The whole way on the samples: text, records, workbooks, two rounds, status and diff.

Everything it makes stays in one folder, so that a newcomer can open it and go on from there.
"""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.demo.walk import run
from xlsync.form.catalogue import data_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from xlsync.form import Form

__all__ = ["run", "run_season"]


def run_season(
    forms: Mapping[str, Form],
    folder: Path,
    print_report: Callable[..., None],
    run_command: Callable[[list[str]], int],
) -> None:
    """Play the season of the examples in a folder that is new or empty.

    ``run_command`` runs a command of this program and returns its exit code.

    Raises:
        XlsyncError: when the folder holds something, a command ends otherwise than it should, or
            the examples are not there.
    """
    player = data_folder("examples") / "season" / "play.py"
    found = spec_from_file_location("xlsync_season", player) if player.is_file() else None
    if found is None or found.loader is None:
        message = "the season is not part of this installation; run it in a clone of the repository"
        raise XlsyncError(message)
    module = sys.modules[found.name] = module_from_spec(found)  # its models look themselves up
    found.loader.exec_module(module)
    module.play(forms, folder, print_report, run_command)
