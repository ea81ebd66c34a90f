"""People are spoken to in Chinese, and in English where they ask for it."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from xlsync.base import language
from xlsync.base.language import catalogue, told
from xlsync.cli import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2] / "xlsync"
_CHINESE = re.compile("[一-鿿]")


@pytest.fixture(autouse=True)
def _chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("XLSYNC_LANG", raising=False)
    yield
    language.speak(None)


def run(*words: str) -> str:
    return CliRunner().invoke(cli, words).output


MODULES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(ROOT.rglob("*.py"))}
_COMMITTING = {"commit": 1, "write_commit": 3, "write_tree": 4}
"""Functions that make a commit, and which of their arguments its message is."""
_TOLD = {"echo": 0, "secho": 0, "print_report": 0, "told": 0}
"""Functions that tell people something at a console."""


def _set_up_errors() -> set[str]:
    """The names of all classes of set-up errors; ``FormError`` takes several mistakes."""
    found = {"XlsyncError"}
    classes = [one for tree in MODULES.values() for one in ast.walk(tree) if _is_class(one)]
    while (
        more := {
            one.name
            for one in classes
            if isinstance(one, ast.ClassDef) and found & {ast.unparse(base) for base in one.bases}
        }
        - found
    ):
        found |= more
    return found - {"FormError"}


def _is_class(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef)


def _messages() -> Iterator[tuple[str, str]]:
    """What people are told by errors, commits and commands, with numbered blanks, and where."""
    errors = dict.fromkeys(_set_up_errors(), 0)
    for path, tree in MODULES.items():
        texts = _texts_of_names(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
            at = (errors | _COMMITTING | _TOLD).get(name)
            if at is not None and len(node.args) > at:
                for text in _said(node.args[at], texts):
                    yield text, f"{path.name}:{node.lineno}"
            for one in node.keywords:
                if one.arg == "otherwise":
                    yield from ((text, path.name) for text in _said(one.value, texts))


def _texts_of_names(tree: ast.AST) -> dict[str, list[ast.expr]]:
    """What is assigned to each name of a module, wherever: texts are put together before."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                found.setdefault(ast.unparse(target), []).append(node.value)
    return found


