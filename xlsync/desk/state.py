"""What one run of the page knows: its repository and forms, its jobs, and what lies on disk."""

from __future__ import annotations

import getpass
import socket
import threading
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlsync import api
from xlsync.api import XlsyncError
from xlsync.desk.jobs import Jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xlsync.desk.guarding import Keys
    from xlsync.form import Forms
    from xlsync.repository import Repository

_REMEMBERED = 24
"""Answers of the repository that are kept; each belongs to one commit, so none gets old."""


class NoRepositoryError(XlsyncError):
    """No repository is open yet."""


@dataclass(eq=False)
class Desk:
    """One run of the page; requests run in several threads at once."""

    keys: Keys
    folder: Path | None = None
    forms_folder: Path | None = None
    jobs: Jobs = field(default_factory=Jobs)
    close: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        """Look for the forms, and get ready to remember."""
        self.forms: Forms = api.forms(self.forms_folder)
        self._remembered: OrderedDict[Any, Any] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def repository(self) -> Iterator[Repository]:
        """The repository as it is now, whoever changed it.

        Raises:
            NoRepositoryError: when none was chosen.
            XlsyncError: when it cannot be opened.
        """
        if self.folder is None:
            raise NoRepositoryError("还没有打开版本库。")
        with api.open_repository(self.folder) as repository:
            yield repository

    def remember(
        self,
        repository: Repository,
        ask: Callable[..., Any],
        *arguments: str,
        with_forms: bool = False,
    ) -> Any:  # noqa: ANN401 - whatever is asked
        """What ``ask(repository, *arguments)`` says, asked once for each commit."""
        key = (self.folder, repository.snapshot().commit, ask, arguments)
        given = (*arguments, self.forms) if with_forms else arguments
        with self._lock:
            if key in self._remembered:
                self._remembered.move_to_end(key)
                return self._remembered[key]
        answer = ask(repository, *given)
        with self._lock:
            self._remembered[key] = answer
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return answer

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
