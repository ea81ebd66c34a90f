"""The units of a town as a tree: which stands above which, and who is to be written to.

The list is kept in the repository, one for all rounds. A unit goes by its name, blanks and
widths aside; one that is not in the list stands alone.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError, unknown_name
from xlsync.base.files import safe_name
from xlsync.form.types import comparable
from xlsync.repository import Changes, layout, until_committed
from xlsync.rounds.kept.documents import Members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from xlsync.base.record import Json
    from xlsync.repository import Repository, Snapshot


_WHAT = "单位名单"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its name, the one above it, and how its contact is reached; empty where unknown."""

    name: str
    parent: str = ""
    contact: str = ""
    phone: str = ""
    mail: str = ""

    @classmethod
    def from_json(cls, value: Json, path: str) -> Unit:
        """Read it back; DocumentError where it is none."""
        members = Members(path, _WHAT, value)
        more = ("parent", "contact", "phone", "mail")
        return cls(members.get("name", str), *(members.get(key, str, "") for key in more))

    def as_json(self) -> Json:
        """The unit as it stands in the repository."""
        return asdict(self)


def unit_key(name: str) -> str:
    """What a unit goes by, as it stands in a record, in a path or in a list."""
    return comparable(safe_name(name))


@dataclass(frozen=True)
class UnitTree:
    """All units by their keys, in the order of the list."""

    units: dict[str, Unit] = field(default_factory=dict)

    @classmethod
    def of(cls, units: Iterable[Unit]) -> UnitTree:
        """The tree of some units; one that only stands above others has a node of its own.

        Raises:
            XlsyncError: when a unit stands above itself.
        """
        made: dict[str, Unit] = {unit_key(one.name): one for one in units}
        for one in list(made.values()):
            if one.parent and unit_key(one.parent) not in made:
                made[unit_key(one.parent)] = Unit(one.parent)
        tree = cls(made)
        for one in made.values():
            tree.path(one.name)
        return tree

    def __bool__(self) -> bool:
        """Whether there is a list at all."""
        return bool(self.units)

    def __contains__(self, name: str) -> bool:
        """Whether a unit is in the list."""
        return unit_key(name) in self.units

    def __iter__(self) -> Iterator[Unit]:
        """All units, in the order of the list."""
        return iter(self.units.values())

    def find(self, name: str) -> Unit:
        """A unit of the list, or one of which nothing but the name is known."""
        return self.units.get(unit_key(name)) or Unit(name)

    def names(self) -> list[str]:
        """The names of all units."""
        return [one.name for one in self.units.values()]

    def path(self, name: str) -> list[str]:
        """The names of the units above a unit, the highest first, and its own.

        Raises:
            XlsyncError: when a unit stands above itself.
        """
        names, keys = [self.find(name).name], {unit_key(name)}
        while parent := self.find(names[0]).parent:
            if unit_key(parent) in keys:
                raise XlsyncError(f"单位名单里“{self.find(parent).name}”成了自己的上级单位")
            keys.add(unit_key(parent))
            names.insert(0, self.find(parent).name)
        return names

    def downwards(self) -> Iterator[tuple[int, Unit]]:
        """Every unit with how many stand above it, each before those below it."""
        below: dict[str, list[Unit]] = {}
        for one in self:
            below.setdefault(unit_key(one.parent) if one.parent else "", []).append(one)
        waiting = [(0, one) for one in reversed(below.get("", []))]
        while waiting:
            depth, one = waiting.pop()
            yield depth, one
            waiting += [(depth + 1, other) for other in reversed(below.get(unit_key(one.name), []))]

    def at_level(self, name: str, level: int | None) -> str:
        """The unit of a level (1: the highest) that a unit belongs to, itself if it is higher."""
        path = self.path(name)
        return path[-1] if level is None else path[min(level, len(path)) - 1]

    def rolled(self, level: int | None) -> Callable[[str], str]:
        """The unit under which sums of a level count a unit; itself where no level is asked for."""
        return str if level is None else lambda name: self.at_level(name, level)

    def filter(self, under: str | None) -> Callable[[str], bool]:
        """Whether a unit is this one or stands below it; every unit is where none is given.

        Raises:
            UsageError: when the list lacks the unit, with the name that may be meant.
        """
        if under is None:
            return lambda _: True
        if under not in self:
            hint = "" if self else "；单位名单在网页的“单位”页或用 xlsync units import 录入"
            raise unknown_name("unit", under, self.names(), hint)
        wanted, known = unit_key(under), dict[str, bool]()

        def is_below(name: str) -> bool:
            if name not in known:
                known[name] = wanted in map(unit_key, self.path(name))
            return known[name]

        return is_below


def unit_tree(snapshot: Snapshot) -> UnitTree:
    """The units of a repository; an empty tree where there is no list.

    Raises:
        DocumentError: when the list is not as xlsync writes it.
    """
    document = snapshot.document(layout.UNITS)
    if document is None:
        return UnitTree()
    found = Members(layout.UNITS, _WHAT, document).list("units", dict)
    return UnitTree.of(Unit.from_json(one, layout.UNITS) for one in found)


def put_units(changes: Changes, tree: UnitTree) -> None:
    """Keep a list of units in place of the former one."""
    changes.put_document(layout.UNITS, {"units": [one.as_json() for one in tree]})


def keep_units(repository: Repository, tree: UnitTree) -> str | None:
    """Commit a list of units; the commit, None where the repository had the same list.

    Raises:
        XlsyncError: when the repository cannot be written.
    """

    def step() -> str | None:
        changes = Changes(repository.snapshot())
        put_units(changes, tree)
        return repository.commit(changes, f"单位名单：{len(tree.units)} 个单位")

    return until_committed(step)
