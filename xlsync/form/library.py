"""The indicator library (指标库) of a form: names that are usual under each second level.

It is data beside the mapping, drawn from forms that were really filled in; ``xlsync library build``
makes such a file. It only suggests; any other name may be typed.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated

from xlsync.base.errors import FormError
from xlsync.base.strict import Field, Strict, StringConstraints
from xlsync.form.extending import find
from xlsync.form.loading import load_toml
from xlsync.form.similar_names import KnownNames

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from xlsync.form.mapping import Mapping as FormMapping

FOLDER = "libraries"

Text = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class LibrarySource(Strict):
    """Where a name was used: a round, and by how many of its projects."""

    round: Text
    projects: int = Field(ge=1)


class LibraryEntry(Strict):
    """One usual item: its levels and name, and what its quantity usually says.

    ``sector`` is that of the projects (行业), where their form says it; ``lowest`` and ``highest``
    are the range of its values in ``unit``, as written, where they differ; ``spellings`` are other
    ways in which the name was written.
    """

    levels: list[Text] = Field(min_length=2, max_length=2)
    name: Text
    sector: Text | None = None
    operator: str | None = None
    value: str | None = None
    unit: str | None = None
    lowest: str | None = None
    highest: str | None = None
    spellings: list[Text] = []
    sources: list[LibrarySource] = []
    curated: bool = False
    """Whether a person wrote or changed it, which the next build keeps."""

    @property
    def uses(self) -> int:
        """How often it was used: projects, counted anew in each round."""
        return sum(one.projects for one in self.sources)


class DroppedName(Strict):
    """A name that a person took out of the library, so that the next build leaves it out."""

    levels: list[Text] = Field(min_length=2, max_length=2)
    name: Text
    sector: Text | None = None
    spellings: list[Text] = []


class Library(Strict):
    """One file of ``mappings/libraries/``."""

    entries: list[LibraryEntry]
    dropped: list[DroppedName] = []

    def by_level(self) -> dict[str, list[str]]:
        """Names by second level, in the order of the file."""
        names: dict[str, dict[str, None]] = {}
        for entry in self.entries:
            # One name may stand there for several sectors.
            names.setdefault(entry.levels[1], {})[entry.name] = None
        return {second: list(found) for second, found in names.items()}

    def usual_name(self, second: str, name: str) -> str | None:
        """The name of the library for an item under a second level, where it is written otherwise.

        It is another spelling that was joined to the name, or differs in a single character.
        """
        names, spellings = self._known.get(second, (None, {}))
        if names is None or name in names.names:
            return None
        return spellings.get(name) or names.slip_for(name)

    @cached_property
    def _known(self) -> dict[str, tuple[KnownNames, dict[str, str]]]:
        """By second level the names, and for each other spelling the name."""
        return {
            second: (
                KnownNames(names),
                {
                    spelling: one.name
                    for one in self.entries
                    if one.levels[1] == second
                    for spelling in one.spellings
                },
            )
            for second, names in self.by_level().items()
        }


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
        mistakes = list(_mistakes(part, tree, {_key(one) for one in entries}))
        if mistakes:
            raise FormError([f"{path}: {one}" for one in mistakes])
        entries += part.entries
    order = [second for seconds in tree.values() for second in seconds]
    return Library(entries=sorted(entries, key=lambda entry: order.index(entry.levels[1])))


def _mistakes(
    library: Library, tree: Mapping[str, Sequence[str]], seen: set[tuple[str | None, str, str]]
) -> Iterator[str]:
    for number, entry in enumerate(library.entries, start=1):
        first, second = entry.levels
        if second not in tree.get(first, []):
            yield f"entries[{number}].levels: {second!r} does not stand under {first!r}"
        if _key(entry) in seen:
            yield f"entries[{number}].name: {entry.name!r} stands there twice"
        seen.add(_key(entry))


def _key(entry: LibraryEntry) -> tuple[str | None, str, str]:
    return entry.sector, entry.levels[1], entry.name
