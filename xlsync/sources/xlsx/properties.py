"""Document properties: the core ones and the custom ones that hold text.

ECMA-376 part 2, clause 11 (core) and part 1, clause 22.3 (custom).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.sources.xlsx.escapes import unescape
from xlsync.sources.xlsx.markup import Attributes, Texts, Wanted, parse
from xlsync.sources.xlsx.strings import joined

if TYPE_CHECKING:
    from xlsync.sources.xlsx.package import Package
    from xlsync.sources.xlsx.relationships import Relationship

_CORE = frozenset(
    {
        "category",
        "contentStatus",
        "created",
        "creator",
        "description",
        "identifier",
        "keywords",
        "language",
        "lastModifiedBy",
        "lastPrinted",
        "modified",
        "revision",
        "subject",
        "title",
        "version",
    }
)
_TEXT_TYPES = frozenset({"lpwstr", "lpstr", "bstr"})


def read_properties(package: Package, relationships: list[Relationship]) -> dict[str, str]:
    """Return the properties by name, from the relationships of the package itself.

    A core property wins over a custom one of the same name. Empty ones are left out. Raises
    :class:`UnreadableError` for a damaged part; a missing one holds nothing.
    """
    core: dict[str, str] = {}
    custom: dict[str, str] = {}
    for item in relationships:
        if item.external or item.target not in package:
            continue
        if item.kind == "core-properties":
            core |= _read_core(package, item.target)
        elif item.kind == "custom-properties":
            custom |= _read_custom(package, item.target)
    return custom | core


def _read_core(package: Package, part: str) -> dict[str, str]:
    found: dict[str, str] = {}

    def keep(_attributes: Attributes, texts: Texts) -> None:
        found.update((name, unescape(text)) for name, text in texts)

    parse(package, part, Wanted(records={"coreProperties": keep}, texts=_CORE))
    return found


def _read_custom(package: Package, part: str) -> dict[str, str]:
    found: dict[str, str] = {}

    def keep(attributes: Attributes, texts: Texts) -> None:
        package.budget.spend_entry(attributes)
        if texts:
            found[unescape(attributes.get("name", ""))] = joined(texts)

    parse(package, part, Wanted(records={"property": keep}, texts=_TEXT_TYPES))
    return found
