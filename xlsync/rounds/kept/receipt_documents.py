"""Receipts as typed documents: what the repository keeps of every file that came.

A document that is not as xlsync writes it is refused with its path; keys that a newer xlsync may
have added are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.base.problems import from_json
from xlsync.repository import layout
from xlsync.rounds.kept.documents import Members
from xlsync.rounds.kept.outcomes import CONTRADICTS, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from xlsync.base.problems import Problem, Severity
    from xlsync.base.record import Json, Record
    from xlsync.repository import Changes, Snapshot

_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class FormReceipt:
    """What became of one form in one file.

    ``value`` is the JSON object as it stands. ``content`` is the SHA-256 of the record, ``copy``
    the number of the issue that went back for correction, ``settled`` when a version that had
    waited got in.
    """

    value: Mapping[str, Json]
    place: str
    state: State
    accepted: bool
    record: str | None
    content: str | None
    title: str
    group: str
    round: str | None = None
    issue: int | None = None
    base: str | None = None
    copy: int | None = None
    settled: str | None = None
    saved: str | None = None
    saver: str | None = None
    is_sealed: bool = True

    @classmethod
    def from_json(cls, value: Json, path: str) -> FormReceipt:
        """Read one form of a receipt; DocumentError where it is none."""
        members = Members(path, "回执", value)
        members.list("problems", dict)
        return cls(
            value=members.value,
            place=members.get("place", str),
            state=_state(members),
            accepted=members.get("accepted", bool),
            record=members.get("record", str, None),
            content=members.get("content", str, None),
            title=members.get("title", str),
            group=members.get("group", str),
            round=members.get("round", str, None),
            issue=members.get("issue", int, None),
            base=members.get("base", str, None),
            copy=members.get("copy", int, None),
            settled=members.time("settled"),
            saved=members.time("saved"),
            saver=members.get("saver", str, None),
            is_sealed=members.get("sealed", bool, True),
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found in the form."""
        return tuple(from_json(self.value["problems"]))

    def count(self, severity: Severity) -> int:
        """How many problems of a severity it has."""
        return sum(one.get("severity") == severity.value for one in self.value["problems"])

    def changed(self, **members: Json) -> FormReceipt:
        """The same with other members."""
        return FormReceipt.from_json({**self.value, **members}, "")

    def is_of(self, record_id: str, content: str) -> bool:
        """Whether it is a version of a record, by the SHA-256 of what it says."""
        return (self.record, self.content) == (record_id, content)

    def became(self, state: State, *told: Problem, **more: Json) -> FormReceipt:
        """The same after it was decided that it gets in, or that it waits."""
        left = [one for one in self.value["problems"] if one.get("code") not in CONTRADICTS]
        return self.changed(
            state=state.value,
            accepted=state is not State.CONFLICT,
            problems=[*left, *(one.as_json() for one in told)],
            **more,
        )


def _state(members: Members) -> State:
    """The state in a receipt; the first ones said no more than whether a form was accepted."""
    found = members.get("state", str, None)
    if found is None:
        if members.get("accepted", bool):
            return State.NEW
        return State.REFUSED if members.value.get("record") else State.UNREADABLE
    if found not in [*State]:
        raise members.error("state")
    return State(found)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one received file: when it came first, and its forms.

    ``value`` is the JSON object as it stands, its forms aside.
    """

    received: str | None
    forms: tuple[FormReceipt, ...]
    value: Mapping[str, Json]

    @classmethod
    def from_json(cls, value: Json, path: str) -> Receipt:
        """Read a receipt; DocumentError where it is none."""
        members = Members(path, "回执", value)
        forms = tuple(FormReceipt.from_json(one, path) for one in members.list("forms", dict))
        return cls(members.time("received"), forms, members.value)

    def as_json(self) -> Record:
        """The receipt as it stands in the repository."""
        return {**self.value, "forms": [dict(one.value) for one in self.forms]}

    def with_forms(self, forms: Iterable[FormReceipt]) -> Receipt:
        """The same file, of whose forms something else is told."""
        return Receipt(self.received, tuple(forms), self.value)


def receipt_of(snapshot: Snapshot | Changes, round_name: str, key: str) -> Receipt | None:
    """The receipt of a file by its SHA-256; None where it was never received."""
    path = layout.receipt_path(round_name, key)
    found = snapshot.document(path)
    return None if found is None else Receipt.from_json(found, path)


def receipts_of(
    snapshot: Snapshot, round_name: str, holding: str = ""
) -> Iterator[tuple[str, Receipt]]:
    """The receipts of a round with the keys of their files, in the order of the keys.

    ``holding`` leaves out those in which a text such as an id does not occur.
    """
    folder = layout.folder(layout.RECEIPTS, layout.check_round(round_name))
    if not holding:
        found = snapshot.facts(folder, Receipt.from_json)
    else:
        found = (
            (name, Receipt.from_json(one, f"{folder}/{name}"))
            for name, one in snapshot.documents(folder, holding=holding)
        )
    for name, receipt in found:
        yield name.removesuffix(_SUFFIX), receipt


def put_receipt(changes: Changes, key: str, receipt: Receipt) -> None:
    """Keep what came of a file, in place of an older receipt."""
    changes.put_document(layout.receipt_path(changes.round, key), receipt.as_json())
