"""What the parts of formulas give, one by one: truths, errors, and what they leave out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from xlsync.base.grid import Address, Area
from xlsync.workbook.formula_code import compiled
from xlsync.workbook.formula_parser import FormulaParser
from xlsync.workbook.formula_reading import FormulaReader, WrittenFormula
from xlsync.workbook.formula_values import Fault, FormulaError

if TYPE_CHECKING:
    from xlsync.workbook.formula_values import Known, Value

# Column A from row 0 on, which does not exist.
CELLS: list[Value] = [None, "甲", "Abc", 5, 2.5, None, Fault.ERROR, True, "", "0.50", "a*b"]
E = Fault.ERROR


@dataclass
class OneColumn:
    """The only places that there are: column A, and a name for some of its cells."""

    def of(self, _sheet: str, column: int) -> int:
        assert column == 1
        return 0

    def gives(self, _place: int) -> tuple[Known, bool]:
        return ("any", False)

    def named(self, name: str) -> tuple[str, Area]:
        return name, Area(1, 1, 5, 1)


def shown(formula: str, below: int = 0) -> Value:
    """What a formula in B1 shows so many rows below it, where it is shared."""
    parser = FormulaParser(formula, "表", 1, OneColumn(), rows=3 if below else 1)
    (compute,) = compiled([parser.expression().source])
    try:
        return compute(CELLS, below)
    except FormulaError:
        return E


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        # an error in a condition is one whatever the others say
        ('AND(FALSE,FIND("x","y")>0)', E),
        ('AND(FIND("x","y")>0,FALSE)', E),
        ('OR(TRUE,FIND("x","y")>0)', E),
        ('AND(FALSE,ISNUMBER(FIND("x","y")))', False),
        ('OR(ISERROR(FIND("x","y")),A3>4)', True),
        ("OR(ISNUMBER(A1),A6>4)", E),
        # but in the form of all checks it is as one that does not hold
        ('IFERROR(IF(AND(A6>1,TRUE),"a",""),"")', ""),
        ('IFERROR(IF(AND(A3>1,A6),"a",""),"")', ""),
        ('IFERROR(IF(AND(A3>1,A1,A7),"a",""),"")', "a"),
        ('IFERROR(IF(AND(A3>1,NOT(ISERROR(A1))),"a"&A6,""),"")', ""),
        ('IFERROR(IF(OR(A3>1,A6>1),"a",""),"")', ""),
        ('IFERROR(IF(A6>1,"a","b"),"c")', "c"),
        ("IFERROR(A6,A3)", 5),
        ("IFERROR(VALUE(A1),7)", 7),
        ("VALUE(A9)+1", 1.5),
        # an error that nobody asks for is left out
        ("IF(A3>1,A1,A6)", "甲"),
        ("IF(A3>9,A1,A6)", E),
        ("IF(A3>9,A1)", False),
        ('CHOOSE(2,A6,"b",A6)', "b"),
        ("COUNT(A3,FIND(A1,A2),A6,A9)", 1),
        ("COUNTA($A$1:$A$8)", 7),
        ("SUM($A$1:$A$5)", 7.5),
        ("SUM($A$1:$A$6)", E),
        ("MAX(A3,A4)", 5),
        ("AND(xs_some)", True),
        ("OR($A$5:$A$6)", E),
        # comparisons know no large and small letters, an empty cell is nothing of either kind
        ('A2="aBC"', True),
        ('A5=""', True),
        ("A5=0", True),
        ('A8=""', True),
        ("A1>A3", True),
        ("A7>A1", True),
        ("A6=1", E),
        ('UPPER(A2)="ABC"', True),
        # texts
        ('"“"&A3&"”"&A4&A7', "“5”2.5TRUE"),
        ('1/1000000&"；"&0-3/10000000', "0.000001；-0.0000003"),
        ('""&CHAR(92)&""', "\\"),
        ("LEFT(A2,A4)&RIGHT(A2,1)&MID(A2,2,1)", "Abcb"),
        ('TRIM(" a  b ")&SUBSTITUTE(A2,"b","\'""")', "a bA'\"c"),
        ('SEARCH("a~",A2)', E),
        ('SEARCH("?C",A2)', 2),
        # numbers
        ("2*3+10^2/4-1", 30),
        ("-A3+A7", -4),
        ("A3/0", E),
        ("ROUND(A4,0)+INT(A4)", 5),
        # of a truth value they give its number, which comes before every text and truth
        ("ROUND(A7,2)<A2", True),
        ("ROUNDUP(A7,0)&ROUND(TRUE,2)&ROUND(A3>9,1)", "110"),
        ("DATE(2024,1,31)-DATE(2024,1,1)", 30),
        ("(A3>1)+(A4>1)", 2),
        # places
        ("ADDRESS(ROW(A3),COLUMN(A3),4)", "A3"),
        ('MATCH("ABC",$A$1:$A$5,0)', 2),
        ('MATCH("x",$A$1:$A$5,0)', E),
        ("INDEX(xs_some,3)", 5),
        ("VLOOKUP(\"Abc\",'_xlsync'!$A$1:$A$5,1,0)", "Abc"),
        ("VLOOKUP(\"ABC\",'_xlsync'!$A$1:$A$5,1,0)", E),
    ],
)
def test_a_formula_shows(formula: str, value: Value) -> None:
    found = shown(formula)
    assert found == value
    assert isinstance(found, bool) == isinstance(value, bool)


