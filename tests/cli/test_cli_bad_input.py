"""Bad input is a problem with place and text, and the rest goes on; a broken set-up is one line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from running import COMMANDS, FORM, SAMPLES, invoke, problems, record, save, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

_NOBODY = 65534
_ROWS = text_of(record())
_WITH = {
    "a number that is none": ("\t27663300.00\t", "\t两千万\t", ("M004", "D6", "两千万")),
    "a date that is none": ("2023-12-31", "年底", ("D001", "D5", "年底")),
    "a level outside the tree": ("\t效益指标\t", "\t快乐指标\t", ("I001", "B19", "快乐指标")),
}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("空.txt", b"", "X002"),
        ("空.xlsx", b"", "X002"),
        ("空.json", b" \n", "X002"),
        ("空白.txt", b"\r\n \t", "X002"),
        ("无表.txt", "今天开会".encode(), "X003"),
        ("无表.jsonl", b"[]\n", "X003"),
        ("乱码.txt", b"\xff\xfe\x00\xd8\x00", "X001"),
        ("坏.xlsx", b"PK\x03\x04" + b"\0" * 50, "X001"),
        ("图.xlsx", b"\x89PNG\r\n\x1a\n", "X004"),
        ("表.txt", b"PK\x03\x04" + b"\0" * 50, "X001"),
        ("信.docx", b"PK\x03\x04", "X001"),
        ("无扩展名", b"abc", "X003"),
        ("半.json", b'{"form": ', "X001"),
        ("深.json", b"[" * 100_000, "X001"),
        ("重复.json", b'{"form": 1, "form": 2}', "X001"),
        ("编码.json", '{"form": "表"}'.encode("gbk"), "X001"),
        ("别的.json", b'{"form": "other"}', "X005"),
        ("数.json", b"12", "X005"),
        ("多余.json", json.dumps(record(more=1)).encode(), "X005"),
        ("没有.xlsx", None, "X001"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_problem_and_the_rest_goes_on(
    tmp_path: Path, name: str, content: bytes | None, code: str
) -> None:
    bad, good = tmp_path / name, save(tmp_path / "good.json", record())
    if content is not None:
        bad.write_bytes(content)
    result = invoke("read", bad, good)
    assert result.exit_code == 1
    *lines, last = map(json.loads, result.stdout.splitlines())
    assert last["record"] is not None
    assert lines[0]["record"] is None
    (first, *_) = [one for line in lines for one in line["problems"]]
    assert (first["code"], first["severity"]) == (code, "error")
    assert first["message"].endswith("。")


@pytest.mark.parametrize("what", _WITH)
def test_a_value_that_is_none_is_a_problem_with_place_and_text(tmp_path: Path, what: str) -> None:
    before, after, (code, cell, found) = _WITH[what]
    assert before in _ROWS
    bad = tmp_path / "坏.txt"
    bad.write_text(_ROWS.replace(before, after, 1), encoding="utf-8")
    result = invoke("read", bad, save(tmp_path / "good.json", record()))
    assert result.exit_code == 1
    lines = list(map(json.loads, result.stdout.splitlines()))
    assert lines[-1]["problems"] == []
    (one,) = [one for line in lines for one in line["problems"] if one["severity"] == "error"]
    assert (one["code"], one["found"]) == (code, found)
    assert one["cell"][1:].isdigit()
    assert one["cell"][1:] == cell[1:] or code == "I001"


@pytest.mark.parametrize("command", [["collect", "2023/一上"], ["generate", FORM, "-o", "out"]])
def test_a_batch_goes_on_behind_a_bad_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XLSYNC_REPO", str(tmp_path / "r"))
    invoke("init")
    (tmp_path / "a.xlsx").write_bytes(b"")
    good = save(tmp_path / "b.json", record("好项目"))
    result = invoke(*command, tmp_path / "a.xlsx", tmp_path / "gone.txt", good)
    assert result.exit_code == 1
    assert "好项目" in result.stdout
    assert "X002" in result.stderr
    assert "X001" in result.stderr


def test_a_folder_under_the_name_of_a_file_is_read_as_a_folder(tmp_path: Path) -> None:
    save(tmp_path / "a.xlsx" / "b.json", record())
    assert problems(invoke("read", tmp_path / "a.xlsx")) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["status", "2023/一上"], "no repository in ."),
        (["collect", "2023/一上", "x.json"], "no repository in ."),
        (["log", "x"], "no repository in ."),
        (["show", "x"], "no repository in ."),
        (["diff", "2023/一上", "2023/二上"], "no repository in ."),
        (["diff", "x.json", "y.json"], "x.json: no such file or folder"),
        (["-R", "file", "status", "2023/一上"], "file"),
        (["-R", "git", "status", "2023/一上"], "is not one of xlsync"),
        (["init", "file"], "file"),
        (["demo", "file"], "file: is a file, not a folder"),
        (["generate", FORM, "-o", "file"], "file: is a file, not a folder"),
        (["generate", FORM, "-o", "file/below"], "file/below"),
        (["--forms", "nowhere", "forms"], "nowhere: no such folder of forms"),
        (["--forms", "git", "forms"], "no form in templates/ and mappings/"),
        (["--forms", "toml", "forms"], "bad.toml: not valid TOML"),
        (["--forms", "half", "read", "x.json"], "half.toml"),
        (["--forms", "line\nbreak", "forms"], "line〔换行〕break"),
    ],
)
def test_a_broken_set_up_is_one_line_and_exit_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("XLSYNC_REPO", raising=False)
    (tmp_path / "file").write_text("x")
    subprocess.run(["git", "init", "--quiet", "--bare", "git"], check=True)
    for folder, content in (("toml", "form = "), ("half", f'form = "{FORM}"')):
        for kind in ("templates", "mappings"):
            name = "bad.toml" if folder == "toml" else "half.toml"
            (tmp_path / folder / kind).mkdir(parents=True)
            (tmp_path / folder / kind / name).write_text(content)
    result = invoke(*arguments)
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr.startswith("xlsync: ")
    assert result.stderr.count("\n") == 1
    assert said in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["read"],
        ["read", ""],
        ["read", "--nonsense", "x"],
        ["generate", FORM],
        ["generate", FORM, "-o", ""],
        ["collect", "2023/一上"],
        ["status"],
        ["diff", "one"],
        ["diff", "", "x"],
        ["init", "a", "b"],
    ],
)
def test_wrong_usage_is_exit_2(arguments: list[str]) -> None:
    result = invoke(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Usage: ")


@pytest.mark.parametrize("name", [None, *sorted(COMMANDS)])
def test_help_is_complete(name: str | None) -> None:
    result = invoke(*([name] if name else []), "--help")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "..." not in result.stdout.partition("Options:")[0].partition("\n\n")[2]
    if name is None:
        assert all(command in result.stdout for command in COMMANDS)
    else:
        assert invoke(name, "-h").stdout == result.stdout


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder of somebody who may write nothing there, and not read all of it."""
    if os.name == "nt":
        pytest.skip("permissions are those of POSIX")
    folder = Path(tempfile.mkdtemp())
    save(folder / "closed" / "a.json", record())
    save(folder / "closed.json", record())
    save(folder / "open.json", record())
    monkeypatch.chdir(folder)
    # What a command imports must be there before this process becomes somebody else.
    invoke("generate", FORM, "open.json", "-o", "closed")
    invoke("init", "warm")
    invoke("-R", "warm", "collect", "2023/一上", "open.json")
    for path, mode in ((folder / "closed", 0), (folder / "closed.json", 0), (folder, 0o555)):
        path.chmod(mode)
    user = os.geteuid()
    if user == 0:
        os.seteuid(_NOBODY)
    yield folder
    os.seteuid(user)
    folder.chmod(0o700)
    (folder / "closed").chmod(0o700)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["read", "closed.json", "open.json"], 1, "没有读取权限"),
        (["generate", FORM, "-o", "."], 3, "cannot write"),
        (["generate", FORM, "-o", "new"], 3, "new: cannot make this folder"),
        (["init", "new"], 3, "cannot make a repository in new"),
        (["demo", "new"], 3, "new: cannot make this folder"),
        (["demo", "closed"], 3, "closed"),
        (["--forms", "closed", "forms"], 3, "closed"),
        (["-R", "closed", "status", "2023/一上"], 3, "closed"),
        (["diff", "closed.json", "open.json"], 1, "没有读取权限"),
    ],
)
@pytest.mark.usefixtures("stranger")
def test_what_may_not_be_read_or_written_is_said(
    arguments: list[str], code: int, said: str
) -> None:
    result = invoke(*arguments)
    assert result.exit_code == code, result.output
    assert said in result.output
    if code == 3:
        assert result.stderr.count("\n") == 1


def test_the_samples_have_no_errors_of_their_own() -> None:
    result = invoke("read", SAMPLES / "forms.txt", SAMPLES / "一上", SAMPLES / "二上")
    assert result.exit_code == 0
