"""Files as a collection takes them in: read, by several processes where there are many.

Of what was read only that stays in memory which decides what becomes of it; bytes and records
go into the spool from which they are committed, since a round may bring ten thousand files.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.problems import from_json, problem
from xlsync.base.record import canonical_bytes, get
from xlsync.base.workers import processes, spread
from xlsync.exchange.reading import Arrival, FileReading, find_files, loaded, read_arrival, unpacked
from xlsync.form import Form
from xlsync.form.identity import naming_values
from xlsync.form.types import comparable
from xlsync.records.conflict_reading import is_conflict_workbook, read_choices
from xlsync.repository import Spool
from xlsync.sources import open_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.reader import Reading
    from xlsync.records.conflicts import Choices
    from xlsync.repository import ObjectID
    from xlsync.workbook.manifest import Manifest

    Paths = tuple[tuple[Path, Path], ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a returned workbook says of the issue that it is: nothing here is believed yet."""

    record: str | None
    round: str | None
    issue: int | None
    base: str | None
    is_sealed: bool
    is_renamed: bool
    """Whether it names another project than the one that it was made for."""


@dataclass(frozen=True, slots=True)
class Returned:
    """One form in one file.

    ``content`` is the SHA-256 of the record's canonical bytes, which ``blob`` names in the spool;
    both are None where no record could be read. ``identity`` are the values that tell projects
    apart, as they compare. ``is_typed`` says that a person may have filled it in on a sheet.
    ``choices`` are what a conflict workbook of ours came back with, ``receipt`` is what was kept
    of a form that was accepted before.
    """

    place: str
    form: str | None
    states_id: bool
    problems: tuple[Problem, ...]
    is_typed: bool
    record_id: str | None = None
    title: str = ""
    group: str = ""
    identity: tuple[str, ...] = ()
    content: str | None = None
    blob: ObjectID | None = None
    claim: Claim | None = None
    choices: Choices | None = None
    receipt: Json | None = None


@dataclass(frozen=True, slots=True)
class Came:
    """One file: where it came from, its bytes in the spool, and the forms in it."""

    path: Path
    digest: str
    blob: ObjectID | None
    forms: tuple[Returned, ...]
    is_text: bool


class Arrived(NamedTuple):
    """Everything that a collection took in, the spool that holds it, and what was passed over."""

    files: list[Came]
    spool: Spool
    passed: list[Path]


class Before(NamedTuple):
    """What a collection has to know to read files: keys that seal, and the receipts by SHA-256."""

    keys: list[bytes]
    receipt: Callable[[str], Record | None]


def take_in(  # noqa: PLR0913, PLR0917 - what is read, and who is told
    forms: Mapping[str, Form],
    paths: Iterable[Path],
    before: Before,
    spool: Spool,
    progress: Callable[[int, int], None],
    told: Callable[[Came], None] | None = None,
) -> Arrived:
    """Read every file, folder and archive; the result is in the order of their names.

    A file of which everything was accepted before is known by its bytes, and not read again.
    ``told`` is given each file once it is known what it says.
    """
    passed: list[Path] = []
    found = _once(find_files(paths, passed))
    workers = processes(len(found))
    came: list[Came | None] = []

    def unread() -> Iterator[Arrival]:
        for arrival in _told(found, passed, progress):
            known = _settled(before, arrival)
            came.append(known)
            if known is None:
                yield arrival
            elif told:
                told(known)

    if workers == 1:
        read: Iterable[_Read] = (_read(forms, before.keys, one) for one in unread())
    else:
        files = tuple((one.template_path, one.mapping_path) for one in forms.values())
        read = spread(_Task(files, before.keys), unread(), workers)
    spooled = []
    for one in read:
        spooled.append(_spooled(one, spool))
        if told:
            told(spooled[-1])
    new = iter(spooled)
    return Arrived([one or next(new) for one in came], spool, passed)


def _settled(before: Before, arrival: Arrival) -> Came | None:
    """What a receipt says of a file, where all of it was accepted."""
    if not arrival.data:
        return None
    digest = hashlib.sha256(arrival.data).hexdigest()
    receipt = before.receipt(digest)
    if receipt is None or not all(form["accepted"] for form in receipt["forms"]):
        return None
    forms = tuple(
        Returned(
            place=form["place"],
            form=None,
            states_id=True,
            problems=tuple(from_json(form["problems"])),
            is_typed=False,
            record_id=form["record"],
            title=form["title"],
            group=form["group"],
            content=form["content"],
            receipt=form,
        )
        for form in receipt["forms"]
    )
    return Came(arrival.path, digest, Spool.name(arrival.data), forms, is_text=False)


