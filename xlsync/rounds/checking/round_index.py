"""The records of a round by what the same project may be known by in another one."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from xlsync.base.disk_map import DiskMap
from xlsync.rounds.kept.decisions import cancelled
from xlsync.rounds.kept.units import unit_key
from xlsync.rounds.state.exporting import counted_ids

if TYPE_CHECKING:
    from xlsync.repository import Entry, Snapshot


class RoundIndex:
    """The records of a round that count, by id, and by the names of unit and project."""

    def __init__(self, snapshot: Snapshot, round_name: str) -> None:
        """Look at a round; nothing is listed yet."""
        self.round = round_name
        self._snapshot = snapshot

    def entry(self, record_id: str, group: str, title: str) -> Entry | None:
        """The same project in this round, by its id, else by its names."""
        if record_id not in self._cancelled:
            found = self._snapshot.entry(self.round, record_id)
            if found is not None:
                return found
        namesake = self._by_name.get(_names(group, title))
        return None if namesake is None else self._snapshot.entry(self.round, namesake)

    @cached_property
    def _cancelled(self) -> frozenset[str]:
        return cancelled(self._snapshot, self.round)

    @cached_property
    def _by_name(self) -> DiskMap[str, str]:
        """The ids of all by their names; of several that are called the same the last one's."""
        found: DiskMap[str, str] = DiskMap()
        for record_id in counted_ids(self._snapshot, self.round):
            entry = self._snapshot.entry(self.round, record_id)
            if entry is not None:
                found[_names(entry.group, entry.title)] = record_id
        return found


def _names(group: str, title: str) -> str:
    return f"{unit_key(group)}\0{unit_key(title)}"
