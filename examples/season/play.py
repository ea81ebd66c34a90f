"""A whole season by a script: what the coordinator runs, and what the units do in between.

The script is data (``season.toml`` of a sample). A step either runs a command of xlsync, or makes
the files of a folder as units send them: typed into the workbooks that went out, sent twice,
zipped, changed by two people, or chosen in a conflict workbook.

Play it with ``python examples/season/play.py DIR`` or with ``xlsync demo --season DIR``.
"""

from __future__ import annotations

import copy
import shutil
import sys
import zipfile
from itertools import cycle
from typing import TYPE_CHECKING, Any, Self

from xlsync.base.errors import XlsyncError
from xlsync.base.files import make_folder, write_file
from xlsync.base.record import MISSING, get, put, split
from xlsync.base.strict import Field, Strict, model_validator
from xlsync.demo.staff import choose, mark, type_in
from xlsync.exchange.reading import find_files, read_file
from xlsync.form.catalogue import data_folder
from xlsync.form.loading import load_toml
from xlsync.report.words.lines import line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from xlsync.base.record import Json, Record
    from xlsync.form import Form

    Print = Callable[..., None]
    Run = Callable[[list[str]], int]

_SAMPLE = "season-2024"
_SCRIPT = "season.toml"


class Sending(Strict):
    """Workbooks that come back: all of a unit, or that of one project, under any name."""

    group: str | None = None
    project: str | None = None
    source: str | None = Field(default=None, key="from")
    name: str | None = None
    set: dict[str, Any] = {}
    drop: list[str] = []
    zip: str | None = None
    without: list[str] = Field(default=[], key="except")
    again: str | None = None


class Choosing(Strict):
    """Conflict workbooks of a folder, one choice for every row."""

    source: str = Field(key="from")
    choice: str


class Marked(Strict):
    """What is written into the rows of some projects of a list, or of all of them."""

    projects: list[str] = []
    set: dict[str, str]


class Marking(Strict):
    """A workbook of the house on which a person says something: a review, a ledger."""

    source: str = Field(key="from")
    sheet: str
    rows: list[Marked] = Field(min_length=1)


class Step(Strict):
    """One step: a command and how it ends, or a folder and what comes into it."""

    say: str = ""
    run: list[str] = []
    exit: int = 0
    folder: str | None = None
    files: list[Sending] = []
    choices: list[Choosing] = []
    marks: list[Marking] = []

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        if bool(self.run) == bool(self.folder):
            raise ValueError("needs either run or folder")
        return self


class Script(Strict):
    """A season as its file says it; paths are relative to that file."""

    form: str
    roster: str
    answers: str
    year: int
    steps: list[Step] = Field(min_length=1)


def play(forms: Mapping[str, Form], folder: Path, print_report: Print, run: Run) -> None:
    """Play a season in a folder that is new or empty.

    ``run`` runs a command of xlsync, prints what it prints and returns its exit code.

    Raises:
        XlsyncError: when the folder holds something, or a command ends otherwise than written.
    """
    make_folder(folder)
    if any(folder.iterdir()):
        raise XlsyncError(f"{folder}: is not empty; name a new folder, or remove this one")
    sample = data_folder("samples") / _SAMPLE
    _Season(forms, sample, folder, print_report, run).play()


