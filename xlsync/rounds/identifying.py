"""Which record each project of a roster is: an id is given once and outlives renames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.files import safe_name
from xlsync.base.problems import problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.repository import Snapshot
    from xlsync.rounds.ledger import Issued
    from xlsync.rounds.roster import Project, Roster

Names = tuple[str, str]
"""Unit and project, as they stand in paths."""


def names_of(group: str, title: str) -> Names:
    """The names by which the folders of the repository know a record."""
    return safe_name(group), safe_name(title)


class Identifier:
    """Gives every project its id: that of the roster, else that of its names, else a new one.

    Names are looked up in all rounds, the latest first; what the roster calls by an id of its
    own is not taken for another project of the same name.
    """

    def __init__(
        self, snapshot: Snapshot, round_name: str, ledger: Mapping[str, Issued], roster: Roster
    ) -> None:
        """Know the records of all rounds, and what went out in this one."""
        self._roster = roster
        self._by_names: dict[Names, str] = {}
        rounds = [one for one in snapshot.rounds() if one != round_name]
        for name in (*rounds, round_name):
            for entry in snapshot.records(name).values():
                self._by_names[entry.group, entry.title] = entry.id
        for one in ledger.values():
            self._by_names[names_of(one.group, one.title)] = one.record
        self._known = {*self._by_names.values(), *ledger}
        self._claimed = {one.id for one in roster.projects if one.id}

    def id_of(self, project: Project, group: str, title: str) -> str:
        """The id of a project; R012 where it is known by another one than the roster gives."""
        known = self._by_names.get(names_of(group, title))
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

    def _free(self, candidate: str) -> str:
        """A new id, and not that of a project which had these names before it was renamed."""
        made, number = candidate, 1
        while made in self._known or made in self._claimed:
            number += 1
            made = f"{candidate}-{number}"
        return made
