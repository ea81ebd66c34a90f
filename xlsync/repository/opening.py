"""Opening a git repository on disk, with every way in which that fails said in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dulwich.errors import NotGitRepository
from dulwich.repo import Repo, UnsupportedExtension, UnsupportedVersion

from xlsync.base.errors import XlsyncError

if TYPE_CHECKING:
    from pathlib import Path


def open_repo(path: Path | str) -> Repo:
    """Open a bare git repository, whatever is in it.

    Raises:
        XlsyncError: when there is none, or it is one with a work tree.
    """
    try:
        repo = Repo(str(path))
    except NotGitRepository:
        raise XlsyncError(f"no repository in {path}; make one with `xlsync init`") from None
    except (OSError, ValueError, UnsupportedExtension, UnsupportedVersion) as error:
        raise XlsyncError(f"cannot open the repository {path}: {error}") from error
    if not repo.bare:
        repo.close()
        raise XlsyncError(f"{repo.path} is a working copy; make a bare one with `git clone --bare`")
    return repo
