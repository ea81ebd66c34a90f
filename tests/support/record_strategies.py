"""Records of any form, made from its mapping, with everything that people may type."""

from __future__ import annotations

import datetime as dt
from itertools import chain
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from xlsync.base.record import put
from xlsync.form.types import TYPES

if TYPE_CHECKING:
    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.form.mapping import FieldBase, Mapping, Table

MAX_TABLE_ROWS = 45
_ABSENT = object()

ODD_TEXTS = [
    *(
        "=1+1",
        "=SUM(A1:A2)",
        "+86 21",
        "-5",
        "@某人",
        "'05",
        '"引"',
        "_x000D_",
        "_x0041_",
        "_x005F_",
    ),
    *(
        "😀",
        "一\t二",
        "一\n二",
        "一\n\n二",
        "0012",
        "100%",
        "1/2",
        "½",
        "2023-01-01",
        "TRUE",
        "#REF!",
    ),
    *(
        "&amp;",
        "&nbsp;",
        "<5人",
        "a<b",
        "]]>",
        "\u00a0一",
        "一\u2028二",
        "１２",
        "http://a.b",
        "{=1}",
    ),
    *(
        "定性",
        "项目名称",
        "财政项目支出绩效目标申报表",
        "绩效自评表",
        "—",
        "XX",
        "字" * 5000,
        "\u202e倒",
    ),
]

# What no cell keeps is refused in a record, so no record of these strategies has it.
CHARACTERS = st.characters(
    codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"
)
TEXTS = st.sampled_from(ODD_TEXTS) | st.text(CHARACTERS | st.sampled_from("\t\n"), max_size=60)
BY_TYPE: dict[str, st.SearchStrategy[Json]] = {
    "integer": st.integers(-(10**15) + 1, 10**15 - 1) | st.integers(1990, 2100),
    "date": st.dates(dt.date(1900, 3, 1)).map(dt.date.isoformat),
    "money": st.decimals(-(10**13) + 1, 10**13 - 1, places=2).map(str),
    "score": st.decimals(0, 999, places=2).map(str),
    "phone": st.text("0123456789-+", min_size=1, max_size=20),
    "code": st.text("0123456789ABZ-.", min_size=1, max_size=20),
    "email": st.text("abc.-", min_size=1, max_size=9).map(lambda name: f"{name}@example.cn"),
    "percent": st.decimals(-9999, 9999, places=2).map(str)
    | st.decimals(0, 200, places=11).map(lambda share: f"{share:f}"),
}


def values(mapping: Mapping, item: FieldBase) -> st.SearchStrategy[Json]:
    """Every value of a field or column, absent and null among them."""
    typed = BY_TYPE.get(item.type, TEXTS)
    if item.codes:
        codes = mapping.codes[item.codes]
        typed |= st.sampled_from([*codes.values, *codes.spellings, *codes.none, "别的"])
    if item.type == "integer":
        return typed | st.sampled_from([None, _ABSENT, 0])
    typed = typed.map(TYPES[item.type].canonical)
    return typed | st.sampled_from(
        [None, _ABSENT, ""] if item.type not in BY_TYPE else [None, _ABSENT]
    )


def rows(mapping: Mapping, table: Table) -> st.SearchStrategy[Json]:
    """Rows of a table with and without levels and ids; each says something."""
    columns = {name: values(mapping, column) for name, column in table.columns.items()}
    if table.quantity is not None and table.quantity.operator in columns:
        # What is no operator is refused where one belongs (V001), so no workbook gives it back.
        operator = table.columns[table.quantity.operator]
        if operator.codes:
            signs = [*mapping.codes[operator.codes].values, None, _ABSENT]
            columns[table.quantity.operator] = st.sampled_from(signs)
    tree = mapping.trees[table.tree] if table.tree else {}
    for name, known in zip(table.levels, (tree, chain(*tree.values())), strict=False):
        columns[name] |= st.sampled_from([*known])
    ids = st.sampled_from([_ABSENT, "r1", "r2"])
    row = st.fixed_dictionaries({"id": ids, **columns}).map(_present)
    return st.just(_ABSENT) | st.lists(row, max_size=4) | st.lists(row, max_size=MAX_TABLE_ROWS)


def records(form: Form) -> st.SearchStrategy[Record]:
    """Canonical records of a form, with all their ids."""
    mapping = form.mapping
    fields = {item.pointer: values(mapping, item) for item in mapping.fields.values()}
    tables = {table.pointer: rows(mapping, table) for table in mapping.tables.values()}

    def made(parts: dict[str, Json]) -> Record:
        record: Record = {"form": form.id}
        for pointer, value in parts.items():
            if value is not _ABSENT:
                put(record, pointer, _meant(form, pointer, value))
        canonical, problems = form.canonical(record)
        assert canonical is not None, problems
        return form.identified(canonical)

    return st.fixed_dictionaries(fields | tables).map(made)


def _present(row: dict[str, Json]) -> Record:
    return {name: value for name, value in row.items() if value is not _ABSENT}


def _meant(form: Form, pointer: str, value: Json) -> Json:
    """Rows that the form takes: each says something, and no id stands twice."""
    if not isinstance(value, list):
        return value
    kept: list[Record] = []
    for row in value:
        candidate: Record = {"form": form.id}
        put(candidate, pointer, [*kept, row])
        if form.canonical(candidate)[0] is not None:
            kept.append(row)
    return kept
