"""What stood in a workbook before it was mutated, what was typed since, and what came back of it.

Each value and each text is a piece. A piece is *recovered* when the record says what was meant,
*reported* when it does not and a problem of the reader quotes the text or names the place, and
*lost* otherwise. A value in the record that nobody meant, and no problem names, is lost as well.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from reading_samples import FORM, FORMS

from xlsync.base.grid import Address
from xlsync.base.problems import CORE_CODES, Severity
from xlsync.base.record import MISSING, get, join
from xlsync.form import Catalogue

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.reader import Reading

__all__ = ["FORM", "FORMS", "Case", "Catalogue", "Verdict", "judge"]

(NAME,) = FORM.mapping.tables
TABLE = FORM.mapping.tables[NAME]
_APART = "｜"


class Verdict(NamedTuple):
    """How many pieces came back how; ``missing`` says which are lost."""

    recovered: int
    reported: int
    missing: tuple[str, ...]


@dataclass(slots=True)
class Case:
    """One workbook under mutation: where its values stand, and what is meant by now.

    ``meant`` holds values by place; a place is a pointer, or a row's key and a column.
    ``typed`` holds the texts of places that were typed, ``strays`` those typed elsewhere,
    ``others`` what a second form of the file says in a place.
    """

    record: Record
    meant: dict[str, Json] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)
    others: set[tuple[str, Json]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.meant = dict(_values(self.record))

    @property
    def sheet(self) -> str:
        return FORM.template.sheet

    @property
    def rows(self) -> list[Record]:
        found: list[Record] = get(self.record, TABLE.pointer)
        return found

    @property
    def first(self) -> int:
        """The first row of the table."""
        return self._table.first

    @property
    def _table(self):  # noqa: ANN202 - the layout's own type
        (table,) = FORM.layout(FORM.capacity(self.record)).tables
        return table

    @property
    def columns(self) -> dict[str, int]:
        """The columns of the table by name."""
        return dict(self._table.columns)

    @property
    def footer(self) -> str:
        return FORM.layout(FORM.capacity(self.record)).footer.first.a1

    def labels(self) -> list[tuple[str, str]]:
        """Cell and text of every fixed text of the form."""
        layout = FORM.layout(FORM.capacity(self.record))
        return [(one.area.first.a1, one.text) for one in layout.labels if one.text]

    def slot(self, name: str) -> str:
        """The cell of a field."""
        layout = FORM.layout(FORM.capacity(self.record))
        return next(one.area.first.a1 for one in layout.slots if one.name == name)

    def cell(self, column: str, index: int) -> str:
        """The cell of a column in the n-th row of the table, from 0."""
        return Address(self.first + index, self.columns[column]).a1

    def type_field(self, slot: str, text: str, meant: Json) -> None:
        """A text was typed into a field; None is meant where it has to be reported."""
        self._typed(FORM.mapping.fields[slot].pointer, text, meant)

    def type_cell(self, index: int, column: str, text: str, meant: Json) -> None:
        """A text was typed into a cell of the n-th row."""
        self._typed(_place(self.rows[index], column), text, meant)

    def also(self, slot: str, value: Json) -> None:
        """A second form in the file says something else in a field."""
        self.others.add((FORM.mapping.fields[slot].pointer, value))

    def add_row(self, row: Record) -> None:
        """A row was filled in."""
        for column, value in row.items():
            self.meant[_place(row, column)] = value

    def drop_row(self, index: int) -> None:
        """A row was taken away on purpose."""
        for column in TABLE.columns:
            self.meant.pop(_place(self.rows[index], column), None)

    def drop_field(self, slot: str) -> None:
        """A value was taken away on purpose."""
        self.meant.pop(FORM.mapping.fields[slot].pointer, None)

    def adds_up(self, slot: str, meant: str) -> None:
        """A total that the sheet fills in comes to something else."""
        self.meant[FORM.mapping.fields[slot].pointer] = meant

    def _typed(self, place: str, text: str, meant: Json) -> None:
        self.meant[place] = meant
        self.typed[place] = text


def judge(case: Case, readings: Sequence[Reading]) -> Verdict:
    """What came back of every piece of a case."""
    told = [one for reading in readings for one in reading.problems if _counts(one)]
    named = {place for reading in readings for place in _places_told(reading)}
    found = [dict(_values(one.record)) for one in readings if one.record is not None]
    came = Counter[str]()
    missing = [f"nobody meant {one}" for one in _unmeant(case, found, named)]
    for place, meant in [*case.meant.items(), *case.others]:
        text = case.typed.get(place, "" if meant is None else str(meant))
        if meant is not None and any(one.get(place) == meant for one in found):
            came["recovered"] += 1
        elif place in named or _is_quoted(told, text):
            came["reported"] += 1
        elif meant is not None or any(place in one for one in found):
            missing.append(f"{place}: {text!r}")
    for text in case.strays:
        if _is_quoted(told, text):
            came["reported"] += 1
        else:
            missing.append(f"stray {text!r}")
    return Verdict(came["recovered"], came["reported"], tuple(missing))


def _unmeant(
    case: Case, found: Iterable[Mapping[str, Json]], named: Container[str]
) -> Iterator[str]:
    """Values in a record that are neither meant nor named."""
    for one in found:
        for place, value in one.items():
            is_meant = value == case.meant.get(place) or (place, value) in case.others
            if not is_meant and place not in named:
                yield f"{place}: {value!r}"


def _counts(one: Problem) -> bool:
    """What the reader says counts; what a rule of the form says, where it refuses the record."""
    return one.code in CORE_CODES or one.severity is Severity.ERROR


def _is_quoted(told: Iterable[Problem], text: str) -> bool:
    return bool(text) and any(text in (one.found or "") or text in one.message for one in told)


def _values(record: Record | None) -> Iterator[tuple[str, Json]]:
    """Every value of a record by its place."""
    for item in FORM.mapping.fields.values():
        value = get(record, item.pointer)
        if value is not MISSING and value not in (None, ""):
            yield item.pointer, value
    rows = get(record, TABLE.pointer)
    for row in rows if isinstance(rows, list) else ():
        for column in TABLE.columns:
            if row.get(column) not in (None, ""):
                yield _place(row, column), row[column]


def _place(row: Record, column: str) -> str:
    return _APART.join([*(str(row.get(name)) for name in TABLE.key), column])


def _places_told(reading: Reading) -> Iterator[str]:
    """The places that problems of the reader name."""
    rows = get(reading.record, TABLE.pointer)
    for one in reading.problems:
        if not _counts(one) or one.pointer is None:
            continue
        yield one.pointer
        for index, row in enumerate(rows if isinstance(rows, list) else ()):
            pointer = f"{TABLE.pointer}{join(index)}"
            if one.pointer == pointer or one.pointer.startswith(f"{pointer}/"):
                names = (
                    TABLE.columns if one.pointer == pointer else [one.pointer.rpartition("/")[2]]
                )
                yield from (_place(row, name) for name in names)
