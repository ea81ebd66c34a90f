"""Rules beyond one record: what holds for the projects of a round together.

They say what is asked; ``rounds/auditing.py`` asks it, since it takes the records of a round, the
ceiling list and other rounds. Nothing of them stands in a sheet: no unit sees the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from xlsync.base.problems import Severity
from xlsync.base.strict import Field, Strict, StringConstraints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.form.rules.subject import FormPlan

_Text = Annotated[str, StringConstraints(min_length=1)]
_Texts = Annotated[list[_Text], Field(min_length=1)]


class RoundRuleBase(Strict):
    """One rule of a mapping about all records of a round."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{3}$")]
    severity: Annotated[Severity, Field(strict=False)]

    def slots(self) -> list[str]:
        """The fields of the form that the rule names."""
        return []

    def amounts(self) -> list[str]:
        """Those of them that have to be amounts."""
        return []

    def mistakes(self, plan: FormPlan) -> Iterator[str]:
        """Why the rule can never hold; all fields that it names exist in the form."""
        for slot in self.amounts():
            if plan.fields[slot].type != "money":
                yield f"field {slot!r} is no money"


class Ceiling(RoundRuleBase):
    """What the projects of a unit, or of the round, add up to is within the ceiling list.

    ``heading`` is what its column of that list is called, ``spellings`` how else.
    """

    kind: Literal["ceiling"]
    amount: str
    heading: _Text
    spellings: list[_Text] = []

    def slots(self) -> list[str]:
        """The amount that is added up."""
        return [self.amount]

    def amounts(self) -> list[str]:
        """The same."""
        return [self.amount]


class SameAmount(RoundRuleBase):
    """An amount is that of another form of the same project and year, in the latest round.

    ``forms`` are the forms in which the other one may be, ``other`` the field in them.
    """

    kind: Literal["same-amount"]
    amount: str
    forms: _Texts
    other: _Text

    def slots(self) -> list[str]:
        """The amount in this form."""
        return [self.amount]

    def amounts(self) -> list[str]:
        """The same."""
        return [self.amount]


class Repeated(RoundRuleBase):
    """No two projects say the same in these fields: of a unit, or of the whole round."""

    kind: Literal["repeated"]
    fields: _Texts
    within: Literal["unit", "round"] = "round"

    def slots(self) -> list[str]:
        """The fields that are compared."""
        return self.fields


RoundRule = Annotated[Ceiling | SameAmount | Repeated, Field(discriminator="kind")]
"""One rule of a mapping about a round; ``kind`` tells which."""
