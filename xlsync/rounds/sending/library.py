"""A library of usual items (指标库), drawn from what rounds accepted.

Only spellings of one name are joined: texts that differ in blanks, width, case or punctuation.
Names that merely resemble each other stay apart; a person who curates the library sees them.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unicodedata import category

from xlsync.base.errors import MistypedError, XlsyncError
from xlsync.base.record import get, rows_at
from xlsync.draft.toml import pair
from xlsync.form.library import DroppedName, Library, LibraryEntry, LibrarySource
from xlsync.form.types.numbers import plain_number
from xlsync.form.types.width import narrow, without_blanks
from xlsync.rounds.state.exporting import accepted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from decimal import Decimal

    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.form.mapping import Table
    from xlsync.repository import Snapshot
    from xlsync.rounds.state.exporting import FormRecords

    Branches = tuple[tuple[str, str], ...]
    Key = tuple[str, ...]

MAX_NAME = 255
_HIDDEN = {"Cc", "Cf", "Cs"}
_MARKS = re.compile("[\ufe00-\ufe0f\ufff9-\uffff]")
# Between figures a sign has a meaning: 1.5, 1-2, 1:3.
_SIGNS = re.compile(r"(?<![0-9])[()\[\]{}<>《》【】“”‘’\"',.:;!?、。·—–_-](?![0-9])")


@dataclass(frozen=True, slots=True)
class BuiltLibrary:
    """A library, how many records it was drawn from, and names that have no place in it.

    ``left`` are first level, second level and name of rows whose levels are not in the tree, or
    whose names are longer than 255 characters; ``dropped`` are names that a person took out before.
    """

    library: Library
    records: int
    left: tuple[tuple[str, str, str], ...]
    dropped: tuple[str, ...] = ()


@dataclass(slots=True)
class _FoundName:
    """What is found of one name: its spellings, its quantities, who used it in which round."""

    spellings: Counter[str] = field(default_factory=Counter)
    quantities: Counter[tuple[str | None, str | None, str | None]] = field(default_factory=Counter)
    records: dict[str, set[str]] = field(default_factory=dict)

    def entry(self, sector: str, levels: list[str]) -> LibraryEntry:
        """The entry of a library: the most usual spelling, sign and unit, and value with them."""
        name, *others = (spelling for spelling, _ in self.spellings.most_common())
        kinds: Counter[tuple[str | None, str | None]] = Counter()
        for (operator, _, unit), count in self.quantities.items():
            kinds[operator, unit] += count
        ((operator, unit), _), *_ = kinds.most_common(1)
        values = (one for one, _ in self.quantities.most_common() if one[::2] == (operator, unit))
        figures = [value for _, value, its_unit in self.quantities if its_unit == unit and value]
        lowest, highest = value_range(figures)
        return LibraryEntry(
            levels=levels,
            name=name,
            sector=sector or None,
            operator=operator,
            value=next(values)[1],
            unit=unit,
            lowest=lowest,
            highest=highest,
            spellings=others,
            sources=[
                LibrarySource(round=one, projects=len(ids)) for one, ids in self.records.items()
            ],
        )


def build_library(
    forms: Mapping[str, Form],
    snapshot: Snapshot,
    rounds: Iterable[str],
    form: Form | None = None,
    former: Library | None = None,
) -> BuiltLibrary:
    """Draw a library from what rounds accepted, the most used names of each level first.

    Of a ``former`` one what a person did to it stays: names that were dropped stay out, entries
    that were written or changed keep their name and quantity, whatever the rounds say.

    Tables count that have a tree and a quantity, whatever form they are of, as far as their levels
    stand in the tree of ``form``; without it the tables of all forms must have the same tree.

    Raises:
        XlsyncError: when there is no such round, nothing was accepted in it, the trees differ, or
            no name was found.
    """
    parts = [
        (name, part)
        for name in dict.fromkeys(rounds)
        for part in accepted(forms, snapshot, name).forms
    ]
    branches = _branches_of([part for _, part in parts], form)
    items: dict[Key, _FoundName] = {}
    left: dict[tuple[str, str, str], None] = {}
    seen: set[str] = set()
    for round_name, part in parts:
        for record in part:
            seen.add(record["id"])
            for sector, levels, name, quantity in _rows(part.form, record):
                if tuple(levels) not in branches or len(name) > MAX_NAME:
                    left[levels[0], levels[1], name] = None
                    continue
                item = items.setdefault((sector, *levels, _folded(name)), _FoundName())
                item.spellings[name] += 1
                item.quantities[quantity] += 1
                item.records.setdefault(round_name, set()).add(record["id"])
    if not items:
        raise XlsyncError("这些轮次里没有可以收入指标库的内容。")
    found = {key: item.entry(key[0], [key[1], key[2]]) for key, item in items.items()}
    entries, dropped = _curated(found, former) if former else ([*found.values()], [])
    places = {levels: at for at, levels in enumerate(branches)}
    last = len(places)
    entries.sort(key=lambda one: (places.get((one.levels[0], one.levels[1]), last), -one.uses))
    library = Library(entries=entries, dropped=former.dropped if former else [])
    return BuiltLibrary(library, len(seen), tuple(left), tuple(dropped))


def _curated(
    found: Mapping[Key, LibraryEntry], former: Library
) -> tuple[list[LibraryEntry], list[str]]:
    """What was found, as a person has curated the former library; and the names left out."""
    out = {key for one in former.dropped for key in _keys(one)}
    kept = [one for one in former.entries if one.curated]
    named = {key: one for one in kept for key in _keys(one)}
    entries: list[LibraryEntry] = []
    dropped: list[str] = []
    seen: set[int] = set()
    for key, entry in found.items():
        mine = named.get(key)
        if mine is not None:
            seen.add(id(mine))
            others = dict.fromkeys([*mine.spellings, entry.name, *entry.spellings])
            said = {part: getattr(mine, part) for part in ("name", "operator", "value", "unit")}
            said["spellings"] = [one for one in others if one != mine.name]
            entries.append(entry.model_copy(update={**said, "curated": True}))
        elif key in out:
            dropped.append(entry.name)
        else:
            entries.append(entry)
    return joined([*entries, *(one for one in kept if id(one) not in seen)]), dropped


def _keys(entry: LibraryEntry | DroppedName) -> Iterator[Key]:
    for name in (entry.name, *entry.spellings):
        yield (entry.sector or "", *entry.levels, _folded(name))


def library_text(library: Library, remark: str = "") -> str:
    """A library as the text of its file (TOML); ``remark`` stands above it."""
    lines = [f"# {' '.join(one.split())}" for one in remark.splitlines()]
    former: list[str] = []
    for entry in library.entries:
        if entry.levels != former:
            former = entry.levels
            lines += ["", f"# ---- {' / '.join(' '.join(one.split()) for one in former)} ----"]
        said = entry.model_dump(exclude_defaults=True, exclude_none=True)
        lines += ["", "[[entries]]", *(pair(key, value) for key, value in said.items())]
    if library.dropped:
        lines += ["", "# ---- 整理时删除的，再建库时不收；要恢复请删去这一段 ----"]
    for one in library.dropped:
        names = one.model_dump(exclude_defaults=True, exclude_none=True)
        lines += ["", "[[dropped]]", *(pair(key, value) for key, value in names.items())]
    return "\n".join(lines).lstrip("\n") + "\n"


def _branches(form: Form) -> Branches:
    """Second levels with the first ones above them, of all trees of a form that has items."""
    found = (
        (first, second)
        for _, table in _tables(form)
        for first, seconds in form.mapping.trees[table.tree or ""].items()
        for second in seconds
    )
    return tuple(dict.fromkeys(found))


def _branches_of(parts: Sequence[FormRecords], form: Form | None) -> Branches:
    every = {one.id: _branches(one) for one in ([form] if form else [p.form for p in parts])}
    found = {key: one for key, one in every.items() if one}
    if not found:
        raise XlsyncError("这些表里没有分级的表格，不能建指标库。")
    if len(set(found.values())) > 1:
        names = "、".join(sorted(found))
        raise MistypedError(f"这些轮次的表（{names}）指标分级不同，请用 --form 指明为哪一种建库。")
    return next(iter(found.values()))


def _tables(form: Form) -> Iterator[tuple[str, Table]]:
    for name, table in form.mapping.tables.items():
        if table.levels and table.quantity:
            yield name, table


def _rows(
    form: Form, record: Record
) -> Iterator[tuple[str, list[str], str, tuple[str | None, str | None, str | None]]]:
    """Sector, levels, name and quantity of every item of a record that has a name."""
    plan = form.mapping.record
    said = get(record, form.mapping.fields[plan.sector].pointer) if plan.sector else None
    sector = clean(said)[:MAX_NAME]
    for _, table in _tables(form):
        for row in rows_at(record, table.pointer):
            name = clean(row.get(table.name))
            operator, value, unit = (clean(row.get(part)) or None for part in table.parts)
            if name:
                levels = [clean(row.get(one)) for one in table.levels]
                yield sector, levels, name, (operator, value, unit)


def clean(value: Json) -> str:
    """A text on one line, without what cannot be seen; none for anything else."""
    if not isinstance(value, str):
        return ""
    seen = (" " if one.isspace() else one for one in _MARKS.sub("", value))
    return " ".join("".join(one for one in seen if category(one) not in _HIDDEN).split())


def _folded(name: str) -> str:
    """What all spellings of a name share."""
    text = without_blanks(narrow(name)).casefold()
    return _SIGNS.sub("", text) or text


def value_range(values: Iterable[str]) -> tuple[str | None, str | None]:
    """The lowest and the highest of the values that are numbers, as written, where they differ."""
    numbers: dict[Decimal, str] = {}
    for text in values:
        if (number := plain_number(text)) is not None:
            numbers.setdefault(number, text)
    if len(numbers) < 2:  # noqa: PLR2004 - the two ends
        return None, None
    return numbers[min(numbers)], numbers[max(numbers)]


def joined(entries: Iterable[LibraryEntry]) -> list[LibraryEntry]:
    """The entries, those that have the same name now made one."""
    made: dict[tuple[str, ...], LibraryEntry] = {}
    for one in entries:
        key = (one.sector or "", *one.levels, one.name)
        made[key] = _both(made[key], one) if key in made else one
    return list(made.values())


def _both(first: LibraryEntry, second: LibraryEntry) -> LibraryEntry:
    """Two entries of one name as one: the quantity of the more usual, the uses of both."""
    more, less = (second, first) if second.uses > first.uses else (first, second)
    sources: Counter[str] = Counter()
    for one in (*first.sources, *second.sources):
        sources[one.round] += one.projects
    ends = [more.lowest, more.highest, more.value]
    if less.unit == more.unit:
        ends += [less.lowest, less.highest, less.value]
    lowest, highest = value_range(filter(None, ends))
    others = dict.fromkeys([*more.spellings, *less.spellings])
    return more.model_copy(
        update={
            "lowest": lowest,
            "highest": highest,
            "spellings": [one for one in others if one != more.name],
            "sources": [LibrarySource(round=one, projects=n) for one, n in sources.items()],
        }
    )
