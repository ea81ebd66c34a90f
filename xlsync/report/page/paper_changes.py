"""What was typed into a form as it looks on paper, as values for a correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.rounds.deciding.wanted import Asked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlsync.report.page.paper import Paper, PaperCell

VALUE, ROW = "v:", "d:"
"""How the names of what is typed, and of the rows that are taken out, begin; a pointer follows."""


def asked_for(sheet: Paper, typed: Mapping[str, str]) -> Asked:
    """What was typed otherwise than it stood, and the rows that were ticked, by their pointers.

    What was typed into a row that is to go is no value of it: the row is gone as it stood.
    """
    cells = [cell for row in sheet.rows for cell in row]
    removed = [one.row for one in cells if one.row and f"{ROW}{one.row}" in typed]
    gone = tuple(f"{one}/" for one in removed)
    begun = {
        _row_of(one.pointer)
        for one in cells
        if one.pointer and not one.also and typed.get(f"{VALUE}{one.pointer}", "").strip()
    }
    values = [
        (pointer, typed[f"{VALUE}{cell.pointer}"])
        for cell in cells
        if cell.pointer and _is_changed(cell, typed)
        for pointer in _places(cell, begun)
        if not pointer.startswith(gone)
    ]
    return Asked(values, removed)


def _is_changed(cell: PaperCell, typed: Mapping[str, str]) -> bool:
    text = typed.get(f"{VALUE}{cell.pointer}")
    return text is not None and text.strip() != cell.text.strip()


def _places(cell: PaperCell, begun: set[str]) -> Iterator[str]:
    """The places of a cell; of rows that are new only where something of their own was typed."""
    places = [one for one in (cell.pointer, *cell.also) if one]
    told = [one for one in places if not cell.is_new or _row_of(one) in begun]
    yield from told or places[:1]


def _row_of(pointer: str) -> str:
    return pointer.rpartition("/")[0]
