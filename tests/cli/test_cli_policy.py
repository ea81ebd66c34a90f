"""One policy for all commands: a preview, known names, files that stay, and Chinese.

The table has every command of the program, found by walking it; a command that is added and not
put here fails the first test.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
import pytest
from old_formats import in_format
from openpyxl import load_workbook
from running import FORM, SAMPLES, invoke

from xlsync.base.errors import XlsyncError
from xlsync.cli import cli
from xlsync.exchange.printing import find_office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

pytestmark = pytest.mark.slow

ROUND, PROJECT = "2023/一上", "413713e43b07"
PREVIEW = "试运行，没有写入。"


@dataclass(frozen=True)
class Called:
    """How a command is called so that it writes; ``reads`` says that it never does.

    ``keeps`` says that what is written over is none of its business: it goes into the repository,
    or beside what is there (docs/commands.md, Writing).
    """

    words: str
    reads: bool = False
    keeps: bool = True
    code: int = 0


CALLED = {
    "audit": Called(f"audit {ROUND} -o new.xlsx", keeps=False),
    "backup": Called("backup new.bundle", keeps=False),
    "cancel": Called(f"cancel {ROUND} {PROJECT} --reason 因"),
    "ceilings import": Called(f"ceilings import {ROUND} 控制数.csv"),
    "ceilings list": Called(f"ceilings list {ROUND}", reads=True),
    "check": Called("check --tidy -R beside"),
    "close": Called(f"close {ROUND} --reason 因"),
    "collect": Called("collect 2023/二上 spoilt.json --return new", code=1),
    "correct": Called(f"correct {ROUND} {PROJECT} --set 项目性质=一次性项目 --reason 因"),
    "deadline": Called(f"deadline {ROUND} 2022-11-15 --reason 因"),
    "demo": Called("demo new"),
    "desk": Called("desk --shortcut new", keeps=False),
    "diff": Called(f"diff {ROUND} 2023/二上 --html new.html", keeps=False),
    "distribute": Called(f"distribute {ROUND} --form {FORM} --roster 名册.csv -o new --mail"),
    "export": Called(f"export {ROUND} -o new.xlsx", keeps=False),
    "forms check": Called("forms check own", reads=True),
    "forms draft": Called("forms draft blank.xlsx -o new", keeps=False),
    "generate": Called(f"generate {FORM} -o new", keeps=False),
    "init": Called("init new"),
    "library build": Called(f"library build {ROUND} -o new.toml", keeps=False),
    "library review": Called("library review 指标库.toml -o new.xlsx", keeps=False),
    "library take": Called("library take 整理表.xlsx 指标库.toml"),
    "log": Called(f"log {PROJECT}", reads=True),
    "merge": Called("merge other"),
    "move": Called(f"move {ROUND} {PROJECT} --unit 长征镇财政所 --reason 因"),
    "print": Called(f"print {ROUND} -o new.pdf --unit 财政所", keeps=False),
    "read": Called("read spoilt.json --return new", keeps=False, code=1),
    "received": Called(f"received {ROUND} -o new"),
    "recover": Called("recover kept.bundle new"),
    "remind": Called("remind 2024/一上 -o new", keeps=False),
    "rename": Called(f"rename {ROUND} {PROJECT} --title 应急 --reason 因"),
    "reopen": Called("reopen 2022/一上 --reason 因"),
    "restore": Called("restore 2024/一上 乙 --reason 因"),
    "review": Called(f"review {ROUND} -o new", keeps=False),
    "roster export": Called(f"roster export {ROUND} -o new.xlsx", keeps=False),
    "rounds": Called("rounds", reads=True),
    "show": Called(f"show {PROJECT} -o new.json", keeps=False),
    "status": Called(f"status {ROUND} -o new.xlsx", keeps=False),
    "sum": Called("sum 县.dataset -o new.csv", keeps=False),
    "sync": Called("sync shared"),
    "tick": Called("tick 2023/一上 MARK --by 王五"),
    "undo": Called("undo"),
    "units export": Called("units export -o new.xlsx", keeps=False),
    "units import": Called("units import units.csv"),
    "units list": Called("units list", reads=True),
    "upgrade": Called("upgrade -R old"),
    "year": Called(f"year {PROJECT} -o new.xlsx", keeps=False),
}
WRITING = [name for name, one in CALLED.items() if not one.reads]


def _commands() -> dict[str, click.Command]:
    context = click.Context(cli)

    def below(group: click.Group, words: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            if isinstance(command, click.Group):
                yield from below(command, (*words, name))
            else:
                yield " ".join((*words, name)), command

    return dict(below(cli, ()))


COMMANDS = _commands()


@pytest.fixture(scope="module")
def office_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a repository in which every command has something to do, and its files."""
    folder = tmp_path_factory.mktemp("office")
    patch = pytest.MonkeyPatch()
    patch.chdir(folder)
    shutil.copyfile(SAMPLES / "控制数.csv", "控制数.csv")
    shutil.copyfile(SAMPLES / "spoilt.json", "spoilt.json")
    (folder / "units.csv").write_text("单位,上级单位\n甲局,乙委\n", "utf-8")
    (folder / "名册.csv").write_text("项目名称,实施单位\n甲,甲局\n乙,甲局\n", "utf-8")
    rest = ("--roster", "名册.csv", "-o", "sent", "--yes")
    done = [
        ("init", "town"),
        ("-R", "town", "collect", "2022/一上", "spoilt.json"),
        ("-R", "town", "collect", ROUND, "--new", str(SAMPLES / "一上")),
        ("-R", "town", "collect", "2023/二上", "--new", str(SAMPLES / "二上")),
        ("-R", "town", "distribute", "2024/一上", "--new", "--form", FORM, *rest),
        ("-R", "town", "cancel", "2024/一上", "乙", "--reason", "因"),
        ("-R", "town", "close", "2022/一上", "--reason", "因"),
        ("-R", "town", "export", ROUND, "-o", "县.dataset"),
        ("-R", "town", "backup", "kept.bundle"),
        ("recover", "kept.bundle", "shared"),
        ("-R", "shared", "rename", "2023/二上", PROJECT, "--title", "别名", "--reason", "因"),
        ("-R", "town", "deadline", "2024/一上", "2023-11-30", "--reason", "因"),
        ("generate", FORM, "-o", "."),
        ("-R", "town", "library", "build", ROUND, "-o", "指标库.toml"),
        ("library", "review", "指标库.toml", "-o", "整理表.xlsx"),
    ]
    for words in done:
        result = invoke(*words)
        assert result.exit_code in {0, 1}, f"{words}: {result.output}"
    with in_format(1):
        assert invoke("init", "old").exit_code == 0
    assert invoke("init", "beside").exit_code == 0
    assert invoke("-R", "beside", "upgrade", "--originals", "beside").exit_code == 0
    (folder / "beside/originals/00").mkdir(parents=True)
    (folder / "beside/originals/00/tmp_x").touch()
    os.utime(folder / "beside/originals/00/tmp_x", (0, 0))
    next(folder.glob("财政*.xlsx")).rename("blank.xlsx")
    _drop_first("整理表.xlsx")
    invoke("forms", "draft", "blank.xlsx", "-o", "own", "--id", "mine")
    _fetch_shared(folder)
    patch.undo()
    return folder


