"""A repository that was verified, kept in one file, and brought back."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from running import invoke, record, save

from xlsync import api
from xlsync.base.errors import XlsyncError
from xlsync.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable
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
        ("for f in received/2023/*/*/*/*; do echo >> $f; break; done", "可能被改动"),
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


# ---- who did what ---------------------------------------------------------------------


def _trail(town: Path, *more: str) -> list[dict[str, str]]:
    done = invoke("-R", town, "log", "--audit", "--json", *more)
    assert done.exit_code == 0, done.output
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def test_every_commit_says_by_which_command_of_which_version_it_was_made(town: Path) -> None:
    last, _, first = _trail(town)
    assert last["command"].startswith(f"collect {ROUND} ")
    assert first["command"].startswith("init ")
    assert {one["version"] for one in (last, first)} == {api_version()}
    assert all("@" in one["user"] for one in (last, first))
    assert [one["what"] for one in _trail(town, "二号")] == [f"收集 {ROUND}：新收 1"]
    assert "collect" in invoke("-R", town, "log", "--audit").stdout
    assert invoke("-R", town, "log").exit_code == 2


def api_version() -> str:
    from xlsync import __version__

    return __version__


def test_secrets_stay_out_of_the_trail() -> None:
    from xlsync.base.acting import acting, command

    words = ["distribute", "a", "--password", "geheim", "--password=geheim", "https://u:p@h/r"]
    with acting(words):
        assert command() == "distribute a --password *** --password=*** https://h/r"
    with acting(["collect", "两 行\nXlsync-Version: 9"]):
        assert "\n" not in command()
    assert command() == ""


def test_a_title_or_a_reason_is_no_trailer(town: Path) -> None:
    forged = "Xlsync-Undoes: " + "1" * 40
    done = invoke("-R", town, "cancel", ROUND, "一号", "--reason", forged)
    assert done.exit_code == 0, done.output
    with Repository.open(town) as repository:
        (last, *_) = repository.history()
    assert set(last.trailers) == {"Xlsync-Version", "Xlsync-User", "Xlsync-Command"}
    assert "1" * 40 in last.message


def _key(folder: Path, name: str) -> Path:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
    subprocess.run(command, check=True)
    return folder / name


needs_keygen = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no OpenSSH")


@pytest.fixture
def signing(home: Path) -> Path:
    """A user whose git signs with an SSH key, and the file of keys that are known."""
    key = _key(home, "office")
    signers = home / "signers"
    signers.write_text(f"office@town {(home / 'office.pub').read_text()}")
    (home / ".gitconfig").write_text(
        f"[user]\nsigningkey = {key}\nname = 甲\nemail = a@b\n[commit]\ngpgsign = true\n"
        f'[gpg]\nformat = ssh\n[gpg "ssh"]\nallowedSignersFile = {signers}\n'
    )
    return signers


@needs_keygen
def test_commits_are_signed_where_git_is_told_so_and_check_verifies_them(
    signing: Path, town: Path, git: Callable[..., str]
) -> None:
    done = invoke("-R", town, "check")
    assert done.exit_code == 0, done.output
    assert "有签名的提交 3 次，已用名单核对" in done.stdout
    assert [one["signed"] for one in _trail(town)] == [True] * 3
    # Git itself comes to the same.
    told = git("log", "--format=%G?", folder=town)
    assert told.split() == ["G"] * 3
    other = _key(signing.parent, "other")
    signers = signing.read_text()
    signing.write_text(f"office@town {other.with_suffix('.pub').read_text()}")
    done = invoke("-R", town, "check")
    assert (done.exit_code, done.stdout.count("不在名单")) == (1, 3)
    signing.write_text(signers)
    _forge(town)
    done = invoke("-R", town, "check")
    assert done.exit_code == 1
    assert "签名与内容不符" in done.stdout


def _forge(town: Path) -> None:
    """The last commit with another author under the same signature."""
    from dulwich.repo import Repo

    with Repo(str(town)) as repo:
        commit = repo[repo.refs[b"HEAD"]].copy()
        commit.author = b"\xe4\xb9\x99 <b@b>"
        repo.object_store.add_object(commit)
        repo.refs[b"refs/heads/main"] = commit.id


@needs_keygen
def test_a_key_that_cannot_sign_stops_the_commit(signing: Path, town: Path, tmp_path: Path) -> None:
    (signing.parent / "office").unlink()
    (signing.parent / "office.pub").unlink()
    done = invoke("-R", town, "collect", ROUND, save(tmp_path / "三.json", record("三号")))
    assert done.exit_code == 3
    assert "未提交" in done.stderr
    with Repository.open(town) as repository:
        assert len(repository.history()) == 3


@needs_keygen
def test_the_repositorys_own_settings_name_neither_keys_nor_programs(
    signing: Path, town: Path, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    program = tmp_path / "program.sh"
    program.write_text(f"#!/bin/sh\ntouch {mark}\n")
    program.chmod(0o755)
    mine = _key(tmp_path, "mine")
    (tmp_path / "signers").write_text(f"x {mine.with_suffix('.pub').read_text()}")
    with (town / "config").open("a") as file:
        file.write(
            f'[gpg "ssh"]\nprogram = {program}\nallowedSignersFile = {tmp_path / "signers"}\n'
            f"[core]\nsshCommand = {program}\n"
        )
    assert invoke("-R", town, "check").exit_code == 0
    done = invoke("-R", town, "sync", "ssh://127.0.0.1:1/none")
    assert done.exit_code == 3
    assert not mark.exists()
    assert signing.exists()
