"""Which forms of a file go back, with which problems, under which names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsync.filenames import unique_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xlsync.form import Form
    from xlsync.problems import Problem
    from xlsync.reader import Reading
    from xlsync.record import Record

_SUFFIX = "_退回修改.xlsx"


@dataclass(frozen=True, slots=True)
class Case:
    """One form that goes back.

    ``problems`` are those of the reading and what else is to be told; ``source`` is the name of
    the file that it came from, without its ending.
    """

    form: Form
    reading: Reading
    problems: Sequence[Problem]
    source: str = ""
    is_text: bool = False

    @property
    def record(self) -> Record | None:
        """The record, or what could be saved of it."""
        reading = self.reading
        return reading.draft if reading.record is None else reading.record


def cases(
    forms: Mapping[str, Form],
    readings: Iterable[Reading],
    source: str = "",
    *,
    is_text: bool = False,
) -> list[Case]:
    """The forms of one file that have problems.

    What was found beside the forms, on other sheets or between them, goes back with the form
    before it, or with the first. A file without any form has no case.
    """
    found: list[tuple[Reading, list[Problem]]] = []
    before: list[Problem] = []
    for reading in readings:
        if reading.form in forms:
            found.append((reading, [*before, *reading.problems]))
            before = []
        elif found:
            found[-1][1].extend(reading.problems)
        else:
            before += reading.problems
    return [
        Case(forms[reading.form or ""], reading, problems, source, is_text)
        for reading, problems in found
        if problems
    ]


def copy_names(going: Iterable[Case]) -> list[str]:
    """File names that people recognise, one for each case: unit, project, what to do."""
    return unique_names([_name(case) for case in going], suffix=_SUFFIX)


def _name(case: Case) -> str:
    record = case.record or {}
    called = "_".join(filter(None, (case.form.group(record), case.form.title(record))))
    return called or case.source or case.form.mapping.title