def _said(node: ast.expr, texts: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The texts that an argument can be: itself, one of two, or what its name stands for."""
    if isinstance(node, ast.IfExp):
        yield from _said(node.body, texts)
        yield from _said(node.orelse, texts)
    elif isinstance(node, ast.Name):
        for one in texts.get(node.id, ()):
            yield from _said(one, {})
    elif text := _template(node):
        yield text


def _template(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    numbers = iter(range(10))
    parts = (
        str(one.value) if isinstance(one, ast.Constant) else f"{{{next(numbers)}}}"
        for one in node.values
    )
    return "".join(parts)


def test_whatever_people_are_told_has_its_chinese() -> None:
    found = list(_messages())
    assert len(found) > 200
    missing = [
        f"{where}: {text}"
        for text, where in found
        if not _CHINESE.search(text) and re.search("[a-z]{3}", re.sub(r"\{.*?\}|xlsync", "", text))
        if not {text} & {*catalogue()["messages"], *catalogue()["mistakes"]}
    ]
    assert missing == []


def test_the_kinds_of_what_people_are_told_are_all_looked_at() -> None:
    """One message of each kind that was missed before, so that the search keeps finding them."""
    found = {text for text, _ in _messages()}
    assert "建立版本库" in found
    assert any("pyarrow" in text for text in found), "handed over by a keyword, and by a name"
    assert any("the season is not part" in text for text in found), "put together before"


_SAYS_WRONG = {"Iterator[str]", "list[Mistake]", "str", "str | None"}
"""What functions give back that say what is wrong with the files of a form."""


def _form_mistakes() -> Iterator[tuple[str, str]]:
    """What the code says of the files of forms, with numbered blanks, and where."""
    for path in [*ROOT.glob("form/**/*.py"), ROOT / "records" / "migrations.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for text in map(_template, _said_in(node)):
                if re.search("[a-z]{3,} .*[a-z]", text) and not _CHINESE.search(text):
                    yield text, f"{path.name}:{getattr(node, 'lineno', 0)}"


def _said_in(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call) and node.args:
        name, first = getattr(node.func, "id", ""), node.args[0]
        yield from [first] if name == "ValueError" else []
        yield from first.elts if name == "FormError" and isinstance(first, ast.List) else []
    returns = getattr(node, "returns", None)
    for one in ast.walk(node) if returns and ast.unparse(returns) in _SAYS_WRONG else ():
        if isinstance(one, ast.Yield | ast.Return) and one.value is not None:
            yield one.value
        elif isinstance(one, ast.GeneratorExp):
            yield one.elt
        elif isinstance(one, ast.Assign) and getattr(one.targets[0], "id", "") == "reason":
            yield one.value


def test_every_mistake_in_the_files_of_a_form_has_its_chinese() -> None:
    found = dict(_form_mistakes())
    assert len(found) > 60
    missing = [
        f"{where}: {text}"
        for text, where in found.items()
        if not _CHINESE.search(told(re.sub(r"\{\d\}", "'x'", text)))
    ]
    assert missing == []


def test_every_one_of_several_mistakes_is_said_in_chinese() -> None:
    said = told(
        "a.toml: fields.b: unknown unit 'c'; known are d, e; b.toml: f: unknown key; and 3 more"
    )
    assert said == (
        "a.toml：fields.b：没有这个单位：'c'；可用的有：d, e；b.toml：f：没有这个键；另有 3 处"
    )
    assert told("甲: 乙; 丙") == "甲: 乙; 丙"


def test_a_translation_fills_in_the_blanks_of_its_message_and_no_others() -> None:
    for english, chinese in (catalogue()["messages"] | catalogue()["mistakes"]).items():
        for kind in (r"\{\d\}", r"\{[a-z_]+(?:![rs])?\}"):
            assert sorted(re.findall(kind, english)) == sorted(re.findall(kind, chinese)), english


def _commands(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Command]]:
    yield name or "xlsync", command
    for key, inner in getattr(command, "commands", {}).items():
        yield from _commands(inner, f"{name} {key}".strip())


def test_every_command_and_option_is_described_in_chinese() -> None:
    for name, command in _commands(cli):
        words = name.split() if name != "xlsync" else []
        shown = run(*words, "--help")
        assert "用法" in shown
        assert catalogue()["commands"][name].strip()[:8] in shown
        for option in command.params:
            if isinstance(option, click.Option):
                assert _CHINESE.search(option.help or ""), f"{name} {option.name}"


def test_errors_of_usage_and_set_up_are_chinese() -> None:
    assert "缺少参数" in run("collect")
    assert "没有命令" in run("statsu")
    assert (
        "xlsync: /nowhere 里没有版本库；第一次用，请新建（网页上点“新建”，命令是 xlsync init）\n"
        in run("-R", "/nowhere", "status", "2023/一上")
    )


def test_english_is_spoken_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ("-R", "/nowhere", "status", "2023/一上")
    assert "no repository in /nowhere" in run("--lang", "en", *wanted)
    assert "没有版本库" in run(*wanted), "and no longer"
    monkeypatch.setenv("XLSYNC_LANG", "en")
    assert "Usage:" in run("status", "--help")
    assert "用法" in run("--lang", "zh", "status", "--help")


def test_what_stands_in_a_message_is_left_as_it_is() -> None:
    assert told("no repository in C:\\库 {0}; make one with `xlsync init`").startswith(
        "C:\\库 {0} 里没有版本库"
    )
    assert told("an own text") == "an own text"
    assert told("x: no such file or folder, and as a round or record: 'y' fits 2 records: z") == (
        "x：没有这个文件或目录；作为轮次或项目：'y' 符合 2 个项目，请写得再具体些：z"
    )
