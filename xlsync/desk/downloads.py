"""Files for the browser: always as attachments, under names that every system allows."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from xlsync.api import safe_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_ANY = "application/octet-stream"


def file_names(name: str) -> dict[str, str]:
    """The headers that make an attachment of an answer."""
    from urllib.parse import quote  # noqa: PLC0415 - of downloads alone

    stem, dot, suffix = name.rpartition(".")
    safe = safe_name(stem, suffix=f".{suffix}") if dot else safe_name(name)
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(safe, safe='')}"}


def attachment(data: bytes, name: str) -> Response:
    """Bytes to be saved under a name."""
    return Response(data, media_type=_ANY, headers=file_names(name))


def file_attachment(path: Path, name: str | None = None) -> Response:
    """A file to be saved; 404 where it is gone."""
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type=_ANY, headers=file_names(name or path.name))


def made_attachment(make: Callable[[Path], object], name: str) -> Response:
    """A file that ``make`` makes now at the path it is given, and that goes once it was sent."""
    folder = tempfile.TemporaryDirectory(prefix="xlsync-desk-")
    try:
        path = Path(folder.name) / f"made{Path(name).suffix}"
        make(path)
        return FileResponse(
            path,
            media_type=_ANY,
            headers=file_names(name),
            background=BackgroundTask(folder.cleanup),
        )
    except BaseException:
        folder.cleanup()
        raise


def zipped(files: Iterable[tuple[Path, str]], name: str) -> Response:
    """Files in one archive, each under the name that stands beside it."""

    def make(path: Path) -> None:
        # Workbooks are compressed already.
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED, strict_timestamps=False) as archive:
            for file, inner in files:
                archive.write(file, inner)

    return made_attachment(make, name)


def made_archive(make: Callable[[Path], Iterable[Path]], name: str, stem: str) -> Response:
    """Several files that are made now, in one archive; ``stem`` is what the first is called."""
    with tempfile.TemporaryDirectory(prefix="xlsync-desk-") as folder:
        return zipped([(one, one.name) for one in make(Path(folder) / stem)], name)


def below(folder: Path, name: str) -> Path:
    """A file somewhere below a folder, by a name that came from outside; 404 for any other."""
    try:
        path = (folder / name).resolve()
        is_inside = path.is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, ValueError):
        is_inside = False
    if not is_inside:
        raise HTTPException(404)
    return path
