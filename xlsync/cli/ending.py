"""How a run ends when it does not go to its end: in one line and a code, never a traceback."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import click

from xlsync.base.acting import acting
from xlsync.base.errors import MistypedError, UsageError, XlsyncError
from xlsync.base.language import told
from xlsync.cli.speaking import localize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import IO, TypeGuard

FOUND_ERRORS = 1
WRONG_USAGE = 2
BROKEN_SETUP = 3
INTERRUPTED = 130
READER_GONE = 141
"""What shells say of a program that SIGINT or SIGPIPE ended."""


class BrokenSetup(click.ClickException):
    """What :class:`XlsyncError` is to click: one line on standard error, exit code 3."""

    exit_code = BROKEN_SETUP

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line; what would break it or drive the terminal is written out."""
        from xlsync.report.words.lines import visible

        click.echo(f"xlsync: {visible(told(self.message))}", file=file, err=file is None)


class Mistyped(BrokenSetup):
    """What :class:`MistypedError` is to click: the same line, as wrong usage."""

    exit_code = WRONG_USAGE


class Program(click.Group):
    """The group of all commands, which knows how their failures end, and in which language.

    ``homes`` names for each command the module of this package that holds it.
    """

    def __init__(self, *args: Any, homes: Mapping[str, str], **kwargs: Any) -> None:
        """Import no command yet."""
        super().__init__(*args, **kwargs)
        self._homes = homes

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        """The names of all commands."""
        return sorted(self._homes)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command, imported now and described in the language that is spoken."""
        if cmd_name not in self.commands and cmd_name in self._homes:
            home = import_module(f"{__package__}.{self._homes[cmd_name]}")
            self.add_command(next(one for one in vars(home).values() if _is_named(one, cmd_name)))
        command = super().get_command(ctx, cmd_name)
        return localize(command, cmd_name) if command else None

    def get_help(self, ctx: click.Context) -> str:
        """What there is, in the language that is spoken."""
        localize(self, "")
        return super().get_help(ctx)

    def main(self, args: Sequence[str] | None = None, *more: Any, **extra: Any) -> Any:  # noqa: ANN401 - click's own signature
        """Run the program to its end, whatever ends it: in options, at work, in the last words."""
        run: Any = super().main
        if not extra.pop("standalone_mode", True):
            return run(args, *more, standalone_mode=False, **extra)
        with _endings(), acting(self._words(args)):
            found = run(args, *more, standalone_mode=False, **extra)
            sys.exit(found if isinstance(found, int) else 0)

    def _words(self, args: Sequence[str] | None) -> list[str]:
        """The command that is called, with its options and without those in front of it."""
        words = [str(one) for one in (sys.argv[1:] if args is None else args)]
        at = next((at for at, word in enumerate(words) if word in self._homes), len(words))
        return words[at:]

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the options; help and version are printed meanwhile."""
        with _unmasked():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run a command."""
        try:
            with _unmasked():
                return super().invoke(ctx)
        except MistypedError as error:
            raise Mistyped(str(error)) from None
        except UsageError as error:
            raise click.UsageError(told(str(error)), _invoked(ctx)) from None
        except XlsyncError as error:
            raise BrokenSetup(str(error)) from None


class _Passing(Exception):  # noqa: N818 - it only carries another one
    """An error on its way through click, which would end the run in its own way."""

    def __init__(self, error: OSError | KeyboardInterrupt) -> None:
        super().__init__(str(error))
        self.error = error


@contextmanager
def _unmasked() -> Iterator[None]:
    try:
        yield
    except (OSError, KeyboardInterrupt) as error:
        raise _Passing(error) from error


@contextmanager
def _endings() -> Iterator[None]:
    """Let a run end in one line and a code, whatever is raised in it."""
    try:
        try:
            yield
        finally:
            # What waits in the buffer is written while its failure can still be told.
            sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort, OSError, _Passing) as error:
        _end(error.error if isinstance(error, _Passing) else error)


def _end(error: BaseException) -> NoReturn:
    """End a run that was interrupted, or in which the system refused something."""
    if not isinstance(error, OSError):
        click.echo(told("xlsync: interrupted"), err=True)
        sys.exit(INTERRUPTED)
    _stop_writing()
    if is_reader_gone(error):
        sys.exit(READER_GONE)
    BrokenSetup(_in_words(error)).show()
    sys.exit(BROKEN_SETUP)


def _is_named(found: object, name: str) -> TypeGuard[click.Command]:
    return isinstance(found, click.Command) and found.name == name


def _invoked(ctx: click.Context) -> click.Context:
    """The context of the command that was called, for its usage line."""
    name = ctx.invoked_subcommand
    command = (
        ctx.command.get_command(ctx, name)
        if name and isinstance(ctx.command, click.Group)
        else None
    )
    return click.Context(command, info_name=name, parent=ctx) if command else ctx


def prepare_streams() -> None:
    """Let no character end the program: what a stream's encoding lacks is written as an escape."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
        elif stream is None:
            # Closed by whoever started the program; what it prints goes nowhere.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - a device, for good


def is_reader_gone(error: OSError) -> bool:
    """Whether standard output is a pipe that nobody reads any more."""
    # Windows has no word of its own for that.
    codes = {errno.EPIPE, errno.EINVAL} if os.name == "nt" else {errno.EPIPE}
    return error.errno in codes and error.filename is None


def _stop_writing() -> None:
    """Send what is still in the buffer of standard output nowhere, or Python would say more."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return  # a stream of a program that runs us, and its own affair


def _in_words(error: OSError) -> str:
    reason = told(error.strerror or str(error))
    return f"{error.filename}: {reason}" if error.filename else reason
