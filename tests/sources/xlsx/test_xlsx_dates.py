import pytest
from xlsx_parts import cell_of, styles, workbook

from xlsync.base.grid import Kind


def date_cell(serial: str, code: str = "yyyy-mm-dd", *, is_1904: bool = False) -> tuple[str, Kind]:
    formats = styles('<xf numFmtId="170"/>', codes=f'<numFmt numFmtId="170" formatCode="{code}"/>')
    system = '<workbookPr date1904="1"/>' if is_1904 else ""
    cell = cell_of(
        f"<c s='0'><v>{serial}</v></c>", styles=formats, book=workbook("表", before=system)
    )
    return cell.text, cell.kind


@pytest.mark.parametrize(
    ("serial", "text"),
    [
        ("1", "1900-01-01"),
        ("59", "1900-02-28"),
        ("61", "1900-03-01"),
        ("45000", "2023-03-15"),
        ("45000.0", "2023-03-15"),
        ("4.5E4", "2023-03-15"),
        ("45000.354166666664", "2023-03-15T08:30:00"),
        ("45000.99999999999", "2023-03-16"),
        ("45000.0000115741", "2023-03-15T00:00:01"),
        ("45000.500000011574", "2023-03-15T12:00:00.001"),
        ("2958465", "9999-12-31"),
    ],
)
def test_dates_of_the_1900_system(serial: str, text: str) -> None:
    assert date_cell(serial) == (text, Kind.DATE)


@pytest.mark.parametrize(
    ("serial", "text"), [("0", "1904-01-01"), ("43538", "2023-03-15"), ("60", "1904-03-01")]
)
def test_dates_of_the_1904_system(serial: str, text: str) -> None:
    assert date_cell(serial, is_1904=True) == (text, Kind.DATE)


@pytest.mark.parametrize(
    "serial", ["0", "0.5", "60", "60.5", "-1", "2958466", "20230101000000", "1E300", "-0.5"]
)
def test_a_number_that_is_no_day_stays_a_number(serial: str) -> None:
    assert date_cell(serial) == (serial, Kind.NUMBER)


@pytest.mark.parametrize("serial", ["2957004", "2958465.9999999999"])
def test_days_after_9999_stay_numbers(serial: str) -> None:
    assert date_cell(serial, is_1904=True)[1] is Kind.NUMBER


@pytest.mark.parametrize(
    ("serial", "code", "text"),
    [
        ("0.354166666666667", "h:mm", "08:30:00"),
        ("0.75", "h:mm AM/PM", "18:00:00"),
        ("45000.75", "h:mm", "2023-03-15T18:00:00"),
    ],
)
def test_times_of_day(serial: str, code: str, text: str) -> None:
    assert date_cell(serial, code) == (text, Kind.DATE)


def test_an_elapsed_time_is_a_quantity() -> None:
    assert date_cell("1.5", "[h]:mm") == ("1.5", Kind.NUMBER)
