"""What a round accepted, in every format: complete, typed, and read back as it was."""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
import warnings
from decimal import Decimal
from typing import TYPE_CHECKING

import evaluation_sample
import pytest
from clients import convert
from openpyxl import load_workbook
from pyarrow import parquet
from running import FORM, FORMS, SAMPLES, invoke, record, save
from workbook_lint import lint

from xlsync.base.record import get, split
from xlsync.repository import Changes, Repository, layout

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook

    from xlsync.base.record import Json, Record

ROUND = "2023/一上"
MAPPING = FORMS[FORM].mapping
TABLE = next(iter(MAPPING.tables.values()))
HOSTILE = ["=1+1", "+SUM(A1)", "-1+1", "@A1", "'=已有撇号", "'", "=", "-5", 'a,"b"\n二', "0012"]


def records() -> list[Record]:
    """The samples in the order of an export: by unit and title, as folders show them."""
    texts = (path.read_text("utf-8") for path in (SAMPLES / "一上").glob("*.json"))
    found = [json.loads(text) for text in texts]
    return sorted(found, key=lambda one: (one["implementing_unit"], one["project_name"]))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the samples in one round."""
    folder = tmp_path_factory.mktemp("库") / "town"
    assert invoke("init", folder).exit_code == 0
    assert invoke("collect", ROUND, SAMPLES / "一上", "-R", folder).exit_code == 0
    return folder


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A repository without any record."""
    assert invoke("init", tmp_path / "库").exit_code == 0
    return tmp_path / "库"


def export(repository: Path, output: Path, *more: str) -> list[str]:
    result = invoke("export", ROUND, "-R", repository, "-o", output, *more)
    assert (result.exit_code, result.stderr) == (0, "")
    return str(result.stdout).splitlines()


def opened(path: Path, *, values: bool = False) -> Workbook:
    assert lint(path.read_bytes()) == []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return load_workbook(path, data_only=values)


def values_of(path: Path) -> list[dict[str, str]]:
    """The rows of a list of values, by their heads, with every text as it was before."""
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {head: text.removeprefix("'") for head, text in row.items()}
            for row in csv.DictReader(file)
        ]


# ---- the workbook -------------------------------------------------------------------------


def test_a_project_is_a_row_with_every_field_in_order(town: Path, tmp_path: Path) -> None:
    path = tmp_path / "汇总表.xlsx"
    assert export(town, path) == [str(path)]
    sheet = opened(path)["项目"]
    heads = [cell.value for cell in sheet[3]]
    assert heads[:3] == ["序号", "年度", "项目名称"]
    assert len(heads) == len(set(heads)) == len(MAPPING.fields) + 2
    *rows, totals = sheet.iter_rows(min_row=4, values_only=True)
    assert totals[0] == "合计"
    for number, (row, one) in enumerate(zip(rows, records(), strict=True), start=1):
        assert row[0] == number
        assert row[-1] == one["id"]
        for shown, item in zip(row[1:-1], MAPPING.fields.values(), strict=True):
            value = get(one, item.pointer)
            if item.type == "money":
                assert Decimal(str(shown)) == Decimal(value)
            elif item.type == "date":
                assert isinstance(shown, dt.datetime)
                assert shown.date().isoformat() == value
            else:
                assert shown == value
    formats = {sheet.cell(4, 2 + at).number_format for at in range(len(MAPPING.fields))}
    assert {"#,##0.00", "0", "@"} <= formats


def test_an_indicator_is_a_row_with_unit_and_project(town: Path, tmp_path: Path) -> None:
    export(town, tmp_path / "汇总.xlsx")
    sheet = opened(tmp_path / "汇总.xlsx")[TABLE.label]
    assert [cell.value for cell in sheet[3]][1:3] == ["实施单位", "项目名称"]
    expected = [
        (one["implementing_unit"], one["project_name"], *(row[name] for name in TABLE.columns))
        for one in records()
        for row in one["indicators"]
    ]
    assert [row[1:-1] for row in sheet.iter_rows(min_row=4, values_only=True)] == expected


