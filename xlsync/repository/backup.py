"""Backups: the whole repository as one file, a git bundle, and back.

A bundle is git's own format (gitformat-bundle): ``git clone FILE`` reads it too. It is read back
before it takes its name, so that a backup that is there can be restored.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, cast

from dulwich.bundle import create_bundle_from_repo, read_bundle, write_bundle
from dulwich.pack import PackData, PackInflater
from dulwich.refs import HEADREF

from xlsync.base.acting import is_preview
from xlsync.base.errors import XlsyncError
from xlsync.base.files import new_file, refuse_existing
from xlsync.repository.objects import DAMAGE, checked, damaged
from xlsync.repository.opening import head_of
from xlsync.repository.spool import Spool
from xlsync.repository.writing import write_pack

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from dulwich.objects import ObjectID
    from dulwich.refs import Ref
    from dulwich.repo import Repo


def write_backup(repo: Repo, path: Path, *, force: bool) -> None:
    """Write the branch with its whole history and all originals into one file.

    Raises:
        XlsyncError: when the file is there and ``force`` is not, when it cannot be written, or
            when the repository is damaged.
    """
    if not force:
        refuse_existing([path])
    if is_preview():
        return
    head = head_of(repo)
    names, _ = repo.refs.follow(HEADREF)
    try:
        made = create_bundle_from_repo(repo, refs=[HEADREF, names[-1]])
        with made as bundle, new_file(path) as file:
            write_bundle(cast("BinaryIO", file), bundle)
            file.seek(0)
            _check(cast("BinaryIO", file), names[-1], head)
    except DAMAGE as error:
        raise damaged(repo.path, type(error).__name__) from error


def _check(written: BinaryIO, branch: Ref, head: bytes) -> None:
    """Read a bundle back: the branch stands where it stood, and every object is whole."""
    with read_bundle(written) as bundle:
        if not isinstance(bundle.pack_data, PackData):
            raise XlsyncError("写出的备份读不回来，未保留；请重试。")
        bundle.pack_data.check()
        if bundle.references.get(branch) != head:
            raise XlsyncError("写出的备份读回时与版本库不一致，未保留；请重试。")


def _objects(data: object, spool: Spool) -> list[ObjectID]:
    """Every object of a bundle, on its way into one pack."""
    if not isinstance(data, PackData):
        raise TypeError("没有内容")
    data.check()
    return [spool.put_object(checked(one)) for one in PackInflater.for_pack_data(data)]


def restore_backup(path: Path, repo: Repo) -> None:
    """Put what a backup holds into a new, empty repository.

    Raises:
        XlsyncError: when the file is no whole backup; the folder of the repository is removed.
    """
    spool = Spool(repo.path)
    try:
        with path.open("rb") as file, read_bundle(file) as bundle:
            branches = [one for one in bundle.references if one != HEADREF]
            if len(branches) != 1 or bundle.prerequisites:
                raise ValueError("不含全部历史")
            branch, head = branches[0], bundle.references[branches[0]]
            write_pack(repo.object_store, spool, _objects(bundle.pack_data, spool))
            repo.refs.set_symbolic_ref(HEADREF, branch)
            repo.refs[branch] = head
        head_of(repo)
    except (*DAMAGE, NotImplementedError, TypeError) as error:
        repo.close()
        shutil.rmtree(repo.path, ignore_errors=True)
        if isinstance(error, OSError) and error.filename:
            raise XlsyncError(f"{path}: cannot read: {error.strerror}") from None
        raise XlsyncError(f"{path}：不是完整的备份文件，未恢复；请换一份备份。") from error
