"""A library of usual items: drawn from rounds, curated on a workbook, suggested by forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from running import FORMS, invoke, record
from small_form import MAPPING, TEMPLATE

from xlsync import api
from xlsync.base.errors import FormError, MistypedError, UsageError, XlsyncError
from xlsync.form.library import Library
from xlsync.repository import Changes
from xlsync.rounds.sending.library_curating import HEADS, NEW_NAME, VERDICT
from xlsync.workbook.lists import option_lists

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.base.record import Record
    from xlsync.form import Forms
    from xlsync.form.library import LibraryEntry
    from xlsync.repository import Repository

FIRST, SECOND = "2031/一上", "2031/二上"
NAME = HEADS[3]

_OF_FORMS = {
    "trip": MAPPING.replace('identity = ["who"]', 'identity = ["who"]\nsector = "means"'),
    "tour": MAPPING.replace('form = "trip"', 'form = "tour"').replace('"宁波"', '"温州"'),
}


@pytest.fixture
def forms(tmp_path: Path) -> Forms:
    for name, mapping in _OF_FORMS.items():
        template = TEMPLATE.replace('form = "trip"', f'form = "{name}"')
        for part, text in (("templates", template), ("mappings", mapping)):
            path = tmp_path / "forms" / part / f"{name}.toml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return api.forms(tmp_path / "forms")


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    with api.init(tmp_path / "库") as made:
        yield made


def trip(who: str, *stops: tuple[str, ...], means: str | None = None, form: str = "trip") -> Record:
    names = ("province", "city", "task", "bound", "cost", "currency")
    rows = [
        {"id": f"r{at}", **{key: one or None for key, one in zip(names, stop, strict=True)}}
        for at, stop in enumerate(stops)
    ]
    return {"form": form, "id": who, "who": who, "means": means, "stops": rows}


def put(repository: Repository, round_name: str, *records: Record) -> None:
    changes = Changes(repository.snapshot(), round_name)
    for one in records:
        changes.put_record(one["id"], one["who"], one["who"], one)
    repository.commit(changes, "put")


def stop(
    task: str, cost: str = "1", *, city: str = "杭州", unit: str = "元", bound: str = "≥"
) -> tuple[str, ...]:
    return ("浙江", city, task, bound, cost, unit)


def entries(library: Library) -> dict[str, LibraryEntry]:
    return {one.name: one for one in library.entries}


def test_spellings_are_joined_and_uses_counted_by_round(
    repository: Repository, forms: Forms
) -> None:
    put(
        repository,
        FIRST,
        trip("a1", stop("巡查（次）完成率", "90"), stop("1.5倍", city="宁波")),
        trip("a2", stop("巡查(次)完成率", "100.00"), stop("15倍", city="宁波")),
        trip("a3", stop("巡查(次) 完成率", "达标", unit="", bound="")),
        trip("a4", stop("别的"), stop("巡查(次)完成率", "9", unit="万元")),
    )
    put(repository, SECOND, trip("a1", stop("巡查(次)完成率", "95"), stop("巡查(次)完成率", "95")))
    made = api.build_library(repository, [FIRST, SECOND, FIRST], forms)
    assert made.records == 4
    first, *_ = made.library.entries
    assert first.name == "巡查(次)完成率"
    assert sorted(first.spellings) == ["巡查(次) 完成率", "巡查（次）完成率"]
    assert (first.operator, first.value, first.unit) == ("≥", "95", "元")
    assert (first.lowest, first.highest) == ("90", "100.00")
    assert [(one.round, one.projects) for one in first.sources] == [(FIRST, 4), (SECOND, 1)]
    assert first.uses == 5
    # A point between figures is no mere sign.
    assert {"1.5倍", "15倍"} <= entries(made.library).keys()
    assert [one.levels[1] for one in made.library.entries] == ["杭州", "杭州", "宁波", "宁波"]


def test_sectors_have_entries_of_their_own_and_forms_suggest_the_name_once(
    repository: Repository, forms: Forms, tmp_path: Path
) -> None:
    put(
        repository,
        FIRST,
        trip("a1", stop("满意度", "80"), means="火车"),
        trip("a2", stop("满意度", "90"), stop("到位"), means="飞机"),
    )
    made = api.build_library(repository, [FIRST], forms)
    assert [(one.sector, one.name, one.value) for one in made.library.entries] == [
        ("火车", "满意度", "80"),
        ("飞机", "满意度", "90"),
        ("飞机", "到位", "1"),
    ]
    path = tmp_path / "forms" / "mappings" / "libraries" / "ours.toml"
    api.write_library(path, made.library, "第一行\n[[第二行")
    assert api.read_library(path) == made.library
    mapping = tmp_path / "forms" / "mappings" / "trip.toml"
    text = mapping.read_text(encoding="utf-8").replace(
        'tree = "places"', 'tree = "places"\nlibrary = ["ours"]'
    )
    mapping.write_text(text, encoding="utf-8")
    form = api.forms(tmp_path / "forms")["trip"]
    assert ["满意度", "到位"] in [one.options for one in option_lists(form)]
    (tmp_path / "blank.xlsx").write_bytes(api.generate(form))
    (file,) = api.read(tmp_path / "blank.xlsx", api.forms(tmp_path / "forms"))
    assert not {one.code for one in file.readings[0].problems} & {"S002", "S003"}
    shown = load_workbook(tmp_path / "blank.xlsx")["行程参考库"]
    assert [cell.value for cell in shown[5]][-1] == "飞机"


def test_forms_with_other_levels_need_a_choice_and_what_does_not_fit_is_told(
    repository: Repository, forms: Forms
) -> None:
    put(repository, FIRST, trip("a1", stop("甲", city="宁波"), stop("乙")))
    put(repository, FIRST, trip("a2", stop("丙", city="温州"), form="tour"))
    with pytest.raises(MistypedError, match="--form"):
        api.build_library(repository, [FIRST], forms)
    made = api.build_library(repository, [FIRST], forms, form_id="tour")
    assert [one.name for one in made.library.entries] == ["乙", "丙"]
    assert made.left == (("浙江", "宁波", "甲"),)
    put(repository, SECOND, trip("a3"))
    with pytest.raises(XlsyncError, match="没有可以收入"):
        api.build_library(repository, [SECOND], forms)


def _curate(path: Path, **rows: dict[str, str | float | None]) -> None:
    """Write into the rows of some names, by the heads of columns."""
    book = load_workbook(path)
    sheet = book.active
    heads = {cell.value: cell.column for cell in sheet[3]}
    for row in range(4, sheet.max_row + 1):
        for head, text in rows.get(sheet.cell(row, heads[NAME]).value, {}).items():
            sheet.cell(row, heads[head]).value = text
    book.save(path)


@pytest.fixture
def curated(repository: Repository, forms: Forms, tmp_path: Path) -> tuple[Path, Path]:
    """A library of five names, and its workbook."""
    put(
        repository,
        FIRST,
        trip("a1", stop("环境整治完成率", "90"), stop("多余"), stop("及时率")),
        trip("a2", stop("环境整治完成率", "95"), stop("环境整治达成率", "70"), stop("满意度")),
        trip("a3", stop("环境整治达成率", "99"), stop("巡查", "3", unit="次")),
    )
    file, book = tmp_path / "指标库.toml", tmp_path / "整理表.xlsx"
    api.write_library(file, api.build_library(repository, [FIRST], forms).library, "来历")
    api.write_library_review(book, api.read_library(file))
    return file, book


def test_what_a_person_curated_is_taken_and_told(curated: tuple[Path, Path]) -> None:
    file, book = curated
    assert api.take_library(book, file).changes == []
    _curate(
        book,
        环境整治达成率={VERDICT: "改名", NEW_NAME: "环境整治完成率"},
        多余={VERDICT: "删除"},
        及时率={VERDICT: "保留"},
        满意度={VERDICT: "改名", NEW_NAME: "居民满意度", "符号": ">=", "常用值": 85},
        巡查={"常用单位": None, "使用次数": 7},
    )
    before = file.read_bytes()
    preview = api.take_library(book, file, is_preview=True)
    assert file.read_bytes() == before
    made = api.take_library(book, file)
    assert made.changes == preview.changes
    assert [(one.name, one.what) for one in made.changes] == [
        ("环境整治达成率", "改名为“环境整治完成率”"),
        ("多余", "删除"),
        ("满意度", "常用值 1 → 85"),
        ("满意度", "改名为“居民满意度”"),
        ("巡查", "常用单位 次 → （空）"),
    ]
    assert [(one.code, one.cell) for one in made.problems] == [("L002", "H9")]
    library = api.read_library(file)
    assert library == made.library
    assert file.read_text(encoding="utf-8").startswith("# 来历\n")
    found = entries(library)
    assert set(found) == {"环境整治完成率", "及时率", "居民满意度", "巡查"}
    joined = found["环境整治完成率"]
    assert (joined.spellings, joined.uses) == (["环境整治达成率"], 4)
    assert (joined.lowest, joined.highest) == ("70", "99")
    assert found["居民满意度"].spellings == ["满意度"]
    assert (found["居民满意度"].value, found["巡查"].unit) == ("85", None)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({VERDICT: "不要"}, "D"),
        ({VERDICT: "改名"}, "E"),
        ({NEW_NAME: "新的"}, "E"),
        ({VERDICT: "删除", NEW_NAME: "新的"}, "E"),
        ({NAME: "直接改的"}, "C"),
        ({"符号": "大概"}, "I"),
        ({NAME: "多余"}, "C"),
        ({VERDICT: "新增"}, "D"),
    ],
)
def test_a_row_that_is_not_clear_keeps_the_library_as_it_is(
    curated: tuple[Path, Path], row: dict[str, str | float | None], column: str
) -> None:
    file, book = curated
    before = file.read_bytes()
    _curate(book, 及时率=row, 满意度={VERDICT: "删除"})
    made = api.take_library(book, file)
    wrong = [one for one in made.problems if one.code == "L001"]
    assert [one.cell and one.cell[0] for one in wrong] == [column]
    assert made.is_refused
    assert file.read_bytes() == before
    result = invoke("library", "take", book, file)
    assert result.exit_code == 1
    assert "L001" in result.stderr


def test_a_row_that_is_missing_stays_and_another_workbook_is_refused(
    curated: tuple[Path, Path],
) -> None:
    file, book = curated
    found = load_workbook(book)
    found.active.delete_rows(4)
    found.save(book)
    made = api.take_library(book, file)
    assert [one.code for one in made.problems] == ["L002"]
    assert len(made.library.entries) == 6
    found.active.delete_cols(3)
    found.save(book)
    assert [one.code for one in api.take_library(book, file).problems] == ["L001"]


def _add(path: Path, **texts: str) -> None:
    """Write a row below the entries."""
    book = load_workbook(path)
    sheet = book.active
    heads = {cell.value: cell.column for cell in sheet[3]}
    row = next(at for at in range(4, 99) if sheet.cell(at, heads[NAME]).value is None)
    for head, text in texts.items():
        sheet.cell(row, heads[head]).value = text
    book.save(path)


def test_what_was_curated_outlives_the_next_build(
    curated: tuple[Path, Path], repository: Repository, forms: Forms
) -> None:
    file, book = curated
    _curate(
        book,
        多余={VERDICT: "删除"},
        满意度={VERDICT: "改名", NEW_NAME: "居民满意度", "常用值": 85},
    )
    _add(book, 一级="浙江", 二级="杭州", 名称="新设的一条", 处理="新增", 符号="≥", 常用值="3")
    made = api.take_library(book, file)
    assert not made.problems
    assert ("新设的一条", "新增") in [(one.name, one.what) for one in made.changes]
    former = api.read_library(file)
    assert [one.name for one in former.dropped] == ["多余"]
    built = api.build_library(repository, [FIRST], forms, former=former)
    found = entries(built.library)
    assert built.dropped == ("多余",)
    assert "多余" not in found
    assert "满意度" not in found
    renamed, added = found["居民满意度"], found["新设的一条"]
    assert (renamed.value, renamed.spellings) == ("85", ["满意度"])
    assert [one.round for one in renamed.sources] == [FIRST]
    assert (added.operator, added.value, added.sources) == ("≥", "3", [])
    # And once more, from the file that the second build wrote.
    api.write_library(file, built.library, force=True)
    again = api.build_library(repository, [FIRST], forms, former=api.read_library(file))
    assert again.library == built.library


def test_a_name_that_was_dropped_may_be_added_again(curated: tuple[Path, Path]) -> None:
    file, book = curated
    _curate(book, 多余={VERDICT: "删除"})
    api.take_library(book, file)
    api.write_library_review(book, api.read_library(file), force=True)
    _add(book, 一级="浙江", 二级="杭州", 名称="多余", 处理="新增")
    made = api.take_library(book, file)
    assert made.library.dropped == []
    assert "多余" in entries(made.library)


def test_a_name_like_one_of_the_library_is_told(curated: tuple[Path, Path], tmp_path: Path) -> None:
    file, _ = curated
    folder = tmp_path / "forms" / "mappings"
    (folder / "libraries").mkdir()
    (folder / "libraries" / "ours.toml").write_bytes(file.read_bytes())
    mapping = folder / "trip.toml"
    text = mapping.read_text(encoding="utf-8").replace(
        'tree = "places"', 'tree = "places"\nlibrary = ["ours"]'
    )
    mapping.write_text(text, encoding="utf-8")
    form = api.forms(tmp_path / "forms")["trip"]
    names = ("环境整治完成率", "环境整冶完成率", "多馀", "巡查", "环境整治完成率 ", "环境卫生整治")
    record = trip("a9", *(stop(name) for name in names))
    told = [(one.pointer, one.found) for one in form.check(record) if one.code == "L003"]
    assert told == [("/stops/1/task", "环境整冶完成率"), ("/stops/4/task", "环境整治完成率 ")]


def test_names_that_resemble_each_other_are_shown_and_stay_apart(
    curated: tuple[Path, Path],
) -> None:
    _, book = curated
    sheet = load_workbook(book).active
    heads = [cell.value for cell in sheet[3]]
    alike = {row[heads.index(NAME)]: row[heads.index("相近名称")] for row in sheet.values}
    assert alike["环境整治完成率"] == "环境整治达成率"
    assert alike["环境整治达成率"] == "环境整治完成率"


def test_the_commands_build_review_and_take(repository: Repository, tmp_path: Path) -> None:
    form = next(iter(FORMS))
    changes = Changes(repository.snapshot(), FIRST)
    changes.put_record("b1", "一办", "预备费", record(form=form, id="b1"))
    repository.commit(changes, "put")
    file, book = tmp_path / "库.toml", tmp_path / "表.xlsx"
    build = ("-R", tmp_path / "库", "library", "build", FIRST, "--form", form, "-o", file)
    assert "将写在" in invoke(*build, "-n").stdout
    assert not file.exists()
    assert invoke(*build).exit_code == 0
    assert invoke(*build).exit_code == 3
    assert invoke(*build, "--force").exit_code == 0
    assert invoke("library", "review", file, "-o", book).exit_code == 0
    assert invoke("library", "review", file, "-o", book).exit_code == 3
    _curate(book, **{record()["indicators"][0]["level3"]: {VERDICT: "删除"}})
    before = len(api.read_library(file).entries)
    result = invoke("library", "take", book, file)
    assert result.exit_code == 0
    assert f"改动 1 处，指标库现有 {before - 1} 条" in result.stdout
    assert len(api.read_library(file).entries) == before - 1
    with pytest.raises(UsageError):
        api.write_library(tmp_path / "库.txt", Library(entries=[]))
    with pytest.raises(UsageError):
        api.write_library_review(tmp_path / "表.xls", Library(entries=[]))


@pytest.mark.usefixtures("forms")
def test_a_sector_that_is_no_field_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "forms" / "mappings" / "trip.toml"
    text = path.read_text(encoding="utf-8").replace('sector = "means"', 'sector = "none"')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormError, match="none"):
        api.forms(tmp_path / "forms")["trip"]
