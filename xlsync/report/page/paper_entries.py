"""How a value is typed into a filled form on a page: as a day, out of a list, or as a text.

It follows from the mapping alone: the type of a value, its code list, the tree of its table. What
stands there and is none of it, from an older form perhaps, can be kept as it is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from xlsync.base.problems import Severity
from xlsync.form.rules import InTree
from xlsync.form.types import DateType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.form import Form
    from xlsync.form.fields import CodeList, FieldBase

_BLANK = "（空白）"


class EntryKind(StrEnum):
    """What a person is offered; suggested texts may be overruled, choices may not."""

    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"
    SUGGESTION = "suggestion"


@dataclass(frozen=True, slots=True)
class EntryGroup:
    """Some of the texts that are offered, under what they belong to; empty for no heading."""

    label: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperEntry:
    """How one value is typed.

    ``name`` is that of its list, ``blank`` what no value is called; empty where that is offered
    like any other. ``below`` is the column of the same row whose value says which group counts.
    """

    kind: EntryKind = EntryKind.TEXT
    groups: tuple[EntryGroup, ...] = ()
    name: str = ""
    blank: str = _BLANK
    below: str = ""

    def fits(self, text: str) -> bool:
        """Whether a text can be shown so; nothing can always be."""
        if not text:
            return True
        if self.kind is EntryKind.DATE:
            return _is_day(text)
        if self.kind is EntryKind.SUGGESTION:
            return "\n" not in text
        return any(text in one.texts for one in self.groups)


AS_TEXT = PaperEntry()


def entry_of_field(form: Form, item: FieldBase) -> PaperEntry:
    """How the value of a field or a column is typed."""
    if isinstance(item.kind, DateType):
        return PaperEntry(EntryKind.DATE)
    if item.codes is None:
        return AS_TEXT
    return _listed(form.mapping.codes[item.codes], item.codes)


def entry_of_column(form: Form, table_name: str, name: str) -> PaperEntry:
    """How a value of a column is typed; a level is chosen out of the tree of its table."""
    table = form.mapping.tables[table_name]
    if name not in table.levels or table.tree is None:
        return entry_of_field(form, table.columns[name])
    tree = form.mapping.trees[table.tree]
    groups: Iterable[EntryGroup] = [EntryGroup("", tuple(tree))]
    below = "" if name == table.levels[0] else table.levels[0]
    if below:
        groups = [EntryGroup(one, tuple(others)) for one, others in tree.items()]
    is_closed = any(
        isinstance(one, InTree) and one.severity is Severity.ERROR
        for one in form.mapping.rules
        if (table_name, name) in one.cells()
    )
    kind = EntryKind.CHOICE if is_closed else EntryKind.SUGGESTION
    return PaperEntry(kind, tuple(groups), f"{table_name}-{name}", below=below)


def _listed(codes: CodeList, name: str) -> PaperEntry:
    if codes.boxes:
        return PaperEntry(EntryKind.CHOICE, (EntryGroup("", tuple(codes.offered)),), name, "")
    kind = EntryKind.SUGGESTION if codes.open else EntryKind.CHOICE
    blank = "、".join(codes.none) or _BLANK
    return PaperEntry(kind, (EntryGroup("", tuple(codes.values)),), name, blank)


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
