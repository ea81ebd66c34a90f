"""What rules know of a mapping: the few properties of fields, tables and lists they need.

Rules lie one floor below mappings and cannot import them, so they name here, as protocols,
what they look at; :class:`xlsync.mapping.Mapping` has all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ColumnPlan(Protocol):
    """What a field and a column have in common."""

    @property
    def label(self) -> str:
        """The label as printed."""

    @property
    def type(self) -> str:
        """The name of the value type."""

    @property
    def codes(self) -> str | None:
        """The code list, if the value comes from one."""

    @property
    def required(self) -> bool:
        """Whether it has to be filled in."""


class FieldPlan(ColumnPlan, Protocol):
    """A single value of the record."""

    @property
    def pointer(self) -> str:
        """Where the value stands in the record."""


class TablePlan(Protocol):
    """An array of the record."""

    @property
    def pointer(self) -> str:
        """Where the array stands in the record."""

    @property
    def label(self) -> str:
        """The caption as printed."""

    @property
    def tree(self) -> str | None:
        """The tree that the levels follow, if there are any."""

    @property
    def levels(self) -> Sequence[str]:
        """The two columns that follow the tree, or none."""

    @property
    def name(self) -> str:
        """The column by which people call a row."""

    @property
    def columns(self) -> Mapping[str, ColumnPlan]:
        """The columns by name."""


class CodesPlan(Protocol):
    """The options of a dropdown."""

    @property
    def values(self) -> Sequence[str]:
        """What may be chosen."""

    @property
    def none(self) -> Sequence[str]:
        """What may be chosen to say that there is none."""


class Plan(Protocol):
    """A mapping, as rules see it."""

    @property
    def fields(self) -> Mapping[str, FieldPlan]:
        """The fields by slot name."""

    @property
    def tables(self) -> Mapping[str, TablePlan]:
        """The tables by name."""

    @property
    def codes(self) -> Mapping[str, CodesPlan]:
        """The code lists by name."""

    @property
    def trees(self) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """The trees by name: what lies under each text of the first level."""


def choices(plan: Plan, codes: str | None) -> Sequence[str] | None:
    """The texts of a code list, or None where there is no list."""
    return None if codes is None else plan.codes[codes].values


def column_choices(plan: Plan, table_name: str, column: str) -> Sequence[str] | None:
    """The texts that a column can hold, or None where any text may stand."""
    table = plan.tables[table_name]
    if table.tree is None or column not in table.levels:
        return choices(plan, table.columns[column].codes)
    tree = plan.trees[table.tree]
    if column == table.levels[0]:
        return list(tree)
    return [text for branch in tree.values() for text in branch]
