"""What came of each form in each file of a collection: exactly one state.

Of every file a receipt is kept, which says what was accepted and what refused. It holds
nothing that depends on when the file came, so that the same file gives the same receipt.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.problems import Problem, Severity, has_error, problem
from xlsync.record import canonical_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.form import Form
    from xlsync.reader import Reading
    from xlsync.record import Json, Record


class State(StrEnum):
    """What a person is told about a returned form."""

    NEW = "新收"
    UPDATED = "更新"
    UNCHANGED = "未变"
    REFUSED = "退回"
    OTHER_FORM = "其他表"
    UNREADABLE = "无法读取"


ACCEPTED = (State.NEW, State.UPDATED, State.UNCHANGED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One form in one file: its state, its record if there is one, and what was found."""

    path: Path
    place: str
    state: State
    record: Record | None
    title: str
    group: str
    problems: tuple[Problem, ...]
    is_text: bool = False

    @property
    def record_id(self) -> str | None:
        """The id of the record, or None."""
        return self.record["id"] if self.record else None

    @property
    def is_accepted(self) -> bool:
        """Whether the record stands in the round."""
        return self.state in ACCEPTED

    def count(self, severity: Severity) -> int:
        """How many problems of a severity there are."""
        return sum(one.severity is severity for one in self.problems)

    def as_json(self) -> Json:
        """The outcome as ``xlsync collect --json`` prints it."""
        return {"file": str(self.path), "state": self.state.value, **self.receipt()}

    def receipt(self) -> Record:
        """What is kept of it in the repository; ``content`` is the SHA-256 of the record."""
        content = hashlib.sha256(canonical_bytes(self.record)) if self.record else None
        return {
            "place": self.place,
            "accepted": self.is_accepted,
            "record": self.record_id,
            "content": content.hexdigest() if content else None,
            "title": self.title,
            "group": self.group,
            "problems": [_storable(one) for one in self.problems],
        }

    def known_as(self, record_id: str | None) -> Outcome:
        """The same under the id that its record bears already, if there is one."""
        if self.record is None or record_id is None:
            return self
        return replace(self, record={**self.record, "id": record_id})

    def settled(self, state: State) -> Outcome:
        """The same with its final state."""
        return replace(self, state=state)


def _storable(found: Problem) -> Json:
    """A problem as JSON; half a character, as escapes and file names can hold, is written out."""
    return {
        key: value and value.encode("utf-8", "backslashreplace").decode()
        for key, value in found.as_json().items()
    }


def first_outcome(path: Path, reading: Reading, form: Form | None, *, is_text: bool) -> Outcome:
    """What a reading says before it meets the repository; NEW stands for "acceptable"."""
    place = f"第{reading.start}行" if is_text else reading.sheet or ""
    if reading.record is None or form is None:
        foreign = any(one.code == "S005" for one in reading.problems)
        state = State.OTHER_FORM if foreign else State.UNREADABLE
        return Outcome(path, place, state, None, "", "", tuple(reading.problems), is_text)
    return Outcome(
        path,
        place,
        State.REFUSED if has_error(reading.problems) else State.NEW,
        reading.record,
        form.title(reading.record),
        form.group(reading.record),
        tuple(reading.problems),
        is_text,
    )


def refuse_rivals(outcomes: list[Outcome]) -> list[Outcome]:
    """Refuse every version of a record that came in several different ones (S006).

    Which of them is meant only a person can say; the order of the files must not decide it.
    """
    versions: dict[str, list[Outcome]] = {}
    for one in outcomes:
        if one.state is State.NEW and one.record_id:
            versions.setdefault(one.record_id, []).append(one)
    rivals = {
        record_id: found
        for record_id, found in versions.items()
        if any(one.record != found[0].record for one in found)
    }
    return [
        _refused_for(one, rivals[one.record_id])
        if one.state is State.NEW and one.record_id in rivals
        else one
        for one in outcomes
    ]


def _refused_for(outcome: Outcome, rivals: list[Outcome]) -> Outcome:
    files = "、".join(sorted({f"{one.path.name} {one.place}".strip() for one in rivals}))
    message = f"同一项目收到内容不同的几份：{files}。请只留一份再收集。"
    double = problem("S006", message, found=outcome.title)
    return replace(outcome, state=State.REFUSED, problems=(*outcome.problems, double))
