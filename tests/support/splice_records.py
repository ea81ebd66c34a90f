"""Records that hypothesis makes up from a form's mapping: any value, text or gap that it allows."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from record_strategies import BY_TYPE

from xlsync.base.record import MISSING, get, put
from xlsync.form.types.dates import EARLIEST
from xlsync.workbook.checks import totals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.form.mapping import FieldBase
    from xlsync.form.mapping import Mapping as FormMapping

MAX_ROWS = 45

ODD_TEXTS = [
    "=1+1",
    "=100.00 (%)",
    "+86 21",
    "-5-6",
    "@here",
    "'quoted",
    "\"double\" 'single'",
    "http://example.org/?a=1&b=2",
    "{=SUM(A1)}",
    "_x000D_",
    "_x000a_",
    "_x005F_x000D_ _X000D_ _x00_",
    "a & b < c > d &amp; &#10;",
    "<t>]]></t><!-- -->",
    "<si>",
    "</sst>",
    "😀🏳️‍🌈𠮷",
    "\u3000全角\u00a0空格\u200b",
    "\ttab\tbed\t",
    "第一行\n第二行\n\n第四行\n",
    "\n",
    " leading",
    "trailing ",
    " ",
    "\r\n",
    "0012",
    "1/2",
    "TRUE",
    "#REF!",
    "产出指标",
    "字" * 3000,
]

# Two kinds of texts that XlsxWriter itself gets wrong; test_splice_texts says how they fare.
_BEYOND_XLSXWRITER = re.compile(r"<r>.*</r>|.*_x[0-9a-fA-F]{4}_x[0-9a-fA-F]{4}_.*", re.DOTALL)


def texts() -> st.SearchStrategy[str]:
    """Odd texts, alone and together, and any others that a cell can hold."""
    odd = st.sampled_from(ODD_TEXTS)
    held = st.characters(
        min_codepoint=32, exclude_categories=("Cs",), exclude_characters="\ufffe\uffff"
    )
    made = odd | st.text(held, max_size=12) | st.builds("{}{}".format, odd, odd)
    return made.filter(lambda text: not _BEYOND_XLSXWRITER.fullmatch(text))


_BY_TYPE: Mapping[str, st.SearchStrategy[Json]] = {
    "text": texts(),
    "label": texts(),
    "integer": st.integers(-(10**9), 10**14),
    "date": st.dates(EARLIEST, dt.date(2999, 12, 31)).map(dt.date.isoformat),
    "money": st.decimals(0, 10**13 - 1, places=2).map("{:.2f}".format),
    "score": st.decimals(0, 999, places=2).map("{:.2f}".format),
    "percent": st.decimals(0, 9999, places=2).map("{:.2f}".format),
    **{name: BY_TYPE[name] for name in ("phone", "code", "email")},
}


def _value(item: FieldBase, mapping: FormMapping) -> st.SearchStrategy[Json]:
    """A value of the item, null or a gap."""
    values = _BY_TYPE[item.type]
    gaps: list[Json] = [MISSING, None]
    if item.type in {"text", "label"}:
        gaps.append("")
    if item.codes:
        values |= st.sampled_from(mapping.codes[item.codes].values)
    return values | values | st.sampled_from(gaps)


@st.composite
def records(draw: st.DrawFn, form: Form) -> Record:
    """A record of the form, with ids for itself and for its rows; totals mostly add up."""
    mapping = form.mapping
    record: Record = {"form": form.id, "id": draw(st.from_regex(r"[0-9a-f]{12}", fullmatch=True))}
    for item in mapping.fields.values():
        value = draw(_value(item, mapping))
        if value is not MISSING:
            put(record, item.pointer, value)
    for total, parts in totals(mapping).items():
        values = [get(record, mapping.fields[part].pointer) for part in parts]
        known = [Decimal(value) for value in values if isinstance(value, str)]
        if known and draw(st.integers(0, 3)):
            put(record, mapping.fields[total].pointer, f"{sum(known):.2f}")
    for table in mapping.tables.values():
        row = {name: _value(column, mapping) for name, column in table.columns.items()}
        made = draw(st.none() | st.lists(st.fixed_dictionaries(row), max_size=MAX_ROWS))
        if made is not None:
            put(record, table.pointer, [_row(number, one) for number, one in enumerate(made)])
    return record


def _row(number: int, values: Record) -> Record:
    return {"id": f"{number:03x}"} | {
        name: value for name, value in values.items() if value is not MISSING
    }
