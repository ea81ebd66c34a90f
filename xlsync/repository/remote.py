"""Another repository of the same rounds, in a folder or on a server: fetching and pushing.

A folder, such as one on a network drive, is read and written like the own repository: objects
first, flushed to the disk, then the branch, if it still stands where it stood. A server that
speaks git's protocols (https, ssh) does the same at its end.
"""

from __future__ import annotations

import os
import re
import select
import socket
from contextlib import closing, contextmanager
from io import BufferedReader, RawIOBase
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from dulwich.client import (
    HTTPProxyUnauthorized,
    HTTPUnauthorized,
    SSHGitClient,
    SubprocessSSHVendor,
    SubprocessWrapper,
    Urllib3HttpGitClient,
    get_transport_and_path,
)
from dulwich.config import StackedConfig
from dulwich.errors import GitProtocolError, NotGitRepository
from dulwich.object_store import MissingObjectFinder
from dulwich.objects import ZERO_SHA, ObjectID, Tree
from dulwich.refs import HEADREF, Ref

from xlsync.base.acting import SECRET_IN_URL
from xlsync.base.errors import MistypedError, XlsyncError
from xlsync.repository.objects import DAMAGE, checked
from xlsync.repository.opening import head_of, open_repo
from xlsync.repository.packing import write_pack
from xlsync.repository.spool import Spool
from xlsync.repository.writing import patiently

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from dulwich.client import GeneratePackDataFunc, GitClient
    from dulwich.pack import UnpackedObject
    from dulwich.repo import Repo

SILENCE = 60.0
"""Seconds for which a server may say nothing."""

_SERVER = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://.+|[^/\\:]+@[^/\\:]+:.+")
"""A URL, or user@host:path as ssh has it; a Windows drive has one letter and no slashes."""

_REFUSALS = (
    *(GitProtocolError, HTTPUnauthorized, HTTPProxyUnauthorized),
    *(OSError, ValueError),
)


def shown(location: str) -> str:
    """A location as it can be told to others: without name and password."""
    return SECRET_IN_URL.sub("", location)


def fetch(repo: Repo, location: str) -> ObjectID | None:
    """Bring the branch of another repository here, without joining it to anything.

    Returns:
        its last commit; None where it has none yet.

    Raises:
        XlsyncError: when it cannot be reached or read, or does not send all that belongs to it.
    """
    branch = _branch(repo)
    if _is_server(location):
        with _said(location), _client(location) as (client, path):
            found = client.fetch(path, repo, determine_wants=lambda refs, _=None: _of(refs, branch))
        commit = found.refs.get(branch)
        if commit is not None:
            _check_whole(repo, commit, location)
        return commit
    with closing(open_repo(_folder(location))) as other:
        _, commit = other.refs.follow(branch)
        if commit is not None:
            _copy(other, repo, commit, location, Spool(repo.path))
    return commit


def push(repo: Repo, location: str, former: ObjectID | None) -> bool:
    """Let the branch of another repository go on to ours.

    Args:
        repo: this repository, which has joined what the other one has.
        location: a folder or URL.
        former: where the other branch stood when it was fetched; None for nowhere.

    Returns:
        whether it stood there still; nothing was changed where it did not.

    Raises:
        XlsyncError: when it cannot be reached or written.
    """
    branch, commit = _branch(repo), head_of(repo)
    if _is_server(location):
        return _push_to_server(repo, location, branch, former)
    with closing(open_repo(_folder(location))) as other:
        _copy(repo, other, commit, location, Spool(repo.path))
        try:
            return patiently(lambda: other.refs.set_if_equals(branch, former or ZERO_SHA, commit))
        except OSError as error:
            raise XlsyncError(
                f"cannot write to the repository {location}: {error.strerror or error}"
            ) from error


def _push_to_server(repo: Repo, location: str, branch: Ref, former: ObjectID | None) -> bool:
    commit = head_of(repo)
    moved = False

    def updates(refs: Mapping[Ref, ObjectID]) -> dict[Ref, ObjectID]:
        nonlocal moved
        moved = refs.get(branch) != former
        return {} if moved else {branch: commit}

    with _said(location), _client(location) as (client, path):
        result = client.send_pack(path.encode(), updates, _packer(repo))
    refused = (result.ref_status or {}).get(branch)
    return not moved and refused is None


def _packer(repo: Repo) -> GeneratePackDataFunc:
    def pack(
        have: AbstractSet[ObjectID], want: AbstractSet[ObjectID], **_: object
    ) -> tuple[int, Iterator[UnpackedObject]]:
        return repo.object_store.generate_pack_data(have, want)

    return pack


def folder_of(location: str) -> Path | None:
    """The folder of another repository; None for one on a server."""
    return None if _is_server(location) else _folder(location)


def _is_server(location: str) -> bool:
    return _SERVER.fullmatch(location) is not None and not location.startswith("file://")


def _folder(location: str) -> Path:
    if location.startswith("file://"):
        return Path(url2pathname(urlsplit(location).path))
    return Path(location)


def _branch(repo: Repo) -> Ref:
    names, _ = repo.refs.follow(HEADREF)
    return Ref(names[-1])


def _of(refs: Mapping[Ref, ObjectID], branch: Ref) -> list[ObjectID]:
    return [refs[branch]] if branch in refs else []


