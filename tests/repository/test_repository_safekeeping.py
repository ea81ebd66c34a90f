"""A repository that was verified, kept in one file, and brought back."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from running import invoke, record, save

from xlsync import api
from xlsync.base.errors import XlsyncError
from xlsync.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

ROUND = "2023/一上"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    folder = tmp_path / "town"
    assert invoke("init", folder).exit_code == 0
    for name in ("一号", "二号"):
        file = save(tmp_path / f"{name}.json", record(name))
        assert invoke("-R", folder, "collect", ROUND, file).exit_code == 0
    return folder


def test_a_sound_repository_is_said_to_be_sound(town: Path) -> None:
    done = invoke("-R", town, "check")
    assert done.exit_code == 0
    assert "版本库完好" in done.stdout
    with Repository.open(town) as repository:
        found = api.check(repository)
    assert (found.commits, found.records, found.originals) == (3, 2, 2)


def _commit(town: Path, change: str, tmp_path: Path) -> None:
    """Change the files of a clone with a shell command, and push it back."""
    work = tmp_path / "work"
    for command in (
        ["git", "clone", "-q", str(town), str(work)],
        ["sh", "-c", change],
        ["git", "add", "-A"],
        ["git", "-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x"],
        ["git", "push", "-q", "origin", "HEAD:main"],
    ):
        folder = work if work.exists() else tmp_path
        subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            'for f in rounds/2023/*/*/*.json; do sed -i \'s/"id": "./"id": "z/\' $f; break; done',
            "不一致",
        ),
        ("for f in received/2023/*/*/*; do echo >> $f; break; done", "可能被改动"),
        ("rm -r receipts", "没有收件记录"),
        ("for f in rounds/2023/*/*/*.json; do echo '{' > $f; break; done", "is not JSON"),
    ],
)
def test_what_was_changed_behind_its_back_is_found(
    town: Path, tmp_path: Path, change: str, said: str
) -> None:
    _commit(town, change, tmp_path)
    done = invoke("-R", town, "check")
    assert done.exit_code == 1
    assert said in done.stdout
    assert "换回备份" in done.stdout


def test_an_object_that_is_damaged_is_found(town: Path) -> None:
    for pack in (town / "objects" / "pack").glob("*.pack"):
        data = bytearray(pack.read_bytes())
        data[len(data) // 2] ^= 0x55
        pack.chmod(0o644)
        pack.write_bytes(data)
    assert invoke("-R", town, "check").exit_code in {1, 3}


def test_a_backup_brings_everything_back(town: Path, tmp_path: Path) -> None:
    file = tmp_path / "town.bundle"
    assert invoke("-R", town, "backup", file).exit_code == 0
    before = [invoke("-R", town, *one).stdout for one in (["status", ROUND], ["log", "一号"])]
    shutil.rmtree(town)
    assert invoke("recover", file, town).exit_code == 0
    after = [invoke("-R", town, *one).stdout for one in (["status", ROUND], ["log", "一号"])]
    assert before == after
    assert invoke("-R", town, "check").exit_code == 0
    fsck = ["git", "-C", str(town), "fsck", "--strict"]
    subprocess.run(fsck, check=True, capture_output=True)


def test_git_reads_a_backup(town: Path, tmp_path: Path) -> None:
    file = tmp_path / "town.bundle"
    assert invoke("-R", town, "backup", file).exit_code == 0
    clone = ["git", "clone", "-q", "--bare", str(file), str(tmp_path / "clone")]
    subprocess.run(clone, check=True, capture_output=True)
    assert invoke("-R", tmp_path / "clone", "check").exit_code == 0


def test_a_backup_is_not_written_over_unasked(town: Path, tmp_path: Path) -> None:
    file = tmp_path / "town.bundle"
    file.write_text("mine")
    assert invoke("-R", town, "backup", file).exit_code == 3
    assert file.read_text() == "mine"
    assert invoke("-R", town, "backup", file, "--force").exit_code == 0
    assert file.read_bytes().startswith(b"# v2 git bundle")


@pytest.mark.parametrize("keep", [0, 1, 30, 200, -1, -25])
def test_a_cut_backup_restores_nothing(town: Path, tmp_path: Path, keep: int) -> None:
    file = tmp_path / "town.bundle"
    assert invoke("-R", town, "backup", file).exit_code == 0
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(XlsyncError, match="不是完整的备份"):
        api.recover(file, tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_nothing_is_restored_over_a_repository(town: Path, tmp_path: Path) -> None:
    file = tmp_path / "town.bundle"
    assert invoke("-R", town, "backup", file).exit_code == 0
    done = invoke("recover", file, town)
    assert done.exit_code == 3
    assert invoke("-R", town, "check").exit_code == 0
