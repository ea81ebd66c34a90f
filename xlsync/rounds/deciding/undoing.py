"""Taking back what a collection, a distribution or a decision did, by a new commit.

What was touched since then stays as it is, and is named: a record that moved on, a workbook that
was answered. The history keeps everything; an undoing can be undone in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.base.errors import MistypedError, XlsyncError
from xlsync.base.files import safe_text
from xlsync.repository import is_round, until_committed
from xlsync.rounds.checking.ticking import TICK, UNTICK
from xlsync.rounds.deciding.choosing import CHOSEN
from xlsync.rounds.deciding.undoing_round import NotUndone, Reversal
from xlsync.rounds.kept.decisions import UNDO, Act
from xlsync.rounds.sending.ceilings import WORD as CEILINGS
from xlsync.rounds.sharing.brought import NOTHING, Brought, brought
from xlsync.rounds.sharing.joining import JOIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlsync.base.record import Json
    from xlsync.form import Form
    from xlsync.repository import Commit, Repository

_COLLECTION = "收集"
_WORDS = (
    *(_COLLECTION, "下发", "截止日期", CHOSEN, CEILINGS, TICK, UNTICK),
    *(one.word for one in Act),
)
_IF_NAMED = (f"{UNDO} ", f"{JOIN} ")
"""Commits that are taken back where somebody names them."""
_TRAILER = "Xlsync-Undoes"


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, or would be: the commit, what stays, and the new commit.

    ``count`` is how many projects go back to what they were before. ``brings`` is what a join had
    brought to the line that it went on; it is empty for everything else. ``passed_over`` is the
    join that came after the target, where nobody named a commit: a join is never meant silently.
    """

    target: Commit
    count: int
    kept: tuple[NotUndone, ...]
    commit: str | None
    is_preview: bool = False
    brings: Brought = NOTHING
    passed_over: str = ""

    @property
    def head(self) -> str:
        """What the commit was that is taken back, in a line."""
        return self.target.message.partition("\n")[0]

    def as_json(self) -> Json:
        """The undoing as ``xlsync undo --json`` prints it."""
        return {
            "undone": self.target.commit,
            "what": self.head,
            "time": self.target.time.isoformat(),
            "author": self.target.author,
            "records": self.count,
            "kept": [one.as_json() for one in self.kept],
            "commit": self.commit,
            "preview": self.is_preview,
            "brings": self.brings.as_json(),
            "passed_over": self.passed_over or None,
        }


def undo(
    repository: Repository,
    forms: Mapping[str, Form],
    revision: str | None = None,
    reason: str = "",
    *,
    is_preview: bool = False,
) -> Undone:
    """Take back what a commit did; by default the last one that can be and was not yet.

    A join is taken back where it is named: what stands goes back to what stood on the line that
    it went on. What the other side did stays in the history, and the undoing is shared like
    anything else, so that it goes back there too at the next exchange.

    Raises:
        XlsyncError: when there is nothing to take back, or the commit did something else.
    """

    def once() -> Undone:
        history = repository.history()
        target = _target(repository, history, revision)
        work = Reversal(forms, target.message.split(maxsplit=1)[0] == _COLLECTION)
        lines = [f"{UNDO} {target.message.partition(chr(10))[0]}", "", safe_text(reason)]
        message = "\n".join([*lines, "", f"{_TRAILER}: {target.commit}"])
        commit = repository.revert(target.commit, work, message, is_preview=is_preview)
        kept = tuple(work.kept.values())
        brings = NOTHING
        if target.is_join:
            sides = (repository.snapshot(one) for one in (target.parents[0], target.commit))
            brings = brought(*sides)
        passed_over = history[0].commit if revision is None and history[0].is_join else ""
        return Undone(target, len(work.undone), kept, commit, is_preview, brings, passed_over)

    return until_committed(once)


def undone_commits(history: Iterable[Commit]) -> set[str]:
    """The commits that were taken back, from a history that begins with the newest."""
    found: set[str] = set()
    for one in history:
        undone = one.trailers.get(_TRAILER)
        if undone and one.commit not in found:
            found.add(undone)
    return found


def steps(repository: Repository) -> dict[str, bool]:
    """Every commit that :func:`undo` takes back where it is named, and whether it is undone now."""
    history = repository.history()
    undone = undone_commits(history)
    return {one.commit: one.commit in undone for one in history if _can_be_named(one)}


def _target(repository: Repository, history: list[Commit], revision: str | None) -> Commit:
    undone = undone_commits(history)
    if revision is None:
        found = next((one for one in history if _can_be(one) and one.commit not in undone), None)
        if found is None:
            raise XlsyncError("没有可以撤销的收集、下发或更正")
        return found
    commit = repository.snapshot(revision).commit
    found = next((one for one in history if one.commit == commit), None)
    if found is None or not _can_be_named(found):
        raise MistypedError(f"{revision} 不是一次收集、下发、更正或合并，不能撤销")
    if commit in undone:
        raise MistypedError(f"{revision} 已经撤销过了")
    return found


def _can_be_named(commit: Commit) -> bool:
    return _can_be(commit) or commit.message.startswith(_IF_NAMED)


def _can_be(commit: Commit) -> bool:
    word, _, rest = commit.message.partition(" ")
    return word in _WORDS and is_round(rest.partition("：")[0].split("\n", maxsplit=1)[0])
