import pytest
from xlsx_parts import cell_of, sheet_of

from xlsync.base.grid import Address, Kind
from xlsync.sources.xlsx.formulas import shifted


def test_a_formula_and_its_cached_result() -> None:
    cell = cell_of('<c><f>SUM(B1:C1)&amp;""</f><v>3</v></c>')
    assert (cell.text, cell.kind, cell.formula) == ("3", Kind.NUMBER, 'SUM(B1:C1)&""')


def test_a_formula_without_a_cached_result() -> None:
    cell = cell_of("<c><f>NOW()</f></c>")
    assert (cell.text, cell.formula) == ("", "NOW()")


def test_a_formula_with_a_text_result() -> None:
    cell = cell_of("<c t='str'><f>A2</f><v>文</v></c>")
    assert (cell.text, cell.kind, cell.formula) == ("文", Kind.TEXT, "A2")


def test_a_formula_without_text_is_still_a_formula() -> None:
    assert cell_of("<c><f t='dataTable' ref='A1'/><v>1</v></c>").formula == ""


def test_an_array_formula() -> None:
    assert cell_of("<c><f t='array' ref='A1:A2'>B1:B2</f><v>1</v></c>").formula == "B1:B2"


def test_shared_formulas_are_made_out() -> None:
    sheet = sheet_of(
        "<row r='1'><c r='A1'><f t='shared' ref='A1:B2' si='0'>C1+$D$1</f><v>1</v></c>"
        "<c r='B1'><f t='shared' si='0'/><v>2</v></c></row>"
        "<row r='2'><c r='A2'><f t='shared' si='0'/><v>3</v></c>"
        "<c r='B2'><f t='shared' si='7'/><v>4</v></c></row>"
    )
    formulas = [cell.formula for cell in sheet.cells.values()]
    assert formulas == ["C1+$D$1", "D1+$D$1", "C2+$D$1", ""]
    assert sheet.text(Address(2, 2)) == "4"


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("SUM(E8,E9)", "SUM(F10,F11)"),
        ("$E8+E$8+$E$8", "$E10+F$8+$E$8"),
        ('"E8"&E8', '"E8"&F10'),
        ("'E8'!E8", "'E8'!F10"),
        ("表1!E8:E9", "表1!F10:F11"),
        ("LOG10(E8)+E8", "LOG10(F10)+F10"),
        ("xs_E8+E8x+_E8", "xs_E8+E8x+_E8"),
        ("SUM(A:B,$C:D,1:2,$3:4)", "SUM(B:C,$C:E,3:4,$3:6)"),
        ("XFD1048575", "A1"),
        ("XFE1+TRUE+表E8", "XFE1+TRUE+表E8"),
        ("1.5+E8", "1.5+F10"),
    ],
)
def test_references_move_along(formula: str, moved: str) -> None:
    assert shifted(formula, 2, 1) == moved
