"""The rules hold twice: what the sheet's formulas find is what the reader finds, cell by cell.

LibreOffice computes the sheet; so do Gnumeric, HyperFormula and ONLYOFFICE, which share nothing
with it: where four agree, Excel and WPS hardly differ. A case puts some cells into a form that is
in order otherwise; where sheet and reader may differ stands in ``APART``, each with its reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from engines import gnumeric, hyperformula, onlyoffice, with_values
from findings import named_findings, reader_finds, results_apart, sheet_finds
from small_form import MAPPING, load_form

from xlsync.base.files import write_file
from xlsync.base.grid import Address
from xlsync.exchange.reading import read_file
from xlsync.form import Catalogue
from xlsync.form.catalogue import data_folder
from xlsync.workbook.heights import Heights
from xlsync.workbook.results import computation
from xlsync.writer import splice
from xlsync.writer.contents import contents, describe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from calc import Calc, Value

    from xlsync.base.record import Record
    from xlsync.workbook.results import Results

pytestmark = pytest.mark.client

FORMS = {form.id: form for form in Catalogue()}
FORM = FORMS["project-goal-2023"]
LAYOUT = FORM.layout(FORM.capacity())
(TABLE,) = LAYOUT.tables
SHEET = FORM.template.sheet

SOUND: dict[str, Value] = {
    "year": 2023,
    "project_name": "小区改造",
    "project_nature": "经常性项目",
    "project_category": "特定目标类",
    "competent_department": "镇政府",
    "implementing_unit": "建设办",
    "planned_start": 44927,  # 2023-01-01
    "planned_end": 45291,  # 2023-12-31
    "funds_total": 6810000,
    "funds_fiscal": 6810000,
    "funds_other": 0,
    "funds_annual_total": 6810000,
    "funds_annual_fiscal": 6800000,
    "funds_carried_over": 10000,
    "funds_annual_other": None,
    "overall_goal": "改善环境",
    "annual_goal": "完成改造",
    "row 1": "产出指标|数量指标|巡查次数|≥|50.00|次",
    "row 2": "产出指标|质量指标|一次验收合格率|=|100.00|%",
    "row 3": "产出指标|时效指标|整改及时性||及时|",
    "row 4": "效益指标|社会效益指标|市容面貌||改善|",
    "row 5": "满意度指标|服务对象满意度指标|居民满意度|≥|85.00|%",
    "row 6": "|||||",
}

# what is changed; the codes that both sides find, each with its place
CASES: dict[str, tuple[dict[str, Value], str]] = {
    "nothing": ({}, ""),
    "no name": ({"project_name": None}, "F001 C4"),
    "a full-width blank": ({"project_name": "　"}, "F001 C4"),
    "a no-break blank": ({"annual_goal": "\u00a0 "}, "F001 E12"),
    "nature": ({"project_nature": "长期"}, "C001 F4"),
    "category": ({"project_category": "其他"}, "C002 H4"),
    "half a year": ({"year": 2023.5}, "V001 A3"),
    "total": ({"funds_total": 6820000}, "M001 D7"),
    "annual total": ({"funds_annual_other": 0.01}, "M002 G7"),
    "a part cannot be read": ({"funds_other": "无"}, "M004 D10"),
    "year above project": ({"funds_total": 6800000, "funds_fiscal": 6800000}, "M003 G7"),
    "below zero": ({"funds_fiscal": 6810001, "funds_other": -1}, "M004 D10"),
    "half a cent": ({"funds_other": 0.005}, "M004 D10"),
    "too much for a cell": ({"funds_other": 1e13}, "M004 D10"),
    "in ten thousands": (
        {"funds_annual_total": 681, "funds_annual_fiscal": 681, "funds_carried_over": None},
        "M006 G7",
    ),
    "no date": ({"planned_end": "年底"}, "D001 F6"),
    "noon": ({"planned_start": 44927.5}, "D001 C6"),
    "ends before it starts": ({"planned_end": 44926}, "D002 F6"),
    "year": ({"year": 2022}, "D003 A3"),
    "in stages, one year": ({"project_nature": "阶段性项目"}, "D004 F4"),
    "once, two years": ({"project_nature": "一次性项目", "planned_end": 45292}, "D004 F4"),
    "level 1": ({"row 6": "成效指标|数量指标|投诉数|≤|3|起"}, "I001 B20"),
    "level 2": ({"row 6": "效益指标|质量指标|投诉数|≤|3|起"}, "I002 C20"),
    "no level 3": ({"row 6": "产出指标|质量指标||≤|3|起"}, "I003 D20"),
    "no value": ({"row 6": "产出指标|质量指标|投诉数|||"}, "I003 F20"),
    "placeholder": ({"row 6": "产出指标|质量指标|投诉数||／ ／|"}, "I003 F20"),
    "placeholder, repeated": ({"row 6": "产出指标|质量指标|ｘXx|≤|3|起"}, "I003 D20"),
    "none as a name": ({"row 6": "产出指标|质量指标|无||达标|"}, "I003 D20"),
    "none as a value": ({"row 6": "产出指标|质量指标|安全事故||无|"}, ""),
    "no benefit": ({"row 4": "产出指标|质量指标|市容面貌||改善|"}, "I004 A13"),
    "no satisfaction": ({"row 5": "|||||"}, "I005 A13"),
    "nothing in time": ({"row 3": "|||||"}, "I006 A13"),
    "no operator": ({"row 6": "产出指标|质量指标|投诉数||1,000|起"}, "I007 E20"),
    "a number called a quality": ({"row 6": "产出指标|质量指标|投诉数|定性|3|起"}, "I007 E20"),
    "below zero, no operator": ({"row 6": "产出指标|质量指标|降幅||-5|%"}, "I007 E20"),
    "no unit": ({"row 6": "产出指标|质量指标|投诉数|≤|3|"}, "I008 G20"),
    "a range is no number": ({"row 6": "产出指标|质量指标|工期||12-15|"}, ""),
    "a day is no number": ({"row 6": "产出指标|时效指标|工期||6月30日|"}, ""),
    "a fraction is no number": ({"row 6": "产出指标|质量指标|比例||1/2|"}, ""),
    "exact satisfaction": (
        {"row 6": "满意度指标|服务对象满意度指标|商户|=|90|%"},
        "I009 E20",
    ),
    "in another level": ({"row 6": "效益指标|社会效益指标|商户满意率|=|90|%"}, "I009 E20"),
    "no figure": ({"row 6": "产出指标|数量指标|改造||达标|"}, "I012 F20"),
    "figure within words": ({"row 6": "产出指标|数量指标|改造||每月２次|"}, ""),
    "twice": ({"row 6": "产出指标|数量指标|巡查　次数|≥|60|次"}, "I016 D20"),
    "in another case": ({"row 6": "产出指标|时效指标|整改及时性A||及时|"}, ""),
}


class Apart(NamedTuple):
    """Where sheet and reader differ: the cells, what each finds alone, and why."""

    changes: dict[str, Value]
    sheet: str
    reader: str
    reason: str


APART: dict[str, Apart] = {
    "a date as text": Apart(
        {"planned_start": "2023年1月1日"}, "D001 C6", "", "formulas need a real date"
    ),
    "a date of another time": Apart(
        {"planned_start": 36525}, "D001 C6", "", "while typing, a slip is likelier than 1999"
    ),
    "a year as text": Apart({"year": "2023"}, "V001 A3", "", "formulas need a real number"),
    "an amount as text": Apart(
        {"funds_other": "5万元"},
        "M004 D10",
        "M001 D7, M006 D10",
        "formulas need a real number; the reader converts it, and the total no longer fits",
    ),
    "another spelling": Apart(
        {"project_nature": "经常性"}, "C001 F4", "", "the dropdown has one word for it"
    ),
    "a blank within a level": Apart(
        {"row 1": "产出 指标|数量指标|巡查次数|≥|50.00|次"},
        "I001 B15",
        "",
        "the dropdown of level 2 goes by the very word",
    ),
    "no level 1": Apart(
        {"row 2": "|质量指标|一次验收合格率|=|100.00|%"},
        "I001 B16",
        "",
        "the reader inherits it, as paper does, and says so (S004)",
    ),
    "full-width figures": Apart(
        {"row 6": "产出指标|质量指标|投诉数||１００|"},
        "",
        "I007 E20, I008 G20",
        "not every program counts with them",
    ),
    "a unit behind the value": Apart(
        {"row 6": "产出指标|质量指标|比例||50%|"},
        "",
        "I007 E20",
        "the reader takes the unit off the value and says so (V002), which no formula does",
    ),
    "more text than the row shows": Apart(
        {"overall_goal": "改善居住环境。" * 60},
        "layout B12",
        "",
        "how high a row is concerns the page alone, and nothing is wrong with the record",
    ),
    "more lines than the row shows": Apart(
        {"annual_goal": "\n".join(["一、整治道路"] * 11)},
        "layout E12",
        "",
        "the same, by line breaks",
    ),
    "no rows": Apart(
        {f"row {number}": "|||||" for number in range(1, 6)},
        "",
        "I005 A13, I006 A13, I006 A13, I006 A13",
        "advice on the table waits for its first row",
    ),
}


def cells(values: Mapping[str, Value]) -> dict[str, Value]:
    """Values by address."""
    placed: dict[str, Value] = {}
    slots = {slot.name: slot.area.first.a1 for slot in LAYOUT.slots}
    for name, value in values.items():
        if name in slots:
            placed[slots[name]] = value
        else:
            row = TABLE.first + int(name.removeprefix("row ")) - 1
            texts = str(value).split("|")
            for column, text in zip(TABLE.columns.values(), texts, strict=True):
                placed[Address(row, column).a1] = text or None
    return placed


def sheet_says(calc: Calc, record: Record | None = None) -> list[str]:
    return sheet_finds(calc, FORM, FORM.capacity(record))


def reader_says(path: Path) -> list[str]:
    """What the reader finds, without V002, which is about how it read."""
    return [one for one in reader_finds(FORM, path) if not one.startswith("V002 ")]


@pytest.fixture(scope="module")
def blank(calc: Calc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calc]:
    """The blank form, open."""
    path = tmp_path_factory.mktemp("blank") / "blank.xlsx"
    write_file(path, splice(FORM))
    calc.open(path, hidden=True)
    return calc


@pytest.mark.parametrize(("changes", "expected"), CASES.values(), ids=CASES)
def test_sheet_and_reader_find_the_same(
    blank: Calc, tmp_path: Path, changes: dict[str, Value], expected: str
) -> None:
    blank.put(SHEET, cells(SOUND | changes))
    blank.save(tmp_path / "saved.xlsx")
    assert sheet_says(blank) == ([expected] if expected else [])
    assert reader_says(tmp_path / "saved.xlsx") == sheet_says(blank)
    assert not results_apart(blank, FORM, results(changes))


def results(changes: Mapping[str, Value]) -> Results:
    """What is written beside the formulas of a workbook with these cells."""
    stated = contents(FORM, LAYOUT, Heights(FORM, LAYOUT), None, describe(FORM)).manifest
    placed = cells(SOUND | dict(changes))
    values = ((Address.parse(at), value) for at, value in placed.items())
    computed = computation(FORM, LAYOUT)
    return computed.all(computed.changes(values, stated))


@pytest.fixture(scope="module")
def broken() -> list[bytes]:
    """The workbooks of all cases."""
    blank = splice(FORM)
    return [with_values(blank, cells(SOUND | changes)) for changes, _ in CASES.values()]


def each(found: list[str]) -> dict[str, str]:
    """What each case finds, by its name."""
    named = (", ".join(named_findings(FORM, FORM.capacity(), text)) for text in found)
    return dict(zip(CASES, named, strict=True))


EXPECTED = {name: expected for name, (_, expected) in CASES.items()}


def test_gnumeric_finds_the_same(broken: list[bytes], tmp_path: Path) -> None:
    assert each(gnumeric(broken, tmp_path)) == EXPECTED


def test_hyperformula_finds_the_same(broken: list[bytes]) -> None:
    assert each(hyperformula(broken)) == EXPECTED


def test_onlyoffice_finds_the_same(broken: list[bytes], tmp_path: Path) -> None:
    """It takes two seconds a workbook, so it is asked once for each code."""
    first_of = {
        expected.split()[0]: at for at, expected in enumerate(EXPECTED.values()) if expected
    }
    names = [list(CASES)[at] for at in first_of.values()]
    chosen = [broken[at] for at in first_of.values()]
    found = onlyoffice(chosen, tmp_path, touched=(SHEET, "C5"))
    codes = [", ".join(named_findings(FORM, FORM.capacity(), text)) for text in found]
    assert dict(zip(names, codes, strict=True)) == {name: EXPECTED[name] for name in names}


@pytest.mark.parametrize("case", APART.values(), ids=APART)
def test_sheet_and_reader_differ_only_for_a_reason(
    blank: Calc, tmp_path: Path, case: Apart
) -> None:
    blank.put(SHEET, cells(SOUND | case.changes))
    blank.save(tmp_path / "saved.xlsx")
    assert not results_apart(blank, FORM, results(case.changes))
    sheet, reader = sheet_says(blank), reader_says(tmp_path / "saved.xlsx")
    common = set(sheet) & set(reader)
    assert ", ".join(one for one in sheet if one not in common) == case.sheet
    assert ", ".join(one for one in reader if one not in common) == case.reader


def test_an_error_value_is_found_and_counted(blank: Calc, tmp_path: Path) -> None:
    blank.put(SHEET, cells(SOUND))
    blank.compute(SHEET, "C4", "=NA()")
    blank.compute(SHEET, "D10", "=1/0")
    blank.save(tmp_path / "saved.xlsx")
    assert sheet_says(blank) == ["M004 D10", "V001 C4"]
    assert reader_says(tmp_path / "saved.xlsx") == sheet_says(blank)
    assert "有误 2 处" in blank.shown(SHEET, "A1")


def test_a_form_that_nobody_has_begun_is_not_blamed(blank: Calc) -> None:
    blank.put(SHEET, dict.fromkeys(cells(SOUND)))
    assert sheet_says(blank) == []
    blank.put(SHEET, {"D15": "巡查次数"})
    assert "F001 C4" in sheet_says(blank)


def test_sheet_and_reader_agree_on_every_sample(calc: Calc, tmp_path: Path) -> None:
    texts = sorted(data_folder("samples").rglob("*.txt"))
    readings = [one for text in texts for one in read_file(FORMS, text).readings]
    records = [one.record for one in readings if one.record]
    assert len(records) >= 16
    for number, record in enumerate(records):
        path = tmp_path / f"{number}.xlsx"
        write_file(path, splice(FORM, record))
        calc.open(path, hidden=True)
        assert sheet_says(calc, record) == reader_says(path), FORM.title(record)


def test_a_text_may_have_no_more_characters_than_the_form_says(calc: Calc, tmp_path: Path) -> None:
    rule = (
        'code = "C009"\nseverity = "error"\nkind = "max-length"\ntexts = ["note"]\ncharacters = 8'
    )
    form = load_form(tmp_path, mapping=f"{MAPPING}\n[[rules]]\n{rule}\n")
    path = tmp_path / "form.xlsx"
    for note, found in (("一二三 四五六\n七八", []), ("一二三四五六七八九", ["C009 B9"])):
        made, _ = form.canonical({"form": "trip", "who": "甲", "note": note})
        write_file(path, splice(form, made))
        calc.open(path, hidden=True)
        assert sheet_finds(calc, form, form.capacity(made)) == found
        assert reader_finds(form, path) == found
