"""A crew that works elsewhere without a cluster: what goes there and comes back is pickled."""

from __future__ import annotations

import pickle
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xlsync.base.workers import Crew, working_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class PicklingExecutor(Executor):
    """Does work at once, and counts the bytes of each task and of each result."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.brought: list[int] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        task = pickle.dumps((fn, args, kwargs))
        self.sent.append(len(task))
        made: Future[Any] = Future()
        try:
            work, given, named = pickle.loads(task)  # noqa: S301 - pickled above
            result = pickle.dumps(work(*given, **named))
        except Exception as error:  # noqa: BLE001 - raised where the result is asked for
            made.set_exception(error)
        else:
            self.brought.append(len(result))
            made.set_result(pickle.loads(result))  # noqa: S301 - pickled above
        return made

    def ask_each(self, task: Callable[[], object]) -> list[object]:
        return [self.submit(task).result()]


@contextmanager
def crew_elsewhere(
    chunk: int = 4, crew: PicklingExecutor | None = None
) -> Iterator[PicklingExecutor]:
    """Let a crew of two work meanwhile."""
    made = crew or PicklingExecutor()
    with working_with(Crew(made, 2, chunk, made.ask_each)):
        yield made
