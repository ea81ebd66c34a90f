"""Finding the files that came: in folders and archives, each told and none passed over unseen.

Whatever a folder holds is an arrival, also what cannot be opened: a folder without rights, a link
to a folder, a pipe. What systems and office programs leave beside files (AppleDouble, lock files)
is noise; it is collected apart, so that it can be told once.
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING

from xlsync.base.problems import problem
from xlsync.sources.archive import Archive, names
from xlsync.sources.sniffing import Format, sniff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from xlsync.base.problems import Problem

MAX_BYTES = 256 * 1024 * 1024
"""A file larger than that is not read into memory at all."""

_MOST_NAMED = 5
"""Files that are named one by one where there are many of a kind."""

_LEFT_BEHIND = {"thumbs.db", "desktop.ini", ".ds_store", "icon\r"}
_FOLDERS = {"__macosx", ".git", ".svn", ".spotlight-v100", ".trashes", ".fseventsd"}
_GIT = {"HEAD", "objects", "refs"}
"""What stands in every bare git repository, such as our own."""

_APPLE = "._"
_LOCKS = ("~$", ".~")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that came: its bytes where they are at hand already, and why it cannot be read."""

    path: Path
    data: bytes | None = None
    problem: Problem | None = None


def find_files(paths: Iterable[Path], passed: list[Path] | None = None) -> Iterator[Path]:
    """The files themselves, and everything in the folders, in order of names.

    A folder that cannot be entered, or is a link, stands for itself; :func:`loaded` says why.
    Noise goes to ``passed``; what is named by itself is none.
    """
    passed = [] if passed is None else passed
    for path in paths:
        if _inside(path) is not None:
            yield from _walked(path, passed)
        else:
            yield path


def _walked(folder: Path, passed: list[Path]) -> Iterator[Path]:
    inside = _inside(folder)
    if inside is None:
        yield folder
        return
    if {one.name for one in inside} >= _GIT:
        passed.append(folder)
        return
    for entry in inside:
        path = folder / entry.name
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
        except OSError:
            is_folder = False
        if is_noise(entry.name) or _is_apple_double(path):
            passed.append(path)
        elif is_folder:
            yield from _walked(path, passed)
        else:
            yield path


def _inside(folder: Path) -> list[os.DirEntry[str]] | None:
    """What stands in a folder, or None where nobody may know."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda one: one.name)
    except OSError:
        return None


def is_noise(name: str) -> bool:
    """Whether a file or a folder of this name was left by a system or an office program.

    ``name`` may have the folders in front of it, as in an archive.
    """
    *folders, last = name.lower().split("/")
    if last in _FOLDERS or _FOLDERS.intersection(folders):
        return True
    return last in _LEFT_BEHIND or last.startswith(_LOCKS)


def _is_apple_double(path: Path) -> bool:
    """Whether a file is the second half that macOS sets beside one on foreign disks."""
    if not path.name.startswith(_APPLE):
        return False
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb") as file:
            return sniff(file.read(8)) is Format.NOISE
    except OSError:
        return False


def find_arrivals(paths: Iterable[Path], passed: list[Path] | None = None) -> Iterator[Arrival]:
    """Every file that :func:`find_files` finds, with those of an archive in place of it."""
    passed = [] if passed is None else passed
    for path in find_files(paths, passed):
        yield from unpacked(path, passed)


def unpacked(path: Path, passed: list[Path] | None = None) -> Iterator[Arrival]:
    """A file, or the files of an archive.

    An archive of which something could not be read comes itself too, behind its files.
    """
    whole = loaded(Arrival(path))
    if whole.data is None or whole.problem or not _is_archive(whole.data):
        yield whole
        return
    if path.suffix.lower() not in Format.ARCHIVE.endings and names(BytesIO(whole.data)) is None:
        message = "文件已损坏或不完整，可能没有下载完或没有保存成功，请重新发送。"
        yield replace(whole, problem=problem("X001", message))
        return
    found = Archive(BytesIO(whole.data), is_noise, _is_archive)
    is_empty = True
    for member in found:
        if sniff(member.data[:8]) is Format.NOISE:
            found.passed.append(member.name)
            continue
        is_empty = False
        yield Arrival(path / member.name, member.data)
    if passed is not None:
        passed += [path / name for name in found.passed]
    if found.failures:
        count = len(found.failures)
        listed = named(found.failures)
        message = f"压缩包里有 {count} 处没有读出：{listed}。请解压后重新发送。"
        yield replace(whole, problem=problem("X001", message))
    elif is_empty:
        yield replace(whole, problem=problem("X003", "压缩包里没有可以读取的文件。"))


def named(names: list[str]) -> str:
    """Some names as a sentence lists them; of many the first."""
    more = "等" if len(names) > _MOST_NAMED else ""
    return "、".join(names[:_MOST_NAMED]) + more


def _is_archive(data: bytes) -> bool:
    return sniff(data) is Format.ARCHIVE


def loaded(arrival: Arrival) -> Arrival:
    """The file with its bytes, or with why they cannot be had."""
    if arrival.data is not None:
        return arrival
    try:
        return Arrival(arrival.path, _bytes(arrival.path), arrival.problem)
    except _RefusedError as error:
        reason = str(error)
    except OSError as error:
        reason = f"文件打不开：{_reason(error)}"
    return replace(arrival, data=b"", problem=problem("X001", f"{reason}。"))


class _RefusedError(Exception):
    """Why a file is not opened at all, in Chinese."""


def _bytes(path: Path) -> bytes:
    """The bytes of a regular file; opening a pipe would wait, a device has no end."""
    about = path.stat()
    if stat.S_ISDIR(about.st_mode):
        if path.is_symlink():
            raise _RefusedError("这是指向另一个文件夹的链接，没有进入，请直接指定那个文件夹")
        os.scandir(path).close()
        raise IsADirectoryError(errno.EISDIR, "")
    if not stat.S_ISREG(about.st_mode):
        raise _RefusedError("这不是普通文件（而是管道、设备等），没有读取")
    if about.st_size > MAX_BYTES:
        raise _RefusedError(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，未读取")
    with path.open("rb", buffering=0) as file:  # a buffer would only be copied
        return file.readall()


def _reason(error: OSError) -> str:
    """Why a file does not open, as the coordinator reads it."""
    reasons = {
        errno.ENOENT: "文件不存在",
        errno.EACCES: "没有读取权限，或正被其他程序占用",
        errno.EPERM: "没有读取权限，或正被其他程序占用",
        errno.EISDIR: "这是一个文件夹",
        errno.ELOOP: "链接互相指向，没有尽头",
        errno.ENAMETOOLONG: "路径过长，请移到上层文件夹或缩短名称",
    }
    return reasons.get(error.errno or 0, f"系统错误 {error.errno}")
