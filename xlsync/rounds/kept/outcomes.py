"""What came of each form in each file of a collection: exactly one state.

Of every file a receipt is kept, which says what was accepted and what refused. Apart from the
time and the word for how a version got in, it holds nothing that depends on when the file came,
so that the same file gives the same receipt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.base.files import safe_text
from xlsync.base.problems import Problem, Severity, problem
from xlsync.base.record import MISSING
from xlsync.base.shelf import Shelved
from xlsync.sources.saving import NEVER_SAVED, Saving

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from xlsync.base.record import Json, Record
    from xlsync.records import Delta
    from xlsync.rounds.answers.settling import Answer
    from xlsync.rounds.returned.incoming import ReceivedFile
    from xlsync.rounds.returned.received_forms import ReceivedForm


class State(StrEnum):
    """What a person is told about a returned form."""

    NEW = "新收"
    UPDATED = "更新"
    MERGED = "合并"
    UNCHANGED = "未变"
    OLDER = "较早版本"
    SETTLED = "已了结"
    CONFLICT = "冲突"
    REFUSED = "退回"
    OTHER_ROUND = "其他轮次"
    UNKNOWN = "未知项目"
    NO_BASE = "待同步"
    COPY = "他人副本"
    OTHER_FORM = "其他表"
    UNREADABLE = "无法读取"
    CLOSED = "已封存"
    WITHDRAWN = "已撤回"


ACCEPTED = (State.NEW, State.UPDATED, State.MERGED, State.UNCHANGED, State.OLDER)
"""What stands in the round, or has been succeeded by what stands: nothing is to be done."""

CHANGES = (State.NEW, State.UPDATED, State.MERGED)
"""What changed the round's version of a record."""

SILENT = (State.UNCHANGED, State.SETTLED)
"""What was told before and is settled."""

CONTRADICTS = frozenset({"B004", "B010", "B011"})
"""The codes of the problems that a version has while it waits."""


@dataclass(frozen=True, slots=True)
class Outcome(Shelved):
    """One form in one file: its state, what it is, and what was found.

    ``content`` is the SHA-256 of the record; ``round`` and ``issue`` are what the workbook states
    and the ledger confirms, ``base`` the commit that this issue was made from. ``saving`` is
    what the document says of its last saving; ``is_sealed`` that it is known to be ours.
    """

    path: Path
    place: str
    state: State
    record_id: str | None
    title: str
    group: str
    content: str | None
    problems: tuple[Problem, ...]
    is_text: bool = False
    round: str | None = None
    issue: int | None = None
    base: str | None = None
    digest: str = ""
    """The SHA-256 of the file."""
    saving: Saving = NEVER_SAVED
    is_sealed: bool = True
    changes: tuple[Delta, ...] = ()
    """What it changed in the round's version of the record."""

    @property
    def is_accepted(self) -> bool:
        """Whether what it says stands in the round."""
        return self.state in ACCEPTED

    def count(self, severity: Severity) -> int:
        """How many problems of a severity there are."""
        return sum(one.severity is severity for one in self.problems)

    def as_json(self) -> Json:
        """The outcome as ``xlsync collect --json`` prints it."""
        changes = changes_as_json(self.changes)
        return {"file": str(self.path), **self.receipt(), "changes": changes}

    def receipt(self) -> Record:
        """What is kept of it in the repository."""
        return {
            "place": self.place,
            "state": self.state.value,
            "accepted": self.is_accepted,
            "record": self.record_id,
            "round": self.round,
            "issue": self.issue,
            "base": self.base,
            "content": self.content,
            "title": self.title,
            "group": self.group,
            "problems": [_storable(one) for one in self.problems],
            **{key: value for key, value in self._evidence().items() if value is not None},
        }

    def _evidence(self) -> Record:
        """What later answers are compared with."""
        sealed = None if self.is_sealed or self.content is None else False
        return {"saved": self.saving.time, "saver": self.saving.by, "sealed": sealed}

    def settled(self, state: State, *problems: Problem) -> Outcome:
        """The same with its final state, and what else is to be told."""
        return replace(self, state=state, problems=(*self.problems, *problems))

    def became(self, state: State, *problems: Problem) -> Outcome:
        """The same in another state, without what was told of it while it was to wait."""
        left = (one for one in self.problems if one.code not in CONTRADICTS)
        return replace(self, state=state, problems=(*left, *problems))


def changes_as_json(changes: Iterable[Delta]) -> list[Json]:
    """Each place that changed, with what stood there and what stands there now."""
    return [
        {
            "pointer": one.pointer,
            "label": one.label,
            "old": _plain(one.old),
            "new": _plain(one.new),
        }
        for one in changes
    ]


def _plain(value: Json) -> Json:
    return None if value is MISSING else value


def _storable(found: Problem) -> Json:
    """A problem as JSON; half a character, as escapes and file names can hold, is written out."""
    return {
        key: value and value.encode("utf-8", "backslashreplace").decode()
        for key, value in found.as_json().items()
    }


