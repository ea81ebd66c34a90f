"""The JSON output of sums over datasets, as models."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from xlsync.report.schemas.forms import Output, RoundName, Unset

Exact = Annotated[
    str, Field(description="an exact decimal, in 元", pattern=r"^-?[0-9]+\.[0-9]{2}$")
]


class SideOutput(Output):
    """An amount over some projects; null where it is filled in for none of them."""

    sum: Exact | None
    filled: int
    empty: int


class SummedAmountOutput(SideOutput):
    """One amount of a form; what is compared stands there where an earlier round was named."""

    pointer: str
    label: str
    main: bool
    earlier: SideOutput = Unset
    change: Exact | None = Unset
    unpaired: int = Field(default=Unset, description="projects with the amount in one round alone")


class RolledPlaceOutput(Output):
    """A unit of a dataset; a dataset where the unit is null, all of them where both are."""

    dataset: str | None
    unit: str | None
    form: str
    form_title: str


class SummedPlaceOutput(RolledPlaceOutput):
    """Projects and amounts of a form there."""

    projects: int
    items: int = Unset
    earlier: int = Unset
    added: int = Unset
    gone: int = Unset
    amounts: list[SummedAmountOutput]


class SummedItemsOutput(RolledPlaceOutput):
    """Indicators of a form there, down to one level."""

    table: str
    levels: list[str]
    rows: int
    quantified: int
    share: str = Field(description="in percent, two places")
    projects: int


class SummedSetOutput(Output):
    """A dataset that was added up, and the commit that it shows."""

    name: str
    path: str
    commit: str
    projects: int
    disputed: int
    cancelled: int


class MissingOutput(Output):
    """A dataset that was left out, and the round that it lacks."""

    dataset: str
    round: RoundName


class TwiceCountedOutput(Output):
    """A project that stands in several datasets."""

    id: str
    title: str
    datasets: list[str]


class RollUpOutput(Output):
    """Sums over datasets: ``places``, or ``items`` where indicators were asked for."""

    round: RoundName
    since: RoundName | None
    level: int | None
    under: str | None
    datasets: list[SummedSetOutput]
    missing: list[MissingOutput]
    twice: list[TwiceCountedOutput]
    twice_count: int
    other_form: int
    places: list[SummedPlaceOutput] | None
    items: list[SummedItemsOutput] | None
