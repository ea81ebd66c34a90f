"""What comes out of a process: encodings of consoles, pipes that close, interrupts, full disks."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from running import FORM, PROGRAM, SAMPLES, invoke, record, run, save, settings

from xlsync.cli import ending

pytestmark = pytest.mark.slow

_ENCODINGS = ["gbk", "ascii", "latin-1", "cp437", "utf-8"]
_TITLE = "财政项目支出绩效目标申报表"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with two rounds; in one name stands what no code page has."""
    folder = tmp_path_factory.mktemp("town")
    invoke("init", folder / "r")
    save(folder / "1" / "a.json", record("𠮷祥 ✓", id="aaaa1"))
    save(folder / "2" / "a.json", record("𠮷祥 ✓", id="aaaa1", annual_goal="¥ ½ 目标"))
    invoke("-R", folder / "r", "collect", "2023/一上", folder / "1")
    invoke("-R", folder / "r", "collect", "2023/二上", "--new", folder / "2")
    return folder


@pytest.mark.parametrize("environment", [{"LC_ALL": "C", "LANG": "C"}, {"PYTHONIOENCODING": "gbk"}])
@pytest.mark.parametrize(
    "arguments",
    [
        ["forms", "--json"],
        ["read", "1"],
        ["-R", "r", "status", "2023/一上", "--json"],
        ["-R", "r", "show", "aaaa1"],
        ["-R", "r", "diff", "2023/一上", "2023/二上", "--json"],
    ],
)
def test_json_is_utf_8_whatever_the_locale(
    town: Path, arguments: list[str], environment: dict[str, str]
) -> None:
    done = run(*arguments, folder=town, **environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode("utf-8"))
    assert _TITLE.encode() in done.stdout or "𠮷".encode() in done.stdout


