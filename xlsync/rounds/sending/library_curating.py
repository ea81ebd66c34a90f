"""A library of usual items as a workbook to be curated, and what becomes of the library by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Address
from xlsync.base.problems import has_error, problem
from xlsync.form.library import DroppedName, Library, LibraryEntry
from xlsync.form.similar_names import similar_names
from xlsync.form.types import cell_text, comparable
from xlsync.form.types.quantity import parse_quantity
from xlsync.rounds.sending.library import MAX_NAME, clean, joined
from xlsync.rounds.sending.units_list import open_list
from xlsync.workbook.helper_sheets import SECTOR

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from xlsync.base.grid import Sheet
    from xlsync.base.problems import Problem
    from xlsync.base.record import Json

VERDICT, NEW_NAME = "处理", "改为"
KEEP, DROP, RENAME, ADD = "保留", "删除", "改名", "新增"
VERDICTS = (KEEP, DROP, RENAME, ADD)
_KEYS = (SECTOR, "一级", "二级", "名称")
_QUANTITY = {"符号": "operator", "常用值": "value", "常用单位": "unit"}
HEADS = (*_KEYS, "其他写法", "相近名称", "使用次数", *_QUANTITY, "取值范围", "来源")
"""What a workbook says of each entry, before the columns in which a person writes."""
_FOR_REFERENCE = [one for one in HEADS if one not in {*_KEYS, *_QUANTITY}]

_HEADS_WITHIN = 10


class LibraryChange(NamedTuple):
    """What a curated workbook changes: the name, under its second level, and what becomes of it."""

    level: str
    name: str
    what: str


@dataclass(slots=True)
class TakenLibrary:
    """The library as curated, what changed, and what is wrong with the workbook."""

    library: Library
    changes: list[LibraryChange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        """Whether something is wrong with the workbook, so that nothing of it counts."""
        return has_error(self.problems)


def shown_rows(library: Library) -> list[tuple[str | int, ...]]:
    """What a workbook says of each entry, in the order of :data:`HEADS`."""
    names: dict[tuple[str, ...], list[str]] = {}
    for one in library.entries:
        names.setdefault(_place(one), []).append(one.name)
    alike: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for place, found in names.items():
        for name, other in similar_names(found, ()):
            alike.setdefault((place, name), []).append(other)
            alike.setdefault((place, other), []).append(name)
    return [
        (
            *_place(one),
            one.name,
            "；".join(one.spellings),
            "；".join(alike.get((_place(one), one.name), ())),
            one.uses,
            *(getattr(one, part) or "" for part in _QUANTITY.values()),
            f"{one.lowest} ～ {one.highest}" if one.lowest and one.highest else "",
            "；".join(f"{source.round} {source.projects} 个项目" for source in one.sources),
        )
        for one in library.entries
    ]


def take_library(library: Library, path: Path) -> TakenLibrary:
    """What becomes of a library by the workbook on which a person curated it.

    Rows are known by sector, levels and name. An entry without a row stays, and that is told.
    """
    made = TakenLibrary(library)
    workbook, problems = open_list(path)
    made.problems += problems
    for sheet in workbook.sheets if workbook else ():
        if (found := _columns(sheet)) is not None:
            _Curated(made, sheet, *found).take()
            return made
    if workbook is not None:
        heads = "、".join(f"“{one}”" for one in (*_KEYS[1:], VERDICT, NEW_NAME))
        made.problems.append(problem("L001", f"没有找到表头：要有{heads}这几列。"))
    return made


def _place(entry: LibraryEntry) -> tuple[str, ...]:
    return (entry.sector or "", *entry.levels)


def _columns(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """The row of the heads, and the column of each."""
    for row, cells in sheet.rows().items():
        if row > _HEADS_WITHIN:
            break
        heads = {comparable(cell.text): column for column, cell in cells.items()}
        found = {one: heads[one] for one in (*HEADS, VERDICT, NEW_NAME) if one in heads}
        if {*_KEYS[1:], VERDICT, NEW_NAME} <= found.keys():
            return row, found
    return None


class _Curated:
    """The rows of a curated workbook, put to the entries of its library."""

    def __init__(
        self, made: TakenLibrary, sheet: Sheet, head: int, columns: Mapping[str, int]
    ) -> None:
        self.made, self.sheet, self.head, self.columns = made, sheet, head, columns
        self.entries = made.library.entries
        self.added: list[LibraryEntry] = []
        self.dropped = [*made.library.dropped]
        self.shown = [dict(zip(HEADS, one, strict=True)) for one in shown_rows(made.library)]

    def take(self) -> None:
        """Take all rows; the library stays as it is where one of them is wrong."""
        known = {
            tuple(comparable(str(one[key])) for key in _KEYS): at
            for at, one in enumerate(self.shown)
        }
        kept: dict[int, LibraryEntry | None] = {}
        for row in self.sheet.rows():
            texts = {head: self.text(row, head) for head in self.columns}
            if row <= self.head or not any(texts[one] for one in (*_KEYS[1:], VERDICT, NEW_NAME)):
                continue
            at = known.get(tuple(comparable(texts.get(key, "")) for key in _KEYS))
            if at is None and texts[VERDICT] == ADD:
                self.add(row, texts)
            elif at is None:
                message = (
                    f"指标库里没有这一条；名称请在“改为”一列改，另加的请在“{VERDICT}”选{ADD}。"
                )
                self.report("L001", row, _KEYS[-1], message)
            elif at in kept:
                self.report("L001", row, _KEYS[-1], "这一条在表上有两行，请只留一行。")
            else:
                kept[at] = self.one(row, texts, at)
        for at in range(len(self.entries)):
            if at not in kept:
                name = self.entries[at].name
                message = f"整理表上没有“{name}”这一条，照旧保留；要删除请在“{VERDICT}”选{DROP}。"
                self.made.problems.append(problem("L002", message, found=name))
        if not self.made.is_refused:
            left = (kept.get(at, entry) for at, entry in enumerate(self.entries))
            self.made.library = Library(
                entries=joined([*filter(None, left), *self.added]), dropped=self.dropped
            )

    def one(self, row: int, texts: Mapping[str, str], at: int) -> LibraryEntry | None:
        """What becomes of an entry; None where it goes."""
        entry, verdict, name = self.entries[at], texts[VERDICT], clean(texts[NEW_NAME])
        for head in (one for one in _FOR_REFERENCE if one in texts):
            if comparable(texts[head]) != comparable(str(self.shown[at][head])):
                self.report("L002", row, head, f"“{head}”只供参考，改动未采用。")
        if verdict not in {"", *VERDICTS}:
            self.report("L001", row, VERDICT, f"请选{'、'.join(VERDICTS)}，或留空（即保留）。")
        elif name and verdict != RENAME:
            self.report("L001", row, NEW_NAME, f"填了新名称，“{VERDICT}”却不是{RENAME}。")
        elif verdict == RENAME and not 0 < len(name) <= MAX_NAME:
            self.report("L001", row, NEW_NAME, f"{RENAME}要写新名称，不超过 {MAX_NAME} 字。")
        elif verdict == ADD:
            self.report("L001", row, VERDICT, f"指标库里已有这一条，不用{ADD}。")
        elif verdict == DROP:
            self.note(entry, DROP)
            self.dropped.append(
                DroppedName(
                    levels=entry.levels,
                    name=entry.name,
                    sector=entry.sector,
                    spellings=entry.spellings,
                )
            )
            return None
        changed = self.quantity(row, texts, entry)
        if verdict == RENAME and name and name != entry.name:
            self.note(entry, f"{RENAME}为“{name}”")
            others = dict.fromkeys([entry.name, *entry.spellings])
            changed |= {"name": name, "spellings": [one for one in others if one != name]}
        if changed:
            changed["curated"] = True
        return entry.model_copy(update=changed)

    def add(self, row: int, texts: Mapping[str, str]) -> None:
        """Take an entry that a person added, with no source but him."""
        sector, first, second, name = (clean(texts.get(key, "")) for key in _KEYS)
        if (
            not (first and second and name)
            or max(map(len, (sector, first, second, name))) > MAX_NAME
        ):
            message = f"{ADD}的要写一级、二级和名称，都不超过 {MAX_NAME} 字。"
            self.report("L001", row, _KEYS[-1], message)
            return
        if [first, second] not in [one.levels for one in self.entries]:
            message = f"“{first} / {second}”之下原来没有条目，已照收；请核对是不是表中的指标分级。"
            self.report("L002", row, _KEYS[2], message)
        entry = LibraryEntry(levels=[first, second], name=name, sector=sector or None, curated=True)
        self.note(entry, ADD)
        self.added.append(entry.model_copy(update=self.quantity(row, texts, entry, is_new=True)))
        self.dropped = [
            one
            for one in self.dropped
            if (one.levels, one.name, one.sector) != (entry.levels, entry.name, entry.sector)
        ]

    def quantity(
        self, row: int, texts: Mapping[str, str], entry: LibraryEntry, *, is_new: bool = False
    ) -> dict[str, Json]:
        """What of the usual quantity was written anew."""
        changed: dict[str, Json] = {}
        for head, part in _QUANTITY.items():
            former = getattr(entry, part) or ""
            text = clean(texts.get(head, former))
            if part == "operator" and text and text != former:
                sign = parse_quantity(f"{text}1").operator
                if sign is None:
                    self.report("L001", row, head, "看不懂这个符号；用文字描述的请留空。")
                    continue
                text = sign
            if comparable(text) == comparable(former):
                continue
            if not is_new:
                self.note(entry, f"{head} {former or '（空）'} → {text or '（空）'}")
            changed[part] = text or None
        return changed

    def text(self, row: int, head: str) -> str:
        """The text of a cell without blanks around it."""
        cell = self.sheet.cells.get(Address(row, self.columns[head]))
        return cell_text(cell).strip() if cell else ""

    def note(self, entry: LibraryEntry, what: str) -> None:
        """Note what becomes of an entry."""
        self.made.changes.append(LibraryChange(entry.levels[1], entry.name, what))

    def report(self, code: str, row: int, head: str, message: str) -> None:
        """Note a problem at a cell."""
        place = Address(row, self.columns[head])
        found = problem(code, message, found=self.sheet.text(place) or None)
        self.made.problems.append(found.at(self.sheet.name or None, place.a1))
