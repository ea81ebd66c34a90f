"""What a coordinator decides: correct, move, rename, cancel, restore, a new date; each a commit.

Every function takes a reason, and with ``is_preview`` says what it would do and writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xlsync.base.errors import MistypedError, XlsyncError, unknown_name
from xlsync.base.files import safe_name, safe_text
from xlsync.base.problems import problem
from xlsync.form.similar_names import KnownNames, close_hint
from xlsync.repository import Changes, until_committed
from xlsync.repository.lookup import Reference, find
from xlsync.rounds.answers.correcting import Correction, DecisionNote, correct
from xlsync.rounds.answers.record_answers import RoundAnswers
from xlsync.rounds.answers.round_view import RoundView
from xlsync.rounds.answers.settling import digest
from xlsync.rounds.deciding.wanted import Asked, wanted_values
from xlsync.rounds.kept.deadlines import Deadline, deadlines, put_deadline
from xlsync.rounds.kept.decisions import Act, Decision, decisions_of, is_cancelled, put_decision
from xlsync.rounds.kept.units import unit_key, unit_tree
from xlsync.rounds.state.closing import check_open
from xlsync.rounds.state.receipts import now
from xlsync.rounds.state.status import check_known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.form.mapping import RecordPlan
    from xlsync.repository import Repository, Snapshot


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """What was decided about one record, or would be; ``commit`` is None for a preview.

    ``is_new`` is false where it stood so already; then nothing was written.
    """

    round: str
    record_id: str
    group: str
    title: str
    decision: Decision | None
    commit: str | None
    is_preview: bool = False
    is_pending: bool = False
    problems: tuple[Problem, ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether there was anything to decide."""
        return self.decision is not None

    def as_json(self) -> Json:
        """The decision as the commands print it with ``--json``."""
        return {
            "round": self.round,
            "record": self.record_id,
            "group": self.group,
            "title": self.title,
            "decision": self.decision.as_json() if self.decision else None,
            "commit": self.commit,
            "preview": self.is_preview,
            "pending": self.is_pending,
            "problems": [one.as_json() for one in self.problems],
        }


@dataclass(frozen=True, slots=True)
class Dated:
    """A new date of a round, or one that would be set, and the former one."""

    round: str
    deadline: Deadline
    former: str | None
    commit: str | None
    is_preview: bool = False

    def as_json(self) -> Json:
        """The date as ``xlsync deadline --json`` prints it."""
        return {
            "round": self.round,
            **self.deadline.as_json(),
            "former": self.former,
            "commit": self.commit,
            "preview": self.is_preview,
        }


