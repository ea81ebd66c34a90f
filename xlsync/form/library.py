"""The indicator library (指标库) of a form: names that are usual under each second level.

It is data beside the mapping, drawn from forms that were really filled in. It only suggests;
any other name may be typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints

from xlsync.errors import XlsyncError
from xlsync.form.loading import load_toml
from xlsync.strict import Strict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from xlsync.mapping import Mapping as FormMapping

FOLDER = "libraries"

Text = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class LibraryEntry(Strict):
    """One usual item: its levels and name, and what its quantity usually says."""

    levels: list[Text] = Field(min_length=2, max_length=2)
    name: Text
    operator: str | None = None
    value: str | None = None
    unit: str | None = None


class Library(Strict):
    """One file of ``mappings/libraries/``."""

    entries: list[LibraryEntry]

    def by_level(self) -> dict[str, list[str]]:
        """Names by second level, in the order of the file."""
        names: dict[str, list[str]] = {}
        for entry in self.entries:
            names.setdefault(entry.levels[1], []).append(entry.name)
        return names


def load_libraries(mapping: FormMapping, mapping_path: Path) -> Mapping[str, Library]:
    """The libraries of a mapping's tables, by table.

    Raises:
        XlsyncError: naming the file and entry that does not fit the tree of the table.
    """
    libraries: dict[str, Library] = {}
    for name, table in mapping.tables.items():
        if table.library is None:
            continue
        path = mapping_path.parent / FOLDER / f"{table.library}.toml"
        libraries[name] = load_toml(path, Library)
        mistakes = list(_mistakes(libraries[name], mapping.trees[table.tree]))
        if mistakes:
            raise XlsyncError(f"{path}: {'; '.join(mistakes)}")
    return libraries


def _mistakes(library: Library, tree: Mapping[str, list[str]]) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for number, entry in enumerate(library.entries, start=1):
        first, second = entry.levels
        if second not in tree.get(first, []):
            yield f"entries[{number}].levels: {second!r} does not stand under {first!r}"
        if (second, entry.name) in seen:
            yield f"entries[{number}].name: {entry.name!r} stands there twice"
        seen.add((second, entry.name))
