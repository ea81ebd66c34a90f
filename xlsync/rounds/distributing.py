"""Distributing a round: a sealed workbook for each project of a roster, and one commit.

Workbooks are written first and the ledger last. A run that is killed has written files that the
ledger does not know; the next run finds them as they were made, takes them up under the numbers
that they bear, and writes only what is missing. The same roster a second time sends nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.base.files import make_folder, safe_text, within, write_file
from xlsync.base.problems import has_error
from xlsync.exchange.workbooks import workbooks
from xlsync.repository import Changes, MovedError, check_round
from xlsync.repository.sealing import ensure_seal, seal_keys
from xlsync.rounds.ledger import DISTRIBUTED, Issued, put_issue, put_order
from xlsync.rounds.out_files import content, is_made_of, sweep, untouched
from xlsync.rounds.planning import plan
from xlsync.rounds.receipts import now
from xlsync.rounds.sendings import Dispatch, Sending, Wishes

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json
    from xlsync.form import Form
    from xlsync.records import Remark
    from xlsync.repository import Repository
    from xlsync.rounds.roster import Roster

_ATTEMPTS = 20
"""Others may commit in between; each lost race is one attempt."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """What a distribution did, and the commit, None where nothing was new.

    ``missing`` are projects that got a workbook in this round and are not in the roster now;
    ``carried`` is what could not be carried over from another form, by title.
    """

    wishes: Wishes
    sendings: list[Sending]
    missing: list[Issued]
    carried: list[tuple[str, list[Remark]]]
    problems: list[Problem]
    commit: str | None

    def counts(self) -> dict[Dispatch, int]:
        """How many projects ended in each state, in the order of the states."""
        counter = Counter(one.state for one in self.sendings)
        return {state: counter[state] for state in Dispatch if counter[state]}

    def outdated(self) -> int:
        """How many unchanged projects have workbooks that say another date or contact."""
        wishes = self.wishes
        return sum(
            one.state is Dispatch.UNCHANGED
            and one.former is not None
            and (
                wishes.due not in {None, one.former.distributed.due}
                or wishes.contact not in {None, one.former.distributed.contact}
            )
            for one in self.sendings
        )

    def as_json(self) -> Json:
        """The distribution as ``xlsync distribute --json`` prints it."""
        return {
            "round": self.wishes.round,
            "folder": str(self.wishes.folder),
            "commit": self.commit,
            "workbooks": [one.as_json() for one in self.sendings],
            "missing": [
                {"record": one.record, "group": one.group, "title": one.title}
                for one in self.missing
            ],
            "not_carried": [
                {"title": title, **asdict(one)} for title, left in self.carried for one in left
            ],
            "problems": [one.as_json() for one in self.problems],
        }


def distribute(
    repository: Repository,
    form: Form,
    roster: Roster,
    wishes: Wishes,
    progress: Callable[[int, int], None] = lambda _, __: None,
) -> Distribution:
    """Write the workbooks of a roster into a folder, and note in the ledger what went out.

    Nothing is written where the roster has an error, or turns out to have one.

    Raises:
        XlsyncError: when the round's name is none, a file would be lost that is not as it was
            made, or a disk refuses.
    """
    check_round(wishes.round)
    found = list(roster.problems)
    if has_error(found):
        return Distribution(wishes, [], [], [], found, None)
    ensure_seal(repository, wishes.round)
    run = _Run(form, wishes, progress)
    for attempt in range(_ATTEMPTS):
        roster.problems[:] = found
        try:
            return run.once(repository, roster)
        except MovedError:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


class _Run:
    """One call of :func:`distribute`: what it has written counts in each of its attempts."""

    def __init__(self, form: Form, wishes: Wishes, progress: Callable[[int, int], None]) -> None:
        self.form = form
        self.round = wishes.round
        self.folder = wishes.folder
        self.wishes = wishes
        self.progress = progress
        self.time = now()
        self.written: dict[str, tuple[str, str | None]] = {}

    def once(self, repository: Repository, roster: Roster) -> Distribution:
        """Plan, write and commit on the repository as it is now."""
        snapshot = repository.snapshot()
        sendings, missing, left = plan(self.form, snapshot, roster, self.wishes)
        if has_error(roster.problems):
            return Distribution(self.wishes, [], missing, left, roster.problems, None)
        self.write(sendings, seal_keys(snapshot))
        changes = Changes(snapshot, self.round)
        if any(one.is_issued for one in sendings):
            put_order(changes, (one.record for one in sendings))
        for one in sendings:
            if one.is_issued:
                ticket = one.ticket()
                issue = ticket.issue(self.time, one.file, DISTRIBUTED)
                put_issue(changes, one.group, one.title, ticket.record, issue)
        commit = repository.commit(changes, _message(self.round, sendings))
        return Distribution(self.wishes, sendings, missing, left, roster.problems, commit)

    def write(self, sendings: list[Sending], keys: list[bytes]) -> None:
        """Write what is not there yet; XlsyncError before anything where a file would be lost."""
        wanted = [one for one in sendings if one.is_written]
        lost = [one.file for one in wanted if not self.take_up(one, keys)]
        if lost and not self.wishes.force:
            raise XlsyncError(
                f"{self.folder / lost[0]}: is not as xlsync made it ({len(lost)} such files); "
                "move it away, name another folder, or use --force"
            )
        waiting = [one for one in wanted if one.file not in self.written]
        for name in dict.fromkeys(one.file.partition("/")[0] for one in wanted):
            make_folder(within(self.folder, name))
            sweep(within(self.folder, name))
        orders = (one.ticket().order(self.form, keys[0]) for one in waiting)
        made = workbooks(self.form, orders, len(waiting), self.wishes.password)
        self.progress(0, len(waiting))
        for done, (one, data) in enumerate(zip(waiting, made, strict=True), start=1):
            write_file(within(self.folder, one.file), data)
            self.written[one.file] = (one.ticket().fingerprint(), one.base)
            self.progress(done, len(waiting))

    def take_up(self, sending: Sending, keys: list[bytes]) -> bool:
        """Whether a workbook may go to its place; one that lies there already is taken up.

        A workbook that went out of an unfinished run under the same number but says something
        else may be in somebody's hands, so this one gets the next number.
        """
        ticket = sending.ticket()
        fingerprint = ticket.fingerprint()
        if (known := self.written.pop(sending.file, None)) and known[0] == fingerprint:
            self.written[sending.file] = known
            sending.base = known[1]
            return True
        data = content(within(self.folder, sending.file))
        if data is None:
            return True
        password = self.wishes.password
        if is_made_of(self.form, ticket.order(self.form, keys[0]), data, password):
            self.written[sending.file] = (fingerprint, sending.base)
            return True
        there = untouched(self.form, data, keys, password)
        if there is None or (there.record["id"], there.round) != (sending.record, self.round):
            return False
        if there.fingerprint() == fingerprint:
            sending.base = there.base
            self.written[sending.file] = (fingerprint, there.base)
        elif sending.is_issued and there.number >= sending.number:
            sending.number = there.number + 1
        return True


def _message(round_name: str, sendings: list[Sending]) -> str:
    """The commit message: how many of each state, and a line for each workbook that went out."""
    counts = Counter(one.state for one in sendings if one.is_issued)
    told = "，".join(f"{state} {counts[state]}" for state in Dispatch if counts[state])
    lines = [
        safe_text(" ".join(filter(None, (one.state, one.group, one.title))))
        for one in sendings
        if one.is_issued
    ]
    return "\n".join([f"下发 {round_name}：{told}", "", *lines])
