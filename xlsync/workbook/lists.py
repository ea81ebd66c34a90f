"""What the hidden list sheet of a workbook holds: the options behind its dropdowns.

Each list is one column. Writer and reader both take it from here, so that a cell that was
changed there is noticed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xlsync.workbook.manifest import codes_name, suggestions_name, tree_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.form.form import Form
    from xlsync.form.mapping import Mapping


FIRST = "请先选上一级"
"""What a dropdown shows that depends on another one, as long as nothing is chosen there."""

NONE = " "
"""What a dropdown without suggestions shows; LibreOffice would make 0 of an empty cell."""


class OptionList(NamedTuple):
    """A column of the list sheet and the defined name that points at it."""

    name: str
    options: list[str]


def option_lists(form: Form) -> list[OptionList]:
    """Every list of a form, in the order of the columns: code lists, trees, suggestions."""
    return [*_codes_and_trees(form.mapping), *_suggestions(form)]


def _suggestions(form: Form) -> Iterator[OptionList]:
    for table, library in form.libraries.items():
        names = library.by_level()
        yield OptionList(suggestions_name(table), list(names))
        for branch, options in enumerate(([NONE], *names.values())):
            yield OptionList(suggestions_name(table, branch), options)


def _codes_and_trees(mapping: Mapping) -> Iterator[OptionList]:
    for name, codes in mapping.codes.items():
        yield OptionList(codes_name(name), codes.offered)
    for name, tree in mapping.trees.items():
        yield OptionList(tree_name(name), list(tree))
        for branch, seconds in enumerate(([FIRST], *tree.values())):
            yield OptionList(tree_name(name, branch), list(seconds))
