"""Zip archives that say one thing and hold another, and a place to read them safely."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsx_parts import parts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

STORED, DEFLATED = 0, 8

# Reads the file named by its argument. VmHWM is the peak of this program alone; ru_maxrss also
# counts what its parent held when it was forked, so it serves only where there is no /proc.
# The time is the processor's, which does not depend on what else the machine does.
_READER = """
import json, resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
from xlsync.sources.xlsx import read
data = Path(sys.argv[1]).read_bytes()
start = time.process_time()
found = read(data)
seconds = time.process_time() - start
status = Path("/proc/self/status")
if status.exists():
    peak = int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
json.dump({
    "seconds": seconds,
    "megabytes": peak,
    "codes": [item.code for item in found.problems],
    "messages": [item.message for item in found.problems],
    "cells": sum(len(sheet.cells) for sheet in found.sheets),
}, sys.stdout)
"""


@dataclass(frozen=True)
class Member:
    """A zip member as it stands in the archive; the figures may be lies."""

    name: str
    raw: bytes
    size: int
    crc: int = 0
    method: int = DEFLATED

    @classmethod
    def of(cls, name: str, content: str | bytes) -> Member:
        data = content.encode() if isinstance(content, str) else content
        deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
        raw = deflater.compress(data) + deflater.flush()
        return cls(name, raw, len(data), zlib.crc32(data))


@dataclass(frozen=True)
class Outcome:
    seconds: float
    megabytes: float
    codes: list[str]
    messages: list[str]
    cells: int


def repeated(head: str, unit: str, megabytes: int, tail: str = "") -> tuple[bytes, int]:
    """Deflate ``head``, then ``unit`` over and over, then ``tail``: (raw bytes, length)."""
    block = unit.encode() * max(1, 2**20 // len(unit.encode()))
    times = max(1, megabytes * 2**20 // len(block))
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = deflater.compress(head.encode()) + deflater.flush(zlib.Z_FULL_FLUSH)
    # After a full flush a block stands for itself: packed once, it can be repeated as it is.
    packed = deflater.compress(block) + deflater.flush(zlib.Z_FULL_FLUSH)
    end = deflater.compress(tail.encode()) + deflater.flush()
    return start + packed * times + end, len(head) + len(block) * times + len(tail)


def archive(members: Iterable[Member]) -> bytes:
    body, directory = bytearray(), bytearray()
    count = 0
    for member in members:
        name = member.name.encode()
        sizes = (member.crc, len(member.raw), member.size, len(name), 0)
        common = struct.pack("<HHHHHIIIHH", 20, 0x800, member.method, 0, 33, *sizes)
        directory += b"PK\x01\x02\x14\x00" + common + struct.pack("<HHHII", 0, 0, 0, 0, len(body))
        directory += name
        body += b"PK\x03\x04" + common + name + member.raw
        count += 1
    count = min(count, 0xFFFF)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    return bytes(body + directory + end)


def with_bomb(part: str, bomb: tuple[bytes, int], **changes: str | bytes | None) -> bytes:
    """A workbook in which one part is a bomb."""
    members = [Member.of(name, text) for name, text in parts(**changes).items() if name != part]
    return archive([*members, Member(part, *bomb)])


def read_apart(data: bytes, folder: Path) -> Outcome:
    """Read in a process of its own that is ended where it takes a gigabyte or 30 seconds."""
    path = folder / "bomb.xlsx"
    path.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", _READER, str(path)], capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return Outcome(**json.loads(done.stdout))
