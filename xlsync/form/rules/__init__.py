"""Rule kinds: what can be asked of a record, for every form.

A mapping lists its rules, each with a code, a severity and a ``kind``. A question that some form
asks and no kind can express becomes a new kind here, for every form, never a special case.
"""

from typing import Annotated

from xlsync.base.strict import Field
from xlsync.form.rules.dates import DateOrder, Duration, RowDates, WithinPeriod
from xlsync.form.rules.deviations import NeedsReason
from xlsync.form.rules.fields import MaxLength, OneOf, Required
from xlsync.form.rules.money import Magnitude, NotMoreThan, NotNegative, Sum
from xlsync.form.rules.quantities import NotUsedWith, NumberNeeds, Quantified
from xlsync.form.rules.rows import AtLeastOne, Filled, InTree, NoPlaceholder, RowSum, Unique
from xlsync.form.rules.scores import Bounds, ColumnLimit, ColumnSum, Ratio
from xlsync.form.rules.subject import Subject

Rule = Annotated[
    Required
    | OneOf
    | MaxLength
    | Sum
    | NotMoreThan
    | NotNegative
    | Magnitude
    | DateOrder
    | WithinPeriod
    | Duration
    | InTree
    | Filled
    | NoPlaceholder
    | AtLeastOne
    | Unique
    | NumberNeeds
    | Quantified
    | NotUsedWith
    | Ratio
    | ColumnSum
    | Bounds
    | ColumnLimit
    | RowSum
    | RowDates
    | NeedsReason,
    Field(discriminator="kind"),
]
"""One rule of a mapping; ``kind`` tells which."""

__all__ = [
    "AtLeastOne",
    "Bounds",
    "ColumnLimit",
    "ColumnSum",
    "DateOrder",
    "Duration",
    "Filled",
    "InTree",
    "Magnitude",
    "MaxLength",
    "NeedsReason",
    "NoPlaceholder",
    "NotMoreThan",
    "NotNegative",
    "NotUsedWith",
    "NumberNeeds",
    "OneOf",
    "Quantified",
    "Ratio",
    "Required",
    "RowDates",
    "RowSum",
    "Rule",
    "Subject",
    "Sum",
    "Unique",
    "WithinPeriod",
]
