"""What people decided about records: corrected, moved, cancelled, reviewed; each with a reason.

One JSON file a record and round lists its decisions, the oldest first; none is ever taken out.
A decision says which content of the record it saw, by its SHA-256.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.base.record import MISSING
from xlsync.repository import layout
from xlsync.rounds.kept.documents import Members

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.base.record import Json, Record
    from xlsync.repository import Changes, Snapshot


_WHAT = "裁定记录"


class Act(StrEnum):
    """What was decided, as the repository keeps it."""

    CORRECT = "correct"
    ROSTER = "roster"
    MOVE = "move"
    RENAME = "rename"
    CANCEL = "cancel"
    RESTORE = "restore"
    REVIEW = "review"

    @property
    def word(self) -> str:
        """What people call it."""
        return _WORDS[self]


_WORDS = {
    Act.CORRECT: "更正",
    Act.ROSTER: "按名册更正",
    Act.MOVE: "调整单位",
    Act.RENAME: "改名",
    Act.CANCEL: "取消",
    Act.RESTORE: "恢复",
    Act.REVIEW: "审核",
}

UNDO = "撤销"
"""How the commits begin that take another one back."""

CORRECTING = {Act.CORRECT, Act.ROSTER, Act.MOVE, Act.RENAME}
"""Decisions that change what the record says."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A value that a decision changed; an absent side is :data:`~xlsync.base.record.MISSING`."""

    pointer: str
    label: str
    old: Json
    new: Json

    @classmethod
    def from_json(cls, value: Json, path: str) -> FieldChange:
        """Read it back; DocumentError where it is none."""
        members = Members(path, _WHAT, value)
        sides = (members.value.get(key, MISSING) for key in ("old", "new"))
        return cls(members.get("pointer", str), members.get("label", str), *sides)

    def as_json(self) -> Json:
        """The change as it stands in the repository; an absent side is left out."""
        sides = {"old": self.old, "new": self.new}
        told = {name: side for name, side in sides.items() if side is not MISSING}
        return {"pointer": self.pointer, "label": self.label, **told}


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision about a record.

    ``time`` is ISO 8601 with a zone, ``by`` a person's name. ``saw`` is the SHA-256 of the
    record that was decided upon, None where nothing had come back yet; ``made`` that of the
    record that came of it, where it changed. ``verdict`` is a reviewer's word.
    """

    act: Act
    time: str
    by: str
    reason: str
    saw: str | None = None
    made: str | None = None
    changes: tuple[FieldChange, ...] = ()
    verdict: str | None = None

    @classmethod
    def from_json(cls, value: Json, path: str) -> Decision:
        """Read it back; DocumentError where it is none."""
        members = Members(path, _WHAT, value)
        act = members.get("act", str)
        if act not in list(Act):
            raise members.error("act")
        return cls(
            Act(act),
            members.required_time("time"),
            members.get("by", str),
            members.get("reason", str),
            members.get("saw", str, None),
            members.get("made", str, None),
            tuple(FieldChange.from_json(one, path) for one in members.list("changes", dict, [])),
            members.get("verdict", str, None),
        )

    def as_json(self) -> Json:
        """The decision as it stands in the repository, and as ``--json`` prints it."""
        return {
            "act": self.act.value,
            "time": self.time,
            "by": self.by,
            "reason": self.reason,
            "saw": self.saw,
            "made": self.made,
            "changes": [one.as_json() for one in self.changes],
            "verdict": self.verdict,
        }


def decisions_of(snapshot: Snapshot, round_name: str, record_id: str) -> list[Decision]:
    """What was decided about a record in a round, the oldest first."""
    path = layout.decisions_path(round_name, record_id)
    return _read(snapshot.document(path), path)


def decisions(snapshot: Snapshot, round_name: str) -> dict[str, list[Decision]]:
    """What was decided in a round, by record id; the oldest first."""
    folder = layout.folder(layout.DECISIONS, layout.check_round(round_name))
    return {name.removesuffix(".json"): found for name, found in snapshot.facts(folder, _read)}


def put_decision(changes: Changes, record_id: str, decision: Decision) -> None:
    """Note a decision about a record behind those that stand there."""
    path = layout.decisions_path(changes.round, record_id)
    former = changes.document(path) or {"record": record_id, "decisions": []}
    changes.put_document(path, {**former, "decisions": [*former["decisions"], decision.as_json()]})


def is_cancelled(found: Iterable[Decision]) -> bool:
    """Whether the last word about a record is that it is cancelled."""
    acts = [one.act for one in found if one.act in {Act.CANCEL, Act.RESTORE}]
    return acts[-1:] == [Act.CANCEL]


def cancelled(snapshot: Snapshot, round_name: str) -> frozenset[str]:
    """The records of a round that are cancelled."""
    found = decisions(snapshot, round_name)
    return frozenset(record_id for record_id, all_of in found.items() if is_cancelled(all_of))


def _read(document: Record | None, path: str) -> list[Decision]:
    found = Members(path, _WHAT, document).list("decisions", dict) if document is not None else []
    return [Decision.from_json(one, path) for one in found]
