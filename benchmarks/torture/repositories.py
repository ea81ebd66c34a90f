"""Repositories that were damaged in some fifty ways, each by a function of its folder."""

from __future__ import annotations

import os
import shutil
import struct
from typing import TYPE_CHECKING

from dulwich.repo import Repo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _packs(folder: Path, suffix: str) -> list[Path]:
    return sorted((folder / "objects" / "pack").glob(f"*{suffix}"))


def _each(suffix: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        for path in _packs(folder, suffix):
            data = path.read_bytes()
            path.chmod(0o644)
            path.write_bytes(change(data))

    return damage


def _head(text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "HEAD").write_text(text) and None


def _branch(data: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / "refs" / "heads" / "main").write_bytes(data) and None


def _config(text: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        with (folder / "config").open("a") as file:
            file.write(text)

    return damage


def _link(name: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to("/dev/zero")

    return damage


def _fifo(folder: Path) -> None:
    (folder / "packed-refs").unlink(missing_ok=True)
    os.mkfifo(folder / "packed-refs")


def _as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


def _blob(folder: Path) -> bytes:
    """The hash of some file in the repository."""
    with Repo(str(folder)) as repo:
        store = repo.object_store
        return bytes(next(sha for sha in store if store[sha].type_name == b"blob"))


DAMAGES: dict[str, Callable[[Path], None]] = {
    "pack empty": _each(".pack", lambda _: b""),
    "pack cut in half": _each(".pack", lambda data: data[: len(data) // 2]),
    "pack without its head": _each(".pack", lambda data: data[12:]),
    "pack of another version": _each(
        ".pack", lambda data: data[:4] + struct.pack(">I", 9) + data[8:]
    ),
    "pack all zeros": _each(".pack", lambda data: bytes(len(data))),
    "pack with one byte changed": _each(
        ".pack", lambda data: data[:40] + bytes([data[40] ^ 255]) + data[41:]
    ),
    "index empty": _each(".idx", lambda _: b""),
    "index cut": _each(".idx", lambda data: data[:100]),
    "index all ones": _each(".idx", lambda data: b"\xff" * len(data)),
    "index of another version": _each(".idx", lambda data: data[:4] + b"\0\0\0\x09" + data[8:]),
    "index gone": lambda folder: [path.unlink() for path in _packs(folder, ".idx")] and None,
    "pack gone": lambda folder: [path.unlink() for path in _packs(folder, ".pack")] and None,
    "branch empty": _branch(b""),
    "branch is no hash": _branch(b"hello\n"),
    "branch of nothing": _branch(b"1" * 40 + b"\n"),
    "branch is binary": _branch(b"\0\xff\n"),
    "branch names itself": _branch(b"ref: refs/heads/main\n"),
    "HEAD empty": _head(""),
    "HEAD is no hash": _head("nothing\n"),
    "HEAD leads outside": _head("ref: ../../etc/passwd\n"),
    "HEAD names itself": _head("ref: HEAD\n"),
    "HEAD has no end": _link("HEAD"),
    "config has no end": _link("config"),
    "config is none": _config("[core\nhello\n"),
    "config includes": _config("[include]\n\tpath = /dev/zero\n"),
    "config of SHA-256": _config(
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n"
    ),
    "config of another version": _config("[core]\n\trepositoryformatversion = 7\n"),
    "packed refs has no end": _link("packed-refs"),
    "packed refs is a pipe": _fifo,
    "objects gone": lambda folder: shutil.rmtree(folder / "objects" / "pack"),
    "pack of one byte": _each(".pack", lambda data: data[:1]),
    "pack without its end": _each(".pack", lambda data: data[:-20]),
    "pack with another end": _each(".pack", lambda data: data[:-20] + bytes(20)),
    "pack of another file": _each(".pack", lambda _: b"PK\x03\x04" + bytes(4_000)),
    "pack that counts four billion objects": _each(
        ".pack", lambda data: data[:8] + b"\xff" * 4 + data[12:]
    ),
    "pack with every second byte changed": _each(
        ".pack", lambda data: bytes(one ^ 85 if at % 2 else one for at, one in enumerate(data))
    ),
    "index without its head": _each(".idx", lambda data: data[8:]),
    "index all zeros": _each(".idx", lambda data: bytes(len(data))),
    "index with another fan-out": _each(
        ".idx", lambda data: data[:8] + b"\xff" * 1_024 + data[1_032:]
    ),
    "index that places everything at the end": _each(
        ".idx", lambda data: data[:-60] + b"\x7f\xff\xff\xff" * 5 + data[-40:]
    ),
    "branch is a folder": lambda folder: _as_folder(folder / "refs" / "heads" / "main"),
    "branch has no end": lambda folder: _link("refs/heads/main")(folder),
    "branch of half a hash": lambda folder: _cut(folder / "refs" / "heads" / "main", 20),
    "branch of a file": lambda folder: _branch(_blob(folder) + b"\n")(folder),
    "HEAD is binary": lambda folder: (folder / "HEAD").write_bytes(b"\xff\xfe\0") and None,
    "HEAD names nothing": _head("ref: \n"),
    "HEAD of another branch": _head("ref: refs/heads/other\n"),
    "HEAD gone": lambda folder: (folder / "HEAD").unlink(),
    "HEAD is a folder": lambda folder: _as_folder(folder / "HEAD"),
    "config of 10 MB": _config("# x\n" * 2_500_000),
    "config is a folder": lambda folder: _as_folder(folder / "config"),
    "packed refs of noise": lambda folder: (
        (folder / "packed-refs").write_bytes(b"\xff\n")
        and (folder / "refs" / "heads" / "main").unlink()
    ),
    "refs gone": lambda folder: shutil.rmtree(folder / "refs"),
    "everything empty": lambda folder: (
        [path.unlink() for path in folder.rglob("*") if path.is_file()] and None
    ),
}
"""What a broken disk, a cut copy or a person who means harm makes of a repository."""
