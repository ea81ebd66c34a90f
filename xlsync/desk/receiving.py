"""Files that the browser sends, written to disk piece by piece as they come.

What is sent is hostile: its size is bounded, its number of files and fields too, names are made
safe, a sender that falls silent or drips is not waited for (:mod:`~xlsync.desk.patience`), and
whatever ends early leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import parse_qs

from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from starlette.requests import ClientDisconnect

from xlsync.api import XlsyncError, safe_name
from xlsync.desk.jobs import disk_trouble
from xlsync.desk.patience import BodyPatience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from python_multipart.multipart import MultipartCallbacks
    from starlette.requests import Request

MAX_BYTES = 4 * 1024 * 1024 * 1024
MAX_FILES = 20_000
MAX_FIELD = 1024 * 1024
MAX_FIELDS = 20_000


class RefusedError(XlsyncError):
    """What was sent is not taken; the message says why and what to do."""


@dataclass
class Sent:
    """What a form was sent with: values by name, and files by the name of their field."""

    folder: Path | None
    values: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[Path]] = field(default_factory=dict)
    is_kept: bool = False
    """Whether somebody else removes the files, once a job is done with them."""

    def value(self, name: str, default: str = "") -> str:
        """The last value of a field, without blanks around it."""
        found = self.values.get(name)
        return found[-1].strip() if found else default

    def drop(self) -> None:
        """Remove the files from the disk."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


async def receive(request: Request, limit: int = MAX_BYTES) -> Sent:
    """Take a form with files; they lie in a new folder, which the caller drops.

    Raises:
        RefusedError: when there is too much of anything, or it is no form.
    """
    content_type, boundary = _content_type(request.headers.get("content-type", ""))
    if content_type == "application/x-www-form-urlencoded":
        return await _plain_form(request)
    if content_type != "multipart/form-data" or not boundary:
        raise RefusedError("没有收到填写的内容。请回到上一页，重新填写再发送。")
    _check_length(request.headers.get("content-length"), limit)
    folder = Path(tempfile.mkdtemp(prefix="xlsync-desk-"))
    sent = Sent(folder)
    try:
        with _Parts(sent, folder).closing() as parts:
            parser = MultipartParser(boundary, parts.callbacks())
            await _feed(request, parser.write, limit)
            parser.finalize()
            parts.check_whole()
    except BaseException as error:
        sent.drop()
        if isinstance(error, OSError):
            raise RefusedError(f"文件存不下来。{disk_trouble(error)}") from None
        raise
    return sent


async def _plain_form(request: Request) -> Sent:
    """A form without files."""
    body = bytearray()
    await _feed(request, body.extend, MAX_FIELD * 8)
    try:
        values = parse_qs(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS
        )
    except ValueError:
        raise RefusedError("填写的内容太多，没有收下。请分几次发送。") from None
    return Sent(None, values)


async def _feed(request: Request, take: Callable[[bytes], object], limit: int) -> None:
    total, patience = 0, BodyPatience()
    stream = request.stream().__aiter__()
    try:
        while True:
            piece = await asyncio.wait_for(anext(stream), patience.left())
            patience.renew(len(piece))
            total += len(piece)
            if total > limit:
                raise _too_large(limit)
            take(piece)
    except StopAsyncIteration:
        return
    except (TimeoutError, ClientDisconnect):
        raise RefusedError("文件没有传完就断开了，没有收下。请重新发送。") from None
    except MultipartParseError:
        raise RefusedError("发送的内容不完整，没有收下。请重新选择文件再发送。") from None


def _content_type(text: str) -> tuple[str, str]:
    message = Message()
    message["content-type"] = text
    boundary = message.get_param("boundary")
    return message.get_content_type(), boundary if isinstance(boundary, str) else ""


def _check_length(text: str | None, limit: int) -> None:
    if text is not None and text.isdecimal() and int(text) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> RefusedError:
    size = f"{limit // 1024**3} GB" if limit >= 1024**3 else f"{limit // 1024**2} MB"
    return RefusedError(f"一次发送的文件超过 {size}，没有收下。请分几次发送。")


class _Parts:
    """The parts of a form as the parser finds them."""

    def __init__(self, sent: Sent, folder: Path) -> None:
        self.sent = sent
        self.folder = folder
        self.is_whole = False
        self._name = b""
        self._value = b""
        self._headers: dict[str, str] = {}
        self._field = ""
        self._file: IO[bytes] | None = None
        self._text: bytearray | None = None
        self._count = 0

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._add_name,
            "on_header_value": self._add_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._open,
            "on_part_data": self._write,
            "on_part_end": self._close,
            "on_end": self._end,
        }

    @contextmanager
    def closing(self) -> Iterator[_Parts]:
        try:
            yield self
        finally:
            if self._file is not None:
                self._file.close()

    def check_whole(self) -> None:
        """Make sure that the form came to its end."""
        if not self.is_whole:
            raise RefusedError("文件没有传完。请重新选择文件再发送。")

    def _begin(self) -> None:
        self._headers = {}

    def _add_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value.decode("utf-8", "replace")
        self._name = self._value = b""

    def _open(self) -> None:
        """Begin a field or a file; each file lies in a folder of its own, under its own name."""
        self._field, filename = _disposition(self._headers.get("content-disposition", ""))
        self._count += 1
        if self._count > MAX_FILES + MAX_FIELDS:
            raise RefusedError(f"一次发送的文件超过 {MAX_FILES} 个，没有收下。请分几次发送。")
        if filename is None:
            self._text = bytearray()
        elif filename:
            folder = self.folder / f"{self._count:06}"
            folder.mkdir()
            path = folder / filename
            self._file = path.open("xb")
            self.sent.files.setdefault(self._field, []).append(path)

    def _write(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
        elif self._text is not None:
            self._text += data[start:end]
            if len(self._text) > MAX_FIELD:
                raise RefusedError("填写的内容太长，没有收下。请缩短后再发送。")

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
        if self._text is not None:
            text = self._text.decode("utf-8", "replace")
            self.sent.values.setdefault(self._field, []).append(text)
        self._file = self._text = None

    def _end(self) -> None:
        self.is_whole = True


def _disposition(text: str) -> tuple[str, str | None]:
    """The name of a field, and a safe name of a file: None for no file, empty for none chosen."""
    options = _options(text)
    filename = options.get("filename")
    if not filename:
        return options.get("name", ""), filename
    # A browser that sends a folder says where in it each file lay.
    last = filename.replace("\\", "/").rpartition("/")[2]
    stem, dot, suffix = last.rpartition(".")
    name = safe_name(stem if dot else last, suffix=safe_name(f"x.{suffix[:20]}")[1:] if dot else "")
    return options.get("name", ""), name


def _options(text: str) -> dict[str, str]:
    """The options of a Content-Disposition as browsers write it (WHATWG: UTF-8, %22 for quotes)."""
    found: dict[str, str] = {}
    rest = text.partition(";")[2]
    while rest:
        name, _, rest = rest.partition("=")
        if rest.startswith('"'):
            value, _, rest = rest[1:].partition('"')
        else:
            value, _, rest = rest.partition(";")
        found[name.strip(" ;").lower()] = value.replace("%22", '"').replace("%0D%0A", " ").strip()
    return found
