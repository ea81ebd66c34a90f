"""Files: safe names for them, and writing them whole or not at all.

Project names and units become file names here, and the files travel: what this module returns
is allowed on Windows, macOS and Linux, shows on screen what it is (no invisible characters),
and is no name that git, Excel or a shell gives a meaning of its own. Nothing that may be worth
keeping is written over unasked, and in a preview (:mod:`xlsync.base.acting`) nothing is written.
"""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from xlsync.base.acting import is_preview
from xlsync.base.errors import XlsyncError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import IO

# All three systems allow 255 bytes or 255 characters; the rest is room for what other programs
# add to a name (`.lock`, ` - 副本`, `.crdownload`).
MAX_BYTES = 200

_EMPTY = "_"

# The tilde is allowed, but `~$name.xlsx` is Excel's lock file and `GIT~1` a short name of `.git`.
_LOOK_ALIKES = str.maketrans('<>:"/\\|?*~', "＜＞：＂／＼｜？＊～")

_BLANKS = re.compile(r"\s+")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0000-\U000e0fff]"
)
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)", re.IGNORECASE
)
_NO_NAME = re.compile(r"[\x00-\x1f\\:]")
"""What stands in no name of a file: on Windows a colon names a drive or a stream of a file."""

TEMPORARY = ".xlsync-"
"""How the names of files begin that are still being written."""


def safe_name(text: str, *, suffix: str = "") -> str:
    """One file name that says what the text says.

    Args:
        text: any text at all, also an empty one.
        suffix: put behind the name and never cut; itself safe and short, such as ``.xlsx``.

    Returns:
        a name in Unicode form NFC, 1 to 200 bytes long in UTF-8.
    """
    name = safe_text(text)
    if name.startswith(("-", ".")):
        name = _EMPTY + name[1:]
    name = _cut(name, MAX_BYTES - len(suffix.encode())) or _EMPTY
    if _DEVICE.match(name + suffix):
        name = _EMPTY + _cut(name, MAX_BYTES - len((_EMPTY + suffix).encode()))
    return name + suffix


def safe_text(text: str) -> str:
    """The text in characters that a name may hold: for a part of a name, or to look for one.

    Nothing is cut, and an empty text stays empty. Unicode form NFC; a run of blanks becomes one
    blank, what cannot be seen goes.
    """
    if not text.isprintable():
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    text = _BLANKS.sub(" ", _INVISIBLE.sub("", text))
    text = _UNPRINTABLE.sub(_EMPTY, text)
    return unicodedata.normalize("NFC", text).strip(" ").translate(_LOOK_ALIKES)


def unique_names(texts: Iterable[str], *, suffix: str = "") -> list[str]:
    """One safe name for each text, in order, no two of them equal to any file system.

    A name that differs from an earlier one in case or Unicode form alone gets `` (2)``,
    `` (3)``, … before its suffix.
    """
    names: list[str] = []
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for text in texts:
        name = safe_name(text, suffix=suffix)
        first = key = _folded(name)
        while key in taken:
            counts[first] = counts.get(first, 1) + 1
            name = safe_name(text, suffix=f" ({counts[first]}){suffix}")
            key = _folded(name)
        taken.add(key)
        names.append(name)
    return names


def _cut(name: str, size: int) -> str:
    """At most so many bytes of a name, no half character, no dot or blank at its end."""
    return name.encode()[:size].decode(errors="ignore").rstrip(" .")


def _folded(name: str) -> str:
    """What a file system that ignores case and Unicode form may make of a name."""
    name = unicodedata.normalize("NFD", name)
    # Systems fold with tables of their own, some to upper case, some to lower.
    return unicodedata.normalize("NFD", name.upper().casefold())


def within(folder: Path, name: str) -> Path:
    """The path of a name below a folder, whoever the name came from.

    Names of rosters, returned files and shared repositories are hostile until they went through
    here. ``name`` may lead through folders, set apart by ``/``; none of them may lead out.

    Raises:
        XlsyncError: when it is no name below the folder.
    """
    parts = name.split("/")
    if any(part in {"", ".", ".."} or _NO_NAME.search(part) for part in parts):
        raise XlsyncError(
            f"{safe_text(name)!r} 不是 {folder} 里可用的文件名，未写出；"
            "它来自版本库或名册，请检查来源（可用 xlsync check 检查版本库）。"
        )
    return folder.joinpath(*parts)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it.

    Raises:
        XlsyncError: when it cannot be made.
    """
    try:
        if not is_preview() or folder.is_file():
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


def refuse_full(folder: Path) -> None:
    """Make sure that a folder is new or empty.

    Raises:
        XlsyncError: when something stands in it.
    """
    if folder.is_file():
        raise XlsyncError(f"{folder}: is a file, not a folder; name another folder")
    if folder.exists() and any(folder.iterdir()):
        raise XlsyncError(f"{folder}: is not empty; name a new folder, or remove this one")


def write_file(path: Path, data: bytes) -> None:
    """Write under a temporary name beside the file, then rename: never half a file.

    Raises:
        XlsyncError: when the file cannot be written; what stood there before still stands.
    """
    if is_preview():
        return
    with new_file(path) as file:
        file.write(data)


def put_file(path: Path, data: bytes, *, force: bool) -> None:
    """Write a file, and the folder that it stands in.

    Raises:
        XlsyncError: when it cannot be written, or is there already without ``force``.
    """
    if not force:
        refuse_existing([path])
    make_folder(path.parent)
    write_file(path, data)


def put_files(folder: Path, named: Iterable[tuple[str, bytes]]) -> list[Path]:
    """Write files into a folder one after the other; their paths.

    Nothing that is there is written over: what is the same stays, and beside another file of the
    name the new one gets a number, since people fill in such files where they lie.

    Raises:
        XlsyncError: when one cannot be written.
    """
    make_folder(folder)
    paths: list[Path] = []
    for name, data in named:
        wanted = within(folder, name)
        path, number = wanted, 1
        while path in paths or (path.exists() and not _holds(path, data)):
            number += 1
            stem = safe_name(wanted.stem, suffix=f" ({number}){wanted.suffix}")
            path = wanted.with_name(stem)
        if not path.exists():
            write_file(path, data)
        paths.append(path)
    return paths


def put_together(folder: Path, stem: str, parts: Mapping[str, bytes]) -> list[Path]:
    """Write files that share a name, by their endings, as :func:`put_files` writes one.

    Raises:
        XlsyncError: when one cannot be written.
    """
    number, name = 1, stem
    while any(
        path.exists() and not _holds(path, data)
        for path, data in ((folder / f"{name}{ending}", data) for ending, data in parts.items())
    ):
        number += 1
        name = safe_name(stem, suffix=f" ({number})")
    paths = [folder / f"{name}{ending}" for ending in parts]
    for path, data in zip(paths, parts.values(), strict=True):
        if not path.exists():
            write_file(path, data)
    return paths


def _holds(path: Path, data: bytes) -> bool:
    """Whether a file has this content; one that cannot be read has another."""
    try:
        return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


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
        with os.fdopen(handle, "w+b") as file:
            yield file
        temporary.chmod(0o644)
        temporary.replace(path)
        temporary = None
    except OSError as error:
        # Windows refuses to replace a file that an office program has open.
        if isinstance(error, PermissionError):
            raise XlsyncError(f"{path}: cannot write; is it open in another program?") from None
        raise XlsyncError(f"{path}: cannot write: {error.strerror}") from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