def first_outcome(file: ReceivedFile, form: ReceivedForm) -> Outcome:
    """What a form says before it meets the repository, or what its receipt says.

    Of one that is known by its receipt nothing changes.
    """
    stated = form.known
    return Outcome(
        path=file.path,
        place=form.place,
        state=State.NEW if stated is None else State.UNCHANGED,
        record_id=form.record_id,
        title=form.title,
        group=form.group,
        content=form.content,
        problems=form.problems,
        is_text=file.is_text,
        round=form.claim.round if form.claim else (stated.round if stated else None),
        issue=stated.issue if stated else None,
        base=stated.base if stated else None,
        digest=file.digest,
        saving=form.saving,
        is_sealed=stated.is_sealed if stated else True,
    )


def contradiction(
    issue: int | None, first: Saving = NEVER_SAVED, other: Saving = NEVER_SAVED
) -> Problem:
    """What is said of a version while it waits for a decision (B004)."""
    base = f"（都以第 {issue} 次下发的表为底）" if issue else ""
    times = _savings(first, other)
    message = (
        f"与本轮已收的内容对同一处改法不同{base}，或合在一起后有错误{times}；"
        "本份没有采用，等待裁定。"
    )
    return problem("B004", message)


def why_it_waits(answer: Answer, others: Sequence[Answer]) -> Problem:
    """What is said of an answer that waits beside the others that count."""
    if not answer.is_sealed and any(one.is_sealed for one in others):
        return unsealed()
    return contradiction(answer.issue, saving_of(others), Saving(answer.saved, answer.saver))


def saving_of(answers: Sequence[Answer]) -> Saving:
    """When and by whom the first of some answers was saved."""
    return Saving(answers[0].saved, answers[0].saver) if answers else NEVER_SAVED


def unsealed() -> Problem:
    """What is said of a version that nobody sealed, while one that was sealed stands (B011)."""
    message = (
        "这一份没有下发凭据（不是下发的工作簿，或凭据已失效），与本轮已收的内容不同，"
        "没有采用，等待裁定。若是统筹人自己的更正，请注明是更正（--correction）再收集。"
    )
    return problem("B011", message)


def older(mine: Saving, stands: Saving) -> Problem:
    """What is said of a version that another one has succeeded (B009)."""
    told = f"：本份{said_saved(mine)}，已收的{said_saved(stands)}" if mine.time else ""
    return problem("B009", f"这是较早的版本{told}，没有采用，已收的内容不变。")


_MOST_PLACES = 60
"""Places of a merge that are told one by one."""


def merged_from(taken: Sequence[Delta]) -> Iterator[Problem]:
    """One finding (B007) for each place at which the record says something else than the file."""
    for one in taken[:_MOST_PLACES]:
        message = (
            f"合并：“{_place(one)}”本份为{_shown(one.old)}，"
            f"按另一份（或统筹人所定）取{_shown(one.new)}，请核对。"
        )
        yield problem("B007", message, pointer=one.pointer, found=_text(one.old))
    if len(taken) > _MOST_PLACES:
        message = f"合并：还有 {len(taken) - _MOST_PLACES} 处取自另一份，请核对全表。"
        yield problem("B007", message)


def change_text(one: Delta) -> str:
    """One difference as people read it: ``栏目：旧 → 新``."""
    return f"{_place(one)}：{_shown(one.old)} → {_shown(one.new)}"


def _place(one: Delta) -> str:
    row = [str(value) for key, value in (one.row or {}).items() if key != "id" and value]
    return f"{one.label}（{row[-1]}）" if row else one.label


_LONGEST = 40


def _text(value: Json) -> str | None:
    if value is MISSING or value is None or value == "":
        return None
    if isinstance(value, dict):
        return " ".join(str(one) for key, one in value.items() if key != "id" and one)
    return str(value)


def _shown(value: Json) -> str:
    text = safe_text(_text(value) or "")
    if not text:
        return "空白"
    return f"“{text[:_LONGEST]}…”" if len(text) > _LONGEST else f"“{text}”"


def _savings(first: Saving, other: Saving) -> str:
    """Who saved the two versions when, as far as the files say."""
    told = [
        f"{name}{said_saved(one)}" for name, one in (("已收的", first), ("本份", other)) if any(one)
    ]
    return f"（{'，'.join(told)}）" if told else ""


def said_saved(one: Saving) -> str:
    """A saving in words: ``由张三于 2024-10-12 09:30 保存``, the time that of this place."""
    by = f"由{one.by}" if one.by else ""
    if one.time is None:
        return f"{by}保存" if by else "没有写明保存时间"
    at = datetime.fromisoformat(one.time).astimezone()
    return f"{by}于 {at:%Y-%m-%d %H:%M} 保存"


def refused_for(outcome: Outcome, rivals: list[Outcome]) -> Outcome:
    """Refuse one of several versions that nothing tells apart (S006).

    Which of them is meant only a person can say; the order of the files must not decide it.
    """
    files = "、".join(sorted({f"{one.path.name} {one.place}".strip() for one in rivals}))
    message = f"同一项目收到内容不同的几份：{files}。请只留一份再收集。"
    return outcome.settled(State.REFUSED, problem("S006", message, found=outcome.title))