@dataclass(frozen=True)
class Coordinator:
    """One who decides: the repository, the forms, the name, and whether it is only a preview."""

    repository: Repository
    forms: Mapping[str, Form]
    by: str | None = None
    is_preview: bool = False

    def correct(
        self,
        round_name: str,
        project: str,
        values: Sequence[tuple[str, str]],
        reason: str,
        removed: Sequence[str] = (),
    ) -> DecisionMade:
        """Change fields of a record, each given by what it is called and what it is to say.

        ``removed`` are rows of its tables that are taken out, by name, number or pointer; values
        of the rows ``+1``, ``+2`` and so on add some (``+1/三级指标``).

        Raises:
            XlsyncError: when there is no such round, record, field or row, a text is no value of
                it, or the record would break a rule.
        """
        asked = Asked(values, removed)
        return self._corrected(round_name, project, Act.CORRECT, reason, lambda _: asked)

    def move(self, round_name: str, project: str, unit: str, reason: str) -> DecisionMade:
        """Give a project to another unit.

        One to which no other project of the round belongs is told, with a similar one.

        Raises:
            UsageError: when there is a list of units, and neither it nor the round has this one.
        """
        return self._corrected(
            round_name, project, Act.MOVE, reason, lambda plan: Asked([(plan.group, unit)])
        )

    def rename(self, round_name: str, project: str, title: str, reason: str) -> DecisionMade:
        """Give a project another name; its id stays."""
        return self._corrected(
            round_name, project, Act.RENAME, reason, lambda plan: Asked([(plan.title, title)])
        )

    def cancel(self, round_name: str, project: str, reason: str) -> DecisionMade:
        """Take a project out of a round: it is neither waited for nor counted any more."""
        return self._noted(round_name, project, Act.CANCEL, reason)

    def restore(self, round_name: str, project: str, reason: str) -> DecisionMade:
        """Take a project that was cancelled in again, with all that it said."""
        return self._noted(round_name, project, Act.RESTORE, reason)

    def standing(self, round_name: str, record_id: str) -> Record | None:
        """What a correction begins with: what was accepted, or what went out where nothing was."""
        snapshot = self.repository.snapshot()
        view = RoundView(self.repository, snapshot, round_name, self.forms)
        return RoundAnswers(view, Changes(snapshot, round_name)).standing(record_id)

    def deadline(self, round_name: str, due: str, reason: str) -> Dated:
        """Set until when (ISO date) a round is to come back."""
        _check_reason(reason)

        def step() -> Dated:
            snapshot = self.repository.snapshot()
            check_known(snapshot, round_name)
            check_open(snapshot, round_name)
            former = deadlines(snapshot, round_name)
            made = Deadline(due, now(), self._by, reason)
            changes = Changes(snapshot, round_name)
            put_deadline(changes, made)
            commit = self._commit(changes, f"截止日期 {round_name}：{due}", reason)
            last = former[-1].due if former else None
            return Dated(round_name, made, last, commit, self.is_preview)

        return until_committed(step)

    @property
    def _by(self) -> str:
        return self.by or self.repository.author

    def _commit(self, changes: Changes, head: str, reason: str) -> str | None:
        if self.is_preview:
            return None
        return self.repository.commit(changes, f"{head}\n\n{safe_text(reason)}")

    def _decide(
        self,
        round_name: str,
        project: str,
        act: Act,
        reason: str,
        step: Callable[[RoundAnswers, str, DecisionNote], Correction | Decision | None],
    ) -> DecisionMade:
        _check_reason(reason)

        def once() -> DecisionMade:
            snapshot = self.repository.snapshot()
            check_known(snapshot, round_name)
            check_open(snapshot, round_name)
            _, entry = find(snapshot, Reference(round_name, project, None))
            changes, time = Changes(snapshot, round_name), now()
            known = RoundView(self.repository, snapshot, round_name, self.forms)
            answers = RoundAnswers(known, changes, time)
            made = step(answers, entry.id, DecisionNote(self._by, time, reason, act))
            if made is None:
                names = entry.group, entry.title
                return DecisionMade(round_name, entry.id, *names, None, None, self.is_preview)
            commit = self._commit(
                changes,
                f"{act.word} {round_name}：{safe_text(f'{entry.group} {entry.title}')}",
                reason,
            )
            if isinstance(made, Decision):
                names = entry.group, entry.title
                return DecisionMade(round_name, entry.id, *names, made, commit, self.is_preview)
            return DecisionMade(
                round_name,
                entry.id,
                made.group,
                made.title,
                made.decision,
                commit,
                self.is_preview,
                made.is_pending,
                made.warnings,
            )

        return until_committed(once)

    def _corrected(
        self,
        round_name: str,
        project: str,
        act: Act,
        reason: str,
        named: Callable[[RecordPlan], Asked],
    ) -> DecisionMade:
        told: list[Problem] = []

        def step(answers: RoundAnswers, record_id: str, note: DecisionNote) -> Correction | None:
            record = answers.standing(record_id)
            if record is None:
                raise XlsyncError(f"{round_name} 没有编号为 {record_id} 的项目")
            form = self._form(record)
            asked = named(form.mapping.record)
            values, told[:] = wanted_values(form, record, *asked)
            if act is Act.MOVE:
                told.extend(_doubts(answers.view.snapshot, round_name, asked.values[0][1]))
            return correct(answers, record_id, values, note)

        made = self._decide(round_name, project, act, reason, step)
        # What was read otherwise than it was written, such as 万元, has to be seen.
        return replace(made, problems=(*told, *made.problems))

    def _form(self, record: Record) -> Form:
        form = self.forms.get(str(record.get("form")))
        if form is None:
            raise XlsyncError(f"没有安装表 {record.get('form')}，不能更正这个项目")
        return form

    def _noted(self, round_name: str, project: str, act: Act, reason: str) -> DecisionMade:
        def step(answers: RoundAnswers, record_id: str, note: DecisionNote) -> Decision | None:
            standing = decisions_of(answers.view.snapshot, round_name, record_id)
            if is_cancelled(standing) is (act is Act.CANCEL):
                return None
            record = answers.changes.record(record_id)
            saw = digest(record) if record is not None else None
            made = Decision(act, note.time, note.by, reason, saw)
            put_decision(answers.changes, record_id, made)
            return made

        return self._decide(round_name, project, act, reason, step)


def _doubts(snapshot: Snapshot, round_name: str, unit: str) -> Iterator[Problem]:
    """What makes it doubtful that a unit is called so; nothing where it is known."""
    tree = unit_tree(snapshot)
    entries = (*snapshot.records(round_name).values(), *snapshot.outstanding(round_name))
    known = [*tree.names(), *dict.fromkeys(one.group for one in entries)]
    if unit_key(unit) in map(unit_key, known):
        return
    if tree:
        raise unknown_name(
            "unit",
            unit,
            known,
            "；新的单位请先补进单位名单（网页的“单位”，或 xlsync units import）",
        )
    name = safe_name(unit)
    other = next(KnownNames(known).others(name), None)
    # True units with short names differ in one character too: 水务局, 商务局.
    hint = f"是不是“{other}”？" if other else close_hint(name, known)
    code = "R017" if other else "R026"
    message = f"{round_name} 没有别的项目属于“{unit}”，会当作另一个单位。{hint}请核对名称。"
    yield problem(code, message, found=unit)


def _check_reason(reason: str) -> None:
    if not safe_text(reason).strip():
        raise MistypedError("请写明理由，它会记入版本库")