def _drop_first(name: str) -> None:
    """Drop the first entry of a review workbook, so that it changes the library."""
    book = load_workbook(name)
    sheet = book.worksheets[0]
    head = next(row for row in sheet.iter_rows() if any(cell.value == "处理" for cell in row))
    column = next(cell.column for cell in head if cell.value == "处理")
    sheet.cell(head[0].row + 1, column).value = "删除"
    book.save(name)


def _fetch_shared(folder: Path) -> None:
    """Bring the branch of the shared repository here under another name, as git fetch does."""
    from dulwich.repo import Repo

    with Repo(str(folder / "town")) as ours, Repo(str(folder / "shared")) as theirs:
        theirs.fetch(ours)
        ours.refs[b"refs/heads/other"] = theirs.head()


@pytest.fixture
def town(office_town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "office"
    shutil.copytree(office_town, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XLSYNC_REPO", "town")
    monkeypatch.setenv("XLSYNC_LANG", "zh")
    return folder


def _call(name: str, *more: str) -> Result:
    words = CALLED[name].words.split()
    if "MARK" in words:
        listed = json.loads(invoke(*words[: words.index("MARK")], "--json").stdout)
        words[words.index("MARK")] = listed[0]["mark"][:8]
    return invoke(*words, *more)


def _stand(folder: Path) -> dict[str, str]:
    """Every file with its content; packs of objects that no branch leads to are none of it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else ""
        for path in sorted(folder.rglob("*"))
        if "objects" not in path.parts
    }


def _needs(name: str) -> None:
    try:
        if name == "print":
            find_office()
    except XlsyncError:
        pytest.skip("no LibreOffice")


def test_the_table_has_every_command() -> None:
    assert sorted(CALLED) == sorted(COMMANDS)


@pytest.mark.parametrize("name", sorted(CALLED))
def test_what_writes_has_a_preview_that_writes_nothing(name: str, town: Path) -> None:
    _needs(name)
    options = {spelling for one in COMMANDS[name].params for spelling in one.opts}
    before = _stand(town)
    if CALLED[name].reads:
        assert "--dry-run" not in options
        assert _call(name).exit_code == 0
        assert _stand(town) == before
        return
    assert {"-n", "--dry-run"} <= options
    shown = _call(name, "-n")
    assert shown.exit_code == CALLED[name].code, shown.output
    assert shown.stderr.rstrip().endswith(PREVIEW)
    assert _stand(town) == before
    done = _call(name)
    assert done.exit_code == CALLED[name].code, done.output
    assert PREVIEW not in done.output
    after = _stand(town)
    assert after != before
    for path in after.keys() - before.keys():
        if path.endswith(".xlsx"):
            _check_paper(town / path)


def _check_paper(path: Path) -> None:
    """Every sheet that is seen is A4, no row of heads is lost on a second page, bars lie."""
    for sheet in load_workbook(path).worksheets:
        if sheet.sheet_state == "visible":
            assert sheet.page_setup.paperSize == 9, f"{path.name} {sheet.title}"
            assert all(chart.barDir == "bar" for chart in sheet._charts)  # noqa: SLF001


@pytest.mark.parametrize("name", [name for name in WRITING if not CALLED[name].keeps])
def test_a_file_that_is_there_stays_without_force(name: str, town: Path) -> None:
    _needs(name)
    assert "--force" in {spelling for one in COMMANDS[name].params for spelling in one.opts}
    _call(name)
    for path in town.rglob("new*"):
        for file in path.rglob("*") if path.is_dir() else [path]:
            if file.is_file():
                file.write_bytes(b"somebody's own")
    before = _stand(town)
    refused = _call(name)
    assert refused.exit_code == 3, refused.output
    assert "--force" in refused.stderr
    assert _stand(town) == before
    if name == "library build":  # a library that a person spoilt is told, not thrown away
        return
    forced = _call(name, "--force")
    assert forced.exit_code == CALLED[name].code, forced.output
    assert _stand(town) != before


@pytest.mark.parametrize("name", [name for name in WRITING if CALLED[name].keeps])
def test_what_has_no_force_writes_over_nothing(name: str, town: Path) -> None:
    _call(name)
    made = [file for file in town.glob("new/**/*") if file.is_file() and file.suffix != ".idx"]
    drafts = {file: file.read_bytes() for file in made if file.suffix in {".eml", ".docx", ".json"}}
    for file in drafts:
        file.write_bytes(b"somebody's own")
    _call(name)
    assert all(file.read_bytes() == b"somebody's own" for file in drafts)


def _wrong(name: str, word: str) -> tuple[str, str, str] | None:
    """What a word names, one that does not exist in its place, and what has to be told then."""
    if re.fullmatch(r"\d{4}/\S+", word):
        begins = name in {"collect", "distribute", "ceilings import"}
        return "round", "2031/九上", "--new" if begins else ROUND
    known = {PROJECT: "预备费", "乙": "乙", FORM: FORM, "MARK": "提醒"}.get(word)
    if known is None:
        return None
    what = {FORM: "form", "MARK": "warning"}.get(word, "project")
    wrong = {"form": "no-form", "warning": "0f0f0f0f0f", "project": "没有的预备费乙"}[what]
    return what, wrong, known


def _unknown() -> Iterator[tuple[str, str, list[str], str]]:
    """Each command with each name in its call put wrong: what names it must say instead."""
    for name, called in CALLED.items():
        words = called.words.split()
        for at, word in enumerate(words):
            if (found := _wrong(name, word)) is not None:
                what, wrong, known = found
                yield name, what, [*words[:at], wrong, *words[at + 1 :]], known
        for option in COMMANDS[name].params:
            if "--under" in option.opts:
                # A dataset knows the units that had projects, not the list of a repository.
                known_unit = "长征镇" if name == "sum" else "甲局"
                yield name, "unit", [*words, "--under", "没有的局"], known_unit
            if "--form" in option.opts and "--form" not in words:
                yield name, "form", [*words, "--form", "no-form"], FORM
            if "--unit" in option.opts:
                at = words.index("--unit") if "--unit" in words else len(words)
                clean = [*words[:at], *words[at + 2 :]]
                yield name, "unit", [*clean, "--unit", "没有的局"], "长征镇"


@pytest.mark.parametrize(
    ("words", "known"),
    [pytest.param(words, known, id=f"{name}-{what}") for name, what, words, known in _unknown()],
)
def test_a_name_that_does_not_exist_is_wrong_usage_and_those_that_do_are_told(
    words: list[str], known: str, town: Path
) -> None:
    invoke("units", "import", "units.csv")
    before = _stand(town)
    result = invoke(*words)
    assert result.exit_code == 2, result.output
    assert known in result.stderr.splitlines()[-1]
    assert _stand(town) == before


def test_a_project_of_which_nothing_came_is_known(town: Path) -> None:
    """It went out: the name is right, and there is nothing to show yet."""
    result = invoke("received", "2024/一上", "甲")
    assert (result.exit_code, result.stdout) == (0, "还没有收到文件。\n")
    assert town.exists()


MISTYPED = {
    f"correct {ROUND} {PROJECT} --set 没有的栏=1 --reason 因": "可写的有",
    f"correct {ROUND} {PROJECT} --set 没有的行/指标值=1 --reason 因": "没有的行",
    f"correct {ROUND} {PROJECT} --set 项目性质=没有 --reason 因": "一次性项目",
    f"correct {ROUND} {PROJECT} --set 计划开始日期=昨天 --reason 因": "计划开始日期",
    f"correct {ROUND} {PROJECT} --set 计划开始日期=2031-01-01 --reason 因": "D002",
    f"correct {ROUND} {PROJECT} --set /none/0=1 --reason 因": "可写的有",
    f"correct {ROUND} {PROJECT} --remove-row 没有的行 --reason 因": "没有的行",
    f"correct {ROUND} {PROJECT} --reason 因": "栏目=值",
    f"correct {ROUND} {PROJECT} --set 没有等号 --reason 因": "栏目=值",
    f"move {ROUND} 镇 --unit 长征镇财政所 --reason 因": "镇",
    f"cancel {ROUND} {PROJECT} --reason ": "理由",
    f"close {ROUND} --reason ": "理由",
    f"deadline {ROUND} 明天 --reason 因": "明天",
    f"show {PROJECT}@none": "none",
    "undo none": "none",
    "merge none": "none",
    "log ": "项目",
    "upgrade --originals none -R old": "none",
    "sync git://host/none": "git://",
    "status 2023": "2023/一上",
    "forms draft blank.xlsx -o new --sheet 没有": "没有",
    "diff 没有一 没有二": "没有一",
    f"export {ROUND} -o new.doc": ".xlsx",
    f"tick {ROUND} MARK,": "MARK",
}
"""Words that nobody can have meant, be they names, values or reasons, and what is told of each."""


@pytest.mark.parametrize("words", MISTYPED)
def test_what_was_typed_wrong_is_wrong_usage_in_every_command(words: str, town: Path) -> None:
    before = _stand(town)
    result = invoke(*words.split(" "))
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert MISTYPED[words] in result.stderr.splitlines()[-1]
    assert _stand(town) == before


@pytest.mark.parametrize(
    "words",
    [
        "recover none.bundle new",
        "recover units.csv new",
        "forms draft none.xlsx -o new",
        "forms draft units.csv -o new",
        "forms check none",
        "library review none.toml -o new.xlsx",
        "library take none.xlsx none.toml",
        "library take none.xlsx 指标库.toml",
        "units import none.csv",
        f"ceilings import {ROUND} none.csv",
        f"distribute {ROUND} --form {FORM} --roster none.csv -o new",
        f"collect {ROUND} none.xlsx",
        f"generate {FORM} none.json -o new",
        "diff none.json none.json",
        "sync none",
        "backup none/new.bundle",
        "merge none",
        f"show {PROJECT}@none",
        "undo none",
    ],
)
def test_a_file_that_is_missing_is_told_in_chinese(words: str, town: Path) -> None:
    result = invoke(*words.split())
    assert result.exit_code in {1, 2, 3}, result.output
    told = re.sub(
        r"[\w./-]*(?:none|new|units|town)[\w./-]*|xlsync(?: \w+)*|--\w+", "", result.stderr
    )
    assert re.findall("[一-鿿]", told)
    assert re.findall(r"\b[a-z]{3,}(?: [a-z]+)+", told) == []
    assert town.exists()
