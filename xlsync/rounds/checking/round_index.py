"""The records of a round by what the same project may be known by in another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlsync.rounds.kept.units import unit_key
from xlsync.rounds.state.exporting import counted_records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.repository import Entry, Snapshot


class RoundIndex(NamedTuple):
    """The records of a round that count, by id, and by the names of unit and project."""

    round: str
    by_id: Mapping[str, Entry]
    by_name: Mapping[tuple[str, str], Entry]

    def entry(self, record_id: str, group: str, title: str) -> Entry | None:
        """The same project in this round, by its id, else by its names."""
        return self.by_id.get(record_id) or self.by_name.get(_names(group, title))


def round_index(snapshot: Snapshot, round_name: str) -> RoundIndex:
    """The records of a round by what they may be known by."""
    entries = counted_records(snapshot, round_name)
    named = {_names(one.group, one.title): one for one in entries.values()}
    return RoundIndex(round_name, entries, named)


def _names(group: str, title: str) -> tuple[str, str]:
    return unit_key(group), unit_key(title)
