"""Relationships between parts: which part is the workbook, the styles, a sheet's comments.

Part 2 of ECMA-376, clause 9.3: the relationships of ``xl/workbook.xml`` stand in
``xl/_rels/workbook.xml.rels``. Targets outside the file are noted and never opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from xlsync.sources.xlsx.markup import Attributes, Wanted, parse
from xlsync.sources.xlsx.package import part_name
from xlsync.sources.xlsx.remembered import Recurring

if TYPE_CHECKING:
    from xlsync.sources.xlsx.package import Package


class Relationship(NamedTuple):
    """One relationship.

    ``kind`` is the last segment of its type (``worksheet``), which is the same in the
    transitional, strict and Microsoft namespaces. ``target`` is the name of a part, or, when
    ``external``, whatever the file gives as the place outside.
    """

    id: str
    kind: str
    target: str
    external: bool


def relationships_of(package: Package, part: str = "") -> list[Relationship]:
    """Return the relationships of a part, of the package itself for an empty name.

    A part without relationships has none; raises :class:`UnreadableError` for damaged ones.
    """
    folder, _, name = part.rpartition("/")
    source = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    if source not in package:
        return []
    return [
        one
        if one.external
        else Relationship(one.id, one.kind, _part(package, one.target, part), external=False)
        for one in _written.read(package, source, _read)
    ]


_written: Recurring[list[Relationship]] = Recurring()
"""Relationships with their targets as they are written."""


def _read(package: Package, source: str) -> list[Relationship]:
    found: list[Relationship] = []

    def relationship(attributes: Attributes) -> None:
        package.budget.spend_entry(attributes)
        external = attributes.get("TargetMode") == "External"
        kind = attributes.get("Type", "").rpartition("/")[2]
        target = attributes.get("Target", "")
        found.append(Relationship(attributes.get("Id", ""), kind, target, external))

    parse(package, source, Wanted(starts={"Relationship": relationship}))
    return found


def _part(package: Package, target: str, base: str) -> str:
    """The part that a target means; one that leads nowhere is kept for the message."""
    written = part_name(target, base)
    if written is not None and written in package:
        return written
    meant = part_name(unquote(target), base)
    return meant if meant is not None and meant in package else written or target
