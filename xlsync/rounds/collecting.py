"""Collecting returned files into a round: one commit, whatever came.

Who a record is stands inside the file; its name plays no part. What is accepted becomes the
round's version of the record, or a part of it; what is refused or contradicts it is kept as
received, and what was accepted before stays. A form in a file that was accepted once is not
applied again, so an older file that still lies in the folder takes nothing back.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from xlsync.base.files import safe_text
from xlsync.repository import Changes, MovedError, check_round
from xlsync.repository.sealing import seal_keys
from xlsync.rounds.arriving import Before, take_in
from xlsync.rounds.outcomes import Outcome, State
from xlsync.rounds.receipts import now
from xlsync.rounds.returning import copies, number_copies
from xlsync.rounds.settling import Settling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from xlsync.base.record import Json
    from xlsync.form import Form
    from xlsync.repository import Repository
    from xlsync.rounds.arriving import Arrived, Came
    from xlsync.rounds.reviewing import Reviewed

_ATTEMPTS = 20
"""Other collections may commit in between; each lost race is one attempt."""


@dataclass(frozen=True, slots=True)
class Collection:
    """What a collection did: one outcome a form, and the commit, None where nothing was new.

    ``resolved`` are the titles of records on which a version that had waited came to an end;
    ``passed`` are files that systems and office programs had left there; ``reviews`` is what
    came of review workbooks;
    ``copies`` makes name and bytes of each workbook that goes back for correction.
    """

    round: str
    outcomes: list[Outcome]
    commit: str | None
    resolved: tuple[str, ...] = ()
    passed: tuple[Path, ...] = ()
    reviews: tuple[Reviewed, ...] = ()
    copies: Iterator[tuple[str, bytes]] = field(default_factory=lambda: iter(()), compare=False)

    def as_json(self, returned: Iterable[Path] = ()) -> Json:
        """The collection as ``xlsync collect --json`` prints it, with what was written back."""
        return {
            "round": self.round,
            "commit": self.commit,
            "resolved": list(self.resolved),
            "returned": [str(path) for path in returned],
            "reviews": [one.as_json() for one in self.reviews],
            "forms": [one.as_json() for one in self.outcomes],
        }

    def disputed(self) -> set[str]:
        """The records of which something was not accepted, and may wait for a decision."""
        return {one.record_id for one in self.outcomes if one.record_id and not one.is_accepted}

    def counts(self) -> dict[State, int]:
        """How many forms ended in each state, in the order of the states."""
        counter = Counter(one.state for one in self.outcomes)
        return {state: counter[state] for state in State if counter[state]}


def collect(  # noqa: PLR0913 - what can be asked of a collection
    repository: Repository,
    forms: Mapping[str, Form],
    round_name: str,
    paths: Iterable[Path],
    progress: Callable[[int, int], None] = lambda _, __: None,
    *,
    returning: bool = False,
    replacing: bool = False,
    told: Callable[[Came], None] | None = None,
) -> Collection:
    """Read files, folders and archives and commit what came into a round.

    ``progress`` is told how many of how many files are read, ``told`` is given each of them;
    ``returning`` notes in the ledger that what was refused goes back for correction;
    ``replacing`` lets a file take the place of what it contradicts.

    Raises:
        XlsyncError: when the round's name is none, or the repository cannot be written.
    """
    check_round(round_name)
    snapshot = repository.snapshot()
    before = Before(seal_keys(snapshot), partial(snapshot.receipt, round_name))
    arrived = take_in(forms, paths, before, snapshot.spool(), progress, told)
    for attempt in range(_ATTEMPTS):
        try:
            made = _commit(
                repository, forms, round_name, arrived, returning=returning, replacing=replacing
            )
        except MovedError:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            again = copies(repository, forms, round_name, arrived, made.outcomes)
            return replace(made, copies=again) if returning else made
    raise AssertionError("the last attempt returns or raises")


def _commit(  # noqa: PLR0913 - what can be asked of a collection
    repository: Repository,
    forms: Mapping[str, Form],
    round_name: str,
    arrived: Arrived,
    *,
    returning: bool = False,
    replacing: bool = False,
) -> Collection:
    changes = Changes(repository.snapshot(), round_name, arrived.spool)
    time = now()
    settling = Settling(repository, changes, forms, time, replacing=replacing)
    outcomes = settling.settle(arrived.files)
    if returning:
        number_copies(settling.known, changes, outcomes, time)
    commit = repository.commit(changes, _message(round_name, outcomes))
    resolved, passed = settling.resolved(), tuple(arrived.passed)
    return Collection(round_name, outcomes, commit, resolved, passed)


def _message(round_name: str, outcomes: list[Outcome]) -> str:
    """The commit message: how many of each state, and a line for each form that is news."""
    collection = Collection(round_name, outcomes, None)
    counts = "，".join(f"{state} {count}" for state, count in collection.counts().items())
    lines = [
        safe_text(" ".join(filter(None, (one.state, one.group, one.title or one.path.name))))
        for one in outcomes
        if one.state is not State.UNCHANGED
    ]
    return "\n".join([f"收集 {round_name}：{counts or '没有文件'}", "", *lines])
