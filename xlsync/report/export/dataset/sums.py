"""Sums over datasets: totals by unit, changes between two rounds, what indicators say.

DuckDB does the sums, some thousand projects after the other, so that memory does not grow with
their number; where two rounds are compared, it grows with the projects of a dataset that changed
their unit, or are in one of the two alone. Amounts are decimals from the record to the sum. Every
statement is a constant; what is asked for goes in as parameters, and the engine may open no file by
itself.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xlsync.base.errors import UsageError, XlsyncError
from xlsync.base.lazy import importing
from xlsync.report.export.dataset import statements
from xlsync.report.export.dataset.opening import (
    OpenDataset,
    check_unit_known,
    named_round,
    open_datasets,
)
from xlsync.report.export.dataset.totals import (
    ItemLevel,
    RolledPlace,
    RollUp,
    SummedAmount,
    SummedItems,
    SummedPlace,
    SummedSet,
    SummedSide,
    TwiceCounted,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection
    from pyarrow.dataset import Dataset

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": "1GB",
}
_SHOWN = 10
"""Projects that are named where they count twice."""


def roll_up(  # noqa: PLR0913 - what can be asked of sums
    paths: Sequence[Path],
    round_name: str | None = None,
    *,
    since: str | None = None,
    items: bool = False,
    level: int | None = None,
    under: str | None = None,
) -> RollUp:
    """Add up a round of some datasets, by default the last one.

    ``since`` compares with an earlier round, ``items`` counts the rows of tables that have a
    quantity instead. ``level`` is that of the units by which it is added up, 1 the highest;
    ``under`` keeps one unit and all below it.

    Raises:
        UsageError: when there is no such round or unit, or both questions are asked at once.
        XlsyncError: when a dataset is none, or is damaged, or DuckDB is not installed.
    """
    if since is not None and items:
        raise UsageError("one question at a time: changes since a round, or indicators")
    datasets = open_datasets(paths)
    wanted = named_round(datasets, round_name)
    rounds = [wanted] if since is None else [wanted, named_round(datasets, since)]
    if len(set(rounds)) < len(rounds):
        raise UsageError(f"{wanted}: name another round to compare with")
    if under is not None:
        check_unit_known(datasets, rounds, under)
    made = RollUp(wanted, since, level, under, items={} if items else None)
    with _engine() as engine:
        for one in datasets:
            _DatasetSums(made, engine, one).add()
        if len(datasets) > 1:
            _find_twice(made, engine)
    _put_in_order(made, datasets)
    return made


@contextmanager
def _engine() -> Iterator[DuckDBPyConnection]:
    """An engine that keeps to its memory, opens no file and loads nothing."""
    message = "sums need DuckDB, which is not installed: pip install 'xlsync[rollup]'"
    with importing("duckdb", otherwise=message):
        import duckdb  # noqa: PLC0415 - an extra
    with duckdb.connect(":memory:", config=_SETTINGS) as engine:
        try:
            engine.execute(statements.SEEN)
            yield engine
        except duckdb.OutOfMemoryException:
            raise XlsyncError(
                "the sums need more memory than they may take; name fewer datasets, or a unit"
            ) from None
        except (duckdb.Error, OSError) as error:
            raise XlsyncError(
                f"the datasets cannot be summed up: {str(error).splitlines()[0]}"
            ) from None


class _DatasetSums:
    """What one dataset adds to the sums."""

    def __init__(self, made: RollUp, engine: DuckDBPyConnection, dataset: OpenDataset) -> None:
        self._made = made
        self._engine = engine
        self._dataset = dataset
        self._titles: dict[str, str] = {}

    def add(self) -> None:
        """Ask this dataset, and add what it says."""
        made, dataset = self._made, self._dataset
        rounds = [made.round] if made.since is None else [made.round, made.since]
        missing = [(dataset.name, one) for one in rounds if one not in dataset.rounds]
        if missing:
            made.missing += missing
            return
        found = dataset.rounds[made.round]
        count = sum(one.projects for one in dataset.parts(made.round, made.under))
        figures = (found.commit, count, found.disputed, found.cancelled)
        made.datasets.append(SummedSet(dataset.name, str(dataset.path), *figures))
        if made.since is not None:
            self._compare_rounds(made.round, made.since)
            return
        for piece in dataset.tables(made.round, made.under):
            if made.items is None:
                self._keep(piece, statements.KEEP_AMOUNTS)
                self._sum()
            else:
                self._keep(piece, statements.KEEP_ITEMS)
                self._count_items()

    def _compare_rounds(self, now: str, before: str) -> None:
        """Compare unit by unit; what has no counterpart in its unit waits for that of another."""
        for statement in statements.NOTHING_WAITS:
            self._engine.execute(statement)
        for piece, former in self._dataset.paired_tables(now, before, self._made.under):
            self._keep(piece, statements.KEEP_AMOUNTS)
            self._engine.register("arrived_before", former)
            for statement in (statements.KEEP_FORMER, *statements.LET_WAIT):
                self._engine.execute(statement)
            self._compare()
        for statement in statements.TAKE_WAITING:
            self._engine.execute(statement)
        self._compare()

    def _keep(self, arrived: Dataset, statement: str) -> None:
        """Take in what the next questions are about, and see which projects it has."""
        self._engine.register("arrived", arrived)
        self._engine.execute(statement)
        self._engine.execute(statements.SEE, {"dataset": self._dataset.name})

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        return self._engine.execute(statement, {"level": self._made.level or 0}).fetchall()

    def _places(self, unit: str | None, form: str) -> list[RolledPlace]:
        """Everything that a figure of this unit counts for."""
        title = self._titles[form]
        made = [
            RolledPlace(None, None, form, title),
            RolledPlace(self._dataset.name, None, form, title),
        ]
        if unit is not None:
            made.append(RolledPlace(self._dataset.name, unit, form, title))
        return made

    def _each(self, unit: str | None, form: str, add: Callable[[SummedPlace], None]) -> None:
        for place in self._places(unit, form):
            add(self._made.places.setdefault(place, SummedPlace()))

    def _sum(self) -> None:
        for unit, form, title, projects, rows in self._rows(statements.COUNTS):
            self._titles.setdefault(form, title)

            def add(sums: SummedPlace, projects: int = projects, rows: int = rows) -> None:
                sums.projects += projects
                sums.items += rows

            self._each(unit, form, add)
        for unit, form, pointer, label, is_main, amount, filled, count in self._rows(
            statements.AMOUNTS
        ):
            side = SummedSide(amount, filled, count - filled)
            self._add_amount(unit, form, SummedAmount(pointer, label, is_main, side))

    def _compare(self) -> None:
        for unit, form, title, *figures in self._rows(statements.COMPARED_COUNTS):
            self._titles.setdefault(form, title)

            def add(sums: SummedPlace, figures: list[int] = figures) -> None:
                projects, earlier, added, gone = figures
                sums.projects += projects
                sums.earlier = (sums.earlier or 0) + earlier
                sums.added += added
                sums.gone += gone

            self._each(unit, form, add)
        for unit, form, pointer, label, is_main, *figures in self._rows(
            statements.COMPARED_AMOUNTS
        ):
            now, filled, count, before, kept, former, unpaired = figures
            side = SummedSide(now, filled, count - filled)
            earlier = SummedSide(before, kept, former - kept)
            found = SummedAmount(pointer, label, is_main, side, earlier, unpaired)
            self._add_amount(unit, form, found)
        ((other,),) = self._engine.execute(statements.OTHER_FORM).fetchall()
        self._made.other_form += other

    def _add_amount(self, unit: str | None, form: str, found: SummedAmount) -> None:
        def add(sums: SummedPlace) -> None:
            sums.amounts.setdefault(found.pointer, found.nothing()).add(found)

        self._each(unit, form, add)

    def _count_items(self) -> None:
        counted: dict[RolledPlace, dict[ItemLevel, SummedItems]] = self._made.items or {}
        for unit, form, title, table, first, second, *found in self._rows(statements.ITEMS):
            *order, rows, quantified, projects = found
            self._titles.setdefault(form, title)
            level = ItemLevel(table, tuple(one for one in (first, second) if one is not None))
            for place in self._places(unit, form):
                levels = counted.setdefault(place, {})
                sums = levels.setdefault(level, SummedItems(tuple(order)))
                sums.add(rows, quantified, projects)
        self._made.items = counted


def _find_twice(made: RollUp, engine: DuckDBPyConnection) -> None:
    """Projects that stand in several datasets: which, and how many."""
    ((made.twice_count,),) = engine.execute(statements.TWICE_COUNT).fetchall()
    rows = engine.execute(statements.TWICE, {"shown": _SHOWN}).fetchall()
    made.twice = [TwiceCounted(key, title, names) for key, title, names in rows]


def _put_in_order(made: RollUp, datasets: Sequence[OpenDataset]) -> None:
    """All first, then each dataset with its units in the order of its list; forms together."""
    sets = {one.name: at for at, one in enumerate(datasets)}
    units: dict[tuple[str, str], int] = {}
    for one in datasets:
        for name in filter(None, (made.round, made.since)):
            for part in one.parts(name, made.under):
                at = min(made.level or 0, len(part.units)) - 1
                units.setdefault((one.name, part.units[at]), len(units))
    is_single = len(datasets) == 1

    def order(place: RolledPlace) -> tuple[object, ...]:
        dataset = -1 if place.dataset is None else sets[place.dataset]
        unit = units.get((place.dataset or "", place.unit or ""), -1) if place.unit else -1
        return place.form, dataset, unit, place.unit or ""

    def kept(place: RolledPlace) -> bool:
        return not (is_single and place.dataset is None)

    made.places = {one: made.places[one] for one in sorted(filter(kept, made.places), key=order)}
    if made.items is not None:
        items = made.items
        made.items = {
            one: dict(sorted(items[one].items(), key=_in_the_tree))
            for one in sorted(filter(kept, items), key=order)
        }


def _in_the_tree(one: tuple[ItemLevel, SummedItems]) -> tuple[object, ...]:
    """Levels as the tree of the form has them; what is not in it comes after, by its text."""
    (table, names), sums = one
    places = (math.inf if place is None else place for place in sums.order)
    return table, *zip(places, names, strict=False)
