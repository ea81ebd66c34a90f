"""A form with problems to the copy that goes back: made, read back, and only then handed over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xlsync.base.errors import XlsyncError
from xlsync.base.files import unique_names
from xlsync.base.problems import Severity, has_error
from xlsync.base.record import differences, get, join
from xlsync.exchange.correction_cells import draft_copy, restore_fixed
from xlsync.exchange.correction_list import Listing
from xlsync.exchange.correction_states import Places
from xlsync.reader import read
from xlsync.sources import xlsx
from xlsync.writer import describe, write_back

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from xlsync.base.problems import Problem
    from xlsync.base.record import Record
    from xlsync.exchange.correction_cells import CorrectionDraft
    from xlsync.exchange.reading import FileReading
    from xlsync.form import Form
    from xlsync.reader import Reading
    from xlsync.workbook.manifest import Manifest

_SUFFIX = "_退回修改.xlsx"
_OF_CELLS = {"S003", "S004", "S008", "S009"}
"""What is said of a single cell again; every other finding about a fresh sheet is a fault."""


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


def own_manifest(case: Case) -> Manifest:
    """What a copy says of itself: the record, and what the workbook that came said already.

    An id that was made up for the reading is not stated, since another may be known for it.
    Issue, base and seal are those of a new workbook, and the caller's to give.

    Raises:
        XlsyncError: where there is no record to describe.
    """
    record = _record(case)
    came = case.reading.manifest
    made = describe(case.form, record)
    if not case.reading.states_id:
        made = replace(made, record=None)
    doubted = {_stated(case.form, record, pointer) for pointer in case.reading.typed}
    kept = frozenset(one for one in made.kept if one.partition("=")[0] not in doubted)
    made = replace(made, kept=kept)
    if came is None:
        return made
    return replace(
        made, round=came.round, due=came.due, contact=came.contact, fixed=dict(came.fixed)
    )


def correction_copy(case: Case, manifest: Manifest | None = None, *, password: str = "") -> bytes:
    """The workbook that goes back, with a manifest of the caller's or with its own.

    What the manifest fixes stays locked, at the value that was given.

    Raises:
        XlsyncError: where there is no record, or the copy does not say what was read.
    """
    record = _record(case)
    manifest = manifest or own_manifest(case)
    if manifest.record:
        record = {**record, "id": manifest.record}
    record, restored = restore_fixed(case.form, record, manifest.fixed, case.problems)
    places = Places(case.form, record)
    typed = {at: cell for at, cell in case.reading.typed.items() if at not in manifest.fixed}
    draft = draft_copy(places, record, typed, case.reading.unread)
    fields = case.form.mapping.fields.items()
    locked = {slot for slot, item in fields if item.pointer in manifest.fixed}
    problems = [*case.problems, *restored]
    maker = _Maker(case, manifest, places, draft)
    for soften in (draft.soften, lambda _: draft.soften({*draft.typed}), None):
        data = maker.make(problems, locked, password)
        wrong = maker.differing(data, is_last=soften is None)
        if not wrong:
            return data
        if soften is not None:
            soften(wrong)
    name = case.form.title(record) or case.source
    raise XlsyncError(f"{name!r}: the copy would not read the same at {', '.join(sorted(wrong))}")


class _Maker:
    """One copy in the making."""

    def __init__(
        self, case: Case, manifest: Manifest, places: Places, draft: CorrectionDraft
    ) -> None:
        self._case = case
        self._manifest = manifest
        self._places = places
        self._draft = draft
        changed = set(differences(case.reading.record, draft.record))
        self._is_same = changed <= {"/id"}

    def make(self, problems: list[Problem], locked: Collection[str], password: str) -> bytes:
        """The workbook as it would go out."""
        returned = Listing(self._case, self._places, self._draft).returned(problems, locked)
        record = self._draft.record
        return write_back(self._case.form, record, self._manifest, returned, password=password)

    def differing(self, data: bytes, *, is_last: bool) -> set[str]:
        """The places at which the workbook, read back, does not say what was read before.

        The last time, warnings that are not raised again are let pass: nothing else is left.
        """
        readings = read([self._case.form], xlsx.read(data))
        record = readings[0].record
        if len(readings) != 1 or record is None:
            return {"/"}
        if self._manifest.record is None:
            record = {**record, "id": self._draft.record["id"]}
        wrong = set(differences(self._draft.record, record)) | _faults(readings[0])
        if self._case.reading.record is None:
            wrong -= self._draft.typed.keys()  # what did not fit may well read in a cell
        if self._is_same and not self._draft.unheld:
            before, now = (self._of_content(one) for one in (self._case.reading, readings[0]))
            wrong |= {
                one.pointer or "/"
                for key, one in (before | now).items()
                if key not in before or (key not in now and not (is_last and _is_warning(one)))
            }
        return wrong

    def _of_content(self, reading: Reading) -> dict[tuple[str, str | None], Problem]:
        """What was found about values, and where; of what cannot be read, that it cannot."""
        unread = self._case.reading.unread
        return {
            ("" if one.pointer in unread else one.code, one.pointer): one
            for one in reading.problems
            if one.code[0] not in "SX"
        }


def _faults(reading: Reading) -> set[str]:
    """Where something is wrong with a sheet that nobody has touched."""
    return {
        one.pointer or one.cell or "/"
        for one in reading.problems
        if one.code[0] in "SX" and not (one.code in _OF_CELLS and one.pointer)
    }


def _is_warning(one: Problem) -> bool:
    return one.severity is Severity.WARNING


def _stated(form: Form, record: Record, pointer: str) -> str:
    """A pointer as a manifest states it: into a table by the id of the row."""
    at = form.mapping.locate(pointer)
    row = get(record, at.row_pointer) if at.row_pointer else None
    if not row or at.table is None or at.column is None:
        return pointer
    return f"{at.table.pointer}{join(row['id'], at.column)}"


def _record(case: Case) -> Record:
    if case.record is None:
        raise XlsyncError(f"{case.source or case.form.id}: nothing of it can be put into a copy")
    return case.record


@dataclass(frozen=True, slots=True)
class CorrectionCopy:
    """A workbook that goes back for a file; ``data`` is None where none was made, for ``reason``.

    ``name`` is None where the file holds no form that could go back.
    """

    source: Path
    name: str | None = None
    data: bytes | None = None
    reason: str = ""


def corrections(
    forms: Mapping[str, Form],
    files: Iterable[FileReading],
    password: str = "",
    check_names: Callable[[list[str]], None] = lambda _: None,
    *,
    with_warnings: bool = False,
) -> Iterator[CorrectionCopy]:
    """A workbook to send back for each form with errors, of files that belong to no round.

    ``with_warnings`` makes one of forms with warnings alone too, which are accepted as they are.
    ``check_names`` is told all names before the first workbook is made; it may raise.
    """
    going: list[tuple[Path, Case]] = []
    for file in files:
        found = cases(forms, file.readings, file.path.stem, is_text=file.is_text)
        going += [(file.path, one) for one in found if with_warnings or has_error(one.problems)]
        if not any(one.form in forms for one in file.readings):
            yield CorrectionCopy(file.path)
    names = copy_names(case for _, case in going)
    check_names(names)
    for name, (source, case) in zip(names, going, strict=True):
        try:
            yield CorrectionCopy(source, name, correction_copy(case, password=password))
        except XlsyncError as error:
            yield CorrectionCopy(source, name, reason=str(error))