@pytest.mark.parametrize("encoding", _ENCODINGS)
def test_no_console_ends_the_program(town: Path, encoding: str) -> None:
    commands: list[list[str]] = [
        ["forms"],
        ["-R", "r", "status", "2023/一上"],
        ["-R", "r", "diff", "2023/一上", "2023/二上"],
        ["-R", "r", "log", "aaaa1"],
        ["-R", "r", "collect", "2023/二上", "1"],
        ["generate", FORM, "1", "-o", "𠮷", "--force"],
    ]
    # One process for all of them, since starting one takes longer than the command.
    script = (
        "import json, sys\n"
        "from xlsync.cli import cli\n"
        "from xlsync.cli.ending import prepare_streams\n"
        "prepare_streams()\n"
        "for command in json.loads(sys.argv[1]):\n"
        "    cli(command, standalone_mode=False)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(commands)],
        cwd=town,
        env=settings(PYTHONIOENCODING=encoding, PYTHONUTF8="0"),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(encoding, "replace")
    # Click takes ASCII for a mistake and writes UTF-8.
    text = done.stdout.decode("utf-8" if encoding == "ascii" else encoding)
    assert (_TITLE in text) == (encoding in {"gbk", "utf-8", "ascii"})
    assert ("\\U00020bb7" in text) == (encoding != "utf-8")


@pytest.mark.parametrize("encoding", ["gbk", "latin-1"])
def test_messages_survive_any_console(town: Path, encoding: str) -> None:
    done = run(
        "-R", "r", "log", "没有的项目 𠮷", folder=town, PYTHONIOENCODING=f"{encoding}:strict"
    )
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"\\U00020bb7" in done.stderr


def test_problems_go_to_standard_error_and_json_to_standard_output(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("没有表", encoding="utf-8")
    done = run("read", "a.txt", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, b"")
    assert [json.loads(line)["record"] for line in done.stdout.splitlines()] == [None, None]
    done = run("diff", "a.txt", "a.txt", "--json", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, b"")
    assert "X003" in done.stderr.decode()


@pytest.mark.skipif(os.name == "nt", reason="the shell is that of POSIX")
@pytest.mark.parametrize(
    "command",
    [
        f"read '{SAMPLES}/forms.txt' '{SAMPLES}' | head -c 100",
        f"diff '{SAMPLES}/一上' '{SAMPLES}/二上' | true",
        "forms --json | true",
        "forms | true",
    ],
)
def test_a_reader_that_goes_away_is_no_error_to_speak_of(command: str) -> None:
    program = " ".join(f"'{word}'" for word in PROGRAM)
    done = subprocess.run(
        ["bash", "-c", f"{program} {command}; exit ${{PIPESTATUS[0]}}"],
        env=settings(),
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""
    assert done.returncode in {0, 1, ending.READER_GONE}


def test_what_windows_says_of_a_pipe_that_closed_is_understood(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    invalid, broken = OSError(errno.EINVAL, "Invalid argument"), BrokenPipeError(errno.EPIPE, "")
    of_a_file = OSError(errno.EINVAL, "Invalid argument", "a?.txt")
    assert [ending.is_reader_gone(one) for one in (invalid, broken)] == [False, True]
    with monkeypatch.context() as windows:
        windows.setattr("os.name", "nt")
        found = [ending.is_reader_gone(one) for one in (invalid, broken, of_a_file)]
    assert found == [True, True, False]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is full")
def test_a_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, "forms"], env=settings(), stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (3, b"xlsync: No space left on device\n")


@pytest.mark.skipif(os.name == "nt", reason="the shell is that of POSIX")
def test_closed_streams_are_no_error() -> None:
    program = " ".join(f"'{word}'" for word in PROGRAM)
    done = subprocess.run(
        ["sh", "-c", f"{program} forms >&- 2>&-"], env=settings(), capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
def test_ctrl_c_ends_in_one_line(tmp_path: Path) -> None:
    for number in range(400):
        save(tmp_path / f"{number}.json", record(f"第{number}个"))
    with subprocess.Popen(
        [*PROGRAM, "read", "--json", str(tmp_path)],
        env=settings(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        # It is at work, and cannot end: what it has to say is more than a pipe holds.
        assert running.stdout.readline()
        running.send_signal(signal.SIGINT)
        _, error = running.communicate(timeout=60)
    assert (running.returncode, error) == (ending.INTERRUPTED, b"xlsync: interrupted\n")


@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
@pytest.mark.parametrize("module", ["xlsync.cli", "click", "xlsync.cli.context"])
def test_ctrl_c_while_the_program_loads_is_one_line_too(module: str) -> None:
    program = (
        "import os, signal, sys\n"
        "def hook(event, arguments):\n"
        f"    if event == 'import' and arguments[0] == {module!r}:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "from xlsync.__main__ import main\n"
        "sys.addaudithook(hook)\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "forms"], env=settings(), capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"xlsync: interrupted\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is full")
@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["read", "--help"]])
def test_a_full_disk_is_one_line_also_for_help(arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, *arguments],
            env=settings(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (3, b"xlsync: No space left on device\n")


@pytest.mark.skipif(os.name == "nt", reason="the shell is that of POSIX")
@pytest.mark.parametrize("arguments", ["status 2023/一上", "status 2023/一上 --json", "--help"])
def test_a_reader_that_never_read_ends_the_run_as_the_table_says(
    town: Path, arguments: str
) -> None:
    program = " ".join(f"'{word}'" for word in PROGRAM)
    # The reader is gone before the program begins.
    script = f"(sleep 0.3; {program} -R '{town}/r' {arguments}; echo $? >&2) | true"
    done = subprocess.run(["bash", "-c", script], env=settings(), capture_output=True, check=False)
    assert done.stderr == f"{ending.READER_GONE}\n".encode()


def test_what_would_drive_a_terminal_is_escaped_in_json(tmp_path: Path) -> None:
    signs = "\x9b2J\u202e\u2066\x85\u2028"
    file = save(tmp_path / "a.json", record(f"预备{signs}费"))
    done = run("read", file)
    assert not any(sign in done.stdout.decode() for sign in signs if sign not in "2J")
    assert json.loads(done.stdout)["problems"] is not None
    assert "预备" in json.loads(done.stdout)["record"]["project_name"]
