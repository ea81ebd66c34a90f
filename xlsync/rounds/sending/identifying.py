"""Which record each project of a roster is: an id is given once and outlives renames."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from xlsync.base.files import safe_name
from xlsync.base.problems import problem
from xlsync.form.types import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlsync.repository import Snapshot
    from xlsync.rounds.kept.ledger import Issued
    from xlsync.rounds.roster import Roster, RosterProject

Names = tuple[str, str]
"""Unit and project, as they stand in paths."""


_MADE = re.compile(r"[0-9a-f]{12}(?:-[0-9]+)?")
"""An id that was made from what a record says, see :mod:`xlsync.form.identity`."""

_LIKE = 0.5
"""From which likeness on (0 to 1, by difflib) a name was corrected and not replaced."""


def names_of(group: str, title: str) -> Names:
    """The names by which the folders of the repository know a record."""
    return safe_name(group), safe_name(title)


def folded(names: Names) -> Names:
    """The same without blanks, so that one typed inside a name makes no other project."""
    return comparable(names[0]), comparable(names[1])


class Identifier:
    """Gives every project its id: that of the roster, else that of its names, else a new one.

    Names are looked up in all rounds, the latest first; what the roster calls by an id of its
    own is not taken for another project of the same name.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        round_name: str,
        ledger: Mapping[str, Issued],
        roster: Roster,
        listed: Iterable[Names],
    ) -> None:
        """Know the records of all rounds, and what went out in this one.

        ``listed`` are the units and names of all projects of the roster.
        """
        self._roster = roster
        self._listed = {folded(names_of(*one)) for one in listed}
        self._by_names: dict[Names, str] = {}
        self._folded: dict[Names, set[str]] = {}
        self._names: dict[str, list[Names]] = {}
        rounds = [one for one in snapshot.rounds() if one != round_name]
        for name in (*rounds, round_name):
            for entry in snapshot.records(name).values():
                self._know(entry.id, (entry.group, entry.title))
        for one in ledger.values():
            self._know(one.record, names_of(one.group, one.title))
        self._known = {*self._by_names.values(), *ledger}
        self._claimed = {one.id for one in roster.projects if one.id}

    def _know(self, record_id: str, names: Names) -> None:
        self._by_names[names] = record_id
        self._folded.setdefault(folded(names), set()).add(record_id)
        self._names.setdefault(record_id, []).append(names)

    def id_of(self, project: RosterProject, title: str, names: Names) -> str:
        """The id of a project; R012 where it is known by another one than the roster gives.

        R020 and R029 where that one seems to belong to another project. ``names`` are those of its
        unit and its own in paths.
        """
        known = self._by_name(names)
        self._check_owner(project, names)
        if project.id is not None:
            if project.id in self._known or known is None or known in self._claimed:
                return project.id
            message = f"“{title}”此前的编号是 {known}，已沿用；名册中的编号 {project.id} 未采用。"
            first = min(project.cells.values())
            self._roster.report(problem("R012", message, found=project.id), first)
            return known
        if known is not None and known not in self._claimed:
            return known
        return self._free(project.identity)

    def _by_name(self, names: Names) -> str | None:
        """The record of these names, or of the only ones that differ in nothing but blanks."""
        if names in self._by_names:
            return self._by_names[names]
        same = self._folded.get(folded(names), set())
        return next(iter(same)) if len(same) == 1 else None

    def _check_owner(self, project: RosterProject, names: Names) -> None:
        """An id whose unit and name both differ may be that of another project (R020, R029).

        It is where that project stands in another row, and where the ids only count rows. An id
        that was made here is copied and not made up, and a name that is still like the former
        one was corrected; else a person has to say so.
        """
        given = project.id or project.serial or ""
        known = [folded(one) for one in self._names.get(given, [])]
        own = folded(names)
        if not known or any(own[0] == unit or own[1] == name for unit, name in known):
            return
        unit, name = self._names[given][-1]
        place = min(project.cells.values())
        message = f"编号 {given} 在版本库里是“{unit}”的“{name}”，与这一行的单位、项目都不同"
        if project.serial or self._listed & set(known):
            serial = "这一列像是序号，请把表头改为“序号”或删去这一列"
            advice = serial if project.serial else "请改正编号"
            found = problem("R020", f"{message}，是另一个项目。{advice}。", found=given)
            self._roster.report(found, place)
        elif not _MADE.fullmatch(given) and not any(_is_like(own, one) for one in known):
            message += "；确是同一项目改了单位又改了名，请确认。"
            self._roster.report(problem("R029", message, found=given), place)

    def _free(self, candidate: str) -> str:
        """A new id, and not that of a project which had these names before it was renamed."""
        made, number = candidate, 1
        while made in self._known or made in self._claimed:
            number += 1
            made = f"{candidate}-{number}"
        return made


def _is_like(own: Names, other: Names) -> bool:
    """Whether the unit or the name of a project is still like the former one."""
    return any(
        SequenceMatcher(None, one, two, autojunk=False).ratio() >= _LIKE
        for one, two in zip(own, other, strict=True)
    )
