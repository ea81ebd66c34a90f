"""What the table of a sheet probably means: its columns by their headings, its levels, its tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from xlsync.draft.known import key_of
from xlsync.draft.meaning import MeantField, as_printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlsync.base.grid import Area
    from xlsync.draft.looks import Look
    from xlsync.draft.official import OfficialCell
    from xlsync.draft.table_regions import TableRegion
    from xlsync.draft.toml import Value
    from xlsync.form import Form
    from xlsync.form.mapping import Table

QUANTITY = "quantity"
"""What a template calls the heading over operator, value and unit."""

PARTS = ("operator", "value", "unit")
_TWICE = "? 表头与上面的表相同，请起名并核对"
_LEVELS = 2
"""Columns that a tree speaks of."""
_UNKNOWN = "? 已有的表里没有这一列，请起名"
_SECOND_SET = "? 同名的列已有一列，这是并排的另一组（如中期与年度），请起名并核对"


class MeantColumn(NamedTuple):
    """One column of an item: where it is, how it looks, and its name if it can be filled.

    ``inner`` are the sides at which no line divides it from what is drawn as one with it;
    ``is_alone`` says that it alone of several merged columns is filled in.
    """

    number: int
    look: Look
    inner: frozenset[str]
    name: str | None
    is_alone: bool = False


@dataclass(slots=True)
class MeantTable:
    """A table as template and mapping will say it.

    ``of`` names headings, ``names`` the places of an item: empty where one is drawn as one with
    the place before it. ``joined`` is the place that holds a whole quantity; ``tree`` is what
    the sheet prints of its levels; ``form`` is whose table it is like, None where of none.
    """

    name: str
    pairs: dict[str, Value]
    fields: dict[str, MeantField]
    names: dict[OfficialCell, str]
    of: dict[OfficialCell, str]
    joined: OfficialCell | None
    tree: dict[str, list[str]]
    form: Form | None = None
    remarks: dict[str, str] = field(default_factory=dict)
    form_tree: str | None = None

    @property
    def known_tree(self) -> dict[str, list[str]]:
        """The tree of the form whose table it is like."""
        return self.form.mapping.trees[self.form_tree] if self.form and self.form_tree else {}

    def columns(self, widths: Sequence[float]) -> Iterator[MeantColumn]:
        """Every column of an item; of several drawn as one, the widest is filled in."""
        for places in self._drawn_as_one():
            area = places[0].area._replace(right=places[-1].area.right)
            numbers = range(area.left, area.right + 1)
            named: dict[int, str]
            if places[0] is self.joined:
                named = dict(zip((numbers[0], numbers[1], numbers[-1]), self.parts(), strict=True))
            else:
                own = range(area.left, places[0].area.right + 1)
                widest = max(own, key=lambda number: widths[number - 1])
                named = {widest: self.names[places[0]]}
            for number in numbers:
                inner = _inner(area, number)
                is_merged = places[0].area.left < places[0].area.right and len(named) == 1
                yield MeantColumn(number, places[0].look, inner, named.get(number), is_merged)

    def _drawn_as_one(self) -> Iterator[list[OfficialCell]]:
        """The places of an item, those without a name with the one before."""
        group: list[OfficialCell] = []
        for place, name in self.names.items():
            if name and group:
                yield group
                group = []
            group.append(place)
        if group:
            yield group

    def parts(self) -> tuple[str, ...]:
        """The columns of a quantity: operator, value, unit."""
        plan = self.pairs.get(QUANTITY)
        return tuple(str(plan[part]) for part in PARTS) if isinstance(plan, dict) else PARTS


def meant_tables(regions: Sequence[TableRegion], forms: Sequence[Form]) -> list[MeantTable]:
    """Name the columns of all tables; one that is headed like the first gets a number."""
    made: list[MeantTable] = []
    for region in regions:
        made.append(_second_set(region, made[-1]) if region.shares else meant_table(region, forms))
    names: set[str] = set()
    trees: dict[str, dict[str, list[str]]] = {}
    for number, table in enumerate(made, start=1):
        if "tree" in table.pairs:
            tree, name = table.tree or table.known_tree, str(table.pairs["tree"])
            if trees.setdefault(name, tree) != tree:
                table.pairs["tree"] = f"{name}_{number}"
        if table.name in names:
            table.name += f"_{number}"
            table.pairs["pointer"] = f"{table.pairs['pointer']}_{number}"
            table.pairs.pop("library", None)
            table.remarks["pointer"] = _TWICE
        names.add(table.name)
    return made


def meant_table(region: TableRegion, forms: Sequence[Form]) -> MeantTable:
    """Name the columns of a table, after the form that shares most of its headings."""
    headings = {place: list(_over(region, place)) for place in region.columns}
    candidates = [
        made
        for form in forms
        for name, table in form.mapping.tables.items()
        if (made := _like(region, headings, form, name, table)) is not None
    ]
    caption = key_of(region.caption.text) if region.caption else ""

    def fit(made: MeantTable) -> tuple[int, int, bool]:
        table = made.form.mapping.tables[made.name] if made.form else None
        known = {*(table.columns if table else ()), QUANTITY}
        shared = sum(name in known for name in made.names.values())
        is_called = table is not None and caption in map(key_of, table.labels)
        return shared, len(made.of), is_called

    best = max(candidates, key=fit, default=None)
    return best or _unlike_any(region, headings)


def _second_set(region: TableRegion, first: MeantTable) -> MeantTable:
    """The table beside another one: of the same form, its columns headed alike, the tree shared."""
    headings = {place: list(_over(region, place)) for place in region.columns}
    form = first.form
    shared = list(first.names.values())[: region.shares]
    others = form.mapping.tables.items() if form else ()
    ordered = sorted(others, key=lambda one: one[0] == first.name)
    candidates = (_like(region, headings, form, name, table) for name, table in ordered if form)
    fitting = (
        one
        for one in candidates
        if one is not None and list(one.names.values())[: region.shares] == shared
    )
    made = next(fitting, None) or _unlike_any(region, headings)
    if "tree" in first.pairs and "tree" in made.pairs:
        tree = {key: [*seconds] for key, seconds in (first.tree or first.known_tree).items()}
        for key, seconds in made.tree.items():
            known = tree.setdefault(key, [])
            known += [one for one in seconds if one not in known]
        made.pairs["tree"] = first.pairs["tree"]
        first.tree = made.tree = tree
    return made


def _over(region: TableRegion, place: OfficialCell) -> Iterator[OfficialCell]:
    """The headings over a column, the lowest first."""
    over = (
        one
        for one in region.headings
        if one.area.left <= place.area.left and one.area.right >= place.area.right
    )
    yield from sorted(over, key=lambda one: -one.area.bottom)


def _like(
    region: TableRegion,
    headings: dict[OfficialCell, list[OfficialCell]],
    form: Form,
    name: str,
    table: Table,
) -> MeantTable | None:
    """The table as one that a form at hand has; None where a level or the name is missing."""
    made = MeantTable(name, {}, {}, {}, {}, None, {}, form)
    if table.levels:
        made.tree = _printed_tree(region)
    labels = {key_of(one): key for key, col in table.columns.items() for one in col.labels}
    whole = {key_of(one) for one in table.quantity.labels} if table.quantity else set()
    for number, (place, over) in enumerate(headings.items(), start=1):
        found = next((one for one in over if key_of(one.text) in labels), None)
        key = labels[key_of(found.text)] if found else ""
        quantity = next((one for one in over if key_of(one.text) in whole), None)
        if quantity is not None and quantity is not found:
            made.of[quantity] = QUANTITY
        if found is not None and key in made.names.values() and found in made.of:
            made.names[place] = ""  # drawn as one with the column before
        elif found is not None and key in made.names.values():
            _add_unknown(made, place, over, number, _SECOND_SET)
        elif found is not None:
            made.names[place] = key
            made.of.setdefault(found, key)
            made.fields[key] = MeantField(
                as_printed(_dumped(table, key), "".join(found.text.split()))
            )
        elif quantity is not None:
            made.names[place] = QUANTITY
        else:
            _add_unknown(made, place, over, number)
    _settle_quantity(made, table)
    if not {*table.levels, table.name, *table.key, *table.parts} <= made.fields.keys():
        return None
    made.form_tree = table.tree
    made.pairs = table.model_dump(exclude_defaults=True, exclude={"columns"})
    if region.caption is not None and region.caption.text:
        made.pairs["label"] = "".join(region.caption.text.split())
    return made


def _settle_quantity(made: MeantTable, table: Table) -> None:
    """One column for the whole of a quantity becomes three; beside its other parts it is the value.

    Many forms head only the value 指标值, where the form at hand calls the whole so.
    """
    parts = table.parts
    whole = [place for place, key in made.names.items() if key == QUANTITY]
    if (
        table.quantity
        and len(whole) == 1
        and {*parts} - made.fields.keys() == {table.quantity.value}
    ):
        value = table.quantity.value
        made.names[whole[0]] = value
        made.fields[value] = MeantField(_dumped(table, value))
        made.of = {one: value if key == QUANTITY else key for one, key in made.of.items()}
    found = [place for place, key in made.names.items() if key in {*parts, QUANTITY}]
    if len(found) == 1:
        made.joined = found[0]
        made.names[found[0]] = QUANTITY
        made.of = {one: QUANTITY if key in parts else key for one, key in made.of.items()}
        made.fields |= {part: MeantField(_dumped(table, part)) for part in parts}


def _dumped(table: Table, key: str) -> dict[str, Value]:
    pairs: dict[str, Value] = table.columns[key].model_dump(
        exclude_defaults=True, exclude_none=True
    )
    return pairs


def _add_unknown(
    made: MeantTable,
    place: OfficialCell,
    over: Sequence[OfficialCell],
    number: int,
    remark: str = _UNKNOWN,
) -> None:
    key = f"column_{number}"
    made.names[place] = key
    made.fields[key] = MeantField({"label": _text(over, number)}, {"label": remark})
    if over:
        made.of.setdefault(over[0], key)


def _unlike_any(
    region: TableRegion, headings: dict[OfficialCell, list[OfficialCell]]
) -> MeantTable:
    """A table that no form at hand has: every column by its heading, the first one its name.

    What the sheet prints in its first two columns makes them levels, and the third the name.
    """
    caption = "".join(region.caption.text.split()) if region.caption else ""
    tree = _printed_tree(region) if len(headings) > _LEVELS else {}
    made = MeantTable("items", {}, {}, {}, {}, None, tree)
    for number, (place, over) in enumerate(headings.items(), start=1):
        _add_unknown(made, place, over, number)
    columns = [*made.fields]
    key = columns[: _LEVELS + 1] if tree else columns[:1]
    pairs: dict[str, Value] = {"pointer": "/items", "label": caption or "明细"}
    if tree:
        pairs |= {"tree": "items", "levels": columns[:_LEVELS]}
        for level in columns[:_LEVELS]:
            made.fields[level].pairs["type"] = "label"
    made.pairs = pairs | {"name": key[-1], "key": key}
    made.remarks = {"pointer": "? 请起名", "name": "? 按列的顺序推定：没有它就不算一行"}
    return made


def _text(over: Sequence[OfficialCell], number: int) -> str:
    return "".join(over[0].text.split()) if over else f"第{number}列"


def _printed_tree(region: TableRegion) -> dict[str, list[str]]:
    """What the sheet prints of the two levels, blanks inherited from above."""
    tree: dict[str, list[str]] = {}
    first = ""
    for row in region.printed:
        first, second = row[0] or first, row[1]
        if first and second and second not in tree.setdefault(first, []):
            tree[first].append(second)
    return {key: seconds for key, seconds in tree.items() if seconds}


def _inner(area: Area, number: int) -> frozenset[str]:
    sides = {"left": number > area.left, "right": number < area.right}
    return frozenset(side for side, is_inner in sides.items() if is_inner)
