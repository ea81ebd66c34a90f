"""Writing files whole or not at all, and never over something that may be worth keeping."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from xlsync.errors import XlsyncError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import IO

TEMPORARY = ".xlsync-"
"""How the names of files begin that are still being written."""


def make_folder(folder: Path) -> None:
    """Make a folder and those above it.

    Raises:
        XlsyncError: when it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise XlsyncError(f"{folder}: is a file, not a folder; name another folder") from None
    except OSError as error:
        raise XlsyncError(f"{folder}: cannot make this folder: {error.strerror}") from None


def refuse_existing(paths: Iterable[Path]) -> None:
    """Make sure that nothing stands where files are going to be written.

    Raises:
        XlsyncError: naming the first file that is there already.
    """
    for path in paths:
        if path.exists():
            raise XlsyncError(f"{path}: is there already; move it away, or use --force")


def write_file(path: Path, data: bytes) -> None:
    """Write under a temporary name beside the file, then rename: never half a file.

    Raises:
        XlsyncError: when the file cannot be written; what stood there before still stands.
    """
    with new_file(path) as file:
        file.write(data)


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to be written piece by piece, which is there, and whole, once the block has ended.

    Raises:
        XlsyncError: when the file cannot be written; what stood there before still stands.
    """
    temporary = None
    try:
        handle, name = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            yield file
        temporary.chmod(0o644)
        temporary.replace(path)
        temporary = None
    except OSError as error:
        # Windows refuses to replace a file that an office program has open.
        hint = "; is it open in another program?" if isinstance(error, PermissionError) else ""
        raise XlsyncError(f"{path}: cannot write: {error.strerror}{hint}") from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