@pytest.mark.parametrize(
    ("formula", "value"),
    [("A1", 5), ("$A1&A$1", "5甲"), ("ROW()", 3), ("ROW(A1)-ROW($A$1)", 2), ("SUM(A1:A2)", 7.5)],
)
def test_a_shared_formula_moves_along(formula: str, value: Value) -> None:
    assert shown(formula, 2) == value


def test_a_text_is_no_code() -> None:
    text = "'+exit()+'\\' {v} \"\"\" \n # ⁣"
    assert shown(f'"{text.replace(chr(34), chr(34) * 2)}"&A3') == f"{text}5"


def test_what_is_no_formula_of_ours_is_refused() -> None:
    with pytest.raises(KeyError):
        shown("__import__(A1)")
    with pytest.raises(KeyError):
        shown("eval(A1)")


def test_many_parts_are_no_depth() -> None:
    assert shown("+".join(["(A3>1)"] * 900)) == 900
    assert shown("&".join(["A3"] * 900)) == "5" * 900
    assert shown("AND(" + ",".join(["A3>1"] * 900) + ")") is True


@pytest.mark.parametrize(
    ("entry", "shows"),
    [
        ("7", ["7", "7", 7, 8, "", False, "71", 2]),
        ("x", ["x", "x", E, E, "no number", True, "x1", 2]),
        (None, ["", "0", E, E, "no number", True, "01", 2]),
    ],
)
def test_formulas_know_what_the_cells_that_they_read_show(entry: Value, shows: list[Value]) -> None:
    texts = {
        "B1": "TRIM(A1)",
        "C1": 'IF(B1="","0",B1)',
        "D1": "VALUE(B1)",
        "E1": "D1+1",
        "F1": 'IFERROR(IF(ISERROR(D1),"no number",""),"")',
        "G1": "ISERROR(E1)",
        "H1": "C1&1",
        "I1": "LEN(H1)",
    }
    # In which order they are computed follows from what they read, not from where they stand.
    written = [
        WrittenFormula("表", at := Address.parse(place), text, [at])
        for place, text in reversed(texts.items())
    ]
    assert computed(written, entry)[::-1] == shows


def test_a_formula_that_goes_on_may_read_the_cell_above() -> None:
    cells = [Address(row, 2) for row in range(2, 5)]
    assert computed([WrittenFormula("表", cells[0], "B1&A$1", cells)], "a") == ["a", "aa", "aaa"]


def computed(written: list[WrittenFormula], entry: Value) -> list[Value]:
    """What the cells of some formulas show, as they are written, with an entry in A1."""
    reader = FormulaReader(written, height=6, names={})
    formulas = reader.formulas()
    values: list[Value] = [None] * 6 * len(reader.columns)
    values[reader.index("表", Address(1, 1))] = entry
    for one in formulas:
        try:
            values[one.place] = one.compute(values, one.below)
        except FormulaError:
            values[one.place] = E
    return [values[reader.index(one.sheet, at)] for one in written for at in one.cells]
