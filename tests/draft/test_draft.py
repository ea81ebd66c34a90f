"""From an official blank to a form: the draft loads as it is, and looks like what it came from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import openpyxl
import pytest
from click.testing import CliRunner
from official_blank import TREE, WIDTHS, write_official

from xlsync.base.errors import XlsyncError
from xlsync.cli import cli
from xlsync.draft import draft
from xlsync.draft.toml import toml
from xlsync.exchange.workbooks import workbook
from xlsync.form import Catalogue, Form

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

FORMS = list(Catalogue())
_NEW = re.compile(r"(field|column)_\d+")


def drafted(official: Path, folder: Path, form_id: str = "draft") -> Form:
    made = draft(official, form_id, None, FORMS)
    paths = [folder / name / f"{form_id}.toml" for name in ("templates", "mappings")]
    for path, text in zip(paths, (made.template, made.mapping), strict=True):
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return Form.load(*paths)


def blank(form: Form, path: Path) -> Path:
    path.write_bytes(workbook(form))
    return path


def drawn(sheet: Worksheet, form: Form) -> dict[str, object]:
    """What a person sees of a sheet: texts, merges, sizes, lines and fills."""
    footer = form.footer(None)
    cells = {
        cell.coordinate: (
            cell.value,
            cell.fill.fgColor.rgb,
            cell.font.b,
            cell.font.sz,
            cell.border.left.style,
            cell.border.top.style,
            cell.protection.locked,
        )
        for row in sheet.iter_rows(max_col=len(form.template.columns))
        for cell in row
        if cell.value != footer
    }
    return {
        "cells": cells,
        "merges": sorted(str(one) for one in sheet.merged_cells.ranges),
        "heights": [sheet.row_dimensions[row].height or 0 for row in range(2, 20)],
        "page": (sheet.page_setup.orientation, sheet.page_setup.paperSize),
    }


# A draft knows one table, below the fields; test_draft_families.py counts what differs of others.
ONE_TABLE = [form for form in FORMS if len(form.mapping.tables) == 1]


@pytest.mark.slow
@pytest.mark.parametrize("form", ONE_TABLE, ids=lambda form: form.id)
def test_the_draft_of_a_form_of_ours_is_the_same_form(form: Form, tmp_path: Path) -> None:
    official = blank(form, tmp_path / "official.xlsx")
    drafted(official, tmp_path)
    # How many rows stand ready is the author's to say; a blank has as many as it has.
    (rows,) = form.capacity().values()
    template = tmp_path / "templates" / "draft.toml"
    text = template.read_text("utf-8")
    template.write_text(
        re.sub(r"^rows = \d+$", f"rows = {rows}", text, flags=re.MULTILINE), "utf-8"
    )
    made = Form.load(template, tmp_path / "mappings" / "draft.toml")
    assert list(made.mapping.fields) == [slot.name for slot in _in_order(form)]
    assert made.mapping.tables.keys() == form.mapping.tables.keys()
    again = blank(made, tmp_path / "again.xlsx")
    sheets = [openpyxl.load_workbook(path)[form.template.sheet] for path in (official, again)]
    one, other = (drawn(sheet, own) for sheet, own in zip(sheets, (form, made), strict=True))
    # Rows that fill a page are laid out once more, from heights that were filled already.
    assert one.pop("heights") == pytest.approx(other.pop("heights"), abs=6)
    assert one == other
    widths = zip(form.template.columns, made.template.columns, strict=True)
    assert all(abs(left - right) < 0.15 for left, right in widths)


def _in_order(form: Form) -> list:
    slots = form.layout(form.capacity()).slots
    return sorted(slots, key=lambda slot: slot.area)


def test_an_official_blank_is_understood(tmp_path: Path) -> None:
    made = drafted(write_official(tmp_path / "official.xlsx"), tmp_path)
    assert not [name for name in made.mapping.fields if _NEW.fullmatch(name)]
    assert made.mapping.fields["overall_goal"].label == "项目总体目标"
    assert made.mapping.fields["funds_annual_other"].below == "funds_annual_total"
    (table,) = made.mapping.tables.values()
    assert made.mapping.trees[table.tree] == TREE
    assert made.template.page.orientation == "landscape"
    # One printed column became operator, value and unit.
    assert len(made.template.columns) == len(WIDTHS) + 1
    assert sum(made.template.columns) == pytest.approx(sum(WIDTHS) - len(WIDTHS) * 5 / 7, abs=0.1)


def test_what_was_uncertain_is_marked(tmp_path: Path) -> None:
    made = draft(write_official(tmp_path / "official.xlsx"), "draft", None, FORMS)
    marked = [line for line in made.template.splitlines() if "# ?" in line]
    assert [line for line in marked if "填报人：" in line]
    assert [line for line in marked if '"C8:D8"' in line]
    assert "# ?" in next(line for line in made.mapping.splitlines() if line.startswith("tree = "))
    assert f"{made.template.count('# ?') + made.mapping.count('# ?')} 处存疑" in made.remarks[-1]


def test_without_any_form_at_hand_everything_is_new_and_still_loads(tmp_path: Path) -> None:
    made = draft(write_official(tmp_path / "official.xlsx"), "draft", None, [])
    for name, text in (("templates", made.template), ("mappings", made.mapping)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "draft.toml").write_text(text, encoding="utf-8")
    form = Form.load(tmp_path / "templates" / "draft.toml", tmp_path / "mappings" / "draft.toml")
    labels = {item.label for item in form.mapping.fields.values()}
    assert {"项目名称", "主管部门", "项目总体目标", "上年结转资金"} <= labels
    assert {field.pattern for field in form.mapping.fields.values()} > {None}
    assert workbook(form)


def test_dropdowns_become_code_lists(tmp_path: Path) -> None:
    path = write_official(tmp_path / "official.xlsx")
    book = openpyxl.load_workbook(path)
    rule = openpyxl.worksheet.datavalidation.DataValidation("list", formula1='"新建,续建"')
    rule.add("F3")
    book["附件1"].add_data_validation(rule)
    book.save(path)
    made = drafted(path, tmp_path)
    codes = made.mapping.fields["project_nature"].codes
    assert made.mapping.codes[codes].values == ["新建", "续建"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda path: path.unlink(), "No such file"),
        (lambda path: path.write_bytes(b"PK\3\4 no zip"), "no .xlsx workbook"),
        (lambda path: _saved(path, empty=True), "is empty"),
        (lambda path: _saved(path, far=True), "too large for a form"),
        (lambda path: _saved(path, only_text=True), "no place to fill in"),
    ],
)
def test_what_is_no_blank_form_is_refused(change: object, said: str, tmp_path: Path) -> None:
    path = write_official(tmp_path / "official.xlsx")
    change(path)
    with pytest.raises(XlsyncError, match=said):
        draft(path, "draft", None, FORMS)


def _saved(path: Path, *, empty: bool = False, far: bool = False, only_text: bool = False) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    if not empty:
        sheet["A1"] = "通知"
    if far:
        sheet["ZZ9000"] = "x"
    assert empty or far or only_text
    book.save(path)


def test_an_unknown_sheet_is_told_with_those_there_are(tmp_path: Path) -> None:
    path = write_official(tmp_path / "official.xlsx")
    with pytest.raises(XlsyncError, match="no sheet '附件9'; there are: 附件1"):
        draft(path, "draft", "附件9", FORMS)


@pytest.mark.parametrize("value", ['甲\n"乙"\\', "\x7f\x01", 1.5, 3, True, ["a", 2], {"键": "值"}])
def test_values_read_back_as_toml(value: object) -> None:
    import tomllib

    assert tomllib.loads(f"value = {toml(value)}")["value"] == value


def test_the_command_writes_both_files_and_keeps_what_is_there(tmp_path: Path) -> None:
    official = write_official(tmp_path / "official.xlsx")
    arguments = ["forms", "draft", str(official), "-o", str(tmp_path / "my"), "--id", "my-goal"]
    first = CliRunner().invoke(cli, arguments)
    assert first.exit_code == 0, first.output
    assert (tmp_path / "my/templates/my-goal.toml").is_file()
    assert CliRunner().invoke(cli, arguments).exit_code == 3
    assert CliRunner().invoke(cli, [*arguments, "--force"]).exit_code == 0
    checked = CliRunner().invoke(cli, ["forms", "check", str(tmp_path / "my")])
    assert checked.exit_code == 0
    *marks, last = checked.stdout.splitlines()
    assert last == "my-goal: nothing wrong"
    files = [tmp_path / "my" / part / "my-goal.toml" for part in ("mappings", "templates")]
    assert len(marks) == sum(path.read_text("utf-8").count("# ?") for path in files) > 0
    assert marks[0].startswith(f"{files[0]}:")


def test_the_check_tells_every_mistake_of_both_files(tmp_path: Path) -> None:
    write_official(tmp_path / "official.xlsx")
    drafted(tmp_path / "official.xlsx", tmp_path / "my", "my-goal")
    template = tmp_path / "my/templates/my-goal.toml"
    mapping = tmp_path / "my/mappings/my-goal.toml"
    template.write_text(template.read_text("utf-8").replace("rows = 30", "rows = 0"), "utf-8")
    mapping.write_text(mapping.read_text("utf-8").replace('type = "date"', 'type = "day"'), "utf-8")
    result = CliRunner().invoke(cli, ["forms", "check", str(tmp_path / "my")])
    assert result.exit_code == 1
    lines = [line for line in result.stdout.splitlines() if "# ?" not in line]
    assert lines[-1] == "my-goal: 3 wrong"
    assert re.search(r"templates/my-goal\.toml: blocks\[2\]\.rows: ", lines[0])
    assert re.search(r"mappings/my-goal\.toml: fields\.planned_start\.type: unknown type", lines[1])
    assert "fields.planned_end.type" in lines[2]


def test_the_check_puts_a_form_to_the_proof(tmp_path: Path) -> None:
    write_official(tmp_path / "official.xlsx")
    drafted(tmp_path / "official.xlsx", tmp_path / "my", "my-goal")
    mapping = tmp_path / "my/mappings/my-goal.toml"
    text = mapping.read_text("utf-8")
    mapping.write_text(text.replace('label = "实施单位"', f'label = "{"长" * 40000}"'), "utf-8")
    result = CliRunner().invoke(cli, ["forms", "check", str(tmp_path / "my")])
    assert result.exit_code == 1
    assert "my-goal.toml: " in result.stdout
