"""Which record a user means by what was typed: an id, the beginning of one, or part of a title.

This is the one place that answers it, for every command. What went out and did not come back
yet is meant as well as what did.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import MistypedError, unknown_name
from xlsync.base.files import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlsync.repository.record_lists import Entry
    from xlsync.repository.snapshot import Snapshot

    Match = Callable[[Entry], bool]

_SHORTEST_PREFIX = 4
_MOST_CANDIDATES = 5

_REFERENCE = re.compile(r"(?:(?P<round>[0-9]{4}/[^/]+)/)?(?P<record>.+?)(?:@(?P<revision>[^@]+))?")


class Reference(NamedTuple):
    """``[ROUND/]RECORD[@REVISION]`` in parts."""

    round: str | None
    record: str
    revision: str | None


def parse(text: str) -> Reference:
    """Read ``[ROUND/]RECORD[@REVISION]``; MistypedError when it names no record."""
    match = _REFERENCE.fullmatch(text.strip())
    if match is None:
        raise MistypedError(f"{text!r} names no record: write [ROUND/]RECORD[@REVISION]")
    return Reference(match["round"], match["record"], match["revision"])


def find(snapshot: Snapshot, reference: Reference) -> tuple[str, Entry]:
    """The one record that is meant, and the latest round that has it.

    The whole id comes first, then the beginning of an id (4 characters or more), then a whole
    title, then part of a title. What fits more than one record, be it in two rounds, is refused.
    The entry of one that only went out has no path and no blob.

    Raises:
        MistypedError: when no record fits, or more than one does, with the candidates.
    """
    rounds = [reference.round] if reference.round else list(reversed(snapshot.rounds()))
    wanted = reference.record.strip().lower()
    for name in rounds:
        # The ledger need not be read for a record that is called by its id and came back.
        if (entry := snapshot.records(name).get(wanted)) is not None:
            return name, entry
    entries = {name: _entries(snapshot, name) for name in rounds}
    for fits in _ways(reference.record):
        found: dict[str, tuple[str, Entry]] = {}
        for name in rounds:
            for entry in filter(fits, entries[name]):
                former = found.setdefault(entry.id, (name, entry))
                # What can be shown comes before what only went out, be it in a later round.
                if entry.path and not former[1].path:
                    found[entry.id] = name, entry
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            raise MistypedError(_too_many(reference.record, list(found.values())))
    if reference.round and reference.round not in snapshot.rounds():
        raise unknown_name("round", reference.round, snapshot.rounds())
    titles = (one.title for found in entries.values() for one in found)
    raise unknown_name("project", reference.record, titles)


def _entries(snapshot: Snapshot, round_name: str) -> list[Entry]:
    """The records of a round, and what went out and did not come back."""
    records = snapshot.records(round_name)
    return [*records.values(), *snapshot.outstanding(round_name)]


def _ways(text: str) -> Iterator[Match]:
    wanted = text.strip().lower()
    yield lambda entry: entry.id == wanted
    if len(wanted) >= _SHORTEST_PREFIX:
        yield lambda entry: entry.id.startswith(wanted)
    # Titles stand in paths, so the text has to go the same way before the two are compared.
    title = safe_text(text).casefold()
    if not title:
        return
    yield lambda entry: safe_text(entry.title).casefold() == title
    yield lambda entry: title in safe_text(entry.title).casefold()


def _too_many(text: str, found: list[tuple[str, Entry]]) -> str:
    shown = [
        f"{name}/{entry.id} {entry.group}/{entry.title}" for name, entry in found[:_MOST_CANDIDATES]
    ]
    if len(found) > len(shown):
        shown.append("…")
    return f"{text!r} fits {len(found)} records: {'; '.join(shown)}"


def is_meant(text: str, record_id: str | None, title: str) -> bool:
    """Whether a text means a record in any way, for lists that may show several."""
    wanted, name = text.strip().lower(), safe_text(text).casefold()
    is_id = bool(record_id and wanted and record_id.startswith(wanted))
    return is_id or bool(name and name in safe_text(title).casefold())


def check_text(text: str) -> str:
    """The text itself; MistypedError when it is empty and would mean everything."""
    if not safe_text(text).strip():
        raise MistypedError("an empty text means no record: write an id or part of a title")
    return text
