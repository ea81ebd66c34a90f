"""The ledgers of two coordinators joined: every issue of both, each under a number of its own.

A workbook that went out cannot be called back, so its issue is known by what it bears: its
number, the commit that it was made from, and what stood in it. Where both had given one number
to two workbooks, all are numbered anew in the order in which they went out; an issue whose
workbook bears another number says so (``stated``). The numbers follow from the issues alone, so
both coordinators come to the same ones.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.record import canonical_bytes
from xlsync.rounds.documents import instant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.base.record import Json, Record

    Numbers = dict[int, int]


class United(NamedTuple):
    """A file of the ledger, and for the file of each side the number that its issues have now."""

    document: Record
    numbers: list[Numbers]

    @property
    def is_renumbered(self) -> bool:
        """Whether an issue has another number than a side knew it by."""
        return any(old != new for side in self.numbers for old, new in side.items())


def unite(sides: Iterable[Record | None]) -> United:
    """Join the files of one record; a side may have none."""
    documents = list(sides)
    found: dict[str, Json] = {}
    for document in filter(None, documents):
        for one in document["issues"]:
            key = _key(one)
            # One workbook that both have made is one, and went out when it first did.
            found[key] = min(found.get(key, one), one, key=_order)
    issues = list(found.values())
    printed = [_printed(one) for one in issues]
    is_clash = len(set(printed)) < len(printed)
    ordered = sorted(issues, key=_order if is_clash else _printed)
    by_key: dict[str, int] = {}
    for one in ordered:
        by_key[_key(one)] = max(_printed(one), max(by_key.values(), default=0) + 1)
    head = max(filter(None, documents), key=lambda one: _recency(one, by_key))
    document = {**head, "issues": [_numbered(one, by_key[_key(one)]) for one in ordered]}
    maps = [
        {one["issue"]: by_key[_key(one)] for one in side["issues"]} if side else {}
        for side in documents
    ]
    return United(document, maps)


def _printed(issue: Json) -> int:
    number: int = issue.get("stated", issue["issue"])
    return number


def _key(issue: Json) -> str:
    """What a workbook bears: by this it is told from any other, whatever its number is here."""
    borne = {key: value for key, value in issue.items() if key not in {"time", "file", "stated"}}
    return hashlib.sha256(canonical_bytes({**borne, "issue": _printed(issue)})).hexdigest()


def _order(issue: Json) -> tuple[float, int, str, str]:
    return instant(issue["time"]), _printed(issue), _key(issue), issue["file"] or ""


def _recency(document: Record, by_key: dict[str, int]) -> tuple[int, bytes]:
    """Whose names and form stand: those of the side that sent the last workbook."""
    return max(by_key[_key(one)] for one in document["issues"]), canonical_bytes(document)


def _numbered(issue: Json, number: int) -> Json:
    printed = _printed(issue)
    rest = {key: value for key, value in issue.items() if key not in {"issue", "stated"}}
    stated = {} if printed == number else {"stated": printed}
    return {"issue": number, **stated, **rest}
