"""What one run of the page knows: its repository and forms, its jobs, and what lies on disk."""

from __future__ import annotations

import datetime as dt
import getpass
import secrets
import shutil
import socket
import threading
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from xlsync import api
from xlsync.api import XlsyncError
from xlsync.desk.jobs import Jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from xlsync.desk.guarding import AccessKeys
    from xlsync.form import Forms
    from xlsync.repository import Repository

Kind = TypeVar("Kind")

_REMEMBERED = 24
"""Answers of the repository that are kept; each belongs to one commit and day."""


class NoRepositoryError(XlsyncError):
    """No repository is open yet."""


class _Answer:
    """What is asked once: whoever asks while somebody else finds out waits for that."""

    def __init__(self) -> None:
        self.is_there = False
        self._value: Any = None
        self._finding = threading.Lock()

    def get(self, find: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever is asked
        """The answer; where finding it failed, the next one tries again."""
        if not self.is_there:
            with self._finding:
                if not self.is_there:
                    self._value = find()
                    self.is_there = True
        return self._value


@dataclass(eq=False)
class Desk:
    """One run of the page; requests run in several threads at once."""

    keys: AccessKeys
    folder: Path | None = None
    forms_folder: Path | None = None
    jobs: Jobs = field(default_factory=Jobs)
    suggested: Path | None = None
    trouble: str = ""
    """Why the folder that was named when the page was started could not be opened."""
    close: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        """Look for the forms, and get ready to remember."""
        self._pending: OrderedDict[str, object] = OrderedDict()
        self._remembered: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._kept: list[Path] = []
        self._facts = api.facts()
        self._lock = threading.Lock()
        self.forms: Forms
        self.find_forms()

    @contextmanager
    def repository(self) -> Iterator[Repository]:
        """The repository as it is now, whoever changed it.

        Raises:
            NoRepositoryError: when none was chosen.
            XlsyncError: when it cannot be opened.
        """
        if self.folder is None:
            raise NoRepositoryError("还没有打开版本库。")
        with api.open_repository(self.folder, self._facts) as repository:
            yield repository

    def remember(
        self,
        repository: Repository,
        ask: Callable[..., Any],
        *arguments: str,
        with_forms: bool = False,
    ) -> Any:  # noqa: ANN401 - whatever is asked
        """What ``ask(repository, *arguments)`` says, asked once for each commit and day."""
        given = (*arguments, self.forms) if with_forms else arguments
        key = self._key(repository, ask, arguments)
        with self._lock:
            answer = self._remembered.setdefault(key, _Answer())
            self._remembered.move_to_end(key)
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return answer.get(lambda: ask(repository, *given))

    def remembers(self, repository: Repository, ask: Callable[..., Any], *arguments: str) -> bool:
        """Whether :meth:`remember` would answer at once."""
        answer = self._remembered.get(self._key(repository, ask, arguments))
        return answer is not None and answer.is_there

    def _key(
        self, repository: Repository, ask: Callable[..., Any], arguments: tuple[str, ...]
    ) -> Hashable:
        # At midnight dates begin to pass, whether anybody commits or not.
        today = dt.date.today()  # noqa: DTZ011 - the office's day
        return self.folder, repository.snapshot().commit, today, ask, arguments

    def pend(self, thing: object) -> str:
        """Keep something that a person has to look at before it is done; its name."""
        key = secrets.token_urlsafe(12)
        with self._lock:
            self._pending[key] = thing
            while len(self._pending) > _REMEMBERED:
                self._pending.popitem(last=False)
        return key

    def keep(self, folder: Path) -> None:
        """Remove a folder once the page is closed: what waits in it is asked for until then."""
        self._kept.append(folder)

    def leave(self) -> None:
        """Remove from the disk what waited."""
        for one in self._kept:
            shutil.rmtree(one, ignore_errors=True)

    def pending(self, key: str, kind: type[Kind]) -> Kind | None:
        """What waits under a name; None where there is nothing of that kind."""
        found = self._pending.get(key)
        return found if isinstance(found, kind) else None

    def own_forms(self) -> Path | None:
        """The folder of one's own forms: the one that was named, else one beside the repository."""
        if self.forms_folder is not None or self.folder is None:
            return self.forms_folder
        return self.outgoing("表样", "")

    def find_forms(self) -> None:
        """Look for the forms anew."""
        own = self.own_forms()
        has_own = own is not None and (own / "templates").is_dir()
        self.forms = api.forms(own if has_own else self.forms_folder)
        with self._lock:
            self._remembered.clear()

    def take_forms(self, folder: Path) -> None:
        """Take the forms of a folder over among one's own.

        Raises:
            XlsyncError: when one of that name is there already, or a file cannot be written.
        """
        own = self.own_forms()
        if own is None:
            raise NoRepositoryError("还没有打开版本库。")
        api.copy_forms(folder, own)
        self.find_forms()

    def open(self, folder: Path) -> None:
        """Work on another repository."""
        self.folder = folder
        self.find_forms()

    def outgoing(self, kind: str, round_name: str) -> Path:
        """The folder beside the repository for what goes out in a round."""
        folder = (self.folder or Path()).resolve()
        return folder.parent / f"{folder.name}-{kind}" / round_name

    @property
    def user(self) -> str:
        """Who has the page open, and on which machine."""
        try:
            return f"{getpass.getuser()}@{socket.gethostname()}"
        except (OSError, KeyError):
            return socket.gethostname()
