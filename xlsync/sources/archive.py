"""Zip archives of returned files: the files in them, one after the other, within bounds.

What a damaged archive looks like, and the flags of a member, hold for any reader of zip files
and are shared with the reader of .xlsx.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENCRYPTED = 0x1
UTF8 = 0x800
"""Flags of a member (APPNOTE 4.4.4)."""

MAX_MEMBERS = 20_000
"""Files in an archive: twice the largest round."""


ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""Everything that zipfile was seen to raise over damaged archives."""


MAX_DIRECTORY_BYTES = 8 * 1024 * 1024
"""The directory is read as a whole, and each of its entries costs some ten times its size."""
MAX_MEMBER_BYTES = 64 * 1024 * 1024
MAX_BYTES = 1024 * 1024 * 1024
"""All files of an archive together, with those of the archives in it."""
MAX_RATIO = 300
"""A file that packs better than this and is not small is no form."""

MAX_GROWTH = 100
"""How many times an archive's own size all its files may have together, where that is not small."""

_SMALL = 4 * 1024 * 1024
_SMALL_TOTAL = 64 * 1024 * 1024
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_LARGE_MARK = b"PK\x06\x07"
_LARGE_LOCATOR = struct.Struct("<4sLQL")
_LARGE_END = struct.Struct("<4sQ2H2L4Q")
_UNKNOWN = 0xFFFFFFFF
_LONGEST_COMMENT = 0xFFFF

_REASONS = {
    "password": "设有密码",
    "method": "压缩方式不受支持",
    "large": f"超过 {MAX_MEMBER_BYTES // 1024 // 1024} MB",
    "ratio": "压缩比异常",
    "total": "解压后的总量过大",
    "empty": "空文件",
    "damaged": "已损坏",
    "nested": "是压缩包里的压缩包里的压缩包",
}


class Member(NamedTuple):
    """A file in an archive: its name with the folders in it, and its bytes."""

    name: str
    data: bytes


class Archive:
    """The files of one archive; what could not be read is in ``failures``, in Chinese."""

    def __init__(
        self, file: BinaryIO, is_noise: Callable[[str], bool], is_archive: Callable[[bytes], bool]
    ) -> None:
        """Read the files of an archive.

        ``is_noise`` is asked with a whole name whether the file is passed over, and ``passed``
        are the names of those that were; ``is_archive`` with bytes whether they are one as well.
        """
        self.failures: list[str] = []
        self.passed: list[str] = []
        self._file = file
        self._is_noise = is_noise
        self._is_archive = is_archive
        size = file.seek(0, 2)
        self._left = min(MAX_BYTES, max(_SMALL_TOTAL, MAX_GROWTH * size))

    def __iter__(self) -> Iterator[Member]:
        """The files in the order of the directory, those of inner archives in their place."""
        return self._members(self._file, "", is_inner=False)

    def _members(self, file: BinaryIO, folder: str, *, is_inner: bool) -> Iterator[Member]:
        archive = _opened(file)
        if isinstance(archive, str):
            self.failures.append(f"{folder}{archive}" if not folder else f"{folder}（{archive}）")
            return
        for info in archive.infolist():
            name = _name(info)
            if info.is_dir() or not name or name.endswith("/"):
                continue
            path = f"{folder}/{name}" if folder else name
            if self._is_noise(name):
                self.passed.append(path)
                continue
            data = self._read(archive, info)
            if isinstance(data, str):
                self.failures.append(f"{path}（{data}）")
            elif not self._is_archive(data):
                yield Member(path, data)
            elif is_inner:
                self.failures.append(f"{path}（{_REASONS['nested']}）")
            else:
                yield from self._members(BytesIO(data), path, is_inner=True)

    def _read(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | str:
        """The bytes of a member, or why there are none."""
        reason = _refusal(info) or ("total" if info.file_size > self._left else None)
        if reason is not None:
            return _REASONS[reason]
        try:
            with archive.open(info) as stream:
                data = stream.read(MAX_MEMBER_BYTES + 1)
        except ZIP_ERRORS:
            return _REASONS["damaged"]
        self._left -= len(data)
        return data or _REASONS["empty"]


def names(file: BinaryIO) -> list[str] | None:
    """The names of all members, or None where the directory cannot be read or is too large."""
    archive = _opened(file)
    return None if isinstance(archive, str) else archive.namelist()


def member(data: bytes, name: str, most: int) -> bytes | None:
    """The bytes of one member; None where there is none, it is damaged or larger than ``most``."""
    archive = _opened(BytesIO(data))
    if isinstance(archive, str):
        return None
    try:
        info = archive.getinfo(name)
        if info.flag_bits & ENCRYPTED or info.file_size > most:
            return None
        with archive.open(info) as stream:
            found = stream.read(most + 1)
    except (KeyError, *ZIP_ERRORS):
        return None
    return found if len(found) <= most else None


def _opened(file: BinaryIO) -> zipfile.ZipFile | str:
    """An archive whose directory is in bounds, or what is wrong with it."""
    try:
        if _directory_size(file) > MAX_DIRECTORY_BYTES:
            return f"压缩包里的文件超过 {MAX_MEMBERS:,} 个"
        archive = zipfile.ZipFile(file)
    except ZIP_ERRORS:
        return "压缩包已损坏或不完整"
    if len(archive.infolist()) > MAX_MEMBERS:
        return f"压缩包里的文件超过 {MAX_MEMBERS:,} 个"
    return archive


def _directory_size(file: BinaryIO) -> int:
    """How many bytes the directory has, as the end of the file says; that many will be read."""
    end = file.seek(0, 2)
    start = max(0, end - _LONGEST_COMMENT - _END.size - _LARGE_LOCATOR.size)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(_END_MARK)
    if at < 0:
        return 0
    size: int = _END.unpack_from(tail, at)[5]
    before = at - _LARGE_LOCATOR.size
    if before >= 0 and tail[before:].startswith(_LARGE_MARK):
        file.seek(_LARGE_LOCATOR.unpack_from(tail, before)[2])
        size = max(size % _UNKNOWN, _LARGE_END.unpack(file.read(_LARGE_END.size))[8])
    return size


def _refusal(info: zipfile.ZipInfo) -> str | None:
    """Why a member is not read at all."""
    if info.flag_bits & ENCRYPTED:
        return "password"
    # zipfile unpacks all others without bounds, or not at all.
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return "method"
    if info.file_size > MAX_MEMBER_BYTES:
        return "large"
    if info.file_size > max(_SMALL, MAX_RATIO * info.compress_size):
        return "ratio"
    return None


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name as its sender saw it, without what would lead out of the archive.

    Programs that do not say that a name is UTF-8 write it in the code page of their system.
    """
    name = info.orig_filename.partition("\0")[0]
    if not info.flag_bits & UTF8:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    parts = name.replace("\\", "/").split("/")
    if parts[0].endswith(":"):
        del parts[0]
    return "/".join(part for part in parts if part not in {"", ".", ".."})
