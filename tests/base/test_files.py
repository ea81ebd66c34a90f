"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xlsync.base.errors import XlsyncError
from xlsync.base.files import make_folder, new_file, refuse_existing, write_file


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "表.json"
    write_file(path, b"one")
    write_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert [*tmp_path.iterdir()] == [path]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "表"
    path.mkdir()
    with pytest.raises(XlsyncError, match="表: cannot write"):
        write_file(path, b"data")
    assert [*tmp_path.iterdir()] == [path]


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(XlsyncError, match="cannot write: No such file"):
        write_file(tmp_path / "none" / "a", b"")


def test_an_interrupted_write_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    write_file(path, b"old")

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(XlsyncError, match="No space left"):
        write_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [path]


def test_a_folder_is_made_with_those_above(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_a_file_in_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(XlsyncError, match="a: is a file"):
        make_folder(tmp_path / "a")


def test_existing_files_are_not_written_over(tmp_path: Path) -> None:
    there, missing = tmp_path / "there", tmp_path / "missing"
    there.write_bytes(b"")
    refuse_existing([missing])
    with pytest.raises(XlsyncError, match="there: is there already"):
        refuse_existing([missing, there])


def test_a_file_written_in_pieces_is_there_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_file(path, b"old")

    def fail_halfway() -> None:
        with new_file(path) as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert path.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [path]
    with new_file(path) as file:
        file.write(b"one ")
        file.write(b"two")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"one two"
