"""Git objects as this package sees them: folders of entries, read and edited by hash.

A folder whose hash is known needs no second look, so reading stops at folders that were seen
before, and editing makes new objects for the touched folders only.
"""

from __future__ import annotations

import os
import stat
import struct
import zlib
from collections import defaultdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from dulwich.errors import (
    ApplyDeltaError,
    ChecksumMismatch,
    FileFormatException,
    ObjectFormatException,
)
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tree
from dulwich.refs import SymrefLoop

from xlsync.base.errors import XlsyncError
from xlsync.base.files import safe_text
from xlsync.repository.pack_reading import PackReader

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

    from dulwich.object_store import DiskObjectStore

_MAX_FACTS = 800_000
"""Ten rounds of 10,000 projects, each with what went out, what came, what was decided, and what its
record says: its form, its digest, its figures, its warnings."""

_FILE = 0o100644
_FOLDER = 0o040000

DAMAGE = (
    # What dulwich raises for objects, packs, indexes and refs that are not what they should be;
    # it says much of it by assertions.
    *(ApplyDeltaError, ChecksumMismatch, FileFormatException, ObjectFormatException),
    *(AssertionError, EOFError, IndexError, KeyError, OSError, OverflowError, ValueError),
    *(struct.error, zlib.error, SymrefLoop),
)

_FORBIDDEN = frozenset({b"", b".", b"..", b".git"})
"""Names that git forbids in a folder (``git fsck``: hasDot, hasDotdot, hasDotgit, emptyName)."""

_Kind = TypeVar("_Kind", bound=ShaFile)
_Value = TypeVar("_Value")
Fact = TypeVar("Fact")
_Below = dict[str, dict[str, _Value]]


def damaged(place: str, what: object) -> XlsyncError:
    """The error that says that a repository is damaged, and what to do about it."""
    return XlsyncError(
        f"版本库 {place} 已损坏（{what}）。请用 `git fsck` 查看，换回备份，"
        "或从共享的版本库重新取一份（git clone --bare）。"
    )


def check_tree(tree: Tree) -> None:
    """Refuse a folder with an entry whose name leads elsewhere, as ``git fsck`` does.

    Raises:
        XlsyncError: when a name is ``.``, ``..``, ``.git`` or empty, or holds a slash.
    """
    for name in tree:
        if name.lower() in _FORBIDDEN or b"/" in name or b"\\" in name:
            shown = safe_text(_text(name))
            raise XlsyncError(
                f"版本库里有不允许的文件名 {shown!r}（目录 {tree.id.decode()[:10]}），"
                "可能被人动过手脚，未读取；请换回备份，并告知共享版本库的管理员。"
            )


def checked(found: ShaFile) -> ShaFile:
    """An object on its way here; folders with names that git forbids stay outside."""
    if isinstance(found, Tree):
        check_tree(found)
    return found


def in_file(sha: ObjectID) -> Placed:
    """What a folder says of a plain file."""
    return Placed(_FILE, sha)


def folder_of(entries: Mapping[str, Placed]) -> Tree:
    """A folder with these entries."""
    made = Tree()
    for name, one in entries.items():
        made[_key(name)] = (one.mode, one.sha)
    return made


def in_folder(folder: Tree) -> Placed:
    """What the folder above says of a folder."""
    return Placed(_FOLDER, folder.id)


class Child(NamedTuple):
    """One entry of a folder."""

    name: str
    sha: ObjectID
    is_folder: bool


class Placed(NamedTuple):
    """What a folder says of one entry: git's mode, which tells files and folders, and the hash."""

    mode: int
    sha: ObjectID

    @property
    def is_folder(self) -> bool:
        """Whether a folder stands there."""
        return stat.S_ISDIR(self.mode)


Edit = tuple[str, ObjectID | Placed | None]
"""A path, and what is to stand there; None for nothing."""


class Facts:
    """What was read out of files, by their content: it holds in every commit that has them.

    A program that looks at a repository again and again keeps one, and reads what changed only.
    What is kept must not be changed by those who are given it.
    """

    def __init__(self) -> None:
        """Begin without any; threads may share it."""
        self._kept: dict[tuple[Hashable, ObjectID], Any] = {}

    def of(self, sha: ObjectID, kind: Hashable, make: Callable[[], Fact]) -> Fact:
        """What ``make`` says of the file, asked once for each kind; what it raises is not kept."""
        key = kind, sha
        if key in self._kept:
            found: Fact = self._kept[key]
            return found
        if len(self._kept) >= _MAX_FACTS:
            self._kept = {}
        made = self._kept[key] = make()
        return made


