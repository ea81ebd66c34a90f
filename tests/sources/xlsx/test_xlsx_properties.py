"""Whatever grid XlsxWriter writes comes back the same."""

from __future__ import annotations

import io
from datetime import date, datetime, time

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from xlsync.base.grid import Address, Kind
from xlsync.sources.xlsx import read

# XML 1.0 has no place for the other controls; XlsxWriter escapes them, as Excel does.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), min_size=1
)
DATES = st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 30)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
VALUES = TEXTS | NUMBERS | DATES | st.booleans()
PLACES = st.tuples(st.integers(0, 60), st.integers(0, 300))


def iso(moment: datetime) -> str:
    if moment.time() == time():
        return date.isoformat(moment)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(PLACES, VALUES, max_size=30))
def test_a_grid_comes_back_the_same(
    grid: dict[tuple[int, int], str | float | bool | datetime],
) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("表")
        dated = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000", "locked": False})
        for (row, column), value in grid.items():
            if isinstance(value, str):
                sheet.write_string(row, column, value)
            elif isinstance(value, bool):
                sheet.write_boolean(row, column, value)
            elif isinstance(value, datetime):
                sheet.write_datetime(row, column, value, dated)
            else:
                sheet.write_number(row, column, value)
    found = read(buffer.getvalue())
    assert found.problems == []
    cells = found.sheets[0].cells
    assert set(cells) == {Address(row + 1, column + 1) for row, column in grid}
    for (row, column), value in grid.items():
        cell = cells[Address(row + 1, column + 1)]
        if isinstance(value, str):
            assert (cell.kind, cell.text) == (Kind.TEXT, value)
        elif isinstance(value, bool):
            assert (cell.kind, cell.text) == (Kind.BOOLEAN, str(value).upper())
        elif isinstance(value, datetime):
            assert (cell.kind, cell.text, cell.locked) == (Kind.DATE, iso(value), False)
        else:
            assert cell.kind is Kind.NUMBER
            # XlsxWriter writes 16 digits.
            assert float(cell.text) == float(f"{value:.16G}")
