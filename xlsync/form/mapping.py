"""What the cells of a form mean: fields, tables, code lists, trees and rules.

A mapping is a TOML file in ``mappings/``. It says where each slot of the template goes in the
record, what type it has and how people label it; it holds no coordinates. Strict models read
it: an unknown key, type or rule kind is an error that names file, table and key.
"""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Self

from xlsync.base.strict import Field, Strict, model_validator
from xlsync.form.fields import (
    CodeList,
    Column,
    FieldBase,
    FileName,
    FormField,
    FormId,
    Joined,
    Name,
    Pointer,
    PrintedLabel,
    Text,
    UnitName,
)
from xlsync.form.locate import Location, Locator
from xlsync.form.rules import Rule
from xlsync.form.rules.of_rounds import RoundRule
from xlsync.form.types.units import YUAN

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

__all__ = [
    "CodeList",
    "Column",
    "FieldBase",
    "FormAbout",
    "FormField",
    "Joined",
    "Mapping",
    "PrintedLabel",
    "RecordPlan",
    "Relative",
    "Table",
    "Years",
]

_LEVELS = 2
"""A tree has a first and a second level; each is a column."""


class Table(Strict):
    """An array of the record, one row of the sheet an item.

    Where there is a ``tree``, ``levels`` are the columns that follow it and are inherited from
    the row above where paper leaves them blank; ``name`` is the column that a row cannot be
    without; ``key`` tells rows apart; ``numbered`` is the word by which paper counts the items
    of a list of one column beside its caption (``目标1：…``); ``library`` are files of usual items
    in ``libraries/`` beside the mapping.
    """

    pointer: Pointer
    label: Text
    spellings: list[Text] = []
    tree: Name | None = None
    library: list[FileName] = []
    levels: list[Name] = Field(default=[], max_length=2)
    name: Name
    key: list[Name] = Field(min_length=1)
    numbered: Text | None = None
    columns: dict[Name, Column] = Field(min_length=1)
    quantity: Joined | None = None

    @property
    def labels(self) -> list[str]:
        """Every text that may stand beside the table as its caption."""
        return [self.label, *self.spellings]

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns of operator, value and unit; none where the table has no quantity."""
        plan = self.quantity
        return (plan.operator, plan.value, plan.unit) if plan else ()

    @model_validator(mode="after")
    def _names_are_columns(self) -> Self:
        for name in chain(self.levels, [self.name], self.key, self.parts):
            if name not in self.columns:
                raise ValueError(f"{name!r} is no column of this table")
        return self

    @model_validator(mode="after")
    def _levels_have_a_tree(self) -> Self:
        if len(self.levels) != (0 if self.tree is None else _LEVELS):
            raise ValueError("a tree goes with two levels, and levels with a tree")
        if self.library and not (self.levels and self.quantity):
            raise ValueError("library: needs levels and a quantity")
        return self


def _counted(items: object, unit: str | None) -> object:
    """Fields or columns as a file gives them, its unit given to every amount without one.

    ``{unit}`` in the help of an amount is the unit that the sheet counts it in.
    """
    if not isinstance(items, dict):
        return items
    return {
        name: _amount(item, unit)
        if isinstance(item, dict) and item.get("type") == "money"
        else item
        for name, item in items.items()
    }


def _amount(item: dict[str, object], unit: str | None) -> dict[str, object]:
    made = item if unit is None else {"unit": unit, **item}
    said = made.get("help")
    if isinstance(said, str):
        made = {**made, "help": said.replace("{unit}", str(made.get("unit", YUAN)))}
    return made


class RecordPlan(Strict):
    """Which fields name a record: its title, its group (folder), its identity, its year.

    ``id_labels`` are the heads under which a roster gives the ids of records; ``roster`` is the
    file in ``rosters/`` beside the mapping that says how else its columns are headed. ``amounts``
    are the fields of money that reports add up and draw, those that matter most. ``sector`` is the
    field (行业、领域) by which a library of usual items is told apart.
    """

    title: Name
    group: Name
    identity: list[Name] = Field(min_length=1)
    year: Name | None = None
    sector: Name | None = None
    id_labels: list[Text] = []
    amounts: list[Name] = []
    roster: FileName = "usual"


class Years(Strict):
    """The years that a layout of a form is for; an end that is left out is open."""

    first: int | None = None
    last: int | None = None

    def cover(self, year: int) -> bool:
        """Whether the layout is that of a year."""
        return (self.first is None or self.first <= year) and (
            self.last is None or year <= self.last
        )


class FormAbout(Strict):
    """What a form is for, since which year, by which regulation, as the list of forms says it.

    ``differs`` says what tells it apart from other forms of the same title.
    """

    purpose: Text
    since: int
    basis: Text
    differs: str = ""


class Relative(Strict):
    """Another official form that may be sent back by mistake, known by its title."""

    name: Text
    titles: list[Text] = Field(min_length=1)


class Mapping(Strict):
    """One file of ``mappings/``.

    ``years`` tell layouts of the same title apart in a copy that does not say what it is;
    ``unit`` is that of every amount that does not say its own.
    """

    form: FormId
    title: Text
    spellings: list[Text] = []
    unit: UnitName | None = None
    years: Years = Years()
    about: FormAbout | None = None
    record: RecordPlan
    fields: dict[Name, FormField] = Field(min_length=1)
    labels: dict[Name, PrintedLabel] = {}
    tables: dict[Name, Table] = {}
    codes: dict[Name, CodeList] = {}
    trees: dict[Name, dict[Text, list[Text]]] = {}
    relatives: list[Relative] = []
    rules: list[Rule] = []
    round_rules: list[RoundRule] = []

    @property
    def titles(self) -> list[str]:
        """Every text by which a copy of the form may be headed."""
        return [self.title, *self.spellings]

    @cached_property
    def _locator(self) -> Locator:
        return Locator(self.fields.values(), self.tables)

    def locate(self, pointer: str) -> Location:
        """Where a pointer of a record points: a field, or table, row and column."""
        return self._locator(pointer)

    @model_validator(mode="before")
    @classmethod
    def _with_the_unit_of_the_form(cls, given: object) -> object:
        """Every amount says its unit, where the form has one for all of them."""
        if not isinstance(given, dict):
            return given
        unit = said if isinstance(said := given.get("unit"), str) else None
        made = {**given, "fields": _counted(given.get("fields"), unit)}
        if isinstance(tables := given.get("tables"), dict):
            made["tables"] = {
                name: {**table, "columns": _counted(table.get("columns"), unit)}
                if isinstance(table, dict)
                else table
                for name, table in tables.items()
            }
        return made

    @model_validator(mode="after")
    def _references_lead_somewhere(self) -> Self:
        for place, kind, name, known in self._references():
            if name not in known:
                raise ValueError(f"{place}: {kind} {name!r} does not exist")
        return self

    @model_validator(mode="after")
    def _labels_are_no_fields(self) -> Self:
        for name in self.labels:
            if name in self.fields:
                raise ValueError(f"labels.{name}: there is a field of that name")
        return self

    @model_validator(mode="after")
    def _boxes_are_of_fields(self) -> Self:
        for place, coded in self._coded():
            codes = self.codes[coded.codes] if coded.codes else None
            if codes is not None and codes.boxes and not isinstance(coded, FormField):
                raise ValueError(f"{place}.codes: a list with boxes is that of a field")
        return self

    @model_validator(mode="after")
    def _rules_fit(self) -> Self:
        for number, rule in enumerate(self.rules, start=1):
            for mistake in rule.mistakes(self):
                raise ValueError(f"rules[{number}] {rule.code}: {mistake}")
        for number, of_round in enumerate(self.round_rules, start=1):
            for mistake in of_round.mistakes(self):
                raise ValueError(f"round_rules[{number}] {of_round.code}: {mistake}")
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

    @model_validator(mode="after")
    def _amounts_are_money(self) -> Self:
        for name in self.record.amounts:
            if self.fields[name].type != "money":
                raise ValueError(f"record.amounts: field {name!r} is no money")
        return self

    def _references(self) -> Iterator[tuple[str, str, str, Container[str]]]:
        plan = self.record
        naming = (plan.title, plan.group, *plan.identity, plan.year, plan.sector)
        for name in filter(None, (*naming, *plan.amounts)):
            yield "record", "field", name, self.fields
        for slot, item in self.fields.items():
            if item.below:
                yield f"fields.{slot}.below", "field", item.below, self.fields
            for key, label in (("row", item.row), ("column", item.column)):
                if label:
                    yield f"fields.{slot}.{key}", "label", label, self.labels
        for name, table in self.tables.items():
            if table.tree is not None:
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
        for number, of_round in enumerate(self.round_rules, start=1):
            for slot in of_round.slots():
                yield f"round_rules[{number}] {of_round.code}", "field", slot, self.fields
        for number, rule in enumerate(self.rules, start=1):
            place = f"rules[{number}] {rule.code}"
            for slot in rule.slots():
                yield place, "field", slot, self.fields
            for table, column in rule.cells():
                yield place, "table", table, self.tables
                if table in self.tables:
                    yield place, "column", column, self.tables[table].columns
