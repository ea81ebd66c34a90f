"""The changed parts of a text: what stayed, what went, what came.

Goals are long paragraphs of which a unit rewrites a few words. The reader is shown these words,
on a terminal marked 〔-old-〕〔+new+〕; only text that did not change is ever cut short.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.report.words.lines import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlsync.report.words.lines import Line, Span

    Piece = tuple[str, str]
    """Old and new text of one stretch; the same text twice where nothing changed."""


class Part(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    CUT = "cut"
    """It stayed, and is not shown."""


OLD_STYLE = "red"
NEW_STYLE = "green"
CUT = "…"
_CONTEXT = 8
_CLOSE = 1
"""Changes with no more characters than this between them always read better as one."""
_CHANCE = 4
"""So do changes with so few between them, where both are longer than what is between."""
_WORTH = 4
"""What is cut is longer than this part of the context, or it is not worth a cut."""
_MAX_TOKENS = 2_000
# A number or a foreign word changes as a whole, a Chinese text by its characters; what does not
# show and is written out is one character as well.
_WORDS = re.compile(r"[0-9][0-9.,]*|[A-Za-z]+|〔U\+[0-9A-F]{4,6}〕|.", re.DOTALL)
_SENTENCES = re.compile(r"[^，。；！？\n]*[，。；！？\n]|[^，。；！？\n]+")


def segments(old: str, new: str, context: int | None = None) -> list[tuple[Part, str]]:
    """Both texts as one, stretch by stretch, what was removed before what took its place.

    Without the added parts it is the old text, without the removed ones the new. Where
    ``context`` is given, a long stretch that is the same keeps so many characters beside each
    change, and the rest of it is ``CUT``.
    """
    pieces = _joined(_pieces(old, new))
    found: list[tuple[Part, str]] = []
    for index, (before, after) in enumerate(pieces):
        if before != after:
            found += [(Part.REMOVED, before), (Part.ADDED, after)]
        elif context is None:
            found.append((Part.SAME, before))
        else:
            is_last = index == len(pieces) - 1
            sides = (0 if index == 0 else context, 0 if is_last else context)
            found += _kept(before, *sides, least=context // _WORTH)
    return [(part, text) for part, text in found if text]


def inline_change(old: str, new: str) -> Line:
    """Both texts in one line, the changed parts marked, long unchanged parts cut to ``…``."""
    return tuple(_span(part, text) for part, text in segments(old, new, _CONTEXT))


def _span(part: Part, text: str) -> Span:
    if part is Part.REMOVED:
        return f"〔-{visible(text)}-〕", OLD_STYLE
    if part is Part.ADDED:
        return f"〔+{visible(text)}+〕", NEW_STYLE
    return CUT if part is Part.CUT else visible(text), ""


def _kept(text: str, head: int, tail: int, *, least: int) -> list[tuple[Part, str]]:
    if len(text) <= head + tail + least:
        return [(Part.SAME, text)]
    end = len(text) - tail
    return [(Part.SAME, text[:head]), (Part.CUT, text[head:end]), (Part.SAME, text[end:])]


def _pieces(old: str, new: str) -> Iterator[Piece]:
    """Stretches that are the same and stretches that are not, in order."""
    one, other = _WORDS.findall(old), _WORDS.findall(new)
    start = _common_start(one, other)
    end = _common_start(one[start:][::-1], other[start:][::-1])
    head, tail = "".join(one[:start]), "".join(one[len(one) - end :])
    if head:
        yield head, head
    yield from _middle(one[start : len(one) - end], other[start : len(other) - end])
    if tail:
        yield tail, tail


def _common_start(one: Sequence[str], other: Sequence[str]) -> int:
    pairs = zip(one, other, strict=False)
    shorter = min(len(one), len(other))
    return next((at for at, (left, right) in enumerate(pairs) if left != right), shorter)


def _middle(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    """Comparing takes time by the square of the length: very long texts go by sentences."""
    if max(len(old), len(new)) > _MAX_TOKENS:
        old, new = _SENTENCES.findall("".join(old)), _SENTENCES.findall("".join(new))
    if max(len(old), len(new)) > _MAX_TOKENS:
        yield "".join(old), "".join(new)
        return
    for _, start, end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        yield "".join(old[start:end]), "".join(new[new_start:new_end])


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces, with changes that lie close together made one."""
    joined: list[Piece] = []
    for piece in pieces:
        whole = piece
        if _changed(whole):
            if _is_bridge(joined, whole):
                whole = _merged(joined.pop(), whole)
            if joined and _changed(joined[-1]):
                whole = _merged(joined.pop(), whole)
        joined.append(whole)
    return joined


def _changed(piece: Piece) -> bool:
    return piece[0] != piece[1]


def _is_bridge(pieces: Sequence[Piece], following: Piece) -> bool:
    """Whether the last piece is short, unchanged and stands between two changes."""
    match pieces:
        case [*_, change, bridge]:
            shorter = min(max(map(len, change)), max(map(len, following)))
            limit = max(_CLOSE, min(_CHANCE, shorter))
            return _changed(change) and not _changed(bridge) and len(bridge[0]) <= limit
    return False


def _merged(one: Piece, other: Piece) -> Piece:
    return one[0] + other[0], one[1] + other[1]
