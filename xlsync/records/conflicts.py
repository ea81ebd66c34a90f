"""What a conflict workbook carries about itself, and the choices that come back in it.

A person sees one sheet: a row for each conflict, what was sent out, what the repository has,
what came back, and a choice. On a very hidden sheet lies the note, as keys and values: which
record of which round it is about, which two versions contradict each other, and what each text
of the visible sheet was, so that a text that was changed by hand is noticed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.base.record import MISSING, canonical_bytes
from xlsync.form.types import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from xlsync.base.record import Json, Record
    from xlsync.records.merged import Conflict

SHEET = "冲突处理"
NOTE = "_xlsync_conflict"
KIND = "conflict"
FORMAT = "2"
FIRST_FORMAT = "1"
"""Of workbooks whose seal was made over joined texts; still read."""

SIDES_NAME = "xs_sides"
ROW_SIDES_NAME = "xs_sides_of_rows"
"""The defined names of what can be chosen; of a row as a whole nothing else can be typed."""


class Side(StrEnum):
    """What can be chosen at a conflict."""

    OURS = "库中"
    THEIRS = "返回"
    OTHER = "另填"


NUMBER, PLACE, BASE, CHOICE, TYPED = "序号", "栏目", "发出时", "选择", "另填内容"
COLUMNS = (NUMBER, PLACE, BASE, Side.OURS.value, Side.THEIRS.value, CHOICE, TYPED)
"""The headings of the visible sheet, from the first column on."""

SHOWN = (PLACE, BASE, Side.OURS.value, Side.THEIRS.value)
"""The headings over texts that nobody is to change."""

_SINGLE = ("form", "round", "record", "ours", "returned")
_TEXT, _LINE, _SEAL, _CHECK = "text", "line", "seal", "check"
_MARK_LENGTH = 16


def mark(text: str) -> str:
    """What tells a text from any other; blanks and line breaks do not count."""
    return hashlib.sha256(comparable(text).encode("utf-8", "replace")).hexdigest()[:_MARK_LENGTH]


def version(record: Record) -> str:
    """The digest by which a note names a version of a record."""
    return hashlib.sha256(canonical_bytes(record)).hexdigest()


def progress(chosen: str, count: int) -> str:
    """The line that says how many of the conflicts have a choice; ``chosen`` is a figure."""
    return f"已选 {chosen} 处，共 {count} 处"


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """One row of the sheet: the conflict's pointer, and the marks of its ``SHOWN`` texts."""

    pointer: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConflictNote:
    """Which conflict workbook this is; begun by :meth:`between`, completed by its writer.

    ``ours`` and ``returned`` are the versions (see :func:`version`) that contradict each other;
    ``texts`` are the marks of the sheet's fixed texts, ``lines`` its conflicts by their numbers,
    from 1. ``seal`` is the HMAC of everything else.
    """

    form: str
    round: str
    record: str
    ours: str
    returned: str
    texts: tuple[str, ...] = ()
    lines: tuple[ConflictRow, ...] = ()
    seal: str | None = None
    format: str = FORMAT

    @classmethod
    def between(cls, round_name: str, ours: Record, returned: Record) -> ConflictNote:
        """The note of a conflict between a record of a round and what came back of it."""
        return cls(ours["form"], round_name, ours["id"], version(ours), version(returned))

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Keys and values in the order in which they are written, a check of them all at last."""
        pairs = list(self._content())
        if self.seal is not None:
            pairs.append((_SEAL, self.seal))
        yield from pairs
        yield _CHECK, hashlib.sha256(_bytes(pairs, self.format)).hexdigest()

    def sealed(self, key: bytes) -> ConflictNote:
        """The same with a seal that only the holder of the key can make."""
        return replace(self, seal=self._signature(key))

    def is_sealed_by(self, key: bytes) -> bool:
        """Whether the seal was made with this key over what the note says now."""
        return self.seal is not None and hmac.compare_digest(self.seal, self._signature(key))

    def _signature(self, key: bytes) -> str:
        signed = _bytes(list(self._content()), self.format)
        return hmac.new(key, signed, hashlib.sha256).hexdigest()

    def _content(self) -> Iterator[tuple[str, str]]:
        yield "kind", KIND
        yield "format", self.format
        for key in _SINGLE:
            yield key, getattr(self, key)
        for one in self.texts:
            yield _TEXT, one
        for line in self.lines:
            yield _LINE, " ".join((*line.marks, line.pointer))

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str]]) -> ConflictNote | None:
        """Read it back; None where there is none of a known format, or where it was changed."""
        pairs = list(pairs)
        content = [pair for pair in pairs if pair[0] != _CHECK]
        checks = [value for key, value in pairs if key == _CHECK]
        single = dict(content)
        known = single.get("format")
        if single.get("kind") != KIND or known not in {FORMAT, FIRST_FORMAT}:
            return None
        if checks != [hashlib.sha256(_bytes(content, known)).hexdigest()]:
            return None
        lines = [value.split(" ", len(SHOWN)) for key, value in content if key == _LINE]
        if not single.keys() >= {*_SINGLE} or any(len(one) <= len(SHOWN) for one in lines):
            return None
        return cls(
            **{key: single[key] for key in _SINGLE},
            texts=tuple(value for key, value in content if key == _TEXT),
            lines=tuple(ConflictRow(pointer, tuple(marks)) for *marks, pointer in lines),
            seal=single.get(_SEAL),
            format=known,
        )


def _bytes(pairs: list[tuple[str, str]], known: str) -> bytes:
    """The pairs in their order as bytes; in the second format no two lists have the same."""
    if known == FIRST_FORMAT:
        joined = "".join(f"{key}\x1f{value}\x1e" for key, value in pairs)
        return joined.encode("utf-8", "replace")
    return json.dumps(["xlsync conflict 2", pairs], separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen at one conflict; ``typed`` is the value where it was another one."""

    side: Side
    typed: Json = MISSING

    def value(self, conflict: Conflict) -> Json:
        """The chosen value."""
        if self.side is Side.OTHER:
            return self.typed
        return conflict.ours if self.side is Side.OURS else conflict.theirs


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices that came back, by the pointers of their conflicts."""

    note: ConflictNote
    chosen: Mapping[str, Choice]

    def values(self, conflicts: Iterable[Conflict]) -> dict[str, Json]:
        """What :func:`~xlsync.records.resolve` needs, for the conflicts that were chosen."""
        return {
            one.pointer: self.chosen[one.pointer].value(one)
            for one in conflicts
            if one.pointer in self.chosen
        }

    @property
    def is_complete(self) -> bool:
        """Whether something was chosen at every conflict of the workbook."""
        return all(line.pointer in self.chosen for line in self.note.lines)
