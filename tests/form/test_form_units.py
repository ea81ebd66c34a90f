"""A form that counts its amounts in 万元: the sheet asks and shows so, the record keeps 元."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from openpyxl import load_workbook
from reading_samples import FILLED, FORM, record_of

from xlsync.base.errors import FormError
from xlsync.exchange.workbooks import workbook
from xlsync.form import Form
from xlsync.reader import read
from xlsync.sources import text, xlsx
from xlsync.workbook.hidden_checks import HiddenChecks

FOLDER = Path(__file__).resolve().parents[2]
TEMPLATE = (FOLDER / "templates" / f"{FORM.id}.toml").read_text(encoding="utf-8")
MAPPING = (FOLDER / "mappings" / f"{FORM.id}.toml").read_text(encoding="utf-8")


def load(template: str, mapping: str) -> Form:
    folder = Path(mkdtemp())
    for name, content in (("templates", template), ("mappings", mapping)):
        (folder / name).mkdir()
        (folder / name / f"{FORM.id}.toml").write_text(content, encoding="utf-8")
    (folder / "mappings" / "libraries").symlink_to(FOLDER / "mappings" / "libraries")
    return Form.load(*(folder / name / f"{FORM.id}.toml" for name in ("templates", "mappings")))


@cache
def wan() -> Form:
    """The form of 2023, counted in 万元."""
    head, *rules = MAPPING.split("[[rules]]")
    kept = [one for one in rules if '"magnitude"' not in one]
    large = '\nkind = "magnitude"\ncode = "M006"\nseverity = "warning"\n'
    large += 'amounts = ["funds_total"]\nabove = 1000000000\n'
    mapping = "[[rules]]".join([head, *kept, large])
    mapping = mapping.replace('\ntitle = "财政', '\nunit = "万元"\ntitle = "财政', 1)
    return load(TEMPLATE.replace("(元)", "(万元)"), mapping)


def read_wan(typed: str) -> tuple[dict[str, str | None], list[tuple[str, str]]]:
    content = text.read(typed.replace("(元)", "(万元)").replace("|", "\t").encode())
    (reading,) = read([wan()], content)
    return record_of(reading)["funds"], [(one.code, one.message) for one in reading.problems]


IN_WAN = FILLED.replace("0,000.00", ".00")  # 300,000.00 元 → 30.00 万元


def test_amounts_are_read_in_the_unit_of_the_form_without_a_word() -> None:
    funds, problems = read_wan(IN_WAN)
    assert funds["total"] == "300000.00"
    assert funds["fiscal"] == "280000.00"
    assert not problems


def test_the_workbook_shows_the_unit_of_the_form_and_reads_back_exactly() -> None:
    content = text.read(IN_WAN.replace("(元)", "(万元)").replace("|", "\t").encode())
    (reading,) = read([wan()], content)
    record = record_of(reading) | {"id": "abc"}
    record["funds"]["fiscal"] = "279999.99"
    record["funds"]["other"] = "20000.01"
    data = workbook(wan(), wan().identified(record))
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    assert sheet["D8"].value == 27.999999
    assert sheet["D8"].number_format == "#,##0.00####"
    (back,) = read([wan()], xlsx.read(data))
    assert record_of(back)["funds"] == record["funds"]


def test_the_sheet_asks_and_explains_in_the_unit_of_the_form() -> None:
    form = wan()
    kinds = HiddenChecks(form, form.layout(form.capacity())).kinds
    given = [one.given or "" for one in kinds if one.code == "M001"]
    assert given
    assert all('&" 万元"' in one for one in given)


def test_a_rule_speaks_in_the_unit_of_the_form() -> None:
    _, problems = read_wan(IN_WAN.replace("总额|30.00|年", "总额|31.00|年"))
    (told,) = [message for code, message in problems if code == "M001"]
    assert "为 31.00 万元，与各项之和 30.00 万元不符，多 1.00 万元" in told


def test_what_yuan_cannot_hold_to_the_cent_is_a_problem() -> None:
    funds, problems = read_wan(IN_WAN.replace("总额|30.00|年", "总额|30.0000001|年"))
    assert funds["total"] is None
    assert [code for code, _ in problems] == ["M004"]


def test_an_amount_that_was_typed_in_yuan_is_doubted() -> None:
    _, problems = read_wan(FILLED)
    (told,) = [message for code, message in problems if code == "M006"]
    assert "疑似按元填写。本表以万元为单位" in told
    assert "请改为 30.00" in told


def test_a_copy_in_yuan_of_a_form_in_wan_is_converted_and_told() -> None:
    content = text.read(FILLED.replace("|", "\t").encode())
    (reading,) = read([wan()], content)
    assert record_of(reading)["funds"]["total"] == "300000.00"
    (told,) = [one for one in reading.problems if one.code == "M006"]
    assert "读作 元" in told.message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('type = "money"', 'type = "money"\nunit = "万块"', "unknown unit '万块'"),
        ('type = "date"', 'type = "date"\nunit = "万元"', "only an amount has one"),
        ('type = "money"', 'type = "money"\nunit = "万元"', "but its amounts"),
    ],
)
def test_a_unit_that_cannot_be_is_an_error_of_the_mapping(old: str, new: str, said: str) -> None:
    mapping = MAPPING.replace(old, new, 1)
    if said == "but its amounts":
        mapping = mapping.partition("[[rules]]")[0]
        mapping = mapping.replace('label = "项目资金总额"', 'label = "项目资金总额（元）"')
    with pytest.raises(FormError, match=said):
        load(TEMPLATE, mapping)


def test_a_template_that_prints_another_unit_than_the_mapping_is_an_error() -> None:
    with pytest.raises(FormError, match=r"prints '项目资金 \(万元\)', but no amount is in 万元"):
        load(TEMPLATE.replace("(元)", "(万元)"), MAPPING)