class Objects:
    """The objects of one repository, by hash."""

    def __init__(self, store: DiskObjectStore, facts: Facts | None = None) -> None:
        """Read from this object store; ``facts`` were read before, and are added to."""
        self.facts = facts
        self._store = store
        self._packs = PackReader(store)
        self._kept: dict[ObjectID, ShaFile] = {}
        self.folder = os.fspath(store.path)

    def release(self) -> None:
        """Let go of the pack files, which the store is about to close, and of what was kept."""
        self._packs.release()
        self._kept = {}

    def keep(self, made: Iterable[ShaFile]) -> None:
        """Read these as if the store held them, until :meth:`release`."""
        self._kept.update((one.id, one) for one in made)

    def holds(self, sha: ObjectID) -> bool:
        """Whether there is such an object."""
        return sha in self._store

    def commit(self, sha: ObjectID) -> Commit:
        """A commit; XlsyncError when it cannot be read."""
        return self._read(sha, Commit)

    def data(self, sha: ObjectID) -> bytes:
        """The bytes of a file; XlsyncError when they cannot be read."""
        return self._read(sha, Blob).data

    def children(self, folder: ObjectID | None) -> Iterator[Child]:
        """What stands in a folder, in git's order; nothing for None."""
        if folder is None:
            return
        for name, mode, sha in self._entries(folder):
            yield Child(name, sha, stat.S_ISDIR(mode))

    def placed(self, folder: ObjectID | None) -> dict[str, Placed]:
        """What stands in a folder, by name, with its mode; nothing for None."""
        if folder is None:
            return {}
        return {name: Placed(mode, sha) for name, mode, sha in self._entries(folder)}

    def folders(self, folder: ObjectID | None) -> Iterator[Child]:
        """The folders in a folder."""
        return (child for child in self.children(folder) if child.is_folder)

    def files(self, folder: ObjectID | None) -> Iterator[Child]:
        """The files in a folder."""
        return (child for child in self.children(folder) if not child.is_folder)

    def may_name(self, folder: ObjectID, text: bytes) -> bool:
        """Whether a text may occur in a name in a folder, which costs less than to list it."""
        return text in self._read(folder, Tree).as_raw_string()

    def raw_folder(self, folder: ObjectID) -> bytes:
        """A folder as git has it, refused where git forbids an entry (see :func:`check_tree`)."""
        tree = self._read(folder, Tree)
        check_tree(tree)
        return tree.as_raw_string()

    def find(self, folder: ObjectID | None, path: str) -> ObjectID | None:
        """The hash of what stands at a path below a folder; None when nothing does."""
        return self.find_all(folder, [path]).get(path)

    def find_all(self, folder: ObjectID | None, paths: Iterable[str]) -> dict[str, ObjectID]:
        """The hashes of what stands at these paths, reading each folder on the way once."""
        if folder is None:
            return {}
        tree = self._read(folder, Tree)
        here, below = _split(dict.fromkeys(paths))
        found = {name: tree[_key(name)][1] for name in here if _key(name) in tree}
        for name, deeper in below.items():
            for path, sha in self.find_all(_folder(tree, name), deeper).items():
                found[f"{name}/{path}"] = sha
        return found

    def edit(
        self, folder: ObjectID | None, edits: Iterable[Edit], keep: Callable[[Tree], object]
    ) -> Tree:
        """Put files at paths below a folder, or take them away (None).

        What is ``Placed`` keeps its mode, as somebody else has set it.

        Args:
            folder: the folder as it is; None for an empty one.
            edits: paths and what is to stand there, in the order of the paths.
            keep: is given each new folder below as soon as it is whole; none that is left empty.

        Returns:
            the new folder.
        """
        tree = self._read(folder, Tree) if folder else Tree()
        for (name, is_below), group in groupby(edits, _first_part):
            if is_below:
                deeper = ((path[len(name) + 1 :], what) for path, what in group)
                child = self.edit(_folder(tree, name), deeper, keep)
                if len(child):
                    keep(child)
                _set(tree, name, _FOLDER, child.id if len(child) else None)
                continue
            for _, what in group:
                mode, sha = what if isinstance(what, Placed) else (_FILE, what)
                _set(tree, name, mode, sha)
        return tree

    def _entries(self, folder: ObjectID) -> Iterator[tuple[str, int, ObjectID]]:
        """The entries of a folder, refused where git forbids one (see :func:`check_tree`)."""
        tree = self._read(folder, Tree)
        check_tree(tree)
        for name, mode, sha in tree.iteritems():
            yield _text(name), mode, sha

    def _read(self, sha: ObjectID, kind: type[_Kind]) -> _Kind:
        try:
            found = self._load(sha)
        except DAMAGE as error:
            found, reason = None, f" ({type(error).__name__})"
        else:
            reason = ""
        if not isinstance(found, kind):
            raise damaged(
                str(Path(self.folder).parent), f"{kind.__name__.lower()} {sha.decode()}{reason}"
            )
        return found

    def _load(self, sha: ObjectID) -> ShaFile:
        if sha in self._kept:
            return self._kept[sha]
        return self._packs[sha]


def _split(paths: Mapping[str, _Value]) -> tuple[dict[str, _Value], _Below[_Value]]:
    """What stands in a folder itself, and what stands below, by the next folder's name."""
    here: dict[str, _Value] = {}
    below: _Below[_Value] = defaultdict(dict)
    for path, value in paths.items():
        name, slash, rest = path.partition("/")
        if slash:
            below[name][rest] = value
        else:
            here[name] = value
    return here, below


def _first_part(edit: Edit) -> tuple[str, bool]:
    """The first part of a path, and whether anything follows it."""
    name, slash, _ = edit[0].partition("/")
    return name, bool(slash)


def _folder(tree: Tree, name: str) -> ObjectID | None:
    if _key(name) not in tree:
        return None
    mode, sha = tree[_key(name)]
    return sha if stat.S_ISDIR(mode) else None


def _set(tree: Tree, name: str, mode: int, sha: ObjectID | None) -> None:
    if sha is not None:
        tree[_key(name)] = (mode, sha)
    elif _key(name) in tree:
        del tree[_key(name)]


# A name that is not UTF-8 is not ours, but it has to survive being read and written back.


def _text(name: bytes) -> str:
    return name.decode(errors="surrogateescape")


def _key(name: str) -> bytes:
    return name.encode(errors="surrogateescape")