class _Season:
    def __init__(
        self, forms: Mapping[str, Form], sample: Path, folder: Path, print_report: Print, run: Run
    ) -> None:
        self.script = load_toml(sample / _SCRIPT, Script)
        self.form = forms[self.script.form]
        self.forms = forms
        self.folder = folder
        self.print = print_report
        self.run = run
        self.places = {
            "repo": folder / "版本库",
            "work": folder,
            "sample": sample,
            "roster": sample / self.script.roster,
            "form": self.script.form,
        }
        self.answers = self._read(sample / self.script.answers)
        self._turns = cycle(sorted(self.answers))
        self._alike: dict[str, str] = {}
        self._folders: dict[str, list[tuple[Path, bytes, Record]]] = {}

    def play(self) -> None:
        """Every step in its order."""
        self._command(Step(run=["init", "{repo}"]))
        number = 0
        for step in self.script.steps:
            if step.say:
                number += 1
                self.print([line(""), line(f"{number}. {step.say}", "bold")])
            if step.run:
                self._command(step)
            else:
                self._send(step)

    def _command(self, step: Step) -> None:
        words = [word.format_map(self.places) for word in step.run]
        code = self.run(words)
        if code != step.exit:
            raise XlsyncError(f"{' '.join(words)}: ended with {code}, not with {step.exit}")

    def _send(self, step: Step) -> None:
        target = self.folder / str(step.folder)
        make_folder(target)
        for sending in step.files:
            self._receive(sending, target)
        for choosing in step.choices:
            for path in find_files([self.folder / choosing.source]):
                chosen = choose(path.read_bytes(), choosing.choice)
                if chosen is not None:
                    write_file(target / path.name, chosen)
        for marking in step.marks:
            path = self.folder / marking.source
            words = [(set(one.projects), one.set) for one in marking.rows]
            write_file(target / path.name, mark(path.read_bytes(), marking.sheet, words))
        self.print([line(f"  {target}")])

    def _receive(self, sending: Sending, target: Path) -> None:
        if sending.again is not None:
            again = self.folder / sending.again
            shutil.copy(again, target / again.name)
            return
        filled = [
            (sending.name or path.name, self._typed(data, self._answer(record, sending)))
            for path, data, record in self._workbooks(sending)
        ]
        if not filled:
            raise XlsyncError(f"{sending.source}: nothing of {sending.group or sending.project}")
        if sending.zip is not None:
            with zipfile.ZipFile(target / sending.zip, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in filled:
                    archive.writestr(name, data)
            return
        for name, data in filled:
            write_file(target / name, data)

    def _typed(self, data: bytes, answer: Record) -> bytes:
        return type_in(self.forms[answer["form"]], data, answer)

    def _workbooks(self, sending: Sending) -> Iterator[tuple[Path, bytes, Record]]:
        """The workbooks that a unit or project got, and what they say so far."""
        for path, data, record in self._sent(str(sending.source)):
            form = self.forms[record["form"]]
            title, group = form.title(record), form.group(record)
            is_wanted = title == sending.project or (
                sending.group is not None and group.endswith(sending.group)
            )
            if is_wanted and title not in sending.without:
                yield path, data, record

    def _sent(self, source: str) -> list[tuple[Path, bytes, Record]]:
        """The workbooks of a folder that went out, which nobody changes there."""
        if source not in self._folders:
            files = [read_file(self.forms, path) for path in find_files([self.folder / source])]
            self._folders[source] = [
                (file.path, file.data, reading.record)
                for file in files
                for reading in file.readings
                if reading.record is not None
            ]
        return self._folders[source]

    def _answer(self, record: Record, sending: Sending) -> Record:
        """What a unit types: the answer of its project where the workbook is blank."""
        answered = copy.deepcopy(record)
        form = self.forms[record["form"]]
        if form is self.form and not self._has_rows(record):
            for pointer, value in self._like(form.title(record)):
                if get(record, pointer) in (None, "", MISSING):
                    put(answered, pointer, value)
        for pointer in sending.drop:
            _change(answered, pointer, MISSING)
        for pointer, value in sending.set.items():
            _change(answered, pointer, value)
        return form.identified(answered)

    def _has_rows(self, record: Record) -> bool:
        tables = self.form.mapping.tables.values()
        return any(isinstance(get(record, table.pointer), list) for table in tables)

    def _like(self, title: str) -> Iterator[tuple[str, Json]]:
        """The answer of the same title, or of the next in turn; dates fall into the year."""
        if title not in self._alike:
            self._alike[title] = title if title in self.answers else next(self._turns)
        like = self.answers[self._alike[title]]
        for item in self.form.mapping.fields.values():
            value = get(like, item.pointer)
            is_date = item.type == "date" and isinstance(value, str)
            yield item.pointer, f"{self.script.year}{value[4:]}" if is_date else value
        for table in self.form.mapping.tables.values():
            yield table.pointer, copy.deepcopy(get(like, table.pointer))

    def _read(self, source: Path) -> dict[str, Record]:
        files = (read_file(self.forms, path) for path in find_files([source]))
        records = (one.record for file in files for one in file.readings)
        return {self.form.title(record): record for record in records if record is not None}


def _change(record: Record, pointer: str, value: Json) -> None:
    """Put a value at a pointer, or take away what is there; ``-`` is a new row (RFC 6901)."""
    place: Json = record
    *above, last = split(pointer)
    for part in above:
        place = place[int(part)] if isinstance(place, list) else place[part]
    key = int(last) if isinstance(place, list) and last != "-" else last
    if value is MISSING:
        del place[key]
    elif key == "-":
        place.append(value)
    else:
        place[key] = value


if __name__ == "__main__":
    from xlsync.cli import main

    main(["demo", "--season", *sys.argv[1:]])
