"""Options and arguments that several commands share, each described once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlsync.base.language import LANGUAGES, speak, told
from xlsync.cli.context import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class PathType(click.Path):
    """A path that need not exist; an empty one is a shell variable that was not set."""

    def __init__(self) -> None:
        """Give a :class:`~pathlib.Path`."""
        super().__init__(path_type=Path)

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's own signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401
        """The path; wrong usage when it is empty, which would mean the current folder."""
        if value == "":
            self.fail(told("an empty name is no file or folder"), param, ctx)
        return super().convert(value, param, ctx)


PATH = PathType()


def _speak(_: click.Context, __: click.Parameter, value: str | None) -> None:
    speak(value)


lang_option = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    is_eager=True,
    expose_value=False,
    callback=_speak,
    help="The language of messages: zh or en; by default $XLSYNC_LANG, or zh.",
)
"""Behind the program's own name; it counts for help too, where it stands before that."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")

preview_option = click.option(
    "-n",
    "--dry-run",
    "is_preview",
    is_flag=True,
    help="Only say what would be done; write nothing.",
)

new_option = click.option(
    "--new", "is_new", is_flag=True, help="Begin a round that the repository does not have yet."
)
under_option = click.option(
    "--under", metavar="UNIT", help="Only this unit and those below it (see units)."
)
level_option = click.option(
    "--level",
    metavar="N",
    type=click.IntRange(min=1),
    help="Add up by the units of this level of the list of units; 1 is the highest.",
)
sender_option = click.option("--sender", metavar="TEXT", help="Who signs drafts and letters.")
zip_option = click.option("--zip", "zipped", is_flag=True, help="One archive for each unit.")


def forms_option() -> Decorator:
    """``--forms``, before a command or behind it."""
    return _setting(
        "--forms",
        "forms_folder",
        metavar="DIR",
        help="A folder with forms of your own: templates/ and mappings/.",
    )


def repo_option(envvar: str | None = None) -> Decorator:
    """``-R``, before a command or behind it; the variable counts where neither is given."""
    return _setting(
        "-R",
        "--repo",
        "repo",
        metavar="DIR",
        envvar=envvar,
        help="The repository; by default $XLSYNC_REPO or the current folder.",
    )


def _setting(*names: str, **more: Any) -> Decorator:
    """An option that lands in the settings under its last name and in no command's arguments."""

    def keep(context: click.Context, _: click.Parameter, value: Path | None) -> None:
        if value is not None:
            setattr(context.ensure_object(Settings), names[-1], value)

    return click.option(*names, type=PATH, callback=keep, expose_value=False, **more)
