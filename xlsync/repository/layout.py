"""Where things stand in the tree of a repository, and how rounds are named and ordered.

Paths are text with `/` between their parts. Whoever looks for a path, or wants to know what a
path means, asks this module. They are the same in every format of the repository; where git
stores what has a path is told by ``arranging`` alone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from xlsync.base.errors import MistypedError, XlsyncError
from xlsync.base.files import safe_name

MARKER = "xlsync.json"
ROUNDS = "rounds"
RECEIVED = "received"
RECEIPTS = "receipts"
ISSUED = "issued"
WITHDRAWN = "withdrawn"
CONFLICTS = "conflicts"
MERGED = "merged"
DECISIONS = "decisions"
DEADLINES = "deadlines"
CLOSED = "closed"
TICKS = "ticks"
CEILINGS = "ceilings"
ROSTERS = "rosters"
SEAL = "seal.json"
UNITS = "units.json"

ID = re.compile(r"[0-9a-z][0-9a-z-]{0,39}")

_ROUND = re.compile(r"[0-9]{4}/([0-9A-Za-z\u3007\u3400-\u4dbf\u4e00-\u9fff-]{1,20})")
_NUMERALS = "一二三四五六七八九十"
_RECORD_FILE = re.compile(rf"(.*)\.({ID.pattern})\.json", re.DOTALL)
_RECEIVED_FILE = re.compile(r"(.*?)(\.[0-9A-Za-z]{1,10})?", re.DOTALL)
_KEY_LENGTH = 16


class RecordName(NamedTuple):
    """What the name of a record's file says."""

    title: str
    id: str


@lru_cache(maxsize=256)
def is_round(name: str) -> bool:
    """Whether a name is of the shape ``2023/一上``."""
    match = _ROUND.fullmatch(name)
    return match is not None and safe_name(match[1]) == match[1]


def check_round(name: str) -> str:
    """The round's name itself, when it is one.

    Raises:
        MistypedError: when it is not of the shape ``2023/一上``.
    """
    if not is_round(name):
        raise MistypedError(
            f"{name!r} is not a round: write YEAR/NAME such as 2023/一上, "
            "the name 1 to 20 letters, digits, Chinese characters or hyphens"
        )
    return name


def round_order(name: str) -> tuple[str, int, str]:
    """Sort key of a round: its year, then 一 before 二 … 十, then all other names by text."""
    year, _, rest = name.partition("/")
    numeral = _NUMERALS.find(rest[:1])
    return year, numeral if numeral >= 0 else len(_NUMERALS), rest


def check_id(record_id: str) -> str:
    """The record id itself, when it is one.

    Raises:
        XlsyncError: when it is not made of 1 to 40 of ``0-9 a-z -``.
    """
    if ID.fullmatch(record_id) is None:
        raise XlsyncError(
            f"{record_id!r} is not a record id: it takes 1 to 40 of 0-9, a-z and, not first, -"
        )
    return record_id


def record_path(round_name: str, record_id: str, group: str, title: str) -> str:
    """Where a record stands; the id in its name outlives a change of group and title."""
    name = safe_name(title, suffix=f".{check_id(record_id)}.json")
    return f"{ROUNDS}/{check_round(round_name)}/{safe_name(group)}/{name}"


def read_record_name(name: str) -> RecordName | None:
    """Title and id from the name of a file; None when it is not the name of a record."""
    match = _RECORD_FILE.fullmatch(name)
    return RecordName(match[1], match[2]) if match else None


def folder(top: str, round_name: str) -> str:
    """The folder of a round below one of those at the top, such as ``ISSUED``."""
    return f"{top}/{round_name}"


def received_folder(round_name: str, key: str) -> str:
    """The folder in which a received file stands, by the beginning of its SHA-256."""
    return f"{folder(RECEIVED, round_name)}/{key_of(key)}"


def received_path(round_name: str, digest: str, name: str) -> str:
    """Where the very bytes of a received file stand; its extension survives any cut."""
    match = _RECEIVED_FILE.fullmatch(name)
    stem, extension = match.groups("") if match else (name, "")
    file_name = safe_name(stem, suffix=extension)
    return f"{received_folder(check_round(round_name), digest)}/{file_name}"


def entry_of(path: str) -> str:
    """The name below a round's folder to which a path leads, such as the key of a received file."""
    return [*path.split("/", 4), "", "", ""][3]


def receipt_path(round_name: str, digest: str) -> str:
    """Where it stands what came of a received file."""
    return f"{RECEIPTS}/{check_round(round_name)}/{key_of(digest)}.json"


def issued_path(round_name: str, record_id: str) -> str:
    """Where it stands which workbooks went out for a record."""
    return f"{ISSUED}/{check_round(round_name)}/{check_id(record_id)}.json"


def withdrawn_path(round_name: str, record_id: str) -> str:
    """Where it stands which workbooks of a record were taken back by undoing."""
    return f"{WITHDRAWN}/{check_round(round_name)}/{check_id(record_id)}.json"


def conflict_path(round_name: str, record_id: str, digest: str) -> str:
    """Where a returned version waits that contradicts what the round holds."""
    return f"{conflict_folder(round_name, record_id)}/{key_of(digest)}.json"


def conflict_folder(round_name: str, record_id: str) -> str:
    """The folder of all versions of a record that wait."""
    return f"{CONFLICTS}/{check_round(round_name)}/{check_id(record_id)}"


def merged_path(round_name: str, record_id: str) -> str:
    """Where the versions stand that a record was merged from."""
    return f"{MERGED}/{check_round(round_name)}/{check_id(record_id)}.json"


def decisions_path(round_name: str, record_id: str) -> str:
    """Where it stands what people decided about a record in a round."""
    return f"{DECISIONS}/{check_round(round_name)}/{check_id(record_id)}.json"


def deadlines_path(round_name: str) -> str:
    """Where it stands until when a round is to come back, and what was said of that before."""
    return f"{DEADLINES}/{check_round(round_name)}.json"


def closed_path(round_name: str) -> str:
    """Where it stands when a round was closed, and opened again."""
    return f"{CLOSED}/{check_round(round_name)}.json"


def ticks_path(round_name: str) -> str:
    """Where it stands which warnings of a round a person has ticked off."""
    return f"{TICKS}/{check_round(round_name)}.json"


def ceilings_path(round_name: str) -> str:
    """Where the ceiling list of a round stands: up to how much units may ask for."""
    return f"{CEILINGS}/{check_round(round_name)}.json"


def roster_path(round_name: str) -> str:
    """Where the order stands in which the roster of a round has its records."""
    return f"{ROSTERS}/{check_round(round_name)}.json"


def key_of(digest: str) -> str:
    """The part of a SHA-256 in hexadecimal digits that names a received file in paths."""
    return digest[:_KEY_LENGTH]
