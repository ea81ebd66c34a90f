"""What the README, the command reference and the guide show is what the program does."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import pytest
import running
from click.testing import CliRunner

from xlsync.base.problems import CORE_CODES, Severity
from xlsync.cli import cli
from xlsync.form import Catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "guide.zh.md").read_text(encoding="utf-8")

COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")

_REFERENCE = COMMANDS.partition("\n## Command reference\n")[2].partition("\n## ")[0]
_EXIT = re.compile(r"\s+# exit (\d+)$")


class Example(NamedTuple):
    """A command of the reference, the exit code it ends with, and the lines it is said to print."""

    command: str
    code: int
    output: str


def _examples() -> Iterator[Example]:
    """In the console blocks of the reference, `$` begins a command and `# exit N` may end it."""
    for block in re.findall(r"```console\n(.*?)```", _REFERENCE, re.DOTALL):
        for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = piece.partition("\n")
            code = _EXIT.search(command)
            yield Example(_EXIT.sub("", command), int(code[1]) if code else 0, output)


def _section(command: str) -> str:
    return _REFERENCE.partition(f"\n### `xlsync {command}`\n")[2].partition("\n### ")[0]


def _fits(shown: str, printed: str) -> bool:
    """Whether output is what an example shows, where `…` stands for anything."""
    parts = [re.escape(part) for part in shown.split("…")]
    return re.fullmatch(r".*".join(parts), printed, re.DOTALL) is not None


def test_the_examples_of_the_reference_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("XLSYNC_REPO", raising=False)
    examples = list(_examples())
    assert len(examples) > 20
    for command, code, output in examples:
        program, *arguments = shlex.split(command)
        assert program == "xlsync"
        if arguments[0] == "demo":  # test_demo.py walks it
            continue
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == code, f"{command}\n{result.output}"
        if output and not _fits(output.strip("\n"), result.stdout.strip("\n")):
            pytest.fail(f"{command} does not print\n{output}but\n{result.stdout[-2000:]}")


@pytest.mark.parametrize("name", sorted(running.COMMANDS))
def test_every_command_has_help_and_an_example_of_all_its_options(name: str) -> None:
    command = running.COMMANDS[name]
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0
    assert command.help
    assert f"$ xlsync {name}" in _section(name) or re.search(
        rf"\$ xlsync -R \S+ {name}", _section(name)
    )
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help
            assert any(spelling in _REFERENCE for spelling in option.opts)


def test_the_readme_stays_short() -> None:
    assert len(README.splitlines()) < 200


def test_every_link_leads_somewhere() -> None:
    for text, folder in ((README, ROOT), (COMMANDS, ROOT / "docs"), (GUIDE, ROOT / "docs")):
        for target in re.findall(r"\]\((?!https?:)([^)#]*)", text):
            assert not target or (folder / target).exists() or target.endswith(".png"), target


def test_the_guide_has_every_problem_code_with_its_severity() -> None:
    codes = {code: severity for code, (severity, _) in CORE_CODES.items()}
    for form in Catalogue():
        codes |= {rule.code: Severity(rule.severity) for rule in form.mapping.rules}
    words = {"错误": Severity.ERROR, "警告": Severity.WARNING}
    rows = re.findall(r"^\| ([A-Z]\d{3}) \| (\S+) \| [^|]+ \| [^|]+ \|$", GUIDE, re.MULTILINE)
    assert {code: words[word] for code, word in rows} == codes
    assert len(rows) == len(codes)


def test_the_guide_names_commands_that_exist() -> None:
    for command in re.findall(r"^\s*xlsync (?:-R \S+ )?(\w+)", GUIDE, re.MULTILINE):
        assert command in running.COMMANDS
