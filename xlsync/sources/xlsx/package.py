"""The zip container: part names to streams of bytes, bounded and with checksums verified.

A part is found by its name in the sense of ECMA-376 part 2, clause 9.1: without regard to case,
with or without a leading slash, and with back slashes taken for slashes, as some programs write
them. What the zip directory says about sizes is never believed; bytes are counted as they come.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

from xlsync.sources.archive import ENCRYPTED, UTF8, ZIP_ERRORS
from xlsync.sources.xlsx import limits
from xlsync.sources.xlsx.budget import Budget, UnreadableError, damaged

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIRECTORY_ENTRY = b"PK\x01\x02"
_HEADER = b"PK\x03\x04"
_HEADER_BYTES = 30
_ROUNDABOUT = re.compile(r"\\|(?:^|/)\.{0,2}(?:/|$)")
"""What a name holds that is not spelled as that of a part: a blank segment, one of dots alone."""

Packed = tuple[bytes, int, int, int]
"""A part as it lies in the file: deflated bytes, checksum, size and method."""


def part_name(target: str, base: str = "") -> str | None:
    """Resolve a target against the folder of the part ``base``: ``../a.xml`` → ``xl/a.xml``.

    Returns None for a name that would climb out of the package.
    """
    if _ROUNDABOUT.search(target) is None:
        folder, slash, _ = base.rpartition("/")
        return f"{folder}{slash}{target}"
    target = target.replace("\\", "/")
    segments = [] if target.startswith("/") else base.split("/")[:-1]
    for segment in target.split("/"):
        if segment == "..":
            if not segments:
                return None
            segments.pop()
        elif segment not in {"", "."}:
            segments.append(segment)
    return "/".join(segments)


def _is_at_its_place(data: bytes, info: zipfile.ZipInfo) -> bool:
    """Whether the header before a member's content has the name that the directory gives it."""
    start = info.header_offset
    header = data[start : start + _HEADER_BYTES]
    if len(header) < _HEADER_BYTES or not header.startswith(_HEADER):
        return False
    length = int.from_bytes(header[-4:-2], "little")
    name = data[start + _HEADER_BYTES : start + _HEADER_BYTES + length]
    written = info.orig_filename
    encoding = "utf-8" if info.flag_bits & UTF8 or written.isascii() else "cp437"
    return name == written.encode(encoding, "replace")


def _inflated(deflated: bytes, size: int) -> bytes:
    """The bytes that were deflated, no more than one beyond the size that they should have."""
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(deflated, size + 1)


def _unsound(part: str) -> UnreadableError:
    return damaged(f"部件 {part} 解压失败或校验不符")


class Package:
    """The parts of one file and the budget that they are read under."""

    def __init__(self, data: bytes) -> None:
        """Read the zip directory; raises :class:`UnreadableError` when there is no sound one."""
        self.budget = Budget()
        self._data = data
        self._members: dict[str, list[zipfile.ZipInfo]] = {}
        # Each directory entry needs its signature, so this bound holds before any is read.
        if data.count(_DIRECTORY_ENTRY) > limits.MAX_MEMBERS:
            raise UnreadableError(
                f"文件内的部件超过 {limits.MAX_MEMBERS:,} 个，不是正常的工作簿，已停止读取。"
                "请把申报表内容复制到新的工作簿后再报送。"
            )
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except ZIP_ERRORS as error:
            raise damaged("文件不完整，可能在下载、传输或保存时被截断") from error
        for info in self._zip.infolist():
            # A name that differs hides a part that is only looked for, such as the comments.
            if not _is_at_its_place(data, info):
                raise damaged(f"压缩包目录与内容不符（{info.filename}）")
            name = part_name(info.filename)
            # A name outside the package is no part name; nothing can refer to it.
            if name and not info.is_dir():
                self._members.setdefault(name.lower(), []).append(info)

    def __contains__(self, part: str) -> bool:
        """Whether the part is there, readable or not."""
        return part.lower() in self._members

    def packed(self, part: str) -> Packed:
        """The part without unpacking it; what is equal in all of it unpacks to the same."""
        info = self._member(part)
        header = info.header_offset + _HEADER_BYTES
        lengths = self._data[header - 4 : header]
        start = header + sum(struct.unpack("<2H", lengths))
        deflated = self._data[start : start + info.compress_size]
        return deflated, info.CRC, info.file_size, info.compress_type

    def whole(self, part: str) -> bytes | None:
        """All bytes of a part, or None where it is too large to lie in memory at once.

        Raises :class:`UnreadableError` as :meth:`chunks` does.
        """
        if self._member(part).file_size > limits.MAX_WHOLE_BYTES:
            return None
        deflated, checksum, size, method = self.packed(part)
        try:
            data = _inflated(deflated, size) if method == zipfile.ZIP_DEFLATED else deflated
        except zlib.error as error:
            raise _unsound(part) from error
        if len(data) != size or zlib.crc32(data) != checksum:
            raise _unsound(part)
        self.budget.unpacked.spend(size)
        return data

    def chunks(self, part: str) -> Iterator[bytes]:
        """Yield the bytes of a part, at most ``limits.CHUNK_BYTES`` at a time.

        Raises :class:`UnreadableError` for a part that is missing, double, damaged (the CRC is
        verified at the end) or beyond the budget.
        """
        whole = self.whole(part)
        if whole is not None:
            for start in range(0, len(whole), limits.CHUNK_BYTES):
                yield whole[start : start + limits.CHUNK_BYTES]
            return
        try:
            with self._zip.open(self._member(part)) as stream:
                while chunk := stream.read(limits.CHUNK_BYTES):
                    self.budget.unpacked.spend(len(chunk))
                    yield chunk
        except ZIP_ERRORS as error:
            raise _unsound(part) from error

    def _member(self, part: str) -> zipfile.ZipInfo:
        """The one zip member that is the part, in a form that can be unpacked in bounds."""
        members = self._members.get(part.lower())
        if members is None:
            raise damaged(f"缺少部件 {part}")
        if len(members) > 1:
            # Programs disagree which of them counts, so what one shows another would not.
            raise damaged(f"部件 {part} 出现 {len(members)} 次")
        if members[0].flag_bits & ENCRYPTED:
            raise UnreadableError("文件的压缩包设有密码，无法读取。请取消密码后再报送。")
        # Part 2, annex C allows these two alone; zipfile unpacks the others without bounds.
        if members[0].compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise damaged(f"部件 {part} 的压缩方式不受支持")
        return members[0]
