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
from xlsync.base.grid import Address
from xlsync.base.problems import has_error
from xlsync.exchange.workbooks import workbooks
from xlsync.repository import Changes, check_round, until_committed
from xlsync.repository.sealing import ensure_seal, seal_keys
from xlsync.rounds.answers.correcting import DecisionNote, correct
from xlsync.rounds.answers.record_answers import RoundAnswers
from xlsync.rounds.answers.round_view import RoundView
from xlsync.rounds.kept.decisions import Act
from xlsync.rounds.kept.ledger import DISTRIBUTED, Issued, put_issue, put_order
from xlsync.rounds.roster import doubtful
from xlsync.rounds.sending.out_files import content, is_made_of, sweep, untouched
from xlsync.rounds.sending.planning import SendingPlan, plan
from xlsync.rounds.sending.sendings import Dispatch, Sending, Wishes
from xlsync.rounds.state.closing import check_open
from xlsync.rounds.state.receipts import now

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json
    from xlsync.form import Form
    from xlsync.records import Remark
    from xlsync.repository import Repository
    from xlsync.rounds.roster import ReadColumn, Roster

_REASON = "名册更正"
"""What the log gives as the reason of a correction that a roster brought."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """What a distribution did, and the commit, None where nothing was new.

    ``missing`` are projects that got a workbook in this round and are not in the roster now;
    ``carried`` is what could not be carried over from another form, by title. ``held`` says that
    nothing was done, for an error or for something doubtful that nobody has confirmed yet.
    """

    wishes: Wishes
    sendings: list[Sending]
    missing: list[Issued]
    carried: list[tuple[str, list[Remark]]]
    problems: list[Problem]
    commit: str | None
    held: bool = False
    columns: Sequence[ReadColumn] = ()
    """What each column of the roster was understood as."""

    @property
    def doubts(self) -> list[Problem]:
        """What a person has to confirm."""
        return doubtful(self.problems)

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
            "held": self.held,
            "preview": self.wishes.is_preview,
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

    Nothing is written where the roster has an error, or something doubtful that the wishes do
    not confirm, or turns out to have so.

    Raises:
        XlsyncError: when the round's name is none, a file would be lost that is not as it was
            made, or a disk refuses.
    """
    check_round(wishes.round)
    run = _Attempts(repository, form, roster, wishes, progress)
    return until_committed(run.once)


class _Attempts:
    """One call of :func:`distribute`: what it has written counts in each of its attempts."""

    def __init__(
        self,
        repository: Repository,
        form: Form,
        roster: Roster,
        wishes: Wishes,
        progress: Callable[[int, int], None],
    ) -> None:
        self.repository = repository
        self.form = form
        self.roster = roster
        self.found = list(self.roster.problems)
        self.round = wishes.round
        self.folder = wishes.folder
        self.wishes = wishes
        self.progress = progress
        self.time = now()
        self.written: dict[str, tuple[str, str | None]] = {}

    def once(self) -> Distribution:
        """Plan, write and commit on the repository as it is now."""
        made, changes = self.planned()
        if has_error(self.roster.problems):
            return self.distribution(made, None, held=True)
        if self.wishes.is_preview:
            return self.distribution(made, None)
        if doubtful(self.roster.problems) and not self.wishes.confirmed:
            return self.distribution(made, None, held=True)
        if not seal_keys(changes.snapshot):
            ensure_seal(self.repository, self.round)
            made, changes = self.planned()
        self.write(made.sendings, seal_keys(changes.snapshot))
        if any(one.is_issued or one.is_corrected for one in made.sendings):
            put_order(changes, (one.record for one in made.sendings))
        for one in made.sendings:
            if one.is_issued:
                ticket = one.ticket()
                issue = ticket.issue(self.time, one.file, DISTRIBUTED)
                put_issue(changes, one.group, one.title, ticket.record, issue)
        commit = self.repository.commit(changes, _message(self.round, made.sendings))
        return self.distribution(made, commit)

    def planned(self) -> tuple[SendingPlan, Changes]:
        """What is to happen to each project, and the changes that hold all corrections."""
        snapshot = self.repository.snapshot()
        check_open(snapshot, self.round)
        changes = Changes(snapshot, self.round)
        known = RoundView(self.repository, snapshot, self.round, {self.form.id: self.form})
        versions = RoundAnswers(known, changes, self.time)
        note = DecisionNote(self.repository.author, self.time, _REASON, Act.ROSTER)
        self.roster.problems[:] = self.found
        made = plan(
            self.form,
            snapshot,
            self.roster,
            self.wishes,
            lambda record_id, values: correct(versions, record_id, values, note),
        )
        return made, changes

    def distribution(
        self, made: SendingPlan, commit: str | None, *, held: bool = False
    ) -> Distribution:
        """What is told of it."""
        sendings = [] if held else made.sendings
        problems = _in_order(self.roster.problems)
        return Distribution(
            self.wishes,
            sendings,
            made.missing,
            made.left,
            problems,
            commit,
            held=held,
            columns=self.roster.columns,
        )

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
        data = content(within(self.folder, sending.file))
        known = self.written.pop(sending.file, None)
        if data is None and known is None:
            return True
        ticket = sending.ticket()
        fingerprint = ticket.fingerprint()
        if known is not None and known[0] == fingerprint:
            self.written[sending.file] = known
            sending.base = known[1]
            return True
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


def _in_order(problems: list[Problem]) -> list[Problem]:
    """Problems of the file first, then in the order of the sheet."""
    return sorted(problems, key=lambda one: Address.parse(one.cell) if one.cell else Address(0, 0))


def _message(round_name: str, sendings: list[Sending]) -> str:
    """The commit message: how many of each state, and a line for each project that is news."""
    news = [one for one in sendings if one.is_issued or one.is_corrected]
    counts = Counter(one.state for one in news)
    told = "，".join(f"{state} {counts[state]}" for state in Dispatch if counts[state])
    lines = [safe_text(" ".join(filter(None, (one.state, one.group, one.title)))) for one in news]
    return "\n".join([f"下发 {round_name}：{told}", "", *lines])