def test_the_sums_by_unit_are_those_of_the_rows(town: Path, tmp_path: Path) -> None:
    path = tmp_path / "汇总.xlsx"
    export(town, path)
    sheet = opened(path, values=True)["汇总"]
    formulas = opened(path)["汇总"]
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    units = sorted({one["implementing_unit"] for one in records()})
    assert [row[0] for row in rows[: len(units) + 1]] == [*units, "合计"]
    column = [cell.value for cell in sheet[3]].index("项目资金总额")
    for row, unit in zip(rows, units, strict=False):
        mine = [one for one in records() if one["implementing_unit"] == unit]
        assert row[1:3] == (len(mine), sum(len(one["indicators"]) for one in mine))
        assert Decimal(str(row[column])) == sum(Decimal(one["funds"]["total"]) for one in mine)
    total = sum(Decimal(one["funds"]["total"]) for one in records())
    assert Decimal(str(rows[len(units)][column])) == total
    assert str(formulas.cell(4 + len(units), column + 1).value).startswith("=SUM(")
    assert len(formulas._charts) == 1  # noqa: SLF001 - openpyxl offers no other way to look


def test_the_workbook_is_ready_to_print_and_to_filter(town: Path, tmp_path: Path) -> None:
    export(town, tmp_path / "汇总.xlsx")
    book = opened(tmp_path / "汇总.xlsx")
    assert book.sheetnames == ["项目", "绩效指标", "汇总"]
    for sheet in book:
        assert sheet.auto_filter.ref.startswith("A3:")
        assert sheet.freeze_panes.endswith("4")
        assert sheet.print_title_rows in {"$1:$3", "$3:$3"}
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    wide, title = book["项目"], book["项目"]["A1"].value
    assert wide.page_setup.fitToWidth > 1
    assert (wide.oddHeader.center.text, wide.oddHeader.right.text) == (title, "金额单位：元")
    assert wide.print_title_rows == "$3:$3", "its title stands above every page"
    assert wide[f"{wide.print_title_cols.partition(':$')[2]}3"].value == "项目名称"
    last = wide.cell(wide.max_row, wide.max_column).coordinate
    assert wide.print_area.replace("$", "") == f"'项目'!A3:{last}"
    heights = [book["项目"].row_dimensions[row].height for row in range(4, 20)]
    assert max(heights) > 60


def test_the_same_round_gives_the_same_bytes(town: Path, tmp_path: Path) -> None:
    for name in ("汇总.xlsx", "汇总.csv", "汇总.json", "汇总.jsonl", "汇总.parquet"):
        made = [tmp_path / folder / name for folder in ("一", "二")]
        for path in made:
            export(town, path)
        assert made[0].read_bytes() == made[1].read_bytes()


def test_a_long_list_is_written_as_a_short_one(empty: Path, tmp_path: Path) -> None:
    """Rows wait until the widths are clear; none is lost or twice."""
    many = [record(f"项目{number:03}") for number in range(30)]
    save(tmp_path / "many.json", *many)
    assert invoke("collect", ROUND, tmp_path / "many.json", "-R", empty).exit_code == 0
    export(empty, tmp_path / "汇总.xlsx")
    sheet = opened(tmp_path / "汇总.xlsx")[TABLE.label]
    count = sum(len(one["indicators"]) for one in many)
    assert count > 200
    assert [row[0] for row in sheet.iter_rows(min_row=4, values_only=True)] == [
        *range(1, count + 1)
    ]


@pytest.mark.client
def test_libreoffice_computes_the_same_sums(town: Path, tmp_path: Path) -> None:
    path = tmp_path / "汇总.xlsx"
    export(town, path)
    (saved,) = convert([path], tmp_path)
    theirs = load_workbook(saved, data_only=True)
    for sheet in opened(path, values=True):
        for row in sheet.iter_rows():
            for cell in row:
                assert theirs[sheet.title][cell.coordinate].value == cell.value


