"""What has to be seen of a round: the warnings of what it accepted, and which a person ticked off.

A warning goes by its mark, a digest of the record, its code, its place and what it says: the same
warning of a later version is ticked off already, one with other figures is open. The ticks of a
round are one list, the oldest first; the last one of a mark counts.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.base.errors import MistypedError, unknown_name
from xlsync.base.problems import CORE_CODES, Severity, problem
from xlsync.base.record import canonical_bytes
from xlsync.form.types import comparable
from xlsync.repository import Changes, layout, until_committed
from xlsync.rounds.answers.round_view import RoundView
from xlsync.rounds.answers.settling import digest
from xlsync.rounds.checking.papers import SEEN
from xlsync.rounds.kept.documents import Members, instant
from xlsync.rounds.state.closing import check_open
from xlsync.rounds.state.exporting import counted_records
from xlsync.rounds.state.receipts import now
from xlsync.rounds.state.status import check_known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json
    from xlsync.form import Form
    from xlsync.repository import Entry, Repository, Snapshot
    from xlsync.rounds.answers.round_view import Evidence
    from xlsync.rounds.checking.papers import HousePaper, PaperTaken
    from xlsync.rounds.kept.documents import KeptAnswers

_WHAT = "核实记录"
TICK = "核实"
UNTICK = "取消核实"
TICKED = "√"
"""What a person writes on a ledger beside a warning that he has seen."""

DONE, OPEN = "1", "0"
"""What a ledger says of a warning that was ticked off when it was made, or was not."""

_TICKED = {*"√✓✔☑✅对是vVyY1", "已核实", "已看", "已阅", "看过", "核实"}
_MARK = 16
"""Hexadecimal digits of a mark."""

SHORT_MARK = 8
"""Digits of it that are shown to a person."""


@dataclass(frozen=True, slots=True)
class Tick:
    """That somebody looked at a warning, or took that back; ``time`` is ISO 8601 with a zone."""

    mark: str
    time: str
    by: str
    is_done: bool = True

    @classmethod
    def from_json(cls, value: Json, path: str) -> Tick:
        """Read it back; DocumentError where it is none."""
        members = Members(path, _WHAT, value)
        texts = members.get("mark", str), members.required_time("time"), members.get("by", str)
        return cls(*texts, is_done=members.get("done", bool))

    def as_json(self) -> Json:
        """The tick as it stands in the repository."""
        return {"mark": self.mark, "time": self.time, "by": self.by, "done": self.is_done}


@dataclass(frozen=True, slots=True)
class RoundWarning:
    """A warning about an accepted project; ``tick`` says who saw it, None while it is open.

    ``file`` and ``received`` are of the file that it was found in, where it was found in one.
    """

    record: str
    group: str
    title: str
    problem: Problem
    file: str | None = None
    received: str | None = None
    tick: Tick | None = None

    @property
    def mark(self) -> str:
        """What the warning goes by."""
        one = self.problem
        place = one.pointer or one.cell
        text = canonical_bytes([self.record, one.code, place, one.message])
        return hashlib.sha256(text).hexdigest()[:_MARK]

    @property
    def is_open(self) -> bool:
        """Whether nobody has ticked it off."""
        return self.tick is None

    def as_json(self) -> Json:
        """The warning as programs get it."""
        return {
            "mark": self.mark,
            "record": self.record,
            "group": self.group,
            "title": self.title,
            "problem": self.problem.as_json(),
            "file": self.file,
            "received": self.received,
            "tick": self.tick.as_json() if self.tick else None,
        }


@dataclass(frozen=True, slots=True)
class Ticked:
    """What was ticked off, or taken back: how many warnings changed, and the commit.

    ``unknown`` are marks of no warning of the round.
    """

    count: int
    unknown: tuple[str, ...]
    commit: str | None
    is_preview: bool = False

    def as_json(self) -> Json:
        """What was ticked off, as ``xlsync tick --json`` prints it."""
        return {"ticked": self.count, "commit": self.commit, "preview": self.is_preview}


def round_warnings(
    repository: Repository,
    forms: Mapping[str, Form],
    round_name: str,
    wanted: Callable[[str], bool] = lambda _: True,
) -> list[RoundWarning]:
    """Every warning of the accepted projects of a round, in the order of the roster.

    ``wanted`` says which units are asked for. Cancelled projects have none.

    Raises:
        XlsyncError: when there is no such round.
    """
    snapshot = repository.snapshot()
    check_known(snapshot, round_name)
    view = RoundView(repository, snapshot, round_name, forms)
    seen = ticks(snapshot, round_name)
    found = (
        one
        for entry in counted_records(snapshot, round_name).values()
        if wanted(entry.group)
        for one in _of_record(view, entry)
    )
    # One finding in two copies of a form is one warning.
    marked = {one.mark: one for one in found}
    return [_with_tick(one, seen.get(mark)) for mark, one in marked.items()]


def ticks(snapshot: Snapshot, round_name: str) -> dict[str, Tick]:
    """The warnings of a round that are ticked off, by their marks."""
    return _read(snapshot.document(layout.ticks_path(round_name)), round_name)


def _read(found: Json, round_name: str) -> dict[str, Tick]:
    path = layout.ticks_path(round_name)
    ticks = Members(path, _WHAT, found).list("ticks", dict) if found is not None else []
    all_of = [Tick.from_json(one, path) for one in ticks]
    last = {one.mark: one for one in sorted(all_of, key=lambda one: instant(one.time))}
    return {mark: one for mark, one in last.items() if one.is_done}


def put_ticks(changes: Changes, marks: Iterable[str], by: str, *, is_done: bool = True) -> int:
    """Note that warnings were ticked off, or that this was taken back; how many that is news of."""
    seen, time = _read(changes.document(layout.ticks_path(changes.round)), changes.round), now()
    news = [
        Tick(one, time, by, is_done) for one in dict.fromkeys(marks) if (one in seen) is not is_done
    ]
    if news:
        path = layout.ticks_path(changes.round)
        former = changes.document(path) or {"ticks": []}
        document = {**former, "ticks": [*former["ticks"], *(one.as_json() for one in news)]}
        changes.put_document(path, document)
    return len(news)


def tick(  # noqa: PLR0913 - what can be said of it
    repository: Repository,
    forms: Mapping[str, Form],
    round_name: str,
    marks: Iterable[str],
    *,
    by: str | None = None,
    is_done: bool = True,
    is_preview: bool = False,
) -> Ticked:
    """Tick warnings of a round off by their marks, or take that back, as one commit.

    Raises:
        XlsyncError: when there is no such round, or the repository cannot be written.
    """
    wanted = list(dict.fromkeys(marks))

    def once() -> Ticked:
        known = {one.mark for one in round_warnings(repository, forms, round_name)}
        changes = Changes(repository.snapshot(), round_name)
        check_open(changes.snapshot, round_name)
        named = [one for one in wanted if one in known]
        count = put_ticks(changes, named, by or repository.author, is_done=is_done)
        word = TICK if is_done else UNTICK
        message = f"{word} {round_name}：{count} 条提醒"
        commit = repository.commit(changes, message) if count and not is_preview else None
        return Ticked(count, tuple(one for one in wanted if one not in known), commit, is_preview)

    return until_committed(once)


def named_marks(warnings: Iterable[RoundWarning], texts: Iterable[str]) -> list[str]:
    """The whole marks of warnings that are called by the beginnings of theirs.

    Raises:
        UsageError: when no warning, or more than one, begins so.
    """
    known = [one.mark for one in warnings]
    found: list[str] = []
    for text in texts:
        fitting = [one for one in known if text and one.startswith(text.lower())]
        if not fitting:
            raise unknown_name("warning", text, (one[:SHORT_MARK] for one in known))
        if len(fitting) > 1:
            raise MistypedError(f"标记 {text} 有 {len(fitting)} 条提醒，请多写几位")
        found += fitting
    return found


def take_ticks(
    changes: Changes, paper: HousePaper, made_of: Mapping[str, str], by: str, made: PaperTaken
) -> None:
    """Take what was ticked off on a ledger, and what was ticked off and is not any more.

    ``made_of`` says of each warning by its mark whether it was ticked off when the ledger was made.
    """
    news: dict[bool, list[str]] = {True: [], False: []}
    for row, (mark, text) in paper.rows or ():
        if not mark:
            continue
        is_done = comparable(text) in _TICKED
        if mark not in made_of:
            message = f"第 {row} 行：标记“{mark}”不是这份台账上的，未采用。"
            made.problems.append(problem("Q001", message, found=text or None))
        elif text and not is_done:
            message = f"第 {row} 行：“{SEEN}”一列看过的填 {TICKED}，写的是“{text}”，未采用。"
            made.problems.append(problem("Q001", message, found=text))
        elif is_done is not (made_of[mark] == DONE):
            news[is_done].append(mark)
        else:
            made.unchanged += is_done
        made.open += not is_done
    for is_done, marks in news.items():
        count = put_ticks(changes, marks, by, is_done=is_done)
        made.taken += count
        made.unchanged += len(marks) - count


def _with_tick(one: RoundWarning, seen: Tick | None) -> RoundWarning:
    return RoundWarning(one.record, one.group, one.title, one.problem, one.file, one.received, seen)


def _of_record(view: RoundView, entry: Entry) -> Iterator[RoundWarning]:
    """The warnings of one record: those of the files that it was made of, and of the rules now."""
    content = view.snapshot.digest(entry)
    sources = _sources(view, entry.id, content)
    form = view.forms.get(view.snapshot.form(entry))
    # The rules have spoken on the very version that stands, when it came.
    is_as_came = any(one.form.content == content for one in sources)
    now_found = () if form is None or is_as_came else _by_rules(view.snapshot, form, entry)
    of_rules = {rule.code for rule in form.mapping.rules} - set(CORE_CODES) if form else set()
    says = {(one.code, one.message) for one in now_found}
    told: set[tuple[str, str]] = set()
    for source in sources:
        for one in _warnings(source.form.problems):
            said = one.code, one.message
            if is_as_came or one.code not in of_rules or said in says:
                told.add(said)
                file = view.file_name(source.key)
                yield RoundWarning(entry.id, entry.group, entry.title, one, file, source.received)
    for one in now_found:
        if (one.code, one.message) not in told:
            yield RoundWarning(entry.id, entry.group, entry.title, one)


def _by_rules(snapshot: Snapshot, form: Form, entry: Entry) -> tuple[Problem, ...]:
    """What the rules of a form as it is installed warn of in a record."""
    return snapshot.fact(entry, (form, "warnings"), lambda one: _warnings(form.check(one)))


def _warnings(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(one for one in problems if one.severity is Severity.WARNING)


def _sources(view: RoundView, record_id: str, content: str) -> list[Evidence]:
    """The forms in files that the version that stands was made of, as far as that is known."""
    came = view.accepted(record_id)
    exact = [one for one in came if one.form.content == content]
    if exact:
        return [min(exact, key=lambda one: one.order())]
    kept: KeptAnswers | None = view.kept(record_id)
    parts = {digest(one.record) for one in kept.versions if not one.is_superseded} if kept else {}
    joined = [one for one in came if one.form.content in parts]
    return joined or sorted(came, key=lambda one: instant(one.received))[-1:]
