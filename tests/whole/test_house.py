"""The rules of the house: clean tools, small modules, and no form known to the code."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest
from packaging.requirements import Requirement
from reading_samples import FORMS, ROOT

from xlsync.base.strict import Strict
from xlsync.form import mapping, template
from xlsync.form.mapping import Mapping
from xlsync.form.rules import Rule
from xlsync.form.template import Template
from xlsync.form.types import TYPES, comparable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.form import Form
    from xlsync.form.mapping import FieldBase, Joined, PrintedLabel, Table

pytestmark = pytest.mark.slow

MODULES = sorted((ROOT / "xlsync").rglob("*.py"))
MAX_LINES = 350

TOOLS = {
    "ruff": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "import-linter": ["lint-imports", "--no-cache"],
}


@pytest.mark.parametrize("command", TOOLS.values(), ids=TOOLS)
def test_a_tool_finds_nothing(command: list[str]) -> None:
    program = Path(sys.executable).parent / command[0]
    done = subprocess.run(
        [program, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_is_small_and_says_what_it_is() -> None:
    lines = {path: path.read_text(encoding="utf-8").count("\n") for path in MODULES}
    assert len(lines) > 50
    assert not {path.name: count for path, count in lines.items() if count > MAX_LINES}
    silent = [path for path in MODULES if not ast.get_docstring(parsed(path))]
    assert not silent


def test_a_class_has_a_name_that_no_other_bears() -> None:
    homes: dict[str, list[str]] = {}
    for path in MODULES:
        for one in ast.walk(parsed(path)):
            if isinstance(one, ast.ClassDef):
                homes.setdefault(one.name, []).append(str(path.relative_to(ROOT)))
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


# ---- no form is known to the code -------------------------------------------------


def vocabulary() -> set[str]:
    """Words of the two kinds of file, of cells and of records: they belong to every form.

    A mapping may call a column ``operator`` or ``unit`` because the mapping's own key for that
    part of a quantity is called so; the code then says the key, not the column.
    """
    models = [*models_of(mapping), *models_of(template), *get_args(get_args(Rule)[0])]
    keys = {name for model in models for name in model.hints()}
    kinds = {str(word) for model in models for word in literals(model)}
    return keys | kinds | {*TYPES} | {"id", "form"}


def models_of(module: object) -> list[type[Strict]]:
    found = vars(module).values()
    return [one for one in found if isinstance(one, type) and issubclass(one, Strict)]


def literals(model: type[Strict]) -> Iterator[object]:
    for hint in model.hints().values():
        yield from get_args(hint)


def names(form: Form) -> set[str]:
    """What a form alone calls its parts: ids, slots, pointers, their pieces, codes, trees."""
    plan = form.mapping
    pointers = [item.pointer for item in plan.fields.values()]
    pointers += [table.pointer for table in plan.tables.values()]
    columns = [name for table in plan.tables.values() for name in table.columns]
    pieces = [piece for pointer in pointers for piece in pointer.split("/") if piece]
    slots = [*plan.fields, *plan.tables, *plan.codes, *plan.trees]
    return {form.id, form.template.sheet, *pointers, *pieces, *columns, *slots}


def labels(form: Form) -> set[str]:
    """What stands printed on a form: titles, labels, options, levels, long enough to be told."""
    plan = form.mapping
    items: list[FieldBase | Table | Joined | PrintedLabel] = [*plan.fields.values()]
    items += plan.tables.values()
    items += [column for table in plan.tables.values() for column in table.columns.values()]
    items += [table.quantity for table in plan.tables.values() if table.quantity]
    items += plan.labels.values()
    texts = {*plan.titles, *form.captions(), *(text for item in items for text in item.labels)}
    texts |= {text for relative in plan.relatives for text in (relative.name, *relative.titles)}
    texts |= {text for codes in plan.codes.values() for text in codes.values}
    texts |= {
        name for tree in plan.trees.values() for first in tree for name in (first, *tree[first])
    }
    return {comparable(text) for text in texts if len(comparable(text)) >= 3}


def constants(path: Path) -> Iterator[tuple[int, str]]:
    """Every text in the code; a docstring is no code and may give an example."""
    tree = parsed(path)
    comments = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in comments
        ):
            yield node.lineno, node.value


# Words that a form happens to use as well, and what else they mean in the code.
COMMON = {
    "category",  # a core property of every workbook
}


def places(wanted: set[str], *, inside: bool) -> list[str]:
    """Where a text of the code is one of the wanted, or holds one of them."""
    return [
        f"{path.relative_to(ROOT)}:{line}: {text!r}"
        for path in MODULES
        for line, text in constants(path)
        if text in wanted or (inside and any(one in comparable(text) for one in wanted))
    ]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_name_of_a_form_stands_in_the_code(form: Form) -> None:
    assert places(names(form) - vocabulary() - COMMON, inside=False) == []


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_label_of_a_form_stands_in_the_code(form: Form) -> None:
    assert places(labels(form), inside=True) == []


def test_what_is_looked_for_would_be_found() -> None:
    """The two tests above fail where they should: the words are there, and are seen."""
    form = FORMS["project-goal-2023"]
    assert {"project_name", "/funds/total", "annual_total", "level1", form.id} <= names(form)
    assert not {"project_name", "annual_total", "level1", form.id} & vocabulary()
    assert {"项目名称", "产出指标", form.mapping.title} <= labels(form)
    assert places({"V001"}, inside=False)
    assert places({"不是整数"}, inside=True)
    assert {Mapping, Template} <= {*models_of(mapping), *models_of(template)}


def test_the_same_tree_gives_the_same_wheel_byte_by_byte(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    wheels = []
    for name in ("first", "second"):
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d"]
        done = subprocess.run(
            [*command, tmp_path / name], cwd=ROOT, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        wheels += (tmp_path / name).glob("*.whl")
    first, second = (one.read_bytes() for one in wheels)
    assert first == second


def test_the_lock_file_pins_what_a_release_is_installed_with() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = ("cluster", "pdf", "parquet", "print", "rollup", "store")
    asked = [*project["dependencies"], *(one for name in wanted for one in extras[name])]
    locked: dict[str, str] = {}
    for entry in re.split(r"\n(?=[a-z])", (ROOT / "requirements.lock").read_text("utf-8")):
        if pinned := re.match(r"([a-z0-9.-]+)==([^\s;]+)", entry):
            locked[pinned[1]] = pinned[2]
            assert "--hash=sha256:" in entry, entry
    for one in map(Requirement, asked):
        assert one.specifier.contains(locked[one.name.lower()]), f"make lock, for {one}"
