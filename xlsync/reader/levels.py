"""The levels of a row, as a careful person reads them off paper.

On paper a level stands once and holds for the rows below it. A row without labels inherits
from the row above and is not corrected by its content; a first level that is missing or
misprinted follows from the second, which stands under one first level only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Tree = "Mapping[str, Sequence[str]]"


class Levels(NamedTuple):
    """Both levels of a row; None where nothing is known."""

    first: str | None
    second: str | None


class Settled(NamedTuple):
    """The levels that hold, and whether the first was derived from the second."""

    levels: Levels
    derived: bool


def names(tree: Mapping[str, Sequence[str]]) -> set[str]:
    """Every name of both levels."""
    return {*tree, *(second for seconds in tree.values() for second in seconds)}


def parent(tree: Mapping[str, Sequence[str]], second: str | None) -> str | None:
    """The only first level that a second level stands under, or None."""
    parents = [first for first, seconds in tree.items() if second in seconds]
    return parents[0] if len(parents) == 1 else None


def settle(tree: Mapping[str, Sequence[str]], own: Levels, above: Levels) -> Settled:
    """Fill in what a row does not say itself.

    A first level that is a second level's name is a misprint: then the tree decides.
    """
    if own == Levels(None, None):
        return Settled(above, derived=False)
    first, second = own
    if first is None:
        inherited_fits = second in tree.get(above.first or "", ())
        derived = None if inherited_fits else parent(tree, second)
        return Settled(Levels(derived or above.first, second), derived is not None)
    if first in tree:
        inherited = above.second if first == above.first else None
        return Settled(Levels(first, second or inherited), derived=False)
    derived = parent(tree, second or first)
    if derived is None or first not in names(tree):
        return Settled(own, derived=False)
    return Settled(Levels(derived, second or first), derived=True)
