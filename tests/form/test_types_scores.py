"""Points and shares: what is read as typed, what is told, and that cells give them back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsync.base.grid import Cell, Kind
from xlsync.form.types import TYPES

SCORE, PERCENT = TYPES["score"], TYPES["percent"]

# what a cell holds; the value, and the code of what is told
SCORES: dict[str, tuple[Cell, str | None, str]] = {
    "number": (Cell("9.5", Kind.NUMBER), "9.50", ""),
    "a float's tail": (Cell("9.8500000000000005", Kind.NUMBER), "9.85", ""),
    "nothing": (Cell("0", Kind.NUMBER), "0.00", ""),
    "text": (Cell("１０ "), "10.00", ""),
    "with its word": (Cell("9.5分"), "9.50", ""),
    "below zero": (Cell("-1", Kind.NUMBER), None, "V001"),
    "three places": (Cell("9.555", Kind.NUMBER), None, "V001"),
    "too many": (Cell("1000", Kind.NUMBER), None, "V001"),
    "a percentage": (Cell("0.95", Kind.NUMBER, "0%"), None, "V001"),
    "words": (Cell("满分"), None, "V001"),
    "an error": (Cell("#DIV/0!", Kind.ERROR), None, "V001"),
    "truth": (Cell("TRUE", Kind.BOOLEAN), None, "V001"),
}
SHARES: dict[str, tuple[Cell, str | None, str]] = {
    "percentage": (Cell("0.9487", Kind.NUMBER, "0.00%"), "94.87", ""),
    "a third": (Cell("0.333333333333333", Kind.NUMBER, "0%"), "33.3333333333333", ""),
    "text": (Cell("94.87%"), "94.87", ""),
    "text in full width": (Cell("９５％"), "95.00", ""),
    "over the whole": (Cell("120%"), "120.00", ""),
    "a fraction": (Cell("0.95", Kind.NUMBER), "95.00", "S008"),
    "a bare number": (Cell("95", Kind.NUMBER), None, "V001"),
    "a bare text": (Cell("95"), None, "V001"),
    "a fraction as text": (Cell("0.95"), None, "V001"),
    "nothing": (Cell("0", Kind.NUMBER), "0.00", ""),
    "an error": (Cell("#DIV/0!", Kind.ERROR), None, "V001"),
}


@pytest.mark.parametrize(("cell", "value", "code"), SCORES.values(), ids=SCORES)
def test_points(cell: Cell, value: str | None, code: str) -> None:
    parsed = SCORE.parse(cell)
    assert (parsed.value, "".join(one.code for one in parsed.problems)) == (value, code)
    assert parsed.readable == (value is not None)
    assert all(one.found == cell.text for one in parsed.problems)


@pytest.mark.parametrize(("cell", "value", "code"), SHARES.values(), ids=SHARES)
def test_shares(cell: Cell, value: str | None, code: str) -> None:
    parsed = PERCENT.parse(cell)
    assert (parsed.value, "".join(one.code for one in parsed.problems)) == (value, code)
    assert parsed.readable == (value is not None)
    assert all(one.found == cell.text for one in parsed.problems)


@given(st.decimals(0, 999, places=2).map(str))
def test_points_survive_their_cell(text: str) -> None:
    value = SCORE.canonical(text)
    assert SCORE.canonical(value) == value
    assert SCORE.parse(Cell(repr(float(SCORE.content(value))), Kind.NUMBER)).value == value


@given(st.decimals(-9999, 9999, places=2) | st.decimals(0, 99, places=13))
def test_shares_survive_their_cell(share: Decimal) -> None:
    value = PERCENT.canonical(f"{share:f}")
    assert PERCENT.canonical(value) == value
    assert Decimal(value) == share
    fraction = repr(float(PERCENT.content(value)))
    assert PERCENT.parse(Cell(fraction, Kind.NUMBER, "0.00%")).value == value


@pytest.mark.parametrize("text", ["", "x", "1e3", "-1", "1000", "9.555", "1/2", "9" * 400])
def test_what_is_no_points_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="分"):
        SCORE.canonical(text)


@pytest.mark.parametrize("text", ["", "95%", "1e3", "100000", "3.3333333333333333", "9" * 400])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="百分数"):
        PERCENT.canonical(text)
