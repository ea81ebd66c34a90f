"""What the head of a column of a roster means: no field, one, or one of several."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlsync.form.types.units import said_by_label
from xlsync.rounds.roster.words import key_of

if TYPE_CHECKING:
    from xlsync.rounds.roster.words import RosterHeads

_DECORATION = re.compile(r"[(\[【](?:必填|选填|必填项)[)\]】]|[*:]")
_JOINTS = re.compile(r"[-—/:]")


class Head(NamedTuple):
    """What stands over a column: a text, and the one above it that spans several columns."""

    text: str
    above: str = ""

    @property
    def shown(self) -> str:
        """Both texts as a message quotes them."""
        return f"{self.above}-{self.text}" if self.above else self.text


def meanings(words: RosterHeads, column: int, head: Head) -> tuple[set[str], bool]:
    """The fields that a column may be by its head, none for an unknown one; whether it is certain.

    What a person chose for a column is. A head is not where it means something by itself and
    stands below a text that says nothing.
    """
    if column in words.chosen:
        return {words.chosen[column]} - {""}, True
    if not head.above:
        return _plain(words, head.text), True
    if is_unit(head.text):
        return _plain(words, head.above), True
    group = words.groups.get(bare(head.above), {})
    slot = group.get(key_of(head.text)) or group.get(bare(head.text))
    if slot is not None:
        return {slot}, True
    joined = _plain(words, head.above + head.text)
    return (joined, True) if joined else (_plain(words, head.text), False)


def is_unit(text: str) -> bool:
    """Whether a text says nothing but a unit of amounts."""
    said = said_by_label(text)
    return said is not None and not said.label


def bare(text: str) -> str:
    """A head without its unit and other additions."""
    said = said_by_label(text)
    return _DECORATION.sub("", key_of(said.label if said and said.label else text))


def _plain(words: RosterHeads, text: str) -> set[str]:
    key, plain = key_of(text), bare(text)
    ways = (key, plain, _JOINTS.sub("", plain))
    found = (known[one] for known in (words.own, words.usual) for one in ways if one in known)
    return next(found, set())
