"""What a coordinator decides: corrections, cancelled projects, dates, and taking things back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.api.form_files import or_installed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsync.form import Forms
    from xlsync.repository import Repository
    from xlsync.rounds.checking.ticking import RoundWarning, Ticked
    from xlsync.rounds.deciding.coordinator import Coordinator
    from xlsync.rounds.deciding.undoing import Undone
    from xlsync.rounds.state.closing import Closed, Closure
    from xlsync.rounds.state.overview import RoundState


def coordinator(
    repository: Repository,
    forms: Forms | None = None,
    *,
    by: str | None = None,
    is_preview: bool = False,
) -> Coordinator:
    """One who decides: correct, move, rename, cancel, restore, deadline; each with a reason.

    ``by`` is a name, by default git's ``user.name`` or that of the login. With ``is_preview``
    every decision says what it would do, and writes nothing.
    """
    from xlsync.rounds.deciding.coordinator import Coordinator

    return Coordinator(repository, or_installed(forms), by, is_preview)


def close_round(
    repository: Repository,
    round_name: str,
    *,
    reason: str,
    by: str | None = None,
    is_preview: bool = False,
) -> Closed:
    """Close a round: what comes later is told and kept, and nothing of the round changes.

    ``by`` is a name, by default git's ``user.name`` or that of the login.

    Raises:
        XlsyncError: when there is no such round, or no reason.
    """
    from xlsync.rounds.state.closing import Gate, put_closing

    return put_closing(repository, round_name, Gate.CLOSE, reason, by=by, is_preview=is_preview)


def reopen_round(
    repository: Repository,
    round_name: str,
    *,
    reason: str,
    by: str | None = None,
    is_preview: bool = False,
) -> Closed:
    """Open a closed round again; what came meanwhile gets in when it is collected again.

    Raises:
        XlsyncError: when there is no such round, or no reason.
    """
    from xlsync.rounds.state.closing import Gate, put_closing

    return put_closing(repository, round_name, Gate.REOPEN, reason, by=by, is_preview=is_preview)


def round_closing(repository: Repository, round_name: str) -> Closure | None:
    """Who closed a round, when and why; None while it is open."""
    from xlsync.rounds.state.closing import closed

    return closed(repository.snapshot(), round_name)


def undo(
    repository: Repository,
    revision: str | None = None,
    forms: Forms | None = None,
    *,
    reason: str = "",
    is_preview: bool = False,
) -> Undone:
    """Take back the last collection, distribution or decision, or that of a commit.

    What happened since to the same projects is kept and named in the result.

    Raises:
        XlsyncError: when there is nothing to take back, or the commit did something else.
    """
    from xlsync.rounds.deciding.undoing import undo

    return undo(repository, or_installed(forms), revision, reason, is_preview=is_preview)


def steps(repository: Repository) -> dict[str, bool]:
    """Every commit that :func:`undo` takes back where it is named, and whether it is undone now."""
    from xlsync.rounds.deciding.undoing import steps

    return steps(repository)


def round_warnings(
    repository: Repository,
    round_name: str,
    forms: Forms | None = None,
    *,
    under: str | None = None,
) -> list[RoundWarning]:
    """The warnings of what a round accepted, in the order of the roster.

    ``is_open`` of each tells whether nobody has ticked it off yet. ``under`` keeps the projects
    of one unit and of all below it in the list of units.

    Raises:
        XlsyncError: when there is no such round or unit.
    """
    from xlsync.rounds.checking.ticking import round_warnings
    from xlsync.rounds.kept.units import unit_tree

    wanted = unit_tree(repository.snapshot()).filter(under)
    return round_warnings(repository, or_installed(forms), round_name, wanted)


def tick(  # noqa: PLR0913 - what can be said of it
    repository: Repository,
    round_name: str,
    marks: Iterable[str],
    forms: Forms | None = None,
    *,
    by: str | None = None,
    is_done: bool = True,
    is_preview: bool = False,
) -> Ticked:
    """Tick warnings of a round off, each by its ``mark``, as one commit.

    With ``is_done`` false that is taken back; with ``is_preview`` nothing is written. ``by`` is a
    name, by default git's ``user.name`` or that of the login. What stood so already is no news;
    marks of no warning are returned.

    Raises:
        XlsyncError: when there is no such round, or the repository cannot be written.
    """
    from xlsync.rounds.checking.ticking import tick

    at_hand = or_installed(forms)
    how = {"is_done": is_done, "is_preview": is_preview}
    return tick(repository, at_hand, round_name, marks, by=by, **how)


def named_marks(warnings: Iterable[RoundWarning], texts: Iterable[str]) -> list[str]:
    """The marks of warnings that people call by the beginnings of these.

    Raises:
        UsageError: when no warning, or more than one, begins so.
    """
    from xlsync.rounds.checking.ticking import named_marks

    return named_marks(warnings, texts)


def round_states(repository: Repository) -> Sequence[RoundState]:
    """Every round of a repository, each with where its projects stand, the earliest first."""
    from xlsync.rounds.state.overview import overview

    return overview(repository.snapshot())
