"""Received files beside the repository: kept by their SHA-256, named by a pointer in git.

A pointer is a small document where the bytes would stand; a file that is one was never received,
since it would have to name the beginning of its own SHA-256. The bytes lie in a folder beside
git's own, or at an address that the user has named too: what a repository says alone must not
send files to strangers.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.request import url2pathname

from dulwich.object_store import PACK_MODE

from xlsync.base.errors import XlsyncError
from xlsync.base.record import canonical_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

BESIDE = "beside"
"""The setting of a repository whose originals lie in a folder of its own."""

FOLDER = "originals"
_SHARED = "file://"
"""Before the path of a folder that several machines share."""

_KEY = "sha256"
DIGEST = re.compile(r"[0-9a-f]{64}")
_LONGEST_POINTER = 200
HALF = "tmp_"
"""How the names of files that are being written begin."""
MAX_BYTES = 1024 * 1024 * 1024
"""Of one original; what is collected is smaller."""

AT_ONCE = 8
"""Files that are written at the same time: each of them waits for a disk, or for a server."""


class OriginalError(XlsyncError):
    """An original that cannot be had: it is not there, or not what was received."""


class DamagedError(OriginalError):
    """An original that is there, and is something else than was received."""


class Originals(Protocol):
    """Where originals lie."""

    def has(self, digest: str) -> bool:
        """Whether there is an original of this SHA-256, be it sound or not."""

    def read(self, digest: str) -> bytes:
        """Its bytes, compared with the SHA-256; OriginalError where they cannot be had."""

    def write(self, files: Iterable[tuple[str, bytes]]) -> int:
        """Keep files by their SHA-256, each whole or not at all; how many were written.

        Raises:
            XlsyncError: when they cannot be written.
        """

    def digests(self) -> Iterator[str]:
        """The SHA-256 of everything that is there."""


def pointer(digest: str) -> bytes:
    """What stands in git for an original."""
    return canonical_bytes({_KEY: digest})


def pointed(data: bytes, key: str) -> str | None:
    """The SHA-256 that a file of a received file's folder points to; None: it is the original."""
    if len(data) > _LONGEST_POINTER or not data.startswith(b"{"):
        return None
    try:
        found = json.loads(data)
    except ValueError:
        return None
    digest = found.get(_KEY) if isinstance(found, dict) and len(found) == 1 else None
    is_one = isinstance(digest, str) and DIGEST.fullmatch(digest) and digest.startswith(key)
    return digest if is_one else None


class FolderOriginals:
    """Originals in a folder, by the first two digits of their SHA-256."""

    def __init__(self, folder: Path) -> None:
        """Keep them in this folder, which is made once there is one."""
        self.folder = folder

    def has(self, digest: str) -> bool:
        """Whether there is a file of this name."""
        return self._path(digest).is_file()

    def read(self, digest: str) -> bytes:
        """The bytes of an original; OriginalError where they are not what was received."""
        path = self._path(digest)
        try:
            # A pipe or a device would be read without end.
            if not path.is_file():
                raise OriginalError(_missing(digest))
            if path.stat().st_size > MAX_BYTES:
                raise DamagedError(_damaged(digest, str(path)))
            data = path.read_bytes()
        except OSError as error:
            raise OriginalError(f"{path}：原件读不出来（{error.strerror or error}）。") from error
        return checked(digest, data, str(path))

    def write(self, files: Iterable[tuple[str, bytes]]) -> int:
        """Keep files that are not there, several at once."""
        try:
            return _at_once(self._write, files)
        except OSError as error:
            told = error.strerror or error
            raise XlsyncError(f"原件写不进 {self.folder}（{told}），没有提交。") from error

    def digests(self) -> Iterator[str]:
        """The names of all files."""
        if self.folder.is_dir():
            for shard in sorted(self.folder.iterdir()):
                if shard.is_dir():
                    names = sorted(one.name for one in shard.iterdir())
                    yield from filter(DIGEST.fullmatch, names)

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest

    def _write(self, digest: str, data: bytes) -> bool:
        """Write a file under a temporary name, flush it, and put it in its place."""
        path = self._path(digest)
        # One that was cut or changed is put right by whoever has the bytes.
        if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
            try:
                os.utime(path)  # a commit is about to point to it, so it is nobody's leftover
            except FileNotFoundError:
                pass
            else:
                return False
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=HALF, dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(PACK_MODE)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _flush_folder(path.parent)
        return True