def _once(paths: Iterable[Path]) -> list[Path]:
    """A file may be named twice, itself and by its folder."""
    found: dict[str, Path] = {}
    for path in paths:
        found.setdefault(os.path.realpath(path), path)
    return [*found.values()]


def _told(
    paths: list[Path], passed: list[Path], progress: Callable[[int, int], None]
) -> Iterator[Arrival]:
    for done, path in enumerate(paths):
        progress(done, len(paths))
        yield from map(loaded, unpacked(path, passed))
    progress(len(paths), len(paths))


# ---- in another process, or in this one ---------------------------------------------


@dataclass(frozen=True, slots=True)
class _Read:
    """A file as it leaves the process that read it: bytes, and each form with its record."""

    path: Path
    data: bytes
    forms: tuple[tuple[Returned, bytes | None], ...]
    is_text: bool


@dataclass(frozen=True, slots=True)
class _Task:
    """Reading, as it is sent to another process: forms cannot be sent, their files can."""

    paths: Paths
    keys: list[bytes]

    def __call__(self, arrival: Arrival) -> _Read:
        """Read one file."""
        return _read(_load(self.paths), self.keys, arrival)


@lru_cache(maxsize=4)
def _load(paths: Paths) -> dict[str, Form]:
    return {one.id: one for one in (Form.load(*pair) for pair in paths)}


def _read(forms: Mapping[str, Form], keys: list[bytes], arrival: Arrival) -> _Read:
    file = read_arrival(forms, arrival)
    decision = _decision(forms, keys, file)
    if decision is not None:
        return _Read(file.path, file.data, ((decision, None),), is_text=False)
    returned = tuple(_returned(forms, keys, file, one) for one in file.readings)
    return _Read(file.path, file.data, returned, file.is_text)


def _decision(forms: Mapping[str, Form], keys: list[bytes], file: FileReading) -> Returned | None:
    """What was chosen, where the file is a conflict workbook and no form."""
    if file.is_text or any(one.form for one in file.readings):
        return None
    workbook = open_file(file.path.suffix.lower(), file.data)
    if not is_conflict_workbook(workbook):
        return None
    choices, problems = read_choices(forms, workbook)
    if choices is not None and not any(choices.note.is_sealed_by(key) for key in keys):
        message = "这张冲突处理单不是本版本库发出的，或被改动，选择没有采用。"
        problems.append(problem("K002", message))
    return Returned(
        place="",
        form=choices.note.form if choices else None,
        states_id=choices is not None,
        problems=tuple(problems),
        is_typed=False,
        record_id=choices.note.record if choices else None,
        choices=choices,
    )


def _returned(
    forms: Mapping[str, Form], keys: list[bytes], file: FileReading, reading: Reading
) -> tuple[Returned, bytes | None]:
    form, record = forms.get(reading.form or ""), reading.record
    made = Returned(
        place=f"第{reading.start}行" if file.is_text else reading.sheet or "",
        form=reading.form,
        states_id=reading.states_id,
        problems=tuple(reading.problems),
        is_typed=reading.sheet is not None,
    )
    if form is None or record is None:
        return made, None
    data = canonical_bytes(record)
    return replace(
        made,
        record_id=record["id"],
        title=form.title(record),
        group=form.group(record),
        identity=naming_values(form.mapping, record),
        content=hashlib.sha256(data).hexdigest(),
        claim=_claim(form, record, reading.manifest, keys),
    ), data


def _claim(
    form: Form, record: Record, manifest: Manifest | None, keys: list[bytes]
) -> Claim | None:
    if manifest is None:
        return None
    own = {form.mapping.fields[slot].pointer for slot in form.mapping.record.identity}
    is_renamed = any(
        pointer in own and comparable(value) != comparable(str(get(record, pointer)))
        for pointer, value in manifest.fixed.items()
    )
    number = manifest.issue
    return Claim(
        manifest.record,
        manifest.round,
        int(number) if number and number.isdecimal() else None,
        manifest.base,
        any(manifest.is_sealed_by(key) for key in keys),
        is_renamed,
    )


def _spooled(read: _Read, spool: Spool) -> Came:
    forms = tuple(
        replace(one, blob=spool.put(data) if data is not None else None) for one, data in read.forms
    )
    digest = hashlib.sha256(read.data).hexdigest()
    return Came(read.path, digest, spool.put(read.data) if read.data else None, forms, read.is_text)
