"""The outcomes of a collection, one for each form: on disk once they are many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.shelf import Shelf
from xlsync.rounds.kept.outcomes import Outcome, State

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

_STATES = [*State]
_NUMBERS = {state: number for number, state in enumerate(_STATES)}


class Outcomes(Shelf[Outcome]):
    """Outcomes in the order of their files; their states are known without reading them."""

    def __init__(self, items: Iterable[Outcome] = ()) -> None:
        """Begin with these."""
        self._states = bytearray()
        super().__init__(items)

    def append(self, item: Outcome) -> None:
        """Put one more at the end."""
        super().append(item)
        self._states.append(_NUMBERS[item.state])

    def __setitem__(self, at: int, item: Outcome) -> None:
        """Put another one in its place; IndexError where there is none."""
        super().__setitem__(at, item)
        self._states[at] = _NUMBERS[item.state]

    def counts(self) -> dict[State, int]:
        """How many forms ended in each state, in the order of the states."""
        found = {state: self._states.count(number) for state, number in _NUMBERS.items()}
        return {state: count for state, count in found.items() if count}

    def of(self, states: Container[State]) -> Iterator[Outcome]:
        """Those in some states."""
        wanted = {number for state, number in _NUMBERS.items() if state in states}
        return (self[at] for at, number in enumerate(self._states) if number in wanted)
