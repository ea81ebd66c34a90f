"""Which record a user means by what was typed: an id, the beginning of one, or part of a title."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import XlsyncError
from xlsync.base.files import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlsync.repository.snapshot import Entry, Snapshot

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
    """Read ``[ROUND/]RECORD[@REVISION]``; XlsyncError when it names no record."""
    match = _REFERENCE.fullmatch(text.strip())
    if match is None:
        raise XlsyncError(f"{text!r} names no record: write [ROUND/]RECORD[@REVISION]")
    return Reference(match["round"], match["record"], match["revision"])


def find(snapshot: Snapshot, reference: Reference) -> tuple[str, Entry]:
    """The one record that is meant, and its round.

    The whole id comes first, then the beginning of an id (4 characters or more), then a whole
    title, then part of a title; where several rounds have it, the latest.

    Raises:
        XlsyncError: when nothing or more than one record fits, with the candidates.
    """
    rounds = [reference.round] if reference.round else reversed(snapshot.rounds())
    entries = {name: list(snapshot.records(name).values()) for name in rounds}
    for fits in _ways(reference.record):
        for name, candidates in entries.items():
            found = [entry for entry in candidates if fits(entry)]
            if len(found) == 1:
                return name, found[0]
            if found:
                raise XlsyncError(_too_many(reference.record, name, found))
    where = f"round {reference.round}" if reference.round else "any round"
    raise XlsyncError(f"no record in {where} has {reference.record!r} as its id or in its title")


def _ways(text: str) -> Iterator[Match]:
    yield lambda entry: entry.id == text
    if len(text) >= _SHORTEST_PREFIX:
        yield lambda entry: entry.id.startswith(text)
    # Titles stand in paths, so the text has to go the same way before the two are compared.
    title = safe_text(text).casefold()
    if not title:
        return
    yield lambda entry: entry.title.casefold() == title
    yield lambda entry: title in entry.title.casefold()


def _too_many(text: str, round_name: str, found: list[Entry]) -> str:
    shown = [f"{entry.id} {entry.group}/{entry.title}" for entry in found[:_MOST_CANDIDATES]]
    if len(found) > len(shown):
        shown.append("…")
    return f"{text!r} fits {len(found)} records of {round_name}: {'; '.join(shown)}"
