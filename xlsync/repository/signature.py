"""Who commits, when, on which machine, by which command; and the signature that proves it.

Name and mail come from git's configuration, and so does the SSH key: what ``git commit -S`` would
sign, xlsync signs, and ``git log --show-signature`` verifies (``gpg.format = ssh``). The rest
stands in trailers at the end of the message, as git has them (git-interpret-trailers).
"""

from __future__ import annotations

import getpass
import platform
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dulwich.config import StackedConfig

from xlsync import __version__
from xlsync.base.acting import command, on_one_line
from xlsync.base.errors import XlsyncError
from xlsync.base.files import safe_text

if TYPE_CHECKING:
    from dulwich.config import Config
    from dulwich.objects import Commit

_NAME = b"xlsync"
_EMAIL = b"xlsync@localhost"

# Git's own syntax in an author line; a name that holds it would make the commit unreadable.
_SYNTAX = re.compile(rb"[\x00-\x1f<>]+")

_TRAILER = re.compile(r"(Xlsync-[A-Z][a-z]+): (.*)")
TRAIL = {"version": "Xlsync-Version", "user": "Xlsync-User", "command": "Xlsync-Command"}
"""The trailers that say with which version, by whom on which machine, by what."""

_SECONDS = 60
"""How long a key may take to sign: it may ask for its password, or wait for a touch."""

_NAMESPACE = "git"
"""What the signatures of git itself are made for (gitformat-signature)."""


class Signature(NamedTuple):
    """An author line in parts: name and mail, seconds since 1970, zone in seconds."""

    author: bytes
    time: int
    zone: int


def sign(config: Config) -> Signature:
    """Now, here, by whom git's configuration names (``user.name``, ``user.email``)."""
    name = _setting(config, "name") or _NAME
    email = _setting(config, "email") or _EMAIL
    now = int(time.time())
    offset = time.localtime(now).tm_gmtoff
    # Git writes zones in whole minutes.
    return Signature(b"%s <%s>" % (name, email), now, offset - offset % 60)


def author(config: Config) -> str:
    """The name of the person: ``user.name``, else that of the login, else ``xlsync``."""
    name = _setting(config, "name")
    if name:
        return name.decode(errors="replace")
    return _login() or _NAME.decode()


def _login() -> str:
    try:
        name = _SYNTAX.sub(b" ", getpass.getuser().encode(errors="replace")).decode()
        return on_one_line(name)
    except (OSError, KeyError, ImportError):
        return ""


def _setting(config: Config, key: str, section: tuple[str, ...] = ("user",)) -> bytes:
    try:
        value = config.get(section, key)
    except KeyError:
        return b""
    return _SYNTAX.sub(b" ", value).strip()


# ---- the trail in the message --------------------------------------------------------


def trailed(message: str) -> str:
    """A commit message with the trail: version, login and machine, and the command."""
    machine = on_one_line(platform.node()) or "?"
    said = {"version": __version__, "user": f"{_login() or '?'}@{machine}"}
    if doing := command():
        said["command"] = doing
    text, former = untrailed(message)
    trail = former | {TRAIL[name]: value for name, value in said.items()}
    return "\n".join([text, "", *(f"{key}: {value}" for key, value in trail.items())])


def untrailed(message: str) -> tuple[str, dict[str, str]]:
    """A commit message without its trailers, and those by their names."""
    text, _, last = message.strip().rpartition("\n\n")
    found = [_TRAILER.fullmatch(line) for line in last.split("\n")]
    pairs = {one[1]: one[2] for one in found if one is not None}
    return (text.strip(), pairs) if text and all(found) else (message.strip(), {})


# ---- the signature -------------------------------------------------------------------


def sign_commit(config: Config, commit: Commit) -> None:
    """Sign a commit with an SSH key, where git's configuration asks for it.

    Asked for by ``commit.gpgsign = true`` and ``gpg.format = ssh``; ``user.signingkey`` is the
    file of the key.

    Raises:
        XlsyncError: when the key cannot sign.
    """
    if _setting(config, "gpgsign", ("commit",)).lower() not in {b"true", b"1", b"yes", b"on"}:
        return
    key = _setting(config, "signingkey").decode(errors="replace")
    if _setting(config, "format", ("gpg",)) != b"ssh" or not key:
        raise XlsyncError(
            "git 设置要求签名（commit.gpgsign），但没有指定 SSH 密钥："
            "请设 gpg.format=ssh 和 user.signingkey=密钥文件，或取消 commit.gpgsign。"
        )
    arguments = ["sign", "-n", _NAMESPACE, "-f", str(Path(key).expanduser())]
    done = _keygen(arguments, commit.as_raw_string())
    if done.returncode != 0 or not done.stdout.startswith(b"-----BEGIN SSH SIGNATURE-----"):
        raise XlsyncError(f"签名没有成功，未提交：{_said(done)}")
    commit.gpgsig = done.stdout


def allowed_signers() -> Path | None:
    """The file of known keys, by the user's own configuration and never by the repository's."""
    file = _setting(StackedConfig.default(), "allowedSignersFile", ("gpg", "ssh"))
    return Path(file.decode(errors="replace")).expanduser() if file else None


def fault_of(commit: Commit, signers: Path) -> str | None:
    """What is wrong with the signature of a commit, or None where it is one of a known key.

    Raises:
        XlsyncError: when there is no program that verifies.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "signature")
        file.write_bytes(commit.gpgsig or b"")
        files = ["-s", str(file), "-f", str(signers)]
        found = _keygen(["find-principals", *files], b"")
        who = found.stdout.decode(errors="replace").split("\n", maxsplit=1)[0].strip()
        if found.returncode != 0 or not who:
            return "签名的密钥不在名单（gpg.ssh.allowedSignersFile）里"
        payload = commit.raw_without_sig()
        done = _keygen(["verify", "-n", _NAMESPACE, "-I", who, *files], payload)
    return None if done.returncode == 0 else "签名与内容不符，提交可能被改动"


def _keygen(arguments: list[str], data: bytes) -> subprocess.CompletedProcess[bytes]:
    # The program is that of the system, never one that a repository's configuration names.
    try:
        return subprocess.run(  # noqa: S603 - no shell
            ["ssh-keygen", "-Y", *arguments],  # noqa: S607 - found as git finds it
            input=data,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise XlsyncError("签名和核对签名需要 ssh-keygen（OpenSSH），本机没有") from None
    except subprocess.TimeoutExpired:
        raise XlsyncError(f"密钥 {_SECONDS} 秒没有应答，签名没有成功，未提交") from None


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    return (
        safe_text(done.stderr.decode(errors="replace").strip()) or f"ssh-keygen {done.returncode}"
    )