# ---- for other programs -------------------------------------------------------------------


def test_a_folder_gets_the_records_as_the_repository_holds_them(town: Path, tmp_path: Path) -> None:
    export(town, tmp_path / "记录")
    paths = sorted((tmp_path / "记录").rglob("*.json"))
    found = {path: json.loads(path.read_text("utf-8")) for path in paths}
    assert sorted(found.values(), key=lambda one: one["id"]) == sorted(
        records(), key=lambda one: one["id"]
    )
    for path, one in found.items():
        assert path.name == f"{one['project_name']}.{one['id']}.json"
        assert path.parent.name == one["implementing_unit"]


def test_json_lines_are_the_records(town: Path, tmp_path: Path) -> None:
    export(town, tmp_path / "a.jsonl")
    lines = (tmp_path / "a.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == records()
    again = invoke("read", tmp_path / "a.jsonl")
    assert [json.loads(line)["record"]["id"] for line in again.stdout.splitlines()] == [
        one["id"] for one in records()
    ]


def test_values_apart_by_commas_are_those_of_the_records(town: Path, tmp_path: Path) -> None:
    made = export(town, tmp_path / "a.csv")
    assert made == [str(tmp_path / "a.csv"), str(tmp_path / "a_绩效指标.csv")]
    for row, one in zip(values_of(tmp_path / "a.csv"), records(), strict=True):
        plain = [get(one, item.pointer) for item in MAPPING.fields.values()]
        assert list(row.values()) == [one["id"], *map(str, plain)]
    rows = values_of(tmp_path / "a_绩效指标.csv")
    expected = [
        [one["id"], one["implementing_unit"], one["project_name"], *(row[key] or "" for key in row)]
        for one in records()
        for row in one["indicators"]
    ]
    assert [list(row.values()) for row in rows] == expected


def test_an_array_holds_the_records_and_is_read_back(
    town: Path, empty: Path, tmp_path: Path
) -> None:
    export(town, tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text("utf-8")) == records()
    assert invoke("collect", ROUND, tmp_path / "a.json", "-R", empty).exit_code == 0
    export(empty, tmp_path / "b.json")
    assert (tmp_path / "b.json").read_bytes() == (tmp_path / "a.json").read_bytes()


def test_parquet_holds_the_records_with_true_types(town: Path, tmp_path: Path) -> None:
    export(town, tmp_path / "a.parquet")
    table = parquet.read_table(tmp_path / "a.parquet")
    assert str(table.schema.field("planned_start").type) == "date32[day]"
    funds = table.schema.field("funds").type
    assert {str(funds.field(at).type) for at in range(funds.num_fields)} == {"decimal128(18, 2)"}
    assert table.to_pylist() == [typed(one) for one in records()]


def typed(one: Record) -> Record:
    """A record with its amounts and dates as Python has them."""
    made: Record = json.loads(json.dumps(one))
    for item in MAPPING.fields.values():
        *parents, last = split(item.pointer)
        holder = made
        for part in parents:
            holder = holder[part]
        if item.type == "money":
            holder[last] = Decimal(holder[last])
        if item.type == "date":
            holder[last] = dt.date.fromisoformat(holder[last])
    return made


@pytest.fixture
def hostile(empty: Path, tmp_path: Path) -> Path:
    """A repository with one project whose texts look like anything else."""
    one = record('=HYPERLINK("http://example.com")', overall_goal="\n".join(HOSTILE))
    first = one["indicators"][0]
    one["indicators"] += [
        first | {"id": f"a{at}", "level3": f"第{at}项", "value": text}
        for at, text in enumerate(HOSTILE)
    ]
    save(tmp_path / "hostile.json", one)
    result = invoke("collect", ROUND, tmp_path / "hostile.json", "-R", empty)
    assert result.exit_code == 0, result.output
    return empty


def test_no_program_takes_a_text_for_a_formula(hostile: Path, tmp_path: Path) -> None:
    export(hostile, tmp_path / "a.csv")
    with (tmp_path / "a_绩效指标.csv").open(encoding="utf-8-sig", newline="") as file:
        written = [row["指标值"] for row in csv.DictReader(file)][-len(HOSTILE) :]
    assert written == [
        "'=1+1",
        "'+SUM(A1)",
        "'-1+1",
        "'@A1",
        "''=已有撇号",
        "''",
        "=",
        "-5",
        'a,"b"\n二',
        "0012",
    ]
    found = [row["指标值"] for row in values_of(tmp_path / "a_绩效指标.csv")]
    assert found[-len(HOSTILE) :] == HOSTILE
    export(hostile, tmp_path / "a.xlsx")
    cells = list(opened(tmp_path / "a.xlsx")[TABLE.label].iter_rows(min_row=4))
    column = next(one for one in cells[-1] if one.value == HOSTILE[-1]).column - 1
    assert [row[column].value for row in cells][-len(HOSTILE) :] == HOSTILE
    assert {cell.data_type for row in cells for cell in row[1:]} <= {"s", "inlineStr", "n"}
    assert all(cell.hyperlink is None for row in cells for cell in row)


def test_null_stays_empty_and_is_no_zero(empty: Path, tmp_path: Path) -> None:
    one = record()
    one["funds"] |= {"other": None}
    del one["funds"]["carried_over"]
    save(tmp_path / "a.json", one)
    assert invoke("collect", ROUND, tmp_path / "a.json", "-R", empty).exit_code == 0
    for name in ("a.xlsx", "a.csv", "a.parquet"):
        export(empty, tmp_path / name)
    sheet = opened(tmp_path / "a.xlsx")["项目"]
    row = dict(
        zip((cell.value for cell in sheet[3]), (cell.value for cell in sheet[4]), strict=True)
    )
    assert row["项目资金总额下的其他资金"] is None
    (text,) = values_of(tmp_path / "a.csv")
    assert (text["项目资金总额下的其他资金"], text["上年结转资金"]) == ("", "")
    (value,) = parquet.read_table(tmp_path / "a.parquet").to_pylist()
    assert (value["funds"]["other"], value["funds"]["carried_over"]) == (None, None)


# ---- rounds of several forms, and of open questions ---------------------------------------


@pytest.fixture
def mixed(empty: Path, tmp_path: Path) -> Path:
    """A repository with two forms in one round."""
    save(tmp_path / "a.json", record())
    save(tmp_path / "b.json", evaluation_sample.record())
    for name in ("a.json", "b.json"):
        result = invoke("collect", ROUND, tmp_path / name, "-R", empty)
        assert result.exit_code == 0, result.output
    return empty


def test_each_form_gets_its_own_sheets_and_files(mixed: Path, tmp_path: Path) -> None:
    other = evaluation_sample.FORM.id
    export(mixed, tmp_path / "a.xlsx")
    names = opened(tmp_path / "a.xlsx").sheetnames
    assert names == [f"{one}（{at}）" for at in (1, 2) for one in ("项目", "绩效指标", "汇总")]
    assert export(mixed, tmp_path / "a.parquet") == [
        str(tmp_path / f"a_{form}.parquet") for form in (FORM, other)
    ]
    (row,) = parquet.read_table(tmp_path / f"a_{other}.parquet").to_pylist()
    assert row["funds"]["annual_total"]["rate"] == Decimal("93.75")
    made = export(mixed, tmp_path / "a.csv")
    assert made == [
        str(tmp_path / f"a_{form}{rest}.csv")
        for form in (FORM, other)
        for rest in ("", "_绩效指标")
    ]
    export(mixed, tmp_path / "a.jsonl")
    lines = (tmp_path / "a.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(line)["form"] for line in lines} == {FORM, other}


def test_a_share_is_shown_in_percent(mixed: Path, tmp_path: Path) -> None:
    export(mixed, tmp_path / "a.xlsx")
    cells = [cell for row in opened(tmp_path / "a.xlsx")["项目（2）"] for cell in row]
    shares = [cell.value for cell in cells if cell.number_format == "0.00%" and cell.value]
    assert 0.9375 in shares


def test_what_waits_for_a_decision_is_told(empty: Path, tmp_path: Path) -> None:
    save(tmp_path / "a.json", record())
    assert invoke("collect", ROUND, tmp_path / "a.json", "-R", empty).exit_code == 0
    with Repository.open(empty) as repository:
        snapshot = repository.snapshot()
        (entry,) = snapshot.records(ROUND).values()
        changes = Changes(snapshot, ROUND)
        waiting: Json = {"theirs": record(overall_goal="另一份")}
        changes.put_document(layout.conflict_path(ROUND, entry.id, "a" * 64), waiting)
        repository.commit(changes, "一份等待决定的表")
    result = invoke("export", ROUND, "-R", empty, "-o", tmp_path / "a.jsonl")
    assert result.exit_code == 0
    assert result.stderr == "1 个项目还有未定的冲突，导出的只是已收的版本。\n"
    assert "另一份" not in (tmp_path / "a.jsonl").read_text("utf-8")


# ---- what is refused ----------------------------------------------------------------------


def test_files_that_are_there_stay_unless_forced(town: Path, tmp_path: Path) -> None:
    for name in ("a.xlsx", "a.jsonl", "a.parquet", "a.csv", "记录"):
        path = tmp_path / name
        export(town, path)
        before = contents(tmp_path)
        result = invoke("export", ROUND, "-R", town, "-o", path)
        assert result.exit_code == 3
        assert "is there already" in result.stderr
        export(town, path, "--force")
        assert contents(tmp_path) == before
    (tmp_path / "b_绩效指标.csv").write_bytes(b"mine")
    assert invoke("export", ROUND, "-R", town, "-o", tmp_path / "b.csv").exit_code == 3
    assert not (tmp_path / "b.csv").exists()


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["a.xls", "a.xml", "a.et", "a.XLSX.bak"])
def test_a_format_that_is_not_known_is_wrong_usage(town: Path, tmp_path: Path, name: str) -> None:
    result = invoke("export", ROUND, "-R", town, "-o", tmp_path / name)
    assert result.exit_code == 2
    assert ".xlsx, .json, .jsonl, .csv, .parquet, .dataset, or a folder" in result.stderr
    assert not (tmp_path / name).exists()


def test_a_round_without_records_is_told(empty: Path, town: Path, tmp_path: Path) -> None:
    for repository, round_name, code in (
        (empty, ROUND, 2),
        (town, "2023/二上", 2),
        (town, "二上", 2),
    ):
        result = invoke("export", round_name, "-R", repository, "-o", tmp_path / "a.xlsx")
        assert (result.exit_code, result.stdout) == (code, "")
        assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "a.xlsx").exists()


def test_without_pyarrow_it_says_what_to_install(
    town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [one for one in sys.modules if one.partition(".")[0] == "pyarrow"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "xlsync.report.export.parquet", raising=False)
    result = invoke("export", ROUND, "-R", town, "-o", tmp_path / "a.parquet")
    assert result.exit_code == 3
    assert "pip install 'xlsync[parquet]'" in result.stderr


def test_a_record_that_its_form_does_not_know_is_told(empty: Path, tmp_path: Path) -> None:
    with Repository.open(empty) as repository:
        changes = Changes(repository.snapshot(), ROUND)
        odd = {"form": FORM, "id": "abc", "year": "二〇二三", "project_name": "旧"}
        changes.put_record("abc", "办公室", "旧", odd)
        repository.commit(changes, "旧版式的记录")
    result = invoke("export", ROUND, "-R", empty, "-o", tmp_path / "a.xlsx")
    assert result.exit_code == 3
    assert "does not fit the form" in result.stderr
    assert list(tmp_path.glob("*a.xlsx*")) == []
    export(empty, tmp_path / "a.jsonl")