@contextmanager
def _client(location: str) -> Iterator[tuple[GitClient, str]]:
    """What speaks to a server, and gives it up where it says nothing for :data:`SILENCE` seconds.

    Settings come from the user's git alone: those of a repository could name programs.
    """
    if location.startswith("git://"):
        raise MistypedError(
            f"{shown(location)}：git:// 既不加密也不核实对方是谁，不支持；请用 https:// 或 ssh://。"
        )
    client, path = get_transport_and_path(location, config=StackedConfig.default())
    ssh = _PatientSSH()
    if isinstance(client, SSHGitClient):
        client.ssh_vendor = ssh
    former = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SILENCE)
    try:
        with _left_open(client):
            yield client, path
    finally:
        socket.setdefaulttimeout(former)
        ssh.end()


@contextmanager
def _left_open(client: GitClient) -> Iterator[None]:
    """Close the connections that dulwich leaves open where an exchange fails."""
    opened: list[Any] = []

    def kept(step: Callable[..., Any], part: Callable[[Any], Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **more: Any) -> Any:  # noqa: ANN401 - any step of dulwich
            made = step(*args, **more)
            opened.append(part(made))
            return made

        return stepped

    if isinstance(client, SSHGitClient):
        connect = client._connect  # noqa: SLF001 - there is no other way to it
        client._connect = kept(connect, itemgetter(0))  # type: ignore[method-assign] # noqa: SLF001 - as above
    elif isinstance(client, Urllib3HttpGitClient):
        pool: Any = client.pool_manager
        pool.request = kept(pool.request, lambda made: made)
    try:
        yield
    finally:
        for one in opened:
            one.close()
        if isinstance(client, Urllib3HttpGitClient):
            client.pool_manager.clear()


class _PatientSSH(SubprocessSSHVendor):
    """The system's ssh, which is given up like any other server, and ended with the exchange."""

    def __init__(self) -> None:
        self._started: list[tuple[subprocess.Popen[bytes], object]] = []

    def end(self) -> None:
        """End what is still running."""
        for program, _ in self._started:
            program.kill()
            program.wait()

    def run_command(self, *args: Any, **more: Any) -> SubprocessWrapper:
        """Start ssh; without anybody to ask, and with an end to waiting."""
        more["ssh_command"] = more.get("ssh_command") or "ssh"
        more["ssh_command"] += f" -o ConnectTimeout={int(SILENCE)} -o ServerAliveInterval=15"
        made = super().run_command(*args, **more)
        # Its own reader would close the pipe if it were let go of.
        self._started.append((made.proc, made.read))
        if os.name != "nt" and made.proc.stdout is not None:
            made.read = BufferedReader(_Patient(made.proc.stdout.fileno(), made.proc)).read
        return made


class _Patient(RawIOBase):
    """What a program says, with an end to waiting for it."""

    def __init__(self, source: int, program: subprocess.Popen[bytes]) -> None:
        self._source = source
        self._program = program

    def readable(self) -> bool:
        """It is read."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any buffer that can be written
        """Read what is there; TimeoutError where nothing comes, and the program is ended."""
        if not select.select([self._source], [], [], SILENCE)[0]:
            self._program.kill()
            raise TimeoutError(f"{SILENCE:.0f} 秒没有应答")
        data = os.read(self._source, len(buffer))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def _said(location: str) -> Iterator[None]:
    """Let whatever a server refuses be said in one line."""
    try:
        yield
    except NotGitRepository:
        raise XlsyncError(f"there is no git repository at {shown(location)}") from None
    except TimeoutError as error:
        raise XlsyncError(_silent(location)) from error
    except _REFUSALS as error:
        if "timed out" in str(error):  # urllib3 wraps what its sockets raise
            raise XlsyncError(_silent(location)) from error
        reason = shown(str(error)).strip() or type(error).__name__
        raise XlsyncError(f"cannot reach {shown(location)}: {reason}") from error


def _silent(location: str) -> str:
    return (
        f"{shown(location)} 有 {SILENCE:.0f} 秒没有应答，已放弃，本库没有改动；"
        "请检查网络和地址，稍后再试。"
    )


def _copy(source: Repo, target: Repo, commit: ObjectID, location: str, spool: Spool) -> None:
    """Put everything that belongs to a commit into another repository, as one pack.

    The spool lies in the own repository, so that what goes over a network goes there once.
    """
    try:
        if commit in target.object_store:
            return
        heads = [sha for sha in target.get_refs().values() if sha in source.object_store]
        missing = MissingObjectFinder(source.object_store, heads, [commit])
        objects = [spool.put_object(checked(source.object_store[sha])) for sha, _ in missing]
        target.object_store.close()
        write_pack(target.object_store, spool, objects)
    except DAMAGE as error:
        reason = error.args[0] if isinstance(error, KeyError) else error
        raise XlsyncError(f"cannot copy from or to the repository {location}: {reason}") from error


def _check_whole(repo: Repo, commit: ObjectID, location: str) -> None:
    """Make sure that nothing is missing of what was fetched, before anything builds on it."""
    store = repo.object_store
    try:
        finder = MissingObjectFinder(store, [head_of(repo)], [commit])
        is_whole = True
        for sha, hint in finder:
            is_whole = is_whole and sha in store
            if hint is None or hint[0] == Tree.type_num:
                checked(store[sha])
    except DAMAGE:
        is_whole = False
    if not is_whole:
        raise XlsyncError(f"{shown(location)} does not hold its whole history; repair it with git")
