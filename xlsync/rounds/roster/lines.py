"""Which rows of a roster are projects, which are sums, and which say something about the list."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from xlsync.base.grid import Kind
from xlsync.rounds.roster.words import key_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.grid import Cell
    from xlsync.form import Form
    from xlsync.rounds.roster.words import RosterHeads


class RosterLine(Enum):
    """What a row is."""

    PROJECT = auto()
    TOTAL = auto()
    NOTE = auto()


def kind_of(
    form: Form, words: RosterHeads, cells: Mapping[str, Cell], all_cells: Mapping[int, Cell]
) -> RosterLine:
    """What a row is, by its cells under known heads and by all of its cells.

    A sum says so in place of a name; ``水务所小计`` or ``一、合计`` is one where the row does not
    name both a unit and a project. A remark names no project and begins as remarks do.
    """
    texts = [key_of(one.text) for one in all_cells.values() if one.kind is Kind.TEXT]
    names = [key_of(cells[slot].text) for slot in form.mapping.record.identity if slot in cells]
    is_whole = len(names) == len(form.mapping.record.identity)
    if any(one in words.totals for one in (names if is_whole else texts)):
        return RosterLine.TOTAL
    first = texts[0] if texts else ""
    head, colon, _ = first.partition(":")
    if head in words.notes and (colon or not is_whole):
        return RosterLine.NOTE
    if is_whole:
        return RosterLine.PROJECT
    if any(one.endswith(tuple(words.totals)) for one in [*names, *texts[:1]]):
        return RosterLine.TOTAL
    return RosterLine.PROJECT
