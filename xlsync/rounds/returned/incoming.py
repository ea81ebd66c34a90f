"""Files as a collection takes them in: read, by several processes where there are many.

Of what was read only that stays in memory which decides what becomes of it; bytes and records
go into the spool from which they are committed, since a round may bring ten thousand files.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.disk_map import DiskMap
from xlsync.base.problems import problem
from xlsync.base.shelf import Shelf, Shelved
from xlsync.base.workers import processes, spread
from xlsync.exchange.reading import (
    Arrival,
    failure,
    find_files,
    loaded,
    read_arrival,
    unpacked,
)
from xlsync.form.packing import PackedForms
from xlsync.records.conflict_reading import is_conflict_workbook, read_choices
from xlsync.repository import Spool
from xlsync.rounds.checking.papers import HousePaper, read_paper
from xlsync.rounds.returned.by_key import KeyReading, SpooledFile
from xlsync.rounds.returned.received_forms import KnownAnswer, ReceivedForm, received_form
from xlsync.sources.saving import Saving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from xlsync.base.grid import Workbook
    from xlsync.form import Form
    from xlsync.repository import ObjectID
    from xlsync.repository.shared_store import SharedStore
    from xlsync.rounds.kept.receipt_documents import Receipt


@dataclass(frozen=True, slots=True)
class ReceivedFile(Shelved):
    """One file: where it came from, its bytes in the spool, and the forms in it."""

    path: Path
    digest: str
    blob: ObjectID | None
    forms: tuple[ReceivedForm, ...]
    is_text: bool
    paper: HousePaper | None = None
    is_named: bool = False
    """Whether somebody named the file itself, and not a folder in which it lies."""

    @property
    def is_known(self) -> bool:
        """Whether it came before and all of it was accepted, so that it was not read again."""
        return bool(self.forms) and all(one.known is not None for one in self.forms)


class Incoming(NamedTuple):
    """Everything that a collection took in, the spool that holds it, and what was passed over.

    ``papers`` are those of the files that are workbooks of the house, ``unreached`` says why
    workers elsewhere could not take files from a store.
    """

    files: Sequence[ReceivedFile]
    spool: Spool
    passed: list[Path]
    papers: Sequence[ReceivedFile] = ()
    unreached: str = ""


class ReadingContext(NamedTuple):
    """What a collection has to know to read files: keys that seal, and the receipts by SHA-256.

    ``rereads`` asks to read files that were named themselves anew, also where they were accepted;
    ``store`` is where files are put before workers elsewhere read them.
    """

    keys: list[bytes]
    receipt: Callable[[str], Receipt | None]
    rereads: bool = False
    store: SharedStore | None = None


def read_files(  # noqa: PLR0913, PLR0917 - what is read, and who is told
    forms: Mapping[str, Form],
    paths: Iterable[Path],
    before: ReadingContext,
    spool: Spool,
    progress: Callable[[int, int], None],
    told: Callable[[ReceivedFile], None] | None = None,
) -> Incoming:
    """Read every file, folder and archive; the result is in the order of their names.

    A file of which everything was accepted before is known by its bytes, and not read again.
    ``told`` is given each file once it is known what it says.
    """
    named = [*paths]
    passed: list[Path] = []
    kept: deque[SpooledFile] = deque()
    found = _once(find_files(named, passed))
    directly = {one.resolve() for one in named} if before.rereads else set()
    workers = processes(len(found))
    files: Shelf[ReceivedFile] = Shelf()
    papers: list[ReceivedFile] = []
    tell = told or (lambda _: None)
    ahead: deque[ReceivedFile | None] = deque()
    """None for what is being read, and what is known already and comes behind it."""

    def unread() -> Iterator[Arrival]:
        for arrival in _told(found, passed, progress):
            is_named = bool(directly) and arrival.path.resolve() in directly
            digest = hashlib.sha256(arrival.data or b"").hexdigest()
            known = None if is_named else _known(before, arrival, digest)
            ahead.append(known)
            if known is None:
                # The bytes are kept at once: who reads them need not send them back.
                blob = spool.put(arrival.data) if arrival.data else None
                kept.append(SpooledFile(arrival.path, digest, blob, is_named))
                yield arrival
            else:
                tell(known)
                _put_known(ahead, files)

    by_key = KeyReading(before.store, spool) if before.store else None
    if workers == 1:
        read: Iterable[_Read] = (_read(forms, before.keys, one) for one in unread())
    else:
        task = _Task(PackedForms.of(forms.values()), before.keys)
        if by_key is None:
            read = spread(task, unread(), workers)
        else:
            read = by_key.read(task, ((one, kept[-1]) for one in unread()), workers)
    for one in read:
        made = _received(kept.popleft(), one, spool)
        ahead.popleft()
        files.append(made)
        if made.paper is not None:
            papers.append(made)
        tell(made)
        _put_known(ahead, files)
    return Incoming(files, spool, passed, papers, by_key.reason if by_key else "")


def _put_known(ahead: deque[ReceivedFile | None], files: Shelf[ReceivedFile]) -> None:
    """Put away what is known and no longer comes behind anything that is being read."""
    while ahead and (known := ahead[0]) is not None:
        files.append(known)
        ahead.popleft()


def _known(before: ReadingContext, arrival: Arrival, digest: str) -> ReceivedFile | None:
    """What a receipt says of a file, where all of it was accepted."""
    if not arrival.data:
        return None
    receipt = before.receipt(digest)
    if receipt is None or not receipt.forms or not all(one.accepted for one in receipt.forms):
        return None
    forms = tuple(
        ReceivedForm(
            place=form.place,
            form=None,
            states_id=True,
            problems=form.problems,
            is_typed=False,
            record_id=form.record,
            title=form.title,
            group=form.group,
            content=form.content,
            saving=Saving(form.saved, form.saver),
            known=KnownAnswer(form.round, form.issue, form.base, form.is_sealed),
        )
        for form in receipt.forms
    )
    return ReceivedFile(arrival.path, digest, Spool.name(arrival.data), forms, is_text=False)


def _once(paths: Iterable[Path]) -> Shelf[str]:
    """A file may be named twice, itself and by its folder."""
    found: Shelf[str] = Shelf()
    seen: DiskMap[bytes, bytes] = DiskMap()
    folders: dict[str, str] = {}
    for path in paths:
        if path.is_symlink():
            place = os.path.realpath(path)
        else:
            # Of ten thousand files in a folder, all have the same way to them.
            folder, name = os.path.split(path)
            if folder not in folders:
                folders[folder] = os.path.realpath(folder)
            place = f"{folders[folder]}{os.sep}{name}"
        key = os.fsencode(os.path.normcase(place))
        if seen.add(key, b""):
            found.append(str(path))
    return found


def _told(
    paths: Sequence[str], passed: list[Path], progress: Callable[[int, int], None]
) -> Iterator[Arrival]:
    for done, path in enumerate(paths):
        progress(done, len(paths))
        yield from _arrivals(Path(path), passed)
    progress(len(paths), len(paths))


def _arrivals(path: Path, passed: list[Path]) -> Iterator[Arrival]:
    """The file, or those of an archive; what cannot even be unpacked ends only itself."""
    try:
        yield from map(loaded, unpacked(path, passed))
    except Exception as error:  # noqa: BLE001 - whatever a file does, the others are collected
        yield Arrival(path, b"", failure(error))


# ---- in another process, or in this one ---------------------------------------------


@dataclass(frozen=True, slots=True)
class _Read:
    """A file as it leaves the process that read it: each form with its record."""

    forms: tuple[tuple[ReceivedForm, bytes | None], ...]
    is_text: bool
    paper: HousePaper | None = None


@dataclass(frozen=True, slots=True)
class _Task:
    """Reading, as it is sent to another process, with the forms in it."""

    forms: PackedForms
    keys: list[bytes]

    def __call__(self, arrival: Arrival) -> _Read:
        """Read one file."""
        return _read(self.forms.forms(), self.keys, arrival)


def _read(forms: Mapping[str, Form], keys: list[bytes], arrival: Arrival) -> _Read:
    """Read one file, whatever it holds: no file may end the collection of the others."""
    try:
        return _read_whole(forms, keys, arrival)
    except Exception as error:  # noqa: BLE001 - as above
        told = ReceivedForm("", None, states_id=False, problems=(failure(error),), is_typed=False)
        return _Read(((told, None),), is_text=False)


def _read_whole(forms: Mapping[str, Form], keys: list[bytes], arrival: Arrival) -> _Read:
    file = read_arrival(forms, arrival, partial(_of_the_house, forms, keys))
    if isinstance(file.other, ReceivedForm):
        return _Read(((file.other, None),), is_text=False)
    if isinstance(file.other, HousePaper):
        return _Read((), is_text=False, paper=file.other)
    returned = tuple(received_form(forms, keys, file, one) for one in file.readings)
    return _Read(returned, file.is_text)


def _of_the_house(
    forms: Mapping[str, Form], keys: list[bytes], workbook: Workbook
) -> ReceivedForm | HousePaper | None:
    """What a workbook without a form is, where it is one of ours: what was chosen or said in it."""
    if not is_conflict_workbook(workbook):
        return read_paper(workbook)
    choices, problems = read_choices(forms, workbook)
    if choices is not None and not any(choices.note.is_sealed_by(key) for key in keys):
        message = "这张冲突处理单不是本版本库发出的，或被改动，选择没有采用。"
        problems.append(problem("K002", message))
    return ReceivedForm(
        place="",
        form=choices.note.form if choices else None,
        states_id=choices is not None,
        problems=tuple(problems),
        is_typed=False,
        record_id=choices.note.record if choices else None,
        choices=choices,
    )


def _received(file: SpooledFile, read: _Read, spool: Spool) -> ReceivedFile:
    forms = tuple(
        replace(one, blob=spool.put(data) if data is not None else None) for one, data in read.forms
    )
    return ReceivedFile(
        file.path, file.digest, file.blob, forms, read.is_text, read.paper, file.is_named
    )
