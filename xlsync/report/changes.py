"""The changed parts of a text, with a little of what stands around them.

Goals are long paragraphs of which a unit rewrites a few words. The reader is shown these words,
marked 〔-old-〕〔+new+〕; only text that did not change is ever cut short.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from xlsync.report.lines import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlsync.report.lines import Line, Span

    Piece = tuple[str, str]
    """Old and new text of one stretch; the same text twice where nothing changed."""

OLD_STYLE = "red"
NEW_STYLE = "green"
CUT = "…"
_CONTEXT = 8
_CLOSE = 1
"""Changes with no more characters than this between them read better as one."""
_MAX_TOKENS = 2_000
# A number or a foreign word changes as a whole, a Chinese text by its characters.
_WORDS = re.compile(r"[0-9][0-9.,]*|[A-Za-z]+|.", re.DOTALL)
_SENTENCES = re.compile(r"[^，。；！？\n]*[，。；！？\n]|[^，。；！？\n]+")


def inline_change(old: str, new: str) -> Line:
    """Both texts in one line, the changed parts marked, long unchanged parts cut to ``…``."""
    pieces = _joined(_pieces(old, new))
    spans: list[Span] = []
    for index, (before, after) in enumerate(pieces):
        if before == after:
            is_last = index == len(pieces) - 1
            spans.append((visible(_context(before, is_first=index == 0, is_last=is_last)), ""))
            continue
        if before:
            spans.append((f"〔-{visible(before)}-〕", OLD_STYLE))
        if after:
            spans.append((f"〔+{visible(after)}+〕", NEW_STYLE))
    return tuple(spans)


def _context(text: str, *, is_first: bool, is_last: bool) -> str:
    head = "" if is_first else text[:_CONTEXT]
    tail = "" if is_last else text[-_CONTEXT:]
    return text if len(text) <= len(head) + len(tail) + len(CUT) else f"{head}{CUT}{tail}"


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
            if _is_bridge(joined):
                whole = _merged(joined.pop(), whole)
            if joined and _changed(joined[-1]):
                whole = _merged(joined.pop(), whole)
        joined.append(whole)
    return joined


def _changed(piece: Piece) -> bool:
    return piece[0] != piece[1]


def _is_bridge(pieces: Sequence[Piece]) -> bool:
    """Whether the last piece is short, unchanged and stands behind a change."""
    match pieces:
        case [*_, change, bridge]:
            return _changed(change) and not _changed(bridge) and len(bridge[0]) <= _CLOSE
    return False


def _merged(one: Piece, other: Piece) -> Piece:
    return one[0] + other[0], one[1] + other[1]