class AddressOriginals:
    """Originals at an address that fsspec knows, such as ``s3://bucket/folder``."""

    def __init__(self, address: str) -> None:
        """Speak to what is there.

        Raises:
            XlsyncError: when fsspec, or what it needs for this address, is not installed.
        """
        self.address = address.rstrip("/")
        self._files, self._root = _opened(self.address)

    def has(self, digest: str) -> bool:
        """Whether there is an original of this name; OriginalError where nobody answers."""
        return bool(self._asked(lambda: self._files.exists(self._path(digest))))

    def read(self, digest: str) -> bytes:
        """The bytes of an original; OriginalError where they are not what was received."""

        def ask() -> bytes | None:
            try:
                data: bytes = self._files.cat_file(self._path(digest))
            except FileNotFoundError:
                return None
            return data

        data = self._asked(ask)
        if data is None:
            raise OriginalError(_missing(digest))
        return checked(digest, data, f"{self.address}/{digest[:2]}/{digest}")

    def write(self, files: Iterable[tuple[str, bytes]]) -> int:
        """Put files there, be they there already; an object store shows them whole or not."""
        return _at_once(self._write, files)

    def digests(self) -> Iterator[str]:
        """The names of everything there."""
        found = self._asked(lambda: self._files.find(self._root))
        names = (str(one).rpartition("/")[2] for one in found)
        yield from filter(DIGEST.fullmatch, names)

    def _path(self, digest: str) -> str:
        return f"{self._root}/{digest[:2]}/{digest}"

    def _write(self, digest: str, data: bytes) -> bool:
        def put() -> bool:
            # To ask whether it is there costs more than to put it there again, which also puts
            # right what was damaged.
            self._files.pipe_file(self._path(digest), data)
            return True

        return bool(self._asked(put))

    def _asked(self, ask: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever is asked for
        try:
            return ask()
        except XlsyncError:
            raise
        except Exception as error:  # each kind of store has errors of its own
            told = " ".join(str(error).split())[:200] or type(error).__name__
            raise OriginalError(f"原件库 {self.address} 没有应答：{told}。") from error


def _at_once(write: Callable[[str, bytes], bool], files: Iterable[tuple[str, bytes]]) -> int:
    """Write files, several at the same time, as many as memory holds well; how many were new."""
    waiting: deque[Future[bool]] = deque()
    count = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for digest, data in files:
            waiting.append(pool.submit(write, digest, data))
            if len(waiting) > 2 * AT_ONCE:
                count += waiting.popleft().result()
        return count + sum(one.result() for one in waiting)


def originals_of(folder: Path, setting: str) -> Originals:
    """Where the originals of the repository in a folder lie, after its setting.

    Raises:
        XlsyncError: when the setting is an address that the user has not named too, or a shared
            folder that is not there.
    """
    if setting == BESIDE:
        return FolderOriginals(folder / FOLDER)
    check_named(setting)
    if setting.startswith(_SHARED):
        shared = Path(url2pathname(setting.removeprefix(_SHARED)))
        # Files would land on this machine's own disk where a share is not mounted.
        if not shared.is_dir():
            raise XlsyncError(f"原件库 {setting} 打不开：这台电脑上没有这个文件夹。")
        return FolderOriginals(shared)
    return AddressOriginals(setting)


def check_named(address: str) -> None:
    """Make sure that the user's own settings name an address.

    Raises:
        XlsyncError: when they do not.
    """
    from dulwich.config import StackedConfig  # noqa: PLC0415 - only where there is an address

    named: list[str] = [os.environ.get("XLSYNC_ORIGINALS", "")]
    found = StackedConfig.default().get_multivar((b"xlsync",), b"originals")
    named += [one.decode(errors="replace") for one in found]
    if address.rstrip("/") not in {one.rstrip("/") for one in named}:
        raise XlsyncError(
            f"这个版本库的原件放在 {address}，但你的设置里没有它，没有连接。确认无误后运行 "
            f"git config --global --add xlsync.originals {address}（或设 XLSYNC_ORIGINALS）。"
        )


def checked(digest: str, data: bytes, place: str) -> bytes:
    """The bytes themselves; OriginalError where they are not those of the SHA-256."""
    if hashlib.sha256(data).hexdigest() != digest:
        raise DamagedError(_damaged(digest, place))
    return data


def _opened(address: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - an extra

        protocol = address.partition("://")[0]
        waits = {"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": 3}}
        # More than one part at a time makes the library ask for the size before each reading.
        options = (
            {"config_kwargs": waits, "max_concurrency": 1} if protocol in {"s3", "s3a"} else {}
        )
        # What others put there meanwhile has to be seen.
        files, root = url_to_fs(address, use_listings_cache=False, **options)
    except ImportError as error:
        raise XlsyncError(
            f"原件库 {address} 要用的组件没有安装（{error}）；请运行 pip install xlsync[store]。"
        ) from error
    except Exception as error:
        raise XlsyncError(f"原件库 {address} 打不开：{error}") from error
    return files, str(root).rstrip("/")


def _flush_folder(folder: Path) -> None:
    """Let the name of a new file outlive a power cut, where the system can do that."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _missing(digest: str) -> str:
    return (
        f"原件 {digest[:16]} 不在本库的原件库里；请从有它的共用版本库取来"
        "（xlsync sync 地址 --originals），或从备份恢复。"
    )


def _damaged(digest: str, place: str) -> str:
    return (
        f"原件 {digest[:16]} 与收件时的摘要不符，已损坏（{place}）；"
        "请把它移开，再从共用版本库或备份取回，或把手头的原文件再收集一次。"
    )
