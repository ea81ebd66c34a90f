"""What a line of history brings since the two parted: projects, files, lists; told by folders."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from xlsync.repository import layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.record import Json
    from xlsync.repository import Entry, Snapshot

_LISTS = {
    layout.UNITS: "单位名单",
    layout.ROSTERS: "名册",
    layout.DEADLINES: "截止日期",
    layout.CEILINGS: "控制数",
    layout.DECISIONS: "更正和审核",
    layout.TICKS: "提醒的核对",
    layout.CLOSED: "封存",
    layout.WITHDRAWN: "撤回的下发",
}
"""What is kept beside records and files, and how people call it."""


_OF_RECORDS = {layout.DECISIONS, layout.WITHDRAWN}
"""Those with a file for each record."""


class Named(NamedTuple):
    """A project of a round."""

    record: str
    group: str
    title: str


@dataclass(frozen=True, slots=True)
class RoundBrought:
    """What a side brings of a round.

    ``new`` are projects that the round did not have, ``changed`` are records that are otherwise
    than they were; ``sent`` and ``files`` are how many projects something went out for, and how
    many files came in, that the other side does not know of.
    """

    round: str
    new: tuple[Named, ...]
    changed: tuple[Named, ...]
    sent: int
    files: int

    def as_json(self) -> Json:
        """The round as ``xlsync sync --json`` prints it."""
        return {
            "round": self.round,
            "new": [one._asdict() for one in self.new],
            "changed": [one._asdict() for one in self.changed],
            "sent": self.sent,
            "files": self.files,
        }


@dataclass(frozen=True, slots=True)
class Brought:
    """What a side brings; ``lists`` names what else of its settings it has changed."""

    rounds: tuple[RoundBrought, ...] = ()
    lists: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether it is anything that people know of."""
        return bool(self.rounds or self.lists)

    def as_json(self) -> Json:
        """What is brought as ``xlsync sync --json`` prints it."""
        return {"rounds": [one.as_json() for one in self.rounds], "lists": list(self.lists)}


NOTHING = Brought()
"""What a side brings that has done nothing."""


def brought(base: Snapshot, side: Snapshot) -> Brought:
    """What a side has that stood otherwise, or not at all, where it began."""
    rounds = (_round(base, side, name) for name in side.rounds())
    found = tuple(one for one in rounds if one.new or one.changed or one.sent or one.files)
    return Brought(found, tuple(_lists(base, side)))


def _round(base: Snapshot, side: Snapshot, name: str) -> RoundBrought:
    had, has = base.records(name), side.records(name)
    out = layout.folder(layout.ISSUED, name)
    sent = side.files(out).items() - base.files(out).items()
    known = {*had, *map(_id, base.files(out))}
    outstanding = {_id(one): one for one, _ in sent if _id(one) not in {*known, *has}}
    new = [_named(one) for one in has.values() if one.id not in known]
    new += [_of_ledger(side, f"{out}/{file}", one) for one, file in sorted(outstanding.items())]
    changed = [
        _named(one)
        for one in has.values()
        if one.id in known and (one.id not in had or _placed(one) != _placed(had[one.id]))
    ]
    came = layout.folder(layout.RECEIPTS, name)
    files = len(side.files(came).keys() - base.files(came).keys())
    new.sort(key=attrgetter("group", "title"))
    return RoundBrought(name, tuple(new), tuple(changed), len(sent), files)


def _placed(one: Entry) -> tuple[str, str]:
    return one.path, one.blob


def _named(one: Entry) -> Named:
    return Named(one.id, one.group, one.title)


def _of_ledger(side: Snapshot, path: str, record_id: str) -> Named:
    found = side.document(path) or {}
    return Named(record_id, str(found.get("group", "")), str(found.get("title", "")))


def _lists(base: Snapshot, side: Snapshot) -> Iterator[str]:
    before, after = (one.find_all(_LISTS) for one in (base, side))
    rounds = side.rounds()
    for top, word in _LISTS.items():
        if top in _OF_RECORDS:
            # How these are stored differs from format to format.
            folders = [layout.folder(top, name) for name in rounds]
            if any(base.files(one) != side.files(one) for one in folders):
                yield word
        elif before.get(top) != after.get(top):
            yield word


def _id(name: str) -> str:
    return name.removesuffix(".json")
