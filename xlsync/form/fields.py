"""What a single place of a form means: its label, its type, its unit, its options.

Fields and columns of a mapping are made of these; strict models read them from its TOML file.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Self

from xlsync.base.strict import AfterValidator, Field, Strict, StringConstraints, model_validator
from xlsync.form.types import TYPES, MoneyType, comparable, money_in
from xlsync.form.types.units import UNITS, YUAN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.form.types import ValueType


def _known_type(name: str) -> str:
    if name not in TYPES:
        raise ValueError(f"unknown type {name!r}; known are {', '.join(TYPES)}")
    return name


def _has_one_group(pattern: str) -> str:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    if groups != 1:
        raise ValueError("needs exactly one group, which holds the value")
    return pattern


def _known_unit(name: str) -> str:
    if name not in UNITS:
        raise ValueError(f"unknown unit {name!r}; known are {', '.join(UNITS)}")
    return name


FormId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,60}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Pointer = Annotated[str, StringConstraints(pattern=r"^(/[a-z][a-z0-9_]*)+$")]
Text = Annotated[str, StringConstraints(min_length=1)]
FileName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")]
TypeName = Annotated[str, AfterValidator(_known_type)]
UnitName = Annotated[str, AfterValidator(_known_unit)]
Pattern = Annotated[str, AfterValidator(_has_one_group)]


class CodeList(Strict):
    """The options of a dropdown: values, other spellings of them, words that mean "none".

    An ``open`` list only suggests: any other text may be typed. ``boxes`` are the values as paper
    prints them, each with a box to be ticked (``新增□ 延续☑``): so a field shows them, and its
    dropdown offers the whole lines.
    """

    values: list[Text] = Field(min_length=1)
    spellings: dict[Text, Text] = {}
    none: list[Text] = []
    open: bool = False
    boxes: list[Text] = []

    @model_validator(mode="after")
    def _boxes_are_values(self) -> Self:
        values = [self.spellings.get(word, word) for word in self.boxes]
        if self.boxes and (values != self.values or self.open or self.none):
            raise ValueError("boxes: the words of all values in their order, of a closed list")
        return self

    def ticked(self, value: object = None) -> str:
        """The line of all options with the box of one ticked, or of none."""
        pairs = zip(self.boxes, self.values, strict=True)
        return "　".join(f"{word}{'☑' if one == value else '□'}" for word, one in pairs)

    @cached_property
    def choosing(self) -> list[str]:
        """Every way to write a value of a list with boxes, without blanks."""
        ticked = [line for value in self.values for line in self._lines(value)]
        return list(dict.fromkeys([*self.values, *self.spellings, *ticked]))

    @cached_property
    def unticked(self) -> list[str]:
        """Every way to write all options of a list with boxes, none of them ticked."""
        return list(dict.fromkeys(self._lines(None)))

    def _lines(self, value: str | None) -> Iterator[str]:
        for words in (self.boxes, self.values):
            for tick in "☑√■" if value else "□":
                marks = [tick if one == value else "□" for one in self.values]
                pairs = [*zip(words, marks, strict=True)]
                yield "".join(f"{word}{mark}" for word, mark in pairs)
                yield "".join(f"{mark}{word}" for word, mark in pairs)

    @property
    def offered(self) -> list[str]:
        """What a dropdown offers."""
        if self.boxes:
            return [self.ticked(value) for value in (*self.values, None)]
        return [*self.values, *self.none]

    @model_validator(mode="after")
    def _spellings_lead_to_values(self) -> Self:
        for spelling, value in self.spellings.items():
            if value not in self.values:
                raise ValueError(f"spelling {spelling!r} leads to {value!r}, which is no value")
        return self

    @cached_property
    def known(self) -> dict[str, str | None]:
        """What each spelling stands for, by the text as it is compared; None is "none"."""
        spelled: list[tuple[str, str | None]] = [(word, None) for word in self.none]
        spelled += [(value, value) for value in self.values]
        spelled += self.spellings.items()
        # The first of those that are compared as equal counts.
        return {comparable(spelling): value for spelling, value in reversed(spelled)}

    @cached_property
    def written(self) -> frozenset[str]:
        """Every spelling of a value."""
        return frozenset(self.values) | frozenset(self.spellings)

    @cached_property
    def words(self) -> dict[str, str]:
        """The spellings that are words, each with its value."""
        return {word: value for word, value in self.spellings.items() if word.isalpha()}


class FieldBase(Strict):
    """What fields and columns share.

    ``unit`` is what the sheet counts an amount in; records keep 元 all the same.
    """

    label: Text
    spellings: list[Text] = []
    type: TypeName = "text"
    unit: UnitName | None = None
    codes: Name | None = None
    required: bool = False
    help: str = ""
    example: str = ""

    @property
    def labels(self) -> list[str]:
        """Every text by which a copy of the form may label this place."""
        return [self.label, *self.spellings]

    @cached_property
    def kind(self) -> ValueType:
        """The value type, as the sheet of the form shows it."""
        return money_in(self.unit) if self.unit else TYPES[self.type]

    @property
    def counted_in(self) -> str:
        """The unit of an amount on the sheet."""
        return self.unit or YUAN

    @model_validator(mode="after")
    def _only_amounts_have_a_unit(self) -> Self:
        if self.unit is not None and not isinstance(TYPES[self.type], MoneyType):
            raise ValueError(f"unit: only an amount has one, and this is of type {self.type!r}")
        return self


class PrintedLabel(Strict):
    """A text at the side or head of a matrix, under which several fields stand."""

    label: Text
    spellings: list[Text] = []

    @property
    def labels(self) -> list[str]:
        """Every text by which a copy of the form may say this."""
        return [self.label, *self.spellings]


class FormField(FieldBase):
    """A single value of the record.

    ``pattern`` finds a value inside a text, such as the year in a title line; ``below`` names
    the field in whose label's column this field's label stands, where a label occurs twice.
    A field of a matrix stands where the ``row`` of one printed label meets the ``column`` of
    another; its own label is what messages call it.
    """

    pointer: Pointer
    pattern: Pattern | None = None
    below: Name | None = None
    beneath: bool = False
    """Whether the value stands under its label and not to the right of it."""
    row: Name | None = None
    column: Name | None = None

    @model_validator(mode="after")
    def _has_row_and_column(self) -> Self:
        if (self.row is None) != (self.column is None):
            raise ValueError("needs both row and column, or neither")
        return self


class Column(FieldBase):
    """One value of each row of a table."""


class Joined(Strict):
    """One printed column that holds operator, value and unit of a quantity together."""

    label: Text
    spellings: list[Text] = []
    operator: Name
    value: Name
    unit: Name

    @property
    def labels(self) -> list[str]:
        """Every text by which a copy of the form may head this column."""
        return [self.label, *self.spellings]
