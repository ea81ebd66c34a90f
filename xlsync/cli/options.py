"""Options and arguments that several commands share, each described once."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlsync import api
from xlsync.base.acting import previewing
from xlsync.base.language import LANGUAGES, speak, told
from xlsync.cli.context import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


class DayType(click.DateTime):
    """A day as people of an office write it, such as 2024-10-31."""

    def __init__(self) -> None:
        """Take one way of writing it."""
        super().__init__(["%Y-%m-%d"])

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's own signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401
        """The day; wrong usage, without the letters of programmers, when it is none."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(told(f"{value!r} is no day; write it such as 2024-10-31"), param, ctx)


DAY = DayType()


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


@contextmanager
def _preview() -> Iterator[None]:
    """Write nothing meanwhile, and say so at the end."""
    with previewing():
        try:
            yield
        except SystemExit:
            _tell_preview()
            raise
    _tell_preview()


def _tell_preview() -> None:
    click.echo(told("a dry run: nothing was written"), err=True)


def _begin_preview(context: click.Context, _: click.Parameter, value: bool) -> bool:  # noqa: FBT001 - click's own signature
    if value:
        context.with_resource(_preview())
    return value


def _preview_option(*, exposed: bool) -> Decorator:
    return click.option(
        "-n",
        "--dry-run",
        "is_preview",
        is_flag=True,
        callback=_begin_preview,
        expose_value=exposed,
        help="Only say what would be done; write nothing.",
    )


preview_option = _preview_option(exposed=True)
dry_run_option = _preview_option(exposed=False)
"""The same for commands that do the same in a preview, apart from writing."""

force_option = click.option(
    "--force", is_flag=True, help="Write over a file that is there already."
)

by_option = click.option(
    "--by",
    metavar="NAME",
    help="Who decides; by default git's user.name, or the name of the login.",
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


def _use_cluster(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value:
        context.with_resource(api.on_cluster(value))


cluster_option = click.option(
    "--cluster",
    metavar="tls://HOST:PORT",
    envvar="XLSYNC_CLUSTER",
    callback=_use_cluster,
    expose_value=False,
    help="Work on a cluster of dask.distributed; by default $XLSYNC_CLUSTER, or on this machine.",
)


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
