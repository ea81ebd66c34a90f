"""Taking back what a collection, a distribution or a decision did, by a new commit.

What was touched since then stays as it is, and is named: a record that moved on, a workbook that
was answered. The history keeps everything; an undoing can be undone in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.base.files import safe_text
from xlsync.repository import is_round, until_committed
from xlsync.rounds.ceilings import WORD as CEILINGS
from xlsync.rounds.choosing import CHOSEN
from xlsync.rounds.decisions import Act
from xlsync.rounds.ticking import TICK, UNTICK
from xlsync.rounds.undoing_round import NotUndone, Reversal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlsync.base.record import Json
    from xlsync.form import Form
    from xlsync.repository import Commit, Repository

UNDO = "撤销"
_COLLECTION = "收集"
_WORDS = (
    *(_COLLECTION, "下发", "截止日期", CHOSEN, CEILINGS, TICK, UNTICK),
    *(one.word for one in Act),
)
_TRAILER = "Xlsync-Undoes"


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, or would be: the commit, what stays, and the new commit.

    ``count`` is how many projects go back to what they were before.
    """

    target: Commit
    count: int
    kept: tuple[NotUndone, ...]
    commit: str | None
    is_preview: bool = False

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

    Raises:
        XlsyncError: when there is nothing to take back, or the commit did something else.
    """

    def once() -> Undone:
        target = _target(repository, revision)
        work = Reversal(forms, target.message.split(maxsplit=1)[0] == _COLLECTION)
        lines = [f"{UNDO} {target.message.partition(chr(10))[0]}", "", safe_text(reason)]
        message = "\n".join([*lines, "", f"{_TRAILER}: {target.commit}"])
        commit = repository.revert(target.commit, work, message, is_preview=is_preview)
        return Undone(target, len(work.undone), tuple(work.kept.values()), commit, is_preview)

    return until_committed(once)


def undone_commits(history: Iterable[Commit]) -> set[str]:
    """The commits that were taken back, from a history that begins with the newest."""
    found: set[str] = set()
    for one in history:
        undone = one.trailers.get(_TRAILER)
        if undone and one.commit not in found:
            found.add(undone)
    return found


def _target(repository: Repository, revision: str | None) -> Commit:
    history = repository.history()
    undone = undone_commits(history)
    if revision is None:
        found = next((one for one in history if _can_be(one) and one.commit not in undone), None)
        if found is None:
            raise XlsyncError("没有可以撤销的收集、下发或更正")
        return found
    commit = repository.snapshot(revision).commit
    found = next((one for one in history if one.commit == commit), None)
    if found is None or not (_can_be(found) or found.message.startswith(f"{UNDO} ")):
        raise XlsyncError(f"{revision} 不是一次收集、下发或更正，不能撤销")
    if commit in undone:
        raise XlsyncError(f"{revision} 已经撤销过了")
    return found


def _can_be(commit: Commit) -> bool:
    word, _, rest = commit.message.partition(" ")
    return word in _WORDS and is_round(rest.partition("：")[0].split("\n", maxsplit=1)[0])
