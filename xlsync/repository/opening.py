"""Opening a git repository on disk, with every way in which that fails said in one line.

A repository on a shared drive is hostile until it was read: what stands in its control files is
looked at before git's rules are followed, and nothing in them is read without end.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dulwich.errors import NotGitRepository
from dulwich.objectspec import AmbiguousShortId, parse_commit
from dulwich.refs import HEADREF
from dulwich.repo import Repo, UnsupportedExtension, UnsupportedVersion

from xlsync.base.errors import MistypedError, XlsyncError
from xlsync.base.files import refuse_full
from xlsync.repository.objects import DAMAGE, damaged

if TYPE_CHECKING:
    from dulwich.objects import ObjectID

_CONTROL_FILES = (
    *("HEAD", "config", "config.worktree", "packed-refs", "commondir", "shallow"),
    *("objects/info/alternates", "objects/info/commit-graph"),
)
_MAX_CONTROL_BYTES = 4_000_000
"""Of one control file; 10,000 packed refs are 0.6 MB."""

_BRANCH = b"main"

_INCLUDE = re.compile(rb"^\s*\[\s*include", re.IGNORECASE | re.MULTILINE)
_SHA1 = re.compile(rb"[0-9a-f]{40}")


def open_repo(path: Path | str) -> Repo:
    """Open a bare git repository, whatever is in it.

    Raises:
        XlsyncError: when there is none, it is one with a work tree, or it is damaged.
    """
    for name in _CONTROL_FILES:
        _check_control_file(Path(path) / name)
    _check_plain(Path(path))
    try:
        repo = Repo(str(path))
    except NotGitRepository:
        raise XlsyncError(f"no repository in {path}; make one with `xlsync init`") from None
    except (UnsupportedExtension, UnsupportedVersion) as error:
        raise XlsyncError(
            f"版本库 {path} 用了本程序不认得的 git 格式（{error}），如 SHA-256；"
            "请用 `git clone --bare` 重新取一份默认（SHA-1）格式的。"
        ) from error
    except OSError as error:
        raise XlsyncError(
            f"cannot open the repository {path}: {error.strerror or error}"
        ) from error
    except DAMAGE as error:
        raise damaged(str(path), _reason(error)) from error
    if not repo.bare:
        repo.close()
        raise XlsyncError(f"{repo.path} is a working copy; make a bare one with `git clone --bare`")
    # Git writes a bitmap for the one pack that it made; dulwich then asks all packs for theirs.
    store = repo.object_store
    without = partial(store.get_reachability_provider, prefer_bitmaps=False)
    store.get_reachability_provider = without  # type: ignore[method-assign]
    return repo


def head_of(repo: Repo) -> ObjectID:
    """The last commit of the branch.

    Raises:
        XlsyncError: when there is none, or what leads to it is damaged.
    """
    try:
        _, sha = repo.refs.follow(HEADREF)
    except DAMAGE as error:
        raise damaged(repo.path, _reason(error)) from error
    if sha is None:
        raise XlsyncError(f"the git repository {repo.path} is not one of xlsync: it has no commit")
    if _SHA1.fullmatch(sha) is None:
        raise damaged(repo.path, "HEAD 指向的不是一个提交")
    return sha


def new_repo(folder: Path) -> Repo:
    """Make a bare git repository in a folder that is new or empty.

    Raises:
        XlsyncError: when it holds something, or cannot be made.
    """
    try:
        refuse_full(folder)
        folder.mkdir(parents=True, exist_ok=True)
        return Repo.init_bare(str(folder), default_branch=_BRANCH)
    except OSError as error:
        raise XlsyncError(
            f"cannot make a repository in {folder}: {error.strerror or error}"
        ) from error


def commit_of(repo: Repo, revision: str) -> ObjectID:
    """The commit that goes by a name: a whole or abbreviated id, a branch or a tag.

    Raises:
        MistypedError: when no commit, or more than one, goes by it.
    """
    try:
        return parse_commit(repo, revision.encode(errors="replace")).id
    except AmbiguousShortId:
        raise MistypedError(f"{revision!r} fits more than one commit; write more of it") from None
    except DAMAGE:
        raise MistypedError(f"{revision!r} is no commit, branch or tag of the repository") from None


def _check_control_file(path: Path) -> None:
    """Refuse a control file that is no plain file of a reasonable size, or that includes others."""
    try:
        if not path.exists():
            return
        if not path.is_file() or path.stat().st_size > _MAX_CONTROL_BYTES:
            raise damaged(str(path.parent), f"{path.name} 不是正常的文件")
        if path.name.startswith("config") and _INCLUDE.search(path.read_bytes()):
            raise XlsyncError(
                f"{path} 里有 include，会读入别处的文件，未打开；"
                "请把其中的 include 一节删去（个人设置放在自己的 ~/.gitconfig 里）。"
            )
    except OSError as error:
        raise XlsyncError(
            f"cannot open the repository {path.parent}: {error.strerror or error}"
        ) from error


def _check_plain(folder: Path) -> None:
    """Refuse branches and packs that are devices, pipes or links to them, or without end."""
    try:
        for path in (*(folder / "refs").rglob("*"), *(folder / "objects" / "pack").glob("*")):
            is_ref = path.is_relative_to(folder / "refs")
            if path.is_dir():
                continue
            is_gone = not path.is_symlink() and not path.exists()
            if is_gone:  # another process was faster
                continue
            if not path.is_file() or (is_ref and path.stat().st_size > _MAX_CONTROL_BYTES):
                raise damaged(str(folder), f"{path.name} 不是正常的文件")
    except OSError as error:
        raise XlsyncError(
            f"cannot open the repository {folder}: {error.strerror or error}"
        ) from error


def _reason(error: BaseException) -> str:
    return str(error).strip() or type(error).__name__
