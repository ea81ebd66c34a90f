"""Amounts and whole numbers, as people type them and as cells store them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsync.base.grid import Cell, Kind
from xlsync.form.types import TYPES, plain_number

MONEY = TYPES["money"]
INTEGER = TYPES["integer"]

# what is typed → the amount
TYPED = {
    "6,810,000.00": "6810000.00",
    "6810000": "6810000.00",
    "６，８１０，０００": "6810000.00",
    "６８１００００．５０": "6810000.50",
    "¥6810000": "6810000.00",
    "￥6,810,000.00": "6810000.00",
    "RMB 6810000": "6810000.00",
    "人民币6810000元整": "6810000.00",
    "6810000元": "6810000.00",
    " 6810000.00\u00a0元\u200b": "6810000.00",
    "6,810,\n000.00": "6810000.00",
    "0": "0.00",
    "0.1": "0.10",
    "-5.5": "-5.50",
    "−5.5": "-5.50",
    "-0.00": "0.00",
}

TEN_THOUSANDS = {
    "681万元": "6810000.00",
    "681 万": "6810000.00",
    "６８１万元": "6810000.00",
    "68.1万元": "681000.00",
    "681千元": "681000.00",
    "0.0681亿元": "6810000.00",
    "12,800.00(万元)": "128000000.00",
    "人民币12800万元整": "128000000.00",
    "1.234567万元": "12345.67",
}

REFUSED = [
    *("1,23", "12,34.00", "1,2345", ",123", "1.005", "1.", ".5", "1.2.3", "--5", "5-", "1e5"),
    *(
        "约100",
        "100元左右",
        "100-200",
        "100 200",
        "0.1234567万元",
        "无",
        "—",
        "/",
        "1_000",
    ),
    *("5²", "10①", "½", "٣", "10000000000000", "99999999999999999999", "NaN", "inf"),
]


@pytest.mark.parametrize(("text", "amount"), TYPED.items())
def test_an_amount_as_typed(text: str, amount: str) -> None:
    parsed = MONEY.parse(Cell(text))
    assert (parsed.value, parsed.problems, parsed.readable) == (amount, (), True)


@pytest.mark.parametrize(("text", "amount"), TEN_THOUSANDS.items())
def test_an_amount_in_ten_thousands_is_converted_and_told(text: str, amount: str) -> None:
    parsed = MONEY.parse(Cell(text))
    assert parsed.value == amount
    (told,) = parsed.problems
    assert (told.code, told.found) == ("M006", text)
    assert f"{Decimal(amount):,}" in told.message


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_amount_is_quoted_and_never_guessed(text: str) -> None:
    parsed = MONEY.parse(Cell(text))
    assert (parsed.value, parsed.readable) == (None, False)
    (told,) = parsed.problems
    assert (told.code, told.found) == ("M004", text)
    assert "请" in told.message


# digits of a number cell → the amount, None where it is refused
STORED = {
    "6810000": "6810000.00",
    "6.81E6": "6810000.00",
    "0.30000000000000004": "0.30",
    "1.1000000000000001": "1.10",
    "-3": "-3.00",
    "490000000.005000000005": None,
    "0.005": None,
    "10000000000000": None,
    "1e999": None,
    "nan": None,
}


@pytest.mark.parametrize(("digits", "amount"), STORED.items())
def test_a_stored_number_counts_in_fifteen_digits(digits: str, amount: str | None) -> None:
    parsed = MONEY.parse(Cell(digits, Kind.NUMBER))
    assert parsed.value == amount
    assert parsed.readable == (amount is not None)


@pytest.mark.parametrize("kind", [Kind.DATE, Kind.BOOLEAN, Kind.ERROR])
def test_other_kinds_of_cells_are_no_amounts(kind: Kind) -> None:
    assert MONEY.parse(Cell("100", kind)).problems[0].code == "M004"


WHOLE = {
    "2023": 2023,
    "２０２３": 2023,
    " 2023\u3000": 2023,
    "2,023": 2023,
    "2023.0": 2023,
    "-1": -1,
}


@pytest.mark.parametrize(("text", "number"), WHOLE.items())
def test_a_whole_number_as_typed(text: str, number: int) -> None:
    assert INTEGER.parse(Cell(text)).value == number


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2023.5", Kind.TEXT),
        ("2023年", Kind.TEXT),
        ("20 23", Kind.TEXT),
        ("5²", Kind.TEXT),
        ("1000000000000000", Kind.TEXT),
        ("1e999", Kind.NUMBER),
        ("0.5", Kind.NUMBER),
        ("#N/A", Kind.ERROR),
    ],
)
def test_what_is_no_whole_number_is_quoted(text: str, kind: Kind) -> None:
    parsed = INTEGER.parse(Cell(text, kind))
    assert (parsed.value, parsed.readable) == (None, False)
    assert (parsed.problems[0].code, parsed.problems[0].found) == ("V001", text)


@pytest.mark.parametrize("value", ["", "x", "1.005", "1e3", "1_000", " 1", "10000000000000", "１"])
def test_a_record_states_amounts_exactly_or_not_at_all(value: str) -> None:
    with pytest.raises(ValueError, match="金额"):
        MONEY.canonical(value)


def test_an_integer_that_a_cell_cannot_keep_is_refused() -> None:
    with pytest.raises(ValueError, match="整数过大"):
        INTEGER.canonical(10**15)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,234.50", Decimal("1234.50")), ("85％", None), ("8５", Decimal(85)), ("1,23", None)],
)
def test_a_plain_number(text: str, number: Decimal | None) -> None:
    assert plain_number(text) == number


AMOUNTS = st.decimals(-(10**13) + 1, 10**13 - 1, places=2).map(str)


@given(AMOUNTS)
def test_a_canonical_amount_is_a_fixed_point(written: str) -> None:
    value = MONEY.canonical(written)
    assert MONEY.canonical(value) == value
    assert Decimal(value) == Decimal(written)


@given(AMOUNTS)
def test_an_amount_survives_a_cell(written: str) -> None:
    value = MONEY.canonical(written)
    stored = Cell(repr(float(MONEY.content(value))), Kind.NUMBER)  # type: ignore[arg-type]
    assert MONEY.parse(stored).value == value
    assert MONEY.parse(Cell(f"{Decimal(value):,}")).value == value


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_a_whole_number_survives_a_cell(value: int) -> None:
    assert INTEGER.parse(Cell(str(float(value)), Kind.NUMBER)).value == value
    assert INTEGER.parse(Cell(str(INTEGER.content(value)))).value == value


@given(st.text(), st.sampled_from(Kind))
def test_no_text_breaks_a_number(text: str, kind: Kind) -> None:
    for value_type in (MONEY, INTEGER):
        parsed = value_type.parse(Cell(text, kind))
        assert parsed.readable or parsed.value is None
        assert all(one.found == text for one in parsed.problems)


@pytest.mark.parametrize("text", ["'6810000", "’6,810,000.00"])
def test_the_apostrophe_of_a_text_is_no_part_of_an_amount(text: str) -> None:
    assert TYPES["money"].parse(Cell(text)).value == "6810000.00"


@pytest.mark.parametrize(("name", "code"), [("money", "M004"), ("integer", "V001")])
def test_a_percentage_is_no_number_of_these(name: str, code: str) -> None:
    parsed = TYPES[name].parse(Cell("0.95", Kind.NUMBER, "0%"))
    assert (parsed.value, parsed.readable) == (None, False)
    assert [(one.code, one.found) for one in parsed.problems] == [(code, "0.95")]
