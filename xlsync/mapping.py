"""What the cells of a form mean: fields, tables, code lists, trees and rules.

A mapping is a TOML file in ``mappings/``. It says where each slot of the template goes in the
record, what type it has and how people label it; it holds no coordinates. Strict models read
it: an unknown key, type or rule kind is an error that names file, table and key.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from xlsync.rules import Rule
from xlsync.strict import Strict
from xlsync.types import TYPES

if TYPE_CHECKING:
    from collections.abc import Container, Iterator


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


FormId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,60}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Pointer = Annotated[str, StringConstraints(pattern=r"^(/[a-z][a-z0-9_]*)+$")]
Text = Annotated[str, StringConstraints(min_length=1)]
TypeName = Annotated[str, AfterValidator(_known_type)]
Pattern = Annotated[str, AfterValidator(_has_one_group)]


class CodeList(Strict):
    """The options of a dropdown: values, other spellings of them, words that mean "none".

    An ``open`` list only suggests: any other text may be typed.
    """

    values: list[Text] = Field(min_length=1)
    spellings: dict[Text, Text] = {}
    none: list[Text] = []
    open: bool = False

    @model_validator(mode="after")
    def _spellings_lead_to_values(self) -> Self:
        for spelling, value in self.spellings.items():
            if value not in self.values:
                raise ValueError(f"spelling {spelling!r} leads to {value!r}, which is no value")
        return self


class FieldBase(Strict):
    """What fields and columns share."""

    label: Text
    spellings: list[Text] = []
    type: TypeName = "text"
    codes: Name | None = None
    required: bool = False
    help: str = ""
    example: str = ""

    @property
    def labels(self) -> list[str]:
        """Every text by which a copy of the form may label this place."""
        return [self.label, *self.spellings]


class FormField(FieldBase):
    """A single value of the record.

    ``pattern`` finds a value inside a text, such as the year in a title line; ``below`` names
    the field in whose label's column this field's label stands, where a label occurs twice.
    """

    pointer: Pointer
    pattern: Pattern | None = None
    below: Name | None = None
    beneath: bool = False
    """Whether the value stands under its label and not to the right of it."""


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


class Table(Strict):
    """An array of the record, one row of the sheet an item.

    ``levels`` are the columns that follow the tree and are inherited from the row above where
    paper leaves them blank; ``name`` is the column that a row cannot be without; ``key`` tells
    rows apart; ``library`` is a file of usual items in ``libraries/`` beside the mapping.
    """

    pointer: Pointer
    label: Text
    spellings: list[Text] = []
    tree: Name
    library: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")] | None = None
    levels: list[Name] = Field(min_length=2, max_length=2)
    name: Name
    key: list[Name] = Field(min_length=1)
    columns: dict[Name, Column] = Field(min_length=1)
    quantity: Joined

    @property
    def labels(self) -> list[str]:
        """Every text that may stand beside the table as its caption."""
        return [self.label, *self.spellings]

    @model_validator(mode="after")
    def _names_are_columns(self) -> Self:
        parts = [self.quantity.operator, self.quantity.value, self.quantity.unit]
        for name in chain(self.levels, [self.name], self.key, parts):
            if name not in self.columns:
                raise ValueError(f"{name!r} is no column of this table")
        return self


class RecordPlan(Strict):
    """Which fields name a record: its title, its group (folder), its identity, its year."""

    title: Name
    group: Name
    identity: list[Name] = Field(min_length=1)
    year: Name | None = None


class Relative(Strict):
    """Another official form that may be sent back by mistake, known by its title."""

    name: Text
    titles: list[Text] = Field(min_length=1)


class Mapping(Strict):
    """One file of ``mappings/``."""

    form: FormId
    title: Text
    spellings: list[Text] = []
    record: RecordPlan
    fields: dict[Name, FormField] = Field(min_length=1)
    tables: dict[Name, Table] = {}
    codes: dict[Name, CodeList] = {}
    trees: dict[Name, dict[Text, list[Text]]] = {}
    relatives: list[Relative] = []
    rules: list[Rule] = []

    @property
    def titles(self) -> list[str]:
        """Every text by which a copy of the form may be headed."""
        return [self.title, *self.spellings]

    @model_validator(mode="after")
    def _references_lead_somewhere(self) -> Self:
        for place, kind, name, known in self._references():
            if name not in known:
                raise ValueError(f"{place}: {kind} {name!r} does not exist")
        return self

    @model_validator(mode="after")
    def _rules_fit(self) -> Self:
        for number, rule in enumerate(self.rules, start=1):
            for mistake in rule.mistakes(self):
                raise ValueError(f"rules[{number}] {rule.code}: {mistake}")
        return self

    @model_validator(mode="after")
    def _pointers_are_apart(self) -> Self:
        seen: dict[str, str] = {}
        for slot, pointer in chain(
            ((slot, item.pointer) for slot, item in self.fields.items()),
            ((name, table.pointer) for name, table in self.tables.items()),
        ):
            for other, taken in seen.items():
                if f"{pointer}/".startswith(f"{taken}/") or f"{taken}/".startswith(f"{pointer}/"):
                    raise ValueError(f"{slot}: pointer {pointer!r} collides with that of {other!r}")
            seen[slot] = pointer
        return self

    def _references(self) -> Iterator[tuple[str, str, str, Container[str]]]:
        plan = self.record
        for name in filter(None, (plan.title, plan.group, *plan.identity, plan.year)):
            yield "record", "field", name, self.fields
        for slot, item in self.fields.items():
            if item.below:
                yield f"fields.{slot}.below", "field", item.below, self.fields
        for name, table in self.tables.items():
            yield f"tables.{name}.tree", "tree", table.tree, self.trees
        for place, coded in self._coded():
            if coded.codes:
                yield f"{place}.codes", "code list", coded.codes, self.codes
        yield from self._references_of_rules()

    def _coded(self) -> Iterator[tuple[str, FieldBase]]:
        for slot, item in self.fields.items():
            yield f"fields.{slot}", item
        for name, table in self.tables.items():
            for key, column in table.columns.items():
                yield f"tables.{name}.columns.{key}", column

    def _references_of_rules(self) -> Iterator[tuple[str, str, str, Container[str]]]:
        for number, rule in enumerate(self.rules, start=1):
            place = f"rules[{number}] {rule.code}"
            for slot in rule.slots():
                yield place, "field", slot, self.fields
            for table, column in rule.cells():
                yield place, "table", table, self.tables
                if table in self.tables:
                    yield place, "column", column, self.tables[table].columns
