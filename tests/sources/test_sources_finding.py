"""Finding files: everything in a folder or an archive is told, noise apart and once."""

from __future__ import annotations

import os
import zipfile
from typing import TYPE_CHECKING

from running import FORMS, invoke, record, save

from xlsync.exchange.reading import read_arrival
from xlsync.sources.finding import find_arrivals, find_files

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

APPLE = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        "

NAMES = [
    "a.txt",
    "a.bak",
    "表",
    "表.xlsx(1)",
    "表.download",
    "邮件.eml",
    "._没有苹果的内容.txt",
    "乙/b.json",
    "乙/丙/d.jsonl",
    "乙/README.md",
    "h.PDF",
]
NOISE = [
    "~$a.xlsx",
    ".~lock.a.xlsx#",
    "._表",
    "Thumbs.db",
    "乙/.DS_Store",
    "乙/desktop.ini",
    "__MACOSX/甲/._a.txt",
]


def fill(folder: Path, names: list[str]) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(APPLE if name.endswith("._表") else b"x")


def found_in(folder: Path) -> tuple[list[str], list[str]]:
    passed: list[Path] = []
    found = [path.relative_to(folder).as_posix() for path in find_files([folder], passed)]
    return found, [path.relative_to(folder).as_posix() for path in passed]


def told(path: Path) -> list[str]:
    """What is said of each file that could not be opened."""
    files = (read_arrival(FORMS, one) for one in find_arrivals([path]))
    return [one.message for file in files for one in file.readings[0].problems]


def test_everything_in_a_folder_is_found_whatever_its_ending(tmp_path: Path) -> None:
    fill(tmp_path, NAMES + NOISE)
    found, passed = found_in(tmp_path)
    assert sorted(found) == sorted(NAMES)
    assert sorted(passed) == sorted([*NOISE[:-1], "__MACOSX"])
    assert (found, passed) == found_in(tmp_path)


def test_files_that_are_named_are_all_taken(tmp_path: Path) -> None:
    named = [tmp_path / "README.md", tmp_path / "none", tmp_path / "~$a.xlsx"]
    assert list(find_files(named)) == named


def test_everything_in_an_archive_is_found_too(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "来件.zip.1", "w") as made:
        for name in (*NAMES, *NOISE):
            made.writestr(name, APPLE if "._表" in name else b"x")
    passed: list[Path] = []
    found = [one.path.name for one in find_arrivals([tmp_path], passed)]
    assert sorted(found) == sorted(name.rpartition("/")[2] for name in NAMES)
    assert len(passed) == len(NOISE)


def test_noise_is_told_once_and_is_no_error(tmp_path: Path) -> None:
    save(tmp_path / "甲.json", record())
    fill(tmp_path, NOISE)
    result = invoke("read", str(tmp_path))
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 1
    (line,) = [line for line in result.stderr.splitlines() if "附带文件" in line]
    assert "略过 7 个" in line


def test_what_is_no_regular_file_is_told_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "管道.xlsx")
    (tmp_path / "零.xlsx").symlink_to("/dev/zero")
    assert told(tmp_path) == ["这不是普通文件（而是管道、设备等），没有读取。"] * 2
    assert told(tmp_path / "管道.xlsx") == told(tmp_path)[:1]


def test_links_that_lead_nowhere_or_to_folders_are_told(tmp_path: Path) -> None:
    (tmp_path / "甲").mkdir()
    fill(tmp_path / "甲", ["a.xlsx"])
    (tmp_path / "圈1.xlsx").symlink_to(tmp_path / "圈2.xlsx")
    (tmp_path / "圈2.xlsx").symlink_to(tmp_path / "圈1.xlsx")
    (tmp_path / "没有.xlsx").symlink_to(tmp_path / "不存在")
    (tmp_path / "夹").symlink_to(tmp_path / "甲")
    (tmp_path / "甲" / "上").symlink_to(tmp_path)
    said = "\n".join(told(tmp_path))
    assert said.count("链接互相指向") == 2
    assert said.count("文件不存在") == 1
    assert said.count("指向另一个文件夹的链接") == 2


def test_a_link_to_a_folder_that_is_named_is_entered(tmp_path: Path) -> None:
    fill(tmp_path / "甲", ["a.txt"])
    (tmp_path / "夹").symlink_to(tmp_path / "甲")
    assert list(find_files([tmp_path / "夹"])) == [tmp_path / "夹" / "a.txt"]


def test_a_folder_without_rights_ends_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, ["甲/a.txt", "乙/b.txt"])
    scandir = os.scandir

    def refused(path: Path) -> object:
        if path.name == "甲":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    assert [path.name for path in find_files([tmp_path])] == ["b.txt", "甲"]
    assert any("没有读取权限" in message for message in told(tmp_path))


def test_a_path_that_is_too_long_is_told(tmp_path: Path) -> None:
    assert "路径过长" in told(tmp_path / ("长" * 200))[0]


def test_a_repository_in_the_folder_is_passed_over_as_a_whole(tmp_path: Path) -> None:
    fill(tmp_path, ["库/HEAD", "库/objects/ab/cd", "库/refs/heads/x", "a.txt"])
    assert found_in(tmp_path) == (["a.txt"], ["库"])


def test_a_collection_goes_on_over_links_in_a_circle(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    save(folder / "甲.json", record())
    (folder / "圈.xlsx").symlink_to(folder / "圈.xlsx")
    invoke("-R", str(tmp_path / "库"), "init")
    result = invoke("-R", str(tmp_path / "库"), "collect", "2023/一上", str(folder), "--json")
    assert result.exit_code == 1
    assert "链接互相指向" in result.stdout
    assert result.stdout.count('"project_name"') == 0
    assert "新收" in result.stdout
