"""What sums over datasets come to: figures of all of them, of one, or of a unit in one."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import XlsyncError

if TYPE_CHECKING:
    from xlsync.base.record import Json


class RolledPlace(NamedTuple):
    """What figures are of: a unit of a dataset, a dataset, or, where both are None, all of them."""

    dataset: str | None
    unit: str | None
    form: str
    form_title: str

    def as_json(self) -> dict[str, Json]:
        """The place as programs get it."""
        return self._asdict()


@dataclass(slots=True)
class SummedSide:
    """An amount over some projects: the sum of those that are filled in, and how many are not.

    Where none is filled in there is no sum, which is not 0.
    """

    amount: Decimal | None = None
    filled: int = 0
    empty: int = 0

    def add(self, other: SummedSide) -> None:
        """Count in other projects."""
        if other.amount is not None:
            self.amount = other.amount if self.amount is None else self.amount + other.amount
        self.filled += other.filled
        self.empty += other.empty

    def as_json(self) -> dict[str, Json]:
        """The figures as programs get them; the sum as text, exact."""
        shown = None if self.amount is None else str(self.amount)
        return {"sum": shown, "filled": self.filled, "empty": self.empty}


@dataclass(slots=True)
class SummedAmount:
    """One amount of a form at a place; ``earlier`` is that of the round that is compared.

    ``unpaired`` counts projects that are in both rounds and have the amount in one of them alone.
    """

    pointer: str
    label: str
    is_main: bool
    now: SummedSide = field(default_factory=SummedSide)
    earlier: SummedSide | None = None
    unpaired: int = 0

    def nothing(self) -> SummedAmount:
        """The same amount of no project yet."""
        earlier = None if self.earlier is None else SummedSide()
        return SummedAmount(self.pointer, self.label, self.is_main, SummedSide(), earlier)

    def add(self, other: SummedAmount) -> None:
        """Count in other projects.

        Raises:
            XlsyncError: when the form calls the amount otherwise there.
        """
        if other.label != self.label:
            raise XlsyncError(
                f"the datasets hold different forms under one id: {self.pointer} is "
                f"{self.label} in one and {other.label} in another; export them anew with the "
                "same forms"
            )
        self.now.add(other.now)
        if self.earlier is not None and other.earlier is not None:
            self.earlier.add(other.earlier)
        self.unpaired += other.unpaired

    @property
    def change(self) -> Decimal | None:
        """How much more it is now; None where one of the two has no sum."""
        if self.earlier is None or self.earlier.amount is None or self.now.amount is None:
            return None
        return self.now.amount - self.earlier.amount

    def as_json(self) -> dict[str, Json]:
        """The figures as programs get them."""
        made = {"pointer": self.pointer, "label": self.label, "main": self.is_main}
        made |= self.now.as_json()
        if self.earlier is None:
            return made
        change = None if self.change is None else str(self.change)
        more = {"earlier": self.earlier.as_json(), "change": change, "unpaired": self.unpaired}
        return made | more


@dataclass(slots=True)
class SummedPlace:
    """Projects and amounts of one form at a place.

    Of two rounds, ``earlier`` counts the projects of the earlier one, ``added`` and ``gone`` those
    that are in one of them alone.
    """

    projects: int = 0
    items: int = 0
    earlier: int | None = None
    added: int = 0
    gone: int = 0
    amounts: dict[str, SummedAmount] = field(default_factory=dict)

    def as_json(self) -> dict[str, Json]:
        """The figures as programs get them."""
        counts: dict[str, Json] = {"projects": self.projects}
        if self.earlier is None:
            counts["items"] = self.items
        else:
            counts |= {"earlier": self.earlier, "added": self.added, "gone": self.gone}
        return counts | {"amounts": [one.as_json() for one in self.amounts.values()]}


class ItemLevel(NamedTuple):
    """What items are counted by: a table of a form, and the levels down to one."""

    table: str
    levels: tuple[str, ...]


@dataclass(slots=True)
class SummedItems:
    """Items of a table below a level: how many, with a number for a value, of how many projects.

    ``order`` says where the levels stand in the tree of the form.
    """

    order: tuple[int | None, ...]
    rows: int = 0
    quantified: int = 0
    projects: int = 0

    def add(self, rows: int, quantified: int, projects: int) -> None:
        """Count in those of other projects."""
        self.rows += rows
        self.quantified += quantified
        self.projects += projects

    @property
    def share(self) -> Decimal:
        """The quantified ones in percent, two places."""
        return (Decimal(self.quantified) * 100 / self.rows).quantize(Decimal("0.01"))

    def as_json(self) -> dict[str, Json]:
        """The figures as programs get them."""
        return {
            "rows": self.rows,
            "quantified": self.quantified,
            "share": str(self.share),
            "projects": self.projects,
        }


@dataclass(frozen=True, slots=True)
class SummedSet:
    """A dataset that was summed up: where it is, and which state of its repository it shows."""

    name: str
    path: str
    commit: str
    projects: int
    disputed: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class TwiceCounted:
    """A project that stands in several datasets, and so counts more than once."""

    id: str
    title: str
    datasets: list[str]


@dataclass(slots=True)
class RollUp:
    """The sums over some datasets, and what has to be known about them.

    ``missing`` are datasets that are left out since they lack the round, or the earlier one,
    ``twice`` the first projects that count more than once, of ``twice_count``; ``other_form``
    counts projects that were on another form in the earlier round, whose amounts are not compared.
    """

    round: str
    since: str | None = None
    level: int | None = None
    under: str | None = None
    datasets: list[SummedSet] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    twice: list[TwiceCounted] = field(default_factory=list)
    twice_count: int = 0
    other_form: int = 0
    places: dict[RolledPlace, SummedPlace] = field(default_factory=dict)
    items: dict[RolledPlace, dict[ItemLevel, SummedItems]] | None = None

    def as_json(self) -> Json:
        """The sums as programs get them."""
        return {
            "round": self.round,
            "since": self.since,
            "level": self.level,
            "under": self.under,
            "datasets": [asdict(one) for one in self.datasets],
            "missing": [{"dataset": name, "round": lacks} for name, lacks in self.missing],
            "twice": [asdict(one) for one in self.twice],
            "twice_count": self.twice_count,
            "other_form": self.other_form,
            "places": None
            if self.items is not None
            else [place.as_json() | sums.as_json() for place, sums in self.places.items()],
            "items": None
            if self.items is None
            else [
                place.as_json()
                | {"table": level.table, "levels": list(level.levels)}
                | found.as_json()
                for place, levels in self.items.items()
                for level, found in levels.items()
            ],
        }
