"""The indicator library (指标库) of a form: names that are usual under each second level.

It is data beside the mapping, drawn from forms that were really filled in. It only suggests;
any other name may be typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from xlsync.base.errors import FormError
from xlsync.base.strict import Field, Strict, StringConstraints
from xlsync.form.extending import find
from xlsync.form.loading import load_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from xlsync.form.mapping import Mapping as FormMapping

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
        FormError: naming the file and entry that does not fit the tree of the table.
    """
    return {
        name: _library(table.library, mapping.trees[table.tree], mapping_path.parent)
        for name, table in mapping.tables.items()
        if table.library and table.tree
    }


def _library(names: Sequence[str], tree: Mapping[str, Sequence[str]], folder: Path) -> Library:
    """The entries of all files of a library, in the order of the tree."""
    entries: list[LibraryEntry] = []
    for name in names:
        file = f"{FOLDER}/{name}.toml"
        path = next(iter(find(folder, file)), folder / file)
        part = load_toml(path, Library)
        mistakes = list(_mistakes(part, tree, {(one.levels[1], one.name) for one in entries}))
        if mistakes:
            raise FormError([f"{path}: {one}" for one in mistakes])
        entries += part.entries
    order = [second for seconds in tree.values() for second in seconds]
    return Library(entries=sorted(entries, key=lambda entry: order.index(entry.levels[1])))


def _mistakes(
    library: Library, tree: Mapping[str, Sequence[str]], seen: set[tuple[str, str]]
) -> Iterator[str]:
    for number, entry in enumerate(library.entries, start=1):
        first, second = entry.levels
        if second not in tree.get(first, []):
            yield f"entries[{number}].levels: {second!r} does not stand under {first!r}"
        if (second, entry.name) in seen:
            yield f"entries[{number}].name: {entry.name!r} stands there twice"
        seen.add((second, entry.name))
