"""Backups: the whole repository as one file, a git bundle, and back.

A bundle is git's own format (gitformat-bundle): ``git clone FILE`` reads it too. Where originals
lie beside the repository, the file is a tar file of the bundle and of them. It is read back
before it takes its name, so that a backup that is there can be restored.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
import tempfile
from typing import TYPE_CHECKING, cast

from dulwich.bundle import create_bundle_from_repo, read_bundle, write_bundle
from dulwich.pack import PackData, PackInflater
from dulwich.refs import HEADREF

from xlsync.base.acting import is_preview
from xlsync.base.errors import XlsyncError
from xlsync.base.files import new_file, refuse_existing
from xlsync.repository.objects import DAMAGE, Objects, checked, damaged
from xlsync.repository.opening import head_of
from xlsync.repository.originals import BESIDE, FOLDER, MAX_BYTES, OriginalError
from xlsync.repository.packing import write_pack
from xlsync.repository.snapshot import Snapshot
from xlsync.repository.spool import Spool
from xlsync.repository.storing import pointed_to

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from dulwich.objects import ObjectID
    from dulwich.refs import Ref
    from dulwich.repo import Repo

_MAGIC = b"# v"
_BUNDLE = "repository.bundle"
_LIST = "originals.txt"


def write_backup(repo: Repo, path: Path, *, force: bool) -> list[str]:
    """Write the branch with its whole history and all originals into one file.

    Where originals lie beside the repository, the bundle and they are put into one tar file.

    Returns:
        what is said of originals that are lost or damaged, and are not in the file.

    Raises:
        XlsyncError: when the file is there and ``force`` is not, when it cannot be written, or
            when the repository is damaged.
    """
    if not force:
        refuse_existing([path])
    if is_preview():
        return []
    head = head_of(repo)
    snapshot = Snapshot(Objects(repo.object_store), head)
    try:
        with new_file(path) as file:
            if snapshot.arrangement.originals is None:
                _write_bundle(repo, cast("BinaryIO", file))
                return []
            return _write_with_originals(repo, snapshot, cast("BinaryIO", file))
    except DAMAGE as error:
        raise damaged(repo.path, type(error).__name__) from error


def _write_bundle(repo: Repo, file: BinaryIO) -> None:
    """Write the bundle, and read it back."""
    names, _ = repo.refs.follow(HEADREF)
    with create_bundle_from_repo(repo, refs=[HEADREF, names[-1]]) as bundle:
        write_bundle(file, bundle)
    file.seek(0)
    _check(file, names[-1], head_of(repo))


def _write_with_originals(repo: Repo, snapshot: Snapshot, file: BinaryIO) -> list[str]:
    """A tar file of the bundle, the originals, and a list of these; what is said of lost ones."""
    store = snapshot.originals
    digests = dict.fromkeys(pointed_to(snapshot))
    if snapshot.arrangement.originals == BESIDE:
        # What older commits point to lies there as well; another place may be shared by many.
        digests |= dict.fromkeys(store.digests())
    with tarfile.open(fileobj=file, mode="w") as tar:
        with tempfile.TemporaryFile(dir=repo.path) as bundle:
            _write_bundle(repo, cast("BinaryIO", bundle))
            size = bundle.seek(0, os.SEEK_END)
            bundle.seek(0)
            tar.addfile(_member(_BUNDLE, size), bundle)
        kept, lost = [], []
        for digest in digests:
            try:
                data = store.read(digest)
            except OriginalError as error:
                lost.append(str(error))
            else:
                _add(tar, f"{FOLDER}/{digest}", data)
                kept.append(digest)
        _add(tar, _LIST, "\n".join(kept).encode())
    file.seek(0)
    if [digest for digest, _ in _originals_in(file)] != kept:
        raise XlsyncError("写出的备份读回时与版本库不一致，未保留；请重试。")
    return lost


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    tar.addfile(_member(name, len(data)), io.BytesIO(data))


def _member(name: str, size: int) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.size = size
    return made


def _originals_in(file: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """The originals of a tar file, each compared with its SHA-256.

    Raises:
        ValueError: when one is missing, or not what its name says.
    """
    with tarfile.open(fileobj=file, mode="r:") as tar:
        wanted = set(_read(tar, _LIST).decode().split())
        for member in tar:
            folder, _, digest = member.name.rpartition("/")
            if folder == FOLDER and digest in wanted:
                data = _data(tar, member)
                if hashlib.sha256(data).hexdigest() != digest:
                    raise ValueError("原件与摘要不符")
                wanted.discard(digest)
                yield digest, data
    if wanted:
        raise ValueError("不含全部原件")


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    return _data(tar, tar.getmember(name))


def _data(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    is_plain = member.isreg() and not member.issparse() and member.size <= MAX_BYTES
    file = tar.extractfile(member) if is_plain else None
    if file is None:
        raise ValueError("不是普通文件，或过大")
    return file.read()


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
    try:
        with path.open("rb") as file:
            if _is_bundle(file):
                _restore_bundle(file, repo)
            else:
                _restore_with_originals(file, repo)
        head_of(repo)
    except (*DAMAGE, NotImplementedError, TypeError, tarfile.TarError, XlsyncError) as error:
        repo.close()
        shutil.rmtree(repo.path, ignore_errors=True)
        if isinstance(error, XlsyncError):
            raise
        if isinstance(error, OSError) and error.filename:
            raise XlsyncError(f"{path}: cannot read: {error.strerror}") from None
        raise XlsyncError(f"{path}：不是完整的备份文件，未恢复；请换一份备份。") from error


def _is_bundle(file: BinaryIO) -> bool:
    is_one = file.read(len(_MAGIC)) == _MAGIC
    file.seek(0)
    return is_one


def _restore_bundle(file: BinaryIO, repo: Repo) -> None:
    spool = Spool(repo.path)
    with read_bundle(file) as bundle:
        branches = [one for one in bundle.references if one != HEADREF]
        if len(branches) != 1 or bundle.prerequisites:
            raise ValueError("不含全部历史")
        branch, head = branches[0], bundle.references[branches[0]]
        write_pack(repo.object_store, spool, _objects(bundle.pack_data, spool))
        repo.refs.set_symbolic_ref(HEADREF, branch)
        repo.refs[branch] = head


def _restore_with_originals(file: BinaryIO, repo: Repo) -> None:
    """The bundle first: it says where originals lie."""
    with tarfile.open(fileobj=file, mode="r:") as tar, tempfile.TemporaryFile(dir=repo.path) as to:
        member = tar.getmember(_BUNDLE)
        bundle = tar.extractfile(member)
        if bundle is None or member.issparse():
            raise ValueError("没有版本库")
        shutil.copyfileobj(bundle, to)
        to.seek(0)
        _restore_bundle(cast("BinaryIO", to), repo)
    file.seek(0)
    snapshot = Snapshot(Objects(repo.object_store), head_of(repo))
    if is_preview():
        for _ in _originals_in(file):
            pass
    else:
        snapshot.originals.write(_originals_in(file))
