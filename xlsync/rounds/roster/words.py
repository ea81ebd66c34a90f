"""The words of rosters: how coordinators head the columns of their lists, as data.

A file of ``mappings/rosters/`` is shared by all forms that name it; it knows fields by their
names, and a form that lacks one of them has no such column.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import Field

from xlsync.base.strict import Strict
from xlsync.form.extending import find
from xlsync.form.fields import Name, Text
from xlsync.form.loading import load_toml
from xlsync.form.types import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xlsync.form import Form

FOLDER = "rosters"

ID = "id"
"""What a column of record ids is called here; no field has that name, since records have it."""


class HeadGroup(Strict):
    """Columns whose heads mean something only below the text that spans them."""

    labels: list[Text] = Field(min_length=1)
    heads: dict[Name, list[Text]] = Field(min_length=1)


class RosterWords(Strict):
    """One file of ``mappings/rosters/``; every list may be empty."""

    ids: list[Text] = []
    serials: list[Text] = []
    totals: list[Text] = []
    notes: list[Text] = []
    heads: dict[Name, list[Text]] = {}
    groups: list[HeadGroup] = []


def key_of(text: str) -> str:
    """A head as heads are compared: without blanks, width and case folded."""
    return comparable(text).casefold()


@dataclass(frozen=True)
class RosterHeads:
    """What the heads of a form's rosters may be called.

    ``own`` are the labels of the form and the names of its fields, ``usual`` the words of the
    file; both give the fields that a folded text may mean.
    """

    words: RosterWords
    own: Mapping[str, set[str]]
    usual: Mapping[str, set[str]]
    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For each text that spans columns, the field of each head below it."""

    chosen: Mapping[int, str] = field(default_factory=dict)
    """What a person says that columns are, by their numbers: a field, ID, or nothing at all."""

    @cached_property
    def totals(self) -> frozenset[str]:
        """What stands for a name in a row of sums."""
        return frozenset(map(key_of, self.words.totals))

    @cached_property
    def notes(self) -> frozenset[str]:
        """How a row begins that is about the list."""
        return frozenset(map(key_of, self.words.notes))

    @cached_property
    def serials(self) -> frozenset[str]:
        """Heads of columns that may only count rows."""
        return frozenset(map(key_of, self.words.serials))


def vocabulary(form: Form) -> RosterHeads:
    """Every text that may stand at the head of a column of a form's roster.

    Raises:
        FormError: when the file of words cannot be read.
    """
    mapping = form.mapping
    file = f"{FOLDER}/{mapping.record.roster}.toml"
    folder = form.mapping_path.parent
    words = load_toml(next(iter(find(folder, file)), folder / file), RosterWords)
    own: dict[str, set[str]] = {}
    _add(own, (ID, *mapping.record.id_labels), ID)
    for slot, item in mapping.fields.items():
        above = mapping.fields[item.below].label if item.below else ""
        _add(own, (slot, *item.labels, *(f"{above}{label}" for label in item.labels)), slot)
    usual: dict[str, set[str]] = {}
    _add(usual, words.ids, ID)
    for slot, texts in words.heads.items():
        if slot in mapping.fields:
            _add(usual, texts, slot)
    groups = {
        key_of(label): {
            key_of(text): slot
            for slot, texts in group.heads.items()
            if slot in mapping.fields
            for text in (*texts, *mapping.fields[slot].labels)
        }
        for group in words.groups
        for label in group.labels
    }
    return RosterHeads(
        words, own, usual, {label: heads for label, heads in groups.items() if heads}
    )


def _add(words: dict[str, set[str]], texts: Iterable[str], name: str) -> None:
    for text in texts:
        words.setdefault(key_of(text), set()).add(name)
